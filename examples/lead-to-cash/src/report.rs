//! `report.html`: the whole run on one page, made from the tables beside it, which opens down to single figures.

mod billing;
pub mod chart;
mod commissions;
mod derivation;
mod ledger;
mod listing;
mod results;
mod revenue;
mod selling;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c::explain::Explanation;
use l2c::money::Money;
use l2c::quotes::Quote;
use maud::{Markup, html};

pub use listing::Names;
pub use results::Results;

use crate::error::Failure;
use crate::page::{grouped, page};
use crate::reconcile::Reconciliation;
use crate::why::Sample;

/// What the report is about.
pub struct Subject<'a> {
    /// The date of the run.
    pub as_of: NaiveDate,
    /// What is from the export and what is not.
    pub origin: &'a str,
    /// The tables.
    pub results: Results<'a>,
    /// Names of parties, pages of documents.
    pub names: Names<'a>,
    /// How many of each there are.
    pub counts: &'a BTreeMap<&'static str, usize>,
    /// The totals of the run.
    pub totals: &'a BTreeMap<&'static str, Money>,
    /// Figures from two sides.
    pub reconciliations: &'a [Reconciliation],
}

/// The quote whose price is shown step by step.
pub struct Priced<'a> {
    /// Why it is this one.
    pub chosen: String,
    /// The quote.
    pub quote: &'a Quote,
    /// Where its net total comes from.
    pub derivation: Explanation,
}

/// The page.
///
/// # Errors
/// A table that cannot be read back, or a sum out of bounds.
pub fn html(
    subject: &Subject<'_>,
    priced: Option<&Priced<'_>>,
    samples: &[Sample],
) -> Result<String, Failure> {
    let price = match priced {
        Some(priced) => derivation::price(subject, &priced.chosen, priced.quote, &priced.derivation)?,
        None => html! {},
    };
    let body = html! {
        header {
            h1 { "Lead to cash" }
            p { "As of " (subject.as_of) ". " (subject.origin) }
            (tiles(subject))
            (contents(priced.is_some()))
        }
        main {
            (selling::funnel(subject)?)
            (selling::pipeline(subject)?)
            (price)
            (billing::invoices(subject)?)
            (billing::ageing(subject)?)
            (revenue::revenue(subject)?)
            (commissions::league(subject)?)
            (ledger::trial_balance(subject)?)
            (ledger::reconciliations(subject))
            (ledger::findings(subject)?)
            (derivation::samples(samples))
        }
        footer.muted {
            p {
                "Every figure is a sum of rows in the files beside this page; a list shows the first twenty rows and names the file. "
                a href="documents/index.html" { "Quotes, invoices, credit notes and commission statements" }
                " are pages of their own; a number that is a link leads to one. "
                a href="run.json" { "run.json" } " has counts, totals and reconciliations, "
                a href="why.md" { "why.md" } " the derivations as text, and " span.id { "store.sqlite" } " every event."
            }
        }
    };
    Ok(page(
        "Lead to cash",
        "report",
        include_str!("report/report.css"),
        &body,
    ))
}

/// The headline figures, each a way to its section.
fn tiles(subject: &Subject<'_>) -> Markup {
    let money = |name: &str| {
        subject
            .totals
            .get(name)
            .map(Money::amount_text)
            .unwrap_or_default()
    };
    let held = subject
        .reconciliations
        .iter()
        .filter(|check| check.holds())
        .count();
    let tiles = [
        ("#pipeline", "Won and quoted, net", money("quoted_net")),
        ("#invoices", "Invoiced, gross", money("invoiced_gross")),
        ("#invoices", "Paid", money("paid_gross")),
        ("#ageing", "Open", money("open_gross")),
        ("#revenue", "Revenue recognised", money("revenue_recognised")),
        (
            "#revenue",
            "Not yet performed",
            money("revenue_not_yet_performed"),
        ),
        ("#commissions", "Commission earned", money("commission_earned")),
    ];
    html! {
        ul.tiles {
            @for (target, label, figure) in &tiles {
                li { a href=(target) { span.label { (label) } span.figure { (grouped(figure)) } } }
            }
            li { a href="#reconciliations" {
                span.label { "Reconciliations that hold" }
                span.figure.good[held == subject.reconciliations.len()].bad[held != subject.reconciliations.len()] {
                    (held) " of " (subject.reconciliations.len())
                }
            } }
        }
        p.muted { "Amounts are in " (subject.results.currency) "." }
    }
}

fn contents(priced: bool) -> Markup {
    let sections = [
        ("funnel", "Funnel"),
        ("pipeline", "Pipeline and forecast"),
        ("price", "Price waterfall"),
        ("invoices", "Invoices"),
        ("ageing", "Ageing"),
        ("revenue", "Revenue"),
        ("commissions", "Commissions"),
        ("ledger", "Ledger"),
        ("reconciliations", "Reconciliations"),
        ("findings", "Findings"),
        ("why", "Why"),
    ];
    html! {
        nav aria-label="Contents" {
            @for (id, name) in sections.iter().filter(|(id, _)| priced || *id != "price") {
                a href=(format!("#{id}")) { (name) }
            }
            a href="documents/index.html" { "Documents" }
        }
    }
}

/// A section with its heading and what to know before reading it.
fn section(id: &str, title: &str, intro: &Markup, body: &Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby=(format!("{id}-title")) {
            h2 id=(format!("{id}-title")) { (title) }
            p { (intro) }
            (body)
        }
    }
}
