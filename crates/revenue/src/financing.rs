use std::collections::BTreeMap;

use l2c_documents::{Fault, Faults};
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_money::{Currency, Decimal, Exact, Money, Rounding, RoundingPolicy};
use serde::{Deserialize, Serialize};

use crate::implied_rate::implied_rate;
use crate::payment_plan::{Growth, bad_rate};
use crate::price_context::PriceContext;
use crate::terms::{bad_text, fault};
use crate::{Book, Compounding, MAX_TERM_MONTHS, Paragraph, PaymentPlan, RevenueError};

/// Payments that are far from the transfer, as a host writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FinancingDocument {
    /// Its name, for explanations.
    pub id: String,
    /// The currency of every amount.
    pub currency: Currency,
    /// The standard whose paragraphs are cited.
    #[serde(default)]
    pub book: Book,
    /// How balances are rounded to the minor unit.
    #[serde(default)]
    pub rounding: Rounding,
    /// How often interest is added.
    pub compounding: Compounding,
    /// The steps in which balances and interest are shown; one for each compounding if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<FinancingStep>,
    /// Whether financing of at most a year is left out of account (606-10-32-18).
    #[serde(default)]
    pub one_year_expedient: bool,
    /// Who finances whom.
    pub terms: FinancingTerms,
}

/// Who finances whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FinancingTerms {
    /// The entity: the customer pays after the transfer.
    Deferred {
        /// What is paid and when.
        plan: PaymentPlan,
        /// At what rate, or to what cash price, it is discounted.
        discount: DiscountRate,
    },
    /// The customer: it pays before the transfer.
    Advance {
        /// What it pays, in whole minor units.
        amount: Money,
        /// The annual rate of a separate loan from the customer, as a part of one.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        annual_rate: Decimal,
        /// When the good or service is transferred, in months after the payment.
        transfer_month: u32,
    },
}

/// What discounts payments to their value at the transfer (606-10-32-19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DiscountRate {
    /// The annual rate of a separate loan to the customer, as a part of one: 0.06 is 6 %.
    AnnualRate(
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        Decimal,
    ),
    /// What the customer would pay at the transfer: the rate is the one that makes the payments worth it, from 0 to
    /// 1000 %, rounded half up to 12 decimals.
    CashPrice(Money),
}

/// The steps in which balances and interest are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FinancingStep {
    /// Month by month.
    Month,
    /// Twelve months by twelve months; the last step may be shorter.
    Year,
}

/// A checked financing component of a contract (606-10-32-15 to 32-20).
///
/// ```
/// use l2c_revenue::{FinancingComponent, FinancingDocument};
///
/// let document: FinancingDocument = serde_json::from_str(r#"{"id": "machine", "currency": "USD", "compounding": "annual",
///     "terms": {"deferred": {"discount": {"cash_price": {"amount": "100.00", "currency": "USD"}},
///         "plan": {"payments": [{"month": 24, "amount": {"amount": "121.00", "currency": "USD"}}]}}}}"#)?;
/// let component = FinancingComponent::new(document)?;
/// let figures = component.figures()?;
/// assert_eq!(figures.implied_annual_rate.unwrap().to_string(), "0.1");
/// let interest: Vec<String> = figures.steps.iter().map(|step| step.interest.to_string()).collect();
/// assert_eq!(interest, ["10.00 USD", "11.00 USD"]);
/// println!("{}", component.explain_balance(12)?.text());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinancingComponent {
    document: FinancingDocument,
    /// The annual rate; one that is implied by a cash price is looked for once.
    rate: Exact,
}

/// What financing comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FinancingFigures {
    /// Whether there is a financing component; not if it is left out of account.
    pub financing_component: bool,
    /// The price without interest: the present value of payments to come, an advance with its interest.
    pub transaction_price: Money,
    /// The sum of payments to come; none for an advance.
    pub payments_total: Option<Money>,
    /// The interest, which is never revenue (606-10-32-20): income of who is paid later, expense of who is paid before.
    pub interest_total: Money,
    /// The annual rate that the cash price implies.
    pub implied_annual_rate: Option<Exact>,
    /// The way from the first to the last payment, or to the transfer.
    pub steps: Vec<FinancedStep>,
}

/// A step on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FinancedStep {
    /// Its last month, counted from the transfer, or from the advance.
    pub month: u32,
    /// What is owed at its end.
    pub balance: Money,
    /// The interest of the step.
    pub interest: Money,
}

