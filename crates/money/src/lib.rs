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
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod allocation;
mod currency;
mod decimal;
mod error;
mod exact;
mod exchange;
mod money;
mod percent;
mod power;
mod price;
mod quantity;
mod rounding;
mod unit;

pub use allocation::{AllocationPolicy, Remainder, ZeroWeights};
pub use currency::Currency;
pub use decimal::{decimal_string, parse_decimal};
pub use error::MoneyError;
pub use exact::Exact;
pub use exchange::ExchangeRate;
pub use money::Money;
pub use percent::Percent;
pub use price::Price;
pub use quantity::Quantity;
pub use rounding::{RoundTo, Rounding, RoundingPolicy};
pub use rust_decimal::{Decimal, dec};
pub use unit::Unit;
