use std::collections::BTreeSet;

use l2c_calendar::Period;
use l2c_host::{PartyId, typed_id};
use l2c_ledger::LegalEntity;
use l2c_money::{Currency, Exact, Money};
use serde::{Deserialize, Serialize};

use crate::{Fault, Paragraph, RevenueError, RevenuePolicy};

typed_id!(
    /// A revenue contract: one agreement with a customer, as revenue accounting sees it.
    RevenueContractId, "rev"
);

/// The longest service, in months.
pub const MAX_TERM_MONTHS: usize = 1_200;
/// The largest number of obligations, and of parts of the consideration, in one contract.
pub const MAX_OBLIGATIONS: usize = 10_000;
/// The largest sum of the magnitudes of what a customer promises, and of what is billed, in minor units: 10^18. Within
/// it no figure of a contract leaves the bounds of [`Money`], nor of 64-bit integers.
pub const MAX_MINOR_UNITS: i64 = 1_000_000_000_000_000_000;
/// The longest id or description, in characters.
const MAX_TEXT: usize = 200;

/// What a contract promises and for how much, as a host writes it. [`Terms::new`] checks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsDocument {
    /// The contract.
    pub contract: RevenueContractId,
    /// The customer.
    pub customer: PartyId,
    /// The legal entity whose books it is in.
    pub entity: LegalEntity,
    /// The currency of every amount in it.
    pub currency: Currency,
    /// What the customer promises: the transaction price is the sum.
    pub consideration: Vec<Consideration>,
    /// What the entity promises.
    pub obligations: Vec<Obligation>,
    /// The conventions it is accounted for under.
    pub policy: RevenuePolicy,
}

/// One part of what the customer promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Consideration {
    /// A fixed amount in whole minor units; below zero it lowers the transaction price.
    Fixed {
        /// Its name in the contract.
        id: String,
        /// The amount.
        amount: Money,
    },
}

impl Consideration {
    /// Its name in the contract.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Fixed { id, .. } => id,
        }
    }

    /// What it adds to the transaction price.
    #[must_use]
    pub const fn included(&self) -> Money {
        match self {
            Self::Fixed { amount, .. } => *amount,
        }
    }
}

/// A performance obligation: a distinct good or service promised in the contract (606-10-25-14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// The stand-alone selling price of an obligation at inception (606-10-32-32).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum StandalonePrice {
    /// A price at which it is sold separately; zero or above, of any precision.
    Observable {
        /// The price.
        price: Money,
    },
}

impl StandalonePrice {
    /// A price at which the obligation is sold separately.
    #[must_use]
    pub const fn observable(price: Money) -> Self {
        Self::Observable { price }
    }

    /// The price that an allocation weighs.
    #[must_use]
    pub const fn price(&self) -> Money {
        match self {
            Self::Observable { price } => *price,
        }
    }
}

/// How the satisfaction of an obligation is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
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

/// Checked terms: every amount in one currency, every id once, a basis to allocate on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TermsDocument", into = "TermsDocument")]
pub struct Terms(TermsDocument);

impl Terms {
    /// Checks a document.
    ///
    /// # Errors
    /// [`RevenueError::InvalidTerms`] with every fault, each with its path and paragraph.
    pub fn new(document: TermsDocument) -> Result<Self, RevenueError> {
        let faults = faults(&document);
        if faults.is_empty() {
            Ok(Self(document))
        } else {
            Err(RevenueError::InvalidTerms { faults })
        }
    }

    /// The contract.
    #[must_use]
    pub const fn contract(&self) -> &RevenueContractId {
        &self.0.contract
    }

    /// The customer.
    #[must_use]
    pub const fn customer(&self) -> &PartyId {
        &self.0.customer
    }

    /// The legal entity whose books it is in.
    #[must_use]
    pub const fn entity(&self) -> &LegalEntity {
        &self.0.entity
    }

    /// The currency of every amount.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.0.currency
    }

    /// What the customer promises.
    #[must_use]
    pub fn consideration(&self) -> &[Consideration] {
        &self.0.consideration
    }

    /// What the entity promises.
    #[must_use]
    pub fn obligations(&self) -> &[Obligation] {
        &self.0.obligations
    }

    /// The obligation of this name.
    #[must_use]
    pub fn obligation(&self, id: &str) -> Option<&Obligation> {
        self.0.obligations.iter().find(|obligation| obligation.id == id)
    }

    /// The conventions it is accounted for under.
    #[must_use]
    pub const fn policy(&self) -> &RevenuePolicy {
        &self.0.policy
    }
}

impl TryFrom<TermsDocument> for Terms {
    type Error = RevenueError;
    fn try_from(document: TermsDocument) -> Result<Self, RevenueError> {
        Self::new(document)
    }
}

impl From<Terms> for TermsDocument {
    fn from(terms: Terms) -> Self {
        terms.0
    }
}

