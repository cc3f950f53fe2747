//! Quotes: what the customer reads, as the quote's own document has it; behind it the waterfall of each line from list to
//! net, who approved it, and why.

use l2c::money::{Currency, Rounding};
use l2c::pricing::{LIST, PricedQuote, WaterfallRow};
use l2c::quotes::{OfferDocument, QuoteDocument, Submission};
use maud::{Markup, html};

use super::derivation::Derivations;
use super::parts::{Sheet, amount, day, facts, money, page as document_page, quantity};
use super::{Kind, Press};
use crate::error::Failure;
use crate::page::grouped;
use crate::price_waterfall;
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
    let document = QuoteDocument::new(&quote.state, version.number())
        .map_err(Failure::stage("documents", &quote.key))?;
    let behind = match version.submission() {
        Some(submission) => {
            let title = format!("Price of quote {} from list to net", quote.key);
            html! {
                section.behind {
                    h2 { "From list to net" }
                    (price_waterfall::drawing(&title, &submission.priced)?)
                    (steps(&submission.priced))
                }
                (approvals(press, deal, submission, price_waterfall::reasons(&quote.key, version)?))
            }
        }
        None => html! {},
    };
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
            @if let Some(document) = &document {
                (facts(&terms(press, deal, document)))
                @for offer in &document.offers { (self::offer(offer)) }
            }
        },
        disclaimer: "no such quote was made",
        behind: html! {
            (behind)
            (derivations.section())
        },
    }))
}

/// The head of the document.
fn terms<'a>(press: &Press<'_>, deal: &Deal, document: &QuoteDocument) -> Vec<(&'a str, Markup)> {
    let mut terms = vec![
        ("Version", html! { (document.version) }),
        ("Offered on", day(document.issued_on)),
        ("Valid until", day(document.valid_until)),
    ];
    if let Some(accepted) = document.accepted_on {
        terms.push(("Accepted on", day(accepted)));
    }
    if let Some(reference) = &document.reference {
        terms.push(("Customer's reference", html! { (reference) }));
    }
    let latest = deal.quote.state.latest();
    if let Some(submission) = latest.and_then(|version| version.submission()) {
        terms.push(("Sales agent", html! { (press.name(&submission.by)) }));
    }
    terms.push(("Currency", html! { (document.currency) }));
    terms.push(("Price book", html! { (document.price_book) }));
    if let Some(opportunity) = deal.quote.state.opportunity() {
        terms.push(("Opportunity", html! { span.id { (opportunity) } }));
    }
    terms
}

/// The lines of an offer, and what they come to.
fn offer(offer: &OfferDocument) -> Markup {
    let currency = offer.net_total.currency();
    html! {
        table.wide {
            caption { (offer.name.as_deref().unwrap_or("What is offered")) ", " (currency) }
            thead {
                tr {
                    th scope="col" { "Line" }
                    th.num scope="col" { "Quantity" }
                    th.num scope="col" { "List" }
                    th.num scope="col" { "Net" }
                }
            }
            tbody {
                @for line in &offer.lines {
                    tr {
                        th scope="row" {
                            (line.name)
                            @if line.optional { span.sub { @if line.chosen { "optional, chosen" } @else { "optional, not chosen" } } }
                            @if let Some(period) = &line.period { span.sub { (period) } }
                        }
                        td.num { (quantity(&line.quantity)) }
                        td.num { (amount(&line.list)) }
                        td.num { (amount(&line.net)) }
                    }
                }
            }
        }
        div.sums {
            table.totals {
                caption { "Totals, " (currency) }
                tbody {
                    tr { th scope="row" { "List total" } td.num { (amount(&offer.list_total)) } }
                    tr.due {
                        th scope="row" { "Net total" }
                        td.num data-figure="net_total" { (amount(&offer.net_total)) }
                    }
                }
            }
        }
        p.pay { "Net total " strong { (money(&offer.net_total)) } (discount(offer)) ", before tax." }
    }
}

/// Each line with every step from list to net.
fn steps(priced: &PricedQuote) -> Markup {
    let currency = priced.currency();
    html! {
        table.wide.waterfall {
            caption { "Line by line, " (currency) }
            thead { tr { th scope="col" { "Line" } th.num scope="col" { "Amount" } } }
            @for line in priced.lines() {
                tbody {
                    @for row in &line.rows {
                        @if row.step == LIST {
                            tr {
                                th scope="rowgroup" { (line.name) span.sub { "List price" } }
                                td.num { (grouped(&row.amount_text(currency))) }
                            }
                        } @else {
                            (step(row, currency))
                        }
                    }
                    tr.net {
                        th scope="row" { "Net" }
                        td.num { (amount(&line.net)) }
                    }
                }
            }
        }
    }
}

/// A step of a waterfall. One that did not apply says why.
fn step(row: &WaterfallRow, currency: Currency) -> Markup {
    html! {
        tr.step {
            th scope="row" {
                (row.label)
                @if let Some(why) = &row.skipped { span.sub { "not applied: " (why) } }
            }
            td.num {
                @if row.skipped.is_none() {
                    @if row.amount.is_positive() { "+" }
                    (grouped(&row.amount_text(currency)))
                }
            }
        }
    }
}

/// The discount in words; below zero the price is above list.
fn discount(offer: &OfferDocument) -> String {
    let Some(percent) = offer.discount_percent() else {
        return String::new();
    };
    if percent.is_zero() {
        return ", at list price".to_owned();
    }
    let shown = percent.abs().round(2, Rounding::HalfUp);
    let exact = if shown == percent.abs() { "" } else { "about " };
    let side = if percent.is_negative() { "above" } else { "below" };
    format!(", {exact}{} % {side} list", shown.text_with_decimals(2))
}

/// Which rules asked for whose approval, and who gave it; not for the customer, so it is not printed.
fn approvals(press: &Press<'_>, deal: &Deal, submission: &Submission, reasons: Option<Markup>) -> Markup {
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
            @if let Some(reasons) = reasons { h3 { "Why" } (reasons) }
        }
    }
}
