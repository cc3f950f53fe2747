use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_money::{Currency, Money, Percent, Rounding, RoundingPolicy};
use serde::{Deserialize, Serialize};

use crate::{CustomerAccount, ReceivablesError};

/// From which date on an item ages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AgeBy {
    /// The due date.
    #[default]
    DueDate,
    /// The issue date.
    IssueDate,
}

/// Where credits stand: money and credit notes that are held for a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CreditsIn {
    /// Apart from the bands.
    #[default]
    Separate,
    /// In the band of their own date, which they lower.
    OwnBand,
    /// They lower the customer's bands from the oldest down, none below zero; what remains stands apart.
    OldestFirst,
}

/// Where disputed amounts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DisputesIn {
    /// In the band of their item.
    #[default]
    Included,
    /// Apart from the bands.
    Separate,
}

/// How open amounts are put into bands by age, as a document with a name and a version.
///
/// With edges 30, 60, 90 the bands are: not due (an age of 0 days or less), 1 to 30 days, 31 to 60, 61 to 90,
/// more than 90.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "AgeingPolicyDocument", into = "AgeingPolicyDocument")]
pub struct AgeingPolicy(AgeingPolicyDocument);

/// How open amounts are put into bands by age, as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AgeingPolicyDocument {
    /// The name.
    pub id: String,
    /// The version; it rises with every change.
    pub version: u32,
    /// The last day of each band that has one, rising from above zero; at most 100.
    pub edges: Vec<u32>,
    /// From which date on an item ages.
    #[serde(default)]
    pub age_by: AgeBy,
    /// Where credits stand.
    #[serde(default)]
    pub credits: CreditsIn,
    /// Where disputed amounts stand.
    #[serde(default)]
    pub disputes: DisputesIn,
}

const MAX_EDGES: usize = 100;

impl AgeingPolicy {
    /// Not due, 1 to 30 days past due, 31 to 60, 61 to 90, more than 90; credits apart.
    #[must_use]
    pub fn by_thirty_days() -> Self {
        Self(AgeingPolicyDocument {
            id: "thirty-days".to_owned(),
            version: 1,
            edges: vec![30, 60, 90],
            age_by: AgeBy::DueDate,
            credits: CreditsIn::Separate,
            disputes: DisputesIn::Included,
        })
    }

    /// A checked policy.
    ///
    /// # Errors
    /// [`ReceivablesError::InvalidEdges`] unless the edges rise from above zero;
    /// [`ReceivablesError::TooManyEdges`] beyond 100.
    pub fn new(document: AgeingPolicyDocument) -> Result<Self, ReceivablesError> {
        let mut before = 0;
        if document.edges.len() > MAX_EDGES {
            return Err(ReceivablesError::TooManyEdges {
                count: document.edges.len(),
                limit: MAX_EDGES,
            });
        }
        for (index, &value) in document.edges.iter().enumerate() {
            if value <= before {
                return Err(ReceivablesError::InvalidEdges { index, value });
            }
            before = value;
        }
        Ok(Self(document))
    }

    /// The policy as written.
    #[must_use]
    pub const fn document(&self) -> &AgeingPolicyDocument {
        &self.0
    }

    /// The names of the bands: "not due", "1-30", "31-60", "> 60".
    #[must_use]
    pub fn band_names(&self) -> Vec<String> {
        let mut names = vec!["not due".to_owned()];
        let mut first = 1_u32;
        for edge in &self.0.edges {
            names.push(format!("{first}-{edge}"));
            first = edge.saturating_add(1);
        }
        names.push(format!("> {}", self.0.edges.last().copied().unwrap_or(0)));
        names
    }

    /// The position of the band for an age in days: 0 for an age of 0 days or less, which is not due.
    #[must_use]
    pub fn band(&self, age: i64) -> usize {
        if age <= 0 {
            return 0;
        }
        self.0
            .edges
            .partition_point(|&edge| i64::from(edge) < age)
            .saturating_add(1)
    }

    fn bands(&self) -> usize {
        self.0.edges.len().saturating_add(2)
    }
}

