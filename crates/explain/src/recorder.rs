use std::iter;

use l2c_money::{AllocationPolicy, Currency, Exact, Money, MoneyError, Rounding, RoundingPolicy};

use crate::{Explanation, Note, Operation, Step, StepId};

/// A value, and where it stands in the derivation; without a trace the mark is `()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure<M> {
    /// The value.
    pub value: Exact,
    /// Where it stands in the derivation.
    pub mark: M,
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::NoTrace {}
    impl Sealed for super::Trace {}
}

/// Does the arithmetic of an engine and, if it is a [`Trace`], keeps every step of it.
///
/// An engine has one private body, generic over the recorder. Notes are closures that [`NoTrace`] never
/// runs, so a figure without its derivation costs the arithmetic alone.
pub trait Recorder: sealed::Sealed {
    /// Where a figure stands in the derivation.
    type Mark: Clone;

    /// Keeps a step whose value the caller has computed. The other methods call it.
    #[doc(hidden)]
    fn keep<'a>(
        &mut self,
        value: Exact,
        operation: Operation,
        inputs: impl IntoIterator<Item = &'a Figure<Self::Mark>>,
        note: impl FnOnce() -> Note,
    ) -> Figure<Self::Mark>
    where
        Self::Mark: 'a;

    /// A figure from outside: a price, a rate, a number of days.
    fn input(&mut self, value: Exact, note: impl FnOnce() -> Note) -> Figure<Self::Mark> {
        self.keep(value, Operation::Input, [], note)
    }

    /// The sum; of no parts it is zero.
    fn sum(&mut self, parts: &[&Figure<Self::Mark>], note: impl FnOnce() -> Note) -> Figure<Self::Mark> {
        let value = parts.iter().map(|part| &part.value).sum();
        self.keep(value, Operation::Sum, parts.iter().copied(), note)
    }

    /// `a - b`.
    fn difference(
        &mut self,
        a: &Figure<Self::Mark>,
        b: &Figure<Self::Mark>,
        note: impl FnOnce() -> Note,
    ) -> Figure<Self::Mark> {
        self.keep(&a.value - &b.value, Operation::Difference, [a, b], note)
    }

    /// `a * b`.
    fn product(
        &mut self,
        a: &Figure<Self::Mark>,
        b: &Figure<Self::Mark>,
        note: impl FnOnce() -> Note,
    ) -> Figure<Self::Mark> {
        self.keep(&a.value * &b.value, Operation::Product, [a, b], note)
    }

    /// `a / b`, exactly.
    ///
    /// # Errors
    /// [`MoneyError::DivisionByZero`].
    fn quotient(
        &mut self,
        a: &Figure<Self::Mark>,
        b: &Figure<Self::Mark>,
        note: impl FnOnce() -> Note,
    ) -> Result<Figure<Self::Mark>, MoneyError> {
        let value = a.value.checked_div(&b.value)?;
        Ok(self.keep(value, Operation::Quotient, [a, b], note))
    }

    /// `-a`.
    fn negate(&mut self, a: &Figure<Self::Mark>, note: impl FnOnce() -> Note) -> Figure<Self::Mark> {
        self.keep(-&a.value, Operation::Negate, [a], note)
    }

    /// The smallest; of none it is zero.
    fn minimum(&mut self, of: &[&Figure<Self::Mark>], note: impl FnOnce() -> Note) -> Figure<Self::Mark> {
        let value = of
            .iter()
            .map(|figure| &figure.value)
            .min()
            .cloned()
            .unwrap_or_default();
        self.keep(value, Operation::Minimum, of.iter().copied(), note)
    }

    /// The largest; of none it is zero.
    fn maximum(&mut self, of: &[&Figure<Self::Mark>], note: impl FnOnce() -> Note) -> Figure<Self::Mark> {
        let value = of
            .iter()
            .map(|figure| &figure.value)
            .max()
            .cloned()
            .unwrap_or_default();
        self.keep(value, Operation::Maximum, of.iter().copied(), note)
    }

    /// The figure rounded by a policy; the residue can be read from the step.
    ///
    /// # Errors
    /// [`MoneyError::InvalidRounding`] if the policy cannot be carried out.
    fn round(
        &mut self,
        a: &Figure<Self::Mark>,
        policy: RoundingPolicy,
        currency: Currency,
        note: impl FnOnce() -> Note,
    ) -> Result<Figure<Self::Mark>, MoneyError> {
        let value = policy.round(&a.value, currency)?;
        Ok(self.keep(value, Operation::Round { policy, currency }, [a], note))
    }

    /// The part with this index of a total that is split by weights into whole minor units, as
    /// [`Money::allocate`] does it.
    ///
    /// # Errors
    /// What [`Money::allocate`] refuses; [`MoneyError::NoWeights`] also if there is no such weight.
    fn share(
        &mut self,
        total: &Figure<Self::Mark>,
        weights: &[&Figure<Self::Mark>],
        index: usize,
        policy: AllocationPolicy,
        currency: Currency,
        note: impl FnOnce() -> Note,
    ) -> Result<Figure<Self::Mark>, MoneyError> {
        let (whole, parts) = allocation(self, total, weights, policy, currency)?;
        let part = parts.get(index).ok_or(MoneyError::NoWeights)?;
        Ok(self.keep(part.exact(), Operation::Share { index }, [&whole], note))
    }

    /// All parts of a total that is split by weights into whole minor units, as [`Money::allocate`] does it.
    ///
    /// # Errors
    /// What [`Money::allocate`] refuses.
    fn shares(
        &mut self,
        total: &Figure<Self::Mark>,
        weights: &[&Figure<Self::Mark>],
        policy: AllocationPolicy,
        currency: Currency,
        note: impl Fn(usize) -> Note,
    ) -> Result<Vec<Figure<Self::Mark>>, MoneyError> {
        let (whole, parts) = allocation(self, total, weights, policy, currency)?;
        let keep = |(index, part): (usize, &Money)| {
            self.keep(part.exact(), Operation::Share { index }, [&whole], || note(index))
        };
        Ok(parts.iter().enumerate().map(keep).collect())
    }

    /// `base ^ exponent`, rounded once to `scale` decimals, as [`Exact::power`] does it.
    ///
    /// # Errors
    /// As [`Exact::power`].
    fn power(
        &mut self,
        base: &Figure<Self::Mark>,
        exponent: &Figure<Self::Mark>,
        scale: u32,
        mode: Rounding,
        note: impl FnOnce() -> Note,
    ) -> Result<Figure<Self::Mark>, MoneyError> {
        let value = base.value.power(&exponent.value, scale, mode)?;
        Ok(self.keep(value, Operation::Power { scale, mode }, [base, exponent], note))
    }
}

