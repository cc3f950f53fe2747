use l2c_money::Exact;
use l2c_rules::{Facts, Predicate};

use crate::waterfall::document::GuardPolicy;
use crate::waterfall::line_price::{Effect, Level, Skip};
use crate::waterfall::run::LineRun;
use crate::waterfall::stack::{Lost, Stack, StackOutcome};
use crate::waterfall::step::{Op, Step};
use crate::{LineInput, RuleRow, Waterfall, WaterfallRow};

/// A floor of a line, in amounts of its net.
#[derive(Clone)]
pub(crate) struct LineGuard {
    pub(crate) step: String,
    pub(crate) policy: GuardPolicy,
    /// The net on which the guarded figure would stand on its floor.
    pub(crate) lowest_net: Exact,
}

/// What one unit of the figure after each step is in the amount of the line: the quantity before it is
/// extended, the rates of the conversions and the factors that are still to come. None where a later price
/// replaces a figure in another currency.
fn lifts<M>(
    waterfall: &Waterfall,
    input: &LineInput<'_>,
    run: &LineRun<M>,
    factors: bool,
) -> Vec<Option<Exact>> {
    let mut lifts = Vec::with_capacity(run.values.len());
    let (mut lift, mut currency) = (Exact::ONE, Some(input.currency));
    for (step, value) in waterfall.steps.iter().zip(&run.values).rev() {
        let same = currency == Some(value.currency);
        let quantity = match value.level {
            Level::Unit => &input.quantity,
            Level::Line => &Exact::ONE,
        };
        lifts.push(same.then(|| &lift * quantity));
        match (&step.op, &value.effect) {
            (Op::Convert { .. }, Effect::Factor(rate)) => {
                lift = &lift * rate;
                currency = None;
            }
            (Op::Prorate(_), Effect::Factor(factor)) if factors => lift = &lift * factor,
            _ => {}
        }
        if currency.is_none() {
            // What a conversion starts from is in the currency of the step before it.
            let position = run.values.len().saturating_sub(lifts.len());
            let before = position.checked_sub(1).and_then(|before| run.values.get(before));
            currency = before.map(|before| before.currency);
        }
    }
    lifts.reverse();
    lifts
}

/// The steps of a line as rows, in amounts of the line and in its currency.
pub(crate) fn rows<M>(waterfall: &Waterfall, input: &LineInput<'_>, run: &LineRun<M>) -> Vec<WaterfallRow> {
    let lifts = lifts(waterfall, input, run, false);
    let mut before = Exact::ZERO;
    let mut rows = Vec::with_capacity(run.values.len());
    for ((step, value), lift) in waterfall.steps.iter().zip(&run.values).zip(&lifts) {
        let subtotal = match (&value.figure, lift) {
            (Some(figure), Some(lift)) => &figure.value * lift,
            _ => before.clone(),
        };
        let amount = &subtotal - &before;
        let mut row = WaterfallRow::applied(&step.id, &step.label, amount, subtotal.clone());
        match &value.effect {
            Effect::Skipped(skip) => row.skipped = Some(why(step, *skip, input, &run.facts)),
            Effect::Stack(outcome) => {
                if let (Op::Stack(stack), Some(lift)) = (&step.op, lift) {
                    row.rules = rule_rows(stack, outcome, lift, input, &run.facts);
                }
            }
            _ => {}
        }
        before = subtotal;
        rows.push(row);
    }
    rows
}

/// Why a step did not apply.
fn why(step: &Step, skip: Skip, input: &LineInput<'_>, facts: &Facts) -> String {
    match (skip, &step.when) {
        (Skip::Condition, Some(when)) => does_not_hold(when, facts),
        (Skip::MissingInput, _) => {
            let terms = step.op.terms();
            let missing = terms.iter().flatten().find_map(|term| term.missing(input));
            // A step without terms counts the term of the line.
            format!("no `{}` is given", missing.unwrap_or("term"))
        }
        _ => "it has no amount".to_owned(),
    }
}

fn does_not_hold(when: &Predicate, facts: &Facts) -> String {
    let outcome = when.explain(facts);
    let tests: Vec<String> = outcome
        .tests()
        .iter()
        .map(|test| format!("{} (is {})", test.text, test.found.as_deref().unwrap_or_default()))
        .collect();
    format!("does not hold: {}", tests.join("; "))
}

/// The most rules of a stack of which those that did not match are shown too: of more, only those that matched are.
const LISTED_RULES: usize = 20;

/// The rules of a stack in the order of the document: what each took off, or why it did not apply.
fn rule_rows(
    stack: &Stack,
    outcome: &StackOutcome,
    lift: &Exact,
    input: &LineInput<'_>,
    facts: &Facts,
) -> Vec<RuleRow> {
    let all = stack.rules.len() <= LISTED_RULES;
    let mut rows: Vec<(usize, RuleRow)> = Vec::with_capacity(outcome.active.len());
    let mut push = |at: usize, amount: Exact, lost: Option<String>| {
        if let Some(rule) = stack.rules.get(at) {
            let rule = rule.id.clone();
            rows.push((at, RuleRow { rule, amount, lost }));
        }
    };
    for active in &outcome.active {
        push(active.rule, -(&active.discount * lift), None);
    }
    for lost in &outcome.inactive {
        let to = stack.rules.get(lost.to).map_or("", |rule| rule.id.as_str());
        let why = match lost.why {
            Lost::Priority => format!("lost to `{to}`, which goes first"),
            Lost::Discount => format!("lost to `{to}`, which takes more off"),
            Lost::Group => format!("lost to the group of `{to}`, which was met first"),
            Lost::Stopped => format!("`{to}` ends the list"),
        };
        push(lost.rule, Exact::ZERO, Some(why));
    }
    for at in outcome.unmatched.iter().filter(|_| all) {
        if let Some(rule) = stack.rules.get(*at) {
            push(
                *at,
                Exact::ZERO,
                Some(rule.why_unmatched(input, facts, does_not_hold)),
            );
        }
    }
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The floors of a line, for a net that the document may still change: how low it may go before a guarded
/// figure stands below its floor.
pub(crate) fn guards<M>(
    waterfall: &Waterfall,
    input: &LineInput<'_>,
    run: &LineRun<M>,
    net: &Exact,
) -> Vec<LineGuard> {
    if !waterfall.steps.iter().any(|step| matches!(step.op, Op::Guard(_))) {
        return Vec::new();
    }
    let lifts = lifts(waterfall, input, run, true);
    let mut guards = Vec::new();
    for ((step, value), lift) in waterfall.steps.iter().zip(&run.values).zip(lifts) {
        if let (Op::Guard(guard), Effect::Floor { floor, .. }) = (&step.op, &value.effect)
            && let (Some(figure), Some(lift)) = (&value.figure, lift)
        {
            let room = (&figure.value - floor) * lift;
            guards.push(LineGuard {
                step: step.id.clone(),
                policy: guard.policy,
                lowest_net: net - room,
            });
        }
    }
    guards
}
