//! What of a promise is in the transaction price.

use l2c_explain::{Figure, NoTrace, Note, Recorder};
use l2c_money::{Currency, Decimal, Exact, Money};

use crate::payment_plan::Growth;
use crate::price_context::PriceContext;
use crate::{
    Book, Compounding, Consideration, DistinctGoods, MeasurementDate, Paragraph, PaymentPlan, RevenueError,
};

/// What a part of the consideration is expected to be, and what of it is in the transaction price.
#[derive(Debug, Clone)]
pub(crate) struct Included<M> {
    pub(crate) estimate: Figure<M>,
    pub(crate) included: Figure<M>,
}

impl<M: Clone> Included<M> {
    /// All of it is in the price.
    fn whole(figure: Figure<M>) -> Self {
        Self {
            estimate: figure.clone(),
            included: figure,
        }
    }
}

impl Consideration {
    /// What it is expected to be, and what of it is in the transaction price.
    pub(crate) fn included<R: Recorder>(
        &self,
        rec: &mut R,
        context: &PriceContext<'_>,
    ) -> Result<Included<R::Mark>, RevenueError> {
        let of = Part {
            context,
            id: self.id(),
        };
        Ok(match self {
            Self::Fixed { amount, .. } => {
                Included::whole(rec.input(amount.exact(), || of.named("fixed consideration")))
            }
            Self::Variable {
                estimate, constraint, ..
            } => {
                let figure = estimate.figure(rec, context, of.id)?;
                let included = constraint.included(rec, context, of.id, &figure, estimate);
                Included {
                    estimate: figure,
                    included,
                }
            }
            Self::NonCash {
                quantity,
                measured_at,
                fair_value_at_inception,
                fair_value_at_receipt,
                ..
            } => {
                let (value, when) = match measured_at {
                    MeasurementDate::Inception => (fair_value_at_inception, "at inception"),
                    MeasurementDate::Receipt if context.book == Book::Asc606 => {
                        return Err(RevenueError::MeasurementDateNotAllowed {
                            element: of.id.to_owned(),
                        });
                    }
                    MeasurementDate::Receipt => (
                        fair_value_at_receipt.as_ref().unwrap_or(fair_value_at_inception),
                        "at receipt",
                    ),
                };
                let quantity = rec.input(Exact::from(*quantity), || {
                    Note::new(format!("quantity of {}", of.id))
                });
                let value = rec.input(value.exact(), || {
                    of.named(&format!("fair value {when} of a unit of"))
                });
                let exact = rec.product(&quantity, &value, || of.named("fair value of"));
                Included::whole(context.round(rec, &exact, || {
                    of.cited("non-cash consideration", Paragraph::NON_CASH)
                })?)
            }
            Self::PayableToCustomer {
                amount,
                distinct_goods,
                ..
            } => of.payable(rec, *amount, *distinct_goods),
            Self::SalesTax { amount, .. } => {
                let tax = rec.input(amount.exact(), || of.cited("sales tax", Paragraph::SALES_TAX));
                if context.exclude_sales_tax {
                    of.left_out(rec, tax, "sales tax left out", Paragraph::SALES_TAX)
                } else {
                    Included::whole(tax)
                }
            }
            Self::Royalty { estimate, .. } => {
                let royalty = rec.input(estimate.exact(), || {
                    of.cited("expected royalty", Paragraph::ROYALTY)
                });
                of.left_out(
                    rec,
                    royalty,
                    "royalty before the sales or usage",
                    Paragraph::ROYALTY,
                )
            }
            Self::DeferredPayments {
                plan,
                annual_rate,
                compounding,
                ..
            } => of.deferred(rec, plan, *annual_rate, *compounding)?,
            Self::AdvancePayment {
                amount,
                annual_rate,
                compounding,
                transfer_month,
                ..
            } => {
                let paid = rec.input(amount.exact(), || of.named("advance"));
                if context.one_year_expedient && *transfer_month <= 12 {
                    return Ok(Included::whole(paid));
                }
                let mut growth = Growth::new(rec, context, &Exact::from(*annual_rate), *compounding)?;
                let grown = growth.grown(rec, &paid, *transfer_month)?;
                let included = context.round(rec, &grown, || of.named("advance with interest,"))?;
                Included {
                    estimate: paid,
                    included,
                }
            }
            Self::PerUnit { .. } => {
                let note = || of.named("price by unit, before any delivery:");
                Included::whole(rec.input(Exact::ZERO, note))
            }
            Self::Usage { .. } => {
                let note = || of.named("fee by usage, before any usage:");
                Included::whole(rec.input(Exact::ZERO, note))
            }
        })
    }

