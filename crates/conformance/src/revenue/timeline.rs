//! What happened to a contract, as the page writes it.

use std::collections::{BTreeMap, BTreeSet};

use l2c_calendar::NaiveDate;
use l2c_host::{DateTime, Utc};
use l2c_money::{Currency, Decimal};
use l2c_revenue::{
    Book, Concession, ContractModification, Fact, Measure, Obligation, ObligationChange, Reassessment,
    RevenueError, RevenueEvent, Settlement, Terms, View,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::consideration::consideration;
use super::contract_terms::{Contract, ObligationText, some_date, some_decimal, some_money};
use super::{book, code, date, decimal, money};
use crate::given::{Number, Stop, read};

/// What happened, as a case writes it.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum EventText {
    Invoice {
        amount: Number,
        tax: Option<Number>,
        contract: Option<String>,
    },
    Payment {
        amount: Number,
        contract: Option<String>,
    },
    Refund {
        amount: Number,
    },
    CreditLoss {
        amount: Number,
    },
    IncentivePayment {
        amount: Number,
    },
    Transfer {
        obligation: String,
        quantity: Option<Number>,
        expected_returns: Option<Number>,
    },
    Consign {
        obligation: String,
        quantity: Number,
    },
    Accept {
        obligation: String,
    },
    Progress {
        obligation: String,
        cumulative: Number,
    },
    Milestone {
        obligation: String,
        milestone: String,
    },
    Cost {
        obligation: String,
        amount: Number,
        waste: Option<Number>,
        uninstalled: Option<Number>,
        estimated_total: Option<Number>,
    },
    Redemption {
        obligation: String,
        quantity: Number,
        expected: Option<Number>,
    },
    Remote {
        obligation: String,
        escheat_rate: Option<Number>,
    },
    Usage {
        element: Option<String>,
        obligation: Option<String>,
        quantity: Number,
        period: Option<String>,
    },
    EstimateChange {
        element: Option<String>,
        obligation: Option<String>,
        amount: Option<Number>,
        expected_units: Option<Number>,
        estimated_total: Option<Number>,
        expected_returns: Option<Number>,
        expected: Option<Number>,
    },
    Return {
        obligation: String,
        quantity: Number,
        settle: Option<Settlement>,
    },
    ReturnLapse {
        obligation: String,
    },
    ServiceCredit {
        obligation: String,
        amount: Number,
    },
    Expire {
        obligation: String,
    },
    Exercise {
        obligation: String,
        additional_price: Number,
        delivers: ObligationText,
    },
    CriteriaMet {},
    Terminate {
        refund: Option<Number>,
        credit: Option<Number>,
        still_billable: Option<Number>,
    },
    Modification(Box<ModificationText>),
    FxRate {
        rate: Number,
        #[serde(rename = "use")]
        purpose: Option<String>,
    },
    Close {
        through: String,
    },
}

