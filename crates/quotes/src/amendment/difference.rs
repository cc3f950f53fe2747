use l2c_calendar::Period;
use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_money::{Currency, Decimal, Exact, Quantity};

use super::{AmendmentError, AmendmentLine, AmendmentPolicy};
use crate::running_contract::RunningLine;

/// A line before a change and after it; both from the day of the change on.
pub(crate) struct LinePair {
    /// The contract that it stands in.
    pub(crate) contract: String,
    pub(crate) before: Option<RunningLine>,
    pub(crate) after: Option<RunningLine>,
}

/// Prices lines, and keeps their figures for the total.
pub(crate) struct Pricing<'a, R: Recorder> {
    pub(crate) rec: &'a mut R,
    pub(crate) policy: &'a AmendmentPolicy,
    pub(crate) currency: Currency,
    pub(crate) lines: Vec<AmendmentLine>,
    pub(crate) totals: Vec<Figure<R::Mark>>,
}

impl LinePair {
    pub(crate) fn running(contract: &str, line: RunningLine) -> Self {
        Self {
            contract: contract.to_owned(),
            before: Some(line.clone()),
            after: Some(line),
        }
    }
}

impl<R: Recorder> Pricing<'_, R> {
    /// What a change of a line costs. A change of the quantity alone is one difference; whatever else changes,
    /// what was is credited and what is is charged.
    pub(crate) fn difference(&mut self, pair: &LinePair) -> Result<(), AmendmentError> {
        if let (Some(before), Some(after)) = (&pair.before, &pair.after)
            && let Some(quantity) = only_quantity(before, after)
        {
            return self.line(&pair.contract, before, quantity?);
        }
        if let Some(before) = &pair.before {
            self.line(&pair.contract, before, negative(before.quantity)?)?;
        }
        if let Some(after) = &pair.after {
            self.line(&pair.contract, after, after.quantity)?;
        }
        Ok(())
    }

    /// A quantity of a line for all its days; nothing for a quantity of zero.
    pub(crate) fn line(
        &mut self,
        contract: &str,
        line: &RunningLine,
        quantity: Quantity,
    ) -> Result<(), AmendmentError> {
        if quantity.exact().is_zero() {
            return Ok(());
        }
        let (currency, policy) = (self.currency, self.policy);
        let proration = policy.proration.prorate(line.period, line.price_term)?;
        let factor = proration.record(self.rec, policy.factor_rounding, currency)?;
        let price = self.rec.input(line.unit_price.clone(), || {
            let cite = Citation::new(contract, format!("line {}", line.id));
            Note::new("unit price").money(currency).cite(cite)
        });
        let note = || Note::new(format!("unit price, {}", line.period)).money(currency);
        let mut prorated = self.rec.product(&price, &factor, note);
        if let Some(rounding) = policy.unit_rounding {
            let note = || Note::new(format!("unit price, {}, rounded", line.period)).money(currency);
            prorated = self.rec.round(&prorated, rounding, currency, note)?;
        }
        let unrounded = price.value.clone() * proration.factor();
        let factors = (factor.value, proration.days());
        self.close(
            contract,
            line,
            line.period,
            quantity,
            price.value,
            factors,
            prorated,
            &unrounded,
        )
    }

    /// The end of every line: a prorated unit price times a quantity, rounded.
    #[expect(
        clippy::too_many_arguments,
        reason = "the columns of a line, from two callers"
    )]
    pub(crate) fn close(
        &mut self,
        contract: &str,
        line: &RunningLine,
        period: Period,
        quantity: Quantity,
        unit_price: Exact,
        (factor, days): (Exact, Option<u32>),
        prorated: Figure<R::Mark>,
        unrounded: &Exact,
    ) -> Result<(), AmendmentError> {
        let currency = self.currency;
        let pieces = self.rec.input(quantity.exact(), || {
            Note::new("quantity").quantity(quantity.unit())
        });
        let exact = self.rec.product(&prorated, &pieces, || {
            Note::new("unit price times quantity").money(currency)
        });
        let note = || Note::new(format!("line {} of {contract}", line.id)).money(currency);
        let total = self
            .rec
            .round(&exact, self.policy.line_rounding, currency, note)?;
        self.lines.push(AmendmentLine {
            contract: contract.to_owned(),
            id: line.id.clone(),
            product: line.product.clone(),
            quantity,
            period,
            days: days.unwrap_or_else(|| period.days()),
            factor,
            unit_price,
            prorated_unit_price: prorated.value,
            residue: &total.value - unrounded * pieces.value,
            total: total.value.clone(),
        });
        self.totals.push(total);
        Ok(())
    }
}

/// The difference of the quantities, if nothing else is different.
fn only_quantity(
    before: &RunningLine,
    after: &RunningLine,
) -> Option<Result<Quantity, l2c_money::MoneyError>> {
    let same = before.id == after.id
        && before.product == after.product
        && before.unit_price == after.unit_price
        && before.period == after.period
        && before.price_term == after.price_term
        && before.quantity.unit() == after.quantity.unit();
    same.then(|| after.quantity.checked_sub(&before.quantity))
}

fn negative(quantity: Quantity) -> Result<Quantity, l2c_money::MoneyError> {
    Quantity::new(Decimal::ZERO, quantity.unit())?.checked_sub(&quantity)
}
