use std::fmt;

use l2c_explain::{Citation, Explanation, Figure, Note, Recorder, StepId, Trace};
use l2c_money::{Currency, Exact, Money};
use l2c_pricing::{AdjustmentRow, DocumentRef, FloorViolation, PricedLine, PricedQuote, PricingError};

use crate::approval::shown;
use crate::{AmendmentOffer, FigureValue, QuoteVersion, RequiredApproval, TestedFigure};

/// Why an approval is required: a figure that its rule tests, and the steps of the price that made it.
///
/// Shown, it is one line: `discount_percent is 18: 5 Volume [standard v1 step volume] + 13 Deal [standard v1 step deal];
/// 8 above 10`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalReason {
    /// The figure, where it is one of a line or an alternative, and the bound.
    pub tested: TestedFigure,
    /// What it is made of, in its unit; they add up to it. None for a figure that was given, such as a quantity.
    pub parts: Vec<ReasonPart>,
    why: Option<Explanation>,
}

/// A part of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonPart {
    /// Its name for people: the label of a step, the name of a line.
    pub label: String,
    /// What it adds.
    pub value: Exact,
    /// The step, floor or price that it comes from, with the version of the document.
    pub source: Citation,
}

impl QuoteVersion {
    /// Why an approval of its submission is required: each figure that the condition tests, from the frozen figures.
    /// None in a draft.
    ///
    /// # Errors
    /// A figure outside the bounds of money.
    pub fn reasons(&self, required: &RequiredApproval) -> Result<Vec<ApprovalReason>, PricingError> {
        let mut reasons: Vec<ApprovalReason> = Vec::new();
        for tested in required.tested.iter().filter(|_| self.submission().is_some()) {
            // Between two bounds, one figure has two tests.
            if !reasons.iter().any(|reason| reason.tested == *tested) {
                reasons.push(self.reason(tested)?);
            }
        }
        Ok(reasons)
    }

    fn reason(&self, tested: &TestedFigure) -> Result<ApprovalReason, PricingError> {
        let alternative = tested.alternative.as_deref();
        let mut reason = ApprovalReason {
            tested: tested.clone(),
            parts: Vec::new(),
            why: None,
        };
        let (Some(priced), Some(FigureValue::Number(_))) = (self.priced_as(alternative), &tested.figure)
        else {
            return Ok(reason);
        };
        let mut derived = Derivation::new(priced, self.terms().amendment.as_deref());
        let of_line = tested.line.as_ref().and_then(|line| priced.line(line));
        let lines: Vec<&PricedLine> = match of_line {
            Some(line) => vec![line],
            None => priced.lines().iter().collect(),
        };
        // What is credited has no list price.
        let sold = |line: &&PricedLine| derived.amends.is_none() || line.is_sold();
        let sold: Vec<&PricedLine> = lines.iter().copied().filter(sold).collect();
        let root = match (tested.fact.as_str(), of_line) {
            ("discount_percent", None) => derived.discount(&sold)?,
            ("discount_percent", Some(line)) => derived.discount(&[line])?,
            ("largest_line_discount_percent", None) => {
                let mut deepest: Option<&PricedLine> = None;
                for line in priced.lines() {
                    if deepest.is_none_or(|deepest| deepest.discount_percent() < line.discount_percent()) {
                        deepest = Some(line);
                    }
                }
                deepest
                    .map(|line| derived.discount(&[line]))
                    .transpose()?
                    .flatten()
            }
            ("net_total", None) | ("net", Some(_)) => Some(derived.net(&lines)),
            ("charged", None) => Some(derived.net(&sold)),
            ("credited", None) => Some(derived.credited()),
            ("list_total", None) => Some(derived.list(&lines)),
            ("floor_shortfall", None) => Some(derived.shortfall()?),
            ("floor_violations", None) => Some(derived.violations()?),
            ("margin_percent", None) => Some(derived.margin()?),
            _ => None,
        };
        reason.why = root.map(|root| derived.trace.explain(&root));
        reason.parts = derived.parts;
        Ok(reason)
    }
}

