//! The run: every stage in its order, then the reconciliations.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use l2c::commissions::{Plan, PlanDocument};
use l2c::host::Decider;
use l2c::leads::Forecaster;
use l2c::money::{Currency, Money};
use l2c::orders::HoldPolicy;
use l2c::quotes::ApprovalMatrix;
use l2c::revenue::RevenuePolicy;
use serde::Serialize;

use crate::books::Books;
use crate::checks::Made;
use crate::error::Failure;
use crate::import::{Crm, Outcome, Treatment};
use crate::offer::Offer;
use crate::output::{Output, Placed};
use crate::parties::Parties;
use crate::policy::Folder;
use crate::print::Press;
use crate::progress::Progress;
use crate::reconcile::Reconciliation;
use crate::record::{Life, Manifest, Record};
use crate::simulation::Simulation;
use crate::stage::{Kept, Known};
use crate::terms::Terms;
use crate::why::{self, Choice, Chosen, Sample, Sources};
use crate::{
    Arguments, billing, collecting, commissioning, contracting, forecasting, ordering, print, quoting,
    recognising, report, selling, tables,
};

/// What is from the export and what is not.
const ORIGIN: &str =
    "Everything behind the closed opportunity follows from the policies; payments are simulated.";

/// What was done, for `run.json` and for the screen.
#[derive(Serialize)]
pub struct Report {
    as_of: NaiveDate,
    currency: Currency,
    origin: &'static str,
    counts: BTreeMap<&'static str, usize>,
    import: BTreeMap<&'static str, usize>,
    pipeline: BTreeMap<String, forecasting::StageFigures>,
    payment_fits: BTreeMap<String, usize>,
    totals: BTreeMap<&'static str, Money>,
    /// Figures from two sides.
    pub reconciliations: Vec<Reconciliation>,
    #[serde(skip)]
    store: StoreReport,
}

/// What the run did to the store and the output folder; it differs from run to run, so `run.json` leaves it out.
struct StoreReport {
    path: PathBuf,
    out: PathBuf,
    written: usize,
    known: usize,
    placed: Placed,
}

/// Every policy document, checked before anything is written.
struct Policies {
    terms: Terms,
    offer: Offer,
    selling: selling::Policy,
    forecaster: Forecaster,
    matrix: Arc<ApprovalMatrix>,
    holds: HoldPolicy,
    billing: billing::Policy,
    simulation: Simulation,
    revenue: RevenuePolicy,
    plan: (PlanDocument, Plan),
}

impl Policies {
    fn read(folder: &mut Folder, terms: Terms, crm: &Crm) -> Result<Self, Failure> {
        let selling = selling::Policy::read(folder)?;
        let behaviour = folder.read("payments.json")?;
        Ok(Self {
            offer: Offer::new(folder, &crm.products, terms.currency)?,
            forecaster: forecasting::forecaster(folder, selling.process.clone())?,
            selling,
            matrix: quoting::matrix(folder)?,
            holds: ordering::holds(folder)?,
            billing: billing::Policy::read(folder)?,
            simulation: Simulation::new(behaviour, &folder.document("payments.json"))?,
            revenue: folder.read("revenue.json")?,
            plan: commissioning::plan(folder)?,
            terms,
        })
    }
}

