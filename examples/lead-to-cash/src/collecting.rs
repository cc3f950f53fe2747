//! Receivables: invoices open items, the bank's statement settles them, ageing shows what is late.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use l2c::calendar::FiscalMonth;
use l2c::handover::invoice_to_open_item;
use l2c::invoicing::{BillingAccountId, IssuedInvoice};
use l2c::ledger::LegalEntity;
use l2c::money::{Currency, Money, parse_decimal};
use l2c::receivables::{
    AccountCommand, AgeingPolicy, AgeingReport, BankMatcher, Candidate, CustomerAccount, CustomerAccountId,
    DocumentNumber, Fit, PaymentId, Proposal, StatementLine, age, post,
};

use crate::billing::{Account, Billing};
use crate::error::Failure;
use crate::output::Output;
use crate::record::Life;
use crate::simulation::{Bill, Simulation};
use crate::stage::Kept;
use crate::tables::word;

/// The file that the simulated bank sends.
pub const STATEMENT: &str = "bank-statement-simulated.csv";

/// The customers' accounts after all payments.
pub struct Collecting {
    /// One account per customer.
    pub accounts: BTreeMap<CustomerAccountId, Life<CustomerAccount>>,
    /// What became of each line of the statement.
    pub proposals: Vec<Proposal>,
}

/// Lets the simulated customers pay: writes the bank's statement through a day.
///
/// # Errors
/// An amount out of bounds, or a folder that cannot be written.
pub fn simulate(
    simulation: &Simulation,
    billing: &Billing,
    accounts: &BTreeMap<BillingAccountId, Account>,
    as_of: NaiveDate,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut payments = Vec::new();
    for issued in standing(billing) {
        let document = issued.invoice.document();
        let Some(account) = accounts.get(&document.account) else {
            continue;
        };
        let payer = document.buyer.key();
        let bill = Bill {
            number: issued.number.as_str(),
            payer,
            issued: issued.issue_date,
            due: issued.due_date,
            amount: issued.invoice.totals().payable,
            office: &account.office,
            product: &account.product,
        };
        payments.extend(simulation.payment(&bill)?.filter(|payment| payment.date <= as_of));
    }
    // A statement is in order of date.
    payments.sort_by(|a, b| (a.date, &a.payer, &a.reference).cmp(&(b.date, &b.payer, &b.reference)));
    let mut table = output.table(
        STATEMENT,
        &["id", "date", "amount", "currency", "reference", "payer"],
    )?;
    for (index, payment) in payments.iter().enumerate() {
        table.row([
            format!("{:06}", index.saturating_add(1)),
            payment.date.to_string(),
            payment.amount.amount_text(),
            payment.amount.currency().to_string(),
            payment.reference.clone(),
            payment.payer.clone(),
        ])?;
    }
    output.finish(table)
}

/// The invoices that were not taken back.
fn standing(billing: &Billing) -> impl Iterator<Item = &IssuedInvoice> {
    use l2c::invoicing::InvoiceStatus::Issued;
    billing
        .documents
        .iter()
        .filter(|life| life.state.status() == Issued)
        .filter_map(|life| life.state.issued())
        .filter(|issued| !issued.invoice.is_credit_note())
}

/// Reads the bank's statement.
///
/// # Errors
/// The line that cannot be read, and what would be right.
fn statement(path: &Path) -> Result<Vec<StatementLine>, Failure> {
    let mut csv = csv::Reader::from_path(path).map_err(|fault| Failure::data(path, fault))?;
    let mut lines = Vec::new();
    for record in csv.records() {
        let record = record.map_err(|fault| Failure::data(path, fault))?;
        let at = record.position().map_or(0, csv::Position::line);
        let cell = |column: usize| record.get(column).unwrap_or_default();
        let fault = |reason: String| Failure::data(path, format!("line {at}: {reason}"));
        let currency: Currency = cell(3)
            .parse()
            .map_err(|f: l2c::money::MoneyError| fault(f.to_string()))?;
        let amount = parse_decimal(cell(2)).and_then(|amount| Money::new(amount, currency));
        lines.push(StatementLine {
            id: PaymentId::from_key(cell(0)).map_err(|f| fault(f.to_string()))?,
            date: cell(1)
                .parse()
                .map_err(|_| fault(format!("`{}` is not a date written YYYY-MM-DD", cell(1))))?,
            amount: amount.map_err(|f| fault(f.to_string()))?,
            reference: cell(4).to_owned(),
            payer: Some(CustomerAccountId::from_key(cell(5)).map_err(|f| fault(f.to_string()))?),
        });
    }
    Ok(lines)
}

