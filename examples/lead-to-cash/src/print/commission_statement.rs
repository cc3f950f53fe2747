//! Commission statements: what a seller was credited with in a quarter, and what that earned.

use l2c::commissions::{
    ComponentDocument, ComponentResult, CreditKind, Statement, StatementLine, StatementState,
};
use l2c::money::{Exact, Percent};
use maud::{Markup, html};

use super::derivation::Derivations;
use super::parts::{Sheet, amount, day, facts, money, page as document_page};
use super::{Kind, Press};
use crate::commissioning::percentage;
use crate::error::Failure;
use crate::record::Life;

/// How many lines of a component are derived: these many, or the first ones and the last, which goes over all
/// credits of the quarter.
const DERIVED: usize = 4;
/// With more lines than this the last one is not derived: nobody reads so long a sum, and the page stays light.
const LONG: usize = 200;

/// The page of a statement.
///
/// # Errors
/// A derivation that does not give the figure that it explains.
pub fn page(press: &Press<'_>, life: &Life<StatementState>) -> Result<String, Failure> {
    let Some(statement) = life.state.statement() else {
        return Err(Failure::Stage {
            stage: "documents",
            subject: life.key.clone(),
            reason: "it is not closed".to_owned(),
        });
    };
    let components = statement.components().iter().map(|component| {
        let attainment = component.attainment.as_ref().map(percentage).transpose();
        let attainment = attainment.map_err(Failure::stage("documents", statement.id()))?;
        Ok((component, attainment))
    });
    let components: Vec<(&ComponentResult, Option<String>)> = components.collect::<Result<_, Failure>>()?;
    let derivations = derivations(press, statement)?;
    Ok(document_page(&Sheet {
        kind: Kind::Statement.name(),
        number: &statement.quarter().to_string(),
        from: html! { p.label { "Paid by" } p.party { (press.known.terms.legal_entity) } },
        body: html! {
            section.to {
                p.label { "Payee" }
                p.party { (press.name(statement.payee())) }
                p.id.muted { (statement.payee()) }
            }
            (facts(&terms(&life.state, statement)))
            @for (component, attainment) in &components {
                (results(press, statement, component, attainment.as_deref()))
            }
            (adjustments(statement))
            (totals(&life.state, statement))
        },
        disclaimer: "no such commission was paid",
        behind: derivations.section(),
    }))
}

/// The head of the document.
fn terms<'a>(state: &StatementState, statement: &Statement) -> Vec<(&'a str, Markup)> {
    let quarter = statement.quarter();
    let mut terms = vec![
        ("Statement", html! { span.id { (statement.id()) } }),
        (
            "Quarter",
            html! { (day(quarter.first_day())) " to " (day(quarter.last_day())) },
        ),
        (
            "Plan",
            html! { span.id { (statement.plan()) } ", version " (statement.version()) },
        ),
        ("Payment due", day(statement.due())),
    ];
    terms.push(match state.paid_on() {
        Some(on) => ("Paid on", day(on)),
        None => ("Status", html! { "accrued, not paid yet" }),
    });
    terms
}

/// A component of the plan: attainment, rates and lines.
fn results(
    press: &Press<'_>,
    statement: &Statement,
    component: &ComponentResult,
    attainment: Option<&str>,
) -> Markup {
    let written = written(press, statement, &component.component);
    let title = match written.map(|written| written.credits) {
        Some(CreditKind::Primary) => "Own sales",
        Some(CreditKind::Rollup) => "Sales of the team",
        _ => "Credits",
    };
    let lines = statement
        .lines()
        .iter()
        .filter(|line| line.component == component.component);
    html! {
        section.component {
            h2 { (title) " " span.muted { "(" (component.component) ")" } }
            dl.figures {
                div { dt { "Credited" } dd { (money(&component.credited)) } }
                @if let Some(quota) = &component.quota { div { dt { "Quota" } dd { (money(quota)) } } }
                @if let Some(attainment) = attainment { div { dt { "Attainment" } dd { (attainment) " %" } } }
                div { dt { "Commission" } dd { (money(&component.earned)) } }
            }
            @if let Some(written) = written { (rates(written, component.attainment.as_ref())) }
            table.wide.lines {
                caption { "Credited deals, " (component.credited.currency()) }
                thead {
                    tr {
                        th scope="col" { "Deal" }
                        th scope="col" { "Date" }
                        th.num scope="col" { "Credited" }
                        th.num.roomy scope="col" { "So far" }
                        th.num scope="col" { "Commission" }
                    }
                }
                tbody { @for line in lines { (credited(press, line)) } }
                tfoot {
                    tr {
                        th scope="row" { "Total" }
                        td {}
                        td.num { (amount(&component.credited)) }
                        td.roomy {}
                        td.num data-figure="earned" data-component=(component.component) { (amount(&component.earned)) }
                    }
                }
            }
        }
    }
}

fn credited(press: &Press<'_>, line: &StatementLine) -> Markup {
    let agreed = press.contracts.get(line.deal.as_str());
    let customer = agreed.and_then(|agreed| agreed.contract.state.terms());
    html! {
        tr {
            th scope="row" {
                @if let Some(terms) = customer { (press.name(terms.parties.sold_to())) }
                span.sub.id { (line.deal) }
            }
            td { (day(line.date)) }
            td.num { (amount(&line.credited)) }
            td.num.roomy { (amount(&line.credited_to_date)) }
            td.num { (amount(&line.commission)) }
        }
    }
}

