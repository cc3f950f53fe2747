use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_host::PartyId;
use l2c_money::{Exact, Money};
use serde::{Deserialize, Serialize};

use crate::forecaster::{Valued, Weighed};
use crate::{Forecaster, LeadsError, Opportunity, OpportunityId, OpportunityStatus, Probability};

/// An opportunity as pipeline and forecast see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineItem {
    /// Its id.
    pub opportunity: OpportunityId,
    /// Its stage.
    pub stage: String,
    /// Where it stands.
    pub status: OpportunityStatus,
    /// Its value, if known.
    pub value: Option<Money>,
    /// What to take for the value while it is not known: a list price. The host looks it up.
    pub estimate: Option<Money>,
    /// Its own probability; its stage's if it has none.
    pub probability: Option<Probability>,
    /// Who works on it.
    pub owner: Option<PartyId>,
    /// The day it was opened.
    pub opened_on: NaiveDate,
    /// The day it was won or lost; while it is open the day on which it is expected to close, if known.
    pub close_on: Option<NaiveDate>,
}

impl PipelineItem {
    /// An opportunity with what to take for its value while it is not known; `None` if there is none yet.
    #[must_use]
    pub fn of(opportunity: &Opportunity, estimate: Option<Money>) -> Option<Self> {
        let profile = opportunity.profile.as_ref()?;
        let status = opportunity.status();
        let standing = &opportunity.standing;
        Some(Self {
            opportunity: profile.opportunity.clone(),
            stage: standing.stage.id.clone(),
            status,
            value: profile.value,
            estimate,
            probability: Some(standing.probability.clone()),
            owner: profile.owner.clone(),
            opened_on: opportunity.opened_on?,
            close_on: opportunity.closed_on.or(profile.expected_close),
        })
    }
}

/// By what the pipeline is grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// The stage.
    Stage,
    /// Who works on it.
    Owner,
    /// Open, won or lost.
    Status,
    /// The currency of the value.
    Currency,
}

/// The pipeline: every opportunity with its weighted value, and their sums.
///
/// Figures are exact and in the currency of the report; [`Forecaster::rounded`] and [`Forecaster::money`]
/// round them, each once. A lost opportunity is counted and adds nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// The opportunities in the order given.
    pub lines: Vec<PipelineLine>,
    /// The groups by key; without a key (no owner, no value and so no currency) first.
    pub groups: BTreeMap<Option<String>, PipelineSums<Exact>>,
    /// All of them.
    pub total: PipelineSums<Exact>,
}

/// One opportunity in the pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineLine {
    /// The opportunity.
    pub opportunity: OpportunityId,
    /// The probability that it counts with: won 1, lost 0, else its own or its stage's.
    pub probability: Exact,
    /// Its value in the currency of the report; lost ones too.
    pub value: Exact,
    /// Whether the value is an estimate.
    pub estimated: bool,
    /// Value times probability.
    pub weighted: Exact,
}

/// Sums over opportunities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineSums<F> {
    /// How many there are, lost ones too.
    pub count: usize,
    /// How many count with an estimate.
    pub estimated: usize,
    /// How many count with nothing, since their value is not known.
    pub without_value: usize,
    /// Their values, without the lost ones.
    pub unweighted: F,
    /// Their values times their probabilities.
    pub weighted: F,
}

/// Which sum is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipelineFigure {
    /// Values without the lost ones.
    Unweighted,
    /// Values times probabilities.
    Weighted,
}

pub(crate) type Sums<M> = PipelineSums<Figure<M>>;

impl Forecaster {
    /// The pipeline by groups.
    ///
    /// # Errors
    /// An opportunity that stands twice, a stage that is not in the process, a missing rate or probability.
    pub fn pipeline(&self, items: &[PipelineItem], by: GroupBy) -> Result<Pipeline, LeadsError> {
        let weighed = self.weigh(&mut NoTrace, items)?;
        let (groups, total) = self.sums(&mut NoTrace, &weighed, by);
        Ok(Pipeline {
            lines: weighed
                .into_iter()
                .map(|line| PipelineLine {
                    opportunity: line.item.opportunity.clone(),
                    probability: line.probability,
                    value: line.value.value,
                    estimated: line.valued == Valued::Estimated,
                    weighted: line.weighted.value,
                })
                .collect(),
            groups: groups
                .into_iter()
                .map(|(key, sums)| (key, sums.plain()))
                .collect(),
            total: total.plain(),
        })
    }

