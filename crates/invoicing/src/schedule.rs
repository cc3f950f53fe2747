use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use l2c_calendar::Period;
use l2c_documents::Check;
use l2c_explain::{Explanation, NoTrace, Trace};
use l2c_host::PartyId;
use l2c_ledger::LegalEntity;
use l2c_money::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::parts::{Part, parts};
use crate::{
    BillingAccountId, BillingItemId, BillingPolicy, Invoice, InvoiceKind, InvoicingError, PaymentTerms,
};

/// When an item is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BillingPlan {
    /// Once, in full.
    Once {
        /// The date of the charge.
        on: NaiveDate,
    },
    /// In advance: each part on the first day of its part of the service.
    InAdvance {
        /// The time of service that the whole item pays for.
        service: Period,
        /// The months of one part, counted from the start of service: 3 is quarterly.
        every_months: u32,
    },
}

/// An item to be billed: a price for the whole, and when it is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillingItem {
    /// The item.
    pub id: BillingItemId,
    /// What it is, as the invoice line says it (BT-153).
    pub description: String,
    /// The amount for the whole item without tax, in whole minor units; negative for a credit.
    pub net: Money,
    /// When it is billed.
    pub plan: BillingPlan,
    /// The key of its rate in the [`TaxRates`](crate::TaxRates) of the bill run.
    pub tax: String,
}

/// Items that are billed together: by one seller to one buyer, in one currency, under the same terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillingAccount {
    /// The account.
    pub id: BillingAccountId,
    /// The legal entity that bills.
    pub seller: LegalEntity,
    /// Who is billed.
    pub buyer: PartyId,
    /// The currency of every item.
    pub currency: Currency,
    /// When its invoices are due.
    pub terms: PaymentTerms,
    /// The items, in the order of the invoice lines.
    pub items: Vec<BillingItem>,
}

/// Names one charge: the item, and the number of the charge within it, from 1. As text `bit_x#1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChargeKey {
    /// The item.
    pub item: BillingItemId,
    /// The number of the charge within the item, from 1.
    pub number: u32,
}

impl fmt::Display for ChargeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}#{}", self.item, self.number))
    }
}

impl FromStr for ChargeKey {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || {
            format!(
                "`{}` is not a charge: write ITEM#NUMBER",
                text.chars().take(60).collect::<String>()
            )
        };
        let (item, number) = text.rsplit_once('#').ok_or_else(fault)?;
        Ok(Self {
            item: BillingItemId::new(item).map_err(|_| fault())?,
            number: number.parse().map_err(|_| fault())?,
        })
    }
}

impl Serialize for ChargeKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ChargeKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// One dated part of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Charge {
    /// Which charge it is.
    pub key: ChargeKey,
    /// The day from which it is due to be invoiced.
    pub date: NaiveDate,
    /// The amount without tax.
    pub net: Money,
    /// The time of service that it pays for (BG-26); none for what is billed once.
    pub service: Option<Period>,
    /// Where the item stands in its account.
    #[serde(skip)]
    position: usize,
}

impl Charge {
    /// The item that it is a part of, in its account.
    pub(crate) fn item<'a>(&self, account: &'a BillingAccount) -> Option<&'a BillingItem> {
        account.items.get(self.position)
    }
}

/// The dated charges of an account; those of an item add up to the item, to the last minor unit.
///
/// Parts follow the cumulative rule: part k is round(item x weight of the first k parts / weight of all) less
/// the parts before it, so the last one closes the whole. What a cut period weighs is
/// [`Proportion`](crate::Proportion).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BillingSchedule {
    account: BillingAccount,
    policy: BillingPolicy,
    charges: Vec<Charge>,
}

