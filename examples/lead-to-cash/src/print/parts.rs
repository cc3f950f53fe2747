//! What all documents are built from: their frame, dates, amounts and links to each other.

use chrono::NaiveDate;
use l2c::money::{Money, Quantity, Unit};
use maud::{Markup, html};

use super::{FOLDER, Press};
use crate::page::{self, grouped};

/// The style of documents, beside that of every page.
const SHEET: &str = include_str!("document.css");

/// What stands on a document: its head and its body.
pub struct Sheet<'a> {
    /// The kind of document, as its reader calls it.
    pub kind: &'a str,
    /// Its number.
    pub number: &'a str,
    /// Who made it.
    pub from: Markup,
    /// The document.
    pub body: Markup,
    /// What no such run has done: "no such invoice was issued".
    pub disclaimer: &'a str,
    /// What stands behind the document, and is not printed with it.
    pub behind: Markup,
}

/// The page of a document.
pub fn page(sheet: &Sheet<'_>) -> String {
    let title = format!("{} {}", sheet.kind, sheet.number);
    let body = html! {
        nav { a href="../index.html" { "All documents" } }
        main {
            article {
                header {
                    div {
                        p.kind { (sheet.kind) }
                        h1 { (sheet.number) }
                    }
                    div.from { (sheet.from) }
                }
                (sheet.body)
                p.origin.muted {
                    "From a simulated run: everything behind the closed opportunity follows from policy documents; "
                    (sheet.disclaimer) "."
                }
            }
            (sheet.behind)
        }
    };
    page::page(&title, "document", SHEET, &body)
}

/// A page that lists documents.
pub fn list(title: &str, body: &Markup) -> String {
    page::page(title, "document list", SHEET, body)
}

/// Terms and what they are on this document.
pub fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! {
        dl.facts {
            @for (term, description) in facts {
                div { dt { (term) } dd { (description) } }
            }
        }
    }
}

/// A day as it is written in a letter.
pub fn day(date: NaiveDate) -> Markup {
    html! { time datetime=(date) { (date.format("%-d %b %Y")) } }
}

/// An amount without its currency.
pub fn amount(money: &Money) -> Markup {
    html! { (grouped(&money.amount_text())) }
}

/// How much; of what is counted in pieces, the number.
pub fn quantity(quantity: &Quantity) -> Markup {
    html! {
        (grouped(&quantity.value().to_string()))
        @if quantity.unit() != Unit::ONE { " " (quantity.unit()) }
    }
}

/// An amount with its currency.
pub fn money(money: &Money) -> Markup {
    html! { (amount(money)) " " (money.currency()) }
}

impl Press<'_> {
    /// The id of a document, linked where it has a page.
    pub fn link(&self, id: &str) -> Markup {
        let page = self
            .pages
            .get(id)
            .and_then(|page| page.strip_prefix(FOLDER)?.strip_prefix('/'));
        html! {
            @if let Some(page) = page { a.id href={ "../" (page) } { (id) } }
            @else { span.id { (id) } }
        }
    }
}
