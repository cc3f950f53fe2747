use l2c_calendar::{NaiveDate, Period};
use l2c_documents::{Check, Faults};
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_ledger::{Header, JournalEntry, LegalEntity, Role};
use l2c_money::{Currency, Decimal, Exact, Money, Rounding, RoundingPolicy};
use serde::{Deserialize, Serialize};

use crate::judgement::{Judged, Repurchase, RepurchaseRight, RepurchaseTreatment};
use crate::payment_plan::{CARRIED, SETTLED, bad_rate};
use crate::repurchase_position::{RepurchaseFigure, RepurchasePosition};
use crate::{Book, Convention, Paragraph, RevenueError};

/// A sale of goods that the entity must, may or can be made to buy back: a financing, a lease, or a sale with a right of
/// return (606-10-55-66 to 55-78, IFRS 15.B64-B76).
///
/// ```
/// use l2c_revenue::judgement::{RepurchaseRight, RepurchaseTreatment};
/// use l2c_revenue::money::{Currency, Money, dec};
/// use l2c_revenue::{Book, RepurchaseAgreement, RepurchaseOutcome, TimeValue};
///
/// // Sold for 1,000,000; the entity may buy back at the end of the year for 1,100,000, and borrows at 6 %.
/// let usd = |amount| Money::new(amount, Currency::USD);
/// let agreement = RepurchaseAgreement {
///     right: RepurchaseRight::Call,
///     sale_date: "2027-01-01".parse()?,
///     sale_price: usd(dec!(1000000))?,
///     repurchase_date: "2027-12-31".parse()?,
///     repurchase_price: usd(dec!(1100000))?,
///     sale_and_leaseback: false,
///     time_value: TimeValue::AtRate { annual_rate: dec!(0.06) },
///     accrual: Default::default(),
///     interest: Default::default(),
///     rounding: Default::default(),
/// };
/// assert_eq!(agreement.judge(Book::Asc606)?.treatment, RepurchaseTreatment::Financing);
/// let position = agreement.position("2027-06-30".parse()?, RepurchaseOutcome::Open, Book::Asc606)?;
/// let position = position.expect("a sale with a right of return has no position of its own");
/// assert_eq!(position.financial_liability.to_string(), "1048398.13 USD"); // 1,000,000 x 1.1^(181/365)
/// assert_eq!(position.interest_expense.to_string(), "48398.13 USD");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RepurchaseAgreement {
    /// Who can bring the repurchase about.
    pub right: RepurchaseRight,
    /// The day of the sale.
    pub sale_date: NaiveDate,
    /// What the customer pays, in whole minor units; zero or above.
    pub sale_price: Money,
    /// The day of the repurchase, after that of the sale.
    pub repurchase_date: NaiveDate,
    /// What the entity then pays, in whole minor units; zero or above.
    pub repurchase_price: Money,
    /// It is part of a sale and leaseback.
    #[serde(default)]
    pub sale_and_leaseback: bool,
    /// How the two prices are compared.
    pub time_value: TimeValue,
    /// How the time between the two days is counted; both belong to it.
    #[serde(default)]
    pub accrual: Convention,
    /// How interest accrues.
    #[serde(default)]
    pub interest: InterestAccrual,
    /// How figures are rounded to the minor unit.
    #[serde(default)]
    pub rounding: Rounding,
}

/// How the prices of a repurchase are compared (606-10-55-69, 55-77, IFRS 15.B67, B75).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TimeValue {
    /// As they are worth on the day of the sale: the repurchase price is discounted for the days between, a year being
    /// 365. A lease then begins with that value as its liability.
    AtRate {
        /// The rate of a year as a part of one; above -1.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        annual_rate: Decimal,
    },
    /// As they are: the difference is immaterial.
    Immaterial,
}

/// How interest accrues between the two days of a repurchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InterestAccrual {
    /// At the constant rate that leads from one price to the other; straight line if one of them is zero.
    #[default]
    Effective,
    /// Evenly.
    StraightLine,
}

/// What becomes of the right on the day of the repurchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepurchaseOutcome {
    /// It is not known yet.
    #[default]
    Open,
    /// The goods stay with the customer.
    Lapse,
    /// The goods are bought back.
    Exercise,
}

