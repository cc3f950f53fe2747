use l2c_money::{Currency, Exact};

use crate::LinePrice;
use crate::adjustment::working::WorkingLine;
use crate::waterfall::line_price::percent;

/// Lines that were priced together: their nets, the totals, and what each adjustment did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedLines {
    currency: Currency,
    lines: Vec<AdjustedLine>,
    adjustments: Vec<AdjustmentOutcome>,
    total: Exact,
    tax: Option<Exact>,
    violations: Vec<LineViolation>,
}

/// A line after the adjustments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdjustedLine {
    id: String,
    quantity: Exact,
    list: Exact,
    gross: Exact,
    net: Exact,
    price: Option<LinePrice>,
    added_by: Option<usize>,
    discounts: Vec<(usize, Exact)>,
    cost: Option<Exact>,
    residue: Exact,
    lowest_net: Option<Exact>,
    components: Vec<(String, Exact)>,
    tax: Option<Exact>,
}

/// What an adjustment did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdjustmentOutcome {
    /// Whether it applied.
    pub applied: bool,
    /// Why it did not; absent if it did.
    pub skipped: Option<String>,
    /// The discount that it gave; below zero where it raised.
    pub amount: Exact,
    /// The units that it rewarded.
    pub rewarded_units: Option<Exact>,
    /// The quantity that it added.
    pub added_quantity: Option<Exact>,
    /// What its percentage was taken of.
    pub base_total: Option<Exact>,
}

/// A line whose net is below what its floor allows, after all that the document did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineViolation {
    /// The line.
    pub line: String,
    /// The guard of its waterfall.
    pub step: String,
    /// The net on which the guarded figure would stand on its floor.
    pub lowest_net: Exact,
    /// The net.
    pub net: Exact,
}

impl AdjustmentOutcome {
    pub(crate) fn skipped(why: impl Into<String>) -> Self {
        Self {
            skipped: Some(why.into()),
            ..Self::default()
        }
    }

    pub(crate) fn applied(amount: Exact) -> Self {
        Self {
            applied: true,
            amount,
            ..Self::default()
        }
    }
}

impl PricedLines {
    pub(crate) fn new<M>(
        currency: Currency,
        lines: Vec<WorkingLine<M>>,
        adjustments: Vec<AdjustmentOutcome>,
        total: Exact,
        tax: Option<Exact>,
        violations: Vec<LineViolation>,
    ) -> Self {
        let closed = |line: WorkingLine<M>| AdjustedLine {
            lowest_net: line.lowest_net(),
            id: line.id,
            quantity: line.quantity,
            list: line.list,
            gross: line.gross,
            net: line.net.value,
            price: line.price,
            added_by: line.added_by,
            discounts: line.discounts,
            cost: line.cost,
            residue: line.residue,
            components: line.components,
            tax: line.tax,
        };
        Self {
            currency,
            lines: lines.into_iter().map(closed).collect(),
            adjustments,
            total,
            tax,
            violations,
        }
    }

    /// The currency of all amounts.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The lines: those that were given in their order, then those that were added.
    #[must_use]
    pub fn lines(&self) -> &[AdjustedLine] {
        &self.lines
    }

    /// What each adjustment did, in their order.
    #[must_use]
    pub fn adjustments(&self) -> &[AdjustmentOutcome] {
        &self.adjustments
    }

    /// The sum of the given lines before the adjustments.
    #[must_use]
    pub fn subtotal(&self) -> Exact {
        let given = self.lines.iter().filter(|line| line.added_by.is_none());
        given.map(|line| &line.gross).sum()
    }

    /// The total before tax.
    #[must_use]
    pub const fn total(&self) -> &Exact {
        &self.total
    }

    /// What rounding the total added, beside what the lines show.
    #[must_use]
    pub fn residue(&self) -> Exact {
        &self.total - self.lines.iter().map(|line| &line.net).sum::<Exact>()
    }

    /// The sum of the list amounts; a line that was added counts with its own amount.
    #[must_use]
    pub fn list_total(&self) -> Exact {
        self.lines.iter().map(|line| &line.list).sum()
    }

    /// List less total as a percentage of list, exact and signed; none without a list amount.
    #[must_use]
    pub fn discount_percent(&self) -> Option<Exact> {
        let list = self.list_total();
        percent(&(&list - &self.total), &list)
    }

    /// The tax; none where the document states none.
    #[must_use]
    pub const fn tax(&self) -> Option<&Exact> {
        self.tax.as_ref()
    }

    /// The total with its tax.
    #[must_use]
    pub fn total_with_tax(&self) -> Exact {
        self.tax.iter().fold(self.total.clone(), |total, tax| total + tax)
    }

    /// The total less the costs; none unless every line has a cost.
    #[must_use]
    pub fn margin(&self) -> Option<Exact> {
        let mut margin = self.total.clone();
        for line in &self.lines {
            margin -= &(line.cost.as_ref()? * &line.quantity);
        }
        Some(margin)
    }

    /// The margin as a percentage of the total, exact; none without a margin or a total.
    #[must_use]
    pub fn margin_percent(&self) -> Option<Exact> {
        percent(&self.margin()?, &self.total)
    }

    /// Lines below their floors.
    #[must_use]
    pub fn violations(&self) -> &[LineViolation] {
        &self.violations
    }
}

impl AdjustedLine {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How much of it.
    #[must_use]
    pub const fn quantity(&self) -> &Exact {
        &self.quantity
    }

    /// Its list amount.
    #[must_use]
    pub const fn list(&self) -> &Exact {
        &self.list
    }

    /// Its net before the adjustments.
    #[must_use]
    pub const fn gross(&self) -> &Exact {
        &self.gross
    }

    /// Its net.
    #[must_use]
    pub const fn net(&self) -> &Exact {
        &self.net
    }

    /// Its own price; none for a line that was added.
    #[must_use]
    pub const fn price(&self) -> Option<&LinePrice> {
        self.price.as_ref()
    }

    /// The adjustment that added it, by position.
    #[must_use]
    pub const fn added_by(&self) -> Option<usize> {
        self.added_by
    }

    /// What adjustments took off it: the position of each, and its amount. Those of zero are left out.
    #[must_use]
    pub fn discounts(&self) -> &[(usize, Exact)] {
        &self.discounts
    }

    /// What rounding the document added to it.
    #[must_use]
    pub const fn residue(&self) -> &Exact {
        &self.residue
    }

    /// The net on which its highest floor stands; none for a line without floors and for what goes back.
    #[must_use]
    pub const fn lowest_net(&self) -> Option<&Exact> {
        self.lowest_net.as_ref()
    }

    /// The amounts of its components, by their ids.
    #[must_use]
    pub fn components(&self) -> &[(String, Exact)] {
        &self.components
    }

    /// Its tax, where tax is rounded for each line.
    #[must_use]
    pub const fn tax(&self) -> Option<&Exact> {
        self.tax.as_ref()
    }

    /// Net less cost; none without a cost.
    #[must_use]
    pub fn margin(&self) -> Option<Exact> {
        Some(&self.net - self.cost.as_ref()? * &self.quantity)
    }

    /// The margin as a percentage of the net, exact; none without a margin or a net.
    #[must_use]
    pub fn margin_percent(&self) -> Option<Exact> {
        percent(&self.margin()?, &self.net)
    }
}
