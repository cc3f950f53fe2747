use l2c_calendar::{NaiveDate, Period};
use std::collections::BTreeSet;

use l2c_documents::Fault;
use l2c_money::{Currency, Decimal, Exact, Money, decimal_string};
use serde::{Deserialize, Serialize};

use crate::terms::{MAX_TEXT, bad_text, fault};
use crate::{Convention, Paragraph, RevenueRefusal, StandalonePrice, UnbilledRight};

/// The longest service, in months.
pub const MAX_TERM_MONTHS: usize = 1_200;

/// A performance obligation: a distinct good or service promised in the contract (606-10-25-14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Obligation {
    /// Its name in the contract.
    pub id: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// What it would sell for alone.
    pub ssp: StandalonePrice,
    /// How its satisfaction is measured.
    pub measure: Measure,
    /// The price that the contract states for it; weighed by ranges of stand-alone prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// What a unit of it costs the entity; moves from inventory when control passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_cost: Option<Money>,
    /// The first day on which the customer can use and benefit from it (606-10-55-58C).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usable_from: Option<NaiveDate>,
    /// Whether it renews a licence: ASC 606 waits for the renewal period, IFRS 15 does not (606-10-55-58C, IFRS 15.B61).
    #[serde(default, skip_serializing_if = "is_false")]
    pub licence_renewal: bool,
    /// Whether control waits for the customer's acceptance (606-10-55-85 to 55-88).
    #[serde(default, skip_serializing_if = "Acceptance::is_objective")]
    pub acceptance: Acceptance,
    /// The customer may return units of it (606-10-55-22 to 55-29).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<Returns>,
    /// What an assurance-type warranty on a unit is expected to cost: a provision, no obligation (606-10-55-32).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warranty_cost_per_unit: Option<Money>,
    /// Whether it is shipping after control has passed, which the US election treats as fulfilment (606-10-25-18B).
    #[serde(default, skip_serializing_if = "is_false")]
    pub shipping: bool,
    /// What performance of it beyond billing is, by whether time alone remains (606-10-45-4); as the policy says where
    /// nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unbilled_right: Option<UnbilledRight>,
    /// Whether revenue of it equals what may be invoiced (606-10-55-18); such obligations may be left out of disclosures.
    #[serde(default, skip_serializing_if = "is_false")]
    pub right_to_invoice: bool,
    /// The day by which it is expected to be satisfied, for the time bands of what remains (606-10-50-13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_date: Option<NaiveDate>,
}

impl Obligation {
    /// An obligation with its stand-alone price and its measure, and nothing else said about it.
    #[must_use]
    pub fn new(id: impl Into<String>, ssp: StandalonePrice, measure: Measure) -> Self {
        Self {
            id: id.into(),
            description: String::new(),
            ssp,
            measure,
            price: None,
            unit_cost: None,
            usable_from: None,
            licence_renewal: false,
            acceptance: Acceptance::Objective,
            returns: None,
            warranty_cost_per_unit: None,
            shipping: false,
            unbilled_right: None,
            right_to_invoice: false,
            expected_date: None,
        }
    }

    /// A service that is agreed on does not begin before the contract.
    pub(crate) fn check_agreed_period(&self, inception: NaiveDate) -> Result<(), RevenueRefusal> {
        match self.measure {
            Measure::Time {
                period: Some(period), ..
            } if period.start() < inception => Err(RevenueRefusal::BeforeInception {
                command: "service_started",
                effective: period.start(),
                inception,
            }),
            _ => Ok(()),
        }
    }

    /// Nor does one that a modification adds begin before it. What was performed before is told, by `service_started`.
    pub(crate) fn check_added_period(&self, on: NaiveDate) -> Result<(), RevenueRefusal> {
        match self.measure {
            Measure::Time {
                period: Some(period), ..
            } if period.start() < on => Err(RevenueRefusal::InvalidQuantity {
                field: "adds.measure.period",
                value: format!("{period} of `{}`", self.id),
                expected: format!(
                    "a service from {on}, the day of the modification, or later; of one that was performed before, add it \
                     without a period and tell `service_started`"
                ),
            }),
            _ => Ok(()),
        }
    }

