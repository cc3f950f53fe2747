//! What a charge document may say, and what is said about one that may not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_explain::{Citation, Measure};
use l2c_money::{Currency, Exact, RoundTo, Rounding, RoundingPolicy};
use l2c_rating::{Charge, ChargeDocument, Legend, MAX_TIERS, ModelDocument, TierDocument, Words};

const USD: Currency = Currency::USD;

fn document(text: &str) -> Result<ChargeDocument, serde_json::Error> {
    serde_json::from_str(text)
}

fn faults(text: &str) -> Vec<String> {
    let faults = Charge::new(&document(text).unwrap(), USD).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn every_fault_is_named_with_its_place() {
    let found = faults(
        r#"{"model": "graduated", "tiers": [
            {"up_to": "0", "unit_price": "1"},
            {"unit_price": "1", "rate_percent": "2"},
            {"up_to": "20", "unit_price": "1000000000000001"},
            {"up_to": "20", "flat_fee": "0.0000000001"},
            {"up_to": "19"},
            {"up_to": "1000000000000001"}]}"#,
    );
    insta::assert_snapshot!(found.join("\n"));
    assert_eq!(
        faults(r#"{"model": "volume", "tiers": []}"#),
        ["tiers: there is no tier: write at least one"]
    );
}

#[test]
fn only_what_is_written_is_read() {
    for text in [
        r#"{"model": "package", "size": "3"}"#,
        r#"{"model": "stairs"}"#,
        r#"{"model": "flat", "amount": 5}"#,
        r#"{"model": "flat", "amount": "5,0"}"#,
        r#"{"model": "flat", "amount": "5", "tiers": []}"#,
        r#"{"model": "per_unit"}"#,
        r#"{"model": "per_unit", "unit_price": "1", "flat_fee_at_zero": true}"#,
        r#"{"model": "volume", "tiers": [], "amount": "1"}"#,
        r#"{"model": "graduated"}"#,
        r#"{"model": "volume", "tiers": [{"block_size": "1", "unit_price": "1"}]}"#,
        r#"{"model": "block", "tiers": [{"block_size": "1"}]}"#,
        r#"{"model": "block", "tiers": [{"block_size": "1", "block_price": "1", "up_to": "5"}]}"#,
        r#"{"model": "capacity", "tiers": [{"amount": "1", "limits": {"a": "1", "a": "2"}}]}"#,
        r#"{"model": "capacity", "tiers": [{"amount": "1", "limits": {"a": 1}}]}"#,
        r#"{"model": "percentage", "rate_percent": "1", "free_events": -1}"#,
        r#"{"model": "power", "list_unit_price": "1"}"#,
        r#"{"model": "flat", "amount": "5", "free_units": 3}"#,
        r#"{"model": "flat", "amount": "5", "rounding": {"to": {"scale": 13}}}"#,
        r#"{"model": "volume", "tiers": [{"up_to": "1e3"}]}"#,
        r#"{"amount": "5"}"#,
    ] {
        assert!(document(text).is_err(), "{text}");
    }
    let open = document(r#"{"model": "volume", "tiers": [{"up_to": null, "unit_price": "1"}]}"#).unwrap();
    assert!(Charge::new(&open, USD).is_ok());
}

/// A reader that makes up ten million tiers and counts how many were asked for.
struct EndlessTiers(usize);

impl std::io::Read for EndlessTiers {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let text: &[u8] = if self.0 == 0 {
            br#"{"model":"volume","tiers":["#
        } else {
            br#"{"up_to":"1"},"#
        };
        assert!(self.0 < 10_000_000, "the document was read to its end");
        self.0 += 1;
        let length = text.len().min(buffer.len());
        buffer[..length].copy_from_slice(&text[..length]);
        Ok(length)
    }
}

