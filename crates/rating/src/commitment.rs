use l2c_explain::{Figure, Measure, Note, Recorder};
use l2c_money::Exact;

use crate::derivation::Of;

/// What a period costs at least and at most.
///
/// Both are figures, so that a caller may prorate them first, as steps of the same derivation. The minimum is not
/// above the maximum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment<F = Exact> {
    /// The least; `None`: no minimum.
    pub minimum: Option<F>,
    /// The most; `None`: no maximum.
    pub maximum: Option<F>,
}

/// What a commitment makes of a rated amount: `amount = rated - maximum_discount + true_up_amount`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement<F = Exact> {
    /// What is charged.
    pub amount: F,
    /// What the maximum takes off the rated amount; zero or above.
    pub maximum_discount: F,
    /// What is missing to the minimum; zero or above.
    pub true_up_amount: F,
}

impl<M: Clone> Commitment<Figure<M>> {
    /// Settles a rated amount, given what the period was charged before.
    ///
    /// The maximum leaves room for `maximum - already_billed`, at least zero. The minimum is trued up in the `last`
    /// window of the period alone.
    pub fn settle<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        rated: &Of<R>,
        already_billed: &Of<R>,
        last: bool,
        measure: Measure,
    ) -> Settlement<Of<R>> {
        let note = |label: &str| Note::new(label).measured(measure);
        let zero = rec.sum(&[], || note("nothing"));
        let mut amount = rated.clone();
        let mut maximum_discount = zero.clone();
        if let Some(maximum) = &self.maximum {
            let left = rec.difference(maximum, already_billed, || note("left of the maximum"));
            let room = rec.maximum(&[&left, &zero], || note("room below the maximum"));
            let excess = rec.difference(rated, &room, || note("above the room"));
            maximum_discount = rec.maximum(&[&excess, &zero], || note("discount by the maximum"));
            amount = rec.difference(&amount, &maximum_discount, || note("at most the maximum"));
        }
        let mut true_up_amount = zero.clone();
        if let Some(minimum) = self.minimum.as_ref().filter(|_| last) {
            let due = rec.difference(minimum, already_billed, || note("left of the minimum"));
            let missing = rec.difference(&due, &amount, || note("missing to the minimum"));
            true_up_amount = rec.maximum(&[&missing, &zero], || note("true-up"));
            amount = rec.sum(&[&amount, &true_up_amount], || note("at least the minimum"));
        }
        Settlement {
            amount,
            maximum_discount,
            true_up_amount,
        }
    }
}
