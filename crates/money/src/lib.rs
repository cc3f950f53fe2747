//! Exact figures for finance: rationals, money, currencies, prices, percentages, quantities, rounding,
//! allocation and exchange.
//!
//! Arithmetic stays exact in [`Exact`]; rounding happens once, at a point you name, by a [`RoundingPolicy`]
//! that is data; splitting a [`Money`] never loses a minor unit.
//!
//! ```
//! use l2c_money::{AllocationPolicy, Currency, Exact, Money, RoundingPolicy, dec};
//!
//! let price = Money::new(dec!(100.00), Currency::USD)?;
//! // 16 of 31 days, exact until the one rounding at the end
//! let part = price.exact() * Exact::ratio(16, 31)?;
//! let billed = RoundingPolicy::HALF_UP.money(&part, Currency::USD)?;
//! assert_eq!(billed.to_string(), "51.61 USD");
//!
//! let thirds = price.allocate(&[Exact::ONE, Exact::ONE, Exact::ONE], AllocationPolicy::default())?;
//! let shares: Vec<String> = thirds.iter().map(ToString::to_string).collect();
//! assert_eq!(shares, ["33.34 USD", "33.33 USD", "33.33 USD"]);
//! # Ok::<(), l2c_money::MoneyError>(())
//! ```
//!
//! # Where things are
//! - [`Exact`]: rationals with `+ - *`, [`Exact::checked_div`], [`Exact::round`], and, correctly rounded,
//!   [`Exact::power`] and [`Exact::root`].
//! - [`Money`], [`Price`], [`Quantity`] with its [`Unit`], [`Percent`], [`Currency`]: checked values with
//!   published bounds; `.exact()` leads into arithmetic.
//! - [`RoundingPolicy`]: mode and grid (minor unit, decimals, cash increment); its
//!   [`money`](RoundingPolicy::money) leads back to [`Money`].
//! - [`Money::allocate`] and [`AllocationPolicy`]: a split that adds up; [`Money::cumulative_part`]: partial
//!   amounts over time that close the whole.
//! - [`ExchangeRate`]: an explicit rate on a date, rounded where you say.
//! - [`Money::minor`], [`Money::to_units`], [`Money::from_units`]: integers for kernels over columns.
//! - [`Decimal`] and [`dec!`](dec) come from here, so that one version is used everywhere.
//!
//! # Bounds
//! | type | magnitude | decimals |
//! |---|---|---|
//! | [`Money`] | 9 x 10^18 | 9 |
//! | [`Price`], [`Quantity`] | 10^15 | 12 |
//! | [`Percent`] | 10^9 | 12 |
//! | [`Exact`] | grows as needed | any |
//!
//! Within the bounds sums and differences are exact; beyond them there is an error, never a lost digit.
//! Negative amounts are credits: everything but [`Rounding::Ceiling`] and [`Rounding::Floor`] treats them as
//! the mirror of the positive ones.
//!
//! In documents decimals are strings. A JSON number is refused: it has been a float somewhere.
//!
//! # Errors
//! One type, [`MoneyError`]; [`MoneyError::code`] is stable.
//!
//! | code | what to do |
//! |---|---|
//! | `invalid_decimal` | correct the text: minus, digits, point, digits; at most 28 digits |
//! | `out_of_range` | check the input; a true amount of this size needs a larger unit |
//! | `too_precise` | round first, by a [`RoundingPolicy`] that is written down |
//! | `currency_mismatch` | convert one side with an [`ExchangeRate`] |
//! | `unknown_currency`, `unknown_unit` | correct the code; capitals, no blanks |
//! | `unit_mismatch` | keep quantities of different units apart |
//! | `division_by_zero` | decide what an empty base means before dividing |
//! | `not_a_decimal` | round the figure first |
//! | `invalid_rounding` | correct the policy |
//! | `not_in_minor_units` | round the amount first, or name the finer scale |
//! | `no_weights`, `negative_weight` | correct the weights |
//! | `zero_weights` | correct the weights, or say with [`ZeroWeights::Equal`] that they count as equal |
//! | `invalid_power` | the message says which limit or rule |
//! | `invalid_rate` | correct the rate |
//!
//! # What it is not
//! It holds no exchange rates, converts no units of measure, formats no amounts for a locale, and knows no
//! taxes.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod allocation;
mod currency;
mod decimal;
mod error;
mod exact;
mod exchange;
mod literal;
mod money;
mod percent;
mod power;
mod price;
mod quantity;
mod rounding;
#[cfg(feature = "schema")]
mod schema;
mod unit;

pub use allocation::{AllocationPolicy, Remainder, ZeroWeights};
pub use currency::Currency;
pub use decimal::{decimal_string, parse_decimal};
pub use error::MoneyError;
pub use exact::Exact;
pub use exchange::ExchangeRate;
#[doc(hidden)]
pub use literal::decimal_literal;
pub use money::Money;
pub use percent::Percent;
pub use price::Price;
pub use quantity::Quantity;
pub use rounding::{RoundTo, Rounding, RoundingPolicy};
pub use rust_decimal::Decimal;
#[cfg(feature = "schema")]
pub use schema::DecimalText;
pub use unit::Unit;