const FINANCING: Paragraph = Paragraph::new("606-10-55-70", "B68");
const LEASE: Paragraph = Paragraph::new("606-10-55-68(a)", "B66(a)");
const LEASE_BY_PUT: Paragraph = Paragraph::new("606-10-55-72", "B70");
const LAPSE: Paragraph = Paragraph::new("606-10-55-71", "B69");
const LAPSE_OF_PUT: Paragraph = Paragraph::new("606-10-55-78", "B76");
const TIME_VALUE: Paragraph = Paragraph::new("606-10-55-69", "B67");
const TIME_VALUE_OF_PUT: Paragraph = Paragraph::new("606-10-55-77", "B75");

impl RepurchaseAgreement {
    /// What the sale is, and why.
    ///
    /// # Errors
    /// [`RevenueError::InvalidDocument`]: `invalid_term` for a sale that is not before the repurchase, `invalid_amount` for
    /// a price below zero or finer than the minor unit, `currency_mismatch`, `invalid_rate`.
    /// [`RevenueError::MissingFact`] as [`Repurchase::judge`]; [`RevenueError::Money`] outside the bounds of [`Money`].
    pub fn judge(&self, book: Book) -> Result<Judged<RepurchaseTreatment>, RevenueError> {
        self.check()?;
        let worth = self.worth_at_sale(&mut NoTrace, book)?;
        self.facts(&worth)?.judge(book)
    }

    /// Where it stands at the end of a day, with what became of it; nothing for a sale with a right of return, which is
    /// revenue less expected returns.
    ///
    /// # Errors
    /// As [`judge`](Self::judge).
    pub fn position(
        &self,
        on: NaiveDate,
        outcome: RepurchaseOutcome,
        book: Book,
    ) -> Result<Option<RepurchasePosition>, RevenueError> {
        let Some(derived) = self.derive(&mut NoTrace, on, outcome, book)? else {
            return Ok(None);
        };
        let money = |figure: &Figure<()>| Money::try_from_exact(&figure.value, self.currency());
        Ok(Some(RepurchasePosition {
            cash: money(&derived.cash)?,
            financial_liability: money(&derived.financial_liability)?,
            deferred_lease_income: money(&derived.deferred_lease_income)?,
            revenue: money(&derived.revenue)?,
            lease_income: money(&derived.lease_income)?,
            interest_expense: money(&derived.interest_expense)?,
        }))
    }

    /// Why a figure of the position is what it is, by the same code.
    ///
    /// # Errors
    /// As [`judge`](Self::judge).
    pub fn explain(
        &self,
        figure: RepurchaseFigure,
        on: NaiveDate,
        outcome: RepurchaseOutcome,
        book: Book,
    ) -> Result<Option<Explanation>, RevenueError> {
        let mut trace = Trace::new();
        let Some(derived) = self.derive(&mut trace, on, outcome, book)? else {
            return Ok(None);
        };
        Ok(Some(trace.finish(match figure {
            RepurchaseFigure::Cash => &derived.cash,
            RepurchaseFigure::FinancialLiability => &derived.financial_liability,
            RepurchaseFigure::DeferredLeaseIncome => &derived.deferred_lease_income,
            RepurchaseFigure::Revenue => &derived.revenue,
            RepurchaseFigure::LeaseIncome => &derived.lease_income,
            RepurchaseFigure::InterestExpense => &derived.interest_expense,
        })))
    }

    /// What moves on the days of a period, as one balanced entry on its last day; nothing if nothing moves.
    ///
    /// `id` names the agreement: its lines have it as their subject.
    ///
    /// # Errors
    /// As [`judge`](Self::judge), and [`RevenueError::Ledger`].
    pub fn entry(
        &self,
        id: &str,
        entity: LegalEntity,
        days: Period,
        outcome: RepurchaseOutcome,
        book: Book,
    ) -> Result<Option<JournalEntry>, RevenueError> {
        let treatment = self.judge(book)?.treatment;
        let last = days.last_day();
        let Some(after) = self.position(last, outcome, book)? else {
            return Ok(None);
        };
        let before = match days.start().pred_opt() {
            Some(day) => self.position(day, outcome, book)?,
            None => None,
        };
        let lines = after.lines(before.as_ref(), entity, id)?;
        if lines.is_empty() {
            return Ok(None);
        }
        let lapsed = lines.iter().any(|line| line.role == Role::Revenue);
        let mut citations = vec![book.reference(self.paragraph(treatment))];
        citations.extend(lapsed.then(|| book.reference(self.lapse())));
        let header = Header {
            id: format!("{id}/{last}"),
            posting_date: last,
            effective_date: last,
            source: format!("{id} through {last}"),
            memo: format!("Repurchase agreement, {treatment}"),
            citations,
        };
        Ok(Some(JournalEntry::new(header, lines)?))
    }

