//! Taking a contract over from another system in the middle of its life, and running beside that system for a while.

use l2c_calendar::NaiveDate;
use l2c_explain::Recorder;
use l2c_host::{DateTime, Utc};
use l2c_ledger::Role;
use l2c_money::{Decimal, Exact, Money, decimal_string};
use serde::{Deserialize, Serialize};

use crate::account::{Document, Payment};
use crate::contract_context::Moment;
use crate::history::History;
use crate::performance::{Batch, Measured, Performance};
use crate::reassessment::Estimates;
use crate::refusal::Flaw;
use crate::replay::Replay;
use crate::{Book, Paragraph, RevenueError, RevenueEvent, RevenueRefusal, project_days};

/// What another system has accounted for of a contract by the end of the day before it is taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningBalances {
    /// Each obligation of the terms.
    pub obligations: Vec<OpeningObligation>,
    /// Billed without tax, less credit notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed: Option<Money>,
    /// Received from the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Money>,
}

/// An obligation as another system has accounted for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningObligation {
    /// The obligation.
    pub obligation: String,
    /// Its share of the transaction price. The shares come to the price of the terms.
    pub allocated: Money,
    /// Recognised of it, before what is expected back of it is taken off.
    pub recognised: Money,
    /// How much of it is done, in its measure: units delivered or taken, the share surveyed, the cost incurred, what is
    /// redeemed; 1 for what is satisfied at a point in time. Of a service time itself tells it. Left out, it is nothing
    /// where nothing is recognised, and the whole where all that is allocated is; between them it is asked for.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "decimal_string::option"
    )]
    pub done: Option<Decimal>,
    /// The milestones reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<String>,
}

impl<'a, M: Clone> Replay<'a, M> {
    /// Goes on from the figures of another system. What the price changes by later estimates reaches the part that was
    /// done before at once (606-10-32-43).
    pub(crate) fn take_over<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        opening: &'a OpeningBalances,
        on: NaiveDate,
    ) -> Result<(), Flaw> {
        let ctx = self.ctx;
        self.check_opening(opening, on)?;
        let history = History {
            terms: ctx.terms,
            inception: self.inception,
            events: Vec::new(),
        };
        let agreed = Self::begin(rec, &history, ctx.book, &Estimates::new())?;
        let opening_day = on.pred_opt().unwrap_or(on);
        let moment = Moment::end_of(opening_day);
        for (stated, agreed) in opening.obligations.iter().zip(&agreed.performances) {
            let allocated = self.in_currency("allocated", &stated.allocated)?;
            let recognised = self.in_currency("recognised", &stated.recognised)?;
            let performance = self.find_mut(&stated.obligation)?;
            performance.set_done(stated, (&allocated, &recognised), on)?;
            performance.check_progress(rec, &ctx, moment)?;
            let id = performance.id();
            let input = |rec: &mut R, value: Exact, label: String| rec.input(value, || ctx.money(label));
            let stated = input(rec, allocated, format!("allocated to {id} by the system before"));
            let recognised = input(
                rec,
                recognised,
                format!("recognised of {id} by the system before"),
            );
            let change = rec.difference(&performance.allocated, &agreed.allocated, || {
                ctx.money(format!("change of what is allocated to {id} by estimates since"))
            });
            let progress = performance.progress(rec, &ctx, moment)?;
            let exact = rec.product(&change, &progress, || {
                ctx.money(format!("change of {id} for what was done before, exact"))
            });
            let caught_up =
                ctx.rounded(rec, &exact, || format!("change of {id} for what was done before"))?;
            let earned = rec.sum(&[&recognised, &caught_up], || {
                ctx.money(format!("recognised of {id} before {on}"))
                    .cite(ctx.book.cite(Paragraph::REASSESSMENT))
            });
            let whole = rec.sum(&[&stated, &change], || {
                ctx.money(format!("allocated to {id} since inception"))
            });
            let left = rec.difference(&whole, &earned, || {
                ctx.money(format!("allocated to {id} and not recognised before {on}"))
            });
            let units = performance.delivered(&ctx, moment);
            if units.is_positive() {
                performance.batches.push(Batch {
                    units,
                    gross: earned.clone(),
                });
            }
            performance.earned_before = earned;
            performance.allocated = left.clone();
            performance.exact = left;
            performance.origin = progress;
        }
        let billed = match &opening.billed {
            Some(billed) => self.in_currency("billed", billed)?,
            None => Exact::ZERO,
        };
        let received = self.optional("received", opening.received.as_ref())?;
        if let Some(account) = self.accounts.first_mut() {
            account.documents.push(Document {
                on: opening_day,
                id: "opening balance",
                obligation: None,
                net: billed,
                tax: Exact::ZERO,
            });
            account.payments.push(Payment {
                document: None,
                amount: received,
            });
        }
        Ok(())
    }

    /// Every obligation once, with the price of the terms, before anything else has happened.
    fn check_opening(&self, opening: &OpeningBalances, on: NaiveDate) -> Result<(), Flaw> {
        let refuse = |found: String, expected: String| {
            Flaw::from(RevenueRefusal::InvalidOpening {
                effective: on,
                found,
                expected,
            })
        };
        let ids: Vec<&str> = opening
            .obligations
            .iter()
            .map(|obligation| obligation.obligation.as_str())
            .collect();
        let promised: Vec<&str> = self.performances.iter().map(Performance::id).collect();
        if ids != promised {
            return Err(refuse(
                format!("obligations {}", ids.join(", ")),
                format!("{}, in this order, before any other fact", promised.join(", ")),
            ));
        }
        let mut stated = Exact::ZERO;
        for obligation in &opening.obligations {
            stated += &self.in_currency("allocated", &obligation.allocated)?;
        }
        let allocated = |replay: &Self| {
            replay.performances.iter().fold(Exact::ZERO, |sum, performance| {
                &sum + &performance.allocated.value
            })
        };
        let price = allocated(self);
        if self.estimates_are_original && stated != price {
            return Err(refuse(
                format!("{stated} allocated"),
                format!("the price of the terms, {price}"),
            ));
        }
        Ok(())
    }
}