impl TryFrom<AgeingPolicyDocument> for AgeingPolicy {
    type Error = ReceivablesError;
    fn try_from(document: AgeingPolicyDocument) -> Result<Self, ReceivablesError> {
        Self::new(document)
    }
}

impl From<AgeingPolicy> for AgeingPolicyDocument {
    fn from(policy: AgeingPolicy) -> Self {
        policy.0
    }
}

/// What an ageing looks at: an amount of a customer with its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgedItem {
    /// The customer, by the host's key.
    pub customer: String,
    /// The issue date.
    pub issue_date: NaiveDate,
    /// The due date.
    pub due_date: NaiveDate,
    /// What is open; below zero for a credit that is held.
    pub open: Money,
    /// How much of it is disputed; from zero to what is open.
    pub disputed: Money,
}

/// Open amounts by age. The bands, the credits and the disputed amounts add up to the total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ageing {
    /// The amounts by band, not due first.
    pub bands: Vec<Money>,
    /// Credits that stand apart; zero or below.
    pub credits: Money,
    /// Disputed amounts that stand apart.
    pub disputed: Money,
    /// All of them: what is open less what is held.
    pub total: Money,
    /// What of it is expected to be lost, if loss rates were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowance: Option<Money>,
}

/// Expected losses by band, for an allowance on receivables (ASC 326-20-55-37, IFRS 9 B5.5.35).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossRates {
    /// One percentage for each band, from 0 to 100, not due first.
    pub percents: Vec<Percent>,
    /// How the loss of each band is rounded to the minor unit.
    #[serde(default)]
    pub rounding: Rounding,
}

/// Ages items at a date: over all customers, and for each of them.
///
/// # Errors
/// [`ReceivablesError::InvalidDispute`] if more is disputed than is open; [`ReceivablesError::InvalidLossRates`];
/// [`ReceivablesError::Money`] for an item in another currency.
pub fn age(
    items: &[AgedItem],
    as_of: NaiveDate,
    currency: Currency,
    policy: &AgeingPolicy,
    loss_rates: Option<&LossRates>,
) -> Result<AgeingReport, ReceivablesError> {
    if let Some(rates) = loss_rates {
        rates.check(policy)?;
    }
    let mut by_customer: BTreeMap<&str, Vec<&AgedItem>> = BTreeMap::new();
    for item in items {
        by_customer.entry(&item.customer).or_default().push(item);
    }
    let mut all = Ageing::empty(policy, currency);
    let mut customers = BTreeMap::new();
    for (customer, items) in by_customer {
        let mut own = Ageing::empty(policy, currency);
        for item in items {
            own.add(item, as_of, policy)?;
        }
        if policy.document().credits == CreditsIn::OldestFirst {
            own.offset_oldest_first()?;
        }
        all.merge(&own)?;
        own.allowance = loss_rates.map(|rates| rates.allowance(&own)).transpose()?;
        customers.insert(customer.to_owned(), own);
    }
    all.allowance = loss_rates.map(|rates| rates.allowance(&all)).transpose()?;
    let sum_of_allowances = match loss_rates {
        None => None,
        Some(_) => Some(Money::sum(
            customers.values().filter_map(|c| c.allowance.as_ref()),
            currency,
        )?),
    };
    Ok(AgeingReport {
        as_of,
        all,
        customers,
        sum_of_allowances,
    })
}

/// An ageing at a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgeingReport {
    /// The date.
    pub as_of: NaiveDate,
    /// All customers together; its allowance is that of the summed bands.
    pub all: Ageing,
    /// Each customer.
    pub customers: BTreeMap<String, Ageing>,
    /// The sum of the customers' allowances, where losses are expected customer by customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum_of_allowances: Option<Money>,
}