/// What financing comes to, before it is read off.
struct Way<M> {
    price: Figure<M>,
    /// Month, balance at its end, interest since the one before.
    steps: Vec<(u32, Figure<M>, Figure<M>)>,
}

impl FinancingComponent {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault, with its path and its paragraph; `no_rate` for a cash price that no rate from 0 to 1000 % leads to.
    pub fn new(document: FinancingDocument) -> Result<Self, Faults> {
        let name = format!("financing {}", document.id);
        let faults = faults(&document);
        if let Some(faults) = Faults::of(name.clone(), faults) {
            return Err(faults);
        }
        let one = |code, found: &str, expected: String| {
            Faults::one(
                name.clone(),
                fault("terms.deferred.discount.cash_price", code, found, &expected),
            )
        };
        let rate = match &document.terms {
            FinancingTerms::Advance { annual_rate, .. }
            | FinancingTerms::Deferred {
                discount: DiscountRate::AnnualRate(annual_rate),
                ..
            } => Exact::from(*annual_rate),
            FinancingTerms::Deferred {
                plan,
                discount: DiscountRate::CashPrice(price),
            } => {
                let dues = plan.dues();
                let context = PriceContext::plain(document.currency);
                implied_rate(&dues, &price.exact(), document.compounding, &context)
                    .map_err(|error| one(error.code(), &error.to_string(), "another plan".to_owned()))?
                    .ok_or_else(|| {
                        let total: Exact = dues.values().sum();
                        let paragraph = Paragraph::DISCOUNT_RATE;
                        let expected = format!(
                            "a price to which a rate from 0 to 1000 % discounts payments of {total} ({paragraph})"
                        );
                        one("no_rate", &price.to_string(), expected)
                    })?
            }
        };
        Ok(Self { document, rate })
    }

    /// Whether the component is left out of account: that is elected, and all falls within a year.
    fn is_left_out(&self) -> bool {
        self.document.one_year_expedient
            && match &self.document.terms {
                FinancingTerms::Deferred { plan, .. } => plan.is_within_a_year(),
                FinancingTerms::Advance { transfer_month, .. } => *transfer_month <= 12,
            }
    }

    /// What it comes to.
    ///
    /// # Errors
    /// An amount beyond the bounds of [`Money`], growth beyond those of [`Exact::power`].
    pub fn figures(&self) -> Result<FinancingFigures, RevenueError> {
        let money = |value: &Exact| Money::try_from_exact(value, self.document.currency);
        let way = self.way(&mut NoTrace, &self.ends())?;
        let price = money(&way.price.value)?;
        let payments = match &self.document.terms {
            FinancingTerms::Deferred { plan, .. } => Some(money(&plan.dues().values().sum())?),
            FinancingTerms::Advance { .. } => None,
        };
        let steps = way.steps.iter().map(|(month, balance, interest)| {
            Ok(FinancedStep {
                month: *month,
                balance: money(&balance.value)?,
                interest: money(&interest.value)?,
            })
        });
        let interest: Exact = way.steps.iter().map(|(_, _, interest)| &interest.value).sum();
        Ok(FinancingFigures {
            financing_component: !self.is_left_out(),
            transaction_price: price,
            payments_total: payments,
            interest_total: money(&interest)?,
            implied_annual_rate: match &self.document.terms {
                FinancingTerms::Deferred {
                    discount: DiscountRate::CashPrice(_),
                    ..
                } => Some(self.rate.clone()),
                _ => None,
            },
            steps: steps.collect::<Result<_, RevenueError>>()?,
        })
    }

    /// What is owed at the end of a month, counted from the transfer, or from the advance.
    ///
    /// # Errors
    /// As [`FinancingComponent::figures`].
    pub fn balance_at(&self, month: u32) -> Result<Money, RevenueError> {
        let balance = self.balance(&mut NoTrace, month)?;
        Ok(Money::try_from_exact(&balance.value, self.document.currency)?)
    }

    /// Why the transaction price is what it is.
    ///
    /// # Errors
    /// As [`FinancingComponent::figures`].
    pub fn explain_price(&self) -> Result<Explanation, RevenueError> {
        let mut trace = Trace::new();
        let price = self.way(&mut trace, &[])?.price;
        Ok(trace.finish(&price))
    }

