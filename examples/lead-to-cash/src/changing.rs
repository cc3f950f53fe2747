//! What changes after a contract is agreed: support that is extended, and volume rebates that are earned or missed.
//!
//! An export says nothing of either. Who gets them follows from what each customer has bought, by the rules of
//! `changes.json`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c::calendar::{Period, Quarter, add_months};
use l2c::contracts::{ContractItem, ItemKind};
use l2c::documents::{Check, Faults};
use l2c::host::PartyId;
use l2c::money::{Decimal, DecimalText, Money, MoneyError, Percent, RoundingPolicy, decimal_string};
use l2c::revenue::{
    Consideration, Constraint, ContractModification, Estimate, Fact, ObligationChange, Outcome, Reassessment,
    RevenueCommand, Terms, TermsDocument,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::contracting::Agreed;
use crate::documents;
use crate::error::Failure;
use crate::offer::price_part;
use crate::policy::Folder;

/// The element of the consideration that a rebate is.
pub const REBATE: &str = "volume-rebate";

/// The longest time that support begins before its amendment, and that it is extended by, in months.
const TEN_YEARS: i32 = 120;

/// What is changed of contracts that are agreed. Amounts are net, in the currency of the terms.
#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangesDocument {
    /// Whose support is extended; absent: nobody's.
    #[serde(default)]
    extension: Option<Extension>,
    /// Who earns a rebate; absent: nobody.
    #[serde(default)]
    rebate: Option<VolumeRebate>,
}

/// Support that is extended at no charge because the customer has bought again. It is agreed when the day has come;
/// nothing of it is promised before.
#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
struct Extension {
    /// The least amount of a contract whose support is extended.
    #[serde(with = "decimal_string")]
    #[schemars(with = "DecimalText")]
    orders_from: Decimal,
    /// Months of support after which the contract is amended, from 1 to 120.
    after_months: i32,
    /// What the customer must have bought between the contract and its amendment.
    #[serde(with = "decimal_string")]
    #[schemars(with = "DecimalText")]
    purchases_from: Decimal,
    /// Months that are added, from 1 to 120.
    months: i32,
}

/// A part of the price that is given back to a customer who buys much in a calendar quarter. Until the quarter has
/// ended, revenue is constrained to the price less the whole rebate (606-10-32-11).
#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
struct VolumeRebate {
    /// The least amount of a contract that the rebate is agreed for.
    #[serde(with = "decimal_string")]
    #[schemars(with = "DecimalText")]
    orders_from: Decimal,
    /// What the customer must buy in the calendar quarter of the contract to earn it.
    #[serde(with = "decimal_string")]
    #[schemars(with = "DecimalText")]
    purchases_from: Decimal,
    /// The part of the contract's price that is given back, from 0 to 100.
    percent: Percent,
    /// How likely it is when the contract is agreed that it is earned, from 0 to 1.
    #[serde(with = "decimal_string")]
    #[schemars(with = "DecimalText")]
    likelihood: Decimal,
}

impl ChangesDocument {
    /// Reads and checks `changes.json`.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn read(folder: &mut Folder) -> Result<Self, Failure> {
        let document = folder.read(&documents::CHANGES)?;
        folder.check(&documents::CHANGES, document.checked())
    }

    fn checked(self) -> Result<Self, Faults> {
        let mut check = Check::new("changes");
        let mut range = |path: &str, found: Decimal, least: Decimal, most: Option<Decimal>| {
            if found < least || most.is_some_and(|most| found > most) {
                let right = most.map_or(format!("{least} or above"), |most| format!("{least} to {most}"));
                check.fault(
                    path,
                    "out_of_range",
                    format!("{found} is out of range; {right} is right"),
                );
            }
        };
        let zero = Decimal::ZERO;
        if let Some(extension) = &self.extension {
            range("extension.orders_from", extension.orders_from, zero, None);
            range("extension.purchases_from", extension.purchases_from, zero, None);
            for (path, months) in [
                ("extension.after_months", extension.after_months),
                ("extension.months", extension.months),
            ] {
                range(path, months.into(), Decimal::ONE, Some(TEN_YEARS.into()));
            }
        }
        if let Some(rebate) = &self.rebate {
            range("rebate.orders_from", rebate.orders_from, zero, None);
            range("rebate.purchases_from", rebate.purchases_from, zero, None);
            let percent = rebate.percent.value();
            range("rebate.percent", percent, zero, Some(Decimal::ONE_HUNDRED));
            range("rebate.likelihood", rebate.likelihood, zero, Some(Decimal::ONE));
        }
        check.finish(self)
    }
}

/// The rules, and what each customer has bought.
pub struct Changes<'a> {
    document: &'a ChangesDocument,
    purchases: BTreeMap<PartyId, Vec<(NaiveDate, Money)>>,
    as_of: NaiveDate,
}

/// A rebate that a contract has.
pub struct Rebate {
    /// What is given back if it is earned.
    pub amount: Money,
    /// What of it lowers the price by the day of the run.
    pub included: Money,
    likelihood: Decimal,
    /// The day on which it is known that it is missed.
    missed_on: Option<NaiveDate>,
}

