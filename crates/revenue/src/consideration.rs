use l2c_documents::Fault;
use l2c_money::{Currency, Decimal, Money, Price};
use serde::{Deserialize, Serialize};

use crate::payment_plan::bad_rate;
use crate::price_context::PriceContext;
use crate::terms::fault;
use crate::variable::{Constraint, Estimate};
use crate::{Book, Compounding, MAX_OBLIGATIONS, MAX_TERM_MONTHS, Paragraph, PaymentPlan, RevenueRefusal};

/// One part of what the customer promises.
///
/// Every part but `per_unit` may name the obligations that it goes to in `allocate_to` (606-10-32-40); without names it
/// belongs to the general amount, which all share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Consideration {
    /// A fixed amount in whole minor units; below zero it lowers the transaction price.
    Fixed {
        /// Its name in the contract.
        id: String,
        /// The amount.
        amount: Money,
        /// The obligations that it goes to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        allocate_to: Vec<String>,
    },
    /// An amount that can vary (606-10-32-5): a bonus, a penalty, a rebate, a concession.
    Variable {
        /// Its name in the contract.
        id: String,
        /// What it is expected to be; below zero for a discount or a penalty.
        estimate: Estimate,
        /// How much of the estimate may be included (606-10-32-11). It is always stated.
        constraint: Constraint,
        /// The obligations that it goes to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        allocate_to: Vec<String>,
    },
    /// Consideration in another form than cash, at fair value (606-10-32-21): quantity x fair value, rounded.
    NonCash {
        /// Its name in the contract.
        id: String,
        /// How much is received, in units of what is received.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        quantity: Decimal,
        /// Fair value of a unit at the inception of the contract.
        #[cfg_attr(feature = "schema", schemars(with = "Money"))]
        fair_value_at_inception: Price,
        /// Fair value of a unit when it is received.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<Money>"))]
        fair_value_at_receipt: Option<Price>,
        /// Which of them counts.
        #[serde(default)]
        measured_at: MeasurementDate,
        /// The obligations that it goes to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        allocate_to: Vec<String>,
    },
    /// What the entity pays to the customer (606-10-32-25); it lowers the price as far as it pays for nothing else.
    PayableToCustomer {
        /// Its name in the contract.
        id: String,
        /// What is paid, zero or above.
        amount: Money,
        /// What the entity gets for it.
        #[serde(default)]
        distinct_goods: DistinctGoods,
        /// The obligations that it goes to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        allocate_to: Vec<String>,
    },
    /// Taxes on the sale that are collected for an authority (606-10-32-2A).
    SalesTax {
        /// Its name in the contract.
        id: String,
        /// The tax.
        amount: Money,
        /// The obligations that it goes to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        allocate_to: Vec<String>,
    },
    /// A royalty by sales or usage of a licence that is expected (606-10-55-65): never in the price, and by no later
    /// estimate. What is due on sales or usage as they occur is told of a `usage` element.
    Royalty {
        /// Its name in the contract.
        id: String,
        /// What it is expected to be.
        estimate: Money,
        /// The obligations that it goes to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        allocate_to: Vec<String>,
    },
    /// Payments after the transfer, in the price at their present value (606-10-32-15), rounded.
    DeferredPayments {
        /// Its name in the contract.
        id: String,
        /// What is paid and when.
        plan: PaymentPlan,
        /// The annual rate of a separate loan to the customer, as a part of one: 0.06 is 6 % (606-10-32-19).
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        annual_rate: Decimal,
        /// How often interest is added.
        compounding: Compounding,
        /// The obligations that it goes to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        allocate_to: Vec<String>,
    },
    /// What the customer pays so early that it finances the entity, in the price with its interest until the transfer
    /// (606-10-32-15), rounded.
    AdvancePayment {
        /// Its name in the contract.
        id: String,
        /// What is paid at inception, in whole minor units.
        amount: Money,
        /// The annual rate of a separate loan from the customer, as a part of one: 0.06 is 6 % (606-10-32-19).
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        annual_rate: Decimal,
        /// How often interest is added.
        compounding: Compounding,
        /// When the good or service is transferred, in months after inception.
        transfer_month: u32,
        /// The obligations that it goes to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        allocate_to: Vec<String>,
    },
    /// A price for each unit delivered, counted as deliveries go on; of itself it adds nothing to the price.
    PerUnit {
        /// Its name in the contract.
        id: String,
        /// The obligation whose units are counted.
        obligation: String,
        /// The price of a unit.
        #[cfg_attr(feature = "schema", schemars(with = "Money"))]
        unit_price: Price,
        /// Prices that hold for all units once so many are expected; the last one reached counts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        retrospective_tiers: Vec<RetrospectiveTier>,
        /// The units that are expected in all.
        #[serde(with = "l2c_money::decimal_string", default)]
        #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
        expected_units: Decimal,
    },
    /// A fee by usage, which arises with the usage; of itself it adds nothing to the price.
    Usage {
        /// Its name in the contract.
        id: String,
        /// The fee for a unit of usage.
        #[cfg_attr(feature = "schema", schemars(with = "Money"))]
        rate: Price,
        /// The obligations that it goes to.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        allocate_to: Vec<String>,
    },
}