const EVENTS: [&str; 25] = [
    "invoice",
    "payment",
    "refund",
    "credit_loss",
    "incentive_payment",
    "transfer",
    "consign",
    "accept",
    "progress",
    "milestone",
    "cost",
    "redemption",
    "remote",
    "usage",
    "estimate_change",
    "return",
    "return_lapse",
    "service_credit",
    "expire",
    "exercise",
    "criteria_met",
    "terminate",
    "modification",
    "fx_rate",
    "close",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModificationText {
    #[serde(default)]
    judgements: Judgements,
    #[serde(default)]
    adds: Vec<ObligationText>,
    #[serde(default)]
    changes: Vec<ChangeText>,
    price_change: Option<Number>,
    #[serde(default)]
    consideration: Vec<Value>,
    concession: Option<ConcessionText>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Judgements {
    #[serde(default)]
    added_distinct: bool,
    #[serde(default)]
    price_reflects_ssp: bool,
    remaining_distinct: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeText {
    obligation: String,
    end: Option<String>,
    total: Option<Number>,
    estimated_total: Option<Number>,
    ssp: Option<Number>,
    ssp_remaining: Option<Number>,
    remaining_distinct: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConcessionText {
    obligation: String,
    amount: Number,
}

impl EventText {
    /// The fact; none for what is not of the contract: rates and the closing of books.
    fn fact(
        &self,
        name: &str,
        point_in_time: &BTreeSet<String>,
        currency: Currency,
    ) -> Result<Option<Fact>, Stop> {
        let amount = |number: &Number| money(number, currency);
        let some = |number: &Option<Number>| some_money(number.as_ref(), currency);
        Ok(Some(match self {
            Self::Invoice {
                amount: net,
                tax,
                contract,
            } => Fact::Billed {
                document: name.to_owned(),
                amount: amount(net)?,
                tax: some(tax)?,
                obligation: None,
                separate_contract: contract.clone(),
            },
            Self::Payment {
                amount: paid,
                contract,
            } => Fact::Paid {
                amount: amount(paid)?,
                document: None,
                separate_contract: contract.clone(),
            },
            Self::Refund { amount: paid } => Fact::Refunded {
                amount: amount(paid)?,
                document: None,
            },
            Self::CreditLoss { amount: lost } => Fact::CreditLoss {
                amount: amount(lost)?,
            },
            Self::IncentivePayment { amount: paid } => Fact::IncentivePaid {
                amount: amount(paid)?,
            },
            Self::Transfer {
                obligation,
                quantity,
                expected_returns,
            } => match quantity {
                Some(quantity) if !point_in_time.contains(obligation) => Fact::Delivered {
                    obligation: obligation.clone(),
                    quantity: decimal(quantity)?,
                    expected_returns: some_decimal(expected_returns.as_ref())?,
                },
                _ => Fact::Satisfied {
                    obligation: obligation.clone(),
                },
            },
            Self::Consign { obligation, quantity } => Fact::Consigned {
                obligation: obligation.clone(),
                quantity: decimal(quantity)?,
            },
            Self::Accept { obligation } => Fact::Accepted {
                obligation: obligation.clone(),
            },
            Self::Progress {
                obligation,
                cumulative,
            } => Fact::Progressed {
                obligation: obligation.clone(),
                cumulative: decimal(cumulative)?,
            },
            Self::Milestone {
                obligation,
                milestone,
            } => Fact::MilestoneReached {
                obligation: obligation.clone(),
                milestone: milestone.clone(),
            },
            Self::Cost {
                obligation,
                amount: cost,
                waste,
                uninstalled,
                estimated_total,
            } => Fact::CostIncurred {
                obligation: obligation.clone(),
                amount: amount(cost)?,
                waste: some(waste)?,
                uninstalled: some(uninstalled)?,
                estimated_total: some(estimated_total)?,
            },
            Self::Redemption {
                obligation,
                quantity,
                expected,
            } => Fact::Redeemed {
                obligation: obligation.clone(),
                quantity: decimal(quantity)?,
                expected: some_decimal(expected.as_ref())?,
            },
            Self::Remote {
                obligation,
                escheat_rate,
            } => Fact::RedemptionRemote {
                obligation: obligation.clone(),
                escheat_rate: some_decimal(escheat_rate.as_ref())?,
            },
            Self::Usage {
                element: Some(element),
                obligation: None,
                quantity,
                period,
            } => Fact::UsageReported {
                element: element.clone(),
                quantity: decimal(quantity)?,
                period: period.clone(),
            },
            Self::Usage {
                element: None,
                obligation: Some(obligation),
                quantity,
                period: None,
            } => Fact::UnitsTaken {
                obligation: obligation.clone(),
                quantity: decimal(quantity)?,
            },
            Self::Usage { .. } => return Err(Stop::MALFORMED),
            Self::EstimateChange { .. } => Fact::EstimateChanged {
                estimate: self.reassessment(currency)?,
            },
            Self::Return {
                obligation,
                quantity,
                settle,
            } => Fact::Returned {
                obligation: obligation.clone(),
                quantity: decimal(quantity)?,
                settlement: settle.unwrap_or_default(),
            },
            Self::ReturnLapse { obligation } => Fact::ReturnLapsed {
                obligation: obligation.clone(),
            },
            Self::ServiceCredit {
                obligation,
                amount: owed,
            } => Fact::ServiceCredited {
                obligation: obligation.clone(),
                amount: amount(owed)?,
            },
            Self::Expire { obligation } => Fact::RightExpired {
                obligation: obligation.clone(),
            },
            Self::Exercise {
                obligation,
                additional_price,
                delivers,
            } => Fact::RightExercised {
                obligation: obligation.clone(),
                additional_price: amount(additional_price)?,
                share: None,
                delivers: Box::new(delivers.obligation(currency)?),
            },
            Self::CriteriaMet {} => Fact::CriteriaMet {},
            Self::Terminate {
                refund,
                credit,
                still_billable,
            } => Fact::Terminated {
                refund: some(refund)?,
                credit: some(credit)?,
                still_billable: some(still_billable)?,
            },
            Self::Modification(text) => Fact::Modified {
                modification: Box::new(text.modification(name, currency)?),
            },
            Self::FxRate { .. } | Self::Close { .. } => return Ok(None),
        }))
    }

    fn reassessment(&self, currency: Currency) -> Result<Reassessment, Stop> {
        let Self::EstimateChange {
            element,
            obligation,
            amount,
            expected_units,
            estimated_total,
            expected_returns,
            expected,
        } = self
        else {
            return Err(Stop::MALFORMED);
        };
        Ok(
            match (
                element,
                obligation,
                amount,
                expected_units,
                estimated_total,
                expected_returns,
                expected,
            ) {
                (Some(element), None, Some(amount), None, None, None, None) => Reassessment::Consideration {
                    element: element.clone(),
                    amount: money(amount, currency)?,
                },
                (Some(element), None, None, Some(units), None, None, None) => Reassessment::Volume {
                    element: element.clone(),
                    expected_units: decimal(units)?,
                },
                (None, Some(obligation), None, None, Some(total), None, None) => Reassessment::Cost {
                    obligation: obligation.clone(),
                    estimated_total: money(total, currency)?,
                },
                (None, Some(obligation), None, None, None, Some(units), None) => Reassessment::Returns {
                    obligation: obligation.clone(),
                    expected_units: decimal(units)?,
                    recovery_cost_per_unit: None,
                },
                (None, Some(obligation), None, None, None, None, Some(expected)) => {
                    Reassessment::Redemption {
                        obligation: obligation.clone(),
                        expected: decimal(expected)?,
                    }
                }
                _ => return Err(Stop::MALFORMED),
            },
        )
    }
}

impl ModificationText {
    fn modification(&self, id: &str, currency: Currency) -> Result<ContractModification, Stop> {
        Ok(ContractModification {
            added_distinct: self.judgements.added_distinct,
            price_reflects_ssp: self.judgements.price_reflects_ssp,
            remaining_distinct: self.judgements.remaining_distinct.unwrap_or(true),
            adds: self
                .adds
                .iter()
                .map(|added| added.obligation(currency))
                .collect::<Result<_, _>>()?,
            changes: self
                .changes
                .iter()
                .map(|change| {
                    Ok(ObligationChange {
                        last_day: some_date(change.end.as_deref())?,
                        total: some_decimal(change.total.as_ref())?,
                        estimated_total: some_money(change.estimated_total.as_ref(), currency)?,
                        ssp: some_money(change.ssp.as_ref(), currency)?,
                        ssp_remaining: some_money(change.ssp_remaining.as_ref(), currency)?,
                        remaining_distinct: change.remaining_distinct,
                        ..ObligationChange::of(&change.obligation)
                    })
                })
                .collect::<Result<_, Stop>>()?,
            price_change: some_money(self.price_change.as_ref(), currency)?,
            consideration: self
                .consideration
                .iter()
                .map(|element| consideration(element, currency))
                .collect::<Result<_, _>>()?,
            concession: match &self.concession {
                None => None,
                Some(concession) => Some(Concession {
                    obligation: concession.obligation.clone(),
                    amount: money(&concession.amount, currency)?,
                }),
            },
            ..ContractModification::new(id)
        })
    }
}

/// A rate of exchange, and what it is for.
pub(super) struct Rate {
    pub(super) on: NaiveDate,
    pub(super) rate: Decimal,
    pub(super) purpose: Option<String>,
}

/// A contract as the library takes it.
pub(super) struct Stream {
    pub(super) book: Book,
    pub(super) events: Vec<RevenueEvent>,
    /// The ids of events, by their place in the stream.
    pub(super) names: BTreeMap<u64, String>,
    /// Until which day the books were closed, and when.
    pub(super) closes: Vec<(NaiveDate, NaiveDate)>,
    pub(super) rates: Vec<Rate>,
    pub(super) functional_currency: Option<Currency>,
    pub(super) criteria_met: bool,
    pub(super) measures: BTreeMap<String, bool>,
}

impl Stream {
    pub(super) fn read(contract: Contract, timeline: &[Value]) -> Result<Self, Stop> {
        let currency = contract.currency;
        let inception = date(&contract.inception)?;
        let book = book(contract.framework.as_deref())?;
        let recorded = some_date(contract.recorded.as_deref())?.unwrap_or(inception);
        let (functional_currency, criteria_met) = (contract.functional_currency, contract.criteria_met);
        let document = contract.document()?;
        let mut stream = Self {
            book,
            events: Vec::new(),
            names: BTreeMap::new(),
            closes: Vec::new(),
            rates: Vec::new(),
            functional_currency,
            criteria_met,
            measures: BTreeMap::new(),
        };
        let mut point_in_time = BTreeSet::new();
        for obligation in &document.obligations {
            stream.remember(obligation, &mut point_in_time);
        }
        let terms = Terms::new(document).map_err(|faults| contract_refused(&RevenueError::from(faults)))?;
        stream.events.push(RevenueEvent::new(
            inception,
            at(recorded),
            0,
            Fact::Inception {
                terms: Box::new(terms),
            },
        ));
        for (sequence, event) in (1_u64..).zip(timeline) {
            stream.add(sequence, event, &mut point_in_time, currency)?;
        }
        Ok(stream)
    }

    fn remember(&mut self, obligation: &Obligation, point_in_time: &mut BTreeSet<String>) {
        if obligation.measure == Measure::PointInTime {
            point_in_time.insert(obligation.id.clone());
        }
        let shown = matches!(
            obligation.measure,
            Measure::CostToCost { .. }
                | Measure::Percent
                | Measure::Milestones { .. }
                | Measure::Redemption { .. }
                | Measure::Units { total: Some(_) }
        );
        self.measures.insert(obligation.id.clone(), shown);
    }

    fn add(
        &mut self,
        sequence: u64,
        event: &Value,
        point_in_time: &mut BTreeSet<String>,
        currency: Currency,
    ) -> Result<(), Stop> {
        let mut fields: Map<String, Value> = read(event)?;
        let mut text = |field: &str| match fields.remove(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Stop::MALFORMED),
        };
        let (on, id, recorded) = (text("date")?, text("id")?, text("recorded")?);
        let on = date(&on.ok_or(Stop::MALFORMED)?)?;
        let recorded = some_date(recorded.as_deref())?.unwrap_or(on);
        let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
        if !EVENTS.contains(&kind) {
            return Err(Stop::Refused("unknown_event"));
        }
        let name = id.clone().unwrap_or_else(|| match kind {
            "modification" => "modification".to_owned(),
            kind => format!("{kind} {sequence}"),
        });
        if let Some(id) = id
            && self.names.values().any(|known| *known == id)
        {
            return Err(Stop::Refused("duplicate_id"));
        }
        let event: EventText = read(&Value::Object(fields))?;
        match &event {
            EventText::Close { through } => self.closes.push((date(through)?, on)),
            EventText::FxRate { rate, purpose } => self.rates.push(Rate {
                on,
                rate: decimal(rate)?,
                purpose: purpose.clone(),
            }),
            _ => {}
        }
        if let Some(fact) = event.fact(&name, point_in_time, currency)? {
            match &fact {
                Fact::Modified { modification } => {
                    for added in &modification.adds {
                        self.remember(added, point_in_time);
                    }
                }
                Fact::RightExercised { delivers, .. } => self.remember(delivers, point_in_time),
                _ => {}
            }
            self.names.insert(sequence, name);
            self.events
                .push(RevenueEvent::new(on, at(recorded), sequence, fact));
        }
        Ok(())
    }

    pub(super) fn view(&self, as_of: NaiveDate) -> View {
        View {
            as_of,
            known_at: DateTime::<Utc>::MAX_UTC,
            book: self.book,
        }
    }
}

pub(super) fn at(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc()
}

/// The words of the page for what the library refuses.
pub(super) fn contract_refused(error: &RevenueError) -> Stop {
    Stop::Refused(match error.code() {
        "unknown_obligation" => "unknown_reference",
        "wrong_measure" => "wrong_event_for_measure",
        "before_inception" => "event_before_inception",
        "return_exceeds_delivery" => "return_exceeds_transfer",
        "milestone_reached" => "already_satisfied",
        "currency_mismatch" => "invalid_amount",
        other => code(other),
    })
}