struct Derivation<'a> {
    priced: &'a PricedQuote,
    /// The contract whose amendment it is: its steps stand in the amendment, what it credits in the contract.
    amends: Option<&'a str>,
    currency: Currency,
    trace: Trace,
    parts: Vec<ReasonPart>,
}

/// What a step adds to the list amounts of some lines.
struct StepTotal {
    label: String,
    source: Citation,
    added: Figure<StepId>,
}

impl<'a> Derivation<'a> {
    fn new(priced: &'a PricedQuote, offer: Option<&'a AmendmentOffer>) -> Self {
        Self {
            priced,
            amends: offer.map(|offer| offer.contract.id.as_str()),
            currency: priced.currency(),
            trace: Trace::new(),
            parts: Vec::new(),
        }
    }

    fn part(&mut self, label: impl Into<String>, value: Exact, source: Citation) {
        self.parts.push(ReasonPart {
            label: label.into(),
            value,
            source,
        });
    }

    /// One figure is its own sum.
    fn sum(&mut self, of: &[Figure<StepId>], label: impl FnOnce() -> String) -> Figure<StepId> {
        match of {
            [one] => one.clone(),
            _ => self.total(of, label),
        }
    }

    fn total(&mut self, of: &[Figure<StepId>], label: impl FnOnce() -> String) -> Figure<StepId> {
        let currency = self.currency;
        let of: Vec<&Figure<StepId>> = of.iter().collect();
        self.trace.sum(&of, || Note::new(label()).money(currency))
    }

    fn lists(&mut self, lines: &[&PricedLine]) -> Figure<StepId> {
        let currency = self.currency;
        let mut lists = Vec::with_capacity(lines.len());
        for line in lines {
            let source = self.listed(line);
            let note = || {
                Note::new(format!("list amount of line {}", line.id))
                    .money(currency)
                    .cite(source)
            };
            lists.push(self.trace.input(line.list.exact(), note));
        }
        self.sum(&lists, || "list amounts".to_owned())
    }

    /// The sum is net less list.
    fn steps(&mut self, lines: &[&PricedLine]) -> Vec<StepTotal> {
        let currency = self.currency;
        let mut totals = Vec::new();
        for step in self.priced.waterfall() {
            let source = self.written(&step.step);
            let mut amounts = Vec::new();
            for line in lines {
                let row = line
                    .rows
                    .iter()
                    .enumerate()
                    .find(|(_, row)| row.step == step.step);
                // The first one begins with a price; the list amount is what the others are compared with.
                let added = row.map(|(place, row)| match place {
                    0 => &row.amount - &line.list.exact(),
                    _ => row.amount.clone(),
                });
                if let Some(added) = added.filter(|added| !added.is_zero()) {
                    let note = || {
                        let label = format!("{}, line {}", step.label, line.id);
                        Note::new(label).money(currency).cite(source.clone())
                    };
                    amounts.push(self.trace.input(added, note));
                }
            }
            if !amounts.is_empty() {
                let added = self.sum(&amounts, || step.label.clone());
                totals.push(StepTotal {
                    label: step.label,
                    source,
                    added,
                });
            }
        }
        totals
    }

    /// Each step's part of the list amounts; none of nothing. The value is a part of one; the fact is in percent.
    fn discount(&mut self, lines: &[&PricedLine]) -> Result<Option<Figure<StepId>>, PricingError> {
        let currency = self.currency;
        let list = self.lists(lines);
        if list.value.is_zero() {
            return Ok(None);
        }
        let mut shares = Vec::new();
        for StepTotal { label, source, added } in self.steps(lines) {
            let off = self.trace.negate(&added, || {
                Note::new(format!("{label}, taken off")).money(currency)
            });
            let note = || Note::new(label.clone()).percent().cite(source.clone());
            let share = self.trace.quotient(&off, &list, note)?;
            self.part(label, &share.value * Exact::integer(100), source);
            shares.push(share);
        }
        let shares: Vec<&Figure<StepId>> = shares.iter().collect();
        let note = || Note::new("discount off list").percent();
        Ok(Some(self.trace.sum(&shares, note)))
    }

