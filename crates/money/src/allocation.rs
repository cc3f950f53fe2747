use num_integer::Integer;
use serde::{Deserialize, Serialize};

use crate::error::excerpt;
use crate::power::check_scale;
use crate::{Exact, MoneyError};

/// Where the units go that are left when every share is cut down to whole units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Remainder {
    /// One each to the largest cut-off fractions, ties to the earlier position.
    #[default]
    Largest,
    /// One each to the parts with a weight above zero, in order.
    First,
    /// All to the last part with a weight above zero.
    Last,
}

/// What weights mean that are all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ZeroWeights {
    /// An error.
    #[default]
    Refuse,
    /// They count as equal.
    Equal,
}

/// How a total is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AllocationPolicy {
    /// Where left-over units go.
    pub remainder: Remainder,
    /// What all-zero weights mean.
    pub zero_weights: ZeroWeights,
}

impl AllocationPolicy {
    /// Splits a figure of any size by weights into multiples of 10^-scale that add up to it and carry its
    /// sign. [`Money::allocate`](crate::Money::allocate) is this for amounts of money.
    ///
    /// ```
    /// use l2c_money::{AllocationPolicy, Exact};
    ///
    /// let weights = [Exact::integer(50), Exact::integer(30), Exact::integer(20)];
    /// let parts = AllocationPolicy::default().split(&"-1000.01".parse()?, 2, &weights)?;
    /// let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    /// assert_eq!(parts, ["-500.01", "-300", "-200"]);
    /// # Ok::<(), l2c_money::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::InvalidRounding`] for a scale above 100; then as
    /// [`Money::allocate`](crate::Money::allocate).
    pub fn split(&self, total: &Exact, scale: u32, weights: &[Exact]) -> Result<Vec<Exact>, MoneyError> {
        check_scale(scale)?;
        let unit = Exact::power_of_ten(scale);
        let units = total * &unit;
        if !units.is_integer() {
            return Err(MoneyError::NotInMinorUnits {
                value: excerpt(&total.to_string()),
                scale,
            });
        }
        if weights.is_empty() {
            return Err(MoneyError::NoWeights);
        }
        if let Some((index, weight)) = weights.iter().enumerate().find(|(_, w)| w.is_negative()) {
            return Err(MoneyError::NegativeWeight {
                index,
                value: excerpt(&weight.to_string()),
            });
        }
        let parts = match (weights.iter().any(Exact::is_positive), self.zero_weights) {
            (true, _) => self.whole_parts(&units.abs(), weights)?,
            (false, ZeroWeights::Equal) => {
                self.whole_parts(&units.abs(), &vec![Exact::ONE; weights.len()])?
            }
            (false, ZeroWeights::Refuse) => return Err(MoneyError::ZeroWeights),
        };
        let signed = |part: Exact| if total.is_negative() { -part } else { part };
        parts
            .into_iter()
            .map(|part| signed(part).checked_div(&unit))
            .collect()
    }

    /// Splits a whole number that is not negative, by weights of which one at least is above zero.
    fn whole_parts(&self, total: &Exact, weights: &[Exact]) -> Result<Vec<Exact>, MoneyError> {
        let (mut parts, fractions) = match integer_shares(total, weights) {
            Some(shares) => shares,
            None => exact_shares(total, weights)?,
        };
        // Fewer units are left than there are shares with a cut-off fraction.
        let left = (total - parts.iter().sum::<Exact>()).to_i64();
        let left = left.and_then(|left| usize::try_from(left).ok()).unwrap_or(0);
        let mut weighted = (0..weights.len()).filter(|&i| weights.get(i).is_some_and(Exact::is_positive));
        let takers: Vec<usize> = match self.remainder {
            Remainder::Largest => {
                let mut order: Vec<usize> = (0..weights.len()).collect();
                order.sort_by(|&a, &b| fractions.get(b).cmp(&fractions.get(a)));
                order.into_iter().take(left).collect()
            }
            Remainder::First => weighted.take(left).collect(),
            Remainder::Last => weighted.next_back().into_iter().cycle().take(left).collect(),
        };
        for taker in takers {
            if let Some(part) = parts.get_mut(taker) {
                *part += &Exact::ONE;
            }
        }
        Ok(parts)
    }
}

/// The whole units of each share, and what is cut off of each in parts of one unit, up to a common factor.
type Shares = (Vec<Exact>, Vec<Exact>);

fn exact_shares(total: &Exact, weights: &[Exact]) -> Result<Shares, MoneyError> {
    let sum: Exact = weights.iter().sum();
    let mut shares = (
        Vec::with_capacity(weights.len()),
        Vec::with_capacity(weights.len()),
    );
    for weight in weights {
        // Multiply first, divide once.
        let share = (total * weight).checked_div(&sum)?;
        let whole = share.floor();
        shares.1.push(share - &whole);
        shares.0.push(whole);
    }
    Ok(shares)
}

/// The same in integers, over the common denominator of the weights, where all of it fits.
fn integer_shares(total: &Exact, weights: &[Exact]) -> Option<Shares> {
    let total = total.to_i128()?;
    let common = weights.iter().try_fold(1_i128, |common, weight| {
        let (_, den) = weight.to_ratio()?;
        common.checked_div(common.gcd(&den))?.checked_mul(den)
    })?;
    let mut whole = Vec::with_capacity(weights.len());
    for weight in weights {
        let (num, den) = weight.to_ratio()?;
        whole.push(num.checked_mul(common.checked_div(den)?)?);
    }
    let sum = whole
        .iter()
        .try_fold(0_i128, |sum, weight| sum.checked_add(*weight))?;
    let mut shares = (
        Vec::with_capacity(weights.len()),
        Vec::with_capacity(weights.len()),
    );
    for weight in whole {
        let product = total.checked_mul(weight)?;
        shares.0.push(Exact::from(product.checked_div(sum)?));
        shares.1.push(Exact::from(product.checked_rem(sum)?));
    }
    Some(shares)
}
