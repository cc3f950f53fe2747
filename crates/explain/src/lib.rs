//! Why a figure is what it is: a derivation that recomputes to the figure.
//!
//! An engine does its arithmetic through a [`Recorder`]. With [`NoTrace`] it gets the figure alone, with
//! [`Trace`] the figure and its [`Explanation`]: every step with its rule, inputs, output, rounding residue
//! and citations, from the same body of code.
//!
//! ```
//! use l2c_explain::{Citation, Figure, NoTrace, Note, Recorder, Trace};
//! use l2c_money::{Currency, Exact, MoneyError, RoundingPolicy};
//! const USD: Currency = Currency::USD;
//!
//! // One body of code, generic over the recorder.
//! fn billed<R: Recorder>(rec: &mut R, price: i64) -> Result<Figure<R::Mark>, MoneyError> {
//!     let price = rec.input(Exact::integer(price), || {
//!         Note::new("price").money(USD).cite(Citation::document("price-book", 3, "entries[4]"))
//!     });
//!     let used = rec.input(Exact::integer(16), || Note::new("days used").days());
//!     let month = rec.input(Exact::integer(31), || Note::new("days in the month").days());
//!     let part = rec.quotient(&used, &month, || Note::new("part of the month"))?;
//!     let exact = rec.product(&price, &part, || Note::new("price of the part").money(USD));
//!     rec.round(&exact, RoundingPolicy::HALF_UP, USD, || Note::new("billed").money(USD))
//! }
//!
//! assert_eq!(billed(&mut NoTrace, 100)?.value.to_string(), "51.61");
//!
//! let mut trace = Trace::new();
//! let figure = billed(&mut trace, 100)?;
//! let why = trace.finish(&figure);
//! assert_eq!(why.recompute()?, figure.value);
//! assert!(why.text().contains("price: 100.00 USD [price-book v3 entries[4]]"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`Recorder`]: the operations; [`Figure`] is a value with its place in the derivation.
//! - [`Note`], [`Measure`], [`Citation`]: what a figure is called, how it is shown, what it rests on. A note
//!   is a closure that [`NoTrace`] never runs.
//! - [`Explanation`]: [`recompute`](Explanation::recompute), [`text`](Explanation::text),
//!   [`markdown`](Explanation::markdown), [`html`](Explanation::html), serde.
//!
//! # Errors
//! | code | what the caller does |
//! |---|---|
//! | `mismatch` | The explanation was altered, or made by other rules: do not trust it; explain anew. |
//! | `impossible` | As `mismatch`; the step divides by zero or rounds by a policy that does not exist. |
//! | `invalid_step` | The document is not a derivation: refuse it. |
//! | `too_large` | Refuse it, or read it in parts. |
//!
//! # What it is not
//! It does not check inputs against the documents they cite; it says which documents to look in. It is not a
//! log: steps that did not lead to the figure are not in its explanation.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod error;
mod explanation;
mod note;
mod operation;
mod outline;
mod recorder;
mod render;

pub use error::ExplainError;
pub use explanation::{Explanation, Step, StepId};
pub use note::{Citation, Measure, Note};
pub use operation::Operation;
pub use recorder::{Figure, NoTrace, Recorder, Trace};
