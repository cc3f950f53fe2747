use l2c_money::{Exact, Percent, Remainder, RoundTo, Rounding, Unit};

use crate::{Explanation, Measure, Operation, Step, StepId};

/// One line of a derivation as it is read, from the result down to the inputs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    /// How far below the result, or below the head of a part that is listed on its own.
    pub depth: usize,
    /// The step's position.
    pub id: StepId,
    /// The step.
    pub step: &'a Step,
    /// Whether other lines refer to this one, so that it shows its number.
    pub shared: bool,
    /// Whether this line only refers to the one that shows the step.
    pub reference: bool,
}

/// Beyond this depth a part of a derivation is listed on its own, so that a page stays readable and a hostile
/// chain of a million steps stays linear in size.
const MAX_DEPTH: usize = 24;

/// Every step once, in reading order; where a step is used again, a reference to it.
pub(crate) fn outline(explanation: &Explanation) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut shown = vec![false; explanation.steps().len()];
    let mut shared = shown.clone();
    let mut heads = std::collections::VecDeque::from([explanation.root()]);
    while let Some(head) = heads.pop_front() {
        let mut open = vec![(0_usize, head)];
        while let Some((depth, id)) = open.pop() {
            let (Some(step), Some(seen)) = (explanation.step(id), shown.get_mut(id.index())) else {
                continue;
            };
            let deferred = depth > MAX_DEPTH && !step.inputs.is_empty();
            let reference = *seen || deferred;
            if depth == 0 && *seen {
                continue;
            }
            if deferred && !*seen {
                heads.push_back(id);
            }
            if reference && let Some(slot) = shared.get_mut(id.index()) {
                *slot = true;
            }
            rows.push(Row {
                depth,
                id,
                step,
                shared: false,
                reference,
            });
            if !reference {
                *seen = true;
                open.extend(
                    step.inputs
                        .iter()
                        .rev()
                        .map(|&input| (depth.saturating_add(1), input)),
                );
            }
        }
    }
    for row in &mut rows {
        row.shared = shared.get(row.id.index()) == Some(&true);
    }
    rows
}

/// The value as a reader of its measure expects it.
pub(crate) fn shown(value: &Exact, measure: Measure) -> String {
    match measure {
        Measure::Number => number(value, 0),
        Measure::Money(currency) => format!("{} {currency}", number(value, currency.minor_units())),
        Measure::Percent => {
            let points = value * Exact::integer(100);
            let percent = points.to_decimal().and_then(Percent::new);
            percent.map_or_else(
                |_| format!("{} %", number(&points, 0)),
                |percent| percent.to_string(),
            )
        }
        Measure::Quantity(Unit::ONE) => number(value, 0),
        Measure::Quantity(unit) => format!("{} {unit}", number(value, 0)),
        Measure::Days if *value == Exact::ONE => "1 day".to_owned(),
        Measure::Days => format!("{} days", number(value, 0)),
    }
}

/// A fraction that no decimal shows is written as it is, with six decimals beside it.
fn number(value: &Exact, decimals: u32) -> String {
    let text = value.text_with_decimals(decimals);
    if text.contains('/') {
        format!("{text} (about {})", value.round(6, Rounding::HalfUp))
    } else {
        text
    }
}

/// What the step did, in words; nothing for an input.
pub(crate) fn done(explanation: &Explanation, row: &Row<'_>) -> Option<String> {
    let currency_text = |value: &Exact| shown(value, row.step.measure);
    Some(match row.step.operation {
        Operation::Input => return None,
        Operation::Sum => "sum".to_owned(),
        Operation::Difference => "difference".to_owned(),
        Operation::Product => "product".to_owned(),
        Operation::Quotient => "quotient".to_owned(),
        Operation::Negate => "negated".to_owned(),
        Operation::Minimum => "smallest".to_owned(),
        Operation::Maximum => "largest".to_owned(),
        Operation::Power { scale, mode } => format!("power, rounded {} to {scale} decimals", words(mode)),
        Operation::Allocation { policy, .. } => {
            let left = match policy.remainder {
                Remainder::Largest => "to the largest cut-off fractions",
                Remainder::First => "to the first parts",
                Remainder::Last => "to the last part",
            };
            format!("split by weights, units left over {left}")
        }
        Operation::Share { index } => format!("part {}", index.saturating_add(1)),
        Operation::Round { policy, currency } => {
            let grid = match policy.to {
                RoundTo::MinorUnit => format!("{} decimals", currency.minor_units()),
                RoundTo::Scale(scale) => format!("{scale} decimals"),
                RoundTo::Increment(increment) => format!("a multiple of {increment}"),
            };
            let residue = explanation.residue(row.id).unwrap_or_default();
            format!(
                "rounded {} to {grid}, residue {}",
                words(policy.mode),
                currency_text(&residue)
            )
        }
    })
}

const fn words(mode: Rounding) -> &'static str {
    match mode {
        Rounding::HalfUp => "half up",
        Rounding::HalfEven => "half even",
        Rounding::HalfDown => "half down",
        Rounding::Up => "up",
        Rounding::Down => "down",
        Rounding::Ceiling => "to the ceiling",
        Rounding::Floor => "to the floor",
    }
}

/// The citations as one text.
pub(crate) fn cited(step: &Step) -> Option<String> {
    let list: Vec<String> = step.citations.iter().map(ToString::to_string).collect();
    (!list.is_empty()).then(|| list.join("; "))
}

/// Labels come from documents: a line stays one line.
pub(crate) fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
