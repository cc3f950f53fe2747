use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_calendar::Quarter;
use l2c_host::PartyId;
use l2c_money::Money;
use serde::{Deserialize, Serialize};

use crate::plan::Component;
use crate::{CommissionError, CreditId, Plan, PlanId};

/// What a plan credits: a sale, its seller, and the amounts of its parts net of tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deal {
    /// Id of the document of the sale: an order, an invoice. It becomes part of the ids of its credits, so it is
    /// made of `A-Z a-z 0-9 - . _ :`.
    pub id: String,
    /// The day that decides the quarter.
    pub date: NaiveDate,
    /// Who sold.
    pub seller: PartyId,
    /// Whom the seller reported to on that day; nobody at the top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<PartyId>,
    /// Amounts by part: `licence`, `support`. Below zero for what goes back.
    pub parts: BTreeMap<String, Money>,
}

/// Why a payee is credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CreditKind {
    /// They sold.
    Primary,
    /// The seller reports to them.
    Rollup,
}

/// What one payee gets of one deal towards one component of a plan; or, as a reversal, what is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credit {
    /// The credit.
    pub id: CreditId,
    /// The plan.
    pub plan: PlanId,
    /// The component of the plan that it counts towards.
    pub component: String,
    /// Who is credited.
    pub payee: PartyId,
    /// The day on which it counts; of a reversal, the day from which it is known.
    pub date: NaiveDate,
    /// The amount; of a reversal, with the other sign.
    pub amount: Money,
    /// Id of the document of the sale.
    pub deal: String,
    /// The credit that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<CreditId>,
}

impl Credit {
    /// The credit that takes back all of this one from a day on.
    ///
    /// It lowers the attainment of the quarter of this credit, as if that had never been sold. Where a statement
    /// of that quarter has been closed, the next statement carries the difference.
    #[must_use]
    pub fn reversed(&self, id: CreditId, date: NaiveDate) -> Self {
        Self {
            amount: self.amount.negated(),
            ..self.reversed_in_part(id, date, Money::zero(self.amount.currency()))
        }
    }

    /// The credit that takes back `amount` of this one from a day on; `amount` has the sign of this credit.
    #[must_use]
    pub fn reversed_in_part(&self, id: CreditId, date: NaiveDate, amount: Money) -> Self {
        Self {
            id,
            date,
            amount: amount.negated(),
            reverses: Some(self.id.clone()),
            ..self.clone()
        }
    }
}

impl Plan {
    /// The credits of a deal: for each component one credit of 100 % of the parts that it counts, to the seller
    /// or, for a roll-up, to the manager. A component that credits nobody gives none.
    ///
    /// The id of a credit names the plan, the deal and the component: `crd_sales.ord_1.override`.
    ///
    /// # Errors
    /// [`CommissionError::NoVersion`] for the date; [`CommissionError::MissingPart`],
    /// [`CommissionError::WrongCurrency`]; [`CommissionError::Host`] if the id of the deal is no key.
    pub fn credits(&self, deal: &Deal) -> Result<Vec<Credit>, CommissionError> {
        let version = self.version(Quarter::of(deal.date))?;
        let mut credits = Vec::new();
        for component in &version.components {
            let payee = match component.credits {
                CreditKind::Primary => Some(&deal.seller),
                CreditKind::Rollup => deal.manager.as_ref(),
            };
            let Some(payee) = payee else { continue };
            credits.push(Credit {
                id: CreditId::from_key(&format!("{}.{}.{}", self.id().key(), deal.id, component.id))?,
                plan: self.id().clone(),
                component: component.id.clone(),
                payee: payee.clone(),
                date: deal.date,
                amount: self.credited(component, deal)?,
                deal: deal.id.clone(),
                reverses: None,
            });
        }
        Ok(credits)
    }

    fn credited(&self, component: &Component, deal: &Deal) -> Result<Money, CommissionError> {
        let mut total = Money::zero(self.currency());
        let all = || deal.parts.keys().collect::<Vec<_>>();
        for part in component
            .parts
            .as_ref()
            .map_or_else(all, |parts| parts.iter().collect())
        {
            let amount = deal.parts.get(part).ok_or_else(|| CommissionError::MissingPart {
                deal: deal.id.clone(),
                part: part.clone(),
                component: component.id.clone(),
            })?;
            self.check_currency(amount, || format!("part {part} of deal {}", deal.id))?;
            total = total.checked_add(amount)?;
        }
        Ok(total)
    }

    pub(crate) fn check_currency(
        &self,
        amount: &Money,
        what: impl FnOnce() -> String,
    ) -> Result<(), CommissionError> {
        if amount.currency() == self.currency() {
            return Ok(());
        }
        let (found, expected) = (amount.currency(), self.currency());
        Err(CommissionError::WrongCurrency {
            what: what(),
            found,
            expected,
        })
    }
}
