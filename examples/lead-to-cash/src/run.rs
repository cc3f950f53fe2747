//! The run: every stage in its order, then the reconciliations.

use std::collections::BTreeMap;
use std::sync::Arc;

use l2c::commissions::{Plan, PlanDocument};
use l2c::host::Decider;
use l2c::leads::Forecaster;
use l2c::orders::HoldPolicy;
use l2c::quotes::ApprovalPolicy;
use l2c::revenue::RevenuePolicy;
use l2c::revenue::contract_cost::ContractCostPolicy;

use crate::books::Books;
use crate::changing::ChangesDocument;
use crate::checks::Made;
use crate::documents;
use crate::error::Failure;
use crate::import::{Crm, Outcome, Treatment};
use crate::offer::Offer;
use crate::output::Output;
use crate::parties::Parties;
use crate::policy::Folder;
use crate::print::Press;
use crate::progress::Progress;
use crate::recognising::Kind;
use crate::reconcile::Reconciliation;
use crate::record::{Life, Manifest, Record};
use crate::simulation::Simulation;
use crate::stage::{Kept, Known};
use crate::summary::{FindingKind, ORIGIN, Report, Written};
use crate::terms::Terms;
use crate::why::{self, Choice, Chosen, Sample, Sources};
use crate::{
    Arguments, billing, collecting, commissioning, contracting, costing, forecasting, ordering, print,
    quoting, recognising, report, selling, tables,
};

/// Every policy document, checked before anything is written.
struct Policies {
    terms: Terms,
    offer: Offer,
    selling: selling::Policy,
    forecaster: Forecaster,
    approvals: Arc<ApprovalPolicy>,
    holds: HoldPolicy,
    billing: billing::Policy,
    simulation: Simulation,
    revenue: RevenuePolicy,
    changes: ChangesDocument,
    plan: (PlanDocument, Plan),
    costs: ContractCostPolicy,
}

impl Policies {
    fn read(folder: &mut Folder, terms: Terms, crm: &Crm) -> Result<Self, Failure> {
        let selling = selling::Policy::read(folder)?;
        Ok(Self {
            offer: Offer::new(folder, &crm.products, terms.currency)?,
            forecaster: forecasting::forecaster(folder, selling.process.clone())?,
            selling,
            approvals: quoting::approvals(folder)?,
            holds: ordering::holds(folder)?,
            billing: billing::Policy::read(folder)?,
            simulation: Simulation::read(folder)?,
            revenue: folder.read(&documents::REVENUE)?,
            changes: ChangesDocument::read(folder)?,
            plan: commissioning::plan(folder)?,
            costs: folder.read(&documents::CONTRACT_COSTS)?,
            terms,
        })
    }
}

/// Runs everything.
///
/// # Errors
/// Data, policies, a store or a folder that cannot be used, or what a room refuses.
pub fn run(arguments: &Arguments) -> Result<Report, Failure> {
    let progress = Progress::new(arguments.quiet);
    progress.doing("reading the policies and the export");
    let mut folder = Folder::new(&arguments.policy);
    let terms = folder.read(&documents::TERMS)?;
    let terms = folder.check(&documents::TERMS, terms.checked())?;
    let mut crm = Crm::read(&arguments.data, terms.currency)?;
    let as_of = arguments.as_of.unwrap_or(crm.latest);
    crm.until(as_of);
    let policies = Policies::read(&mut folder, terms, &crm)?;
    let mut books = Books::open(&mut folder)?;
    let parties = Parties::new(&crm)?;

    let mut output = Output::open(&arguments.out)?;
    let path = arguments
        .store
        .clone()
        .unwrap_or_else(|| arguments.out.join("store.sqlite"));
    let manifest = Manifest {
        data: crm.fingerprints.clone(),
        policy: folder.fingerprints.clone(),
        as_of,
    };
    let mut record = Record::open(&path, manifest)?;
    let known = Known {
        crm: &crm,
        parties: &parties,
        offer: &policies.offer,
        terms: &policies.terms,
        as_of,
    };
    let mut kept = Kept {
        record: &mut record,
        books: &mut books,
        output: &mut output,
        progress: &progress,
    };
    let mut report = match stages(&known, &policies, arguments.documents, &mut kept) {
        // What a room refuses, it refuses every time: a store that this run began is of no use to another.
        Err(refusal @ Failure::Stage { .. }) => {
            record.discard();
            return Err(refusal);
        }
        stages => stages?,
    };
    output.json("run.json", &report)?;
    progress.doing("giving the results their names");
    report.written = Written {
        store: path,
        out: arguments.out.clone(),
        events: record.written,
        known: record.known,
        files: output.place()?,
    };
    Ok(report)
}

