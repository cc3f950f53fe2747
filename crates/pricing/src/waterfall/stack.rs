pub(crate) mod document;
mod selection;

use std::collections::BTreeMap;

use l2c_documents::Check;
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Exact, RoundingPolicy};
use l2c_rules::{FactTypes, Facts, Predicate};

use super::check::{NOTHING, check_rounding, condition};
use super::document::{Percentages, SignPolicy};
use super::line_price::Effect;
use super::run::Line;
use super::side::Side;
use super::step::{Step, Term};
use super::{LineInput, MAX_RULES};
use crate::DocumentRef;
use crate::PricingError;
use crate::names::check_name;
use document::{StackMode, StackOrder, StackRuleDocument, StackStepDocument, Tie};

/// Checked discount rules that are taken together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stack {
    pub(super) mode: StackMode,
    pub(crate) rules: Vec<StackRule>,
    pub(super) order: StackOrder,
    pub(super) ignore_zero: bool,
    pub(super) tie: Tie,
    pub(super) rounding: Option<RoundingPolicy>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StackRule {
    pub(crate) id: String,
    pub(super) path: String,
    pub(super) size: RuleSize,
    pub(super) priority: i64,
    pub(super) group: Option<String>,
    pub(super) combinable: bool,
    pub(super) stop_after: bool,
    pub(super) when: Option<Predicate>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RuleSize {
    Percent(Term),
    Amount(Term),
    Fixed { price: Term, may_raise: bool },
}

/// What came of the rules of a stack. Rules are named by their positions in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackOutcome {
    /// The rules that applied, in the order in which they did, each with its discount.
    pub active: Vec<ActiveRule>,
    /// The rules that matched and did not apply, in the order of the document.
    pub inactive: Vec<LostRule>,
    /// The rules that did not match, in the order of the document.
    pub unmatched: Vec<usize>,
    /// The discount of the stack.
    pub discount: Exact,
    /// What the rules would have taken beyond zero.
    pub unused: Exact,
}

/// A rule that applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveRule {
    /// The rule.
    pub rule: usize,
    /// What it took off.
    pub discount: Exact,
}

/// A rule that matched and did not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostRule {
    /// The rule.
    pub rule: usize,
    /// The rule that won, or the first of those that won together.
    pub to: usize,
    /// Why.
    pub why: Lost,
}

/// Why a rule that matched did not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lost {
    /// The other has a higher priority, or the same and stands before it.
    Priority,
    /// The other takes more off, or as much and stands before it.
    Discount,
    /// The other's group was met first.
    Group,
    /// The other ends the list.
    Stopped,
}

impl Stack {
    pub(super) fn new(
        check: &mut Check,
        path: &str,
        step: &StackStepDocument,
        types: &FactTypes,
        signs: SignPolicy,
    ) -> Self {
        if step.rules.len() > MAX_RULES {
            let found = step.rules.len();
            let message = format!("{found} rules: a stack has at most {MAX_RULES}");
            check.fault(format!("{path}.rules"), "too_many", message);
        }
        if let Some(rounding) = step.rounding {
            check_rounding(check, &format!("{path}.rounding"), rounding);
        }
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut rules = Vec::new();
        for (index, rule) in step.rules.iter().take(MAX_RULES).enumerate() {
            let path = format!("{path}.rules[{index}]");
            check_name(check, format!("{path}.id"), &rule.id);
            if let Some(first) = seen.insert(&rule.id, index) {
                let message = format!("`{}` stands at rules[{first}] already", rule.id);
                check.fault(format!("{path}.id"), "duplicate_id", message);
            }
            rules.push(StackRule::new(check, path, rule, types, signs));
        }
        let stack = Self {
            mode: step.mode,
            rules,
            order: step.order,
            ignore_zero: step.ignore_zero,
            tie: step.tie,
            rounding: step.rounding,
        };
        stack.check_ties(check);
        stack
    }

