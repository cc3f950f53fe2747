use l2c_calendar::{CalendarError, FiscalMonth, NaiveDate, Period};
use l2c_money::{Decimal, Exact, Money, MoneyError};
use serde::{Deserialize, Serialize};

use super::Cost;
use crate::Convention;

/// How the goods or services that a cost relates to are transferred: the systematic basis of its amortisation
/// (340-40-35-1, IFRS 15.99).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Amortisation {
    /// Evenly over time.
    StraightLine {
        /// The first day; absent: the day on which the cost is incurred.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<NaiveDate>,
        /// How long.
        span: Span,
        /// How the time is counted. A span of months that is counted by [`Convention::MonthsTouched`] is that many
        /// whole calendar months, the month of the start being the first.
        #[serde(default)]
        convention: Convention,
    },
    /// In proportion to use, by units or by revenue; each step says what is expected after it.
    Use {
        /// The steps, each on a later day than the one before.
        steps: Vec<UseStep>,
    },
    /// With the progress of an obligation, which is given as points beside the events.
    Progress {
        /// The obligation.
        obligation: String,
    },
}

/// How long goods or services are transferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// The months of the contract; an anticipated renewal may make them more.
    Months(u32),
    /// Up to, not including, a day; a renewal changes nothing.
    Until(NaiveDate),
}

/// A step of amortisation by use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UseStep {
    /// The day on which the step is amortised; before the cost is incurred, that day.
    pub on: NaiveDate,
    /// What was used, sold or earned in the step; zero or above, in any one unit.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub done: Decimal,
    /// What is expected after it, in the same unit; zero or above. If both are zero, the step takes what is left.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub later: Decimal,
}

/// A renewal that is anticipated. The goods or services of it belong to the amortisation period, unless the commission
/// on it is commensurate with the first (340-40-35-1, IFRS 15.99).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnticipatedRenewal {
    /// What the commission on the renewal is beside the first.
    pub commission: RenewalCommission,
    /// How far the renewal leads; needed where it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life: Option<RenewedLife>,
}

/// What the commission on a renewal is beside that on the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RenewalCommission {
    /// As judged.
    Judged {
        /// Whether it is commensurate.
        commensurate: bool,
    },
    /// By the rates of commission to value: commensurate if they differ by no more than a tolerance.
    ByRate {
        /// Of the contract.
        initial: CommissionRate,
        /// Of the renewal.
        renewal: CommissionRate,
        /// The tolerance, as a fraction: "0.002".
        #[serde(default, with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        tolerance: Decimal,
    },
}

/// A commission and the value of the contract that earns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CommissionRate {
    /// The commission.
    pub commission: Money,
    /// The value; above zero.
    pub value: Money,
}

/// How far an anticipated renewal leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RenewedLife {
    /// Months after those of the contract.
    AddsMonths(u32),
    /// Months in all, from the first of the contract.
    TotalMonths(u32),
}

impl AnticipatedRenewal {
    /// Whether the commission on the renewal is commensurate with the first.
    ///
    /// # Errors
    /// [`MoneyError::DivisionByZero`] for a contract without a value.
    pub fn is_commensurate(&self) -> Result<bool, MoneyError> {
        match &self.commission {
            RenewalCommission::Judged { commensurate } => Ok(*commensurate),
            RenewalCommission::ByRate {
                initial,
                renewal,
                tolerance,
            } => {
                let difference = initial.rate()? - renewal.rate()?;
                Ok(difference.abs() <= Exact::from(*tolerance))
            }
        }
    }
}

impl CommissionRate {
    fn rate(&self) -> Result<Exact, MoneyError> {
        self.commission.exact().checked_div(&self.value.exact())
    }
}

/// An amortisation period, and how its time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) period: Period,
    pub(super) convention: Convention,
    /// The months that were asked for.
    pub(super) months: Option<u32>,
    /// Of an anticipated renewal: whether it is counted in.
    pub(super) renewal: Option<bool>,
}

impl Term {
    fn new(start: NaiveDate, span: Span, convention: Convention) -> Result<Self, CalendarError> {
        let (period, months) = match span {
            Span::Months(months) => {
                let start = match convention {
                    Convention::MonthsTouched => FiscalMonth::of(start).first_day(),
                    _ => start,
                };
                (Period::months(start, months)?, Some(months))
            }
            Span::Until(end) => (Period::new(start, end)?, None),
        };
        Ok(Self {
            period,
            convention,
            months,
            renewal: None,
        })
    }

    /// The same with another span, from the same first day.
    pub(super) fn revised(&self, span: Span) -> Result<Self, CalendarError> {
        Self::new(self.period.start(), span, self.convention)
    }
}

impl Cost {
    /// The amortisation period, where there is one: that of the contract, and of a renewal that counts.
    pub(super) fn term(&self) -> Result<Option<Term>, CalendarError> {
        let Some(Amortisation::StraightLine {
            start,
            span,
            convention,
        }) = &self.amortisation
        else {
            return Ok(None);
        };
        let start = start.unwrap_or(self.incurred);
        let term = match span {
            Span::Until(_) => Term::new(start, *span, *convention)?,
            Span::Months(months) => Term {
                renewal: self.renewal.as_ref().map(|_| self.counted_renewal().is_some()),
                ..Term::new(
                    start,
                    Span::Months(self.months_with_renewal(*months)),
                    *convention,
                )?
            },
        };
        Ok(Some(term))
    }

    fn months_with_renewal(&self, months: u32) -> u32 {
        match self.counted_renewal().and_then(|renewal| renewal.life) {
            Some(RenewedLife::AddsMonths(more)) => months.saturating_add(more),
            Some(RenewedLife::TotalMonths(total)) => total,
            None => months,
        }
    }

    /// The renewal whose goods or services belong to the amortisation period.
    pub(super) fn counted_renewal(&self) -> Option<&AnticipatedRenewal> {
        let counts = |renewal: &&AnticipatedRenewal| matches!(renewal.is_commensurate(), Ok(false));
        self.renewal.as_ref().filter(counts)
    }
}