impl<'a> Changes<'a> {
    /// The rules for the contracts of a run.
    pub fn new(document: &'a ChangesDocument, contracts: &[Agreed], as_of: NaiveDate) -> Self {
        let mut purchases: BTreeMap<PartyId, Vec<(NaiveDate, Money)>> = BTreeMap::new();
        for agreed in contracts {
            if let (Some(customer), Some(net)) = (customer(agreed), agreed.contract.state.net()) {
                let bought = purchases.entry(customer.clone()).or_default();
                bought.push((agreed.agreed_on, net));
            }
        }
        Self {
            document,
            purchases,
            as_of,
        }
    }

    /// What a customer has bought on days of a span.
    fn bought(&self, agreed: &Agreed, within: impl Fn(NaiveDate) -> bool) -> Result<Decimal, MoneyError> {
        let mut sum: Option<Money> = None;
        let purchases = customer(agreed).and_then(|customer| self.purchases.get(customer));
        for (_, net) in purchases.into_iter().flatten().filter(|(on, _)| within(*on)) {
            sum = Some(match sum {
                Some(sum) => sum.checked_add(net)?,
                None => *net,
            });
        }
        Ok(sum.map_or(Decimal::ZERO, |sum| sum.amount()))
    }

    /// The rebate of a contract, if it has one.
    ///
    /// # Errors
    /// Sums out of bounds.
    pub fn rebate(&self, agreed: &Agreed) -> Result<Option<Rebate>, MoneyError> {
        let net = agreed.contract.state.net();
        let (Some(rule), Some(net)) = (&self.document.rebate, net) else {
            return Ok(None);
        };
        let amount = price_part(rule.percent, net.amount(), net.currency())?;
        if net.amount() < rule.orders_from || amount.is_zero() {
            return Ok(None);
        }
        let quarter = Quarter::of(agreed.agreed_on);
        let (first, last) = (quarter.first_day(), quarter.last_day());
        let is_known = last <= self.as_of;
        let bought = self.bought(agreed, |on| first <= on && on <= last)?;
        let missed_on = (is_known && bought < rule.purchases_from).then_some(last);
        let included = match missed_on {
            Some(_) => Money::zero(amount.currency()),
            None => amount,
        };
        Ok(Some(Rebate {
            amount,
            included,
            likelihood: rule.likelihood,
            missed_on,
        }))
    }

    /// The support of a contract that is extended, if it is.
    ///
    /// # Errors
    /// Sums and dates out of bounds.
    pub fn extension(
        &self,
        agreed: &Agreed,
        standalone: impl Fn(&ContractItem) -> Money,
    ) -> Result<Option<RevenueCommand>, Box<dyn std::error::Error>> {
        let contract = &agreed.contract.state;
        let (Some(rule), Some(net)) = (&self.document.extension, contract.net()) else {
            return Ok(None);
        };
        let support = contract.items().iter().find_map(|item| match item.supply {
            ItemKind::Term { period, .. } => Some((item, period)),
            _ => None,
        });
        let Some((item, period)) = support.filter(|_| net.amount() >= rule.orders_from) else {
            return Ok(None);
        };
        let on = add_months(period.start(), rule.after_months)?;
        if on > self.as_of || on >= period.end() {
            return Ok(None);
        }
        let bought = self.bought(agreed, |day| agreed.agreed_on < day && day <= on)?;
        if bought < rule.purchases_from {
            return Ok(None);
        }
        let left = Period::new(on, add_months(period.end(), rule.months)?)?;
        // The price of a day of support, for the days that are left.
        let whole = standalone(item);
        let share = l2c::money::Exact::ratio(left.days().into(), period.days().into())?;
        #[expect(clippy::arithmetic_side_effects, reason = "an Exact cannot overflow")]
        let price = RoundingPolicy::HALF_UP.money(&(whole.exact() * share), whole.currency())?;
        let obligation = item.id.key();
        Ok(Some(RevenueCommand::new(
            on,
            Fact::modified(ContractModification {
                changes: vec![ObligationChange {
                    last_day: Some(left.last_day()),
                    ssp_remaining: Some(price),
                    ..ObligationChange::of(obligation)
                }],
                price_change: Some(Money::zero(whole.currency())),
                ..ContractModification::new(format!("extension-of-{obligation}"))
            }),
        )))
    }
}

impl Rebate {
    /// The terms with the rebate, which may be earned or not: its expected value, and the constraint.
    ///
    /// # Errors
    /// What the room refuses.
    pub fn agreed_in(&self, terms: &Terms) -> Result<Terms, Faults> {
        let outcomes = vec![
            Outcome {
                amount: self.amount.negated(),
                probability: self.likelihood,
            },
            Outcome {
                amount: Money::zero(self.amount.currency()),
                probability: Decimal::ONE.saturating_sub(self.likelihood),
            },
        ];
        let mut document = TermsDocument::from(terms.clone());
        document.consideration.push(Consideration::Variable {
            id: REBATE.to_owned(),
            estimate: Estimate::ExpectedValue { outcomes },
            constraint: Constraint::Full,
            allocate_to: Vec::new(),
        });
        Terms::new(document)
    }

    /// The estimate of a rebate that is missed: nothing of it lowers the price any more.
    pub fn reassessed(&self) -> Option<RevenueCommand> {
        let estimate = Reassessment::Consideration {
            element: REBATE.to_owned(),
            amount: Money::zero(self.amount.currency()),
        };
        Some(RevenueCommand::new(
            self.missed_on?,
            Fact::EstimateChanged { estimate },
        ))
    }
}

fn customer(agreed: &Agreed) -> Option<&PartyId> {
    Some(agreed.contract.state.terms()?.parties.sold_to())
}
