use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use l2c_calendar::{FiscalMonth, NaiveDate, Period};
use l2c_explain::{Figure, NoTrace, Note, Recorder};
use l2c_ledger::{LegalEntity, Role};
use l2c_money::{Currency, Money};
use serde::Serialize;

use super::asset::{Asset, Scene};
use super::ledger::{Clawback, Ledger, ProgressPoint, day_before, keep};
use super::{
    ContractCostPolicy, ContractCostRefusal, ContractCosts, CostEvent, CostEventFigures, CostTreatment,
    paragraph,
};
use crate::{Book, Paragraph, RevenueContractId, RevenueError, View};

/// Which assets a figure is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CostScope {
    /// All that are carried under contract costs: of obtaining and of fulfilling.
    #[default]
    All,
    /// Those of one role: [`Role::CostToObtainAsset`] or [`Role::CostToFulfilAsset`].
    Role(Role),
    /// That of one cost.
    Cost(String),
}

/// A way in which what is carried moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CostMovement {
    /// A cost becomes an asset.
    Capitalised,
    /// An asset becomes expense as the goods or services transfer, catch-ups included.
    Amortised,
    /// What is not recoverable is lost.
    Impaired,
    /// What was lost comes back; under IFRS 15 alone.
    Reversed,
    /// What is carried of a contract that ended is written off.
    WrittenOff,
}

impl CostMovement {
    pub(super) const fn paragraph(self) -> Paragraph {
        match self {
            Self::Capitalised => paragraph::OBTAIN,
            Self::Amortised => paragraph::AMORTISATION,
            Self::Impaired | Self::WrittenOff => paragraph::IMPAIRMENT,
            Self::Reversed => paragraph::REVERSAL,
        }
    }
}

impl fmt::Display for CostMovement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Capitalised => "capitalised",
            Self::Amortised => "amortised",
            Self::Impaired => "impaired",
            Self::Reversed => "reversed",
            Self::WrittenOff => "written off",
        })
    }
}

/// What is carried at the end of a day, and what led to it since the costs were incurred. Each is zero or above;
/// carrying = capitalised + reversed - amortised - impaired - written off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CostFigures {
    /// What has become an asset.
    pub capitalised: Money,
    /// What is amortised, catch-ups included, impairment and write-offs not.
    pub amortised: Money,
    /// What is lost to impairment.
    pub impaired: Money,
    /// What of it has come back.
    pub reversed: Money,
    /// What is written off.
    pub written_off: Money,
    /// What is carried.
    pub carrying: Money,
}

impl CostFigures {
    /// Impairment less what has come back of it.
    ///
    /// # Errors
    /// [`RevenueError::Money`] outside the bounds of [`Money`].
    pub fn impaired_net(&self) -> Result<Money, RevenueError> {
        Ok(self.impaired.checked_sub(&self.reversed)?)
    }
}

/// What is carried at the two ends of a period, and what led from the one to the other (340-40-50-3, IFRS 15.128):
/// closing = opening + capitalised + reversal - amortisation - impairment - written off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CostRollForward {
    /// The period.
    pub period: Period,
    /// Carried before its first day.
    pub opening: Money,
    /// Capitalised in it.
    pub capitalised: Money,
    /// Amortised in it.
    pub amortisation: Money,
    /// Lost to impairment in it.
    pub impairment: Money,
    /// Come back in it of earlier impairment.
    pub reversal: Money,
    /// Written off in it.
    pub written_off: Money,
    /// Carried at the end of its last day.
    pub closing: Money,
}

/// Every figure of a contract's costs from one [`View`]. Amounts are in their currency, in whole minor units.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CostProjection {
    /// The contract.
    pub contract: RevenueContractId,
    /// The legal entity whose books it is in.
    pub entity: LegalEntity,
    /// The currency.
    pub currency: Currency,
    /// The standard.
    pub book: Book,
    /// The day through which [`CostProjection::postings`] go.
    pub as_of: NaiveDate,
    /// What became of each cost, in their order.
    pub treatments: Vec<CostTreatment>,
    /// What each event came to, in the order in which they became true.
    pub events: Vec<CostEventFigures>,
    pub(super) policy: ContractCostPolicy,
    pub(super) incurred: Vec<NaiveDate>,
    pub(super) assets: Vec<Asset<()>>,
    pub(super) clawbacks: Vec<Clawback>,
}