    /// Two rules of one priority and one condition always match together: under `exclusive` neither wins.
    fn check_ties(&self, check: &mut Check) {
        if self.mode != StackMode::Exclusive || self.tie == Tie::Refuse {
            return;
        }
        let mut seen: BTreeMap<(i64, Option<String>), &StackRule> = BTreeMap::new();
        for rule in &self.rules {
            let when = rule.when.as_ref().map(ToString::to_string);
            if let Some(first) = seen.insert((rule.priority, when), rule) {
                let message = format!(
                    "it has the priority and the condition of `{}`: give one a higher priority",
                    first.id
                );
                check.fault(format!("{}.priority", rule.path), "ambiguous_rules", message);
            }
        }
    }

    pub(super) fn is_conditional(&self) -> bool {
        self.rules.iter().any(|rule| rule.when.is_some())
    }
}

impl StackRule {
    fn new(
        check: &mut Check,
        path: String,
        rule: &StackRuleDocument,
        types: &FactTypes,
        signs: SignPolicy,
    ) -> Self {
        let size = match rule.figures() {
            [Some(percent), None, None] => {
                percent.check(check, || format!("{path}.percent"));
                let plain = signs.percentages == Percentages::Plain;
                let range = Exact::ZERO..=Exact::integer(100);
                if plain && percent.literal().is_some_and(|percent| !range.contains(percent)) {
                    let message = format!("{percent} % is no discount: write 0 to 100 %");
                    check.fault(format!("{path}.percent"), "percent_out_of_range", message);
                }
                RuleSize::Percent(Term::percent(percent))
            }
            [None, Some(amount), None] => {
                amount.check(check, || format!("{path}.amount"));
                RuleSize::Amount(Term::plain(amount))
            }
            [None, None, Some(price)] => {
                price.check(check, || format!("{path}.fixed_price"));
                RuleSize::Fixed {
                    price: Term::plain(price),
                    may_raise: rule.may_raise,
                }
            }
            _ => {
                let message = "write exactly one of `percent`, `amount` and `fixed_price`";
                check.fault(&path, "exactly_one", message);
                RuleSize::Amount(NOTHING)
            }
        };
        let when = rule
            .when
            .as_ref()
            .map(|when| condition(check, types, &path, when));
        Self {
            id: rule.id.clone(),
            path,
            size,
            priority: rule.priority,
            group: rule.group.clone(),
            combinable: rule.combinable,
            stop_after: rule.stop_after,
            when,
        }
    }

    pub(super) const fn term(&self) -> &Term {
        match &self.size {
            RuleSize::Percent(term) | RuleSize::Amount(term) | RuleSize::Fixed { price: term, .. } => term,
        }
    }

    fn matches(&self, facts: &Facts, input: &LineInput<'_>, ignore_zero: bool) -> bool {
        self.when.as_ref().is_none_or(|when| when.holds(facts))
            && self.term().missing(input).is_none()
            && !(ignore_zero && self.term().is_zero(input))
    }
}

/// What the discount of a rule depends on beside the figure that it is taken on.
pub(super) struct Setting<'a> {
    pub(super) stack: &'a Stack,
    pub(super) document: &'a DocumentRef,
    pub(super) input: &'a LineInput<'a>,
    pub(super) side: Side,
}

