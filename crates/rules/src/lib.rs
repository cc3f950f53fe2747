//! Predicates over named facts: a small closed expression tree that scoring, pricing, approvals, holds and
//! crediting share. A [`Condition`] is what people write in a document; checked against the declared
//! [`FactTypes`] it becomes a [`Predicate`], which is total, bounded and can say why it held.
//!
//! ```
//! use l2c_rules::{Condition, FactTypes, Facts};
//!
//! let types = FactTypes::new().number("discount_percent").text("region");
//! let json = r#"{"all": [{"fact": "discount_percent", "gt": "15"}, {"fact": "region", "in": ["West", "East"]}]}"#;
//! let condition: Condition = serde_json::from_str(json)?;
//! let predicate = condition.check(&types, "approvals[0].when")?;
//! assert_eq!(predicate.to_string(), r#"discount_percent > 15 and region in ("West", "East")"#);
//!
//! let facts = Facts::new().number("discount_percent", 20_i64).text("region", "North");
//! assert!(!predicate.holds(&facts));
//! let why = predicate.explain(&facts).to_string();
//! assert!(why.contains("yes: discount_percent > 15 (is 20)"));
//! assert!(why.contains(r#"no: region in ("West", "East") (is "North")"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`Condition`], [`Test`], [`Literal`]: the document; [`Condition::check`] finds all its faults.
//! - [`FactTypes`], [`FactType`]: which facts there are. A fact has one type, and a value is read as that
//!   type: `"007"` is the text 007 or the number 7, never both.
//! - [`Facts`], [`Value`]: what is known of the thing that is tested.
//! - [`Predicate`], [`Outcome`]: the answer, and why.
//! - [`DecisionTable`]: rules with conditions and what follows from each; a [`HitPolicy`] says what happens when
//!   several hold.
//!
//! # Missing facts
//! A fact that is missing, or of another type than declared, makes every test on it false, `ne` too.
//! `{"fact": "x", "exists": false}` is the test for it, and `not` turns any false into true.
//!
//! # Errors
//! | code | what the caller does |
//! |---|---|
//! | `unknown_fact` | name a declared fact, or declare this one |
//! | `wrong_type` | write the value in the fact's type |
//! | `no_order` | flags are equal or not; use `eq`, `ne`, `in`, `exists` |
//! | `reversed_range` | swap the ends |
//! | `too_deep`, `too_large` | split the rule or the table; the limits are [`MAX_DEPTH`], [`MAX_SIZE`] and [`MAX_RULES`] |
//! | `duplicate_id` | give each rule of a decision table its own id |
//! | `overlap` | make the conditions of the two rules exclude each other, or rank them |
//! | `multiple_hits`, `ambiguous_rules` | as `overlap`, for the facts that were given (found by [`DecisionTable::hits`]) |
//! | `mistyped_fact`, `undeclared_fact` | give the fact as declared (found by [`FactTypes::check`]) |
//!
//! # What it is not
//! No arithmetic, no functions, no variables, no parser for the text form: what needs a computed figure gets
//! it as a fact.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod condition;
mod decision_table;
mod error;
mod facts;
mod outcome;
mod predicate;
mod satisfiable;
#[cfg(feature = "schema")]
mod schema;
mod type_check;
mod value;

pub use condition::{Condition, Literal, MAX_DEPTH, MAX_SIZE, Test};
pub use decision_table::{
    DecisionRule, DecisionRuleDocument, DecisionTable, DecisionTableDocument, HitPolicy, MAX_RULES, Overlaps,
};
pub use error::DecisionError;
pub use facts::{FactTypes, Facts};
pub use l2c_documents::{Fault, Faults};
pub use outcome::Outcome;
pub use predicate::Predicate;
pub use value::{FactType, Value};