    /// Why so much is owed at the end of a month.
    ///
    /// # Errors
    /// As [`FinancingComponent::figures`].
    pub fn explain_balance(&self, month: u32) -> Result<Explanation, RevenueError> {
        let mut trace = Trace::new();
        let balance = self.balance(&mut trace, month)?;
        Ok(trace.finish(&balance))
    }

    /// Why the step that ends with a month has the interest it has.
    ///
    /// # Errors
    /// [`RevenueError::UnknownReference`] for a month that ends no step; else as [`FinancingComponent::figures`].
    pub fn explain_interest(&self, month: u32) -> Result<Explanation, RevenueError> {
        let mut trace = Trace::new();
        let way = self.way(&mut trace, &self.ends())?;
        let step = way.steps.iter().find(|(end, ..)| *end == month);
        let (.., interest) = step.ok_or_else(|| RevenueError::UnknownReference {
            document: self.document.id.clone(),
            reference: format!("step that ends with month {month}"),
        })?;
        Ok(trace.finish(interest))
    }

    pub(crate) fn balance<R: Recorder>(
        &self,
        rec: &mut R,
        month: u32,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let mut way = self.way(rec, &[month])?;
        Ok(match way.steps.pop() {
            Some((_, balance, _)) => balance,
            // One month gives one step.
            None => rec.input(Exact::ZERO, || Note::new("nothing is owed")),
        })
    }

    /// The last months of the steps; none of what is left out of account.
    fn ends(&self) -> Vec<u32> {
        if self.is_left_out() {
            return Vec::new();
        }
        let last = match &self.document.terms {
            FinancingTerms::Deferred { plan, .. } => plan.dues().keys().next_back().copied().unwrap_or(0),
            FinancingTerms::Advance { transfer_month, .. } => *transfer_month,
        };
        let length = match (self.document.step, self.document.compounding) {
            (Some(FinancingStep::Month), _) | (None, Compounding::Monthly) => 1_u32,
            (Some(FinancingStep::Year), _) | (None, Compounding::Annual) => 12,
        };
        let steps = last.div_ceil(length);
        (1..=steps)
            .map(|step| step.saturating_mul(length).min(last))
            .collect()
    }

    fn way<R: Recorder>(&self, rec: &mut R, ends: &[u32]) -> Result<Way<R::Mark>, RevenueError> {
        let context = PriceContext {
            rounding: RoundingPolicy::minor_unit(self.document.rounding),
            book: self.document.book,
            source: &self.document.id,
            ..PriceContext::plain(self.document.currency)
        };
        match &self.document.terms {
            FinancingTerms::Deferred { plan, discount } => {
                self.deferred(rec, &context, &plan.dues(), *discount, ends)
            }
            FinancingTerms::Advance {
                amount,
                transfer_month,
                ..
            } => self.advance(rec, &context, *amount, *transfer_month, ends),
        }
    }

    fn deferred<R: Recorder>(
        &self,
        rec: &mut R,
        context: &PriceContext<'_>,
        dues: &BTreeMap<u32, Exact>,
        discount: DiscountRate,
        ends: &[u32],
    ) -> Result<Way<R::Mark>, RevenueError> {
        let note = |what: String| context.note(what, Paragraph::FINANCING);
        let (price, balances) = if self.is_left_out() {
            let undiscounted = |rec: &mut R, from: u32, what: String| {
                rec.input(dues.range(from..).map(|(_, due)| due).sum(), || {
                    context.note(what, Paragraph::ONE_YEAR)
                })
            };
            let price = undiscounted(rec, 0, "payments within a year, not discounted".to_owned());
            let owed =
                |&end: &u32| undiscounted(rec, end.saturating_add(1), format!("due after month {end}"));
            (price, ends.iter().map(owed).collect())
        } else {
            let mut growth = Growth::new(rec, context, &self.rate, self.document.compounding)?;
            let asked = ends.iter().rev().map(|&end| (end.saturating_add(1), end));
            let mut values = growth.values(rec, dues, asked)?;
            values.reverse();
            let price = match discount {
                DiscountRate::AnnualRate(_) => {
                    let value = growth.present_value(rec, dues)?;
                    context.round(rec, &value, || note("present value at the transfer".to_owned()))?
                }
                DiscountRate::CashPrice(price) => rec.input(price.exact(), || {
                    context.note("cash price", Paragraph::DISCOUNT_RATE)
                }),
            };
            (price, values)
        };
        let mut steps = Vec::with_capacity(ends.len());
        let (mut before, mut from) = (price.clone(), 0);
        for (&end, value) in ends.iter().zip(&balances) {
            let balance = context.round(rec, value, || note(format!("owed at the end of month {end}")))?;
            let paid: Exact = dues.range(from..=end).map(|(_, due)| due).sum();
            let paid = rec.input(paid, || note(format!("paid in months {from} to {end}")));
            let after = rec.sum(&[&balance, &paid], || note("owed and paid".to_owned()));
            let interest = rec.difference(&after, &before, || {
                context.note(format!("interest to the end of month {end}"), Paragraph::INTEREST)
            });
            steps.push((end, balance.clone(), interest));
            (before, from) = (balance, end.saturating_add(1));
        }
        Ok(Way { price, steps })
    }

