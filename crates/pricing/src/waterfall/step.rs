use l2c_calendar::{PriceTerm, ProrationPolicy};
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{AllocationPolicy, Currency, Exact, RoundingPolicy};
use l2c_rating::Charge;
use l2c_rules::Predicate;

use super::document::GuardPolicy;
use super::operand::Operand;
use super::stack::Stack;
use crate::{DocumentRef, LineInput};

/// A checked step. References are positions of earlier steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) id: String,
    pub(crate) label: String,
    /// Where it stands in the document.
    pub(crate) path: String,
    pub(crate) when: Option<Predicate>,
    pub(crate) op: Op,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Op {
    /// The list amount of the line, which a waterfall without a price of its own begins with.
    List,
    Price {
        amount: Option<Term>,
        currency: Option<Currency>,
    },
    CostPlus(CostPlus),
    Charge(Box<Charge>),
    Change(Change),
    Prorate(Factor),
    Convert {
        to: Currency,
        rate: Term,
        rate_id: Option<String>,
    },
    Round(RoundingPolicy),
    Clamp {
        min: Option<Bound>,
        max: Option<Bound>,
    },
    Guard(Guard),
    Stack(Box<Stack>),
    Subtotal,
    Extend,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CostPlus {
    Markup(Term),
    Margin(Term),
    Amount(Term),
}

/// A discount or a surcharge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) raises: bool,
    pub(crate) size: Size,
    pub(crate) of: Option<usize>,
    pub(crate) factor_of: Option<usize>,
    pub(crate) rounding: Option<RoundingPolicy>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Size {
    Percent(Term),
    Amount(Term),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Factor {
    Whole(Term),
    Ratio(Term, Term),
    /// The term of the line, counted.
    Counted(ProrationPolicy, PriceTerm),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) of: Option<usize>,
    pub(crate) amount: Option<Term>,
    pub(crate) plus: Option<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guard {
    pub(crate) floor: Floor,
    pub(crate) rounding: Option<RoundingPolicy>,
    pub(crate) policy: GuardPolicy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Floor {
    PerUnit(Term),
    Margin(Term),
    Discount { percent: Term, of: usize },
}

/// The step on the whole document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NegotiatedStep {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) path: String,
    pub(crate) spread: AllocationPolicy,
}

/// A figure of a step, ready to compute with: percentages are parts of a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Term {
    Fixed { value: Exact, percent: bool },
    Input { name: String, percent: bool },
}

impl Term {
    pub(crate) fn plain(operand: &Operand) -> Self {
        Self::of(operand, false)
    }

    pub(crate) fn percent(operand: &Operand) -> Self {
        Self::of(operand, true)
    }

    fn of(operand: &Operand, percent: bool) -> Self {
        match operand {
            Operand::Literal(value) => Self::Fixed {
                value: scaled(value, percent),
                percent,
            },
            Operand::Input(name) => Self::Input {
                name: name.clone(),
                percent,
            },
        }
    }

    /// The name of an input that the line does not bring.
    pub(crate) fn missing(&self, line: &LineInput<'_>) -> Option<&str> {
        match self {
            Self::Input { name, .. } if line.input(name).is_none() => Some(name),
            _ => None,
        }
    }

    /// The figure as an input of the derivation. A step is only run when nothing is missing.
    pub(crate) fn record<R: Recorder>(
        &self,
        rec: &mut R,
        line: &LineInput<'_>,
        place: (&DocumentRef, &str),
        note: impl FnOnce() -> Note,
    ) -> Figure<R::Mark> {
        let cited = |note: Note| note.cite(place.0.cite(place.1));
        match self {
            Self::Fixed { value, percent } => rec.input(value.clone(), || cited(measured(note(), *percent))),
            Self::Input { name, percent } => {
                let input = line.input(name);
                let value = input.map(|input| scaled(&input.value, *percent));
                rec.input(value.unwrap_or_default(), || {
                    let note = measured(note(), *percent);
                    match input.and_then(|input| input.citation.clone()) {
                        Some(citation) => note.cite(citation),
                        None => cited(note),
                    }
                })
            }
        }
    }
}

fn measured(note: Note, percent: bool) -> Note {
    if percent { note.percent() } else { note }
}

fn scaled(value: &Exact, percent: bool) -> Exact {
    if percent {
        value * Exact::ratio(1, 100).unwrap_or_default()
    } else {
        value.clone()
    }
}

impl Bound {
    fn terms(&self) -> [Option<&Term>; 2] {
        [self.amount.as_ref(), self.plus.as_ref()]
    }
}

impl Step {
    /// Whether it tests the floor of the price book.
    pub(crate) fn guards_book_floor(&self) -> bool {
        match &self.op {
            Op::Guard(guard) => matches!(&guard.floor, Floor::PerUnit(floor) if floor.is_book_floor()),
            _ => false,
        }
    }

    /// Whether it names an amount of one unit, other than the list price.
    pub(crate) fn sets_amount_of_one_unit(&self) -> bool {
        match &self.op {
            Op::Price { amount, .. } => amount.as_ref().is_some_and(|amount| !amount.is_list()),
            Op::CostPlus(_) | Op::Charge(_) => true,
            Op::Guard(guard) => match &guard.floor {
                // The components bear the cost of their product, and bring no floor of their own.
                Floor::Margin(_) | Floor::Discount { .. } => false,
                Floor::PerUnit(floor) => !floor.is_book_floor(),
            },
            _ => false,
        }
    }
}

impl Op {
    /// The figures of the step itself, to find one that is missing.
    pub(crate) fn terms(&self) -> [Option<&Term>; 4] {
        match self {
            Self::List
            | Self::Charge(_)
            | Self::Round(_)
            | Self::Stack(_)
            | Self::Subtotal
            | Self::Extend
            | Self::Prorate(Factor::Counted(..)) => [None; 4],
            Self::Price { amount, .. } => [amount.as_ref(), None, None, None],
            Self::CostPlus(CostPlus::Markup(term) | CostPlus::Margin(term) | CostPlus::Amount(term)) => {
                [Some(term), None, None, None]
            }
            Self::Change(change) => match &change.size {
                Size::Percent(term) | Size::Amount(term) => [Some(term), None, None, None],
            },
            Self::Prorate(Factor::Whole(term)) => [Some(term), None, None, None],
            Self::Prorate(Factor::Ratio(above, below)) => [Some(above), Some(below), None, None],
            Self::Convert { rate, .. } => [Some(rate), None, None, None],
            Self::Clamp { min, max } => {
                let of = Bound::terms;
                let [low, lift] = min.as_ref().map_or([None; 2], of);
                let [high, drop] = max.as_ref().map_or([None; 2], of);
                [low, lift, high, drop]
            }
            Self::Guard(guard) => match &guard.floor {
                Floor::PerUnit(term) | Floor::Margin(term) | Floor::Discount { percent: term, .. } => {
                    [Some(term), None, None, None]
                }
            },
        }
    }
}

impl Term {
    /// Whether this is the floor of the price book.
    pub(crate) fn is_book_floor(&self) -> bool {
        matches!(self, Self::Input { name, .. } if name == crate::FLOOR)
    }

    /// Whether this is the list price, which may have a derivation from before the waterfall.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Self::Input { name, .. } if name == crate::LIST)
    }

    /// Whether the figure is zero.
    pub(crate) fn is_zero(&self, line: &LineInput<'_>) -> bool {
        match self {
            Self::Fixed { value, .. } => value.is_zero(),
            Self::Input { name, .. } => line.input(name).is_some_and(|input| input.value.is_zero()),
        }
    }

    /// The currency that the line states for the input.
    pub(crate) fn input_currency(&self, line: &LineInput<'_>) -> Option<Currency> {
        match self {
            Self::Input { name, .. } => line.input(name)?.currency,
            Self::Fixed { .. } => None,
        }
    }
}
