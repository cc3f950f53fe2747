use std::collections::BTreeSet;

use l2c_documents::{Check, Faults};
use l2c_ledger::LegalEntity;
use l2c_money::{Currency, Exact, Money};
use serde::{Deserialize, Serialize};

use super::{Amortisation, ContractCostPolicy, Cost, CostNature, RenewalCommission, paragraph};
use crate::obligation::is_short_enough;
use crate::{MAX_MINOR_UNITS, MAX_OBLIGATIONS, MAX_TERM_MONTHS, RevenueContractId};

/// The longest id or description, in characters.
const MAX_TEXT: usize = 200;

/// The costs of obtaining and fulfilling a contract, or a portfolio of contracts, as a host writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ContractCostsDocument {
    /// The contract.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub contract: RevenueContractId,
    /// The legal entity whose books it is in.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub entity: LegalEntity,
    /// The currency of every amount.
    pub currency: Currency,
    /// The costs.
    pub costs: Vec<Cost>,
    /// The conventions they are accounted for under.
    pub policy: ContractCostPolicy,
}

/// Checked costs: every amount in one currency and whole minor units, every id once, a schedule for each that may
/// become an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ContractCostsDocument", into = "ContractCostsDocument")]
pub struct ContractCosts(ContractCostsDocument);

impl ContractCosts {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault, each with its path and the paragraph that asks for what is missing.
    pub fn new(document: ContractCostsDocument) -> Result<Self, Faults> {
        let mut check = Check::new(format!("costs of {}", document.contract));
        let mut faults = Checker {
            check: &mut check,
            currency: document.currency,
        };
        let count = document.costs.len();
        if count > MAX_OBLIGATIONS {
            faults.fault(
                "costs",
                "count",
                &count.to_string(),
                &format!("at most {MAX_OBLIGATIONS}"),
            );
            return check.finish(Self(document));
        }
        let mut ids = BTreeSet::new();
        let mut magnitude = Exact::ZERO;
        for (index, cost) in document.costs.iter().enumerate() {
            let path = format!("costs[{index}]");
            if !ids.insert(&cost.id) {
                faults.fault(&format!("{path}.id"), "duplicate_id", &cost.id, "an id used once");
            }
            faults.cost(&path, cost);
            magnitude += &cost
                .nature
                .amounts()
                .iter()
                .map(|(_, amount)| amount.exact().abs())
                .sum();
        }
        let units = magnitude * Exact::power_of_ten(document.currency.minor_units());
        if units > Exact::integer(MAX_MINOR_UNITS) {
            faults.fault(
                "costs",
                "invalid_amount",
                "amounts that sum to more",
                "at most 10^18 minor units",
            );
        }
        faults.text("policy.id", &document.policy.id);
        check.finish(Self(document))
    }

    /// The contract.
    #[must_use]
    pub const fn contract(&self) -> &RevenueContractId {
        &self.0.contract
    }

    /// The legal entity whose books it is in.
    #[must_use]
    pub const fn entity(&self) -> LegalEntity {
        self.0.entity
    }

    /// The currency of every amount.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.0.currency
    }

    /// The costs.
    #[must_use]
    pub fn costs(&self) -> &[Cost] {
        &self.0.costs
    }

    /// The conventions they are accounted for under.
    #[must_use]
    pub const fn policy(&self) -> &ContractCostPolicy {
        &self.0.policy
    }
}

impl TryFrom<ContractCostsDocument> for ContractCosts {
    type Error = Faults;
    fn try_from(document: ContractCostsDocument) -> Result<Self, Faults> {
        Self::new(document)
    }
}

impl From<ContractCosts> for ContractCostsDocument {
    fn from(costs: ContractCosts) -> Self {
        costs.0
    }
}

struct Checker<'a> {
    check: &'a mut Check,
    currency: Currency,
}

