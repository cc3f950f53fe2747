use l2c_calendar::{NaiveDate, Period};
use l2c_host::{DateTime, DomainEvent, Utc};
use l2c_money::Money;
use serde::{Deserialize, Serialize};

use crate::Terms;

/// Something that happened to a revenue contract, with when it became true and when it became known.
///
/// Facts are ordered by (effective date, sequence); in which order they arrive makes no difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevenueEvent {
    /// When it became true.
    pub effective: NaiveDate,
    /// When it became known.
    pub recorded_at: DateTime<Utc>,
    /// The host's number for it, which orders the facts of one day.
    pub sequence: u64,
    /// What happened.
    pub fact: Fact,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fact {
    /// The contract began, on these terms.
    Inception {
        /// The terms.
        terms: Box<Terms>,
    },
    /// Control of the good or service of an obligation passed to the customer.
    Satisfied {
        /// The obligation.
        obligation: String,
    },
    /// The service of an obligation began, for a period known from then on.
    ServiceStarted {
        /// The obligation.
        obligation: String,
        /// The days served.
        period: Period,
    },
    /// An invoice, or with an amount below zero a credit note, was issued.
    Billed {
        /// The invoice or credit note.
        document: String,
        /// Its amount without tax.
        amount: Money,
    },
}

impl DomainEvent for RevenueEvent {
    const CATEGORY: &'static str = "revenue_contract";
    const VERSION: u32 = 1;

    fn name(&self) -> &'static str {
        match self.fact {
            Fact::Inception { .. } => "inception",
            Fact::Satisfied { .. } => "satisfied",
            Fact::ServiceStarted { .. } => "service_started",
            Fact::Billed { .. } => "billed",
        }
    }
}
