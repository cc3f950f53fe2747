use std::collections::BTreeMap;

use l2c_calendar::PriceTerm;
use l2c_documents::{Check, Fault, Faults};
use l2c_money::{Currency, Exact, RoundingPolicy};
use l2c_rating::Charge;
use l2c_rules::{Condition, FactTypes, Predicate};

use super::document::{
    BoundDocument, ChangeStepDocument, ChargeStepDocument, CostPlusStepDocument, GuardStepDocument,
    Percentages, ProrateStepDocument, SignPolicy, StepDocument, WaterfallDocument,
};
use super::operand::Operand;
use super::stack::Stack;
use super::step::{Bound, Change, CostPlus, Factor, Floor, Guard, NegotiatedStep, Op, Size, Step, Term};
use super::{LINE_ROUNDING, LIST, MAX_STEPS, Waterfall};
use crate::DocumentRef;
use crate::names::{check_document, check_name};

pub(super) fn checked(document: &WaterfallDocument) -> Result<Waterfall, Faults> {
    let mut check = check_document("waterfall", &document.id);
    check_attributes(&mut check, document);
    let types = document.facts();
    if document.steps.len() > MAX_STEPS {
        let found = document.steps.len();
        check.fault(
            "steps",
            "too_many",
            format!("{found} steps: a waterfall has at most {MAX_STEPS}"),
        );
    }
    let mut checker = Checker::new(&mut check, &types, document);
    let mut negotiated: Option<NegotiatedStep> = None;
    for (position, step) in document.steps.iter().take(MAX_STEPS).enumerate() {
        let path = format!("steps[{position}]");
        let (id, label) = step.names();
        check_name(checker.check, format!("{path}.id"), id);
        check_name(checker.check, format!("{path}.label"), label);
        if negotiated.is_some() {
            let message = "the negotiated step is the last one: move this step before it";
            checker.check.fault(&path, "after_negotiated", message);
        }
        checker.name(&path, id, matches!(step, StepDocument::Negotiated { .. }));
        if let StepDocument::Negotiated { id, label, spread } = step {
            let (id, label, spread) = (id.clone(), label.clone(), *spread);
            negotiated.get_or_insert(NegotiatedStep {
                id,
                label,
                path,
                spread,
            });
        } else {
            checker.step(path, step);
        }
    }
    let steps = checker.steps;
    check_rounding(&mut check, "line_rounding", document.line_rounding);
    let conditional = steps.iter().any(|step| {
        let rules = match &step.op {
            Op::Stack(stack) => stack.is_conditional(),
            _ => false,
        };
        step.when.is_some() || rules
    });
    check.finish(Waterfall {
        document: DocumentRef::new(document.id.clone(), document.version),
        attributes: document.attributes.clone(),
        typed_attributes: document.typed_attributes.clone(),
        guards_floor: steps.iter().any(|step| step.guards_book_floor()),
        steps,
        conditional,
        negotiated,
        line_rounding: document.line_rounding,
        signs: document.signs,
    })
}

/// Checks the steps one after the other.
struct Checker<'a> {
    check: &'a mut Check,
    types: &'a FactTypes,
    signs: SignPolicy,
    /// The step that each id names; the negotiated one cannot be referred to.
    rows: BTreeMap<&'a str, Option<usize>>,
    steps: Vec<Step>,
    /// Whether the amount of the line is reached.
    extended: bool,
}

impl<'a> Checker<'a> {
    fn new(check: &'a mut Check, types: &'a FactTypes, document: &'a WaterfallDocument) -> Self {
        let sets_price = |step: &StepDocument| {
            matches!(
                step,
                StepDocument::Price(_)
                    | StepDocument::CostPlus(_)
                    | StepDocument::Charge(_)
                    | StepDocument::Extend(_)
            )
        };
        let mut checker = Self {
            check,
            types,
            signs: document.signs,
            rows: BTreeMap::new(),
            steps: Vec::new(),
            extended: false,
        };
        if !document.steps.iter().any(sets_price) {
            checker.rows.insert(LIST, Some(0));
            checker.steps.push(Step {
                id: LIST.to_owned(),
                label: "List".to_owned(),
                path: "steps".to_owned(),
                when: None,
                op: Op::List,
            });
            checker.extended = true;
        }
        checker
    }

