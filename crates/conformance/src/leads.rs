//! Kinds of the leads page.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_host::{Decider, PartyId};
use l2c_leads::{
    ForecastDocument, Forecaster, GroupBy, Lead, LeadCommand, LeadEvent, LeadId, LeadScore, LeadStatus,
    LeadsError, Opportunity, OpportunityAction, OpportunityCommand, OpportunityEvent, OpportunityFact,
    OpportunityId, OpportunityProfile, OpportunityStatus, PipelineItem, PipelineSums, Probability,
    SalesProcess, SalesProcessDocument, Stage, StageEntry, Standing, Thresholds, WithoutValue,
};
use l2c_money::{Currency, Exact, ExchangeRate, Money, Rounding, RoundingPolicy};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::given::{Number, Stop, answer, read, stated};

/// Before every date of a case.
const EARLIEST: NaiveDate = NaiveDate::MIN;

fn refused(error: &LeadsError) -> Stop {
    Stop::Refused(error.code())
}

fn unexpected(error: impl std::fmt::Display) -> Stop {
    Stop::Unknown(error.to_string())
}

fn wanted<T>(value: Option<T>) -> Result<T, Stop> {
    value.ok_or(Stop::MALFORMED)
}

/// `lead_lifecycle`: qualification with hysteresis.
pub(crate) fn lead_lifecycle(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        thresholds: Ends,
        initial: Option<String>,
        commands: Vec<Command>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Ends {
        up: Number,
        down: Number,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Command {
        on: NaiveDate,
        command: String,
        score: Option<Number>,
    }
    let run = || {
        let given: Given = read(given)?;
        let Ends { up, down } = given.thresholds;
        let thresholds = Thresholds::new(up.0, down.0).map_err(|error| refused(&error))?;
        let mut lead = lead_in(given.initial.as_deref().unwrap_or("lead"))?;
        let (mut results, mut transitions) = (Vec::new(), Vec::new());
        for Command { on, command, score } in given.commands {
            let reason = String::new();
            let command = match command.as_str() {
                "rescore" => LeadCommand::Score {
                    on,
                    score: lead_score(wanted(score)?.0),
                },
                "accept" => LeadCommand::Accept { on },
                "reject" => LeadCommand::Reject { on, reason },
                "disqualify" => LeadCommand::Disqualify { on, reason },
                "requalify" => LeadCommand::Requalify { on },
                "convert" => {
                    let opportunity = OpportunityId::from_key("1").map_err(unexpected)?;
                    LeadCommand::Convert { on, opportunity }
                }
                other => return Err(Stop::Unknown(format!("unknown command `{other}`"))),
            };
            results.push(match lead.decide(&command, &thresholds) {
                Ok(events) => {
                    for event in &events {
                        let from = state(lead.status);
                        lead = lead.evolve(event);
                        let to = state(lead.status);
                        if from != to {
                            transitions.push(json!({"on": on, "from": from, "to": to}));
                        }
                    }
                    json!({ "state": state(lead.status) })
                }
                Err(refusal) => json!({ "error": refusal.code() }),
            });
        }
        Ok(json!({"results": results, "transitions": transitions, "final": state(lead.status)}))
    };
    answer(run())
}

fn lead_score(total: Exact) -> LeadScore {
    LeadScore {
        model: String::new(),
        version: 1,
        total,
        grade: None,
        disqualified_by: None,
    }
}

/// A lead that stands in a state.
fn lead_in(state: &str) -> Result<Lead, Stop> {
    let on = EARLIEST;
    let lead = LeadId::from_key("1").map_err(unexpected)?;
    let opportunity = OpportunityId::from_key("1").map_err(unexpected)?;
    let created = LeadEvent::Created {
        on,
        lead,
        account: None,
    };
    let qualified = LeadEvent::Qualified { on, reason: None };
    let accepted = LeadEvent::Accepted { on };
    let events = match state {
        "lead" => vec![created],
        "mql" => vec![created, qualified],
        "sql" => vec![created, qualified, accepted],
        "recycled" => vec![created, qualified, LeadEvent::Recycled { on, reason: None }],
        "disqualified" => vec![
            created,
            LeadEvent::Disqualified {
                on,
                reason: String::new(),
            },
        ],
        "converted" => vec![
            created,
            qualified,
            accepted,
            LeadEvent::Converted { on, opportunity },
        ],
        other => return Err(Stop::Unknown(format!("unknown state `{other}`"))),
    };
    Ok(Lead::replay(&events))
}

fn state(status: LeadStatus) -> &'static str {
    match status {
        LeadStatus::Absent => "absent",
        LeadStatus::New => "lead",
        LeadStatus::Qualified => "mql",
        LeadStatus::Accepted => "sql",
        LeadStatus::Recycled => "recycled",
        LeadStatus::Disqualified => "disqualified",
        LeadStatus::Converted => "converted",
    }
}

