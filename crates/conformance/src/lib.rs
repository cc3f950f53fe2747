//! Runs vector files against the l2c crates.
//!
//! A vector is a case with its figures: `{"id", "kind", "source", "title", "given", "expect", "notes"}`. The
//! kind selects an interpreter, which translates `given` into calls of a crate's public API and the result back
//! into the words of the case; it does no arithmetic and decides nothing. What stands in `expect` is compared.
//!
//! ```
//! let cases = l2c_conformance::cases(r#"[{
//!     "id": "thirds", "kind": "apportion", "title": "a third each",
//!     "given": {"currency": "USD", "total": "100.00", "weights": ["1", "1", "1"]},
//!     "expect": {"parts": ["33.34", "33.33", "33.33"]}
//! }]"#).unwrap();
//! assert!(l2c_conformance::run(&cases[0]).is_ok());
//! ```
//!
//! # Where things are
//! - The program `l2c-conformance FILE...` prints one line for each case that fails, and how many passed.
//! - [`cases`] reads a file, [`run`] runs a [`Case`]; [`Failure`] says where in `expect` the first difference is.
//! - [`KINDS`]: the kinds that are covered. The vectors stand in `vectors/`.
//!
//! # What it is not
//! No part of a product: nothing depends on it, and it promises no stable API.

mod case;
mod compare;
mod given;
mod host;
mod kinds;
mod leads;
mod orders;
mod pricing;
mod receivables;
mod revenue;

pub use case::{Case, cases};
pub use compare::difference;
pub use kinds::{KINDS, Kind};

/// Why a case does not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where in `expect` the first difference is, such as `results[2].amount`; empty for the case as a whole.
    pub path: String,
    /// What is different, or why the case cannot be run.
    pub reason: String,
}

/// Runs one case.
///
/// # Errors
/// The first difference; an unknown kind and a field that the interpreter does not know are failures too.
pub fn run(case: &Case) -> Result<(), Failure> {
    let fail = |reason: String| Failure {
        path: String::new(),
        reason,
    };
    let kind = KINDS
        .iter()
        .find(|kind| kind.name == case.kind)
        .ok_or_else(|| fail(format!("unknown kind `{}`", case.kind)))?;
    let found = (kind.interpret)(&case.given).map_err(fail)?;
    match difference(&case.expect, &found) {
        None => Ok(()),
        Some(failure) => Err(failure),
    }
}