    fn name(&mut self, path: &str, id: &'a str, negotiated: bool) {
        let position = (!negotiated).then_some(self.steps.len());
        let taken = self.rows.contains_key(id);
        if id == LINE_ROUNDING || taken {
            let message = format!("`{id}` is taken: give each step its own id");
            self.check.fault(format!("{path}.id"), "duplicate_id", message);
        }
        if !taken {
            self.rows.insert(id, position);
        }
    }

    fn step(&mut self, path: String, step: &StepDocument) {
        let op = match step {
            StepDocument::Price(step) => {
                self.before_extend(&path);
                self.operand(&path, "amount", step.amount.as_ref());
                Op::Price {
                    amount: step.amount.as_ref().map(Term::plain),
                    currency: step.currency,
                }
            }
            StepDocument::CostPlus(step) => {
                self.before_extend(&path);
                self.cost_plus(&path, step)
            }
            StepDocument::Charge(step) => {
                self.before_extend(&path);
                self.charge(&path, step)
            }
            StepDocument::Discount(step) => self.change(&path, step, false),
            StepDocument::Surcharge(step) => self.change(&path, step, true),
            StepDocument::Prorate(step) => self.prorate(&path, step),
            StepDocument::Convert(step) => {
                self.operand(&path, "rate", Some(&step.rate));
                if step.rate.literal().is_some_and(|rate| !rate.is_positive()) {
                    let message = format!("{} is no rate: a rate is above zero", step.rate);
                    self.check.fault(format!("{path}.rate"), "invalid_rate", message);
                }
                Op::Convert {
                    to: step.to,
                    rate: Term::plain(&step.rate),
                    rate_id: step.rate_id.clone(),
                }
            }
            StepDocument::Round(step) => {
                check_rounding(self.check, &format!("{path}.rounding"), step.rounding);
                Op::Round(step.rounding)
            }
            StepDocument::Clamp(step) => {
                if step.min.is_none() && step.max.is_none() {
                    let message = "neither `min` nor `max`: write at least one of them";
                    self.check.fault(&path, "exactly_one", message);
                }
                let min = step
                    .min
                    .as_ref()
                    .map(|min| self.bound(&format!("{path}.min"), min));
                let max = step
                    .max
                    .as_ref()
                    .map(|max| self.bound(&format!("{path}.max"), max));
                Op::Clamp { min, max }
            }
            StepDocument::Guard(step) => self.guard(&path, step),
            StepDocument::Stack(step) => Op::Stack(Box::new(Stack::new(
                self.check, &path, step, self.types, self.signs,
            ))),
            StepDocument::Subtotal(_) => Op::Subtotal,
            StepDocument::Extend(_) => {
                self.before_extend(&path);
                self.extended = true;
                Op::Extend
            }
            // Kept apart by the caller.
            StepDocument::Negotiated { .. } => Op::Subtotal,
        };
        let when = step.when().map(|when| self.condition(&path, when));
        let (id, label) = step.names();
        self.steps.push(Step {
            id: id.to_owned(),
            label: label.to_owned(),
            path,
            when,
            op,
        });
    }

    fn before_extend(&mut self, path: &str) {
        if self.extended {
            let message = "the amount of the line is reached: set prices, and extend once, before that";
            self.check.fault(path, "invalid_step", message);
        }
    }

    fn condition(&mut self, path: &str, when: &Condition) -> Predicate {
        condition(self.check, self.types, path, when)
    }

    fn operand(&mut self, path: &str, field: &str, operand: Option<&Operand>) {
        if let Some(operand) = operand {
            operand.check(self.check, || format!("{path}.{field}"));
        }
    }

    /// The position of an earlier step.
    fn reference(&mut self, path: String, id: &str, factor: bool) -> usize {
        let known = |steps: &[Step], row: usize| match steps.get(row) {
            None => false,
            Some(step) => !factor || matches!(step.op, Op::Prorate(_)),
        };
        let row = self.rows.get(id).copied().flatten();
        if let Some(row) = row.filter(|row| known(&self.steps, *row)) {
            return row;
        }
        let earlier = self.rows.iter().filter_map(|(name, row)| Some((*name, (*row)?)));
        let names: Vec<&str> = earlier
            .filter(|(_, row)| known(&self.steps, *row))
            .map(|(name, _)| name)
            .collect();
        let what = if factor {
            "an earlier `prorate` step"
        } else {
            "an earlier step"
        };
        let message = format!("`{id}` is not {what}; there are: {}", names.join(", "));
        let fault = Fault::new(path, "unknown_step", message);
        self.check.extend([fault.among(names)]);
        0
    }