    /// How a sum of the pipeline comes about, rounded as it is given out: that of a group, or the total if no
    /// group is named.
    ///
    /// # Errors
    /// As [`Forecaster::pipeline`]; [`LeadsError::NoSuchFigure`] for a group that there is not.
    pub fn explain_pipeline(
        &self,
        items: &[PipelineItem],
        by: GroupBy,
        group: Option<&Option<String>>,
        figure: PipelineFigure,
    ) -> Result<Explanation, LeadsError> {
        let mut trace = Trace::new();
        let weighed = self.weigh(&mut trace, items)?;
        let (groups, total) = self.sums(&mut trace, &weighed, by);
        let sums = match group {
            None => &total,
            Some(key) => groups.get(key).ok_or_else(|| LeadsError::NoSuchFigure {
                what: "group",
                key: named(key.as_ref()).to_owned(),
            })?,
        };
        let exact = match figure {
            PipelineFigure::Unweighted => &sums.unweighted,
            PipelineFigure::Weighted => &sums.weighted,
        };
        self.given_out(trace, exact)
    }

    #[allow(clippy::type_complexity)]
    fn sums<R: Recorder>(
        &self,
        rec: &mut R,
        weighed: &[Weighed<'_, R::Mark>],
        by: GroupBy,
    ) -> (BTreeMap<Option<String>, Sums<R::Mark>>, Sums<R::Mark>) {
        let mut members: BTreeMap<Option<String>, Vec<&Weighed<'_, R::Mark>>> = BTreeMap::new();
        for line in weighed {
            members.entry(key(line.item, by)).or_default().push(line);
        }
        let groups: BTreeMap<Option<String>, Sums<R::Mark>> = members
            .into_iter()
            .map(|(key, members)| {
                let sums = self.sum(rec, &members, named(key.as_ref()));
                (key, sums)
            })
            .collect();
        let total = self.join(rec, groups.values(), "all");
        (groups, total)
    }

    pub(crate) fn sum<R: Recorder>(
        &self,
        rec: &mut R,
        members: &[&Weighed<'_, R::Mark>],
        name: &str,
    ) -> Sums<R::Mark> {
        let counted = |valued| members.iter().filter(|line| line.valued == valued).count();
        let not_lost: Vec<&Figure<R::Mark>> = members
            .iter()
            .filter(|line| line.item.status != OpportunityStatus::Lost)
            .map(|line| &line.value)
            .collect();
        let weighted: Vec<&Figure<R::Mark>> = members.iter().map(|line| &line.weighted).collect();
        let note = |what: &str| Note::new(format!("{name}: {what}")).money(self.currency);
        PipelineSums {
            count: members.len(),
            estimated: counted(Valued::Estimated),
            without_value: counted(Valued::Missing),
            unweighted: rec.sum(&not_lost, || note("value")),
            weighted: rec.sum(&weighted, || note("weighted value")),
        }
    }

    /// Sums of sums.
    pub(crate) fn join<'a, R: Recorder>(
        &self,
        rec: &mut R,
        parts: impl IntoIterator<Item = &'a Sums<R::Mark>>,
        name: &str,
    ) -> Sums<R::Mark>
    where
        R::Mark: 'a,
    {
        let parts: Vec<&Sums<R::Mark>> = parts.into_iter().collect();
        let counted = |count: fn(&Sums<R::Mark>) -> usize| {
            parts
                .iter()
                .map(|part| count(part))
                .fold(0, usize::saturating_add)
        };
        let unweighted: Vec<&Figure<R::Mark>> = parts.iter().map(|part| &part.unweighted).collect();
        let weighted: Vec<&Figure<R::Mark>> = parts.iter().map(|part| &part.weighted).collect();
        let note = |what: &str| Note::new(format!("{name}: {what}")).money(self.currency);
        PipelineSums {
            count: counted(|part| part.count),
            estimated: counted(|part| part.estimated),
            without_value: counted(|part| part.without_value),
            unweighted: rec.sum(&unweighted, || note("value")),
            weighted: rec.sum(&weighted, || note("weighted value")),
        }
    }
}

impl Sums<()> {
    pub(crate) fn plain(self) -> PipelineSums<Exact> {
        PipelineSums {
            count: self.count,
            estimated: self.estimated,
            without_value: self.without_value,
            unweighted: self.unweighted.value,
            weighted: self.weighted.value,
        }
    }
}

fn key(item: &PipelineItem, by: GroupBy) -> Option<String> {
    match by {
        GroupBy::Stage => Some(item.stage.clone()),
        GroupBy::Owner => item.owner.as_ref().map(ToString::to_string),
        GroupBy::Status => Some(item.status.to_string()),
        GroupBy::Currency => item
            .value
            .or(item.estimate)
            .map(|value| value.currency().to_string()),
    }
}

fn named(key: Option<&String>) -> &str {
    key.map_or("(none)", String::as_str)
}

impl Pipeline {
    /// The sum of the rounded lines, which rounding may set apart from the rounded total.
    ///
    /// # Errors
    /// None that [`Forecaster::new`] has not found.
    pub fn sum_of_lines(&self, forecaster: &Forecaster) -> Result<Exact, LeadsError> {
        self.lines
            .iter()
            .map(|line| forecaster.rounded(&line.weighted))
            .sum()
    }
}
