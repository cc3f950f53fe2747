use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_money::{Currency, Exact};
use l2c_rating::Charge;
use l2c_rules::Facts;

use super::document::{Percentages, Returns};
use super::line_price::{Effect, Level, LinePrice, Skip, StepOutcome};
use super::side::Side;
use super::step::{Change, CostPlus, Factor, Op, Size, Step, Term};
use super::{LIST, LineInput, Waterfall};
use crate::PricingError;
use crate::charged_price::unit_price;

/// The list price of a line whose derivation goes on from before the waterfall.
pub(crate) struct ListFigure<M> {
    pub(crate) figure: Figure<M>,
    pub(crate) level: Level,
}

/// A line that has run through its steps, before its last rounding.
pub(crate) struct LineRun<M> {
    pub(crate) values: Vec<StepValue<M>>,
    pub(crate) unit_price: Option<Figure<M>>,
    pub(crate) exact: Figure<M>,
    pub(crate) facts: Facts,
}

/// The figure after a step, and what the step did.
pub(crate) struct StepValue<M> {
    pub(crate) figure: Option<Figure<M>>,
    pub(crate) currency: Currency,
    pub(crate) level: Level,
    pub(crate) effect: Effect,
}

/// A line on its way through the steps.
pub(super) struct Line<'a, R: Recorder> {
    pub(super) rec: &'a mut R,
    pub(super) waterfall: &'a Waterfall,
    pub(super) input: &'a LineInput<'a>,
    pub(super) facts: Facts,
    pub(super) quantity: Figure<R::Mark>,
    pub(super) level: Level,
    pub(super) running: Option<Figure<R::Mark>>,
    pub(super) currency: Currency,
    unit_price: Option<Figure<R::Mark>>,
    values: Vec<StepValue<R::Mark>>,
}

/// Runs the steps of a waterfall over a line.
pub(crate) fn run<R: Recorder>(
    rec: &mut R,
    waterfall: &Waterfall,
    input: &LineInput<'_>,
    list: Option<ListFigure<R::Mark>>,
) -> Result<LineRun<R::Mark>, PricingError> {
    let facts = if waterfall.conditional {
        input.facts()
    } else {
        Facts::new()
    };
    let quantity = rec.input(input.quantity.clone(), || {
        let note = Note::new("quantity");
        input.unit.map_or(note.clone(), |unit| note.quantity(unit))
    });
    let mut line = Line {
        rec,
        waterfall,
        input,
        facts,
        quantity,
        level: Level::Unit,
        running: None,
        currency: input.currency,
        unit_price: None,
        values: Vec::with_capacity(waterfall.steps.len()),
    };
    let mut list = list;
    for step in &waterfall.steps {
        let effect = line.step(step, &mut list)?;
        line.values.push(StepValue {
            figure: line.running.clone(),
            currency: line.currency,
            level: line.level,
            effect,
        });
    }
    line.finish()
}

