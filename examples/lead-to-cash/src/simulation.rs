//! Simulated payments: a CRM export has none, so this writes the bank's statement from dated behaviour rules.
//!
//! The statement is a file like any bank's; what reads it does not know that it was made here. Which rule an invoice
//! meets depends on its facts alone, so the same invoices are always paid the same way.

use chrono::{Days, NaiveDate};
use l2c::documents::Check;
use l2c::money::{Currency, Exact, Money, Percent, RoundingPolicy};
use l2c::rules::{Condition, FactTypes, Facts, Predicate};
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::documents;
use crate::error::Failure;
use crate::policy::Folder;

/// How the simulated customers pay.
#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentBehaviour {
    /// The first rule that fits an invoice is followed; without one it stays unpaid.
    rules: Vec<PaymentRule>,
}

#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
struct PaymentRule {
    /// What the rule is about.
    name: String,
    /// Invoices issued on this day or later.
    #[serde(default)]
    from: Option<NaiveDate>,
    /// Invoices issued on this day or earlier.
    #[serde(default)]
    to: Option<NaiveDate>,
    /// Facts: `amount`, `office`, `product`, and `draw`, a number from 0 to 99 that is fixed for each invoice.
    #[serde(default)]
    when: Option<Condition>,
    /// Days from the due date to the payment; negative is early.
    days_after_due: i64,
    /// Part of the invoice that is paid: 100 exact, less short, more over, 0 not at all.
    pays: Percent,
    /// Whether the payment names the invoice.
    #[serde(default = "yes")]
    names_invoice: bool,
}

fn yes() -> bool {
    true
}

/// An invoice as a customer sees it.
pub struct Bill<'a> {
    /// The number, which a payment names.
    pub number: &'a str,
    /// The key of the customer.
    pub payer: &'a str,
    /// The day of issue.
    pub issued: NaiveDate,
    /// The day it is due.
    pub due: NaiveDate,
    /// The amount to pay.
    pub amount: Money,
    /// The office that sold.
    pub office: &'a str,
    /// The product.
    pub product: &'a str,
}

/// A payment, as a line of the statement will show it.
pub struct Payment {
    /// The day the bank books it.
    pub date: NaiveDate,
    /// What is paid.
    pub amount: Money,
    /// What the payer wrote.
    pub reference: String,
    /// The key of the customer.
    pub payer: String,
}

/// Customers who follow the rules.
pub struct Simulation {
    rules: Vec<(PaymentRule, Option<Predicate>)>,
}

/// A number from 0 to 99 that depends on the text alone.
pub fn draw(text: &str) -> i64 {
    Sha256::digest(text.as_bytes())
        .first()
        .map_or(0, |byte| i64::from(*byte).saturating_mul(100) / 256)
}

impl Simulation {
    /// Reads and checks `payments.json`.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn read(folder: &mut Folder) -> Result<Self, Failure> {
        let behaviour = folder.read(&documents::PAYMENTS)?;
        let types = FactTypes::new()
            .number("amount")
            .number("draw")
            .text("office")
            .text("product");
        let mut check = Check::new("payment rules");
        let mut rules = Vec::new();
        for (index, rule) in behaviour.rules.into_iter().enumerate() {
            if rule.pays.value().is_sign_negative() {
                let message = format!("{} ({}) must be 0 or above", rule.pays, rule.name);
                check.fault(format!("rules[{index}].pays"), "below_zero", message);
            }
            let when = rule
                .when
                .as_ref()
                .map(|when| when.check(&types, &format!("rules[{index}].when")));
            match when.transpose() {
                Ok(when) => rules.push((rule, when)),
                Err(faults) => check.extend(faults),
            }
        }
        folder.check(&documents::PAYMENTS, check.finish(Self { rules }))
    }

    /// The payment of an invoice, if the rules make one.
    ///
    /// # Errors
    /// An amount out of bounds.
    pub fn payment(&self, bill: &Bill<'_>) -> Result<Option<Payment>, Failure> {
        let facts = Facts::new()
            .number("amount", bill.amount.exact())
            .number("draw", draw(bill.number))
            .text("office", bill.office)
            .text("product", bill.product);
        let fits = |(rule, when): &&(PaymentRule, Option<Predicate>)| {
            rule.from.is_none_or(|from| bill.issued >= from)
                && rule.to.is_none_or(|to| bill.issued <= to)
                && when.as_ref().is_none_or(|when| when.holds(&facts))
        };
        let Some((rule, _)) = self.rules.iter().find(fits) else {
            return Ok(None);
        };
        let amount = part(rule.pays, bill.amount.exact(), bill.amount.currency())
            .map_err(Failure::stage("payments", bill.number))?;
        let days = Days::new(rule.days_after_due.unsigned_abs());
        let date = if rule.days_after_due < 0 {
            bill.due.checked_sub_days(days).map(|date| date.max(bill.issued))
        } else {
            bill.due.checked_add_days(days)
        };
        Ok(date.filter(|_| !amount.is_zero()).map(|date| Payment {
            date,
            amount,
            reference: if rule.names_invoice {
                bill.number.to_owned()
            } else {
                "thank you".to_owned()
            },
            payer: bill.payer.to_owned(),
        }))
    }
}

fn part(pays: Percent, amount: Exact, currency: Currency) -> Result<Money, l2c::money::MoneyError> {
    RoundingPolicy::HALF_UP.money(&pays.of(&amount), currency)
}