impl BillingSchedule {
    /// The schedule of an account, its charges in order of date, then item.
    ///
    /// # Errors
    /// [`InvoicingError::InvalidDocument`] with every fault of the account: no items, an item twice, an amount
    /// in another currency or finer than the minor unit, an empty description, a cycle of no months or of more
    /// than 10 000 periods.
    pub fn new(account: BillingAccount, policy: &BillingPolicy) -> Result<Self, InvoicingError> {
        let mut check = Check::new("billing account");
        let mut all = Vec::new();
        let mut ids = BTreeSet::new();
        if account.items.is_empty() {
            check.fault(
                "items",
                "no_items",
                "is empty: an account bills at least one item",
            );
        }
        for (index, item) in account.items.iter().enumerate() {
            let path = format!("items[{index}]");
            if !ids.insert(&item.id) {
                let message = format!("{} occurs twice", item.id);
                check.fault(format!("{path}.id"), "duplicate_id", message);
            }
            if item.description.trim().is_empty() {
                let message = "is empty: an invoice line has a name (BR-25)";
                check.fault(format!("{path}.description"), "invalid_text", message);
            }
            if item.net.currency() != account.currency {
                let (found, expected) = (item.net.currency(), account.currency);
                let message = format!("is in {found}: the account bills in {expected}");
                check.fault(format!("{path}.net"), "currency_mismatch", message);
            }
            if item.net.amount().scale() > item.net.currency().minor_units() {
                let message = format!("{} is finer than the minor unit", item.net);
                check.fault(format!("{path}.net"), "not_in_minor_units", message);
            }
            match charges(index, item, policy) {
                Ok(charges) => all.extend(charges),
                Err(fault) => check.fault(format!("{path}.plan"), fault.code(), fault.to_string()),
            }
        }
        check.finish(())?;
        // Stable: charges of one date keep the order of the items.
        all.sort_by_key(|charge: &Charge| charge.date);
        Ok(Self {
            account,
            policy: policy.clone(),
            charges: all,
        })
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> &BillingAccount {
        &self.account
    }

    /// Every charge, in order of date, then item.
    #[must_use]
    pub fn charges(&self) -> &[Charge] {
        &self.charges
    }

    /// The charges dated on or before `as_of`, whether invoiced or not.
    #[must_use]
    pub fn due(&self, as_of: NaiveDate) -> &[Charge] {
        let end = self.charges.partition_point(|charge| charge.date <= as_of);
        self.charges.get(..end).unwrap_or_default()
    }

    /// Why a charge is what it is; `None` if the schedule does not have it.
    ///
    /// # Errors
    /// None for a schedule that was built; the signature leaves room for the bounds of figures.
    pub fn explain(&self, charge: &ChargeKey) -> Result<Option<Explanation>, InvoicingError> {
        let Some(item) = self.account.items.iter().find(|item| item.id == charge.item) else {
            return Ok(None);
        };
        let mut trace = Trace::new();
        let parts = parts(item, &self.policy, &mut trace)?;
        let part = (1..).zip(&parts).find(|(number, _)| *number == charge.number);
        Ok(part.map(|(_, part)| trace.finish(&part.net)))
    }

    /// The net of all items.
    ///
    /// # Errors
    /// [`InvoicingError::Money`] beyond the bounds of money.
    pub fn total(&self) -> Result<Money, InvoicingError> {
        Ok(Money::sum(
            self.account.items.iter().map(|item| &item.net),
            self.account.currency,
        )?)
    }

    /// The net that was invoiced for these items and not credited.
    ///
    /// # Errors
    /// As [`BillingSchedule::total`].
    pub fn invoiced(&self, log: &BillingLog) -> Result<Money, InvoicingError> {
        let billed = self
            .account
            .items
            .iter()
            .flat_map(|item| log.of_item(&item.id).map(|(_, net)| net));
        Ok(Money::sum(billed, self.account.currency)?)
    }

    /// The net that is still to be invoiced: the total less what was invoiced, due or not.
    ///
    /// # Errors
    /// As [`BillingSchedule::total`].
    pub fn to_be_invoiced(&self, log: &BillingLog) -> Result<Money, InvoicingError> {
        Ok(self.total()?.checked_sub(&self.invoiced(log)?)?)
    }
}

/// The charges of one item, which stands at `position` in its account.
fn charges(
    position: usize,
    item: &BillingItem,
    policy: &BillingPolicy,
) -> Result<Vec<Charge>, InvoicingError> {
    let charge = |(number, part): (u32, Part<()>)| {
        Ok(Charge {
            key: ChargeKey {
                item: item.id.clone(),
                number,
            },
            date: part.date,
            net: Money::try_from_exact(&part.net.value, item.net.currency())?,
            service: part.service,
            position,
        })
    };
    (1..)
        .zip(parts(item, policy, &mut NoTrace)?)
        .map(charge)
        .collect()
}

/// What was invoiced of every charge: the memory of the bill run, folded from issued documents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BillingLog {
    billed: BTreeMap<ChargeKey, Money>,
}

impl BillingLog {
    /// Nothing was invoiced yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes note of a document: an invoice bills its charges, a credit note gives them back, so that the next
    /// run bills them anew. Drafts count: a charge on a draft is not billed again.
    ///
    /// # Errors
    /// [`InvoicingError::Duplicate`] if an invoice bills a charge that is billed already.
    pub fn record(&mut self, document: &Invoice) -> Result<(), InvoicingError> {
        let credit = matches!(document.document().kind, InvoiceKind::CreditNote { .. });
        let lines = || document.document().lines.iter().zip(document.line_nets());
        let charges = || lines().filter_map(|(line, net)| line.charge.as_ref().map(|charge| (charge, net)));
        if !credit && let Some((charge, _)) = charges().find(|(charge, _)| self.billed.contains_key(charge)) {
            return Err(InvoicingError::Duplicate {
                what: "charge",
                key: charge.to_string(),
            });
        }
        for (charge, net) in charges() {
            if credit {
                self.billed.remove(charge);
            } else {
                self.billed.insert(charge.clone(), *net);
            }
        }
        Ok(())
    }

    /// What was billed for a charge, if it was.
    #[must_use]
    pub fn billed(&self, charge: &ChargeKey) -> Option<&Money> {
        self.billed.get(charge)
    }

    pub(crate) fn of_item(&self, item: &BillingItemId) -> impl Iterator<Item = (&ChargeKey, &Money)> {
        let key = |number| ChargeKey {
            item: item.clone(),
            number,
        };
        self.billed.range(key(0)..=key(u32::MAX))
    }
}
