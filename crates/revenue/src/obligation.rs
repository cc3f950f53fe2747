use l2c_calendar::Period;
use serde::{Deserialize, Serialize};

use crate::StandalonePrice;

/// The longest service, in months.
pub const MAX_TERM_MONTHS: usize = 1_200;

/// A performance obligation: a distinct good or service promised in the contract (606-10-25-14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Obligation {
    /// Its name in the contract.
    pub id: String,
    /// What it is.
    pub description: String,
    /// What it would sell for alone.
    pub ssp: StandalonePrice,
    /// How its satisfaction is measured.
    pub measure: Measure,
}

/// How the satisfaction of an obligation is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(!from))]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    deny_unknown_fields,
    from = "MeasureDocument"
)]
#[non_exhaustive]
pub enum Measure {
    /// At once, when control passes (606-10-25-30).
    PointInTime,
    /// Evenly over a period, by the convention of the policy (606-10-55-20).
    Time {
        /// The period, where it is agreed at inception; else the start of the service tells it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        period: Option<Period>,
    },
}

/// Serde refuses an unknown key beside a tag in variants with braces alone.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum MeasureDocument {
    PointInTime {},
    Time {
        #[serde(default)]
        period: Option<Period>,
    },
}

impl From<MeasureDocument> for Measure {
    fn from(document: MeasureDocument) -> Self {
        match document {
            MeasureDocument::PointInTime {} => Self::PointInTime,
            MeasureDocument::Time { period } => Self::Time { period },
        }
    }
}

/// Whether a service of this period is short enough to be scheduled by month.
pub(crate) fn is_short_enough(period: &Period) -> bool {
    // No month has more than 31 days, so a longer count of days means too many months.
    let limit = u32::try_from(MAX_TERM_MONTHS).unwrap_or(u32::MAX);
    period.days() <= limit.saturating_mul(31)
        && period.fiscal_months().len() <= MAX_TERM_MONTHS.saturating_add(1)
}
