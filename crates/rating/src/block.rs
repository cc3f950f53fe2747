use l2c_documents::Check;
use l2c_explain::{Note, Recorder};
use l2c_money::{Currency, Decimal, Exact, Price};

use crate::check::{above_zero, price};
use crate::derivation::{Of, Steps};
use crate::outcome::{Outcome, Part, PartOf};
use crate::tier::countable;
use crate::{BlockTierDocument, RatingError, TierPolicy};

/// Checked tiers of blocks: at least one; all but the last have an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockTiers {
    pub(crate) list: Vec<BlockTier>,
    pub(crate) policy: TierPolicy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockTier {
    /// The units below the tier.
    pub(crate) start: Exact,
    /// Where the blocks of the tier are full; nowhere for the last.
    end: Option<Exact>,
    size: Exact,
    price: Price,
}

impl BlockTiers {
    pub(crate) fn new(
        tiers: &[BlockTierDocument],
        policy: TierPolicy,
        currency: Currency,
        check: &mut Check,
    ) -> Option<Self> {
        if !countable(tiers.len(), check) {
            return None;
        }
        let last = tiers.len().saturating_sub(1);
        let mut start = Exact::ZERO;
        let mut list = Vec::with_capacity(tiers.len());
        for (index, tier) in tiers.iter().enumerate() {
            let path = |field: &str| format!("tiers[{index}].{field}");
            above_zero(check, &path("block_size"), tier.block_size);
            match tier.max_blocks {
                Some(blocks) if blocks <= Decimal::ZERO => {
                    let message = format!("{blocks} is not above zero: the tier holds nothing");
                    check.fault(path("max_blocks"), "tiers_not_ascending", message);
                }
                Some(_) => {}
                None if index < last => {
                    let message = "missing: only the last tier may have no end";
                    check.fault(path("max_blocks"), "missing", message);
                }
                None => {}
            }
            let size = Exact::from(tier.block_size);
            let end = tier
                .max_blocks
                .map(|blocks| &start + &(&size * &Exact::from(blocks)))
                .filter(|_| index < last);
            let price = price(check, path("block_price"), tier.block_price, currency);
            let next = end.clone().unwrap_or_default();
            list.extend(price.map(|price| BlockTier {
                start: start.clone(),
                end,
                size,
                price,
            }));
            start = next;
        }
        Some(Self { list, policy })
    }

    /// The position of the tier of the last unit.
    fn index_of(&self, quantity: &Exact) -> usize {
        self.list
            .partition_point(|tier| tier.end.as_ref().is_some_and(|end| end < quantity))
    }
}

impl Steps<'_> {
    pub(crate) fn blocks<R: Recorder>(
        &self,
        rec: &mut R,
        tiers: &BlockTiers,
        quantity: &Of<R>,
    ) -> Result<Outcome<R::Mark>, RatingError> {
        let top = tiers.index_of(&quantity.value);
        let name = self.legend.words.tier;
        let (mut amounts, mut parts) = (Vec::new(), Vec::new());
        let mut above: Option<Of<R>> = None;
        let entered = match tiers.policy {
            TierPolicy::AllTiers => 0,
            TierPolicy::TopTier => top,
        };
        let charging = tiers.list.iter().enumerate().skip(entered);
        for (index, tier) in charging.take_while(|(index, _)| *index <= top && !quantity.value.is_zero()) {
            let number = index.saturating_add(1);
            let bound = tier.end.as_ref().filter(|_| index < top).map(|end| {
                self.bound(
                    rec,
                    end,
                    || format!("end of {name} {number}"),
                    || format!("tiers[{index}].max_blocks"),
                )
            });
            let end = bound.as_ref().unwrap_or(quantity);
            let units = match &above {
                Some(above) => rec.difference(end, above, || {
                    Note::new(format!("units in {name} {number}")).measured(self.legend.quantity)
                }),
                None => end.clone(),
            };
            let size = self.bound(
                rec,
                &tier.size,
                || "block size".to_owned(),
                || format!("tiers[{index}].block_size"),
            );
            let blocks = self.started(rec, &units, &size, || format!("blocks of {name} {number}"))?;
            let price = self.price(rec, tier.price, "block price", || {
                format!("tiers[{index}].block_price")
            });
            let amount = self.times(rec, &blocks, &price, None, || format!("{name} {number}"));
            let of = PartOf::Blocks {
                tier: number,
                units: units.value,
                blocks: blocks.value,
            };
            parts.push(Part::new(of, amount.value.clone()));
            amounts.push(amount);
            above = bound;
        }
        Ok(Outcome {
            tier: (tiers.policy == TierPolicy::TopTier).then(|| top.saturating_add(1)),
            parts,
            ..Outcome::of(self.total(rec, &amounts))
        })
    }
}
