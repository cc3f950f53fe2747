//! Payments that fall due after the transfer, and what they are worth at any month.

use std::collections::BTreeMap;

use l2c_documents::Fault;
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Currency, Decimal, Exact, Money, Rounding, dec};
use serde::{Deserialize, Serialize};

use crate::price_context::PriceContext;
use crate::terms::fault;
use crate::{MAX_TERM_MONTHS, Paragraph, RevenueError};

/// Payments that are agreed with the transfer of a good, by months from it: single ones, equal instalments, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PaymentPlan {
    /// Single payments, in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<DeferredPayment>,
    /// Equal payments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instalments: Option<Instalments>,
}

/// One payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeferredPayment {
    /// Months after the transfer; 0 is the transfer itself.
    pub month: u32,
    /// What is paid, in whole minor units; below zero if it is paid back.
    pub amount: Money,
}

/// Equal payments at equal distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Instalments {
    /// How many.
    pub count: u32,
    /// When the first is due, in months after the transfer.
    pub first_month: u32,
    /// What each pays, in whole minor units; below zero if it is paid back.
    pub amount: Money,
    /// Months from one to the next.
    #[serde(default = "one_month")]
    pub every_months: u32,
}

/// How often interest is added to what is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Compounding {
    /// Once a year: (1 + rate)^(months / 12), for part of a year too.
    Annual,
    /// Once a month: (1 + rate / 12)^months.
    Monthly,
}

impl PaymentPlan {
    /// What is due in each month, in order.
    pub(crate) fn dues(&self) -> BTreeMap<u32, Exact> {
        let mut dues: BTreeMap<u32, Exact> = BTreeMap::new();
        let mut due = |month, amount: Money| {
            *dues.entry(month).or_default() += &amount.exact();
        };
        for payment in &self.payments {
            due(payment.month, payment.amount);
        }
        if let Some(plan) = &self.instalments {
            // A plan is checked before it is read; one that is not stops at the longest term.
            let limit = u32::try_from(MAX_TERM_MONTHS).unwrap_or(u32::MAX);
            let mut month = plan.first_month;
            for _ in 0..plan.count.min(limit) {
                due(month, plan.amount);
                month = month.saturating_add(plan.every_months);
            }
        }
        dues
    }

    /// Whether something is paid back: then several rates, or none, may make the payments worth a cash price.
    pub(crate) fn pays_back(&self) -> bool {
        let instalment = self.instalments.map(|plan| plan.amount);
        let mut amounts = self.payments.iter().map(|due| due.amount).chain(instalment);
        amounts.any(|amount| amount.is_negative())
    }

    /// Whether the last payment is due within a year.
    pub(crate) fn is_within_a_year(&self) -> bool {
        self.dues().keys().next_back().is_none_or(|last| *last <= 12)
    }

    /// Everything that is wrong with it, at a path of a document in a currency.
    pub(crate) fn faults(&self, currency: Currency, path: &str) -> Vec<Fault> {
        let limit = u32::try_from(MAX_TERM_MONTHS).unwrap_or(u32::MAX);
        let mut faults = Vec::new();
        let mut refuse = |field: String, code, found: String, expected: String| {
            let expected = format!("{expected} ({})", Paragraph::FINANCING);
            faults.push(fault(format!("{path}{field}"), code, &found, &expected));
        };
        let count = self.payments.len();
        if count > MAX_TERM_MONTHS {
            refuse(
                ".payments".to_owned(),
                "count",
                count.to_string(),
                format!("at most {MAX_TERM_MONTHS}"),
            );
            return faults;
        }
        let instalments = self.instalments.iter().filter(|plan| plan.count > 0);
        if count == 0 && instalments.count() == 0 {
            refuse(
                String::new(),
                "invalid_term",
                "no payment".to_owned(),
                "a payment".to_owned(),
            );
        }
        let numbered = self.payments.iter().enumerate();
        let mut rows: Vec<(String, u32, Money)> = numbered
            .map(|(index, payment)| (format!(".payments[{index}]"), payment.month, payment.amount))
            .collect();
        if let Some(plan) = &self.instalments {
            let last = plan.count.saturating_sub(1).saturating_mul(plan.every_months);
            rows.push((
                ".instalments".to_owned(),
                plan.first_month.saturating_add(last),
                plan.amount,
            ));
            if plan.every_months == 0 {
                let expected = "1 month or more".to_owned();
                refuse(
                    ".instalments.every_months".to_owned(),
                    "invalid_term",
                    "0".to_owned(),
                    expected,
                );
            }
            if plan.count > limit {
                let field = ".instalments.count".to_owned();
                refuse(field, "count", plan.count.to_string(), format!("at most {limit}"));
            }
        }
        for (field, month, amount) in rows {
            if month > limit {
                let expected = format!("a payment within {limit} months");
                refuse(field.clone(), "invalid_term", format!("month {month}"), expected);
            }
            if amount.currency() != currency {
                let expected = format!("an amount in {currency}");
                refuse(
                    format!("{field}.amount"),
                    "currency_mismatch",
                    amount.to_string(),
                    expected,
                );
            } else if amount.minor().is_err() {
                let expected = "whole minor units of the currency".to_owned();
                refuse(
                    format!("{field}.amount"),
                    "invalid_amount",
                    amount.to_string(),
                    expected,
                );
            }
        }
        faults
    }
}

