//! A contract as the page writes it.

use l2c_calendar::{NaiveDate, Period};
use l2c_money::{Currency, Decimal, Money, Rounding};
use l2c_revenue::{
    Acceptance, BillingSide, Financing, LossPrice, LossProvision, Measure, Milestone, Obligation,
    PerformanceBeforeContract, Reallocate, Returns, RevenueBase, RevenueContractId, RevenuePolicy,
    StandaloneAtModification, TermsDocument, UnbilledRight,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::allocation::{Together, rules};
use super::consideration::consideration;
use super::ssp::standalone_price;
use super::{convention as convention_of, date, decimal, money};
use crate::given::{Number, Stop, read};

/// The contract as a case writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contract {
    pub(super) id: String,
    pub(super) currency: Currency,
    pub(super) inception: String,
    pub(super) framework: Option<String>,
    pub(super) recorded: Option<String>,
    #[serde(default = "yes")]
    pub(super) criteria_met: bool,
    #[serde(default = "yes")]
    enforceable_before_performance: bool,
    exclude_sales_tax: Option<bool>,
    one_year_expedient: Option<bool>,
    pub(super) functional_currency: Option<Currency>,
    original_duration_months: Option<u32>,
    obligations: Vec<ObligationText>,
    consideration: Vec<Value>,
    allocation: Option<AllocationText>,
    #[serde(default)]
    policies: Policies,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllocationText {
    #[serde(default)]
    bundles: Vec<Together>,
    reallocate: Option<Reallocate>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Policies {
    rounding: Option<Rounding>,
    progress_decimals: Option<u32>,
    revenue_base: Option<RevenueBase>,
    unbilled_right: Option<UnbilledRight>,
    #[serde(default)]
    loss_provision: bool,
    #[serde(default)]
    shipping_as_fulfilment: bool,
    contract_asset_monetary: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ObligationText {
    id: String,
    ssp: Value,
    measure: Map<String, Value>,
    price: Option<Number>,
    unit_cost: Option<Number>,
    usable_from: Option<String>,
    #[serde(default)]
    licence_renewal: bool,
    acceptance: Option<Acceptance>,
    returns: Option<ReturnsText>,
    #[serde(default)]
    shipping: bool,
    #[serde(default)]
    right_to_invoice: bool,
    expected_date: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReturnsText {
    expected_units: Number,
    recovery_cost_per_unit: Option<Number>,
}

pub(super) fn some_date(text: Option<&str>) -> Result<Option<NaiveDate>, Stop> {
    text.map(date).transpose()
}

pub(super) fn term(start: &str, end: &str) -> Result<Period, Stop> {
    Period::inclusive(date(start)?, date(end)?).map_err(|_| Stop::Refused("invalid_term"))
}

pub(super) fn some_money(number: Option<&Number>, currency: Currency) -> Result<Option<Money>, Stop> {
    number.map(|number| money(number, currency)).transpose()
}

pub(super) fn some_decimal(number: Option<&Number>) -> Result<Option<Decimal>, Stop> {
    number.map(decimal).transpose()
}

impl ObligationText {
    pub(super) fn obligation(&self, currency: Currency) -> Result<Obligation, Stop> {
        Ok(Obligation {
            price: some_money(self.price.as_ref(), currency)?,
            unit_cost: some_money(self.unit_cost.as_ref(), currency)?,
            usable_from: some_date(self.usable_from.as_deref())?,
            licence_renewal: self.licence_renewal,
            acceptance: self.acceptance.unwrap_or_default(),
            returns: match &self.returns {
                None => None,
                Some(returns) => Some(Returns {
                    expected_units: decimal(&returns.expected_units)?,
                    recovery_cost_per_unit: some_money(returns.recovery_cost_per_unit.as_ref(), currency)?,
                }),
            },
            shipping: self.shipping,
            right_to_invoice: self.right_to_invoice,
            expected_date: some_date(self.expected_date.as_deref())?,
            ..Obligation::new(
                &self.id,
                standalone_price(&self.ssp, currency)?,
                measure(&self.measure, currency)?,
            )
        })
    }
}

fn measure(text: &Map<String, Value>, currency: Currency) -> Result<Measure, Stop> {
    const KNOWN: [&str; 9] = [
        "point_in_time",
        "time",
        "units",
        "percent",
        "milestones",
        "cost_to_cost",
        "redemption",
        "option",
        "take_or_pay",
    ];
    #[derive(Deserialize)]
    #[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
    enum Text {
        PointInTime {},
        Time {
            start: String,
            end: String,
            convention: Option<String>,
        },
        Units {
            total: Option<Number>,
        },
        Percent {},
        Milestones {
            milestones: Vec<MilestoneText>,
        },
        CostToCost {
            estimated_total: Option<Number>,
            uninstalled_total: Option<Number>,
        },
        Redemption {
            expected: Number,
        },
        Option {},
        TakeOrPay {
            minimum: Number,
            unit_price: Number,
            overage_price: Number,
            end: String,
        },
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct MilestoneText {
        id: String,
        weight: Number,
    }
    if !text
        .get("type")
        .and_then(Value::as_str)
        .is_some_and(|kind| KNOWN.contains(&kind))
    {
        return Err(Stop::Refused("unknown_measure"));
    }
    Ok(match read(&Value::Object(text.clone()))? {
        Text::PointInTime {} => Measure::PointInTime,
        Text::Time {
            start,
            end,
            convention,
        } => Measure::Time {
            period: Some(term(&start, &end)?),
            convention: convention.as_deref().map(convention_of).transpose()?,
        },
        Text::Units { total } => Measure::Units {
            total: some_decimal(total.as_ref())?,
        },
        Text::Percent {} => Measure::Percent,
        Text::Milestones { milestones } => Measure::Milestones {
            milestones: milestones
                .iter()
                .map(|milestone| {
                    Ok(Milestone {
                        id: milestone.id.clone(),
                        weight: decimal(&milestone.weight)?,
                    })
                })
                .collect::<Result<_, Stop>>()?,
        },
        Text::CostToCost {
            estimated_total,
            uninstalled_total,
        } => Measure::CostToCost {
            estimated_total: some_money(estimated_total.as_ref(), currency)?,
            uninstalled_total: some_money(uninstalled_total.as_ref(), currency)?,
        },
        Text::Redemption { expected } => Measure::Redemption {
            expected: decimal(&expected)?,
        },
        Text::Option {} => Measure::MaterialRight,
        Text::TakeOrPay {
            minimum,
            unit_price,
            overage_price,
            end,
        } => Measure::TakeOrPay {
            minimum: money(&minimum, currency)?,
            unit_price: decimal(&unit_price)?,
            overage_price: decimal(&overage_price)?,
            end: date(&end)?,
            expected_units: None,
        },
    })
}

impl Contract {
    /// The terms, under the conventions of the page where the library's own are others.
    pub(super) fn document(self) -> Result<TermsDocument, Stop> {
        let contract = self;
        let currency = contract.currency;
        let policy = RevenuePolicy {
            rounding: contract.policies.rounding.unwrap_or_default(),
            billing: BillingSide::Engine,
            progress_decimals: contract.policies.progress_decimals,
            revenue_base: contract.policies.revenue_base.unwrap_or_default(),
            unbilled_right: contract.policies.unbilled_right.unwrap_or_default(),
            loss_provision: if contract.policies.loss_provision {
                LossProvision::Obligation
            } else {
                LossProvision::None
            },
            loss_price: LossPrice::Included,
            shipping_as_fulfilment: contract.policies.shipping_as_fulfilment,
            contract_asset_monetary: contract.policies.contract_asset_monetary.unwrap_or(true),
            exclude_sales_tax: contract.exclude_sales_tax.unwrap_or(true),
            one_year_expedient: contract.one_year_expedient.unwrap_or(false),
            financing: Financing::Apart,
            performance_before_contract: PerformanceBeforeContract::Refuse,
            standalone_at_modification: StandaloneAtModification::CarriedForward,
            rights_join_modifications: false,
            ..RevenuePolicy::standard()
        };
        let id = RevenueContractId::from_key(&contract.id).map_err(|_| Stop::MALFORMED)?;
        let customer = "pty_customer".parse().map_err(|_| Stop::MALFORMED)?;
        let entity = "US01".parse().map_err(|_| Stop::MALFORMED)?;
        let mut document = TermsDocument::new(id, customer, entity, currency, policy);
        document.criteria_met = contract.criteria_met;
        document.enforceable_before_performance = contract.enforceable_before_performance;
        document.original_duration_months = contract.original_duration_months;
        for obligation in &contract.obligations {
            document.obligations.push(obligation.obligation(currency)?);
        }
        for element in &contract.consideration {
            document.consideration.push(consideration(element, currency)?);
        }
        if let Some(AllocationText { bundles, reallocate }) = contract.allocation {
            document.allocation = rules(bundles, reallocate, currency)?;
        } else {
            document.allocation = rules(Vec::new(), None, currency)?;
        }
        Ok(document)
    }
}
