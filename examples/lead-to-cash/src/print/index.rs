//! The index: which documents have a page, and why.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::parts::{amount, day, list};
use super::sample::Sample;
use super::{Document, FOLDER, Kind, Press, Selection};
use crate::error::Failure;
use crate::output::Output;
use crate::page::grouped;

/// Writes `index.html` and, where everything was printed, a list for each kind and month or quarter.
///
/// # Errors
/// A folder that cannot be written.
pub fn write(
    press: &Press<'_>,
    selection: Selection,
    documents: &[Document<'_>],
    sample: &Sample,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut lists: BTreeMap<(Kind, String), Vec<&Document<'_>>> = BTreeMap::new();
    if selection == Selection::All {
        for document in documents {
            let group = (document.kind, document.group());
            lists.entry(group).or_default().push(document);
        }
    }
    for documents in lists.values_mut() {
        documents.sort_by_key(|document| document.date);
    }
    for ((kind, group), documents) in &lists {
        let name = |kind: Kind| kind.folder().replace('-', " ");
        let title = format!("{} of {group}", capital(&name(*kind)));
        let caption = format!("{} documents, in order of date", count(documents.len()));
        let body = html! {
            nav { a href="index.html" { "All documents" } }
            main {
                h1 { (title) }
                div.scroll { (table(documents.iter().map(|document| (*document, None)), &caption)) }
            }
        };
        output.text(&format!("{FOLDER}/{}", file(*kind, group)), &list(&title, &body))?;
    }
    let picked = sample
        .iter()
        .filter_map(|(place, why)| Some((documents.get(*place)?, Some(why.join("; ")))));
    let body = html! {
        main {
            h1 { "Documents" }
            p {
                "Quotes, invoices, credit notes and commission statements of the run as of " (day(press.known.as_of))
                ". They come from a simulated run: everything behind the closed opportunity follows from policy "
                "documents, and payments are simulated."
            }
            @if lists.is_empty() {
                p {
                    "These are a sample of " (count(documents.len())) " documents. "
                    code { "--documents all" } " writes all of them."
                }
            } @else {
                h2 { "All" }
                div.kinds { @for kind in Kind::ALL { (kinds(&lists, kind)) } }
            }
            h2 { "The sample" }
            p {
                "For each thing that it shows, the sample has one document: the first one in the tables of the run "
                "that fits."
            }
            div.scroll { (table(picked, "The sample, and what each document shows")) }
        }
    };
    output.text(&format!("{FOLDER}/index.html"), &list("Documents", &body))
}

/// The lists of a kind.
fn kinds(lists: &BTreeMap<(Kind, String), Vec<&Document<'_>>>, of: Kind) -> Markup {
    let lists: Vec<_> = lists.iter().filter(|((kind, _), _)| *kind == of).collect();
    let all: usize = lists.iter().map(|(_, documents)| documents.len()).sum();
    html! {
        section {
            h3 { (capital(&of.folder().replace('-', " "))) ", " (count(all)) }
            ul {
                @for ((kind, group), documents) in &lists {
                    li { a href=(file(*kind, group)) { (group) } " " span.muted { "(" (count(documents.len())) ")" } }
                }
            }
        }
    }
}

fn table<'a>(
    rows: impl Iterator<Item = (&'a Document<'a>, Option<String>)> + Clone,
    caption: &str,
) -> Markup {
    let explained = rows.clone().any(|(_, why)| why.is_some());
    html! {
        table.wide {
            caption { (caption) }
            thead {
                tr {
                    th scope="col" { "Document" }
                    th scope="col" { "Kind" }
                    th scope="col" { "Customer or payee" }
                    th scope="col" { "Date" }
                    th.num scope="col" { "Amount" }
                    @if explained { th scope="col" { "What it shows" } }
                }
            }
            tbody {
                @for (document, why) in rows {
                    @let path = document.path();
                    tr {
                        th scope="row" {
                            a.id href=(path.trim_start_matches(FOLDER).trim_start_matches('/')) { (document.id) }
                        }
                        td { (document.kind.name()) }
                        td { (document.party) }
                        td { (day(document.date)) }
                        td.num { (amount(&document.amount)) " " (document.amount.currency()) }
                        @if let Some(why) = why { td { (why) } }
                    }
                }
            }
        }
    }
}

fn count(of: usize) -> String {
    grouped(&of.to_string())
}

fn file(kind: Kind, group: &str) -> String {
    format!("index-{}-{group}.html", kind.folder())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}