impl Ageing {
    fn empty(policy: &AgeingPolicy, currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            bands: vec![zero; policy.bands()],
            credits: zero,
            disputed: zero,
            total: zero,
            allowance: None,
        }
    }

    fn add(
        &mut self,
        item: &AgedItem,
        as_of: NaiveDate,
        policy: &AgeingPolicy,
    ) -> Result<(), ReceivablesError> {
        let document = policy.document();
        let undisputed = item.open.checked_sub(&item.disputed)?;
        if item.disputed.is_negative() || (item.disputed.is_positive() && undisputed.is_negative()) {
            return Err(ReceivablesError::InvalidDispute {
                disputed: item.disputed,
                open: item.open,
            });
        }
        self.total = self.total.checked_add(&item.open)?;
        if item.open.is_negative() && document.credits != CreditsIn::OwnBand {
            self.credits = self.credits.checked_add(&item.open)?;
            return Ok(());
        }
        let from = match document.age_by {
            AgeBy::DueDate => item.due_date,
            AgeBy::IssueDate => item.issue_date,
        };
        let aged = match document.disputes {
            DisputesIn::Included => item.open,
            DisputesIn::Separate => {
                self.disputed = self.disputed.checked_add(&item.disputed)?;
                undisputed
            }
        };
        if let Some(band) = self
            .bands
            .get_mut(policy.band(as_of.signed_duration_since(from).num_days()))
        {
            *band = band.checked_add(&aged)?;
        }
        Ok(())
    }

    fn offset_oldest_first(&mut self) -> Result<(), ReceivablesError> {
        for band in self.bands.iter_mut().rev() {
            let rest = band.checked_add(&self.credits)?;
            let zero = Money::zero(rest.currency());
            (*band, self.credits) = if rest.is_negative() {
                (zero, rest)
            } else {
                (rest, zero)
            };
        }
        Ok(())
    }

    fn merge(&mut self, other: &Self) -> Result<(), ReceivablesError> {
        for (band, amount) in self.bands.iter_mut().zip(&other.bands) {
            *band = band.checked_add(amount)?;
        }
        self.credits = self.credits.checked_add(&other.credits)?;
        self.disputed = self.disputed.checked_add(&other.disputed)?;
        self.total = self.total.checked_add(&other.total)?;
        Ok(())
    }
}

impl LossRates {
    fn check(&self, policy: &AgeingPolicy) -> Result<(), ReceivablesError> {
        let fault = |problem: String| Err(ReceivablesError::InvalidLossRates { problem });
        if self.percents.len() != policy.bands() {
            return fault(format!(
                "{} rates for {} bands",
                self.percents.len(),
                policy.bands()
            ));
        }
        let outside = |p: &&Percent| **p < Percent::ZERO || **p > Percent::HUNDRED;
        match self.percents.iter().find(outside) {
            Some(percent) => fault(format!("{percent} is not from 0 to 100 %")),
            None => Ok(()),
        }
    }

    /// The sum over the bands of the rounded loss; a band below zero loses nothing.
    fn allowance(&self, ageing: &Ageing) -> Result<Money, ReceivablesError> {
        let mut total = Money::zero(ageing.total.currency());
        let policy = RoundingPolicy::minor_unit(self.rounding);
        for (band, percent) in ageing.bands.iter().zip(&self.percents) {
            if band.is_positive() {
                let loss = policy.money(&percent.of(&band.exact()), band.currency())?;
                total = total.checked_add(&loss)?;
            }
        }
        Ok(total)
    }
}

impl CustomerAccount {
    /// What is open and what is held at the end of a day in a currency, as items to be aged; a source that is
    /// held ages from its own date.
    #[must_use]
    pub fn aged_items(&self, customer: &str, as_of: NaiveDate, currency: Currency) -> Vec<AgedItem> {
        let aged = |issue_date, due_date, open: Money| AgedItem {
            customer: customer.to_owned(),
            issue_date,
            due_date,
            open,
            disputed: Money::zero(currency),
        };
        let open = self
            .items()
            .map(|item| aged(item.issue_date(), item.due_date(), item.open_at(as_of)));
        let held = self.sources().map(|source| {
            let held = self.held_at(source, as_of);
            aged(source.date, source.date, held.negated())
        });
        let here = |item: &AgedItem| item.open.currency() == currency && !item.open.is_zero();
        open.chain(held).filter(here).collect()
    }
}
