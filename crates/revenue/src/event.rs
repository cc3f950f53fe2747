use l2c_calendar::{NaiveDate, Period};
use l2c_host::{DateTime, DomainEvent, Utc};
use l2c_money::{Decimal, Money, decimal_string};
use serde::{Deserialize, Serialize};

use crate::{ContractModification, Obligation, OpeningBalances, Terms};

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
    /// What it is told by: a delivery note, a time sheet, a report. A fact of a reference is told once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl RevenueEvent {
    /// A fact without a reference.
    #[must_use]
    pub const fn new(effective: NaiveDate, recorded_at: DateTime<Utc>, sequence: u64, fact: Fact) -> Self {
        Self {
            effective,
            recorded_at,
            sequence,
            fact,
            reference: None,
        }
    }
}

/// What happened. Quantities and amounts are zero or above unless their page says otherwise; amounts are in the
/// contract's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fact {
    /// The contract began, on these terms.
    Inception {
        /// The terms.
        terms: Box<Terms>,
    },
    /// The contract was taken over from another system, before anything else is told of it.
    TakenOver {
        /// What that system has accounted for by the end of the day before.
        opening: Box<OpeningBalances>,
    },
    /// The criteria of a contract, missing at inception, are met: what was done before is caught up (606-10-25-6).
    CriteriaMet {},
    /// Control of the good or service of an obligation passed to the customer.
    Satisfied {
        /// The obligation.
        obligation: String,
    },
    /// Control of units passed to the customer.
    Delivered {
        /// The obligation.
        obligation: String,
        /// The units.
        #[serde(with = "decimal_string")]
        quantity: Decimal,
        /// How many of them are expected back; added to the estimate.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "decimal_string::option"
        )]
        expected_returns: Option<Decimal>,
    },
    /// Units were shipped to a dealer who sells them on; they earn nothing until then (606-10-55-79).
    Consigned {
        /// The obligation.
        obligation: String,
        /// The units.
        #[serde(with = "decimal_string")]
        quantity: Decimal,
    },
    /// The customer accepted what was delivered.
    Accepted {
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
    /// A share of the work was surveyed.
    Progressed {
        /// The obligation.
        obligation: String,
        /// The share done since inception, between zero and one.
        #[serde(with = "decimal_string")]
        cumulative: Decimal,
    },
    /// A milestone was reached.
    MilestoneReached {
        /// The obligation.
        obligation: String,
        /// The milestone.
        milestone: String,
    },
    /// Cost was incurred.
    CostIncurred {
        /// The obligation.
        obligation: String,
        /// The cost.
        amount: Money,
        /// The part of it that was wasted and depicts no progress (606-10-55-21(a)).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waste: Option<Money>,
        /// The part of it that is for uninstalled materials (606-10-55-21(b)).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uninstalled: Option<Money>,
        /// What the work is now expected to cost in all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        estimated_total: Option<Money>,
    },
    /// Customers redeemed points, vouchers or cards.
    Redeemed {
        /// The obligation.
        obligation: String,
        /// How much was redeemed.
        #[serde(with = "decimal_string")]
        quantity: Decimal,
        /// How much is now expected to be redeemed in all.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "decimal_string::option"
        )]
        expected: Option<Decimal>,
    },
    /// It has become remote that the rest is redeemed (606-10-55-48).
    RedemptionRemote {
        /// The obligation.
        obligation: String,
        /// The share of the rest that belongs to a government as unclaimed property, between zero and one.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "decimal_string::option"
        )]
        escheat_rate: Option<Decimal>,
    },
    /// Sales or usage were reported on which consideration is due.
    UsageReported {
        /// The element of the consideration.
        element: String,
        /// How much.
        #[serde(with = "decimal_string")]
        quantity: Decimal,
        /// The period that the report is for; a later report for it replaces the earlier one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        period: Option<String>,
    },
    /// Units of a take-or-pay obligation were taken.
    UnitsTaken {
        /// The obligation.
        obligation: String,
        /// The units.
        #[serde(with = "decimal_string")]
        quantity: Decimal,
    },
    /// An estimate changed.
    EstimateChanged {
        /// Which one, and what it is from now on.
        estimate: Reassessment,
    },
    /// Units came back.
    Returned {
        /// The obligation.
        obligation: String,
        /// The units.
        #[serde(with = "decimal_string")]
        quantity: Decimal,
        /// How the customer is refunded.
        #[serde(default)]
        settlement: Settlement,
    },
    /// The right to return units lapsed: nothing more is expected back.
    ReturnLapsed {
        /// The obligation.
        obligation: String,
    },
    /// The customer is owed something back for a service that fell short: less revenue at once.
    ServiceCredited {
        /// The obligation.
        obligation: String,
        /// What is owed.
        amount: Money,
    },
    /// A claim under an assurance-type warranty was settled.
    WarrantySettled {
        /// The obligation.
        obligation: String,
        /// What it cost.
        cost: Money,
    },
    /// A material right expired.
    RightExpired {
        /// The obligation.
        obligation: String,
    },
    /// A material right was exercised: what was allocated to it and what is paid now go to what it delivers.
    RightExercised {
        /// The obligation.
        obligation: String,
        /// What the customer pays now.
        additional_price: Money,
        /// The part of what is left of the right that is exercised, above 0; the rest stays open. All of it if nothing is
        /// said.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "decimal_string::option"
        )]
        share: Option<Decimal>,
        /// What is promised for it.
        delivers: Box<Obligation>,
    },
    /// The contract was modified (606-10-25-10).
    Modified {
        /// What changed, and what was judged.
        modification: Box<ContractModification>,
    },
    /// The contract ended; time ran through this day.
    Terminated {
        /// What is to be paid back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund: Option<Money>,
        /// What is forgiven of open receivables.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credit: Option<Money>,
        /// Work done and fees not invoiced yet, to which the entity has an enforceable right.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        still_billable: Option<Money>,
    },
    /// An invoice, or with an amount below zero a credit note, was issued.
    Billed {
        /// The invoice or credit note.
        document: String,
        /// Its amount without tax.
        amount: Money,
        /// The tax on top of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tax: Option<Money>,
        /// The obligation that it is for, where billing tells. Documents that name none count for obligations with a
        /// conditional right first (606-10-45-4).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        obligation: Option<String>,
        /// The modification that made a separate contract, if the document is for that one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        separate_contract: Option<String>,
    },
    /// The customer paid.
    Paid {
        /// What.
        amount: Money,
        /// The document that is paid; without one the payment settles documents in their order. What matches none
        /// is an advance.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<String>,
        /// The modification that made a separate contract, if the payment is for that one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        separate_contract: Option<String>,
    },
    /// Cash was paid back that the customer was owed.
    Refunded {
        /// What.
        amount: Money,
        /// The document whose payment is paid back; what it asks for and is not credited is open again. Without one what is
        /// paid back settles the refund liability.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<String>,
    },
    /// A receivable is not expected to be collected, or beyond all receivables a contract asset; less asset, not less
    /// revenue (606-10-45-3, 45-4, ASC 326). Before the criteria of a contract are met nothing is receivable.
    CreditLoss {
        /// What.
        amount: Money,
    },
    /// A fact was told by mistake: from when this is known it no longer counts, and what was known before stays as it was.
    /// Every later fact has to be possible without it. The inception, a take-over and the end of a contract stand. What
    /// is right instead is told as a fact of its own. On which day it is withdrawn makes no difference.
    Withdrawn {
        /// The host's number of the fact.
        sequence: u64,
    },
    /// Cash was paid to the customer for an element that is payable to it.
    IncentivePaid {
        /// What.
        amount: Money,
    },
}