fn stages(
    known: &Known<'_>,
    policies: &Policies,
    documents: print::Selection,
    kept: &mut Kept<'_>,
) -> Result<Report, Failure> {
    let Known {
        crm,
        parties,
        offer,
        terms,
        as_of,
    } = *known;
    let mut replay = Replay::default();
    tables::findings(crm, kept.output)?;
    tables::parties(parties, kept.output)?;

    let cases = selling::sell(known, &policies.selling, kept)?;
    replay.check("leads", kept, cases.iter().map(|case| &case.lead))?;
    replay.check("opportunities", kept, cases.iter().map(|case| &case.opportunity))?;
    let pipeline = forecasting::report(crm, offer, &policies.forecaster, &cases, as_of, kept.output)?;
    tables::opportunities(&cases, kept.output)?;

    let deals = quoting::quote(known, &policies.approvals, &cases, kept)?;
    let case_count = cases.len();
    drop(cases);
    replay.check("quotes", kept, deals.iter().map(|deal| &deal.quote))?;
    tables::quotes(&deals, kept.output)?;

    let orders = ordering::order(known, &policies.holds, &deals, kept)?;
    replay.check("orders", kept, orders.iter().map(|ordered| &ordered.order))?;
    tables::orders(&orders, kept.output)?;

    let contracting = contracting::contract(known, &policies.billing, &deals, &orders, kept)?;
    let contracts = &contracting.contracts;
    replay.check("contracts", kept, contracts.iter().map(|agreed| &agreed.contract))?;

    let invoices = billing::bill(&contracting.accounts, &policies.billing, as_of, kept)?;
    replay.check("invoices", kept, &invoices.documents)?;
    tables::invoices(&invoices, kept.output)?;

    let simulation = &policies.simulation;
    collecting::simulate(simulation, &invoices, &contracting.accounts, as_of, kept.output)?;
    let statement = kept.output.path(collecting::STATEMENT);
    let collecting = collecting::collect(&invoices, &statement, terms.legal_entity, kept)?;
    replay.check("receivables", kept, collecting.accounts.values())?;
    let first = invoices
        .documents
        .iter()
        .filter_map(|life| life.state.issued())
        .map(|issued| issued.issue_date)
        .min();
    let ageing = collecting.ageing(first.unwrap_or(as_of), as_of, terms.currency)?;
    tables::receivables(&collecting, &ageing, kept.output)?;

    let recognising = recognising::recognise(
        known,
        (&policies.revenue, &policies.changes),
        contracts,
        &invoices,
        kept,
    )?;
    replay.check("revenue contracts", kept, &recognising.contracts)?;

    let commissioning = commissioning::pay(known, &policies.plan.1, contracts, kept)?;
    replay.check(
        "commission statements",
        kept,
        commissioning.statements.values().flatten(),
    )?;
    let costing = costing::cost(known, &policies.costs, contracts, &commissioning, kept)?;

    let books = &*kept.books;
    let bar = kept.progress.stage("writing the journal", books.entries);
    let stored = books.export(kept.record, kept.output, &bar)?;
    bar.finish_and_clear();
    kept.progress.doing("reconciling");
    books.export_balance(kept.output)?;
    let made = Made {
        crm,
        terms,
        deals: &deals,
        orders: &orders,
        contracting: &contracting,
        billing: &invoices,
        collecting: &collecting,
        recognising: &recognising,
        commissioning: &commissioning,
        costing: &costing,
        books,
        stored: &stored,
    };
    let press = Press::new(known, &made, &policies.plan);
    let printed = press.print(documents, kept.output, kept.progress)?;
    let mut reconciliations = made.reconcile()?;
    reconciliations.push(replay.reconciliation());

    let outcome =
        |wanted: fn(&Outcome) -> bool| crm.opportunities.iter().filter(|o| wanted(&o.outcome)).count();
    let treated = |treatment| {
        crm.findings
            .iter()
            .filter(|finding| finding.treatment == treatment)
            .count()
    };
    let held = orders
        .iter()
        .filter(|ordered| !ordered.order.state.holds().is_empty())
        .count();
    let credit_notes = invoices.documents.iter().filter_map(|life| life.state.issued());
    let credit_notes = credit_notes
        .filter(|issued| issued.invoice.is_credit_note())
        .count();
    let totals = made.totals()?;
    let choice = Choice::new(&deals, contracts);
    let mut samples = Vec::new();
    for (rule, Chosen { deal, agreed }) in choice.iter().flat_map(Choice::distinct) {
        let Some(source) = crm.opportunities.get(deal.row) else {
            continue;
        };
        let sources = Sources {
            known,
            plan: &policies.plan.1,
            score: policies.selling.explain(source, crm, offer),
            deal,
            agreed,
            billing: &invoices,
            recognising: &recognising,
            commissioning: &commissioning,
            costing: &costing,
        };
        samples.push(Sample {
            rule,
            deal: agreed.contract.key.clone(),
            derivations: sources.derivations()?,
        });
    }
    samples.extend(why::changes::samples(&recognising, &recognising::view(as_of))?);
    why::write(&samples, kept.output)?;
    let priced = choice.map(|choice| priced(offer, &choice)).transpose()?;
    let counts = BTreeMap::from([
        ("opportunities", case_count),
        ("opportunities_won", outcome(|o| matches!(o, Outcome::Won { .. }))),
        (
            "opportunities_won_without_value",
            outcome(|o| matches!(o, Outcome::Won { value: None, .. })),
        ),
        (
            "opportunities_lost",
            outcome(|o| matches!(o, Outcome::Lost { .. })),
        ),
        ("opportunities_open", outcome(|o| matches!(o, Outcome::Open))),
        ("clicks", crm.clicks.values().map(Vec::len).sum()),
        ("quotes_accepted", deals.len()),
        (
            "quotes_with_approvals",
            deals.iter().filter(|deal| deal.approvals > 0).count(),
        ),
        ("orders", orders.len()),
        ("orders_held_at_some_time", held),
        (
            "orders_still_held",
            orders
                .iter()
                .filter(|ordered| ordered.delivered.is_none())
                .count(),
        ),
        ("contracts", contracts.len()),
        ("contracts_extended", recognising.changed(Kind::Extended).0),
        ("contracts_with_rebate", recognising.changed(Kind::Agreed).0),
        ("rebates_missed", recognising.changed(Kind::Missed).0),
        ("invoices", invoices.documents.len().saturating_sub(credit_notes)),
        ("credit_notes", credit_notes),
        ("bank_lines", collecting.proposals.len()),
        (
            "commission_statements",
            commissioning.statements.values().map(Vec::len).sum(),
        ),
        ("journal_entries", books.entries),
    ]);
    let subject = report::Subject {
        as_of,
        origin: ORIGIN,
        results: report::Results {
            output: &*kept.output,
            currency: terms.currency,
        },
        names: report::Names {
            parties,
            pages: &printed.pages,
        },
        counts: &counts,
        totals: &totals,
        reconciliations: &reconciliations,
    };
    let page = report::html(&subject, priced.as_ref(), &samples)?;
    kept.output.text("report.html", &page)?;
    Ok(Report {
        as_of,
        currency: terms.currency,
        origin: ORIGIN,
        counts,
        import: BTreeMap::from([
            ("refused", treated(Treatment::Refused)),
            ("repaired", treated(Treatment::Repaired)),
            ("noted", treated(Treatment::Noted)),
        ]),
        pipeline,
        payment_fits: collecting.fits(),
        totals,
        reconciliations,
        findings: FindingKind::of(&crm.findings),
        written: Written::default(),
    })
}