    /// Everything that is wrong with it, at a path of a document in a currency.
    pub(crate) fn faults(&self, currency: Currency, path: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        faults.extend(bad_text(format!("{path}.id"), &self.id));
        let length = self.description.chars().count();
        if length > MAX_TEXT {
            let found = format!("{length} characters");
            let expected = "at most 200 characters";
            faults.push(fault(
                format!("{path}.description"),
                "invalid_text",
                &found,
                expected,
            ));
        }
        faults.extend(self.ssp.faults(currency, &format!("{path}.ssp")));
        for (field, amount) in [
            ("price", self.price),
            ("unit_cost", self.unit_cost),
            ("warranty_cost_per_unit", self.warranty_cost_per_unit),
        ] {
            faults.extend(amount.and_then(|amount| bad_amount(format!("{path}.{field}"), amount, currency)));
        }
        if let Some(returns) = &self.returns {
            let path = format!("{path}.returns");
            if !matches!(self.measure, Measure::Units { .. } | Measure::PointInTime) {
                let expected = format!("units that can come back ({})", Paragraph::RETURNS);
                faults.push(fault(&path, "wrong_measure", self.measure.words(), &expected));
            }
            faults.extend(below_zero(
                format!("{path}.expected_units"),
                returns.expected_units,
            ));
            let cost = returns.recovery_cost_per_unit;
            faults.extend(
                cost.and_then(|cost| bad_amount(format!("{path}.recovery_cost_per_unit"), cost, currency)),
            );
        }
        faults.extend(self.measure.faults(currency, &format!("{path}.measure")));
        faults
    }
}

/// An amount in another currency, or below zero.
pub(crate) fn bad_amount(path: String, amount: Money, currency: Currency) -> Option<Fault> {
    if amount.currency() != currency {
        let expected = format!("an amount in {currency}");
        return Some(fault(path, "currency_mismatch", &amount.to_string(), &expected));
    }
    let is_negative = amount.is_negative();
    is_negative.then(|| fault(path, "invalid_amount", &amount.to_string(), "zero or above"))
}

fn below_zero(path: String, value: Decimal) -> Option<Fault> {
    (value < Decimal::ZERO).then(|| fault(path, "invalid_amount", &value.to_string(), "zero or above"))
}

fn not_positive(path: String, value: Decimal) -> Option<Fault> {
    (value <= Decimal::ZERO).then(|| fault(path, "invalid_amount", &value.to_string(), "above zero"))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde calls")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// What the customer's acceptance means for the transfer of control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Acceptance {
    /// The entity can tell itself that the specifications are met: a formality (606-10-55-86).
    #[default]
    Objective,
    /// Only the customer can tell: control passes on acceptance (606-10-55-87).
    Subjective,
}

impl Acceptance {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde calls")]
    const fn is_objective(&self) -> bool {
        matches!(self, Self::Objective)
    }
}

/// A right of return (606-10-55-22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Returns {
    /// The units expected back; zero or above.
    #[serde(with = "decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub expected_units: Decimal,
    /// What it costs to recover a returned unit, with the loss in its value; lowers the return asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_cost_per_unit: Option<Money>,
}