/// An estimate, and what it is from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Reassessment {
    /// The amount of an element that the transaction price includes, after the constraint (606-10-32-14).
    Consideration {
        /// The element.
        element: String,
        /// The amount included; below zero it lowers the price.
        amount: Money,
    },
    /// The units by which a volume price is chosen.
    Volume {
        /// The element.
        element: String,
        /// The units expected in all.
        #[serde(with = "decimal_string")]
        expected_units: Decimal,
    },
    /// The cost of an obligation.
    Cost {
        /// The obligation.
        obligation: String,
        /// The costs expected in all.
        estimated_total: Money,
    },
    /// The units expected back.
    Returns {
        /// The obligation.
        obligation: String,
        /// The units, in all.
        #[serde(with = "decimal_string")]
        expected_units: Decimal,
        /// What it costs from now on to recover a unit, with the loss in its value (606-10-55-27); as before if nothing
        /// is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recovery_cost_per_unit: Option<Money>,
    },
    /// The units that are expected to be taken of a minimum.
    Taking {
        /// The obligation.
        obligation: String,
        /// The units, in all; above zero.
        #[serde(with = "decimal_string")]
        expected_units: Decimal,
    },
    /// What customers are expected to redeem.
    Redemption {
        /// The obligation.
        obligation: String,
        /// How much, in all.
        #[serde(with = "decimal_string")]
        expected: Decimal,
    },
}