/// The quote with the deepest discount, and where its net total comes from.
fn priced<'a>(offer: &Offer, choice: &Choice<'a>) -> Result<report::Priced<'a>, Failure> {
    let quote = &choice.deepest.deal.quote;
    let request = quote
        .state
        .latest()
        .map(|version| version.terms().request.clone());
    let explained = match request {
        Some(request) => offer
            .engine
            .explain(&request)
            .map_err(Failure::stage("report", &quote.key))?,
        None => return Err(Failure::stage("report", &quote.key)("it has no version")),
    };
    let derivation = explained.net_total();
    why::recomputed(&quote.key, &derivation, &derivation.value())?;
    Ok(report::Priced {
        chosen: "the deepest discount of all".to_owned(),
        quote: &quote.state,
        derivation,
    })
}

/// Lives read back from the store, against those in memory.
#[derive(Default)]
struct Replay {
    checked: usize,
    different: Vec<String>,
    different_count: usize,
}

impl Replay {
    fn check<'a, D: Decider + PartialEq + 'a>(
        &mut self,
        what: &str,
        kept: &mut Kept<'_>,
        lives: impl IntoIterator<Item = &'a Life<D>>,
    ) -> Result<(), Failure> {
        let lives: Vec<_> = lives.into_iter().collect();
        let bar = kept.progress.stage(&format!("reading back {what}"), lives.len());
        let (checked, different) = kept.record.replayed(bar.wrap_iter(lives.into_iter()))?;
        bar.finish_and_clear();
        kept.progress.doing(&format!("writing tables of {what}"));
        self.checked = self.checked.saturating_add(checked);
        self.different_count = self.different_count.saturating_add(different.len());
        self.different.extend(different.into_iter().take(20));
        Ok(())
    }

    fn reconciliation(self) -> Reconciliation {
        let same = self.checked.saturating_sub(self.different_count);
        Reconciliation::count("replayed state = stored state", self.checked, same).naming(self.different)
    }
}