/// How the satisfaction of an obligation is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(!from))]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    deny_unknown_fields,
    from = "MeasureDocument"
)]
#[non_exhaustive]
pub enum Measure {
    /// At once, when control passes (606-10-25-30).
    PointInTime,
    /// By the passing of time over a period (606-10-55-20).
    Time {
        /// The period, where it is agreed at inception; else the start of the service tells it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        period: Option<Period>,
        /// How time is counted; that of the policy where nothing is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        convention: Option<Convention>,
    },
    /// By units delivered (606-10-55-17).
    Units {
        /// The units promised; none where the number is open.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "decimal_string::option"
        )]
        #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
        total: Option<Decimal>,
    },
    /// By a share of the work that is surveyed or appraised (606-10-55-17).
    Percent,
    /// By milestones reached, each with its share of the whole (606-10-55-17).
    Milestones {
        /// The milestones; their weights come to one.
        milestones: Vec<Milestone>,
    },
    /// By costs incurred against costs expected (606-10-55-20, 55-21).
    CostToCost {
        /// The costs expected in all; none while they cannot be estimated: revenue then equals cost (606-10-25-37).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        estimated_total: Option<Money>,
        /// The part of them that is for materials the entity does not design or build; earns no margin (606-10-55-187).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uninstalled_total: Option<Money>,
    },
    /// By what customers redeem of what they are expected to redeem (606-10-55-48).
    Redemption {
        /// The redemptions expected in all.
        #[serde(with = "decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        expected: Decimal,
    },
    /// An option of the customer that gives a material right: satisfied when it is exercised or expires (606-10-55-42).
    MaterialRight,
    /// A minimum that is due whether used or not; takes no part in allocation (606-10-55-46 to 55-49).
    TakeOrPay {
        /// The minimum.
        minimum: Money,
        /// The price of a unit up to the minimum.
        #[serde(with = "decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        unit_price: Decimal,
        /// The price of a unit beyond it.
        #[serde(with = "decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        overage_price: Decimal,
        /// The last day; by its end the minimum is earned.
        end: NaiveDate,
        /// The units expected to be taken in all, where the entity expects to be entitled to the shortfall: it is
        /// recognised in proportion to them (606-10-55-48). Without it the shortfall is recognised at the end.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "decimal_string::option"
        )]
        #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
        expected_units: Option<Decimal>,
    },
}

impl Measure {
    /// Over an agreed period, counted as the policy says.
    #[must_use]
    pub const fn time(period: Period) -> Self {
        Self::Time {
            period: Some(period),
            convention: None,
        }
    }

    fn faults(&self, currency: Currency, path: &str) -> Vec<Fault> {
        let at = |field: &str| format!("{path}.{field}");
        let mut faults = Vec::new();
        match self {
            Self::Time {
                period: Some(period), ..
            } if !is_short_enough(period) => {
                let expected = format!("a service of at most {MAX_TERM_MONTHS} months");
                faults.push(fault(
                    at("period"),
                    "term_too_long",
                    &period.to_string(),
                    &expected,
                ));
            }
            Self::Units { total: Some(total) } => faults.extend(not_positive(at("total"), *total)),
            Self::Milestones { milestones } => {
                let mut ids = BTreeSet::new();
                let mut sum = Exact::ZERO;
                for (index, milestone) in milestones.iter().enumerate() {
                    let path = at(&format!("milestones[{index}]"));
                    if let Some(bad) = bad_text(format!("{path}.id"), &milestone.id) {
                        faults.push(bad);
                    } else if !ids.insert(&milestone.id) {
                        let path = format!("{path}.id");
                        faults.push(fault(
                            path,
                            "duplicate_id",
                            &milestone.id,
                            "a milestone named once",
                        ));
                    }
                    faults.extend(below_zero(format!("{path}.weight"), milestone.weight));
                    sum += &Exact::from(milestone.weight);
                }
                if sum != Exact::ONE {
                    let expected = format!("weights that come to 1 ({})", Paragraph::OUTPUT);
                    faults.push(fault(
                        at("milestones"),
                        "milestones_not_one",
                        &sum.to_string(),
                        &expected,
                    ));
                }
            }
            Self::CostToCost {
                estimated_total,
                uninstalled_total,
            } => {
                for (field, amount) in [
                    ("estimated_total", estimated_total),
                    ("uninstalled_total", uninstalled_total),
                ] {
                    faults.extend(amount.and_then(|amount| bad_amount(at(field), amount, currency)));
                }
            }
            Self::Redemption { expected } => faults.extend(below_zero(at("expected"), *expected)),
            Self::TakeOrPay {
                minimum,
                unit_price,
                overage_price,
                expected_units,
                ..
            } => {
                faults.extend(bad_amount(at("minimum"), *minimum, currency));
                faults.extend(not_positive(at("unit_price"), *unit_price));
                faults.extend(below_zero(at("overage_price"), *overage_price));
                faults.extend(expected_units.and_then(|units| not_positive(at("expected_units"), units)));
            }
            _ => {}
        }
        faults
    }