impl<M: Clone> Performance<'_, M> {
    /// All of it in its measure, where that is one number.
    fn whole(&self) -> Option<Exact> {
        match &self.measured {
            Measured::PointInTime { .. } | Measured::Percent { .. } => Some(Exact::ONE),
            Measured::Units { total, .. } => total.clone(),
            Measured::Redemption { expected, .. } => Some(expected.clone()),
            Measured::CostToCost(costs) if costs.uninstalled_total.is_zero() => costs.estimated_total.clone(),
            _ => None,
        }
    }

    /// Whether nothing has to be told of what is done.
    const fn is_told_by_time(&self) -> bool {
        matches!(
            self.measured,
            Measured::Time { .. } | Measured::MaterialRight { .. }
        )
    }

    /// The field of the opening balances that tells what is done, and in what measure.
    const fn told_by(&self) -> (&'static str, &'static str) {
        match self.measured {
            Measured::PointInTime { .. } => ("done", "1 if control has passed, 0 if not"),
            Measured::Units { .. } => ("done", "the units delivered"),
            Measured::Milestones { .. } => ("milestones", "those that are reached"),
            Measured::CostToCost(_) => ("done", "the cost incurred"),
            Measured::Redemption { .. } => ("done", "what is redeemed"),
            Measured::TakeOrPay { .. } => ("done", "the units taken"),
            _ => ("done", "the share that is done, between 0 and 1"),
        }
    }

    fn set_done(
        &mut self,
        opening: &OpeningObligation,
        (allocated, recognised): (&Exact, &Exact),
        on: NaiveDate,
    ) -> Result<(), Flaw> {
        let done = match opening.done {
            Some(done) => Exact::from(done),
            None if recognised.is_zero() => Exact::ZERO,
            None => {
                // What is recognised as a whole is done as a whole.
                let whole = self.whole().filter(|_| recognised == allocated);
                let is_told = !opening.milestones.is_empty() || self.is_told_by_time();
                match whole {
                    Some(whole) => whole,
                    None if is_told => Exact::ZERO,
                    None => {
                        let (id, (field, what)) = (&opening.obligation, self.told_by());
                        return Err(RevenueRefusal::InvalidOpening {
                            effective: on,
                            found: format!(
                                "{recognised} of {allocated} recognised of `{id}` and no `{field}`"
                            ),
                            expected: format!("`{field}` of `{id}`: {what}"),
                        }
                        .into());
                    }
                }
            }
        };
        if done.is_negative() {
            return Err(Flaw::amount("done", &done, "zero or above"));
        }
        match &mut self.measured {
            Measured::PointInTime {
                transferred,
                accepted,
            } => {
                if done == Exact::ONE {
                    (*transferred, *accepted) = (on.pred_opt(), on.pred_opt());
                } else if !done.is_zero() {
                    return Err(Flaw::progress(&opening.obligation, &done));
                }
            }
            Measured::Time { .. } => {}
            Measured::Units { delivered, .. } => *delivered = done,
            Measured::Percent { cumulative } => *cumulative = done,
            Measured::Milestones { reached } => {
                let crate::Measure::Milestones { milestones } = &self.obligation.measure else {
                    return Ok(());
                };
                for id in &opening.milestones {
                    let known = milestones.iter().find(|milestone| milestone.id == *id);
                    reached.insert(&known.ok_or_else(|| Flaw::unknown("milestone", id))?.id);
                }
            }
            Measured::CostToCost(costs) => {
                costs.incurred = done.clone();
                costs.incurred_before = done;
            }
            Measured::Redemption { redeemed, .. } => *redeemed = done,
            Measured::MaterialRight { .. } => {}
            Measured::TakeOrPay { taken, .. } => *taken = done,
        }
        Ok(())
    }
}

/// What another system shows of a contract at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportedBalance {
    /// The day.
    pub on: NaiveDate,
    /// The account role; [`Role::Revenue`] since inception.
    pub role: Role,
    /// Its balance; a debit is above zero.
    pub balance: Money,
}

/// Where this engine and another system differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BalanceDifference {
    /// The day.
    pub on: NaiveDate,
    /// The account role.
    pub role: Role,
    /// The balance here.
    pub ours: Money,
    /// The balance there.
    pub reported: Money,
    /// Ours less theirs.
    pub difference: Money,
}

/// Runs beside another system: every balance that it reports and that is another one here, in the order reported.
/// [`explain()`](crate::explain()) derives ours.
///
/// # Errors
/// As [`project`](crate::project); [`RevenueError::Money`] for a balance in another currency.
pub fn parallel_run(
    events: &[RevenueEvent],
    known_at: DateTime<Utc>,
    book: Book,
    reported: &[ReportedBalance],
) -> Result<Vec<BalanceDifference>, RevenueError> {
    let days: Vec<NaiveDate> = reported.iter().map(|balance| balance.on).collect();
    let ours = project_days(events, known_at, book, &days)?;
    let mut differences = Vec::new();
    for (theirs, day) in reported.iter().zip(&ours) {
        let ours = day.balance(theirs.role);
        let difference = ours.checked_sub(&theirs.balance)?;
        if !difference.is_zero() {
            differences.push(BalanceDifference {
                on: theirs.on,
                role: theirs.role,
                ours,
                reported: theirs.balance,
                difference,
            });
        }
    }
    Ok(differences)
}
