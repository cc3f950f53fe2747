//! Charge models: what a quantity costs. Flat, per unit, graduated and volume, each from a checked document.
//!
//! Amounts are exact; rounding them is the caller's one step. Where the quantity is an amount of money, tiers
//! carry percentages, which makes a rate table of commissions the same thing as a price table.
//!
//! ```
//! use l2c_money::{Currency, Exact};
//! use l2c_rating::{Charge, ChargeDocument};
//!
//! let document: ChargeDocument = serde_json::from_str(r#"{"model": "graduated", "tiers": [
//!     {"up_to": "10", "unit_price": "5.00"}, {"up_to": "20", "unit_price": "4.50"}, {"unit_price": "4"}]}"#)?;
//! let charge = Charge::new(&document, Currency::USD)?;
//! assert_eq!(charge.amount(&Exact::integer(25))?, Exact::integer(115)); // 10 x 5 + 10 x 4.5 + 5 x 4
//! // What comes on top of 10 units when 15 more are used
//! assert_eq!(charge.amount_between(&Exact::integer(10), &Exact::integer(25))?, Exact::integer(65));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`ChargeDocument`], [`TierDocument`]: what a user writes; amounts in the currency of the document around it.
//! - [`Charge`]: the checked charge. [`Charge::amount`], [`Charge::amount_between`], [`Charge::parts`] give
//!   figures, [`Charge::explain`] their derivation; [`Charge::record`] makes them steps of a larger one.
//! - [`Tier`]: a tier of a checked charge. [`Fault`]: one thing wrong with a document, with its path.
//!
//! # Tiers
//! A tier is written by its inclusive upper end alone, so there are no gaps: it holds the quantities above the
//! tier before it, up to and including `up_to`. Quantity 10.5 after a tier up to 10 lies in the next. The first
//! tier also holds 0, and its flat fee is charged at 0 unless `flat_fee_at_zero` is false. The last tier may have
//! no end; if it has one, a quantity above it is refused rather than priced at nothing.
//!
//! # Errors
//! | code | what the caller does |
//! |---|---|
//! | codes of a document (`no_tiers`, `tiers_not_ascending`, `price_and_rate`, ...) | show the [`Faults`] to its author, all at once |
//! | `negative_quantity` | for a return, take [`Charge::amount_between`] of the quantities before and after |
//! | `no_tier` | ask for a price table that reaches further |
//!
//! # What it is not
//! It does not choose a price, convert units or currencies, or round.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod charge;
mod document;
mod error;
mod tier;

pub use charge::{Charge, Legend, TierPart, Words};
pub use document::{ChargeDocument, MAX_TIERS, TierDocument};
pub use error::RatingError;
pub use l2c_documents::{Fault, Faults};
pub use tier::{Tier, UnitCharge};