    /// How obligations of this measure are satisfied, in words.
    pub(crate) const fn words(&self) -> &'static str {
        match self {
            Self::PointInTime => "at a point in time",
            Self::Time { .. } => "over time",
            Self::Units { .. } => "by units delivered",
            Self::Percent => "by a surveyed share",
            Self::Milestones { .. } => "by milestones",
            Self::CostToCost { .. } => "by costs incurred",
            Self::Redemption { .. } => "by redemptions",
            Self::MaterialRight => "by the exercise or expiry of a right",
            Self::TakeOrPay { .. } => "by units taken, at least a minimum",
        }
    }

    /// What satisfies obligations of this measure.
    pub(crate) const fn advice(&self) -> &'static str {
        match self {
            Self::PointInTime => "`satisfied` does",
            Self::Time { period: None, .. } => "`service_started` does",
            Self::Time { period: Some(_), .. } => "its period is agreed, nothing need be told",
            Self::Units { .. } => "`delivered` does; with `returns` promised, also `returned`",
            Self::Percent => "`progressed` does",
            Self::Milestones { .. } => "`milestone_reached` does",
            Self::CostToCost { .. } => "`cost_incurred` does",
            Self::Redemption { .. } => "`redeemed` does",
            Self::MaterialRight => "`right_exercised` or `right_expired` does",
            Self::TakeOrPay { .. } => "`units_taken` does",
        }
    }
}

/// A milestone and its share of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// Its name.
    pub id: String,
    /// Its share of the whole, between zero and one.
    #[serde(with = "decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub weight: Decimal,
}

/// Serde refuses an unknown key beside a tag in variants with braces alone.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum MeasureDocument {
    PointInTime {},
    Time {
        #[serde(default)]
        period: Option<Period>,
        #[serde(default)]
        convention: Option<Convention>,
    },
    Units {
        #[serde(default, with = "decimal_string::option")]
        total: Option<Decimal>,
    },
    Percent {},
    Milestones {
        milestones: Vec<Milestone>,
    },
    CostToCost {
        #[serde(default)]
        estimated_total: Option<Money>,
        #[serde(default)]
        uninstalled_total: Option<Money>,
    },
    Redemption {
        #[serde(with = "decimal_string")]
        expected: Decimal,
    },
    MaterialRight {},
    TakeOrPay {
        minimum: Money,
        #[serde(with = "decimal_string")]
        unit_price: Decimal,
        #[serde(with = "decimal_string")]
        overage_price: Decimal,
        end: NaiveDate,
        #[serde(default, with = "decimal_string::option")]
        expected_units: Option<Decimal>,
    },
}

impl From<MeasureDocument> for Measure {
    fn from(document: MeasureDocument) -> Self {
        match document {
            MeasureDocument::PointInTime {} => Self::PointInTime,
            MeasureDocument::Time { period, convention } => Self::Time { period, convention },
            MeasureDocument::Units { total } => Self::Units { total },
            MeasureDocument::Percent {} => Self::Percent,
            MeasureDocument::Milestones { milestones } => Self::Milestones { milestones },
            MeasureDocument::CostToCost {
                estimated_total,
                uninstalled_total,
            } => Self::CostToCost {
                estimated_total,
                uninstalled_total,
            },
            MeasureDocument::Redemption { expected } => Self::Redemption { expected },
            MeasureDocument::MaterialRight {} => Self::MaterialRight,
            MeasureDocument::TakeOrPay {
                minimum,
                unit_price,
                overage_price,
                end,
                expected_units,
            } => Self::TakeOrPay {
                minimum,
                unit_price,
                overage_price,
                end,
                expected_units,
            },
        }
    }
}

/// Refuses a service that is too long to be scheduled by month.
pub(crate) fn check_term(obligation: &str, period: &Period) -> Result<(), RevenueRefusal> {
    if is_short_enough(period) {
        return Ok(());
    }
    Err(RevenueRefusal::TermTooLong {
        obligation: obligation.to_owned(),
        period: *period,
    })
}

/// Whether a service of this period is short enough to be scheduled by month.
pub(crate) fn is_short_enough(period: &Period) -> bool {
    // No month has more than 31 days, so a longer count of days means too many months.
    let limit = u32::try_from(MAX_TERM_MONTHS).unwrap_or(u32::MAX);
    period.days() <= limit.saturating_mul(31)
        && period.fiscal_months().len() <= MAX_TERM_MONTHS.saturating_add(1)
}