    fn net(&mut self, lines: &[&PricedLine]) -> Figure<StepId> {
        let list = self.lists(lines);
        let source = match lines {
            [line] => self.listed(line),
            _ => cite(self.priced.price_book(), "entries".to_owned()),
        };
        self.part("list", list.value.clone(), source);
        let mut amounts = vec![list];
        for StepTotal { label, source, added } in self.steps(lines) {
            self.part(label, added.value.clone(), source);
            amounts.push(added);
        }
        self.total(&amounts, || "net".to_owned())
    }

    fn list(&mut self, lines: &[&PricedLine]) -> Figure<StepId> {
        for line in lines {
            let source = self.listed(line);
            self.part(
                format!("{} (line {})", line.name, line.id),
                line.list.exact(),
                source,
            );
        }
        self.lists(lines)
    }

    /// How far each net is below its floor.
    fn shortfall(&mut self) -> Result<Figure<StepId>, PricingError> {
        let currency = self.currency;
        let mut shortfalls = Vec::new();
        for violation in self.priced.violations() {
            let source = self.guard(violation);
            let lines = self.priced.lines().iter();
            let lines: Vec<&PricedLine> = lines
                .filter(|line| line.request_line == violation.request_line)
                .collect();
            let parts = self.parts.len();
            let net = self.net(&lines);
            self.parts.truncate(parts);
            let floor = self.trace.input(violation.floor.exact(), || {
                Note::new(format!("floor of line {}", violation.request_line))
                    .money(currency)
                    .cite(source.clone())
            });
            let below = format!("line {} below its floor", violation.request_line);
            let note = || Note::new(below.clone()).money(currency);
            // What goes back has amounts below zero, and a floor that it may not go above.
            let short = match violation.floor.exact() < net.value {
                true => self.trace.difference(&net, &floor, note),
                false => self.trace.difference(&floor, &net, note),
            };
            let words = self.below(violation)?;
            self.part(words, short.value.clone(), source);
            shortfalls.push(short);
        }
        Ok(self.total(&shortfalls, || "below the floors".to_owned()))
    }

    fn violations(&mut self) -> Result<Figure<StepId>, PricingError> {
        let mut counted = Vec::new();
        for violation in self.priced.violations() {
            let (words, source) = (self.below(violation)?, self.guard(violation));
            let note = || Note::new(words.clone()).cite(source.clone());
            counted.push(self.trace.input(Exact::ONE, note));
            self.part(words, Exact::ONE, source);
        }
        let counted: Vec<&Figure<StepId>> = counted.iter().collect();
        Ok(self
            .trace
            .sum(&counted, || Note::new("prices below their floors")))
    }

    /// What an amendment gives back.
    fn credited(&mut self) -> Figure<StepId> {
        let currency = self.currency;
        let mut credits = Vec::new();
        for line in self.priced.lines().iter().filter(|line| !line.is_sold()) {
            let source = self.listed(line);
            let note = || {
                let label = format!("net of line {}", line.id);
                Note::new(label).money(currency).cite(source.clone())
            };
            let net = self.trace.input(line.net.exact(), note);
            let label = format!("{} (line {})", line.name, line.id);
            let credit = self
                .trace
                .negate(&net, || Note::new(label.clone()).money(currency));
            self.part(label, credit.value.clone(), source);
            credits.push(credit);
        }
        self.total(&credits, || "given back".to_owned())
    }

    /// Net less costs, of net.
    fn margin(&mut self) -> Result<Figure<StepId>, PricingError> {
        let currency = self.currency;
        let lines: Vec<&PricedLine> = self.priced.lines().iter().collect();
        let net = self.net(&lines);
        self.parts.clear();
        let steps = cite(self.priced.waterfall_document(), "steps".to_owned());
        self.part("net", Exact::integer(100), steps);
        let mut amounts = vec![net.clone()];
        for line in lines {
            let Some(cost) = &line.cost else { continue };
            let label = format!("cost of line {}", line.id);
            let source = Citation::new("request", format!("line {}", line.request_line));
            let note = || Note::new(label.clone()).money(currency).cite(source.clone());
            let cost = self.trace.input(-cost, note);
            let share = cost.value.checked_div(&net.value)?;
            self.part(label, share * Exact::integer(100), source);
            amounts.push(cost);
        }
        let margin = self.total(&amounts, || "net less costs".to_owned());
        let note = || Note::new("margin of net").percent();
        Ok(self.trace.quotient(&margin, &net, note)?)
    }