    /// The larger of estimate and included amount in minor units, without its sign.
    pub(crate) fn magnitude(&self, currency: Currency) -> Result<i64, RevenueError> {
        let Included { estimate, included } = self.included(&mut NoTrace, &PriceContext::plain(currency))?;
        let units = |figure: Figure<()>| Money::try_from_exact(&figure.value, currency)?.minor();
        Ok(units(estimate)?
            .saturating_abs()
            .max(units(included)?.saturating_abs()))
    }
}

/// The part of the consideration that is computed.
struct Part<'a> {
    context: &'a PriceContext<'a>,
    id: &'a str,
}

impl Part<'_> {
    /// A note about it.
    fn named(&self, what: &str) -> Note {
        Note::new(format!("{what} {}", self.id))
            .money(self.context.currency)
            .cite(self.context.place("consideration", self.id))
    }

    /// A note about it, with its paragraph.
    fn cited(&self, what: &str, paragraph: Paragraph) -> Note {
        self.named(what).cite(self.context.book.cite(paragraph))
    }

    /// An amount of which nothing is in the price.
    fn left_out<R: Recorder>(
        &self,
        rec: &mut R,
        estimate: Figure<R::Mark>,
        why: &str,
        paragraph: Paragraph,
    ) -> Included<R::Mark> {
        let included = rec.input(Exact::ZERO, || {
            self.cited(&format!("nothing of it, {why}:"), paragraph)
        });
        Included { estimate, included }
    }

    fn payable<R: Recorder>(&self, rec: &mut R, amount: Money, goods: DistinctGoods) -> Included<R::Mark> {
        let paid = rec.input(amount.exact(), || {
            self.cited("payable to the customer", Paragraph::PAYABLE)
        });
        let estimate = rec.negate(&paid, || {
            self.cited("less, for what is payable to the customer", Paragraph::PAYABLE)
        });
        let DistinctGoods::FairValue(value) = goods else {
            return Included::whole(estimate);
        };
        let note = |what: &str| self.cited(what, Paragraph::PAID_FOR_GOODS);
        let value = rec.input(value.exact(), || {
            note("fair value of what the customer gives for")
        });
        let bought = rec.minimum(&[&paid, &value], || note("paid for goods of the customer,"));
        let above = rec.difference(&paid, &bought, || note("paid above their fair value,"));
        let included = rec.negate(&above, || note("less, for what is paid above the fair value,"));
        Included { estimate, included }
    }

    fn deferred<R: Recorder>(
        &self,
        rec: &mut R,
        plan: &PaymentPlan,
        annual_rate: Decimal,
        compounding: Compounding,
    ) -> Result<Included<R::Mark>, RevenueError> {
        let dues = plan.dues();
        let total: Exact = dues.values().sum();
        let estimate = rec.input(total, || self.named("payments of"));
        if self.context.one_year_expedient && plan.is_within_a_year() {
            let note = || self.cited("payments within a year, not discounted,", Paragraph::ONE_YEAR);
            let included = rec.sum(&[&estimate], note);
            return Ok(Included { estimate, included });
        }
        let mut growth = Growth::new(rec, self.context, &Exact::from(annual_rate), compounding)?;
        let value = growth.present_value(rec, &dues)?;
        let included = self.context.round(rec, &value, || {
            self.cited("present value of payments of", Paragraph::FINANCING)
        })?;
        Ok(Included { estimate, included })
    }
}