#[test]
fn too_many_tiers_are_refused_without_reading_them_all() {
    let mut reader = EndlessTiers(0);
    let buffered = std::io::BufReader::with_capacity(64, &mut reader);
    let error = serde_json::from_reader::<_, ChargeDocument>(buffered).unwrap_err();
    assert!(error.to_string().contains("more than 10000 tiers"), "{error}");

    let tiers = vec![TierDocument::default(); MAX_TIERS + 1];
    let error = Charge::new(&ModelDocument::Volume(tiers.into()).into(), USD).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"charge: tiers: 10001 tiers are more than 10000");
}

#[test]
fn beyond_a_last_tier_with_an_end_there_is_no_price() {
    let text = r#"{"model": "graduated", "tiers": [{"up_to": "10", "unit_price": "5"}]}"#;
    let charge = Charge::new(&document(text).unwrap(), USD).unwrap();
    assert_eq!(charge.amount(&Exact::integer(10)).unwrap(), Exact::integer(50));
    let error = charge.amount(&Exact::ratio(1001, 100).unwrap()).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("no_tier", "quantity 10.01 is above 10, where the last tier ends")
    );
}

#[test]
fn a_rate_table_over_money_explains_itself() {
    let text = r#"{"model": "graduated", "tiers": [
        {"up_to": "50000", "rate_percent": "4"}, {"up_to": "100000", "rate_percent": "6", "flat_fee": "250"},
        {"rate_percent": "9"}]}"#;
    let charge = Charge::new(&document(text).unwrap(), USD).unwrap();
    let legend = Legend {
        quantity: Measure::Money(USD),
        cite: &|path| Citation::document("plan", 2, path),
        words: Words::CHARGE,
    };
    let why = charge.explain(&Exact::integer(120_000), legend).unwrap();
    assert_eq!(why.value(), Exact::integer(2_000 + 3_250 + 1_800));
    insta::assert_snapshot!(why.text());
}