/// Whether a service of this period is short enough to be scheduled by month.
pub(crate) fn is_short_enough(period: &Period) -> bool {
    // No month has more than 31 days, so a longer count of days means too many months.
    let limit = u32::try_from(MAX_TERM_MONTHS).unwrap_or(u32::MAX);
    period.days() <= limit.saturating_mul(31)
        && period.fiscal_months().len() <= MAX_TERM_MONTHS.saturating_add(1)
}

fn faults(document: &TermsDocument) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |path: String, code, found: String, expected: &str, paragraph| {
        faults.push(Fault {
            path,
            code,
            found,
            expected: expected.to_owned(),
            paragraph,
        });
    };

    for (path, count, paragraph) in [
        (
            "consideration",
            document.consideration.len(),
            Paragraph::TRANSACTION_PRICE,
        ),
        ("obligations", document.obligations.len(), Paragraph::OBLIGATIONS),
    ] {
        if count == 0 || count > MAX_OBLIGATIONS {
            let expected = format!("1 to {MAX_OBLIGATIONS}");
            fault(
                path.to_owned(),
                "count",
                count.to_string(),
                &expected,
                Some(paragraph),
            );
            if count > 0 {
                return faults;
            }
        }
    }
    if let Some(found) = bad_text(&document.policy.id) {
        fault("policy.id".to_owned(), "text", found, TEXT, None);
    }

    let mut ids = BTreeSet::new();
    let mut magnitude = 0_i64;
    for (index, part) in document.consideration.iter().enumerate() {
        let path = |field| format!("consideration[{index}].{field}");
        if let Some(found) = bad_text(part.id()) {
            fault(path("id"), "text", found, TEXT, None);
        } else if !ids.insert(part.id()) {
            fault(
                path("id"),
                "duplicate_id",
                part.id().to_owned(),
                "an id used once",
                None,
            );
        }
        let amount = part.included();
        if amount.currency() != document.currency {
            let expected = format!("an amount in {}", document.currency);
            fault(
                path("amount"),
                "currency_mismatch",
                amount.to_string(),
                &expected,
                None,
            );
        } else if let Ok(units) = amount.minor() {
            magnitude = magnitude.saturating_add(units.saturating_abs());
        } else {
            let expected = "whole minor units of the currency";
            fault(
                path("amount"),
                "invalid_amount",
                amount.to_string(),
                expected,
                None,
            );
        }
    }
    if magnitude > MAX_MINOR_UNITS {
        let found = "magnitudes that sum to more".to_owned();
        let paragraph = Some(Paragraph::TRANSACTION_PRICE);
        fault(
            "consideration".to_owned(),
            "invalid_amount",
            found,
            "at most 10^18 minor units",
            paragraph,
        );
    }

    let mut ids = BTreeSet::new();
    let mut weights = Exact::ZERO;
    for (index, obligation) in document.obligations.iter().enumerate() {
        let path = |field| format!("obligations[{index}].{field}");
        if let Some(found) = bad_text(&obligation.id) {
            fault(path("id"), "text", found, TEXT, None);
        } else if !ids.insert(obligation.id.as_str()) {
            let paragraph = Some(Paragraph::OBLIGATIONS);
            fault(
                path("id"),
                "duplicate_id",
                obligation.id.clone(),
                "an obligation named once",
                paragraph,
            );
        }
        if obligation.description.chars().count() > MAX_TEXT {
            let found = format!("{} characters", obligation.description.chars().count());
            fault(path("description"), "text", found, "at most 200 characters", None);
        }
        let ssp = obligation.ssp.price();
        let paragraph = Some(Paragraph::STANDALONE_PRICE);
        if ssp.currency() != document.currency {
            let expected = format!("a price in {}", document.currency);
            fault(
                path("ssp"),
                "currency_mismatch",
                ssp.to_string(),
                &expected,
                paragraph,
            );
        } else if ssp.is_negative() {
            fault(
                path("ssp"),
                "negative_standalone_price",
                ssp.to_string(),
                "zero or above",
                paragraph,
            );
        }
        weights += &ssp.exact().abs();
        if let Measure::Time { period: Some(period) } = &obligation.measure
            && !is_short_enough(period)
        {
            let expected = format!("a service of at most {MAX_TERM_MONTHS} months");
            fault(
                path("measure.period"),
                "term_too_long",
                period.to_string(),
                &expected,
                None,
            );
        }
    }
    if weights.is_zero() && !document.obligations.is_empty() {
        let expected = "at least one stand-alone selling price above zero";
        let paragraph = Some(Paragraph::RELATIVE);
        fault(
            "obligations".to_owned(),
            "no_allocation_basis",
            "all zero".to_owned(),
            expected,
            paragraph,
        );
    }
    faults
}

const TEXT: &str = "1 to 200 characters";

/// What is wrong with an id, if anything.
fn bad_text(text: &str) -> Option<String> {
    let count = text.chars().count();
    (count == 0 || count > MAX_TEXT).then(|| format!("{count} characters"))
}