/// Decimals that a value carries from payment to payment, and to which growth is computed. An amount has at most 19 digits
/// before its point and a plan at most [`MAX_TERM_MONTHS`] payments, so what is lost on the way stays below 10^-37.
pub(crate) const CARRIED: u32 = 60;
/// Decimals to which a value is settled before it is rounded for the books: so few that one which is exactly a half of a
/// minor unit is seen as one in spite of what was lost, and so many that another is not.
pub(crate) const SETTLED: u32 = 30;

/// How an amount grows with time at a rate.
pub(crate) struct Growth<'a, R: Recorder> {
    compounding: Compounding,
    /// Growth from one date of compounding to the next.
    base: Figure<R::Mark>,
    one: Figure<R::Mark>,
    context: &'a PriceContext<'a>,
    /// What is known by the months it takes, forward or (below zero) back.
    factors: BTreeMap<i64, Figure<R::Mark>>,
}

impl<'a, R: Recorder> Growth<'a, R> {
    /// Growth at an annual rate.
    pub(crate) fn new(
        rec: &mut R,
        context: &'a PriceContext<'a>,
        annual_rate: &Exact,
        compounding: Compounding,
    ) -> Result<Self, RevenueError> {
        let cite = context.book.cite(Paragraph::DISCOUNT_RATE);
        let one = rec.input(Exact::ONE, || Note::new("one"));
        let rate = rec.input(annual_rate.clone(), || {
            Note::new("annual rate").percent().cite(cite)
        });
        let rate = match compounding {
            Compounding::Annual => rate,
            Compounding::Monthly => {
                let months = rec.input(Exact::integer(12), || Note::new("months of a year"));
                rec.quotient(&rate, &months, || Note::new("monthly rate").percent())?
            }
        };
        let base = rec.sum(&[&one, &rate], || {
            Note::new(match compounding {
                Compounding::Annual => "growth in a year",
                Compounding::Monthly => "growth in a month",
            })
        });
        Ok(Self {
            compounding,
            base,
            one,
            context,
            factors: BTreeMap::new(),
        })
    }

    /// What one unit grows to in some months; below zero, what it was worth so long before.
    fn factor(&mut self, rec: &mut R, months: i64) -> Result<Figure<R::Mark>, RevenueError> {
        if let Some(known) = self.factors.get(&months) {
            return Ok(known.clone());
        }
        let exponent = match self.compounding {
            Compounding::Annual => Exact::ratio(months, 12)?,
            Compounding::Monthly => Exact::integer(months),
        };
        let exponent = rec.input(exponent, || match self.compounding {
            Compounding::Annual => Note::new("years"),
            Compounding::Monthly => Note::new("months"),
        });
        let factor = rec.power(&self.base, &exponent, CARRIED, Rounding::HalfEven, || {
            Note::new(if months < 0 {
                format!("discount for {} months", months.unsigned_abs())
            } else {
                format!("growth in {months} months")
            })
        })?;
        self.factors.insert(months, factor.clone());
        Ok(factor)
    }