/// Every figure of contract costs, from their events in any order.
///
/// `progress` holds the points of the obligations that costs follow, by obligation; empty if none does. Events that
/// become true after the day of the view count too: they show in what lies ahead, and are not posted.
///
/// # Errors
/// [`ContractCostRefusal`] for facts that do not fit the costs.
pub fn project_costs(
    costs: &ContractCosts,
    events: &[CostEvent],
    progress: &BTreeMap<String, Vec<ProgressPoint>>,
    view: &View,
) -> Result<CostProjection, RevenueError> {
    let Ledger {
        treatments,
        assets,
        events: figures,
        clawbacks,
        ..
    } = keep(&mut NoTrace, costs, events, progress, view.known_at, view.book)?;
    Ok(CostProjection {
        contract: costs.contract().clone(),
        entity: costs.entity(),
        currency: costs.currency(),
        book: view.book,
        as_of: view.as_of,
        treatments,
        events: figures,
        policy: costs.policy().clone(),
        incurred: costs.costs().iter().map(|cost| cost.incurred).collect(),
        assets,
        clawbacks,
    })
}

impl CostProjection {
    pub(super) fn scene(&self) -> Scene<'_> {
        Scene {
            contract: self.contract.as_str(),
            currency: self.currency,
            policy: &self.policy,
            book: self.book,
        }
    }

    /// What became of a cost.
    #[must_use]
    pub fn treatment(&self, cost: &str) -> Option<&CostTreatment> {
        self.treatments.iter().find(|treatment| treatment.id == cost)
    }

    /// What was capitalised on the days on which the costs were incurred, by the role of the asset; those of other
    /// standards too.
    ///
    /// # Errors
    /// [`RevenueError::Money`] outside the bounds of [`Money`].
    pub fn capitalised(&self) -> Result<BTreeMap<Role, Money>, RevenueError> {
        let mut by_role = BTreeMap::new();
        for treatment in self.treatments.iter().filter(|one| one.role != Role::Expense) {
            let total = by_role
                .entry(treatment.role)
                .or_insert(Money::zero(self.currency));
            *total = total.checked_add(&treatment.capitalised)?;
        }
        Ok(by_role)
    }

    /// What was an expense at once.
    ///
    /// # Errors
    /// [`RevenueError::Money`] outside the bounds of [`Money`].
    pub fn expensed(&self) -> Result<Money, RevenueError> {
        let expensed = self.treatments.iter().map(|treatment| &treatment.expensed);
        Ok(Money::sum(expensed, self.currency)?)
    }

    /// What is carried at the end of a day, and what led to it.
    ///
    /// # Errors
    /// [`ContractCostRefusal::UnknownCost`]; [`RevenueError::Money`] outside the bounds of [`Money`].
    pub fn at(&self, of: &CostScope, day: NaiveDate) -> Result<CostFigures, RevenueError> {
        let look = self.look(of)?;
        let by = |kind| look.money(&look.moved(&mut NoTrace, kind, day)?);
        Ok(CostFigures {
            capitalised: by(CostMovement::Capitalised)?,
            amortised: by(CostMovement::Amortised)?,
            impaired: by(CostMovement::Impaired)?,
            reversed: by(CostMovement::Reversed)?,
            written_off: by(CostMovement::WrittenOff)?,
            carrying: look.money(&look.carrying(&mut NoTrace, day)?)?,
        })
    }

    /// What led from the beginning to the end of a period.
    ///
    /// # Errors
    /// As [`CostProjection::at`].
    pub fn roll_forward(&self, of: &CostScope, period: Period) -> Result<CostRollForward, RevenueError> {
        let look = self.look(of)?;
        let by = |kind| look.money(&look.moved_in(&mut NoTrace, kind, &period)?);
        Ok(CostRollForward {
            period,
            opening: look.money(&look.carrying(&mut NoTrace, day_before(period.start())?)?)?,
            capitalised: by(CostMovement::Capitalised)?,
            amortisation: by(CostMovement::Amortised)?,
            impairment: by(CostMovement::Impaired)?,
            reversal: by(CostMovement::Reversed)?,
            written_off: by(CostMovement::WrittenOff)?,
            closing: look.money(&look.carrying(&mut NoTrace, period.last_day())?)?,
        })
    }

    /// The months through the day of the view in which something moves.
    pub(super) fn months(&self) -> BTreeSet<FiscalMonth> {
        let last = FiscalMonth::of(self.as_of);
        let incurred = self
            .incurred
            .iter()
            .chain(self.clawbacks.iter().map(|one| &one.on));
        let mut months: BTreeSet<_> = incurred
            .map(|on| FiscalMonth::of(*on))
            .filter(|month| *month <= last)
            .collect();
        months.extend(self.assets.iter().flat_map(|asset| asset.track.months(last)));
        months
    }

    fn look(&self, of: &CostScope) -> Result<Look<'_, ()>, RevenueError> {
        let known = self.treatments.iter().map(|treatment| treatment.id.as_str());
        Look::at(self.scene(), &self.contract, known, &self.assets, of)
    }
}