/// How the refund of a returned unit is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// In cash, at once.
    #[default]
    Cash,
    /// Against the open receivable.
    Receivable,
}

impl Fact {
    /// The contract began, on these terms.
    #[must_use]
    pub fn inception(terms: Terms) -> Self {
        Self::Inception {
            terms: Box::new(terms),
        }
    }

    /// Control of the good or service of an obligation passed.
    pub fn satisfied(obligation: impl Into<String>) -> Self {
        Self::Satisfied {
            obligation: obligation.into(),
        }
    }

    /// A document of this contract was issued, without tax.
    pub fn billed(document: impl Into<String>, amount: Money) -> Self {
        Self::Billed {
            document: document.into(),
            amount,
            tax: None,
            obligation: None,
            separate_contract: None,
        }
    }

    /// The contract was modified.
    #[must_use]
    pub fn modified(modification: ContractModification) -> Self {
        Self::Modified {
            modification: Box::new(modification),
        }
    }

    /// The name of the fact, as streams carry it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Inception { .. } => "inception",
            Self::TakenOver { .. } => "taken_over",
            Self::CriteriaMet {} => "criteria_met",
            Self::Satisfied { .. } => "satisfied",
            Self::Delivered { .. } => "delivered",
            Self::Consigned { .. } => "consigned",
            Self::Accepted { .. } => "accepted",
            Self::ServiceStarted { .. } => "service_started",
            Self::Progressed { .. } => "progressed",
            Self::MilestoneReached { .. } => "milestone_reached",
            Self::CostIncurred { .. } => "cost_incurred",
            Self::Redeemed { .. } => "redeemed",
            Self::RedemptionRemote { .. } => "redemption_remote",
            Self::UsageReported { .. } => "usage_reported",
            Self::UnitsTaken { .. } => "units_taken",
            Self::EstimateChanged { .. } => "estimate_changed",
            Self::Returned { .. } => "returned",
            Self::ReturnLapsed { .. } => "return_lapsed",
            Self::ServiceCredited { .. } => "service_credited",
            Self::WarrantySettled { .. } => "warranty_settled",
            Self::RightExpired { .. } => "right_expired",
            Self::RightExercised { .. } => "right_exercised",
            Self::Modified { .. } => "modified",
            Self::Terminated { .. } => "terminated",
            Self::Billed { .. } => "billed",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Paid { .. } => "paid",
            Self::Refunded { .. } => "refunded",
            Self::CreditLoss { .. } => "credit_loss",
            Self::IncentivePaid { .. } => "incentive_paid",
        }
    }
}

impl DomainEvent for RevenueEvent {
    const CATEGORY: &'static str = "revenue_contract";
    const VERSION: u32 = 1;

    fn name(&self) -> &'static str {
        self.fact.name()
    }
}
