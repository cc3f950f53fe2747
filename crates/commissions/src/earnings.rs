//! What the credits of a quarter earn: the one body of every figure, with and without its derivation.

use std::collections::{BTreeMap, BTreeSet};

use l2c_calendar::{NaiveDate, Quarter};
use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_host::PartyId;
use l2c_money::{Exact, Money, RoundingPolicy};

use crate::plan::{Component, Version, rates_path};
use crate::{CommissionError, Credit, CreditId, Plan};

/// A credit with its reversals, and what they leave of it.
pub(crate) struct Counted<'a> {
    pub(crate) credit: &'a Credit,
    pub(crate) reversals: Vec<&'a Credit>,
    pub(crate) net: Money,
}

/// The credits of one payee, by the quarter and the component in which they count, each in the order of their
/// dates and, on one day, of their ids. The order in which they are given does not matter.
pub(crate) type Counts<'a> = BTreeMap<(Quarter, String), Vec<Counted<'a>>>;

impl Plan {
    /// Everything that this plan credits to `payee` and that is dated by `as_of`.
    pub(crate) fn counts<'a>(
        &self,
        payee: &PartyId,
        credits: &'a [Credit],
        as_of: NaiveDate,
    ) -> Result<Counts<'a>, CommissionError> {
        let mut originals: BTreeMap<&CreditId, Counted<'a>> = BTreeMap::new();
        let mut reversals = Vec::new();
        let mut seen = BTreeSet::new();
        for credit in credits
            .iter()
            .filter(|credit| credit.payee == *payee && credit.plan == *self.id() && credit.date <= as_of)
        {
            if !seen.insert(&credit.id) {
                return Err(CommissionError::DuplicateCredit {
                    credit: credit.id.clone(),
                });
            }
            self.check_currency(&credit.amount, || format!("credit {}", credit.id))?;
            match &credit.reverses {
                Some(original) => reversals.push((original, credit)),
                None => {
                    originals.insert(
                        &credit.id,
                        Counted {
                            credit,
                            reversals: Vec::new(),
                            net: credit.amount,
                        },
                    );
                }
            }
        }
        for (original, reversal) in reversals {
            let unknown = || CommissionError::UnknownCredit {
                credit: original.clone(),
                payee: payee.clone(),
                as_of,
            };
            let counted = originals.get_mut(original).ok_or_else(unknown)?;
            counted.net = counted.net.checked_add(&reversal.amount)?;
            counted.reversals.push(reversal);
        }
        let mut counts = Counts::new();
        for counted in originals.into_values() {
            within_original(&counted)?;
            let key = (Quarter::of(counted.credit.date), counted.credit.component.clone());
            counts.entry(key).or_default().push(counted);
        }
        for list in counts.values_mut() {
            for counted in list.iter_mut() {
                counted
                    .reversals
                    .sort_by_key(|reversal| (reversal.date, &reversal.id));
            }
            list.sort_by(|a, b| (a.credit.date, &a.credit.id).cmp(&(b.credit.date, &b.credit.id)));
        }
        Ok(counts)
    }

    /// How the component of a credit pays one payee in a quarter.
    pub(crate) fn terms<'a>(
        &'a self,
        quarter: Quarter,
        component: &str,
        payee: &PartyId,
        credit: &CreditId,
    ) -> Result<Terms<'a>, CommissionError> {
        let version = self.version(quarter)?;
        let component = version
            .component(component)
            .ok_or_else(|| CommissionError::UnknownComponent {
                credit: credit.clone(),
                component: component.to_owned(),
                quarter,
            })?;
        let quota = match &component.quota {
            None => None,
            Some(quota) => Some(quota.of(payee).ok_or_else(|| CommissionError::NoQuota {
                component: component.id.clone(),
                quarter,
                payee: payee.clone(),
            })?),
        };
        Ok(Terms {
            plan: self,
            version,
            component,
            quota,
        })
    }
}

/// A reversal leaves something between nothing and all of its original.
fn within_original(counted: &Counted<'_>) -> Result<(), CommissionError> {
    let (credited, left) = (counted.credit.amount.exact(), counted.net.exact());
    let within = if credited.is_negative() {
        credited <= left && left <= Exact::ZERO
    } else {
        Exact::ZERO <= left && left <= credited
    };
    if within {
        return Ok(());
    }
    Err(CommissionError::ReversalTooLarge {
        credit: counted.credit.id.clone(),
        credited: counted.credit.amount.to_string(),
        left: counted.net.to_string(),
    })
}

/// How a component pays one payee in one quarter.
pub(crate) struct Terms<'a> {
    plan: &'a Plan,
    version: &'a Version,
    component: &'a Component,
    quota: Option<(Money, String)>,
}

impl Terms<'_> {
    pub(crate) fn quota(&self) -> Option<Money> {
        self.quota.as_ref().map(|(amount, _)| *amount)
    }

    /// The quota as a figure; none for a component without quotas.
    pub(crate) fn quota_figure<R: Recorder>(&self, rec: &mut R) -> Option<Figure<R::Mark>> {
        let (amount, path) = self.quota.as_ref()?;
        Some(rec.input(amount.exact(), || {
            Note::new("quota of the quarter")
                .money(self.plan.currency())
                .cite(self.cite(path))
        }))
    }

    /// What a total of credits has earned, rounded half away from zero to the minor unit. The commission of one
    /// credit is this after it less this before it, so the credits of a quarter add up to the quarter.
    pub(crate) fn earned<R: Recorder>(
        &self,
        rec: &mut R,
        quota: Option<&Figure<R::Mark>>,
        credited: &Figure<R::Mark>,
        label: &str,
    ) -> Result<Figure<R::Mark>, CommissionError> {
        let currency = self.plan.currency();
        let exact = match quota {
            None => self.rated(rec, credited)?,
            Some(quota) => {
                let attainment = rec.quotient(credited, quota, || Note::new("attainment").percent())?;
                let rated = self.rated(rec, &attainment)?;
                rec.product(quota, &rated, || {
                    Note::new("graduated commission").money(currency)
                })
            }
        };
        let note = || Note::new(label).money(currency);
        Ok(rec.round(&exact, RoundingPolicy::HALF_UP, currency, note)?)
    }

    fn cite(&self, path: &str) -> Citation {
        self.plan.cite(
            self.version,
            &format!("{}.{path}", self.version.path(&self.component.id)),
        )
    }

    /// Below zero the first step goes on: what goes back gives back at the lowest rate.
    fn rated<R: Recorder>(
        &self,
        rec: &mut R,
        quantity: &Figure<R::Mark>,
    ) -> Result<Figure<R::Mark>, CommissionError> {
        let cite = |path: &str| self.cite(&rates_path(path));
        let legend = self.component.legend(&cite, self.plan.currency());
        if quantity.value.is_negative() {
            let mirrored = rec.negate(quantity, || Note::new("given back").measured(legend.quantity));
            let first = self.component.rates.tiers().first();
            let rate = first
                .and_then(|tier| tier.unit)
                .map(|unit| unit.exact())
                .unwrap_or_default();
            let rate = rec.input(rate, || {
                Note::new("rate").percent().cite(cite("tiers[0].rate_percent"))
            });
            let amount = rec.product(&mirrored, &rate, || Note::new("step 1").measured(legend.quantity));
            return Ok(rec.negate(&amount, || Note::new("below zero").measured(legend.quantity)));
        }
        Ok(self.component.rates.record(rec, quantity, legend)?)
    }
}