    /// Where the list price of a line is written.
    fn listed(&self, line: &PricedLine) -> Citation {
        match self.amends.filter(|_| !line.is_sold()) {
            None => cite(self.priced.price_book(), line.price_entry.clone()),
            Some(contract) => Citation::new(contract, line.price_entry.clone()),
        }
    }

    /// Where a step is written.
    fn written(&self, step: &str) -> Citation {
        let adjusts = |adjustment: &AdjustmentRow| adjustment.adjustment == step;
        match (self.amends, self.priced.adjustments_document()) {
            (Some(contract), _) => Citation::new(contract, "amendment"),
            (None, Some(document)) if self.priced.adjustments().iter().any(adjusts) => {
                cite(document, format!("adjustment {step}"))
            }
            _ => cite(self.priced.waterfall_document(), format!("step {step}")),
        }
    }

    /// Where a floor is written.
    fn guard(&self, violation: &FloorViolation) -> Citation {
        match &violation.guard {
            Some(step) => cite(self.priced.waterfall_document(), format!("step {step}")),
            None => cite(self.priced.price_book(), violation.price_entry.clone()),
        }
    }

    fn below(&self, violation: &FloorViolation) -> Result<String, PricingError> {
        let FloorViolation {
            request_line,
            floor,
            net,
            ..
        } = violation;
        let short: Money = violation.shortfall()?;
        Ok(format!(
            "for line {request_line}: {net} is {short} below the floor of {floor}"
        ))
    }
}

impl ApprovalReason {
    /// The derivation, down to the rows of the waterfall; none for a figure that was given. A percentage is there as a
    /// part of one: 0.18 for 18.
    #[must_use]
    pub const fn why(&self) -> Option<&Explanation> {
        self.why.as_ref()
    }

    /// How far the figure is from the bound that it is compared with, as a magnitude; none without numbers.
    #[must_use]
    pub fn distance(&self) -> Option<Exact> {
        match (&self.tested.figure, &self.tested.bound) {
            (Some(FigureValue::Number(figure)), Some(FigureValue::Number(bound))) => {
                Some((figure - bound).abs())
            }
            _ => None,
        }
    }

    fn compared(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(FigureValue::Number(figure)), Some(FigureValue::Number(bound)), Some(distance)) =
            (&self.tested.figure, &self.tested.bound, self.distance())
        else {
            return Ok(());
        };
        let side = match figure.cmp(bound) {
            std::cmp::Ordering::Greater => "above",
            std::cmp::Ordering::Less => "below",
            std::cmp::Ordering::Equal => return write!(f, "; exactly {}", shown(bound)),
        };
        write!(f, "; {} {side} {}", shown(&distance), shown(bound))
    }
}

impl fmt::Display for ApprovalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TestedFigure {
            fact,
            line,
            alternative,
            figure,
            ..
        } = &self.tested;
        write!(f, "{fact}")?;
        if let Some(line) = line {
            write!(f, " of line {line}")?;
        }
        if let Some(alternative) = alternative {
            write!(f, " in alternative {alternative}")?;
        }
        match figure {
            None => write!(f, " is missing")?,
            Some(figure) => write!(f, " is {figure}")?,
        }
        for (place, ReasonPart { label, value, source }) in self.parts.iter().enumerate() {
            let sign = match (place, value.is_negative()) {
                (0, false) => ": ",
                (0, true) => ": -",
                (_, false) => " + ",
                (_, true) => " - ",
            };
            write!(f, "{sign}{} {label} [{source}]", shown(&value.abs()))?;
        }
        self.compared(f)
    }
}

fn cite(document: &DocumentRef, place: String) -> Citation {
    Citation::document(&document.id, document.version, &place)
}
