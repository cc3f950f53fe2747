//! Lists of figures whose lines open into the documents behind them.

use std::collections::BTreeMap;

use l2c::host::PartyId;
use maud::{Markup, html};

use crate::page::grouped;
use crate::parties::Parties;
use crate::report::results::{Column, Documents, SHOWN, Shown};

/// What the lists know of parties and of pages.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// Who takes part.
    pub parties: &'a Parties,
    /// The page of each document that has one, from the output folder.
    pub pages: &'a BTreeMap<String, String>,
}

/// A line: its cells, and the documents behind it.
pub struct Line<'a> {
    /// The cells; the first is the name of the line.
    pub cells: Vec<String>,
    /// What it opens into.
    pub documents: Option<&'a Documents>,
}

impl<'a> Line<'a> {
    /// A line.
    pub fn new(cells: impl IntoIterator<Item = String>, documents: Option<&'a Documents>) -> Self {
        Self {
            cells: cells.into_iter().collect(),
            documents: documents.filter(|documents| documents.count > 0),
        }
    }
}

/// A list under its headings; `total` is its last line.
pub fn listing(names: Names<'_>, headings: &[&str], lines: &[Line<'_>], total: Option<&[String]>) -> Markup {
    let cells = |cells: &[String]| {
        html! {
            @for (index, (cell, heading)) in cells.iter().zip(headings).enumerate() {
                @if index == 0 { span { (cell) } } @else { span.num { span.heard { (heading) ": " } (grouped(cell)) } }
            }
        }
    };
    html! {
        div.scroll {
            div.fold style=(format!("--figures: {}", headings.len().saturating_sub(1))) {
                div.line.head aria-hidden="true" {
                    @for (index, heading) in headings.iter().enumerate() { span.num[index > 0] { (heading) } }
                }
                @for line in lines {
                    @if let Some(documents) = line.documents {
                        details {
                            summary.line { (cells(&line.cells)) }
                            (table(names, documents))
                        }
                    } @else {
                        div.line { (cells(&line.cells)) }
                    }
                }
                @if let Some(total) = total { div.line.total { (cells(total)) } }
            }
        }
    }
}

/// The first documents as a table, and where the rest is.
pub fn table(names: Names<'_>, documents: &Documents) -> Markup {
    html! {
        div.documents {
            table {
                thead { tr {
                    @for (_, heading, shown) in documents.columns {
                        th.num[matches!(shown, Shown::Figure)] scope="col" { (heading) }
                    }
                } }
                tbody {
                    @for row in &documents.rows {
                        tr { @for (cell, column) in row.iter().zip(documents.columns) { (self::cell(names, cell, column)) } }
                    }
                }
            }
            p.muted {
                @if documents.count > SHOWN {
                    "The first " (SHOWN) " of " (grouped(&documents.count.to_string())) "; all of them are in "
                } @else {
                    (documents.count) @if documents.count == 1 { " row of " } @else { " rows of " }
                }
                a href=(documents.file) { (documents.file) } "."
            }
        }
    }
}

fn cell(names: Names<'_>, cell: &str, (_, _, shown): &Column) -> Markup {
    match shown {
        Shown::Text => html! { td { (cell) } },
        Shown::Figure => html! { td.num { (grouped(cell)) } },
        Shown::Flag => html! { td { @if cell == "true" { "yes" } } },
        Shown::Party => html! { td { (names.party(cell)) } },
        Shown::Document => html! { td.id { (names.document(cell)) } },
    }
}

impl Names<'_> {
    /// The name of a party or of the customer of an account, which has the customer's key; the id where there is no
    /// record of it.
    pub fn party(&self, id: &str) -> String {
        let key = id.split_once('_').map_or(id, |(_, key)| key);
        let party = PartyId::from_key(key)
            .ok()
            .and_then(|id| self.parties.records.get(&id));
        party.map_or_else(|| id.to_owned(), |party| party.name.reveal().to_owned())
    }

    /// A document, linked to its page where there is one.
    pub fn document(&self, id: &str) -> Markup {
        html! {
            @match self.pages.get(id) {
                Some(page) => a href=(page) { (id) },
                None => (id),
            }
        }
    }
}