/// The split itself: one step that all its shares refer to, so that n shares take n steps and not n * n.
fn allocation<R: Recorder + ?Sized>(
    recorder: &mut R,
    total: &Figure<R::Mark>,
    weights: &[&Figure<R::Mark>],
    policy: AllocationPolicy,
    currency: Currency,
) -> Result<(Figure<R::Mark>, Vec<Money>), MoneyError> {
    let exact: Vec<Exact> = weights.iter().map(|weight| weight.value.clone()).collect();
    let parts = Money::try_from_exact(&total.value, currency)?.allocate(&exact, policy)?;
    let inputs = iter::once(total).chain(weights.iter().copied());
    let note = || Note::new("split").money(currency);
    let operation = Operation::Allocation { policy, currency };
    Ok((recorder.keep(total.value.clone(), operation, inputs, note), parts))
}

/// The recorder that keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTrace;

impl Recorder for NoTrace {
    type Mark = ();

    #[inline]
    fn keep<'a>(
        &mut self,
        value: Exact,
        _operation: Operation,
        _inputs: impl IntoIterator<Item = &'a Figure<()>>,
        _note: impl FnOnce() -> Note,
    ) -> Figure<()> {
        Figure { value, mark: () }
    }
}

/// The recorder that keeps every step.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    steps: Vec<Step>,
}

impl Trace {
    /// An empty trace.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The derivation of one figure: the steps it rests on, and no others.
    ///
    /// Figures of different traces do not mix: one whose value does not stand at its mark in this trace is
    /// explained as a bare input.
    #[must_use]
    pub fn finish(mut self, root: &Figure<StepId>) -> Explanation {
        let root = self.place(root);
        Explanation::of(self.steps, root)
    }

    /// The derivation of one figure, while the trace goes on.
    #[must_use]
    pub fn explain(&self, root: &Figure<StepId>) -> Explanation {
        self.clone().finish(root)
    }

    /// The step of a figure. A figure of another trace, or one whose value was changed, is an input here: a
    /// derivation never claims steps that did not lead to the value.
    fn place(&mut self, figure: &Figure<StepId>) -> StepId {
        match self.steps.get(figure.mark.0) {
            Some(step) if step.value == figure.value => figure.mark,
            _ => self.push(
                figure.value.clone(),
                Operation::Input,
                Vec::new(),
                Note::new("given"),
            ),
        }
    }

    fn push(&mut self, value: Exact, operation: Operation, inputs: Vec<StepId>, note: Note) -> StepId {
        let Note {
            label,
            measure,
            citations,
        } = note;
        self.steps.push(Step {
            label,
            operation,
            inputs,
            value,
            measure,
            citations,
        });
        StepId(self.steps.len().saturating_sub(1))
    }
}

impl Recorder for Trace {
    type Mark = StepId;

    fn keep<'a>(
        &mut self,
        value: Exact,
        operation: Operation,
        inputs: impl IntoIterator<Item = &'a Figure<StepId>>,
        note: impl FnOnce() -> Note,
    ) -> Figure<StepId> {
        let inputs = inputs.into_iter().map(|input| self.place(input)).collect();
        let mark = self.push(value.clone(), operation, inputs, note());
        Figure { value, mark }
    }
}