#[test]
fn a_field_of_another_model_is_named() {
    let said = |text: &str| document(text).unwrap_err().to_string();
    assert_eq!(
        said(r#"{"model": "flat", "amount": "5", "package_size": "2"}"#),
        "a flat charge has no field `package_size`"
    );
    assert_eq!(
        said(
            r#"{"model": "block", "tiers": [{"block_size": "1", "block_price": "1"}, {"block_size": "1"}]}"#
        ),
        "tiers[1] of a block charge needs the field `block_price`"
    );
}

#[test]
fn every_model_says_what_is_wrong() {
    let codes = |text: &str| {
        let faults = Charge::new(&document(text).unwrap(), USD).unwrap_err();
        let found = faults
            .iter()
            .map(|fault| format!("{} {}", fault.path, fault.code));
        found.collect::<Vec<_>>().join(", ")
    };
    let graduated = |rest: &str| codes(&format!(r#"{{"model": "graduated", {rest}}}"#));
    assert_eq!(graduated(r#""tiers": []"#), "tiers no_tiers");
    assert_eq!(
        graduated(r#""tiers": [{"from": "1"}, {"up_to": "5"}]"#),
        "tiers[1].up_to mixed_bounds, tiers[1].from mixed_bounds"
    );
    assert_eq!(
        graduated(r#""tiers": [{"from": "1.5"}]"#),
        "tiers[0].from bound_not_whole"
    );
    assert_eq!(
        graduated(r#""tiers": [{"from": "-1"}, {"from": "5"}, {"from": "5"}]"#),
        "tiers[0].from tiers_not_ascending, tiers[2].from tiers_not_ascending"
    );
    assert_eq!(
        graduated(r#""tiers": [{"discount_percent": "5"}]"#),
        "list_unit_price no_list_price"
    );
    for tiers in [r#"[{"unit_price": "1"}]"#, r#"[{"from": "1"}]"#] {
        let rest = format!(r#""overage_unit_price": "1", "tiers": {tiers}"#);
        assert_eq!(graduated(&rest), "overage_unit_price no_overage");
    }
    assert_eq!(
        codes(r#"{"model": "package", "package_size": "0", "package_price": "1", "free_units": "-1"}"#),
        "package_size size_not_positive, free_units below_zero"
    );
    assert_eq!(
        codes(
            r#"{"model": "block", "tiers": [{"block_size": "-1", "block_price": "1"},
            {"block_size": "1", "max_blocks": "0", "block_price": "1"}]}"#
        ),
        "tiers[0].block_size size_not_positive, tiers[0].max_blocks missing, tiers[1].max_blocks tiers_not_ascending"
    );
    assert_eq!(
        codes(
            r#"{"model": "capacity", "tiers": [{"amount": "1", "limits": {"users": "-1"}}], "free_units": "1"}"#
        ),
        "tiers[0].limits.users below_zero, free_units no_quantity"
    );
    assert_eq!(
        codes(
            r#"{"model": "percentage", "rate_percent": "1", "free_volume": "-1", "min_per_event": "3",
            "max_per_event": "2", "minimum_amount": "-2"}"#
        ),
        "min_per_event minimum_above_maximum, free_volume below_zero, minimum_amount below_zero"
    );
    assert_eq!(
        codes(
            r#"{"model": "power", "list_unit_price": "1", "compound_percent": "-1", "minimum_amount": "2",
            "maximum_amount": "1"}"#
        ),
        "compound_percent below_zero, minimum_amount minimum_above_maximum"
    );
    let mut rounded = document(r#"{"model": "flat", "amount": "1"}"#).unwrap();
    rounded.rounding = Some(RoundingPolicy {
        mode: Rounding::HalfUp,
        to: RoundTo::Scale(13),
    });
    assert_eq!(Charge::new(&rounded, USD).unwrap_err().code(), "invalid_rounding");
}

#[test]
fn figures_beyond_the_bounds_are_refused_and_wide_quantities_rated() {
    let huge = "9999999999999999999999999999";
    for text in [
        format!(r#"{{"model": "flat", "amount": "{huge}"}}"#),
        format!(r#"{{"model": "per_unit", "unit_price": "{huge}"}}"#),
        format!(r#"{{"model": "volume", "tiers": [{{"up_to": "{huge}"}}]}}"#),
        format!(r#"{{"model": "flat", "amount": "1", "maximum_amount": "{huge}"}}"#),
    ] {
        let error = Charge::new(&document(&text).unwrap(), USD).unwrap_err();
        assert_eq!(error.code(), "out_of_range", "{text}");
    }
    let charge = |text: &str| Charge::new(&document(text).unwrap(), USD).unwrap();
    let (wide, narrow) = (
        Exact::power_of_ten(18),
        Exact::ONE.checked_div(&Exact::power_of_ten(18)).unwrap(),
    );
    let unit = charge(r#"{"model": "per_unit", "unit_price": "0.000000000001"}"#);
    assert_eq!(unit.amount(&wide).unwrap(), Exact::integer(1_000_000));
    assert_eq!(
        unit.amount(&narrow).unwrap() * Exact::power_of_ten(30),
        Exact::ONE
    );
    let package = charge(r#"{"model": "package", "package_size": "0.5", "package_price": "3"}"#);
    assert_eq!(package.amount(&narrow).unwrap(), Exact::integer(3));
    let power = charge(r#"{"model": "power", "list_unit_price": "100", "compound_percent": "50"}"#);
    assert_eq!(
        power.rate(&l2c_rating::Usage::of(wide)).unwrap().unit_price,
        Some(Exact::ZERO)
    );
}

/// A reader that makes up ten million limits.
struct EndlessLimits(usize);

impl std::io::Read for EndlessLimits {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let text = if self.0 == 0 {
            r#"{"tiers":[{"limits":{"#.to_owned()
        } else {
            format!(r#""u{}":"1","#, self.0)
        };
        assert!(self.0 < 10_000_000, "the document was read to its end");
        self.0 += 1;
        buffer[..text.len()].copy_from_slice(text.as_bytes());
        Ok(text.len())
    }
}

#[test]
fn too_many_limits_are_refused_without_reading_them_all() {
    let mut reader = EndlessLimits(0);
    let buffered = std::io::BufReader::with_capacity(64, &mut reader);
    let error = serde_json::from_reader::<_, ChargeDocument>(buffered).unwrap_err();
    assert!(error.to_string().contains("more than 10000 limits"), "{error}");
}
