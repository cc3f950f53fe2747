//! Quotes: what is offered, the waterfall of each line from list to net, and who approved it.

use l2c::money::{Currency, Exact, Rounding};
use l2c::pricing::{LIST, PricedQuote, WaterfallRow};
use l2c::quotes::{QuoteStatus, QuoteVersion, Submission};
use maud::{Markup, html};

use super::derivation::Derivations;
use super::parts::{Sheet, amount, day, facts, money, page as document_page, quantity};
use super::{Kind, Press};
use crate::error::Failure;
use crate::page::grouped;
use crate::quoting::Deal;

/// The page of a quote.
///
/// # Errors
/// A derivation that does not give the figure that it explains.
pub fn page(press: &Press<'_>, deal: &Deal) -> Result<String, Failure> {
    let quote = &deal.quote;
    let (Some(parties), Some(version)) = (quote.state.parties(), quote.state.latest()) else {
        return Err(Failure::Stage {
            stage: "documents",
            subject: quote.key.clone(),
            reason: "it has no version".to_owned(),
        });
    };
    let mut derivations = Derivations::default();
    if let Some(priced) = version.priced() {
        let engine = &press.known.offer.engine;
        let explained = engine
            .explain(&version.terms().request)
            .map_err(Failure::stage("derivation", &quote.key))?;
        derivations.add(
            format!("The net total of {}", quote.key),
            &explained.net_total(),
            &priced.net_total().exact(),
        )?;
    }
    Ok(document_page(&Sheet {
        kind: Kind::Quote.name(),
        number: &quote.key,
        from: html! { p.label { "Seller" } p.party { (press.known.terms.legal_entity) } },
        body: html! {
            section.to {
                p.label { "Customer" }
                p.party { (press.name(parties.sold_to())) }
                p.id.muted { (parties.sold_to()) }
            }
            (facts(&terms(press, deal, version)))
            @if let Some(submission) = version.submission() {
                (lines(&submission.priced))
                (totals(&submission.priced))
            }
        },
        disclaimer: "no such quote was made",
        behind: html! {
            @if let Some(submission) = version.submission() { (approvals(press, deal, submission)) }
            (derivations.section())
        },
    }))
}

/// The head of the document.
fn terms<'a>(press: &Press<'_>, deal: &Deal, version: &QuoteVersion) -> Vec<(&'a str, Markup)> {
    let mut terms = vec![("Version", html! { (version.number()) })];
    if let Some(submission) = version.submission() {
        terms.push(("Offered on", day(submission.on)));
        terms.push(("Prices of", day(submission.priced.date())));
    }
    terms.push(("Valid until", day(version.terms().valid_until)));
    if version.status() == QuoteStatus::Accepted {
        terms.push(("Accepted on", day(version.since())));
    }
    if let Some(reference) = version.reference() {
        terms.push(("Customer's reference", html! { (reference) }));
    }
    if let Some(submission) = version.submission() {
        terms.push(("Sales agent", html! { (press.name(&submission.by)) }));
        terms.push(("Currency", html! { (submission.priced.currency()) }));
        terms.push(("Price book", html! { (submission.priced.price_book()) }));
    }
    if let Some(opportunity) = deal.quote.state.opportunity() {
        terms.push(("Opportunity", html! { span.id { (opportunity) } }));
    }
    terms
}

/// Each line with every step from list to net.
fn lines(priced: &PricedQuote) -> Markup {
    let currency = priced.currency();
    html! {
        table.wide.waterfall {
            caption { "From list to net, line by line, " (currency) }
            thead {
                tr {
                    th scope="col" { "Line" }
                    th.num scope="col" { "Quantity" }
                    th.num scope="col" { "Amount" }
                }
            }
            @for line in priced.lines() {
                tbody {
                    @for row in &line.rows {
                        @if row.step == LIST {
                            tr {
                                th scope="rowgroup" {
                                    (line.name)
                                    span.sub { "List price" }
                                }
                                td.num { (quantity(&line.quantity)) }
                                td.num { (grouped(&row.amount_text(currency))) }
                            }
                        } @else {
                            (step(row, currency, true))
                        }
                    }
                    tr.net {
                        th scope="row" { "Net" }
                        td {}
                        td.num { (amount(&line.net)) }
                    }
                }
            }
        }
    }
}

/// A step of a waterfall. One that did not apply says why.
fn step(row: &WaterfallRow, currency: Currency, quantity: bool) -> Markup {
    html! {
        tr.step {
            th scope="row" {
                (row.label)
                @if let Some(why) = &row.skipped { span.sub { "not applied: " (why) } }
            }
            @if quantity { td {} }
            td.num {
                @if row.skipped.is_none() {
                    @if row.amount.is_positive() { "+" }
                    (grouped(&row.amount_text(currency)))
                }
            }
        }
    }
}

fn totals(priced: &PricedQuote) -> Markup {
    let currency = priced.currency();
    html! {
        div.sums {
            table.totals {
                caption { "Totals, " (currency) }
                tbody {
                    tr { th scope="row" { "List total" } td.num { (amount(&priced.list_total())) } }
                    @for row in priced.waterfall().iter().filter(|row| row.step != LIST && row.skipped.is_none()) {
                        (step(row, currency, false))
                    }
                    tr.due {
                        th scope="row" { "Net total" }
                        td.num data-figure="net_total" { (amount(&priced.net_total())) }
                    }
                }
            }
        }
        @if let Some(percent) = priced.discount_percent() {
            p.pay {
                "Net total " strong { (money(&priced.net_total())) } ", " (discount(&percent)) ", before tax."
            }
        }
    }
}

/// A discount in words; below zero the price is above list.
fn discount(percent: &Exact) -> String {
    if percent.is_zero() {
        return "at list price".to_owned();
    }
    let shown = percent.abs().round(2, Rounding::HalfUp);
    let exact = if shown == percent.abs() { "" } else { "about " };
    let side = if percent.is_negative() { "above" } else { "below" };
    format!("{exact}{} % {side} list", shown.text_with_decimals(2))
}

/// Which rules asked for whose approval, and who gave it; not for the customer, so it is not printed.
fn approvals(press: &Press<'_>, deal: &Deal, submission: &Submission) -> Markup {
    let required: Vec<_> = submission.required().collect();
    html! {
        section.behind {
            h2 { "Approvals" }
            @if required.is_empty() {
                p { "None was needed by " (submission.approval.policy) "." }
            } @else {
                div.scroll {
                    table.wide {
                        caption { "Asked for by " (submission.approval.policy) }
                        thead {
                            tr {
                                th scope="col" { "Why" }
                                th scope="col" { "Approved by" }
                                th scope="col" { "On" }
                            }
                        }
                        tbody {
                            @for required in required {
                                @for approver in &required.approvers {
                                    tr {
                                        th scope="row" {
                                            (required.reason)
                                            span.sub { "Rule " (required.rule) ": " (required.because) }
                                        }
                                        @match deal.given.iter().find(|a| a.rule == required.rule && a.approver == *approver) {
                                            Some(given) => {
                                                td { (press.name(&given.by)) span.sub { "as " (approver) } }
                                                td { (day(given.on)) }
                                            },
                                            None => { td { "open" span.sub { (approver) } } td {} },
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
