//! The last part of every document: how its figures came about.

use l2c::explain::Explanation;
use l2c::money::Exact;
use maud::{Markup, PreEscaped, html};

use crate::error::Failure;
use crate::why::recomputed;

/// The derivations of a document.
#[derive(Default)]
pub struct Derivations {
    parts: Vec<(String, String)>,
}

impl Derivations {
    /// Takes a derivation, after recomputing it to the figure that the document states.
    ///
    /// # Errors
    /// A derivation that does not give the figure.
    pub fn add(&mut self, title: String, derivation: &Explanation, stated: &Exact) -> Result<(), Failure> {
        recomputed(&title, derivation, stated)?;
        self.parts.push((title, derivation.html()));
        Ok(())
    }

    /// How they stand on the page: closed, and printed only when open.
    pub fn section(&self) -> Markup {
        html! {
            details.why {
                summary { h2 { "How these figures came about" } }
                p.muted {
                    "Each figure opens into those that it follows from, down to the documents that they were read "
                    "from. Recomputing the steps gives the figures above."
                }
                @for (title, derivation) in &self.parts {
                    h3 { (title) }
                    // The derivation escapes what documents wrote.
                    (PreEscaped(derivation))
                }
            }
        }
    }
}