    fn advance<R: Recorder>(
        &self,
        rec: &mut R,
        context: &PriceContext<'_>,
        amount: Money,
        transfer_month: u32,
        ends: &[u32],
    ) -> Result<Way<R::Mark>, RevenueError> {
        let advance = rec.input(amount.exact(), || context.note("advance", Paragraph::FINANCING));
        let mut growth = Growth::new(rec, context, &self.rate, self.document.compounding)?;
        let mut owed = |rec: &mut R, month: u32| {
            if self.is_left_out() {
                return Ok(rec.sum(&[&advance], || {
                    context.note("advance within a year, without interest", Paragraph::ONE_YEAR)
                }));
            }
            let grown = growth.grown(rec, &advance, month)?;
            context.round(rec, &grown, || {
                context.note(format!("owed at the end of month {month}"), Paragraph::FINANCING)
            })
        };
        let mut steps = Vec::with_capacity(ends.len());
        let mut before = advance.clone();
        for &end in ends {
            let balance = owed(rec, end)?;
            let interest = rec.difference(&balance, &before, || {
                context.note(format!("interest to the end of month {end}"), Paragraph::INTEREST)
            });
            steps.push((end, balance.clone(), interest));
            before = balance;
        }
        let price = owed(rec, transfer_month)?;
        Ok(Way { price, steps })
    }
}

/// Everything that is wrong with a document, but a price to which no rate leads.
fn faults(document: &FinancingDocument) -> Vec<Fault> {
    let mut faults: Vec<Fault> = bad_text("id".to_owned(), &document.id).into_iter().collect();
    let amount = |path: &str, amount: &Money| {
        let (code, expected) = if amount.currency() != document.currency {
            ("currency_mismatch", format!("an amount in {}", document.currency))
        } else if amount.is_negative() || amount.minor().is_err() {
            (
                "invalid_amount",
                "whole minor units of the currency, zero or above".to_owned(),
            )
        } else {
            return None;
        };
        let expected = format!("{expected} ({})", Paragraph::FINANCING);
        Some(fault(path, code, &amount.to_string(), &expected))
    };
    match &document.terms {
        FinancingTerms::Deferred { plan, discount } => {
            faults.extend(plan.faults(document.currency, "terms.deferred.plan"));
            if matches!(discount, DiscountRate::CashPrice(_)) && plan.pays_back() {
                let expected = format!(
                    "payments of zero or above, or a stated rate: a cash price then implies no single rate ({})",
                    Paragraph::DISCOUNT_RATE
                );
                let (path, found) = ("terms.deferred.plan", "a payment below zero");
                faults.push(fault(path, "invalid_amount", found, &expected));
            }
            faults.extend(match discount {
                DiscountRate::AnnualRate(rate) => {
                    bad_rate("terms.deferred.discount.annual_rate".to_owned(), *rate)
                }
                DiscountRate::CashPrice(price) => amount("terms.deferred.discount.cash_price", price),
            });
        }
        FinancingTerms::Advance {
            amount: advance,
            annual_rate,
            transfer_month,
        } => {
            faults.extend(amount("terms.advance.amount", advance));
            faults.extend(bad_rate("terms.advance.annual_rate".to_owned(), *annual_rate));
            if usize::try_from(*transfer_month).is_ok_and(|month| month > MAX_TERM_MONTHS) {
                let expected = format!("a transfer within {MAX_TERM_MONTHS} months");
                let (path, found) = ("terms.advance.transfer_month", transfer_month.to_string());
                faults.push(fault(path, "invalid_term", &found, &expected));
            }
        }
    }
    faults
}
