//! Invoices and credit notes, in the terms of EN 16931. `data-bt` names the business term of a figure.

use l2c::invoicing::{InvoiceKind, InvoiceState, IssuedInvoice, PaymentTerms, PrecedingInvoice, TaxCategory};
use l2c::receivables::SourceId;
use maud::{Markup, html};

use super::derivation::Derivations;
use super::parts::{Sheet, amount, day, facts, money, page as document_page, quantity};
use super::{Kind, Press};
use crate::error::Failure;
use crate::page::grouped;

/// The page of an invoice or a credit note.
///
/// # Errors
/// A derivation that does not give the figure that it explains.
pub fn page(press: &Press<'_>, place: usize, issued: &IssuedInvoice) -> Result<String, Failure> {
    let invoice = &issued.invoice;
    let document = invoice.document();
    let number = issued.number.as_str();
    let gross = invoice.totals().gross.exact();
    let derivation = invoice.explain().map_err(Failure::stage("derivation", number))?;
    let mut derivations = Derivations::default();
    derivations.add(format!("The total with tax of {number}"), &derivation, &gross)?;
    let (kind, disclaimer) = match document.kind {
        InvoiceKind::Invoice => (Kind::Invoice, "no such invoice was issued"),
        InvoiceKind::CreditNote { .. } => (Kind::CreditNote, "no such credit note was issued"),
    };
    let buyer = press.name(&document.buyer);
    Ok(document_page(&Sheet {
        kind: kind.name(),
        number,
        from: html! { p.label { "Seller" } p.party { (document.seller) } },
        body: html! {
            section.to {
                p.label { "Buyer" }
                p.party { (buyer) }
                p.id.muted { (document.buyer) }
            }
            (facts(&terms(press, issued)))
            @if let InvoiceKind::CreditNote { corrects, reason } = &document.kind {
                (takes_back(press, issued, corrects, reason))
            }
            (lines(issued))
            div.sums {
                (tax(issued))
                (totals(issued))
            }
            @if document.kind == InvoiceKind::Invoice {
                p.pay {
                    "Please pay " strong { (money(&invoice.totals().payable)) } " by " (day(issued.due_date))
                    " and give the reference " strong.id { (number) } "."
                }
            }
        },
        disclaimer,
        behind: html! { (standing(press, place, issued)) (derivations.section()) },
    }))
}

/// The head of the document.
fn terms<'a>(press: &Press<'_>, issued: &IssuedInvoice) -> Vec<(&'a str, Markup)> {
    let document = issued.invoice.document();
    let mut terms = vec![("Issue date", day(issued.issue_date))];
    match &document.kind {
        InvoiceKind::Invoice => {
            let how = match document.terms {
                PaymentTerms::NetDays(days) => format!("{days} days net"),
                PaymentTerms::DaysAfterMonthEnd(days) => format!("{days} days after the end of the month"),
            };
            terms.push(("Payment due", day(issued.due_date)));
            terms.push(("Payment terms", html! { (how) }));
            terms.push(("Payment reference", html! { span.id { (issued.number) } }));
        }
        InvoiceKind::CreditNote { corrects, .. } => {
            terms.push(("Preceding invoice", press.link(corrects.number.as_str())));
            terms.push(("Its issue date", day(corrects.issue_date)));
        }
    }
    let type_code = match document.kind {
        InvoiceKind::Invoice => "380, commercial invoice",
        InvoiceKind::CreditNote { .. } => "381, credit note",
    };
    terms.push(("Tax point", day(document.tax_point)));
    terms.push(("Type", html! { (type_code) }));
    terms.push(("Currency", html! { (document.currency) }));
    terms.push(("Billing account", html! { span.id { (document.account) } }));
    terms
}

/// What a credit note means.
fn takes_back(
    press: &Press<'_>,
    issued: &IssuedInvoice,
    corrects: &PrecedingInvoice,
    reason: &str,
) -> Markup {
    html! {
        section.note {
            p {
                "This credit note takes back invoice " (press.link(corrects.number.as_str())) " of "
                (day(corrects.issue_date)) " whole: the buyer owes " strong { (money(&issued.invoice.totals().gross)) }
                " less. Nothing is to be paid on it."
            }
            p { "Reason: " (reason) }
        }
    }
}

fn lines(issued: &IssuedInvoice) -> Markup {
    let document = issued.invoice.document();
    html! {
        table.wide.lines {
            caption { "Lines" }
            thead {
                tr {
                    th scope="col" { "No." }
                    th scope="col" { "Description" }
                    th.num.roomy scope="col" { "Quantity" }
                    th.num.roomy scope="col" { "Unit price" }
                    th.num scope="col" { "Tax" }
                    th.num scope="col" { "Net, " (document.currency) }
                }
            }
            tbody {
                @for (index, (line, net)) in document.lines.iter().zip(issued.invoice.line_nets()).enumerate() {
                    @let price = grouped(&net_price(&line.price));
                    tr {
                        td { (index.saturating_add(1)) }
                        th scope="row" {
                            (line.description)
                            @if let Some(period) = line.service {
                                span.sub { (day(period.start())) " to " (day(period.last_day())) }
                            }
                            span.sub.tight { (quantity(&line.quantity)) " \u{d7} " (price) }
                        }
                        td.num.roomy { (quantity(&line.quantity)) }
                        td.num.roomy { (price) }
                        td.num { (line.tax.percent()) }
                        td.num data-bt="BT-131" { (amount(net)) }
                    }
                }
            }
        }
    }
}

