use l2c_calendar::NaiveDate;
use l2c_money::{Decimal, Money, decimal_string};
use serde::{Deserialize, Serialize};

use crate::{Consideration, Obligation};

/// A change in scope or price that both parties have approved (606-10-25-10), with what was judged about it. How it
/// is treated follows from the judgements, obligation by obligation (606-10-25-12, 25-13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractModification {
    /// Its name in the contract; a separate contract goes by it.
    pub id: String,
    /// Whether the added goods or services are distinct (606-10-25-12(a)).
    #[serde(default)]
    pub added_distinct: bool,
    /// Whether the price rises by their stand-alone prices, adjusted for the contract (606-10-25-12(b)).
    #[serde(default)]
    pub price_reflects_ssp: bool,
    /// Whether what remains is distinct from what was transferred (606-10-25-13(a)); a change of one obligation may
    /// say otherwise for it.
    #[serde(default = "yes")]
    pub remaining_distinct: bool,
    /// Obligations that are added.
    #[serde(default)]
    pub adds: Vec<Obligation>,
    /// Obligations that change.
    #[serde(default)]
    pub changes: Vec<ObligationChange>,
    /// What the customer pays more; below zero, less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_change: Option<Money>,
    /// Elements that are added to the consideration.
    #[serde(default)]
    pub consideration: Vec<Consideration>,
    /// A cut in the price of what was transferred already; it lowers revenue at once (606-10-55-114 to 55-116).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concession: Option<Concession>,
}

const fn yes() -> bool {
    true
}

impl ContractModification {
    /// A modification that changes nothing yet; what remains is judged distinct.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            added_distinct: false,
            price_reflects_ssp: false,
            remaining_distinct: true,
            adds: Vec::new(),
            changes: Vec::new(),
            price_change: None,
            consideration: Vec::new(),
            concession: None,
        }
    }
}

/// What a modification changes of one obligation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObligationChange {
    /// The obligation.
    pub obligation: String,
    /// The first day on which its service goes on, if that is after the day of the modification: it is suspended until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_day: Option<NaiveDate>,
    /// The new last day of its service. The day before the modification ends it: nothing of it remains, and it needs no
    /// `ssp_remaining`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<NaiveDate>,
    /// The new number of units.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "decimal_string::option"
    )]
    pub total: Option<Decimal>,
    /// The new estimate of its costs in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_total: Option<Money>,
    /// The stand-alone price at this date of the obligation as it was promised before: of all its work or units since
    /// inception; of a service, of its term since it last began anew. What remains of it weighs this times the part
    /// that is not done. Where the term or the units change, state `ssp_remaining`: what remains is then another
    /// promise (606-10-25-13(a)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssp: Option<Money>,
    /// The stand-alone price of what remains of it at this date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssp_remaining: Option<Money>,
    /// Whether what remains of it is distinct, where that differs from the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_distinct: Option<bool>,
}

impl ObligationChange {
    /// A change of this obligation that changes nothing yet.
    #[must_use]
    pub fn of(obligation: impl Into<String>) -> Self {
        Self {
            obligation: obligation.into(),
            first_day: None,
            last_day: None,
            total: None,
            estimated_total: None,
            ssp: None,
            ssp_remaining: None,
            remaining_distinct: None,
        }
    }

    /// Whether its service is over with the day before the modification.
    pub(crate) fn ends_before(&self, on: NaiveDate) -> bool {
        self.last_day.is_some() && self.last_day == on.pred_opt()
    }
}

/// A price cut for work that was transferred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concession {
    /// The obligation whose revenue it lowers.
    pub obligation: String,
    /// By how much; zero or above.
    pub amount: Money,
}