impl Checker<'_> {
    fn fault(&mut self, path: &str, code: &'static str, found: &str, expected: &str) {
        self.check
            .fault(path, code, format!("{found}; expected {expected}"));
    }

    fn text(&mut self, path: &str, text: &str) {
        let count = text.chars().count();
        if count == 0 || count > MAX_TEXT {
            let found = format!("{count} characters");
            self.fault(path, "invalid_text", &found, "1 to 200 characters");
        }
    }

    fn cost(&mut self, path: &str, cost: &Cost) {
        self.text(&format!("{path}.id"), &cost.id);
        for (field, amount) in cost.nature.amounts() {
            self.amount(&format!("{path}.nature.{field}"), amount);
        }
        if let CostNature::Obtain {
            items,
            payroll_tax_rate,
            ..
        } = &cost.nature
        {
            for (index, item) in items.iter().enumerate() {
                self.text(&format!("{path}.nature.items[{index}].what"), &item.what);
            }
            self.not_negative(
                &format!("{path}.nature.payroll_tax_rate"),
                &Exact::from(*payroll_tax_rate),
            );
        }
        self.amortisation(path, cost);
        self.renewal(path, cost);
    }

    fn amount(&mut self, path: &str, amount: Money) {
        let found = amount.to_string();
        if amount.currency() != self.currency {
            let expected = format!("an amount in {}", self.currency);
            self.fault(path, "currency_mismatch", &found, &expected);
        } else if amount.is_negative() {
            self.fault(path, "negative_amount", &found, "zero or above");
        } else if amount.minor().is_err() {
            self.fault(
                path,
                "invalid_amount",
                &found,
                "whole minor units of the currency",
            );
        }
    }

    fn not_negative(&mut self, path: &str, value: &Exact) {
        if value.is_negative() {
            self.fault(path, "negative_amount", &value.to_string(), "zero or above");
        }
    }

    fn amortisation(&mut self, path: &str, cost: &Cost) {
        let path = format!("{path}.amortisation");
        match &cost.amortisation {
            None if cost.needs_amortisation() => {
                let expected = format!(
                    "how the goods or services are transferred ({})",
                    paragraph::AMORTISATION
                );
                self.fault(&path, "amortisation_missing", "none", &expected);
            }
            None => {}
            Some(Amortisation::StraightLine { span, .. }) => {
                let found = format!("{span:?} from {}", cost.incurred);
                match cost.term() {
                    Ok(Some(term)) if !is_short_enough(&term.period) => {
                        let expected = format!("at most {MAX_TERM_MONTHS} months, renewals included");
                        self.fault(&format!("{path}.span"), "term_too_long", &found, &expected);
                    }
                    Ok(_) => {}
                    Err(_) => {
                        self.fault(
                            &format!("{path}.span"),
                            "invalid_term",
                            &found,
                            "an end after the start",
                        );
                    }
                }
            }
            Some(Amortisation::Use { steps }) => {
                let mut before = None;
                for (index, step) in steps.iter().enumerate() {
                    let path = format!("{path}.steps[{index}]");
                    self.not_negative(&format!("{path}.done"), &Exact::from(step.done));
                    self.not_negative(&format!("{path}.later"), &Exact::from(step.later));
                    if before.is_some_and(|before| before >= step.on) {
                        let expected = "a later day than that of the step before";
                        self.fault(
                            &format!("{path}.on"),
                            "steps_out_of_order",
                            &step.on.to_string(),
                            expected,
                        );
                    }
                    before = Some(step.on);
                }
            }
            Some(Amortisation::Progress { obligation }) => {
                self.text(&format!("{path}.obligation"), obligation)
            }
        }
    }

    fn renewal(&mut self, path: &str, cost: &Cost) {
        let Some(renewal) = &cost.renewal else { return };
        let path = format!("{path}.renewal");
        if let RenewalCommission::ByRate {
            initial,
            renewal,
            tolerance,
        } = &renewal.commission
        {
            let path = format!("{path}.commission");
            self.not_negative(&format!("{path}.tolerance"), &Exact::from(*tolerance));
            for (field, rate) in [("initial", initial), ("renewal", renewal)] {
                for (part, amount) in [("commission", rate.commission), ("value", rate.value)] {
                    self.amount(&format!("{path}.{field}.{part}"), amount);
                }
                if rate.value.is_zero() {
                    let path = format!("{path}.{field}.value");
                    self.fault(
                        &path,
                        "invalid_amount",
                        &rate.value.to_string(),
                        "a value above zero",
                    );
                }
            }
        }
        let by_months = matches!(
            cost.amortisation,
            Some(Amortisation::StraightLine {
                span: super::Span::Months(_),
                ..
            })
        );
        if by_months
            && cost
                .counted_renewal()
                .is_some_and(|renewal| renewal.life.is_none())
        {
            let expected = format!("how far the renewal leads ({})", paragraph::AMORTISATION);
            self.fault(&format!("{path}.life"), "renewal_life_missing", "none", &expected);
        }
    }
}
