use std::collections::BTreeMap;

use l2c_money::{Exact, Unit};
use l2c_pricing::PricedLine;
use serde::{Deserialize, Serialize};

use crate::QuoteVersion;

/// Why one version costs more or less than another. The five parts add up to the difference, exactly.
///
/// Lines are the same if they have the same id, product, component and unit. With the value of one unit, v = price x
/// term:
/// - **price**: the quantity and term of after, at what the price has moved;
/// - **term**: the quantity of after, at the price of before, over what the term has moved;
/// - **quantity**: what the number of units has moved, at their average value before (of each unit of measure on its
///   own, since pieces and hours have no sum);
/// - **mix**: what each line's number of units has moved, at how far its value before lies from that average; a line
///   that is new has its own value as that of before, so that it is quantity and mix alone;
/// - **currency**: what the rate has moved, on the total of after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The total before, in the currency of the comparison.
    pub before: Exact,
    /// The total after.
    pub after: Exact,
    /// Its parts.
    pub parts: DifferenceParts,
    /// The lines: those of before in their order, then the new ones. Without the currency part, which is one of totals.
    pub lines: Vec<LineDifference>,
}

/// The parts of a difference.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DifferenceParts {
    /// Other prices.
    pub price: Exact,
    /// More or fewer units.
    pub quantity: Exact,
    /// Dearer or cheaper lines among them.
    pub mix: Exact,
    /// Longer or shorter terms.
    pub term: Exact,
    /// Another rate of exchange.
    pub currency: Exact,
}

/// The difference of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineDifference {
    /// The line.
    pub line: String,
    /// Its value before; zero for a new line.
    pub before: Exact,
    /// Its value after, at the rate of before; zero for a line that is gone.
    pub after: Exact,
    /// The parts.
    pub parts: DifferenceParts,
}

/// A line to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedLine {
    /// What tells whether it is the same line.
    pub key: String,
    /// How many units.
    pub quantity: Exact,
    /// Of which unit.
    pub unit: Unit,
    /// For how long, in any one measure of time; 1 for what has no term.
    pub term: Exact,
    /// What it costs.
    pub net: Exact,
}

/// The rates into the currency of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparisonRates {
    /// For the currency of before, at the time of before.
    pub before: Exact,
    /// For the currency of after, at the time of before: what is compared at.
    pub constant: Exact,
    /// For the currency of after, at the time of after.
    pub after: Exact,
}

impl Default for ComparisonRates {
    /// One currency.
    fn default() -> Self {
        Self {
            before: Exact::ONE,
            constant: Exact::ONE,
            after: Exact::ONE,
        }
    }
}

impl Comparison {
    /// Compares two versions of a quote, by the lines that are part of the deal. `term` says for how long a line runs.
    /// None if one of them has no figures, or if they are in different currencies and there are no rates.
    #[must_use]
    pub fn between(
        before: &QuoteVersion,
        after: &QuoteVersion,
        rates: Option<&ComparisonRates>,
        term: impl Fn(&PricedLine) -> Exact,
    ) -> Option<Self> {
        let one_currency = before.priced()?.currency() == after.priced()?.currency();
        let same = ComparisonRates::default();
        let rates = rates.or(one_currency.then_some(&same))?;
        let lines = |version: &QuoteVersion| -> Vec<ComparedLine> {
            let lines = version.lines().into_iter();
            lines.map(|line| ComparedLine::of(line, term(line))).collect()
        };
        Some(Self::new(&lines(before), &lines(after), rates))
    }

    /// Compares lines. Of two lines with one key in one list the last one counts.
    #[must_use]
    pub fn new(before: &[ComparedLine], after: &[ComparedLine], rates: &ComparisonRates) -> Self {
        let valued = |lines: &[ComparedLine], rate: &Exact| -> BTreeMap<(String, Unit), Side> {
            let side = |line: &ComparedLine| Side {
                quantity: line.quantity.clone(),
                term: line.term.clone(),
                value: &line.net * rate,
            };
            let key = |line: &ComparedLine| (line.key.clone(), line.unit);
            lines.iter().map(|line| (key(line), side(line))).collect()
        };
        let then = valued(before, &rates.before);
        let now = valued(after, &rates.constant);
        let averages = Averages::new(&then);
        let mut order: Vec<(String, Unit)> = Vec::new();
        for line in before.iter().chain(after) {
            let key = (line.key.clone(), line.unit);
            if !order.contains(&key) {
                order.push(key);
            }
        }
        let none = Side::default();
        let lines: Vec<LineDifference> = order
            .into_iter()
            .map(|key| {
                let (then, now) = (then.get(&key).unwrap_or(&none), now.get(&key).unwrap_or(&none));
                LineDifference {
                    parts: parts(then, now, averages.of(key.1)),
                    line: key.0,
                    before: then.value.clone(),
                    after: now.value.clone(),
                }
            })
            .collect();
        let sum = |of: fn(&LineDifference) -> &Exact| -> Exact { lines.iter().map(of).sum() };
        let constant: Exact = sum(|line| &line.after);
        let nets: Exact = now_nets(after);
        let after = &nets * &rates.after;
        Self {
            before: sum(|line| &line.before),
            parts: DifferenceParts {
                price: sum(|line| &line.parts.price),
                quantity: sum(|line| &line.parts.quantity),
                mix: sum(|line| &line.parts.mix),
                term: sum(|line| &line.parts.term),
                currency: &after - &constant,
            },
            after,
            lines,
        }
    }