/// `opportunity_lifecycle`: derived status and probability override.
pub(crate) fn opportunity_lifecycle(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        stages: Vec<WonStage>,
        opportunity: Start,
        commands: Vec<Command>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct WonStage {
        id: String,
        won: Option<bool>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Start {
        stage: String,
        archived: Option<bool>,
        probability: Number,
        automated_probability: Option<Number>,
        overridden: Option<bool>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Command {
        command: String,
        stage: Option<String>,
        value: Option<Number>,
    }
    let run = || {
        let given: Given = read(given)?;
        let stages = given
            .stages
            .into_iter()
            .map(|stage| StageEntry {
                id: stage.id,
                win_percent: None,
                won: stage.won.unwrap_or(false),
            })
            .collect();
        let process = process(stages)?;
        let Start {
            stage,
            archived,
            probability,
            automated_probability,
            overridden,
        } = given.opportunity;
        let percent = |number: &Number| Probability::from_percent(&number.0);
        let probability = percent(&probability).map_err(|error| refused(&error))?;
        let automated = automated_probability
            .as_ref()
            .map(percent)
            .transpose()
            .map_err(|error| refused(&error))?;
        let stage: Stage = process.stage(&stage).map_err(|error| refused(&error))?.clone();
        let mut opportunity = opportunity_at(Standing {
            stage,
            archived: archived.unwrap_or(false),
            automated_probability: automated.unwrap_or_else(|| probability.clone()),
            probability,
            overridden: overridden.unwrap_or(false),
        })?;
        let initial = shown(&opportunity);
        let mut results = Vec::new();
        for Command {
            command,
            stage,
            value,
        } in given.commands
        {
            let value = || wanted(value.as_ref()).map(percent);
            let action = match command.as_str() {
                "observe_probability" => {
                    value()?.map(|probability| OpportunityAction::ObserveProbability { probability })
                }
                "set_probability" => {
                    value()?.map(|probability| OpportunityAction::SetProbability { probability })
                }
                "reset_probability" => Ok(OpportunityAction::ResetProbability),
                "move_stage" => Ok(OpportunityAction::MoveStage {
                    stage: wanted(stage)?,
                }),
                "mark_won" => Ok(OpportunityAction::MarkWon),
                "mark_lost" => Ok(OpportunityAction::MarkLost {
                    reason: String::new(),
                }),
                "archive" => Ok(OpportunityAction::Archive),
                "restore" => Ok(OpportunityAction::Restore),
                other => return Err(Stop::Unknown(format!("unknown command `{other}`"))),
            };
            let decided = match action {
                Ok(action) => opportunity
                    .decide(&OpportunityCommand { on: EARLIEST, action }, &process)
                    .map_err(|refusal| refusal.code()),
                Err(error) => Err(error.code()),
            };
            results.push(match decided {
                Ok(events) => {
                    opportunity = events.iter().fold(opportunity, Opportunity::evolve);
                    shown(&opportunity)
                }
                Err(code) => json!({ "error": code }),
            });
        }
        Ok(json!({"initial": initial, "results": results}))
    };
    answer(run())
}

fn process(stages: Vec<StageEntry>) -> Result<SalesProcess, Stop> {
    let document = SalesProcessDocument {
        id: "process".to_owned(),
        version: 1,
        stages,
    };
    SalesProcess::new(&document).map_err(|faults| Stop::Refused(faults.code()))
}

/// An opportunity that stands as given.
fn opportunity_at(standing: Standing) -> Result<Opportunity, Stop> {
    let profile = Box::new(OpportunityProfile {
        opportunity: OpportunityId::from_key("1").map_err(unexpected)?,
        lead: None,
        account: None,
        owner: None,
        product: None,
        value: None,
        expected_close: None,
    });
    let fact = OpportunityFact::Opened { profile, standing };
    Ok(Opportunity::replay(&[OpportunityEvent { on: EARLIEST, fact }]))
}

fn shown(opportunity: &Opportunity) -> Value {
    let standing = &opportunity.standing;
    let percent = |probability: &Probability| probability.percent().round(2, Rounding::HalfUp).to_string();
    json!({
        "status": match opportunity.status() {
            OpportunityStatus::Absent => "absent",
            OpportunityStatus::Open => "pending",
            OpportunityStatus::Won => "won",
            OpportunityStatus::Lost => "lost",
        },
        "stage": standing.stage.id,
        "archived": standing.archived,
        "probability": percent(&standing.probability),
        "automated_probability": percent(&standing.automated_probability),
        "overridden": standing.overridden,
    })
}

/// `{"scale", "mode"}`; 2 decimals half up unless given.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scale {
    scale: Option<u32>,
    mode: Option<Rounding>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    #[default]
    Open,
    Won,
    Lost,
}

/// An opportunity; what a kind does not read may be there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    id: String,
    status: Option<Status>,
    stage: String,
    amount: Option<Amount>,
    probability: Option<Number>,
    owner: Option<String>,
    #[serde(rename = "category")]
    _category: Option<String>,
    #[serde(rename = "close_on")]
    _close_on: Option<String>,
    #[serde(rename = "history")]
    _history: Option<Value>,
    #[serde(rename = "close_dates")]
    _close_dates: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    amount: Number,
    currency: Currency,
}

