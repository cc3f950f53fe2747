use l2c_explain::{Figure, NoTrace};
use l2c_money::{Exact, Money, RoundingPolicy};

use super::document::TaxDocument;
use super::working::{Working, WorkingLine};
use crate::waterfall::step::NegotiatedStep;
use crate::{DocumentRef, PricingError};

/// How often the estimate of a net total is corrected, and how many minor units around it are tried in the end.
const CORRECTIONS: usize = 8;
const AROUND: [i64; 5] = [0, 1, -1, 2, -2];

impl<M: Clone> Working<M> {
    /// The net total whose total with tax is the agreed one.
    ///
    /// Taxes are rounded, so not every total with tax has a net total: one that has none is refused.
    pub(crate) fn net_of_total_with_tax(
        &self,
        waterfall: &DocumentRef,
        step: &NegotiatedStep,
        tax: Option<&TaxDocument>,
        agreed: Money,
    ) -> Result<Money, PricingError> {
        let currency = self.currency;
        let total: Exact = self.lines.iter().map(|line| &line.net.value).sum();
        let unreachable = |reason| -> Result<Money, PricingError> {
            Err(PricingError::TargetUnreachable {
                target: agreed,
                total: RoundingPolicy::HALF_UP.money(&total, currency)?,
                reason,
            })
        };
        let Some(tax) = tax else {
            return unreachable("it includes tax, and no tax is stated in the adjustments");
        };
        let plain = self.untraced();
        let with_tax = |net: Money| -> Result<Exact, PricingError> {
            let mut lines = plain.clone();
            lines.negotiate(&mut NoTrace, waterfall, step, net)?;
            let tax = lines.tax(Some(tax), &net.exact())?;
            Ok(net.exact() + tax.unwrap_or_default())
        };
        // What one more in tax and net is in net, by the lines as they are.
        let now = plain.clone().tax(Some(tax), &total)?.unwrap_or_default();
        let net_part = total.checked_div(&(&total + &now)).unwrap_or(Exact::ONE);
        let step_to = |net: &Exact| RoundingPolicy::HALF_UP.money(net, currency);
        let mut net = step_to(&(agreed.exact() * &net_part))?;
        for _ in 0..CORRECTIONS {
            let missing = agreed.exact() - with_tax(net)?;
            let next = step_to(&(net.exact() + &missing * &net_part))?;
            if next == net {
                break;
            }
            net = next;
        }
        for around in AROUND {
            let near = net.checked_add(&Money::from_minor(around, currency)?)?;
            if with_tax(near)? == agreed.exact() {
                return Ok(near);
            }
        }
        unreachable(
            "no net total has it with the tax rounded as stated: agree on one minor unit more or less",
        )
    }

    fn untraced(&self) -> Working<()> {
        let lines = self.lines.iter().map(WorkingLine::untraced);
        Working {
            currency: self.currency,
            document: self.document.clone(),
            lines: lines.collect(),
        }
    }
}

impl<M> WorkingLine<M> {
    /// The line with what negotiating and taxing it need.
    fn untraced(&self) -> WorkingLine<()> {
        let net = Figure {
            value: self.net.value.clone(),
            mark: (),
        };
        let mut line = WorkingLine::added(self.id.clone(), self.quantity.clone(), net, 0);
        line.tax_percent = self.tax_percent;
        line
    }
}
