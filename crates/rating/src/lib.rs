//! Charge models: what a quantity costs, each from a checked document.
//!
//! Amounts are exact unless the document rounds them. Where the quantity is an amount of money, tiers carry
//! percentages, which makes a rate table of commissions the same thing as a price table.
//!
//! ```
//! use l2c_money::{Currency, Exact};
//! use l2c_rating::{Charge, ChargeDocument, Usage};
//!
//! let document: ChargeDocument = serde_json::from_str(r#"{"model": "graduated", "minimum_amount": "100", "tiers": [
//!     {"up_to": "10", "unit_price": "5.00"}, {"up_to": "20", "unit_price": "4.50"}, {"unit_price": "4"}]}"#)?;
//! let charge = Charge::new(&document, Currency::USD)?;
//! assert_eq!(charge.amount(&Exact::integer(25))?, Exact::integer(115)); // 10 x 5 + 10 x 4.5 + 5 x 4
//! // What comes on top of 10 units when 15 more are used
//! assert_eq!(charge.amount_between(&Exact::integer(10), &Exact::integer(25))?, Exact::integer(65));
//! // A period of 8 units is trued up to what was promised
//! let rating = charge.rate(&Usage::of(Exact::integer(8)))?;
//! assert_eq!((rating.rated_amount, rating.true_up_amount), (Exact::integer(40), Exact::integer(60)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`ChargeDocument`], [`ModelDocument`], [`TierDocument`]: what a user writes; amounts in the currency of the
//!   document around it.
//! - [`Charge`]: the checked charge. [`Charge::amount`] and [`Charge::amount_between`] give figures,
//!   [`Charge::explain`] their derivation; [`Charge::record`] makes them steps of a larger one.
//! - [`Charge::rate`]: what a [`Usage`] costs, with everything a bill shows of it in a [`Rating`]: free units, windows,
//!   parts, minimum and maximum. [`Charge::explain_usage`] and [`Charge::record_usage`] as above.
//! - [`Commitment`]: minimum and maximum alone, for amounts that were rated elsewhere.
//! - [`Charge::next_tier`]: the larger quantity that costs less.
//!
//! # Models
//! | model | amount for a quantity q |
//! |---|---|
//! | `flat` | the amount |
//! | `per_unit` | unit price x q |
//! | `graduated` | every tier prices the units inside it; its flat fee once it is entered |
//! | `volume` | the tier that holds q prices all units, plus its flat fee; with flat fees alone a stairstep price |
//! | `package` | started packages x price |
//! | `block` | tiers of whole blocks: each charges its own units, or the top one all |
//! | `capacity` | quantities of several units of measure: the first tier that holds them all sets the price |
//! | `percentage` | a percentage of each event, with a free pool, a fee per event and bounds per event |
//! | `power` | q x list price / q ^ percent, the unit price rounded once, from the true value of the power |
//!
//! Every charge may have `free_units`, used up in time order; `unit_rounding` of the unit price before it is multiplied;
//! `rounding` of the rated amount; `minimum_amount` and `maximum_amount` of a period.
//!
//! # Tiers
//! A tier is written by one end, so there are no gaps.
//!
//! By `up_to` it holds the quantities above the tier before it, up to and including its own end. Quantity 10.5 after a
//! tier up to 10 lies in the next. The first tier also holds 0, and its flat fee is charged at 0 unless
//! `flat_fee_at_zero` is false. The last tier may have no end; if it has one, a quantity above it costs
//! `overage_unit_price` for each unit beyond, or is refused rather than priced at nothing.
//!
//! By `from` it holds the quantities from its own start, inclusive, to the next; below the first there is no price. A
//! graduated charge counts whole units from 1: a tier from 10 begins with the tenth unit.
//!
//! # Windows
//! A window costs R(f(before + q)) - R(f(before)), R being the rounding: the windows of a period add up to the rounded
//! whole, however it is cut, and a fee for quantity 0 belongs to no later window. The maximum leaves room for what was
//! not billed before; the minimum is trued up in the last window.
//!
//! # Conventions
//! - A power law would put quantities below one above list; they cost list unless `below_one` is `power`.
//! - At quantity 0 the unit price of a power law is the list price.
//! - `unit_rounding` rounds prices, rates and discounted prices of tiers, not the price of overage.
//!
//! # Errors
//! | code | what the caller does |
//! |---|---|
//! | codes of a document (`no_tiers`, `too_many`, `tiers_not_ascending`, `missing`, `mixed_bounds`, `bound_not_whole`, `price_and_rate`, `no_list_price`, `no_overage`, `size_not_positive`, `below_zero`, `minimum_above_maximum`, `no_quantity`, `invalid_rounding`, `out_of_range`, `too_precise`) | show the [`Faults`] to its author, all at once |
//! | `negative_quantity` | for a return, take [`Charge::amount_between`] of the quantities before and after |
//! | `no_tier` | ask for a price table that reaches further |
//! | `fractional_quantity` | round the quantity first, or write the tiers by `up_to` |
//! | `wrong_usage` | give events to a percentage charge, quantities by unit to a capacity charge, else a quantity |
//! | `step_not_positive` | give the smallest quantity that is sold |
//! | `undecided_power` | round the unit price to fewer decimals |
//! | codes of `l2c-money`, such as `invalid_power` | check the quantity: the message says which limit or rule |
//!
//! # What it is not
//! It does not choose a price, convert units or currencies, or gather events into quantities.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod block;
mod capacity;
mod charge;
mod check;
mod commitment;
mod derivation;
mod document;
mod error;
mod next_tier;
mod outcome;
mod percentage;
mod power;
mod rating;
mod reading;
mod tier;
mod tiered;
mod usage;

pub use charge::Charge;
pub use commitment::{Commitment, Settlement};
pub use derivation::{Legend, Words};
pub use document::{
    BelowOne, BlockTierDocument, CapacityTierDocument, ChargeDocument, Limit, MAX_TIERS, ModelDocument,
    PercentageDocument, TierDocument, TierPolicy, TieredDocument,
};
pub use error::RatingError;
pub use l2c_documents::{Fault, Faults};
pub use next_tier::NextTier;
pub use outcome::{Part, PartOf};
pub use rating::{BilledUnits, Rating};
pub use tier::{Tier, UnitCharge};
pub use usage::{Measured, Usage};