    const fn currency(&self) -> Currency {
        self.sale_price.currency()
    }

    const fn is_put(&self) -> bool {
        matches!(self.right, RepurchaseRight::Put { .. })
    }

    fn paragraph(&self, treatment: RepurchaseTreatment) -> Paragraph {
        match treatment {
            RepurchaseTreatment::Lease if self.is_put() => LEASE_BY_PUT,
            RepurchaseTreatment::Lease => LEASE,
            _ => FINANCING,
        }
    }

    const fn lapse(&self) -> Paragraph {
        if self.is_put() { LAPSE_OF_PUT } else { LAPSE }
    }

    fn facts<M>(&self, worth_at_sale: &Figure<M>) -> Result<Repurchase, RevenueError> {
        Ok(Repurchase {
            right: self.right,
            sale_price: self.sale_price,
            repurchase_price: self.repurchase_price,
            repurchase_price_at_sale: Money::try_from_exact(&worth_at_sale.value, self.currency())?,
            sale_and_leaseback: self.sale_and_leaseback,
        })
    }

    /// What the repurchase price is worth on the day of the sale.
    fn worth_at_sale<R: Recorder>(&self, rec: &mut R, book: Book) -> Result<Figure<R::Mark>, RevenueError> {
        let price = rec.input(self.repurchase_price.exact(), || self.note("repurchase price"));
        let TimeValue::AtRate { annual_rate } = self.time_value else {
            return Ok(price);
        };
        let days = self
            .repurchase_date
            .signed_duration_since(self.sale_date)
            .num_days();
        let growth = rec.input(Exact::ONE + Exact::from(annual_rate), || {
            Note::new("growth in a year")
        });
        let years = rec.input(Exact::ratio(days.saturating_neg(), 365)?, || {
            Note::new("years from the repurchase back to the sale")
        });
        let discount = rec.power(&growth, &years, CARRIED, Rounding::HalfEven, || {
            Note::new("discount")
        })?;
        let worth = rec.product(&price, &discount, || self.note("worth at the sale, exact"));
        let paragraph = if self.is_put() {
            TIME_VALUE_OF_PUT
        } else {
            TIME_VALUE
        };
        self.rounded(rec, &worth, || {
            self.note("repurchase price as it is worth at the sale")
                .cite(book.cite(paragraph))
        })
    }

    fn derive<R: Recorder>(
        &self,
        rec: &mut R,
        on: NaiveDate,
        outcome: RepurchaseOutcome,
        book: Book,
    ) -> Result<Option<Derived<R::Mark>>, RevenueError> {
        self.check()?;
        let worth = self.worth_at_sale(rec, book)?;
        let treatment = self.facts(&worth)?.judge(book)?.treatment;
        let nothing = rec.input(Exact::ZERO, || self.note("nothing"));
        let sale = rec.input(self.sale_price.exact(), || self.note("sale price"));
        let owed = match treatment {
            RepurchaseTreatment::Financing => sale.clone(),
            RepurchaseTreatment::Lease => worth,
            RepurchaseTreatment::SaleWithRightOfReturn => return Ok(None),
        };
        if on < self.sale_date {
            return Ok(Some(Derived {
                cash: nothing.clone(),
                financial_liability: nothing.clone(),
                deferred_lease_income: nothing.clone(),
                revenue: nothing.clone(),
                lease_income: nothing.clone(),
                interest_expense: nothing,
            }));
        }
        let cite = |note: Note| note.cite(book.cite(self.paragraph(treatment)));
        let share = self.share(rec, on)?;
        let repurchase = rec.input(self.repurchase_price.exact(), || self.note("repurchase price"));
        let interest = self.accrued(rec, &owed, &repurchase, &share)?;
        let interest = self.rounded(rec, &interest, || cite(self.note("interest expense")))?;
        let liability = rec.sum(&[&owed, &interest], || cite(self.note("financial liability")));
        let rent = rec.difference(&sale, &owed, || self.note("rent of the whole lease"));
        let earned = rec.product(&rent, &share, || self.note("rent earned, exact"));
        let earned = self.rounded(rec, &earned, || cite(self.note("lease income")))?;
        let deferred = rec.difference(&rent, &earned, || cite(self.note("deferred lease income")));
        let outcome = if on < self.repurchase_date {
            RepurchaseOutcome::Open
        } else {
            outcome
        };
        let (cash, financial_liability, revenue) = match outcome {
            RepurchaseOutcome::Open => (sale, liability, nothing),
            RepurchaseOutcome::Exercise => {
                let paid = rec.difference(&sale, &repurchase, || self.note("received less paid back"));
                let left = rec.difference(&liability, &repurchase, || {
                    cite(self.note("liability left once the goods are bought back"))
                });
                (paid, left, nothing)
            }
            RepurchaseOutcome::Lapse => {
                let revenue = rec.sum(&[&liability], || {
                    self.note("revenue: owed when the right lapsed")
                        .cite(book.cite(self.lapse()))
                });
                (sale, nothing, revenue)
            }
        };
        Ok(Some(Derived {
            cash,
            financial_liability,
            deferred_lease_income: deferred,
            revenue,
            lease_income: earned,
            interest_expense: interest,
        }))
    }

