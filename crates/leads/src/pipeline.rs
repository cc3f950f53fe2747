use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_host::PartyId;
use l2c_money::{Currency, Exact, ExchangeRate, Money, RoundingPolicy};
use l2c_rules::Faults;
use serde::{Deserialize, Serialize};

use crate::document::{Check, Source};
use crate::{LeadsError, Opportunity, OpportunityId, OpportunityStatus, Probability, SalesProcess};

/// How pipeline and forecast are reckoned, as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForecastDocument {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// The currency of the report.
    pub currency: Currency,
    /// How figures are rounded when they are given out.
    #[serde(default)]
    pub rounding: RoundingPolicy,
    /// What an open opportunity counts for while its value is not known.
    pub without_value: WithoutValue,
    /// Days from opening to closing, for an open opportunity without an expected date.
    pub close_after_days: u32,
}

/// What an open opportunity counts for while its value is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutValue {
    /// The estimate that the host gives (a list price). It is reported as an estimate.
    Estimate,
    /// Nothing.
    Nothing,
}

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

/// Reckons pipeline and forecast by a sales process and a policy, with the rates given.
#[derive(Clone, Debug)]
pub struct Forecaster {
    pub(crate) process: SalesProcess,
    pub(crate) source: Source,
    pub(crate) currency: Currency,
    rounding: RoundingPolicy,
    without_value: WithoutValue,
    pub(crate) close_after_days: u32,
    rates: BTreeMap<Currency, ExchangeRate>,
}

/// An opportunity with its figures, while they are being summed.
pub(crate) struct Weighed<'a, M> {
    pub(crate) item: &'a PipelineItem,
    probability: Exact,
    pub(crate) value: Figure<M>,
    pub(crate) valued: Valued,
    pub(crate) weighted: Figure<M>,
}

/// Where the value of an opportunity comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Valued {
    Stated,
    Estimated,
    Missing,
}

type Sums<M> = PipelineSums<Figure<M>>;

impl Forecaster {
    /// Checks a document. Amounts in other currencies than that of the report need a rate into it.
    ///
    /// # Errors
    /// All faults: a rounding that cannot be carried out, rates that lead to another currency, two rates from
    /// one currency.
    pub fn new(
        document: &ForecastDocument,
        process: SalesProcess,
        rates: &[ExchangeRate],
    ) -> Result<Self, Faults<LeadsError>> {
        let mut check = Check::new();
        if let Err(error) = document.rounding.round(&Exact::ZERO, document.currency) {
            check.fault("rounding", error.into());
        }
        let mut by_currency = BTreeMap::new();
        for (index, rate) in rates.iter().enumerate() {
            let path = || format!("rates[{index}]");
            if rate.to() != document.currency {
                let (from, to, expected) = (rate.from(), rate.to(), document.currency);
                check.fault(path(), LeadsError::ForeignRate { from, to, expected });
            }
            if by_currency.insert(rate.from(), rate.clone()).is_some() {
                let id = rate.from().to_string();
                check.fault(path(), LeadsError::DuplicateId { what: "rate", id });
            }
        }
        check.finish(Self {
            process,
            source: Source {
                id: document.id.clone(),
                version: document.version,
            },
            currency: document.currency,
            rounding: document.rounding,
            without_value: document.without_value,
            close_after_days: document.close_after_days,
            rates: by_currency,
        })
    }

    /// The currency of every figure.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// A figure as it is given out.
    ///
    /// # Errors
    /// None that [`Forecaster::new`] has not found.
    pub fn rounded(&self, figure: &Exact) -> Result<Exact, LeadsError> {
        Ok(self.rounding.round(figure, self.currency)?)
    }

    /// A figure as it is given out, as money.
    ///
    /// # Errors
    /// A figure beyond what [`Money`] holds.
    pub fn money(&self, figure: &Exact) -> Result<Money, LeadsError> {
        Ok(self.rounding.money(figure, self.currency)?)
    }

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

    /// The derivation of a figure that ends with its one rounding.
    pub(crate) fn given_out(
        &self,
        mut trace: Trace,
        exact: &Figure<l2c_explain::StepId>,
    ) -> Result<Explanation, LeadsError> {
        let note = || {
            Note::new("reported")
                .money(self.currency)
                .cite(self.source.at("rounding"))
        };
        let reported = trace.round(exact, self.rounding, self.currency, note)?;
        Ok(trace.finish(&reported))
    }

