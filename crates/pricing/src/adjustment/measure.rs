use l2c_money::Exact;
use l2c_rules::Predicate;

use super::check::{Adjustment, MeasureTest, Size, Sizes};
use super::document::Measure;
use super::working::{Working, WorkingLine};

impl<M: Clone> Working<M> {
    /// Whether an adjustment applies at this moment.
    pub(super) fn applies(&self, adjustment: &Adjustment) -> bool {
        let within = |test: &MeasureTest| {
            let measure = self.measure(test.measure, test.lines.as_ref());
            test.min.as_ref().is_none_or(|min| measure >= *min)
                && test.max.as_ref().is_none_or(|max| measure <= *max)
        };
        adjustment.when.as_ref().is_none_or(within)
    }

    /// A sum over the lines that were given.
    pub(super) fn measure(&self, measure: Measure, lines: Option<&Predicate>) -> Exact {
        self.given(lines)
            .map(|(_, line)| match measure {
                Measure::Quantity => &line.quantity,
                Measure::Subtotal => &line.net.value,
            })
            .sum()
    }

    /// The lines that were given and fit a condition, with their positions.
    pub(super) fn given<'a>(
        &'a self,
        lines: Option<&'a Predicate>,
    ) -> impl Iterator<Item = (usize, &'a WorkingLine<M>)> {
        let fits = move |line: &WorkingLine<M>| lines.is_none_or(|lines| lines.holds(&line.facts));
        self.lines
            .iter()
            .enumerate()
            .filter(move |(_, line)| line.added_by.is_none() && fits(line))
    }

    /// The positions of the lines that an adjustment may lower.
    pub(super) fn selected(&self, lines: Option<&Predicate>) -> Vec<usize> {
        self.given(lines)
            .filter(|(_, line)| line.discountable && !line.net.value.is_negative())
            .map(|(position, _)| position)
            .collect()
    }

    /// The size of a discount at this moment; none below the first tier.
    pub(super) fn size<'a>(&self, sizes: &'a Sizes) -> Option<&'a Size> {
        match sizes {
            Sizes::One(size) => Some(size),
            Sizes::Tiers { steps, .. } => {
                let measure = self.tier_measure(sizes)?;
                let reached = steps.partition_point(|(from, _)| *from <= measure);
                steps.get(reached.checked_sub(1)?).map(|(_, size)| size)
            }
        }
    }

    /// What the tiers of a discount measure at this moment.
    pub(super) fn tier_measure(&self, sizes: &Sizes) -> Option<Exact> {
        match sizes {
            Sizes::One(_) => None,
            Sizes::Tiers { measure, lines, .. } => Some(self.measure(*measure, lines.as_ref())),
        }
    }
}
