use l2c_money::Exact;
use l2c_rules::Predicate;

use super::check::{Adjustment, MeasureTest, Size, Sizes};
use super::document::Measure;
use super::working::{Working, WorkingLine};

impl<M: Clone> Working<M> {
    /// Why an adjustment does not apply at this moment; `None`: it does.
    pub(crate) fn why_not(&self, adjustment: &Adjustment) -> Option<String> {
        let test: &MeasureTest = adjustment.when.as_ref()?;
        let measure = self.measure(test.measure, test.lines.as_ref());
        let name = match test.measure {
            Measure::Quantity => "the quantity",
            Measure::Subtotal => "the subtotal",
        };
        if let Some(min) = test.min.as_ref().filter(|min| measure < **min) {
            return Some(format!("{name} is {measure}, below {min}"));
        }
        let max = test.max.as_ref().filter(|max| measure > **max)?;
        Some(format!("{name} is {measure}, above {max}"))
    }

    /// A sum over the lines that were given. The parts of one thing have its quantity once.
    pub(super) fn measure(&self, measure: Measure, lines: Option<&Predicate>) -> Exact {
        match measure {
            Measure::Quantity => self.quantity(lines),
            Measure::Subtotal => self.given(lines).map(|(_, line)| &line.net.value).sum(),
        }
    }

    /// The quantity of the lines that were given and fit a condition.
    pub(super) fn quantity(&self, lines: Option<&Predicate>) -> Exact {
        let mut counted = None;
        let mut quantity = Exact::ZERO;
        for (_, line) in self.given(lines) {
            if counted.replace(line.thing) != Some(line.thing) {
                quantity += &line.quantity;
            }
        }
        quantity
    }

    /// Lines by the thing that they are parts of.
    pub(super) fn things(&self, lines: &[usize]) -> Vec<Vec<usize>> {
        let thing = |line: &usize| self.lines.get(*line).map(|line| line.thing);
        lines
            .chunk_by(|one, other| thing(one) == thing(other))
            .map(<[usize]>::to_vec)
            .collect()
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