    fn margin_below_hundred(&mut self, path: String, percent: &Operand) {
        if percent
            .literal()
            .is_some_and(|percent| *percent >= Exact::integer(100))
        {
            let message = format!("a margin of {percent} % is no part of a price: write less than 100");
            self.check.fault(path, "invalid_percent", message);
        }
    }

    fn cost_plus(&mut self, path: &str, step: &CostPlusStepDocument) -> Op {
        self.operand(path, "markup_percent", step.markup_percent.as_ref());
        self.operand(path, "margin_percent", step.margin_percent.as_ref());
        self.operand(path, "markup_amount", step.markup_amount.as_ref());
        if let Some(margin) = &step.margin_percent {
            self.margin_below_hundred(format!("{path}.margin_percent"), margin);
        }
        let chosen = match (&step.markup_percent, &step.margin_percent, &step.markup_amount) {
            (Some(markup), None, None) => CostPlus::Markup(Term::percent(markup)),
            (None, Some(margin), None) => CostPlus::Margin(Term::percent(margin)),
            (None, None, Some(amount)) => CostPlus::Amount(Term::plain(amount)),
            _ => {
                let message = "write exactly one of `markup_percent`, `margin_percent` and `markup_amount`";
                self.check.fault(path, "exactly_one", message);
                CostPlus::Amount(NOTHING)
            }
        };
        Op::CostPlus(chosen)
    }

    fn charge(&mut self, path: &str, step: &ChargeStepDocument) -> Op {
        match Charge::new(&step.charge, step.currency) {
            Ok(charge) => Op::Charge(Box::new(charge)),
            Err(faults) => {
                let place = format!("{path}.charge");
                self.check
                    .extend(faults.into_iter().map(|fault| fault.under(&place)));
                Op::Subtotal
            }
        }
    }

    fn change(&mut self, path: &str, step: &ChangeStepDocument, raises: bool) -> Op {
        let of = step
            .of
            .as_ref()
            .map(|of| self.reference(format!("{path}.of"), of, false));
        let factor_of = step
            .factor_of
            .as_ref()
            .map(|of| self.reference(format!("{path}.factor_of"), of, true));
        self.operand(path, "percent", step.percent.as_ref());
        self.operand(path, "amount", step.amount.as_ref());
        let size = match (&step.percent, &step.amount) {
            (Some(percent), None) => {
                self.percent_in_range(format!("{path}.percent"), percent, raises);
                Size::Percent(Term::percent(percent))
            }
            (None, Some(amount)) => Size::Amount(Term::plain(amount)),
            _ => {
                let message = "write exactly one of `percent` and `amount`";
                self.check.fault(path, "exactly_one", message);
                Size::Amount(NOTHING)
            }
        };
        if let Some(rounding) = step.rounding {
            check_rounding(self.check, &format!("{path}.rounding"), rounding);
        }
        Op::Change(Change {
            raises,
            size,
            of,
            factor_of,
            rounding: step.rounding,
        })
    }

    fn percent_in_range(&mut self, path: String, percent: &Operand, raises: bool) {
        let Some(value) = percent
            .literal()
            .filter(|_| self.signs.percentages == Percentages::Plain)
        else {
            return;
        };
        if value.is_negative() {
            let other = if raises { "discount" } else { "surcharge" };
            let message = format!("{value} % is below zero: write a {other} of the positive percentage");
            self.check.fault(path, "percent_out_of_range", message);
        } else if !raises && *value > Exact::integer(100) {
            let message = format!("{value} % is more than all: at most 100 %");
            self.check.fault(path, "percent_out_of_range", message);
        }
    }

    fn prorate(&mut self, path: &str, step: &ProrateStepDocument) -> Op {
        self.operand(path, "factor", step.factor.as_ref());
        self.operand(path, "numerator", step.numerator.as_ref());
        self.operand(path, "denominator", step.denominator.as_ref());
        let figures = (&step.factor, &step.numerator, &step.denominator);
        let factor = match (figures, step.policy) {
            ((Some(factor), None, None), None) => Factor::Whole(Term::plain(factor)),
            ((None, Some(above), Some(below)), None) => Factor::Ratio(Term::plain(above), Term::plain(below)),
            ((None, None, None), Some(policy)) => {
                let months = step.price_term_months;
                let term = months.map(|months| PriceTerm { months, anchor: None });
                Factor::Counted(policy, term.unwrap_or(PriceTerm::YEAR))
            }
            _ => {
                let message = "write either `factor`, or `numerator` and `denominator`, or `policy`";
                self.check.fault(path, "exactly_one", message);
                Factor::Whole(NOTHING)
            }
        };
        let literals = [&step.factor, &step.numerator, &step.denominator];
        let [whole, above, below] = literals.map(|operand| operand.as_ref().and_then(Operand::literal));
        let negative = match (whole, above, below) {
            (Some(whole), _, _) => whole.is_negative(),
            (_, Some(above), Some(below)) => (above * below).is_negative(),
            _ => false,
        };
        if negative || below.is_some_and(Exact::is_zero) {
            let message = "a factor is zero or above, and a part of something that is not zero";
            self.check.fault(path, "invalid_factor", message);
        }
        Op::Prorate(factor)
    }

