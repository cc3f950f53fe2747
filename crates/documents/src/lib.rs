//! What a document that a person writes is: price books, plans, policies. It is checked as a whole, every [`Fault`] has
//! a place, and a [`Report`] points into the text as a compiler does.
//!
//! ```
//! # #[cfg(feature = "report")] {
//! use l2c_documents::{Check, Source};
//!
//! let text = "{\"id\": \"approvals\",\n \"rules\": [{\"when\": \"discont\"}]}";
//! let source = Source::new("approvals.json", text);
//! let document: serde_json::Value = source.parse().unwrap();
//!
//! let mut check = Check::new("approval policy `approvals`");
//! if document["rules"][0]["when"] != "discount" {
//!     check.fault("rules[0].when", "unknown_fact", "expected the fact discount");
//! }
//! let faults = check.finish(()).unwrap_err();
//! assert_eq!(source.report(&faults).to_string(), r#"
//! error[unknown_fact]: expected the fact discount
//!  --> approvals.json:2:21
//!   |
//! 2 |  "rules": [{"when": "discont"}]}
//!   |                     ^^^^^^^^^"#.trim_start());
//! # }
//! ```
//!
//! # Where things are
//! - [`Fault`]: a place, a stable code and a message. [`Faults`]: all of a document; the code of the first is the code of
//!   the document. [`Check`] gathers them.
//! - With the feature `report`: [`Source`] reads a JSON text, [`Source::parse`] says where it is not the document,
//!   [`Source::report`] shows faults at their places. [`Report`], [`Finding`]: what is shown, as text or line by line.
//!   [`nearest`]: the name that was probably meant.
//!
//! # Places
//! A path is what one would write in a program: `rules[3].when.all[0].gt`. Keys stand in it as they stand in the text,
//! blanks and dots included; where two keys fit, the longer is taken. What a path names and the text does not have is
//! shown at the nearest parent that it has.
//!
//! # Errors
//! Faults of a document have the codes of the crate that checks it. Reading has these:
//!
//! | code | what the author does |
//! |---|---|
//! | `syntax`, `unexpected_end` | correct the JSON at the place shown |
//! | `empty_document` | write the document |
//! | `not_utf8` | save the file as UTF-8; a byte order mark is accepted |
//! | `unknown_field`, `unknown_variant` | take one of the names listed; a near one is suggested |
//! | `missing_field`, `duplicate_field` | write the field once |
//! | `wrong_type`, `invalid_value` | write the value as said; amounts are strings |
//!
//! # What it is not
//! No JSON parser (serde_json reads), no schema language, no colours, no other format than JSON.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod fault;
#[cfg(feature = "report")]
mod nearest;
#[cfg(feature = "report")]
mod place;
#[cfg(feature = "report")]
mod report;
#[cfg(feature = "report")]
mod source;

pub use fault::{Check, Fault, Faults};
#[cfg(feature = "report")]
pub use nearest::nearest;
#[cfg(feature = "report")]
pub use report::{Finding, Report};
#[cfg(feature = "report")]
pub use source::Source;