impl Setting<'_> {
    /// What a rule takes off a figure.
    fn discount<R: Recorder>(
        &self,
        rec: &mut R,
        rule: &StackRule,
        base: &Figure<R::Mark>,
    ) -> Result<Figure<R::Mark>, PricingError> {
        let currency = self.side.currency;
        let money = |label: &str| Note::new(label).money(currency);
        let place = (self.document, rule.path.as_str());
        let signed = |rec: &mut R, amount: Figure<R::Mark>| {
            if self.side.turned {
                rec.negate(&amount, || money(&format!("{}, of a return", rule.id)))
            } else {
                amount
            }
        };
        let discount = match &rule.size {
            RuleSize::Percent(percent) => {
                let rate = percent.record(rec, self.input, place, || Note::new(format!("{}, rate", rule.id)));
                rec.product(base, &rate, || money(&rule.id))
            }
            RuleSize::Amount(amount) => {
                let amount = amount.record(rec, self.input, place, || money(&rule.id));
                signed(rec, amount)
            }
            RuleSize::Fixed { price, may_raise } => {
                let price = price.record(rec, self.input, place, || money(&format!("{}, price", rule.id)));
                let price = signed(rec, price);
                let discount = rec.difference(base, &price, || money(&rule.id));
                let raises = if self.side.below_zero(&base.value) {
                    discount.value.is_positive()
                } else {
                    discount.value.is_negative()
                };
                if raises && !may_raise {
                    rec.input(Exact::ZERO, || money(&format!("{}, which never raises", rule.id)))
                } else {
                    discount
                }
            }
        };
        match self.stack.rounding {
            None => Ok(discount),
            Some(policy) => Ok(rec.round(&discount, policy, currency, || {
                money(&format!("{}, rounded", rule.id))
            })?),
        }
    }

    /// The discounts of rules, one after the other, each on what the one before left.
    fn in_sequence<R: Recorder>(
        &self,
        rec: &mut R,
        rules: &[usize],
        entry: &Figure<R::Mark>,
    ) -> Result<Vec<Figure<R::Mark>>, PricingError> {
        let mut left = entry.clone();
        let mut discounts = Vec::with_capacity(rules.len());
        for rule in rules.iter().filter_map(|rule| self.stack.rules.get(*rule)) {
            let discount = self.discount(rec, rule, &left)?;
            let discount = self.side.cut(rec, &left, &discount, &rule.id);
            left = rec.difference(&left, &discount, || {
                Note::new(format!("after {}", rule.id)).money(self.side.currency)
            });
            discounts.push(discount);
        }
        Ok(discounts)
    }

    /// The discounts of rules, all on the entry figure.
    fn side_by_side<R: Recorder>(
        &self,
        rec: &mut R,
        rules: &[usize],
        entry: &Figure<R::Mark>,
    ) -> Result<Vec<Figure<R::Mark>>, PricingError> {
        let rules = rules.iter().filter_map(|rule| self.stack.rules.get(*rule));
        rules.map(|rule| self.discount(rec, rule, entry)).collect()
    }
}

impl<R: Recorder> Line<'_, R> {
    pub(super) fn stack(&mut self, step: &Step, stack: &Stack) -> Result<Effect, PricingError> {
        let entry = self.running(&step.id)?;
        let (mut matched, mut unmatched) = (Vec::new(), Vec::new());
        for (index, rule) in stack.rules.iter().enumerate() {
            if rule.matches(&self.facts, self.input, stack.ignore_zero) {
                matched.push(index);
            } else {
                unmatched.push(index);
            }
        }
        let setting = Setting {
            stack,
            document: self.waterfall.document(),
            input: self.input,
            side: self.side(),
        };
        let (active, inactive) = setting.selection(&matched, &entry.value, step)?;
        let discounts = if stack.mode == StackMode::Sequential {
            setting.in_sequence(self.rec, &active, &entry)?
        } else {
            setting.side_by_side(self.rec, &active, &entry)?
        };
        let parts: Vec<&Figure<R::Mark>> = discounts.iter().collect();
        let whole = match parts.as_slice() {
            [only] => (*only).clone(),
            parts => self.rec.sum(parts, || {
                Note::new(step.label.as_str()).money(setting.side.currency)
            }),
        };
        let discount = setting.side.cut(self.rec, &entry, &whole, &step.label);
        let active = active.into_iter().zip(discounts);
        let outcome = StackOutcome {
            active: active
                .map(|(rule, discount)| ActiveRule {
                    rule,
                    discount: discount.value,
                })
                .collect(),
            inactive,
            unmatched,
            unused: whole.value - &discount.value,
            discount: discount.value.clone(),
        };
        self.subtract(step, &entry, &discount);
        Ok(Effect::Stack(Box::new(outcome)))
    }
}

impl StackRule {
    /// Why it did not match.
    pub(crate) fn why_unmatched(
        &self,
        input: &LineInput<'_>,
        facts: &Facts,
        does_not_hold: impl Fn(&Predicate, &Facts) -> String,
    ) -> String {
        match (&self.when, self.term().missing(input)) {
            (Some(when), _) if !when.holds(facts) => does_not_hold(when, facts),
            (_, Some(missing)) => format!("no `{missing}` is given"),
            _ => "it is zero".to_owned(),
        }
    }
}