/// Some assets, and the one body of code that their figures and derivations come from.
pub(super) struct Look<'a, M> {
    scene: Scene<'a>,
    assets: Vec<&'a Asset<M>>,
}

impl<'a, M: Clone> Look<'a, M> {
    pub(super) fn at<'b>(
        scene: Scene<'a>,
        contract: &RevenueContractId,
        known: impl IntoIterator<Item = &'b str>,
        assets: &'a [Asset<M>],
        of: &CostScope,
    ) -> Result<Self, RevenueError> {
        if let CostScope::Cost(cost) = of
            && !known.into_iter().any(|id| id == cost)
        {
            return Err(ContractCostRefusal::UnknownCost {
                contract: contract.clone(),
                cost: cost.clone(),
            }
            .into());
        }
        let is_meant = |asset: &&Asset<M>| match of {
            CostScope::All => true,
            CostScope::Role(role) => asset.role == *role,
            CostScope::Cost(cost) => asset.id == *cost,
        };
        Ok(Self {
            scene,
            assets: assets.iter().filter(is_meant).collect(),
        })
    }

    fn money(&self, figure: &Figure<M>) -> Result<Money, RevenueError> {
        Ok(Money::try_from_exact(&figure.value, self.scene.currency)?)
    }

    /// The sum of one kind of movement by the end of a day.
    pub(super) fn moved<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        kind: CostMovement,
        through: NaiveDate,
    ) -> Result<Figure<M>, RevenueError> {
        let mut parts = Vec::with_capacity(self.assets.len());
        for asset in &self.assets {
            parts.push(asset.track.moved(rec, &self.scene, &asset.id, kind, through)?);
        }
        if let [one] = parts.as_slice() {
            return Ok(one.clone());
        }
        let parts: Vec<_> = parts.iter().collect();
        Ok(rec.sum(&parts, || {
            Note::new(format!("{kind} by the end of {through}, all assets")).money(self.scene.currency)
        }))
    }

    /// One kind of movement in a period.
    pub(super) fn moved_in<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        kind: CostMovement,
        period: &Period,
    ) -> Result<Figure<M>, RevenueError> {
        let end = self.moved(rec, kind, period.last_day())?;
        let start = self.moved(rec, kind, day_before(period.start())?)?;
        Ok(rec.difference(&end, &start, || {
            Note::new(format!("{kind} from {period}")).money(self.scene.currency)
        }))
    }

    /// What is carried at the end of a day.
    pub(super) fn carrying<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        through: NaiveDate,
    ) -> Result<Figure<M>, RevenueError> {
        let currency = self.scene.currency;
        let capitalised = self.moved(rec, CostMovement::Capitalised, through)?;
        let reversed = self.moved(rec, CostMovement::Reversed, through)?;
        let more = rec.sum(&[&capitalised, &reversed], || {
            Note::new(format!("capitalised and reversed by the end of {through}")).money(currency)
        });
        let mut less = Vec::new();
        for kind in [
            CostMovement::Amortised,
            CostMovement::Impaired,
            CostMovement::WrittenOff,
        ] {
            less.push(self.moved(rec, kind, through)?);
        }
        let less: Vec<_> = less.iter().collect();
        let less = rec.sum(&less, || {
            Note::new(format!(
                "amortised, impaired and written off by the end of {through}"
            ))
            .money(currency)
        });
        Ok(rec.difference(&more, &less, || {
            Note::new(format!("carried at the end of {through}")).money(currency)
        }))
    }
}