/// Runs everything.
///
/// # Errors
/// Data, policies, a store or a folder that cannot be used, or what a room refuses.
pub fn run(arguments: &Arguments) -> Result<Report, Failure> {
    let mut folder = Folder::new(&arguments.policy);
    let terms: Terms = folder.read("terms.json")?;
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
        progress: &Progress::new(arguments.quiet),
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
    report.store = StoreReport {
        path,
        out: arguments.out.clone(),
        written: record.written,
        known: record.known,
        placed: output.place()?,
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
    replay.check(kept.record, cases.iter().map(|case| &case.lead))?;
    replay.check(kept.record, cases.iter().map(|case| &case.opportunity))?;
    let pipeline = forecasting::report(crm, offer, &policies.forecaster, &cases, as_of, kept.output)?;
    tables::opportunities(&cases, kept.output)?;

    let deals = quoting::quote(known, &policies.matrix, &cases, kept)?;
    let case_count = cases.len();
    drop(cases);
    replay.check(kept.record, deals.iter().map(|deal| &deal.quote))?;
    tables::quotes(&deals, kept.output)?;

    let orders = ordering::order(known, &policies.holds, &deals, kept)?;
    replay.check(kept.record, orders.iter().map(|ordered| &ordered.order))?;
    tables::orders(&orders, kept.output)?;

    let contracting = contracting::contract(known, &policies.billing, &deals, &orders, kept)?;
    let contracts = &contracting.contracts;
    replay.check(kept.record, contracts.iter().map(|agreed| &agreed.contract))?;

    let invoices = billing::bill(&contracting.accounts, &policies.billing, as_of, kept)?;
    replay.check(kept.record, &invoices.documents)?;
    tables::invoices(&invoices, kept.output)?;

    let simulation = &policies.simulation;
    collecting::simulate(simulation, &invoices, &contracting.accounts, as_of, kept.output)?;
    let statement = kept.output.path(collecting::STATEMENT);
    let collecting = collecting::collect(&invoices, &statement, terms.legal_entity, kept)?;
    replay.check(kept.record, collecting.accounts.values())?;
    let first = invoices
        .documents
        .iter()
        .filter_map(|life| life.state.issued())
        .map(|issued| issued.issue_date)
        .min();
    let ageing = collecting.ageing(first.unwrap_or(as_of), as_of, terms.currency)?;
    tables::receivables(&collecting, &ageing, kept.output)?;

    let recognising = recognising::recognise(known, &policies.revenue, contracts, &invoices, kept)?;
    replay.check(kept.record, &recognising.contracts)?;

    let commissioning = commissioning::pay(known, &policies.plan.1, contracts, kept)?;
    replay.check(kept.record, commissioning.statements.values().flatten())?;

    let books = &*kept.books;
    let stored = books.export(kept.record, kept.output)?;
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
        };
        samples.push(Sample {
            rule,
            deal: agreed.contract.key.clone(),
            derivations: sources.derivations()?,
        });
    }
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
        store: StoreReport {
            path: PathBuf::new(),
            out: PathBuf::new(),
            written: 0,
            known: 0,
            placed: Placed::default(),
        },
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
        record: &mut Record,
        lives: impl IntoIterator<Item = &'a Life<D>>,
    ) -> Result<(), Failure> {
        let (checked, different) = record.replayed(lives)?;
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

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Lead to cash as of {}.", self.as_of)?;
        writeln!(f, "{ORIGIN}\n")?;
        for (name, count) in &self.counts {
            writeln!(f, "  {:<34} {count:>12}", name.replace('_', " "))?;
        }
        for (name, count) in &self.import {
            writeln!(
                f,
                "  {:<34} {count:>12}",
                format!("rows {name}, see import-findings.csv")
            )?;
        }
        writeln!(f)?;
        for (name, amount) in &self.totals {
            writeln!(f, "  {:<34} {:>18}", name.replace('_', " "), amount.to_string())?;
        }
        writeln!(f, "\nReconciliations")?;
        for check in &self.reconciliations {
            writeln!(f, "  {check}")?;
        }
        let StoreReport {
            path,
            out,
            written,
            known,
            placed: Placed { changed, unchanged },
        } = &self.store;
        if *written == 0 && *changed == 0 {
            write!(
                f,
                "\nNothing changed: {} holds all {known} events, {} all {unchanged} files.",
                path.display(),
                out.display()
            )
        } else {
            write!(
                f,
                "\n{written} events written to {}, {known} were there; {changed} files written to {}.",
                path.display(),
                out.display()
            )
        }
    }
}