/// Opens an item per invoice and applies the statement, in order of date.
///
/// # Errors
/// What a room refuses, and what the store refuses.
pub fn collect(
    billing: &Billing,
    statement_file: &Path,
    entity: LegalEntity,
    kept: &mut Kept<'_>,
) -> Result<Collecting, Failure> {
    let (record, books) = (&mut *kept.record, &mut *kept.books);
    record.stage("receivables")?;
    let lines = statement(statement_file)?;
    let mut candidates = Vec::new();
    for issued in standing(billing) {
        let number = DocumentNumber::new(issued.number.as_str());
        let account = CustomerAccountId::from_key(issued.invoice.document().buyer.key());
        candidates.push(Candidate {
            account: account.map_err(Failure::stage("receivables", &issued.number))?,
            number: number.map_err(Failure::stage("receivables", &issued.number))?,
            due_date: issued.due_date,
            open: issued.invoice.totals().payable,
        });
    }
    let proposals = BankMatcher::new(candidates).propose(&lines);

    // On a day, documents come before payments.
    let mut agenda: Vec<(NaiveDate, u8, CustomerAccountId, AccountCommand)> = Vec::new();
    for issued in billing.documents.iter().filter_map(|life| life.state.issued()) {
        let (account, command) =
            invoice_to_open_item(issued).map_err(Failure::stage("receivables", &issued.number))?;
        agenda.push((issued.issue_date, 0, account, command));
    }
    for proposal in &proposals {
        if let Some((account, command)) = proposal.command() {
            agenda.push((proposal.date, 1, account, command));
        }
    }
    agenda.sort_by_key(|(date, order, ..)| (*date, *order));

    let bar = kept.progress.stage("receivables", agenda.len());
    let mut accounts: BTreeMap<CustomerAccountId, Life<CustomerAccount>> = BTreeMap::new();
    for (date, _, id, command) in agenda {
        let life = accounts
            .entry(id.clone())
            .or_insert_with(|| Life::new(id.as_str()));
        let events = record.command(life, &command, &(), date)?;
        let entries = post(entity, &id, &events).map_err(Failure::stage("receivables", &id))?;
        books.post(record, entries)?;
        record.boundary()?;
        bar.inc(1);
    }
    record.flush()?;
    bar.finish();
    Ok(Collecting { accounts, proposals })
}

impl Collecting {
    /// The ageing of all customers at the end of each month through a day, and on that day.
    ///
    /// # Errors
    /// What the room refuses.
    pub fn ageing(
        &self,
        first: NaiveDate,
        as_of: NaiveDate,
        currency: Currency,
    ) -> Result<Vec<AgeingReport>, Failure> {
        let policy = AgeingPolicy::by_thirty_days();
        let mut days = Vec::new();
        let mut month = FiscalMonth::of(first);
        while month.last_day() < as_of {
            days.push(month.last_day());
            month = month.next().map_err(Failure::stage("ageing", month))?;
        }
        days.push(as_of);
        days.into_iter()
            .map(|day| {
                let items = self
                    .accounts
                    .iter()
                    .flat_map(|(id, life)| life.state.aged_items(id.key(), day, currency));
                let items: Vec<_> = items.collect();
                age(&items, day, currency, &policy, None).map_err(Failure::stage("ageing", day))
            })
            .collect()
    }

    /// How many lines of the statement fit in which way.
    pub fn fits(&self) -> BTreeMap<String, usize> {
        let mut fits = BTreeMap::new();
        for proposal in &self.proposals {
            let late = if proposal.days_late > 0 && proposal.fit == Fit::Exact {
                " but late"
            } else {
                ""
            };
            let name = format!("{}{late}", word(proposal.fit));
            let count: &mut usize = fits.entry(name).or_default();
            *count = count.saturating_add(1);
        }
        fits
    }
}
