//! The tables that no stage writes on its way: documents, open items, findings, parties.

use l2c::host::Party;
use l2c::receivables::{AgeingPolicy, AgeingReport};
use serde::Serialize;

use crate::billing::Billing;
use crate::collecting::Collecting;
use crate::error::Failure;
use crate::import::Crm;
use crate::ordering::Ordered;
use crate::output::Output;
use crate::parties::Parties;
use crate::quoting::Deal;
use crate::selling::Case;

/// `import-findings.csv`: every row that was refused, repaired or noted.
///
/// # Errors
/// A folder that cannot be written.
pub fn findings(crm: &Crm, output: &mut Output) -> Result<(), Failure> {
    let header = ["file", "line", "id", "field", "value", "treatment", "reason"];
    let mut table = output.table("import-findings.csv", &header)?;
    for finding in &crm.findings {
        table.row([
            finding.file,
            &finding.line.to_string(),
            &finding.id,
            finding.field,
            &finding.value,
            &word(finding.treatment),
            &finding.reason,
        ])?;
    }
    output.finish(table)
}

/// `parties.csv`: the only table with names.
///
/// # Errors
/// A folder that cannot be written.
pub fn parties(parties: &Parties, output: &mut Output) -> Result<(), Failure> {
    let mut table = output.table("parties.csv", &["party", "kind", "name"])?;
    for Party { id, kind, name, .. } in parties.records.values() {
        table.row([id.as_str(), &word(*kind), name.reveal()])?;
    }
    output.finish(table)
}

/// `opportunities.csv`: score, owner and outcome of every case.
///
/// # Errors
/// A folder that cannot be written.
pub fn opportunities(cases: &[Case], output: &mut Output) -> Result<(), Failure> {
    let header = [
        "opportunity",
        "account",
        "owner",
        "territory",
        "product",
        "score",
        "grade",
        "opened_on",
        "status",
        "closed_on",
        "value",
    ];
    let mut table = output.table("opportunities.csv", &header)?;
    for case in cases {
        let (lead, opportunity) = (&case.lead.state, &case.opportunity.state);
        let profile = opportunity.profile.as_ref();
        let score = lead.score.as_ref();
        table.row([
            case.opportunity.key.clone(),
            profile
                .and_then(|p| p.account.as_ref())
                .map(ToString::to_string)
                .unwrap_or_default(),
            lead.owner.as_ref().map(ToString::to_string).unwrap_or_default(),
            lead.territory.clone().unwrap_or_default(),
            profile.and_then(|p| p.product.clone()).unwrap_or_default(),
            score.map(|score| score.total.to_string()).unwrap_or_default(),
            score.and_then(|score| score.grade.clone()).unwrap_or_default(),
            opportunity
                .opened_on
                .map(|day| day.to_string())
                .unwrap_or_default(),
            word(opportunity.status()),
            opportunity
                .closed_on
                .map(|day| day.to_string())
                .unwrap_or_default(),
            opportunity
                .value()
                .map(|value| value.amount_text())
                .unwrap_or_default(),
        ])?;
    }
    output.finish(table)
}

/// `quotes.csv` and `quote-lines.csv`: list, net, and the approvals.
///
/// # Errors
/// A folder that cannot be written.
pub fn quotes(deals: &[Deal], output: &mut Output) -> Result<(), Failure> {
    let header = [
        "quote",
        "customer",
        "accepted_on",
        "list_total",
        "net_total",
        "currency",
        "approvals",
        "reasons",
    ];
    let mut table = output.table("quotes.csv", &header)?;
    let mut lines = output.table(
        "quote-lines.csv",
        &["quote", "line", "product", "step", "amount", "subtotal"],
    )?;
    for deal in deals {
        let quote = &deal.quote;
        let Some(version) = quote.state.latest() else {
            continue;
        };
        let (Some(priced), Some(submission)) = (version.priced(), version.submission()) else {
            continue;
        };
        let reasons: Vec<&str> = submission
            .required()
            .map(|required| required.reason.as_str())
            .collect();
        table.row([
            quote.key.clone(),
            quote
                .state
                .parties()
                .map(|p| p.sold_to().to_string())
                .unwrap_or_default(),
            deal.closed.to_string(),
            priced.list_total().amount_text(),
            priced.net_total().amount_text(),
            priced.currency().to_string(),
            deal.approvals.to_string(),
            reasons.join("; "),
        ])?;
        for line in priced.lines() {
            for row in line.rows.iter().filter(|row| row.skipped.is_none()) {
                lines.row([
                    quote.key.clone(),
                    line.id.clone(),
                    line.product.to_string(),
                    row.step.clone(),
                    row.amount_text(priced.currency()),
                    row.subtotal_text(priced.currency()),
                ])?;
            }
        }
    }
    output.finish(table)?;
    output.finish(lines)
}