/// When the fair value of consideration in another form than cash counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MeasurementDate {
    /// At the inception of the contract, as ASC 606-10-32-21 demands.
    #[default]
    Inception,
    /// When it is received; IFRS 15 alone leaves the date open.
    Receipt,
}

/// What the entity gets for a payment to its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DistinctGoods {
    /// Nothing distinct: the whole payment lowers the price.
    #[default]
    None,
    /// A distinct good or service of this fair value; what is paid above it lowers the price.
    FairValue(Money),
    /// A distinct good or service whose fair value cannot be estimated: the whole payment lowers the price.
    NotEstimable,
}

/// A price for all units from a volume on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RetrospectiveTier {
    /// It holds above so many units.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub above_units: Decimal,
    /// The price of a unit.
    #[cfg_attr(feature = "schema", schemars(with = "Money"))]
    pub unit_price: Price,
}

impl Consideration {
    /// A fixed amount that all obligations share.
    pub fn fixed(id: impl Into<String>, amount: Money) -> Self {
        Self::Fixed {
            id: id.into(),
            amount,
            allocate_to: Vec::new(),
        }
    }

    /// Whether it arises with units or usage, and adds nothing to the price of itself.
    pub(crate) const fn is_priced_by_use(&self) -> bool {
        matches!(self, Self::PerUnit { .. } | Self::Usage { .. })
    }

    /// Whether an amount may be what the price includes of it now: a varying amount stays within its outcomes.
    pub(crate) fn check_estimate(&self, amount: &Money) -> Result<(), RevenueRefusal> {
        let estimate = match self {
            Self::Variable { estimate, .. } => estimate,
            Self::NonCash { .. } | Self::PayableToCustomer { .. } => return Ok(()),
            Self::Royalty { .. } => {
                return Err(RevenueRefusal::RoyaltyBeforeUse {
                    element: self.id().to_owned(),
                });
            }
            _ => {
                return Err(RevenueRefusal::NotAnEstimate {
                    element: self.id().to_owned(),
                });
            }
        };
        match estimate.range() {
            Some((lowest, highest))
                if amount.amount() < lowest.amount() || amount.amount() > highest.amount() =>
            {
                Err(RevenueRefusal::EstimateOutsideOutcomes {
                    element: self.id().to_owned(),
                    amount: *amount,
                    lowest,
                    highest,
                })
            }
            _ => Ok(()),
        }
    }