/// The component as the plan has it.
fn written<'a>(press: &Press<'a>, statement: &Statement, component: &str) -> Option<&'a ComponentDocument> {
    let mut versions = press.plan_document.versions.iter();
    let version = versions.find(|version| version.version == statement.version())?;
    version.components.iter().find(|written| written.id == component)
}

/// The rate table, and how far the attainment reached into it.
fn rates(written: &ComponentDocument, attainment: Option<&Exact>) -> Markup {
    let Some(attainment) = attainment else {
        return html! {
            @for step in &written.rates { p { "The rate is " strong { (step.rate_percent) } " of what is credited." } }
        };
    };
    let mut before: Option<Percent> = None;
    let mut rows = Vec::new();
    for step in &written.rates {
        let reached = if *attainment <= before.map(|end| end.fraction()).unwrap_or_default() {
            "not reached"
        } else if step.up_to_percent.is_none_or(|end| *attainment < end.fraction()) {
            "in part"
        } else {
            "in full"
        };
        let band = match (before, step.up_to_percent) {
            (None, None) => "any".to_owned(),
            (None, Some(end)) => format!("up to {end}"),
            (Some(start), None) => format!("above {start}"),
            (Some(start), Some(end)) => format!("above {start}, up to {end}"),
        };
        rows.push((band, step.rate_percent, reached));
        before = step.up_to_percent;
    }
    html! {
        table.rates {
            caption { "Each rate pays for the part of the credits inside its step" }
            thead {
                tr {
                    th scope="col" { "Attainment of quota" }
                    th.num scope="col" { "Rate" }
                    th scope="col" { "Applied" }
                }
            }
            tbody {
                @for (band, rate, reached) in &rows {
                    tr.muted[*reached == "not reached"] {
                        th scope="row" { (band) }
                        td.num { (rate) }
                        td { (reached) }
                    }
                }
            }
        }
    }
}

/// What earlier quarters earn now, beyond what their statements said.
fn adjustments(statement: &Statement) -> Markup {
    if statement.adjustments().is_empty() {
        return html! {};
    }
    html! {
        section.component {
            h2 { "Adjustments of earlier quarters" }
            table.wide.lines {
                caption { "Differences to closed statements, " (statement.earned().currency()) }
                thead {
                    tr {
                        th scope="col" { "Deal" }
                        th scope="col" { "Quarter" }
                        th.num scope="col" { "Commission" }
                    }
                }
                tbody {
                    @for adjustment in statement.adjustments() {
                        tr {
                            th scope="row" { span.id { (adjustment.deal) } span.sub { (adjustment.component) } }
                            td { (adjustment.origin) }
                            td.num { (amount(&adjustment.amount)) }
                        }
                    }
                }
            }
        }
    }
}

fn totals(state: &StatementState, statement: &Statement) -> Markup {
    let rows = [
        ("Earned", statement.earned()),
        ("Brought forward", statement.brought_forward()),
        ("Carried forward", statement.carried_forward()),
    ];
    html! {
        div.sums {
            table.totals {
                caption { "Statement, " (statement.earned().currency()) }
                tbody {
                    @for (name, figure) in rows.iter().filter(|(name, figure)| *name == "Earned" || !figure.is_zero()) {
                        tr { th scope="row" { (name) } td.num { (amount(figure)) } }
                    }
                    tr.due {
                        th scope="row" { @if state.paid_on().is_some() { "Paid" } @else { "To be paid" } }
                        td.num data-figure="payable" { (amount(&statement.payable())) }
                    }
                }
            }
        }
    }
}

/// Why lines have their commission: all of them, or the first ones and the last.
fn derivations(press: &Press<'_>, statement: &Statement) -> Result<Derivations, Failure> {
    let mut derivations = Derivations::default();
    let commissioning = press.made.commissioning;
    let Some(credits) = commissioning.credits.get(statement.payee()) else {
        return Ok(derivations);
    };
    let lives = commissioning
        .statements
        .get(statement.payee())
        .into_iter()
        .flatten();
    let closed: Vec<Statement> = lives
        .filter_map(|life| life.state.statement())
        .filter(|earlier| earlier.quarter() < statement.quarter())
        .cloned()
        .collect();
    for component in statement.components() {
        let lines: Vec<&StatementLine> = statement
            .lines()
            .iter()
            .filter(|line| line.component == component.component)
            .collect();
        let first = DERIVED.saturating_sub(1);
        let chosen = lines.iter().enumerate().filter(|(place, _)| {
            *place < first || lines.len() <= LONG && place.saturating_add(1) == lines.len()
        });
        for (place, line) in chosen {
            let derivation = press
                .plan
                .explain(
                    statement.payee(),
                    statement.quarter(),
                    credits,
                    &closed,
                    &line.credit,
                )
                .map_err(Failure::stage("derivation", &line.credit))?;
            let title = if place >= DERIVED {
                format!(
                    "The commission on {}, the last deal: all credits of the quarter",
                    line.deal
                )
            } else {
                format!("The commission on {}", line.deal)
            };
            derivations.add(title, &derivation, &line.commission.exact())?;
        }
    }
    Ok(derivations)
}