    /// After less before: the sum of the parts.
    #[must_use]
    pub fn difference(&self) -> Exact {
        &self.after - &self.before
    }
}

impl DifferenceParts {
    /// Their sum.
    #[must_use]
    pub fn sum(&self) -> Exact {
        [&self.price, &self.quantity, &self.mix, &self.term, &self.currency]
            .into_iter()
            .sum()
    }
}

impl ComparedLine {
    fn of(line: &PricedLine, term: Exact) -> Self {
        let component = line.component.as_deref().unwrap_or_default();
        Self {
            key: format!("{} {} {component}", line.id, line.product)
                .trim_end()
                .to_owned(),
            quantity: line.quantity.exact(),
            unit: line.quantity.unit(),
            term,
            net: line.net.exact(),
        }
    }
}

#[derive(Debug, Clone)]
struct Side {
    quantity: Exact,
    term: Exact,
    value: Exact,
}

impl Default for Side {
    fn default() -> Self {
        Self {
            quantity: Exact::ZERO,
            term: Exact::ONE,
            value: Exact::ZERO,
        }
    }
}

impl Side {
    /// The value of one unit over the term.
    fn of_one(&self) -> Option<Exact> {
        self.value.checked_div(&self.quantity).ok()
    }

    /// The value of one unit and one measure of time.
    fn price(&self) -> Option<Exact> {
        self.of_one()?.checked_div(&self.term).ok()
    }
}

/// The average value of one unit, by unit of measure.
struct Averages(BTreeMap<Unit, Exact>);

impl Averages {
    fn new(lines: &BTreeMap<(String, Unit), Side>) -> Self {
        let mut totals: BTreeMap<Unit, (Exact, Exact)> = BTreeMap::new();
        for ((_, unit), side) in lines {
            let (quantity, value) = totals.entry(*unit).or_insert((Exact::ZERO, Exact::ZERO));
            *quantity += &side.quantity;
            *value += &side.value;
        }
        let average = |(unit, (quantity, value)): (Unit, (Exact, Exact))| {
            Some((unit, value.checked_div(&quantity).ok()?))
        };
        Self(totals.into_iter().filter_map(average).collect())
    }

    /// None where there was nothing of the unit: then all of it is quantity.
    fn of(&self, unit: Unit) -> Option<&Exact> {
        self.0.get(&unit)
    }
}

fn parts(then: &Side, now: &Side, average: Option<&Exact>) -> DifferenceParts {
    let moved = &now.quantity - &then.quantity;
    // A new line has its own value as that of before, and no price or term to move from.
    let value_then = then.of_one().or_else(|| now.of_one()).unwrap_or(Exact::ZERO);
    let term = match then.price() {
        Some(price) if !now.quantity.is_zero() => &(&price * &now.quantity) * &(&now.term - &then.term),
        _ => Exact::ZERO,
    };
    let units = &value_then * &moved;
    let quantity = average.map_or_else(|| units.clone(), |average| average * &moved);
    let mix = &units - &quantity;
    // What is left is the price: its quantity and term are those of after.
    let price = &(&(&now.value - &then.value) - &units) - &term;
    DifferenceParts {
        price,
        quantity,
        mix,
        term,
        currency: Exact::ZERO,
    }
}

fn now_nets(lines: &[ComparedLine]) -> Exact {
    let mut last: BTreeMap<(&str, Unit), &Exact> = BTreeMap::new();
    for line in lines {
        last.insert((line.key.as_str(), line.unit), &line.net);
    }
    last.into_values().sum()
}