/// `pipeline_value`: weighted pipeline.
pub(crate) fn pipeline_value(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        rates: Option<BTreeMap<Currency, Number>>,
        rounding: Option<Scale>,
        stages: Vec<Likely>,
        opportunities: Vec<Item>,
        group_by: Option<GroupBy>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Likely {
        id: String,
        probability: Option<Number>,
    }
    let run = || {
        let given: Given = read(given)?;
        let fraction = |number: Number| Probability::new(number.0).map_err(|error| refused(&error));
        let mut stages = Vec::with_capacity(given.stages.len());
        for Likely { id, probability } in given.stages {
            let probability = probability.map(fraction).transpose()?;
            stages.push(StageEntry {
                id,
                win_percent: probability.map(|p| p.percent()),
                won: false,
            });
        }
        let Scale { scale, mode } = given.rounding.unwrap_or_default();
        let rounding = RoundingPolicy::scale(scale.unwrap_or(2), mode.unwrap_or_default());
        let policy = ForecastDocument {
            id: "forecast".to_owned(),
            version: 1,
            currency: given.currency,
            rounding: rounding.map_err(|error| Stop::Refused(error.code()))?,
            without_value: WithoutValue::Nothing,
            close_after_days: 0,
        };
        let mut rates = Vec::new();
        for (from, rate) in given.rates.unwrap_or_default() {
            if from != given.currency {
                let rate = rate.0.to_decimal().map_err(unexpected)?;
                rates.push(ExchangeRate::new(from, given.currency, rate, EARLIEST).map_err(unexpected)?);
            }
        }
        let forecaster = Forecaster::new(&policy, process(stages)?, &rates)
            .map_err(|faults| Stop::Refused(faults.code()))?;
        // Ids and owners may be any text: they are given keys, by which they are found again.
        let (mut ids, mut owners) = (Keys::default(), Keys::default());
        let mut items = Vec::with_capacity(given.opportunities.len());
        for item in given.opportunities {
            let amount = |amount: Amount| Money::try_from_exact(&amount.amount.0, amount.currency);
            let owner = item.owner.map(|owner| PartyId::from_key(&owners.key(owner)));
            items.push(PipelineItem {
                opportunity: OpportunityId::from_key(&ids.key(item.id)).map_err(unexpected)?,
                stage: item.stage,
                status: match item.status.unwrap_or_default() {
                    Status::Open => OpportunityStatus::Open,
                    Status::Won => OpportunityStatus::Won,
                    Status::Lost => OpportunityStatus::Lost,
                },
                value: item.amount.map(amount).transpose().map_err(unexpected)?,
                estimate: None,
                probability: item.probability.map(fraction).transpose()?,
                owner: owner.transpose().map_err(unexpected)?,
                opened_on: EARLIEST,
                close_on: None,
            });
        }
        let by = given.group_by.unwrap_or(GroupBy::Stage);
        let pipeline = forecaster.pipeline(&items, by).map_err(|error| refused(&error))?;
        let rounded = |figure: &Exact| match forecaster.rounded(figure) {
            Ok(figure) => Ok(figure.to_string()),
            Err(error) => Err(refused(&error)),
        };
        let sums = |sums: &PipelineSums<Exact>| -> Result<Value, Stop> {
            Ok(json!({
                "count": sums.count,
                "unweighted": rounded(&sums.unweighted)?,
                "weighted": rounded(&sums.weighted)?,
            }))
        };
        let mut lines = Vec::with_capacity(pipeline.lines.len());
        for line in &pipeline.lines {
            lines.push(json!({
                "id": ids.text(line.opportunity.key()),
                "probability": stated(&line.probability),
                "weighted": rounded(&line.weighted)?,
            }));
        }
        let mut answer = Map::new();
        if given.group_by.is_some() {
            let mut groups = Map::new();
            for (key, group) in &pipeline.groups {
                let key = match (key.as_deref(), by) {
                    (None, _) => "(none)",
                    (Some(key), GroupBy::Owner) => {
                        key.strip_prefix("pty_").map_or(key, |key| owners.text(key))
                    }
                    (Some(key), _) => key,
                };
                groups.insert(key.to_owned(), sums(group)?);
            }
            answer.insert("groups".to_owned(), Value::Object(groups));
        }
        let total = pipeline
            .sum_of_lines(&forecaster)
            .map_err(|error| refused(&error))?;
        answer.insert("lines".to_owned(), json!(lines));
        answer.insert("weighted".to_owned(), json!(rounded(&pipeline.total.weighted)?));
        answer.insert(
            "unweighted".to_owned(),
            json!(rounded(&pipeline.total.unweighted)?),
        );
        answer.insert("sum_of_lines".to_owned(), json!(total.to_string()));
        Ok(Value::Object(answer))
    };
    answer(run())
}

/// Texts and the keys that stand for them.
#[derive(Default)]
struct Keys(Vec<String>);

impl Keys {
    /// The same key for the same text.
    fn key(&mut self, text: String) -> String {
        let known = self.0.iter().position(|other| *other == text);
        known
            .unwrap_or_else(|| {
                self.0.push(text);
                self.0.len().saturating_sub(1)
            })
            .to_string()
    }

    fn text<'a>(&'a self, key: &'a str) -> &'a str {
        key.parse()
            .ok()
            .and_then(|index: usize| self.0.get(index))
            .map_or(key, String::as_str)
    }
}