impl<R: Recorder> Line<'_, R> {
    fn finish(mut self) -> Result<LineRun<R::Mark>, PricingError> {
        const END: &str = "end";
        if self.level == Level::Unit {
            self.extend(END)?;
        }
        if self.currency != self.input.currency {
            return Err(self.wrong_currency(END, self.currency, self.input.currency));
        }
        Ok(LineRun {
            exact: self.running(END)?,
            unit_price: self.unit_price,
            values: self.values,
            facts: self.facts,
        })
    }

    fn step(&mut self, step: &Step, list: &mut Option<ListFigure<R::Mark>>) -> Result<Effect, PricingError> {
        if step.when.as_ref().is_some_and(|when| !when.holds(&self.facts)) {
            return Ok(Effect::Skipped(Skip::Condition));
        }
        if step
            .op
            .terms()
            .into_iter()
            .flatten()
            .any(|term| term.missing(self.input).is_some())
        {
            let brought =
                list.is_some() && matches!(&step.op, Op::Price { amount: Some(term), .. } if term.is_list());
            if !brought {
                return Ok(Effect::Skipped(Skip::MissingInput));
            }
        }
        if matches!(step.op, Op::Prorate(Factor::Counted(..))) && self.input.term.is_none() {
            return Ok(Effect::Skipped(Skip::MissingInput));
        }
        match &step.op {
            Op::List => self.list(step, list.take()),
            Op::Price { amount: None, .. } => Ok(Effect::Skipped(Skip::NoAmount)),
            Op::Price {
                amount: Some(amount),
                currency,
            } => Ok(self.price(step, amount, *currency, list)),
            Op::CostPlus(by) => self.cost_plus(step, by),
            Op::Charge(charge) => self.charge(step, charge),
            Op::Change(change) if change.raises => self.surcharge(step, change),
            Op::Change(change) => self.discount(step, change),
            Op::Prorate(factor) => self.prorate(step, factor),
            Op::Convert { to, rate, rate_id } => self.convert(step, *to, rate, rate_id.as_deref()),
            Op::Round(policy) => self.round(step, *policy),
            Op::Clamp { min, max } => self.clamp(step, min.as_ref(), max.as_ref()),
            Op::Guard(guard) => self.guard(step, guard),
            Op::Stack(stack) => self.stack(step, stack),
            Op::Subtotal => self.running(&step.id).map(|_| Effect::Figure),
            Op::Extend => self.extend(&step.id).map(|()| Effect::Figure),
        }
    }

    /// The running figure, which every step but a price needs.
    pub(super) fn running(&self, step: &str) -> Result<Figure<R::Mark>, PricingError> {
        self.running.clone().ok_or_else(|| PricingError::NoRunningPrice {
            line: self.input.id.to_owned(),
            step: step.to_owned(),
        })
    }

    fn wrong_currency(&self, step: &str, found: Currency, expected: Currency) -> PricingError {
        PricingError::StepCurrency {
            line: self.input.id.to_owned(),
            step: step.to_owned(),
            found,
            expected,
        }
    }

    pub(super) fn refused(
        &self,
        step: &Step,
        value: &Exact,
        code: &'static str,
        expected: &'static str,
    ) -> PricingError {
        PricingError::InvalidInput {
            line: self.input.id.to_owned(),
            step: step.id.clone(),
            value: value.to_string(),
            expected,
            code,
        }
    }

    /// On which side of zero amounts stand.
    pub(super) fn side(&self) -> Side {
        Side {
            currency: self.currency,
            turned: self.is_mirrored(),
            mirrored: self.waterfall.signs.returns == Returns::Mirrored,
        }
    }

    /// Whether amounts of the line are to be taken with the other sign.
    pub(super) fn is_mirrored(&self) -> bool {
        self.waterfall.signs.returns == Returns::Mirrored
            && self.level == Level::Line
            && self.input.quantity.is_negative()
    }

    pub(super) fn term(&mut self, step: &Step, term: &Term, label: impl FnOnce() -> Note) -> Figure<R::Mark> {
        let place = (self.waterfall.document(), step.path.as_str());
        term.record(self.rec, self.input, place, label)
    }

    /// A figure of the step in money: of a line that goes back, with the sign of the line.
    pub(super) fn amount(&mut self, step: &Step, term: &Term) -> Figure<R::Mark> {
        let currency = self.currency;
        let amount = self.term(step, term, || Note::new(step.label.as_str()).money(currency));
        if self.is_mirrored() {
            self.rec.negate(&amount, || {
                Note::new(format!("{}, of a return", step.label)).money(currency)
            })
        } else {
            amount
        }
    }

    /// The figure after an earlier step, at the level that is reached now.
    pub(super) fn reference(&mut self, step: &Step, of: usize) -> Result<Figure<R::Mark>, PricingError> {
        let value = self.values.get(of);
        let found = value.and_then(|value| Some((value.figure.clone()?, value.currency, value.level)));
        let Some((figure, currency, level)) = found else {
            return Err(PricingError::NoRunningPrice {
                line: self.input.id.to_owned(),
                step: step.id.clone(),
            });
        };
        if currency != self.currency {
            return Err(self.wrong_currency(&step.id, currency, self.currency));
        }
        if level == Level::Unit && self.level == Level::Line {
            let label = self
                .waterfall
                .steps
                .get(of)
                .map_or("", |step| step.label.as_str());
            return Ok(self.rec.product(&figure, &self.quantity, || {
                Note::new(format!("{label}, of the line")).money(currency)
            }));
        }
        Ok(figure)
    }

    fn list(&mut self, step: &Step, list: Option<ListFigure<R::Mark>>) -> Result<Effect, PricingError> {
        let (figure, level) = match (list, self.input.input(LIST)) {
            (Some(list), _) => (list.figure, list.level),
            (None, Some(input)) => {
                let currency = input.currency.unwrap_or(self.input.currency);
                if currency != self.currency {
                    return Err(self.wrong_currency(&step.id, currency, self.currency));
                }
                let figure = self.rec.input(input.value.clone(), || {
                    cited(Note::new("list price").money(currency), input.citation.as_ref())
                });
                (figure, Level::Unit)
            }
            (None, None) => {
                self.running(&step.id)?;
                return Ok(Effect::Figure);
            }
        };
        self.running = Some(figure);
        self.level = level;
        if level == Level::Unit {
            self.extend(&step.id)?;
        }
        Ok(Effect::Figure)
    }

    fn price(
        &mut self,
        step: &Step,
        amount: &Term,
        currency: Option<Currency>,
        list: &mut Option<ListFigure<R::Mark>>,
    ) -> Effect {
        if amount.is_list()
            && let Some(list) = list.take()
        {
            self.running = Some(list.figure);
            self.level = list.level;
            return Effect::Figure;
        }
        let currency = currency
            .or_else(|| amount.input_currency(self.input))
            .unwrap_or(self.input.currency);
        self.currency = currency;
        let price = self.term(step, amount, || Note::new(step.label.as_str()).money(currency));
        self.running = Some(price);
        Effect::Figure
    }

    /// The cost of one unit.
    pub(super) fn cost(&mut self, step: &Step) -> Result<Figure<R::Mark>, PricingError> {
        let currency = self.input.currency;
        let Some(cost) = self.input.cost.clone() else {
            return Err(PricingError::NoCost {
                line: self.input.id.to_owned(),
                step: step.id.clone(),
            });
        };
        Ok(self.rec.input(cost, || Note::new("cost").money(currency)))
    }

    /// Cost / (1 - margin).
    pub(super) fn by_margin(&mut self, step: &Step, margin: &Term) -> Result<Figure<R::Mark>, PricingError> {
        let currency = self.input.currency;
        let cost = self.cost(step)?;
        let margin = self.term(step, margin, || Note::new("margin"));
        let one = self.rec.input(Exact::ONE, || Note::new("price").percent());
        let rest = self
            .rec
            .difference(&one, &margin, || Note::new("cost in the price").percent());
        if !rest.value.is_positive() {
            return Err(self.refused(step, &margin.value, "invalid_percent", "a margin is below 100 %"));
        }
        let label = || Note::new(step.label.as_str()).money(currency);
        Ok(self.rec.quotient(&cost, &rest, label)?)
    }

    fn cost_plus(&mut self, step: &Step, by: &CostPlus) -> Result<Effect, PricingError> {
        let currency = self.input.currency;
        let note = || Note::new(step.label.as_str()).money(currency);
        let price = match by {
            CostPlus::Margin(margin) => self.by_margin(step, margin)?,
            CostPlus::Markup(markup) => {
                let cost = self.cost(step)?;
                let rate = self.term(step, markup, || Note::new(format!("{}, rate", step.label)));
                let markup = self
                    .rec
                    .product(&cost, &rate, || Note::new("markup").money(currency));
                self.rec.sum(&[&cost, &markup], note)
            }
            CostPlus::Amount(amount) => {
                let cost = self.cost(step)?;
                let markup = self.term(step, amount, || Note::new("markup").money(currency));
                self.rec.sum(&[&cost, &markup], note)
            }
        };
        self.currency = currency;
        self.running = Some(price);
        Ok(Effect::Figure)
    }

    fn charge(&mut self, step: &Step, charge: &Charge) -> Result<Effect, PricingError> {
        let (document, id) = (self.waterfall.document(), self.input.id);
        let cite = |path: &str| document.cite(&format!("{}.charge.{path}", step.path));
        let place = || format!("line `{id}`, step `{}`", step.id);
        let quantity = self.input.quantity.abs();
        self.running = Some(unit_price(self.rec, charge, &quantity, &cite, place)?);
        self.currency = charge.currency();
        Ok(Effect::Figure)
    }

    /// The size of a discount or surcharge, rounded if the step says so.
    fn change(
        &mut self,
        step: &Step,
        change: &Change,
        running: &Figure<R::Mark>,
    ) -> Result<Figure<R::Mark>, PricingError> {
        let currency = self.currency;
        let mut amount = match &change.size {
            Size::Percent(percent) => {
                let base = match change.of {
                    Some(of) => self.reference(step, of)?,
                    None => running.clone(),
                };
                let rate = self.term(step, percent, || Note::new(format!("{}, rate", step.label)));
                self.in_range(step, &rate.value, change.raises)?;
                self.rec
                    .product(&base, &rate, || Note::new(step.label.as_str()).money(currency))
            }
            Size::Amount(amount) => self.amount(step, amount),
        };
        if let (Size::Amount(_), Some(of)) = (&change.size, change.factor_of)
            && let Some(Effect::Factor(factor)) = self.values.get(of).map(|value| &value.effect)
        {
            let factor = self.rec.input(factor.clone(), || Note::new("factor of the term"));
            amount = self.rec.product(&amount, &factor, || {
                Note::new(format!("{}, prorated", step.label)).money(currency)
            });
        }
        if let Some(policy) = change.rounding {
            amount = self.rec.round(&amount, policy, currency, || {
                Note::new(format!("{}, rounded", step.label)).money(currency)
            })?;
        }
        Ok(amount)
    }

    /// What a line brings is held to what a document may write.
    fn in_range(&self, step: &Step, rate: &Exact, raises: bool) -> Result<(), PricingError> {
        let plain = self.waterfall.signs.percentages == Percentages::Plain;
        if plain && (rate.is_negative() || (!raises && *rate > Exact::ONE)) {
            let expected = if raises {
                "a surcharge is 0 % or more"
            } else {
                "a discount is 0 to 100 %"
            };
            let percent = rate * Exact::integer(100);
            return Err(self.refused(step, &percent, "percent_out_of_range", expected));
        }
        Ok(())
    }

    fn surcharge(&mut self, step: &Step, change: &Change) -> Result<Effect, PricingError> {
        let running = self.running(&step.id)?;
        let currency = self.currency;
        let amount = self.change(step, change, &running)?;
        self.running = Some(self.rec.sum(&[&running, &amount], || {
            Note::new(format!("after {}", step.label)).money(currency)
        }));
        Ok(Effect::Surcharge { amount: amount.value })
    }

    fn discount(&mut self, step: &Step, change: &Change) -> Result<Effect, PricingError> {
        let running = self.running(&step.id)?;
        let whole = self.change(step, change, &running)?;
        let amount = self.side().cut(self.rec, &running, &whole, &step.label);
        let unused = whole.value - &amount.value;
        self.subtract(step, &running, &amount);
        Ok(Effect::Discount {
            amount: amount.value,
            unused,
        })
    }

    pub(super) fn subtract(&mut self, step: &Step, running: &Figure<R::Mark>, amount: &Figure<R::Mark>) {
        let currency = self.currency;
        self.running = Some(self.rec.difference(running, amount, || {
            Note::new(format!("after {}", step.label)).money(currency)
        }));
    }

    /// The amount of the line. A line that began with an amount has it already.
    fn extend(&mut self, step: &str) -> Result<(), PricingError> {
        if self.level == Level::Line {
            return Ok(());
        }
        let running = self.running(step)?;
        let (id, currency) = (self.input.id, self.currency);
        self.running = Some(self.rec.product(&running, &self.quantity, || {
            Note::new(format!("amount of line {id}")).money(currency)
        }));
        self.unit_price = Some(running);
        self.level = Level::Line;
        Ok(())
    }
}

fn cited(note: Note, citation: Option<&Citation>) -> Note {
    match citation {
        Some(citation) => note.cite(citation.clone()),
        None => note,
    }
}

impl<M> LineRun<M> {
    /// The price of the line, given its rounded net.
    pub(crate) fn into_price(self, input: &LineInput<'_>, net: Exact) -> LinePrice {
        let outcome = |value: StepValue<M>| StepOutcome {
            value: value.figure.map(|figure| figure.value),
            currency: value.currency,
            level: value.level,
            effect: value.effect,
        };
        LinePrice {
            currency: input.currency,
            quantity: input.quantity.clone(),
            cost: input.cost.clone(),
            steps: self.values.into_iter().map(outcome).collect(),
            unit_price: self.unit_price.map(|figure| figure.value),
            exact: self.exact.value,
            net,
        }
    }
}
