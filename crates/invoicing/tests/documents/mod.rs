//! Accounts, invoices and policies to test with.
#![allow(dead_code, reason = "each test file uses its own part of it")]

use chrono::{Days, NaiveDate};
use l2c_calendar::Period;
use l2c_host::{Decider, PartyId};
use l2c_invoicing::*;
use l2c_ledger::LegalEntity;
use l2c_money::{Currency, Decimal, Money, Price, Quantity, Rounding, Unit};
use proptest::prelude::*;

pub fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2016, 1, 1).unwrap() + Days::new(number)
}

pub fn currency() -> impl Strategy<Value = Currency> {
    prop_oneof![Just(Currency::USD), Just(Currency::JPY), Just(Currency::KWD)]
}

/// The modes that a billing policy admits.
pub fn rounding() -> impl Strategy<Value = Rounding> {
    use Rounding::{Down, HalfDown, HalfEven, HalfUp, Up};
    prop::sample::select(vec![HalfUp, HalfEven, HalfDown, Up, Down])
}

pub fn policy() -> impl Strategy<Value = BillingPolicy> {
    let basis = prop::sample::select(vec![TaxBasis::PerRate, TaxBasis::PerLine]);
    let proportion = prop::sample::select(vec![Proportion::Months, Proportion::Days]);
    (rounding(), basis, proportion).prop_map(|(rounding, tax_basis, proportion)| {
        BillingPolicy::new(BillingPolicyDocument {
            id: "p".to_owned(),
            version: 1,
            rounding,
            tax_basis,
            proportion,
        })
        .unwrap()
    })
}

pub fn plan() -> impl Strategy<Value = BillingPlan> {
    let once = (0_u64..1500).prop_map(|on| BillingPlan::Once { on: day(on) });
    let advance = (0_u64..1500, 1_u64..1200, 1_u32..=13).prop_map(|(start, days, every_months)| {
        BillingPlan::InAdvance {
            service: Period::new(day(start), day(start + days)).unwrap(),
            every_months,
        }
    });
    prop_oneof![1 => once, 3 => advance]
}

pub fn account(key: usize, currency: Currency, items: Vec<(i64, BillingPlan)>) -> BillingAccount {
    let item = |(index, (minor, plan)): (usize, (i64, BillingPlan))| BillingItem {
        id: BillingItemId::from_key(&format!("{key}-{index}")).unwrap(),
        description: format!("item {index}"),
        net: Money::from_minor(minor, currency).unwrap(),
        plan,
        tax: "standard".to_owned(),
    };
    BillingAccount {
        id: BillingAccountId::from_key(&key.to_string()).unwrap(),
        seller: LegalEntity::new("US01").unwrap(),
        buyer: PartyId::from_key("ACME").unwrap(),
        currency,
        terms: PaymentTerms::NetDays(30),
        items: items.into_iter().enumerate().map(item).collect(),
    }
}

pub fn accounts() -> impl Strategy<Value = Vec<BillingAccount>> {
    let items = prop::collection::vec((-1_000_000_i64..1_000_000, plan()), 1..4);
    prop::collection::vec((currency(), items), 1..4).prop_map(|accounts| {
        let account = |(key, (currency, items))| account(key, currency, items);
        accounts.into_iter().enumerate().map(account).collect()
    })
}

pub fn rates() -> TaxRates {
    serde_json::from_str(
        r#"{"id": "tax", "version": 3, "rates": [
            {"key": "standard", "from": "2018-01-01", "category": "S", "percent": "16", "jurisdiction": "DE"},
            {"key": "standard", "from": "2015-01-01", "category": "S", "percent": "19", "jurisdiction": "DE"}
        ]}"#,
    )
    .unwrap()
}

/// A rate of 0 to 4: two of category S, one of them twice in other jurisdictions, one of zero.
pub fn rate(which: usize) -> TaxRate {
    let (category, percent, jurisdiction) = [
        (TaxCategory::Standard, "8.875", "US-NY"),
        (TaxCategory::Standard, "8.875", "US-XX"),
        (TaxCategory::Standard, "19", "DE"),
        (TaxCategory::ZeroRated, "0", "DE"),
    ][which];
    TaxRate::new(category, percent.parse().unwrap(), jurisdiction).unwrap()
}

/// Quantity in thousandths, price in ten-thousandths, rate.
pub type LineSpec = (i64, i64, usize);

pub fn line_specs() -> impl Strategy<Value = Vec<LineSpec>> {
    prop::collection::vec((-20_000_i64..20_000, 0_i64..50_000_000, 0_usize..4), 1..12)
}

pub fn document(currency: Currency, specs: &[LineSpec], policy: BillingPolicy) -> InvoiceDocument {
    let line = |(index, &(quantity, price, which)): (usize, &LineSpec)| InvoiceLine {
        charge: None,
        description: format!("line {index}"),
        service: None,
        quantity: Quantity::new(Decimal::new(quantity, 3), Unit::ONE).unwrap(),
        price: Price::new(Decimal::new(price, 4), currency).unwrap(),
        tax: rate(which),
    };
    InvoiceDocument {
        kind: InvoiceKind::Invoice,
        account: BillingAccountId::from_key("1").unwrap(),
        seller: LegalEntity::new("US01").unwrap(),
        buyer: PartyId::from_key("ACME").unwrap(),
        currency,
        tax_point: day(0),
        terms: PaymentTerms::NetDays(30),
        lines: specs.iter().enumerate().map(line).collect(),
        tax_rates: None,
        policy,
    }
}

pub fn issued(invoice: &Invoice, key: &str, series: &str, value: u64, date: NaiveDate) -> IssuedInvoice {
    let series = NumberSeries::new(series, 5, 1).unwrap();
    let id = InvoiceId::from_key(key).unwrap();
    let context = InvoiceContext {
        number: Some(InvoiceNumber::new(&series, date, value)),
        last_issue_date: None,
    };
    let mut state = InvoiceState::default();
    let draft = InvoiceCommand::Draft {
        id,
        invoice: Box::new(invoice.clone()),
    };
    for command in [draft, InvoiceCommand::Issue { date }] {
        for event in state.decide(&command, &context).unwrap() {
            state = state.evolve(&event);
        }
    }
    state.issued().unwrap().clone()
}
