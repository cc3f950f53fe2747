//! How the types are written in documents, and what is refused when they are read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_money::{
    AllocationPolicy, Currency, Decimal, Exact, ExchangeRate, Money, Percent, Price, Quantity, RoundTo,
    RoundingPolicy, Unit, dec, decimal_string,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{from_str, to_string};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    #[serde(with = "decimal_string")]
    rate: Decimal,
}

/// Reads and writes back the same text.
fn same<T: DeserializeOwned + Serialize>(text: &str) {
    let value: T = from_str(text).unwrap();
    assert_eq!(to_string(&value).unwrap(), text);
}

fn refused<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
    from_str::<T>(text).expect_err(text).to_string()
}

#[test]
fn written_forms() {
    same::<Money>(r#"{"amount":"12.50","currency":"USD"}"#);
    same::<Money>(r#"{"amount":"-0.005","currency":"USD"}"#);
    same::<Money>(r#"{"amount":"1250","currency":"JPY"}"#);
    same::<Money>(r#"{"amount":"1.250","currency":"KWD"}"#);
    same::<Price>(r#"{"amount":"0.0035","currency":"USD"}"#);
    same::<Quantity>(r#"{"value":"-3","unit":"HUR"}"#);
    same::<Percent>(r#""12.5""#);
    same::<Exact>(r#""16/31""#);
    same::<Exact>(r#""12.5""#);
    same::<Currency>(r#""DEM""#);
    same::<Unit>(r#""C62""#);
    same::<ExchangeRate>(r#"{"from":"USD","to":"EUR","rate":"0.92","date":"2026-01-31"}"#);
    same::<RoundingPolicy>(r#"{"mode":"half_even","to":"minor_unit"}"#);
    same::<RoundingPolicy>(r#"{"mode":"half_up","to":{"scale":4}}"#);
    same::<RoundingPolicy>(r#"{"mode":"ceiling","to":{"increment":"0.05"}}"#);
    same::<AllocationPolicy>(r#"{"remainder":"last","zero_weights":"equal"}"#);
    same::<Row>(r#"{"rate":"1.50"}"#);
    assert_eq!(from_str::<RoundingPolicy>("{}").unwrap(), RoundingPolicy::HALF_UP);
    assert_eq!(
        from_str::<AllocationPolicy>("{}").unwrap(),
        AllocationPolicy::default()
    );
}

/// A JSON number has been a float somewhere.
#[test]
fn numbers_are_refused() {
    for number in ["12", "12.5", "-1", "1e2", "0"] {
        refused::<Money>(&format!(r#"{{"amount":{number},"currency":"USD"}}"#));
        refused::<Price>(&format!(r#"{{"amount":{number},"currency":"USD"}}"#));
        refused::<Quantity>(&format!(r#"{{"value":{number},"unit":"C62"}}"#));
        refused::<Percent>(number);
        refused::<Exact>(number);
        refused::<Row>(&format!(r#"{{"rate":{number}}}"#));
        refused::<RoundTo>(&format!(r#"{{"increment":{number}}}"#));
        refused::<ExchangeRate>(&format!(
            r#"{{"from":"USD","to":"EUR","rate":{number},"date":"2026-01-31"}}"#
        ));
    }
    let message = refused::<Percent>("12.5");
    assert!(message.contains("a percentage as a string"), "{message}");
}

#[test]
fn unknown_keys_are_refused() {
    refused::<Money>(r#"{"amount":"1","currency":"USD","scale":2}"#);
    refused::<Price>(r#"{"amount":"1","currency":"USD","per":"C62"}"#);
    refused::<Quantity>(r#"{"value":"1","unit":"C62","x":1}"#);
    refused::<ExchangeRate>(r#"{"from":"USD","to":"EUR","rate":"1","date":"2026-01-31","source":"ECB"}"#);
    refused::<RoundingPolicy>(r#"{"mode":"half_up","scale":2}"#);
    refused::<RoundTo>(r#"{"scale":2,"increment":"1"}"#);
    refused::<AllocationPolicy>(r#"{"remainders":"last"}"#);
}

#[test]
fn what_cannot_be_is_refused_on_reading() {
    let message = refused::<RoundingPolicy>(r#"{"to":{"scale":13}}"#);
    assert!(message.contains("0 to 12 decimals"), "{message}");
    refused::<RoundingPolicy>(r#"{"to":{"scale":-1}}"#);
    refused::<RoundingPolicy>(r#"{"to":{"increment":"0"}}"#);
    refused::<RoundingPolicy>(r#"{"to":{"increment":"-0.05"}}"#);
    refused::<RoundingPolicy>(r#"{"mode":"nearest"}"#);
    refused::<Money>(r#"{"amount":"1.0000000001","currency":"USD"}"#);
    refused::<Money>(r#"{"amount":"9000000000000000000.1","currency":"USD"}"#);
    refused::<Money>(r#"{"amount":"1","currency":"XAU"}"#);
    refused::<Money>(r#"{"amount":"1,5","currency":"USD"}"#);
    refused::<Price>(r#"{"amount":"0.0000000000001","currency":"USD"}"#);
    refused::<Percent>(r#""1000000001""#);
    refused::<Quantity>(r#"{"value":"1","unit":"box"}"#);
    refused::<ExchangeRate>(r#"{"from":"USD","to":"USD","rate":"1","date":"2026-01-31"}"#);
    refused::<ExchangeRate>(r#"{"from":"USD","to":"EUR","rate":"0","date":"2026-01-31"}"#);
    refused::<Exact>(r#""1/0""#);
}

#[test]
fn values_stand_in_columns_and_keep_their_digits() {
    let money = Money::new(dec!(-12.5), Currency::USD).unwrap();
    assert_eq!(
        format!("[{money:>12}] [{money:<12}] [{money:12}]"),
        "[  -12.50 USD] [-12.50 USD  ] [  -12.50 USD]"
    );
    assert_eq!(
        format!("{money:.1} {:+} {:+}", money.negated(), money),
        "-12.50 USD +12.50 USD -12.50 USD"
    );
    let price = Price::new(dec!(0.0035), Currency::USD).unwrap();
    let quantity = Quantity::new(dec!(7.5), Unit::HOUR).unwrap();
    let percent = Percent::new(dec!(2.25)).unwrap();
    assert_eq!(
        format!("[{price:>12}] [{quantity:<9}] [{percent:^8}]"),
        "[  0.0035 USD] [7.5 HUR  ] [ 2.25 % ]"
    );
    let (unit, currency) = (Unit::HOUR, Currency::USD);
    assert_eq!(format!("[{unit:>4}] [{currency:<4}]"), "[ HUR] [USD ]");
    // Whole, decimal, fraction; and the same where they take more than 128 bits.
    for text in ["-7", "-0.25", "-1/3", "-1", "-0.1", "-1/7"] {
        let small: Exact = text.parse().unwrap();
        let large = &small + format!("-1{}", "0".repeat(60)).parse::<Exact>().unwrap();
        for value in [small, large] {
            let bare = value.to_string();
            let width = bare.len() + 3;
            assert_eq!(format!("{value:>width$.1}"), format!("   {bare}"));
            assert_eq!(format!("{value:<width$}"), format!("{bare}   "));
        }
    }
}

#[test]
fn an_amount_shows_the_decimals_of_its_currency_and_all_of_its_own() {
    let text = |value: &str, min: u32| value.parse::<Exact>().unwrap().text_with_decimals(min);
    let shown = [
        text("-209.375", 2),
        text("12.5", 2),
        text("-7", 2),
        text("7", 0),
        text("0", 3),
        text("-1/3", 2),
    ];
    assert_eq!(shown, ["-209.375", "12.50", "-7.00", "7", "0.000", "-1/3"]);
    let large = format!("1{}", "0".repeat(60));
    assert_eq!(text(&large, 2), format!("{large}.00"));
    assert_eq!(text("1", u32::MAX).len(), 102);
}