/// The tax by category and rate (BG-23).
fn tax(issued: &IssuedInvoice) -> Markup {
    html! {
        table.tax {
            caption { "Tax by rate" }
            thead {
                tr {
                    th scope="col" { "Category" }
                    th.num scope="col" { "Rate" }
                    th.num scope="col" { "Taxable" }
                    th.num scope="col" { "Tax" }
                }
            }
            tbody {
                @for group in &issued.invoice.totals().tax_breakdown {
                    tr {
                        th scope="row" {
                            (group.rate.jurisdiction()) ", " (category(group.rate.category()))
                            " (" (group.rate.category().code()) ")"
                        }
                        td.num { (group.rate.percent()) }
                        td.num data-bt="BT-116" { (amount(&group.basis)) }
                        td.num data-bt="BT-117" { (amount(&group.tax)) }
                    }
                }
            }
        }
    }
}

/// The totals of the document (BG-22).
fn totals(issued: &IssuedInvoice) -> Markup {
    let totals = issued.invoice.totals();
    let due = if issued.invoice.is_credit_note() {
        "Amount credited"
    } else {
        "Amount due"
    };
    let rows = [
        ("BT-106", "Sum of the lines", totals.sum_of_lines),
        ("BT-109", "Total without tax", totals.net),
        ("BT-110", "Total tax", totals.tax),
        ("BT-112", "Total with tax", totals.gross),
    ];
    html! {
        table.totals {
            caption { "Totals, " (totals.gross.currency()) }
            tbody {
                @for (term, name, figure) in &rows {
                    tr { th scope="row" { (name) } td.num data-bt=(term) { (amount(figure)) } }
                }
                tr.due { th scope="row" { (due) } td.num data-bt="BT-115" { (amount(&totals.payable)) } }
            }
        }
    }
}

/// What became of it by the date of the run.
fn standing(press: &Press<'_>, place: usize, issued: &IssuedInvoice) -> Markup {
    let as_of = press.known.as_of;
    let state = press.invoice(place).map(|life| &life.state);
    let replaced = |credit_note: usize| press.issued_again(credit_note);
    let taken_back = match state {
        Some(InvoiceState::Credited { credit_note, .. }) => Some(credit_note),
        _ => None,
    };
    let again = match taken_back {
        Some(note) => press.places.get(note.number.as_str()).copied().and_then(replaced),
        None => replaced(place),
    };
    let item = press.open_items.get(issued.number.as_str());
    html! {
        section.behind {
            h2 { "Standing on " (day(as_of)) }
            @if let Some(note) = taken_back {
                p { "Taken back by credit note " (press.link(note.number.as_str())) " of " (day(note.issue_date)) "." }
            }
            @if let Some(again) = again {
                p { "Issued again as invoice " (press.link(again.number.as_str())) " of " (day(again.issue_date)) "." }
            }
            @if let Some(item) = item {
                table {
                    caption { "What settled it, " (item.total().currency()) "; payments are simulated" }
                    tbody {
                        tr { th scope="row" { "Total with tax" } td {} td.num { (amount(&item.total())) } }
                        @for application in item.applications() {
                            tr {
                                th scope="row" {
                                    @match &application.source {
                                        SourceId::Payment(payment) => { "Payment " span.id { (payment) } },
                                        SourceId::Credit(number) => { "Credit note " (press.link(number.as_str())) },
                                    }
                                }
                                td { (day(application.date)) }
                                td.num { (amount(&application.amount.negated())) }
                            }
                        }
                        tr.total {
                            th scope="row" {
                                "Open"
                                @if item.open().is_positive() && item.due_date() < as_of { ", overdue" }
                            }
                            td {}
                            td.num { (amount(&item.open())) }
                        }
                    }
                }
            }
        }
    }
}

/// The amount of a price without its currency and unit.
fn net_price(price: &l2c::money::Price) -> String {
    let places = price.currency().minor_units();
    price.exact().text_with_decimals(places)
}

const fn category(category: TaxCategory) -> &'static str {
    match category {
        TaxCategory::ReverseCharge => "reverse charge",
        TaxCategory::Exempt => "exempt",
        TaxCategory::Export => "export",
        TaxCategory::IntraCommunity => "intra-community supply",
        TaxCategory::OutOfScope => "not subject to tax",
        TaxCategory::Standard => "standard rate",
        TaxCategory::ZeroRated => "zero rated",
    }
}
