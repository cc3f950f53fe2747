use serde::{Deserialize, Serialize};

use crate::{Exact, MoneyError};

/// Where the units go that are left when every share is cut down to whole units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
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
#[serde(deny_unknown_fields, default)]
pub struct AllocationPolicy {
    /// Where left-over units go.
    pub remainder: Remainder,
    /// What all-zero weights mean.
    pub zero_weights: ZeroWeights,
}

/// Splits a whole number of units by weights; the parts add up to it and carry its sign.
pub(crate) fn allocate_units(
    total: i128,
    weights: &[Exact],
    policy: AllocationPolicy,
) -> Result<Vec<i128>, MoneyError> {
    if weights.is_empty() {
        return Err(MoneyError::NoWeights);
    }
    if let Some((index, weight)) = weights.iter().enumerate().find(|(_, w)| w.is_negative()) {
        return Err(MoneyError::NegativeWeight {
            index,
            value: weight.to_string(),
        });
    }
    let sum: Exact = weights.iter().sum();
    if sum.is_zero() {
        return match policy.zero_weights {
            ZeroWeights::Refuse => Err(MoneyError::ZeroWeights),
            ZeroWeights::Equal => allocate_units(total, &vec![Exact::ONE; weights.len()], policy),
        };
    }
    let magnitude = Exact::from(total).abs();
    let mut parts = Vec::with_capacity(weights.len());
    let mut fractions = Vec::with_capacity(weights.len());
    for weight in weights {
        let share = (&magnitude * weight).checked_div(&sum)?;
        let whole = share.floor();
        fractions.push(share - &whole);
        parts.push(whole);
    }
    // Fewer units are left than there are shares with a cut-off fraction.
    let left = (magnitude - parts.iter().sum::<Exact>()).to_i64().unwrap_or(0);
    let left = usize::try_from(left).unwrap_or(0);
    let weighted = || (0..weights.len()).filter(|&i| weights.get(i).is_some_and(Exact::is_positive));
    let takers: Vec<usize> = match policy.remainder {
        Remainder::Largest => {
            let mut order: Vec<usize> = (0..weights.len()).collect();
            order.sort_by(|&a, &b| fractions.get(b).cmp(&fractions.get(a)));
            order.into_iter().take(left).collect()
        }
        Remainder::First => weighted().take(left).collect(),
        Remainder::Last => weighted().next_back().into_iter().cycle().take(left).collect(),
    };
    for taker in takers {
        if let Some(part) = parts.get_mut(taker) {
            *part += &Exact::ONE;
        }
    }
    let sign = if total < 0 { Exact::integer(-1) } else { Exact::ONE };
    Ok(parts.iter().filter_map(|part| (part * &sign).to_i128()).collect())
}
