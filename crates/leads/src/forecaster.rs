use std::collections::{BTreeMap, BTreeSet};

use l2c_documents::{Check, Faults};
use l2c_explain::{Explanation, Figure, Note, Recorder, StepId, Trace};
use l2c_money::{Currency, Exact, ExchangeRate, Money, RoundingPolicy};
use serde::{Deserialize, Serialize};

use crate::document::Source;
use crate::{LeadsError, OpportunityStatus, PipelineItem, SalesProcess};

/// How pipeline and forecast are reckoned, as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WithoutValue {
    /// The estimate that the host gives (a list price). It is reported as an estimate.
    Estimate,
    /// Nothing.
    Nothing,
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
    pub(crate) probability: Exact,
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
    ) -> Result<Self, Faults> {
        let mut check = Check::new(format!("forecast policy `{}`", document.id));
        if let Err(error) = document.rounding.round(&Exact::ZERO, document.currency) {
            check.fault("rounding", error.code(), error.to_string());
        }
        let mut by_currency = BTreeMap::new();
        for (index, rate) in rates.iter().enumerate() {
            let path = || format!("rates[{index}]");
            if rate.to() != document.currency {
                let message = format!(
                    "the rate from {} leads to {}; the report is in {}",
                    rate.from(),
                    rate.to(),
                    document.currency
                );
                check.fault(path(), "foreign_rate", message);
            }
            if by_currency.insert(rate.from(), rate.clone()).is_some() {
                let message = format!("a rate from {} stands twice; one is enough", rate.from());
                check.fault(path(), "duplicate_id", message);
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

    /// The derivation of a figure that ends with its one rounding.
    pub(crate) fn given_out(
        &self,
        mut trace: Trace,
        exact: &Figure<StepId>,
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
            OpportunityStatus::Open | OpportunityStatus::Absent => {
                let own = item.probability.as_ref();
                let Some(used) = own.or(of_stage) else {
                    return Err(LeadsError::MissingProbability {
                        opportunity: id.clone(),
                        stage: item.stage.clone(),
                    });
                };
                rec.input(used.value().clone(), || {
                    if of_stage == Some(used) {
                        let path = format!("stages[{index}].win_percent");
                        let note = Note::new(format!("probability of stage {}", item.stage));
                        note.percent().cite(self.process.source.at(&path))
                    } else {
                        Note::new(format!("probability of {id}")).percent()
                    }
                })
            }
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
}