    /// An amount, some months later.
    pub(crate) fn grown(
        &mut self,
        rec: &mut R,
        amount: &Figure<R::Mark>,
        months: u32,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let factor = self.factor(rec, i64::from(months))?;
        let context = self.context;
        let grown = rec.product(amount, &factor, || {
            context.note(format!("grown for {months} months"), Paragraph::FINANCING)
        });
        self.settled(rec, &grown, SETTLED)
    }

    /// What payments are worth: for each pair (from, at), those due in month `from` or later, at month `at`. The pairs
    /// stand from the latest to the earliest, `at` not after `from`. Values are settled, but not rounded for the books.
    pub(crate) fn values(
        &mut self,
        rec: &mut R,
        dues: &BTreeMap<u32, Exact>,
        asked: impl IntoIterator<Item = (u32, u32)>,
    ) -> Result<Vec<Figure<R::Mark>>, RevenueError> {
        let context = self.context;
        let mut dues = dues.iter().rev().peekable();
        // One way back through time: what all payments so far are worth at the month reached.
        let mut reached: Option<(u32, Figure<R::Mark>)> = None;
        let mut values = Vec::new();
        for (from, at) in asked {
            while let Some((&month, amount)) = dues.next_if(|(month, _)| **month >= from) {
                let due = rec.input(amount.clone(), || {
                    context.note(format!("due in month {month}"), Paragraph::FINANCING)
                });
                let value = match reached {
                    None => due,
                    Some((later, value)) => {
                        let value = self.discounted(rec, &value, later, month)?;
                        rec.sum(&[&due, &value], || {
                            context.note(format!("worth in month {month}"), Paragraph::FINANCING)
                        })
                    }
                };
                reached = Some((month, value));
            }
            values.push(match reached.take() {
                None => rec.input(Exact::ZERO, || {
                    context.note("nothing is due any more", Paragraph::FINANCING)
                }),
                Some((month, value)) => {
                    let value = self.discounted(rec, &value, month, at)?;
                    let settled = self.settled(rec, &value, SETTLED)?;
                    reached = Some((at, value));
                    settled
                }
            });
        }
        Ok(values)
    }

    /// What all payments are worth at the transfer.
    pub(crate) fn present_value(
        &mut self,
        rec: &mut R,
        dues: &BTreeMap<u32, Exact>,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let value = self.values(rec, dues, [(0, 0)])?.pop();
        Ok(value.unwrap_or_else(|| rec.input(Exact::ZERO, || Note::new("nothing is due"))))
    }

    /// A value at a month, at an earlier one.
    fn discounted(
        &mut self,
        rec: &mut R,
        value: &Figure<R::Mark>,
        at: u32,
        earlier: u32,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let months = i64::from(earlier).saturating_sub(i64::from(at));
        if months == 0 {
            return Ok(value.clone());
        }
        let factor = self.factor(rec, months)?;
        let context = self.context;
        let value = rec.product(value, &factor, || {
            context.note(format!("discounted to month {earlier}"), Paragraph::FINANCING)
        });
        self.settled(rec, &value, CARRIED)
    }

    /// The value in so many decimals: the first power of it.
    fn settled(
        &self,
        rec: &mut R,
        value: &Figure<R::Mark>,
        scale: u32,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let currency = self.context.currency;
        Ok(rec.power(value, &self.one, scale, Rounding::HalfEven, || {
            Note::new(format!("in {scale} decimals")).money(currency)
        })?)
    }
}

/// What is wrong with an annual rate, at a path.
pub(crate) fn bad_rate(path: String, rate: Decimal) -> Option<Fault> {
    (rate <= dec!(-1)).then(|| {
        let expected = format!("a rate above -1, which is -100 % ({})", Paragraph::DISCOUNT_RATE);
        fault(path, "invalid_rate", &rate.to_string(), &expected)
    })
}

const fn one_month() -> u32 {
    1
}
