//! Whether a cost is an asset, and of which kind, or an expense.

use l2c_calendar::{Period, add_months};
use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_ledger::Role;
use l2c_money::{Exact, Money};
use serde::Serialize;

use super::amortisation::Term;
use super::asset::Scene;
use super::{Cost, CostItem, CostNature, paragraph};
use crate::{Paragraph, RevenueError};

/// What became of a cost on the day it was incurred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CostTreatment {
    /// The cost.
    pub id: String,
    /// The asset that it is, or [`Role::Expense`].
    pub role: Role,
    /// The paragraph that decided.
    pub paragraph: Paragraph,
    /// Its incremental items, without payroll tax.
    pub incremental: Money,
    /// Payroll tax on them.
    pub payroll_tax: Money,
    /// What is an expense at once.
    pub expensed: Money,
    /// What is an asset.
    pub capitalised: Money,
    /// Of an anticipated renewal: whether the commission on it is commensurate with the first.
    pub commensurate: Option<bool>,
    /// The amortisation period, if it is a time.
    pub amortisation: Option<Period>,
    /// The months of it that the contract and a renewal ask for, if they were asked for by months.
    pub months: Option<u32>,
}

/// A treatment in figures.
pub(super) struct Treated<M> {
    pub(super) role: Role,
    pub(super) paragraph: Paragraph,
    pub(super) incremental: Figure<M>,
    pub(super) payroll_tax: Figure<M>,
    pub(super) expensed: Figure<M>,
    pub(super) capitalised: Figure<M>,
}

impl Cost {
    /// Whether the facts alone make it an asset under contract costs, so that it needs an amortisation.
    pub(super) fn needs_amortisation(&self) -> bool {
        let (role, _) = self.role_by_facts();
        matches!(role, Role::CostToObtainAsset | Role::CostToFulfilAsset)
    }

    /// The treatment that the facts lead to, before the expedient of a year.
    fn role_by_facts(&self) -> (Role, Paragraph) {
        match &self.nature {
            CostNature::Obtain {
                items, recoverable, ..
            } => {
                let paragraph = if items.iter().any(|item| item.incremental) {
                    paragraph::OBTAIN
                } else {
                    paragraph::REGARDLESS
                };
                if *recoverable && items.iter().any(CostItem::is_capitalised) {
                    (Role::CostToObtainAsset, paragraph)
                } else {
                    (Role::Expense, paragraph)
                }
            }
            CostNature::Fulfil {
                relates_directly,
                enhances_resources,
                recoverable,
                ..
            } => {
                if *relates_directly && *enhances_resources && *recoverable {
                    (Role::CostToFulfilAsset, paragraph::FULFIL)
                } else {
                    (Role::Expense, paragraph::FULFIL)
                }
            }
            CostNature::OtherStandard { asset, .. } => (asset.role(), paragraph::OTHER_STANDARD),
        }
    }

    /// Whether the expedient of a year makes it an expense.
    fn within_a_year(&self, term: Option<&Term>) -> bool {
        let ends = |period: &Period| add_months(period.start(), 12).is_ok_and(|year| period.end() <= year);
        matches!(self.nature, CostNature::Obtain { .. }) && term.is_some_and(|term| ends(&term.period))
    }
}

impl CostItem {
    const fn is_capitalised(&self) -> bool {
        self.incremental || self.explicitly_chargeable
    }
}

/// Treats a cost.
pub(super) fn treat<R: Recorder>(
    rec: &mut R,
    scene: &Scene<'_>,
    cost: &Cost,
    term: Option<&Term>,
) -> Result<Treated<R::Mark>, RevenueError> {
    let (mut role, mut paragraph) = cost.role_by_facts();
    if scene.policy.one_year_expedient && role == Role::CostToObtainAsset && cost.within_a_year(term) {
        (role, paragraph) = (Role::Expense, paragraph::ONE_YEAR);
    }
    let cite = scene.book.cite(paragraph);
    let (mut qualifying, mut other) = (Vec::new(), Vec::new());
    let mut incremental = Vec::new();
    let mut tax_rate = Exact::ZERO;
    match &cost.nature {
        CostNature::Obtain {
            items,
            payroll_tax_rate,
            ..
        } => {
            tax_rate = Exact::from(*payroll_tax_rate);
            for item in items {
                let figure = rec.input(item.amount.exact(), || {
                    let label = format!("{} of {}, {}", item.what, cost.id, kind_of(item));
                    Note::new(label)
                        .money(scene.currency)
                        .cite(scene.of_cost(&cost.id))
                });
                if item.incremental {
                    incremental.push(figure.clone());
                }
                if item.is_capitalised() {
                    &mut qualifying
                } else {
                    &mut other
                }
                .push(figure);
            }
        }
        CostNature::Fulfil { amount, .. } | CostNature::OtherStandard { amount, .. } => {
            qualifying.push(rec.input(amount.exact(), || {
                Note::new(cost.id.clone())
                    .money(scene.currency)
                    .cite(scene.of_cost(&cost.id))
            }));
        }
    }
    let incremental = total(
        rec,
        scene,
        &incremental,
        || format!("incremental items of {}", cost.id),
        &cite,
    );
    let payroll_tax = payroll_tax(rec, scene, cost, &incremental, tax_rate)?;
    if !payroll_tax.value.is_zero() {
        qualifying.push(payroll_tax.clone());
    }
    if role == Role::Expense {
        other.append(&mut qualifying);
    }
    let capitalised = total(
        rec,
        scene,
        &qualifying,
        || format!("{} capitalised as {role}", cost.id),
        &cite,
    );
    let expensed = total(
        rec,
        scene,
        &other,
        || format!("{} expensed at once", cost.id),
        &cite,
    );
    Ok(Treated {
        role,
        paragraph,
        incremental,
        payroll_tax,
        expensed,
        capitalised,
    })
}

fn payroll_tax<R: Recorder>(
    rec: &mut R,
    scene: &Scene<'_>,
    cost: &Cost,
    incremental: &Figure<R::Mark>,
    rate: Exact,
) -> Result<Figure<R::Mark>, RevenueError> {
    let rate = rec.input(rate, || {
        Note::new("payroll tax rate")
            .percent()
            .cite(scene.of_cost(&cost.id))
    });
    let tax = rec.product(incremental, &rate, || {
        Note::new(format!("payroll tax on {}, exact", cost.id)).money(scene.currency)
    });
    scene.round(rec, &tax, || format!("payroll tax on {}", cost.id))
}

fn total<R: Recorder>(
    rec: &mut R,
    scene: &Scene<'_>,
    parts: &[Figure<R::Mark>],
    label: impl Fn() -> String,
    cite: &Citation,
) -> Figure<R::Mark> {
    let parts: Vec<_> = parts.iter().collect();
    rec.sum(&parts, || {
        Note::new(label()).money(scene.currency).cite(cite.clone())
    })
}

const fn kind_of(item: &CostItem) -> &'static str {
    match (item.incremental, item.explicitly_chargeable) {
        (true, _) => "incremental",
        (false, true) => "chargeable to the customer regardless",
        (false, false) => "incurred regardless of the contract",
    }
}
