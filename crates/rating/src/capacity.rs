use std::collections::BTreeMap;

use l2c_documents::Check;
use l2c_explain::Recorder;
use l2c_money::{Currency, Exact, Money};

use crate::check::{money, not_below_zero};
use crate::derivation::Steps;
use crate::error::excerpt;
use crate::outcome::Outcome;
use crate::tier::countable;
use crate::{CapacityTierDocument, MAX_TIERS, RatingError};

/// Checked tiers of a capacity charge: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CapacityTiers(Vec<CapacityTier>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct CapacityTier {
    amount: Money,
    limits: BTreeMap<String, Exact>,
}

impl CapacityTiers {
    pub(crate) fn new(tiers: &[CapacityTierDocument], currency: Currency, check: &mut Check) -> Option<Self> {
        if !countable(tiers.len(), check) {
            return None;
        }
        let mut list = Vec::with_capacity(tiers.len());
        for (index, tier) in tiers.iter().enumerate() {
            let path = |field: &str| format!("tiers[{index}].{field}");
            let amount = money(check, || path("amount"), tier.amount, currency);
            let count = tier.limits.len();
            if count > MAX_TIERS {
                let message = format!("{count} limits are more than {MAX_TIERS}");
                check.fault(path("limits"), "too_many", message);
            }
            let mut limits = BTreeMap::new();
            for (unit, limit) in tier.limits.iter().take(MAX_TIERS) {
                not_below_zero(check, &path(&format!("limits.{unit}")), limit.0);
                limits.insert(unit.clone(), Exact::from(limit.0));
            }
            list.extend(amount.map(|amount| CapacityTier { amount, limits }));
        }
        Some(Self(list))
    }

    /// The first tier that holds every quantity.
    fn find(&self, quantities: &BTreeMap<String, Exact>) -> Result<(usize, &CapacityTier), RatingError> {
        let over = |tier: &CapacityTier| {
            let over =
                |(unit, used): &(&String, &Exact)| tier.limits.get(*unit).is_some_and(|limit| limit < *used);
            quantities.iter().find(over)
        };
        let mut last = None;
        for (index, tier) in self.0.iter().enumerate() {
            match over(tier) {
                None => return Ok((index, tier)),
                found => last = found,
            }
        }
        let (unit, quantity) = last.unzip();
        Err(RatingError::NoCapacity {
            unit: unit.cloned().unwrap_or_default(),
            quantity: quantity.map(excerpt).unwrap_or_default(),
        })
    }
}

impl Steps<'_> {
    pub(crate) fn capacity<R: Recorder>(
        &self,
        rec: &mut R,
        tiers: &CapacityTiers,
        quantities: &BTreeMap<String, Exact>,
    ) -> Result<Outcome<R::Mark>, RatingError> {
        if let Some(quantity) = quantities.values().find(|quantity| quantity.is_negative()) {
            return Err(RatingError::negative(quantity));
        }
        let (index, tier) = tiers.find(quantities)?;
        let number = index.saturating_add(1);
        let label = || {
            let name = self.legend.words.tier;
            format!("amount of {name} {number}, the first that holds every quantity")
        };
        let path = || format!("tiers[{index}].amount");
        Ok(Outcome {
            tier: Some(number),
            ..Outcome::of(self.fee(rec, &tier.amount, label, path))
        })
    }
}