    pub(crate) fn weigh<'a, R: Recorder>(
        &self,
        rec: &mut R,
        items: &'a [PipelineItem],
    ) -> Result<Vec<Weighed<'a, R::Mark>>, LeadsError> {
        let mut seen = BTreeSet::new();
        for item in items {
            if !seen.insert(&item.opportunity) {
                let id = item.opportunity.to_string();
                return Err(LeadsError::DuplicateId {
                    what: "opportunity",
                    id,
                });
            }
        }
        items.iter().map(|item| self.weigh_one(rec, item)).collect()
    }

    fn weigh_one<'a, R: Recorder>(
        &self,
        rec: &mut R,
        item: &'a PipelineItem,
    ) -> Result<Weighed<'a, R::Mark>, LeadsError> {
        let id = &item.opportunity;
        let (index, _, of_stage) = self.process.entry(&item.stage)?;
        let open = item.status == OpportunityStatus::Open;
        let estimate = item
            .estimate
            .filter(|_| open && self.without_value == WithoutValue::Estimate);
        let (value, valued) = match (item.value, estimate) {
            (Some(value), _) => {
                let label = || format!("value of {id}");
                (self.converted(rec, &value, label)?, Valued::Stated)
            }
            (None, Some(estimate)) => {
                let label = || format!("estimated value of {id}");
                (self.converted(rec, &estimate, label)?, Valued::Estimated)
            }
            (None, None) => {
                let note = || Note::new(format!("{id} has no value")).money(self.currency);
                (rec.input(Exact::ZERO, note), Valued::Missing)
            }
        };
        let probability = match item.status {
            OpportunityStatus::Won => rec.input(Exact::ONE, || Note::new("won").percent()),
            OpportunityStatus::Lost => rec.input(Exact::ZERO, || Note::new("lost").percent()),
            OpportunityStatus::Open | OpportunityStatus::Absent => match (&item.probability, of_stage) {
                (Some(own), _) => rec.input(own.value().clone(), || {
                    Note::new(format!("probability of {id}")).percent()
                }),
                (None, Some(of_stage)) => rec.input(of_stage.value().clone(), || {
                    Note::new(format!("probability of stage {}", item.stage))
                        .percent()
                        .cite(self.process.source.at(&format!("stages[{index}].win_percent")))
                }),
                (None, None) => {
                    return Err(LeadsError::MissingProbability {
                        opportunity: id.clone(),
                        stage: item.stage.clone(),
                    });
                }
            },
        };
        let weighted = rec.product(&value, &probability, || {
            Note::new(format!("weighted value of {id}")).money(self.currency)
        });
        Ok(Weighed {
            item,
            probability: probability.value,
            value,
            valued,
            weighted,
        })
    }

    fn converted<R: Recorder>(
        &self,
        rec: &mut R,
        amount: &Money,
        label: impl Fn() -> String,
    ) -> Result<Figure<R::Mark>, LeadsError> {
        let from = amount.currency();
        let value = rec.input(amount.exact(), || Note::new(label()).money(from));
        if from == self.currency {
            return Ok(value);
        }
        let to = self.currency;
        let rate = self
            .rates
            .get(&from)
            .ok_or(LeadsError::MissingRate { from, to })?;
        let per_unit = rec.input(Exact::from(rate.rate()), || {
            Note::new(format!("{to} for one {from} on {}", rate.date()))
        });
        Ok(rec.product(&value, &per_unit, || {
            Note::new(format!("{} in {to}", label())).money(to)
        }))
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
        let groups = members
            .into_iter()
            .map(|(key, members)| {
                let name = named(key.as_ref()).to_owned();
                let sums = self.sum(rec, &members, &name);
                (key, sums)
            })
            .collect();
        let all: Vec<&Weighed<'_, R::Mark>> = weighed.iter().collect();
        (groups, self.sum(rec, &all, "all"))
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
        let note = |what: &str| Note::new(format!("{what} of {name}")).money(self.currency);
        PipelineSums {
            count: members.len(),
            estimated: counted(Valued::Estimated),
            without_value: counted(Valued::Missing),
            unweighted: rec.sum(&not_lost, || note("value")),
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
