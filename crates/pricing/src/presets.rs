//! Waterfalls to begin with, as documents: read one, and write on from there.
//!
//! ```
//! use l2c_money::{Currency, Exact};
//! use l2c_pricing::{LineInput, Waterfall, presets};
//!
//! let crm = Waterfall::new(&serde_json::from_str(presets::CRM)?)?;
//! let line = LineInput::new("1", Exact::integer(12), Currency::USD)
//!     .with("list", 100)
//!     .with("contracted", 95)
//!     .with("volume_percent", 10)
//!     .with("term_factor", Exact::ratio(3, 2)?);
//! assert_eq!(crm.price(&line)?.net(), &Exact::integer(1539)); // 95 less 10 %, for 18 months of 12, twelve times
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// The order of sales systems: list, contracted price, volume and term, proration, then the subtotals regular,
/// customer (after what the seller gives) and net (after what the partner keeps).
///
/// A line brings `list` and, as they apply, `contracted`, `volume_percent`, `term_percent`, `term_factor`,
/// `discretionary_percent` and `partner_percent`; a step without its figure is skipped.
pub const CRM: &str = include_str!("presets/crm.json");

/// The condition technique of large ERP systems: a gross value, a group of discounts of which the best alone
/// applies, named net values, a rebate that is taken of the gross value, freight, a margin that is tested.
///
/// A line brings `list` and, as they apply, `customer_price`, `customer_percent`, `material_percent`,
/// `customer_and_material_percent`, `rebate_percent`, `freight` (of the line), and `min_margin_percent` with a
/// cost.
pub const CONDITION_TECHNIQUE: &str = include_str!("presets/condition_technique.json");

/// The segments of a ramp as lines of a quote: list price, the segment's own list price with its uplifts, its discount.
///
/// [`Ramp::request_lines`](crate::Ramp::request_lines) brings the figures. Lines that are no segments keep their list
/// price.
pub const RAMP: &str = include_str!("presets/ramp.json");