    /// Its name in the contract.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Fixed { id, .. }
            | Self::Variable { id, .. }
            | Self::NonCash { id, .. }
            | Self::PayableToCustomer { id, .. }
            | Self::SalesTax { id, .. }
            | Self::Royalty { id, .. }
            | Self::DeferredPayments { id, .. }
            | Self::AdvancePayment { id, .. }
            | Self::PerUnit { id, .. }
            | Self::Usage { id, .. } => id,
        }
    }

    /// The obligations that it goes to; none if it belongs to the general amount.
    #[must_use]
    pub fn allocate_to(&self) -> &[String] {
        match self {
            Self::Fixed { allocate_to, .. }
            | Self::Variable { allocate_to, .. }
            | Self::NonCash { allocate_to, .. }
            | Self::PayableToCustomer { allocate_to, .. }
            | Self::SalesTax { allocate_to, .. }
            | Self::Royalty { allocate_to, .. }
            | Self::DeferredPayments { allocate_to, .. }
            | Self::AdvancePayment { allocate_to, .. }
            | Self::Usage { allocate_to, .. } => allocate_to,
            Self::PerUnit { obligation, .. } => std::slice::from_ref(obligation),
        }
    }

    /// What is wrong with it, at a path of a document in a currency; where the document states a book, by that book.
    pub(crate) fn faults(&self, currency: Currency, book: Option<Book>, path: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut refuse = |field: &str, code, found: String, expected: &str| {
            faults.push(fault(format!("{path}.{field}"), code, &found, expected));
        };
        for (field, amount) in self.amounts() {
            if amount.currency() != currency {
                let expected = format!("an amount in {currency}");
                refuse(field, "currency_mismatch", amount.to_string(), &expected);
            } else if amount.minor().is_err() {
                let expected = "whole minor units of the currency";
                refuse(field, "invalid_amount", amount.to_string(), expected);
            }
        }
        for (field, price) in self.prices() {
            if price.currency() != currency {
                let expected = format!("a price in {currency}");
                refuse(&field, "currency_mismatch", price.to_string(), &expected);
            }
        }
        match self {
            Self::NonCash {
                quantity,
                fair_value_at_receipt,
                measured_at,
                ..
            } => {
                if quantity.is_sign_negative() {
                    let expected = format!("zero or above ({})", Paragraph::NON_CASH);
                    refuse("quantity", "invalid_amount", quantity.to_string(), &expected);
                }
                if *measured_at == MeasurementDate::Receipt {
                    if fair_value_at_receipt.is_none() {
                        let expected = "a value, as it is measured at receipt";
                        refuse(
                            "fair_value_at_receipt",
                            "missing_field",
                            "none".to_owned(),
                            expected,
                        );
                    }
                    if book == Some(Book::Asc606) {
                        let expected = format!("inception ({})", Paragraph::NON_CASH);
                        let code = "measurement_date_not_allowed";
                        refuse("measured_at", code, "receipt".to_owned(), &expected);
                    }
                }
            }
            Self::PayableToCustomer { amount, .. } if amount.is_negative() => {
                let expected = format!("zero or above ({})", Paragraph::PAYABLE);
                refuse("amount", "invalid_amount", amount.to_string(), &expected);
            }
            Self::PerUnit {
                retrospective_tiers: tiers,
                expected_units,
                ..
            } => {
                if tiers.len() > MAX_OBLIGATIONS {
                    let expected = format!("at most {MAX_OBLIGATIONS}");
                    refuse("retrospective_tiers", "count", tiers.len().to_string(), &expected);
                }
                if expected_units.is_sign_negative() {
                    let found = expected_units.to_string();
                    refuse("expected_units", "invalid_amount", found, "zero or above");
                }
            }
            _ => {}
        }
        match self {
            Self::Variable {
                estimate, constraint, ..
            } => {
                faults.extend(estimate.faults(currency, &format!("{path}.estimate")));
                faults.extend(constraint.faults(currency, &format!("{path}.constraint")));
            }
            Self::DeferredPayments {
                plan, annual_rate, ..
            } => {
                faults.extend(plan.faults(currency, &format!("{path}.plan")));
                faults.extend(bad_rate(format!("{path}.annual_rate"), *annual_rate));
            }
            Self::AdvancePayment {
                annual_rate,
                transfer_month,
                ..
            } => {
                faults.extend(bad_rate(format!("{path}.annual_rate"), *annual_rate));
                if *transfer_month > u32::try_from(MAX_TERM_MONTHS).unwrap_or(u32::MAX) {
                    let path = format!("{path}.transfer_month");
                    let expected = format!("at most {MAX_TERM_MONTHS} months ({})", Paragraph::FINANCING);
                    faults.push(fault(
                        path,
                        "invalid_term",
                        &transfer_month.to_string(),
                        &expected,
                    ));
                }
            }
            _ => {}
        }
        if faults.is_empty()
            && let Err(error) = self.magnitude(currency)
        {
            let expected = format!(
                "an amount that can be computed ({})",
                Paragraph::TRANSACTION_PRICE
            );
            faults.push(fault(path, error.code(), &error.to_string(), &expected));
        }
        faults
    }

    /// Whether the constraint of an element of a contract leaves an amount that can come about.
    pub(crate) fn constraint_fault(&self, context: &PriceContext<'_>, path: &str) -> Option<Fault> {
        match self {
            Self::Variable {
                estimate, constraint, ..
            } => constraint.out_of_range(estimate, context, &format!("{path}.constraint")),
            _ => None,
        }
    }

    /// Amounts that are whole minor units, with their fields.
    fn amounts(&self) -> Vec<(&'static str, Money)> {
        match self {
            Self::Fixed { amount, .. }
            | Self::SalesTax { amount, .. }
            | Self::AdvancePayment { amount, .. } => {
                vec![("amount", *amount)]
            }
            Self::PayableToCustomer {
                amount,
                distinct_goods,
                ..
            } => match distinct_goods {
                DistinctGoods::FairValue(value) => {
                    vec![("amount", *amount), ("distinct_goods.fair_value", *value)]
                }
                DistinctGoods::None | DistinctGoods::NotEstimable => vec![("amount", *amount)],
            },
            Self::Royalty { estimate, .. } => vec![("estimate", *estimate)],
            _ => Vec::new(),
        }
    }

    /// Prices of one unit, with their fields.
    fn prices(&self) -> Vec<(String, Price)> {
        match self {
            Self::NonCash {
                fair_value_at_inception,
                fair_value_at_receipt,
                ..
            } => {
                let receipt = fair_value_at_receipt.map(|value| ("fair_value_at_receipt".to_owned(), value));
                let inception = ("fair_value_at_inception".to_owned(), *fair_value_at_inception);
                std::iter::once(inception).chain(receipt).collect()
            }
            Self::PerUnit {
                unit_price,
                retrospective_tiers,
                ..
            } => {
                let tiers = retrospective_tiers.iter().take(MAX_OBLIGATIONS).enumerate();
                let tiers = tiers.map(|(index, tier)| {
                    (
                        format!("retrospective_tiers[{index}].unit_price"),
                        tier.unit_price,
                    )
                });
                std::iter::once(("unit_price".to_owned(), *unit_price))
                    .chain(tiers)
                    .collect()
            }
            Self::Usage { rate, .. } => vec![("rate".to_owned(), *rate)],
            _ => Vec::new(),
        }
    }
}
