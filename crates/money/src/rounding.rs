use std::cmp::Ordering;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Currency, Exact, Money, MoneyError};

/// Which way a figure between two neighbours goes.
///
/// All but the two directed modes, `ceiling` and `floor`, are symmetric in the sign, so that a credit note
/// mirrors its invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the nearest; a tie goes away from zero: 0.5 to 1, -0.5 to -1. The rule of commerce.
    #[default]
    HalfUp,
    /// To the nearest; a tie goes to the even neighbour: 0.5 to 0, 1.5 to 2.
    HalfEven,
    /// To the nearest; a tie goes toward zero: 0.5 to 0, -0.5 to 0.
    HalfDown,
    /// Away from zero: 0.1 to 1, -0.1 to -1.
    Up,
    /// Toward zero: 0.9 to 0, -0.9 to 0.
    Down,
    /// Toward positive infinity: 0.1 to 1, -0.9 to 0. Not symmetric in the sign.
    Ceiling,
    /// Toward negative infinity: 0.9 to 0, -0.1 to -1. Not symmetric in the sign.
    Floor,
}

impl Rounding {
    /// The mode that does to `-x` what this one does to `x`.
    pub(crate) const fn mirrored(self) -> Self {
        match self {
            Self::Ceiling => Self::Floor,
            Self::Floor => Self::Ceiling,
            symmetric => symmetric,
        }
    }

    /// Whether the truncated quotient moves one step away from zero.
    ///
    /// `half` compares the cut-off part with a half; `cut` is whether anything was cut off at all.
    pub(crate) fn goes_away(self, negative: bool, odd: bool, half: Ordering, cut: bool) -> bool {
        match self {
            Self::HalfUp => half != Ordering::Less,
            Self::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && odd),
            Self::HalfDown => half == Ordering::Greater,
            Self::Up => cut,
            Self::Down => false,
            Self::Ceiling => cut && !negative,
            Self::Floor => cut && negative,
        }
    }
}

/// The grid on which a rounded figure lies.
///
/// In JSON `"minor_unit"`, `{"scale": 4}` or `{"increment": "0.05"}`; reading refuses what rounding would refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", try_from = "RoundToDocument")]
pub enum RoundTo {
    /// The minor unit of the currency: cents for USD, units for JPY.
    #[default]
    MinorUnit,
    /// A number of decimals, at most 12.
    Scale(u32),
    /// A multiple of an increment above zero, such as 0.05 for cash in CHF.
    Increment(
        #[serde(with = "crate::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "crate::DecimalText"))]
        Decimal,
    ),
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum RoundToDocument {
    /// The minor unit of the currency: cents for USD, units for JPY.
    MinorUnit,
    /// A number of decimals, at most 12.
    Scale(u32),
    /// A multiple of an increment above zero, such as 0.05 for cash in CHF.
    Increment(
        #[serde(with = "crate::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "crate::DecimalText"))]
        Decimal,
    ),
}

impl TryFrom<RoundToDocument> for RoundTo {
    type Error = MoneyError;
    fn try_from(document: RoundToDocument) -> Result<Self, MoneyError> {
        let to = match document {
            RoundToDocument::MinorUnit => Self::MinorUnit,
            RoundToDocument::Scale(scale) => Self::Scale(scale),
            RoundToDocument::Increment(increment) => Self::Increment(increment),
        };
        to.check().map(|()| to)
    }
}

impl RoundTo {
    fn check(self) -> Result<(), MoneyError> {
        let fault = |field, value, expected| {
            Err(MoneyError::InvalidRounding {
                field,
                value,
                expected,
            })
        };
        match self {
            Self::Scale(scale) if scale > 12 => fault("scale", scale.to_string(), "0 to 12 decimals"),
            Self::Increment(increment) if increment <= Decimal::ZERO => {
                fault("increment", increment.to_string(), "an increment above zero")
            }
            _ => Ok(()),
        }
    }
}

/// How a figure is rounded: a mode and a grid. Policies are data; store them with the document they rounded.
///
/// Cash in Switzerland comes in steps of 0.05, whatever the minor unit of the franc:
///
/// ```
/// use l2c_money::{Currency, RoundTo, Rounding, RoundingPolicy, Exact, dec};
///
/// let cash = RoundingPolicy { mode: Rounding::HalfUp, to: RoundTo::Increment(dec!(0.05)) };
/// let due: Exact = "12.34".parse()?;
/// assert_eq!(cash.money(&due, Currency::CHF)?.to_string(), "12.35 CHF");
/// // A credit mirrors its invoice.
/// assert_eq!(cash.money(&-due, Currency::CHF)?.to_string(), "-12.35 CHF");
/// # Ok::<(), l2c_money::MoneyError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(description = "How a figure is rounded: a mode and a grid.")
)]
#[serde(
    deny_unknown_fields,
    expecting = r#"a rounding: {"mode": "half_up", "to": {"increment": "0.05"}}, or without `to`"#
)]
pub struct RoundingPolicy {
    /// Which way a figure between two neighbours goes.
    #[serde(default)]
    pub mode: Rounding,
    /// The grid.
    #[serde(default)]
    pub to: RoundTo,
}

impl RoundingPolicy {
    /// Half up to the minor unit of the currency.
    pub const HALF_UP: Self = Self {
        mode: Rounding::HalfUp,
        to: RoundTo::MinorUnit,
    };
    /// Half even to the minor unit of the currency.
    pub const HALF_EVEN: Self = Self {
        mode: Rounding::HalfEven,
        to: RoundTo::MinorUnit,
    };

    /// To the smallest step of cash, such as 0.05 CHF.
    ///
    /// # Errors
    /// [`MoneyError::InvalidRounding`] unless the increment is above zero.
    pub fn increment(increment: Decimal, mode: Rounding) -> Result<Self, MoneyError> {
        let to = RoundTo::Increment(increment);
        to.check().map(|()| Self { mode, to })
    }

    /// To a number of decimals.
    ///
    /// # Errors
    /// [`MoneyError::InvalidRounding`] for more than 12.
    pub fn scale(scale: u32, mode: Rounding) -> Result<Self, MoneyError> {
        let to = RoundTo::Scale(scale);
        to.check().map(|()| Self { mode, to })
    }

    /// To the minor unit of the currency.
    #[must_use]
    pub const fn minor_unit(mode: Rounding) -> Self {
        Self {
            mode,
            to: RoundTo::MinorUnit,
        }
    }

    /// The rounded figure.
    ///
    /// # Errors
    /// [`MoneyError::InvalidRounding`] for a scale above 12 or an increment not above zero.
    pub fn round(&self, value: &Exact, currency: Currency) -> Result<Exact, MoneyError> {
        self.to.check()?;
        match self.to {
            RoundTo::MinorUnit => Ok(value.round(currency.minor_units(), self.mode)),
            RoundTo::Scale(scale) => Ok(value.round(scale, self.mode)),
            RoundTo::Increment(increment) => value.round_to_multiple(&Exact::from(increment), self.mode),
        }
    }

    /// What rounding adds: the rounded figure less the exact one.
    ///
    /// # Errors
    /// As [`RoundingPolicy::round`].
    pub fn residue(&self, value: &Exact, currency: Currency) -> Result<Exact, MoneyError> {
        Ok(self.round(value, currency)? - value)
    }

    /// The rounded figure as money.
    ///
    /// # Errors
    /// As [`RoundingPolicy::round`], and what [`Money::new`] refuses.
    pub fn money(&self, value: &Exact, currency: Currency) -> Result<Money, MoneyError> {
        Money::try_from_exact(&self.round(value, currency)?, currency)
    }
}