    fn bound(&mut self, path: &str, bound: &BoundDocument) -> Bound {
        self.operand(path, "amount", bound.amount.as_ref());
        self.operand(path, "plus", bound.plus.as_ref());
        if bound.amount.is_some() == bound.of.is_some() {
            let message = "write exactly one of `amount` and `of`";
            self.check.fault(path, "exactly_one", message);
        }
        Bound {
            of: bound
                .of
                .as_ref()
                .map(|of| self.reference(format!("{path}.of"), of, false)),
            amount: bound.amount.as_ref().map(Term::plain),
            plus: bound.plus.as_ref().map(Term::plain),
        }
    }

    fn guard(&mut self, path: &str, step: &GuardStepDocument) -> Op {
        self.operand(path, "floor", step.floor.as_ref());
        self.operand(path, "min_margin_percent", step.min_margin_percent.as_ref());
        self.operand(path, "max_discount_percent", step.max_discount_percent.as_ref());
        let of = step
            .of
            .as_ref()
            .map(|of| self.reference(format!("{path}.of"), of, false));
        if let Some(margin) = &step.min_margin_percent {
            self.margin_below_hundred(format!("{path}.min_margin_percent"), margin);
        }
        let floors = (
            &step.floor,
            &step.min_margin_percent,
            &step.max_discount_percent,
            of,
        );
        let floor = match floors {
            (Some(floor), None, None, None) => Floor::PerUnit(Term::plain(floor)),
            (None, Some(margin), None, None) => Floor::Margin(Term::percent(margin)),
            (None, None, Some(percent), Some(of)) => Floor::Discount {
                percent: Term::percent(percent),
                of,
            },
            _ => {
                let message =
                    "write exactly one of `floor`, `min_margin_percent` and `max_discount_percent` with `of`";
                self.check.fault(path, "exactly_one", message);
                Floor::PerUnit(NOTHING)
            }
        };
        if let Some(rounding) = step.rounding {
            check_rounding(self.check, &format!("{path}.rounding"), rounding);
        }
        Op::Guard(Guard {
            floor,
            rounding: step.rounding,
            policy: step.policy,
        })
    }
}

/// Stands where a fault was noted.
pub(super) const NOTHING: Term = Term::Fixed {
    value: Exact::ZERO,
    percent: false,
};

pub(super) fn condition(check: &mut Check, types: &FactTypes, path: &str, when: &Condition) -> Predicate {
    match when.check(types, &format!("{path}.when")) {
        Ok(predicate) => predicate,
        Err(faults) => {
            check.extend(faults);
            Predicate::always()
        }
    }
}

fn check_attributes(check: &mut Check, document: &WaterfallDocument) {
    let plain = WaterfallDocument::default().facts();
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    let texts = document.attributes.iter().enumerate();
    let texts = texts.map(|(index, name)| (format!("attributes[{index}]"), name));
    let typed = document.typed_attributes.keys();
    let typed = typed.map(|name| (format!("typed_attributes.{name}"), name));
    for (path, name) in texts.chain(typed) {
        check_name(check, &path, name);
        if plain.get(name).is_some() {
            check.fault(
                &path,
                "duplicate_id",
                format!("`{name}` is a fact of every line: choose another name"),
            );
        }
        if let Some(first) = seen.insert(name, path.clone()) {
            let message = format!("`{name}` stands at {first} already");
            check.fault(path, "duplicate_id", message);
        }
    }
}

pub(crate) fn check_rounding(check: &mut Check, path: &str, policy: RoundingPolicy) {
    if let Err(error) = policy.round(&Exact::ZERO, Currency::USD) {
        check.fault(path, error.code(), error.to_string());
    }
}