    /// The part of the time between the two days that has passed by the end of a day.
    fn share<R: Recorder>(&self, rec: &mut R, on: NaiveDate) -> Result<Figure<R::Mark>, RevenueError> {
        let term = Period::inclusive(self.sale_date, self.repurchase_date)?;
        let (served, whole) = self.accrual.served(&term, on);
        let served = rec.input(served, || Note::new(format!("time passed by the end of {on}")));
        let whole = rec.input(whole, || Note::new(format!("time of {term}")));
        Ok(rec.quotient(&served, &whole, || {
            Note::new(format!("part of the time passed by the end of {on}")).percent()
        })?)
    }

    /// Interest for a part of the time, from what is owed at the sale to the repurchase price.
    fn accrued<R: Recorder>(
        &self,
        rec: &mut R,
        owed: &Figure<R::Mark>,
        repurchase: &Figure<R::Mark>,
        share: &Figure<R::Mark>,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let effective = self.interest == InterestAccrual::Effective
            && !owed.value.is_zero()
            && !repurchase.value.is_zero();
        if !effective {
            let whole = rec.difference(repurchase, owed, || self.note("interest of the whole time"));
            return Ok(rec.product(&whole, share, || self.note("interest expense, exact")));
        }
        let growth = rec.quotient(repurchase, owed, || Note::new("growth over the whole time"))?;
        let growth = rec.power(&growth, share, CARRIED, Rounding::HalfEven, || {
            Note::new("growth in the part of the time")
        })?;
        let grown = rec.product(owed, &growth, || self.note("owed with interest, exact"));
        Ok(rec.difference(&grown, owed, || self.note("interest expense, exact")))
    }

    /// A figure rounded to the minor unit. What a power has left of it is settled first, so that a half is a half.
    fn rounded<R: Recorder>(
        &self,
        rec: &mut R,
        figure: &Figure<R::Mark>,
        note: impl FnOnce() -> Note,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let currency = self.currency();
        let once = rec.input(Exact::ONE, || Note::new("one"));
        let settled = rec.power(figure, &once, SETTLED, Rounding::HalfEven, || {
            self.note(&format!("in {SETTLED} decimals"))
        })?;
        Ok(rec.round(
            &settled,
            RoundingPolicy::minor_unit(self.rounding),
            currency,
            note,
        )?)
    }

    fn note(&self, label: &str) -> Note {
        Note::new(label).money(self.currency())
    }

    fn check(&self) -> Result<(), Faults> {
        let mut check = Check::new("repurchase agreement");
        if self.sale_date >= self.repurchase_date {
            let message = format!(
                "{}; expected a day after {}",
                self.repurchase_date, self.sale_date
            );
            check.fault("repurchase_date", "invalid_term", message);
        }
        for (path, price) in [
            ("sale_price", self.sale_price),
            ("repurchase_price", self.repurchase_price),
        ] {
            if price.is_negative() || price.minor().is_err() {
                let message = format!("{price}; expected whole minor units, zero or above");
                check.fault(path, "invalid_amount", message);
            }
        }
        if self.repurchase_price.currency() != self.currency() {
            let (found, expected) = (self.repurchase_price, self.currency());
            let message = format!("{found}; expected a price in {expected}, as the sale price");
            check.fault("repurchase_price", "currency_mismatch", message);
        }
        if let TimeValue::AtRate { annual_rate } = self.time_value {
            check.extend(bad_rate("time_value.at_rate.annual_rate".to_owned(), annual_rate));
        }
        check.finish(())
    }
}

/// The figures of a position, each with its place in the derivation.
struct Derived<M> {
    cash: Figure<M>,
    financial_liability: Figure<M>,
    deferred_lease_income: Figure<M>,
    revenue: Figure<M>,
    lease_income: Figure<M>,
    interest_expense: Figure<M>,
}