/// `orders.csv`: status, holds and delivery.
///
/// # Errors
/// A folder that cannot be written.
pub fn orders(orders: &[Ordered], output: &mut Output) -> Result<(), Failure> {
    let header = [
        "order",
        "source",
        "placed_on",
        "net",
        "currency",
        "status",
        "holds",
        "delivered_on",
    ];
    let mut table = output.table("orders.csv", &header)?;
    for Ordered { order, delivered } in orders {
        let net = order.state.net();
        let holds = order.state.holds().iter().map(|hold| {
            let released = hold
                .release
                .as_ref()
                .map_or("standing".to_owned(), |release| release.on.to_string());
            format!("{} {} to {released}", hold.terms.reason, hold.placed_on)
        });
        table.row([
            order.key.clone(),
            order.state.source().to_owned(),
            order
                .state
                .placed_on()
                .map(|day| day.to_string())
                .unwrap_or_default(),
            net.map(|net| net.amount_text()).unwrap_or_default(),
            net.map(|net| net.currency().to_string()).unwrap_or_default(),
            word(order.state.status()),
            holds.collect::<Vec<_>>().join("; "),
            delivered.map(|day| day.to_string()).unwrap_or_default(),
        ])?;
    }
    output.finish(table)
}

/// `invoices.csv` and `invoice-lines.csv`: invoices and credit notes in the order of their issue.
///
/// # Errors
/// A folder that cannot be written.
pub fn invoices(billing: &Billing, output: &mut Output) -> Result<(), Failure> {
    let header = [
        "number",
        "type",
        "issue_date",
        "due_date",
        "account",
        "buyer",
        "net",
        "tax",
        "gross",
        "currency",
        "status",
    ];
    let mut table = output.table("invoices.csv", &header)?;
    let header = [
        "number",
        "line",
        "description",
        "service_start",
        "service_last_day",
        "net",
        "tax_category",
        "tax_percent",
    ];
    let mut lines = output.table("invoice-lines.csv", &header)?;
    for life in &billing.documents {
        let Some(issued) = life.state.issued() else {
            continue;
        };
        let (document, totals) = (issued.invoice.document(), issued.invoice.totals());
        table.row([
            issued.number.to_string(),
            document.kind.type_code().to_owned(),
            issued.issue_date.to_string(),
            issued.due_date.to_string(),
            document.account.to_string(),
            document.buyer.to_string(),
            totals.net.amount_text(),
            totals.tax.amount_text(),
            totals.gross.amount_text(),
            document.currency.to_string(),
            word(life.state.status()),
        ])?;
        for (index, (line, net)) in document.lines.iter().zip(issued.invoice.line_nets()).enumerate() {
            lines.row([
                issued.number.to_string(),
                index.saturating_add(1).to_string(),
                line.description.clone(),
                line.service
                    .map(|period| period.start().to_string())
                    .unwrap_or_default(),
                line.service
                    .map(|period| period.last_day().to_string())
                    .unwrap_or_default(),
                net.amount_text(),
                line.tax.category().code().to_owned(),
                line.tax.percent().value().to_string(),
            ])?;
        }
    }
    output.finish(table)?;
    output.finish(lines)
}

/// `receivables.csv`, `payments.csv` and `ageing.csv`.
///
/// # Errors
/// A folder that cannot be written.
pub fn receivables(
    collecting: &Collecting,
    ageing: &[AgeingReport],
    output: &mut Output,
) -> Result<(), Failure> {
    let header = [
        "account", "number", "due_date", "total", "paid", "credited", "open", "age", "currency", "status",
    ];
    let policy = AgeingPolicy::by_thirty_days();
    let bands = policy.band_names();
    let as_of = ageing.last().map(|report| report.as_of);
    let mut table = output.table("receivables.csv", &header)?;
    for life in collecting.accounts.values() {
        for item in life.state.items() {
            let days = as_of.map(|day| day.signed_duration_since(item.due_date()).num_days());
            let band = days
                .filter(|_| !item.open().is_zero())
                .map(|days| policy.band(days));
            let age = band.and_then(|band| bands.get(band));
            table.row([
                life.key.clone(),
                item.number().to_string(),
                item.due_date().to_string(),
                item.total().amount_text(),
                item.paid().amount_text(),
                item.credited().amount_text(),
                item.open().amount_text(),
                age.cloned().unwrap_or_default(),
                item.total().currency().to_string(),
                word(item.status()),
            ])?;
        }
    }
    output.finish(table)?;
    let mut table = output.table(
        "payments.csv",
        &[
            "payment",
            "date",
            "amount",
            "currency",
            "fit",
            "account",
            "item",
            "days_late",
        ],
    )?;
    for proposal in &collecting.proposals {
        table.row([
            proposal.payment.to_string(),
            proposal.date.to_string(),
            proposal.amount.amount_text(),
            proposal.amount.currency().to_string(),
            word(proposal.fit),
            proposal
                .account
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            proposal
                .item
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            proposal.days_late.to_string(),
        ])?;
    }
    output.finish(table)?;
    let header: Vec<&str> = ["as_of"]
        .into_iter()
        .chain(bands.iter().map(String::as_str))
        .chain(["unapplied", "total", "currency"])
        .collect();
    let mut table = output.table("ageing.csv", &header)?;
    for report in ageing {
        let bands = report.all.bands.iter().map(|band| band.amount_text());
        let rest = [
            report.all.credits.amount_text(),
            report.all.total.amount_text(),
            report.all.total.currency().to_string(),
        ];
        table.row(std::iter::once(report.as_of.to_string()).chain(bands).chain(rest))?;
    }
    output.finish(table)
}

/// A state or kind by its word in documents: `partly_settled`.
pub fn word(value: impl Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    word.and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}
