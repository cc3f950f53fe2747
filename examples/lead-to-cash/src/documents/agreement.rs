//! Each schema admits what the reader reads, and nothing that it refuses for its shape.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::fs;

use jsonschema::Validator;
use l2c::documents::Source;
use l2c::pricing::{CatalogueDocument, PriceBookDocument};
use l2c::rating::ChargeDocument;
use l2c::receivables::AgeingPolicyDocument;
use l2c::revenue::judgement::Judgement;
use l2c::revenue::{DisaggregatedView, RenewalRight, RepurchaseAgreement, TermsDocument, ThirdPartySale};
use serde_json::{Map, Value, json};

use super::{ALL, Document, Listed};

/// A change at one place of a document.
struct Change {
    says: String,
    document: Value,
}

fn shipped(listed: &Listed) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/policy");
    serde_json::from_str(&fs::read_to_string(format!("{folder}/{}", listed.file)).unwrap()).unwrap()
}

/// Every change of shape at every place of a value: a key that nobody knows, each key left out, and each value replaced
/// by one of another type.
fn changes(path: &str, value: &Value) -> Vec<Change> {
    let change = |says: String, document: Value| Change { says, document };
    let mut changed: Vec<Change> = [
        json!(null),
        json!(true),
        json!(7),
        json!("text"),
        json!([value]),
        json!({"key": value}),
    ]
    .into_iter()
    .filter(|other| kind(other) != kind(value))
    .map(|other| change(format!("{other} at `{path}`"), other))
    .collect();
    match value {
        Value::Object(members) => {
            let with = |key: &str, member: Value| {
                let mut members = members.clone();
                members.insert(key.to_owned(), member);
                Value::Object(members)
            };
            changed.push(change(
                format!("an unknown key in `{path}`"),
                with("no_such_key", Value::Null),
            ));
            for (key, member) in members {
                let inside = format!("{path}.{key}");
                let fewer: Map<String, Value> = members
                    .clone()
                    .into_iter()
                    .filter(|(name, _)| name != key)
                    .collect();
                changed.push(change(format!("no `{inside}`"), fewer.into()));
                let inner = changes(&inside, member).into_iter();
                changed.extend(inner.map(|inner| change(inner.says, with(key, inner.document))));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                for inner in changes(&format!("{path}[{index}]"), item) {
                    let mut items = items.clone();
                    items[index] = inner.document;
                    changed.push(change(inner.says, items.into()));
                }
            }
        }
        _ => {}
    }
    changed
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

fn validator(listed: &Listed) -> Validator {
    jsonschema::validator_for(&serde_json::from_str(&listed.text()).unwrap()).unwrap()
}

/// The document is admitted and read, and each change of it is both or neither.
fn differences(listed: &Listed, document: &Value) -> Vec<String> {
    let validator = validator(listed);
    let read = |document: &Value| (listed.read)(Source::new(listed.file, document.to_string()));
    let mut differences: Vec<String> = validator
        .iter_errors(document)
        .map(|fault| format!("{}: {fault}", listed.file))
        .collect();
    differences.extend(read(document).err().map(|report| report.to_string()));
    let mut refused = false;
    for Change { says, document } in changes("", document) {
        match (validator.is_valid(&document), read(&document)) {
            (true, Err(report)) => differences.push(format!("{says} is admitted and not read: {report}")),
            (false, Ok(())) => differences.push(format!("{}: {says} is read and not admitted", listed.file)),
            (true, Ok(())) => {}
            (false, Err(_)) => refused = true,
        }
    }
    assert!(refused, "{}", listed.file);
    differences
}

#[test]
fn schemas_and_readers_agree_on_what_is_shipped_and_on_every_change_of_its_shape() {
    let found: Vec<String> = ALL
        .iter()
        .flat_map(|listed| differences(listed, &shipped(listed)))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn so_they_do_for_the_documents_that_are_not_policies_here() {
    let mut found = differences(
        &Document::<CatalogueDocument>::new("catalogue", "").listed(),
        &json!({"id": "catalogue", "version": 1, "products": [
            {"id": "prd_GTXPro", "name": "GTX Pro", "components": [
                {"id": "licence", "name": "Licence", "share_of_list": "80"}]}]}),
    );
    found.extend(differences(
        &Document::<PriceBookDocument>::new("price book", "").listed(),
        &json!({"id": "list-usd", "version": 1, "currency": "USD", "entries": [
            {"product": "prd_GTXPro", "component": "licence", "price": "5624", "unit": "C62", "floor": "3000",
             "valid_from": "2016-01-01", "valid_until": "2016-12-31"}]}),
    ));
    for charge in [
        json!({"model": "flat", "amount": "5"}),
        json!({"model": "per_unit", "unit_price": "5.00"}),
        json!({"model": "graduated", "tiers": [{"up_to": "10", "unit_price": "5.00"}, {"rate_percent": "4"}]}),
        json!({"model": "volume", "tiers": [{"flat_fee": "10"}], "flat_fee_at_zero": false}),
        json!({"model": "volume", "list_unit_price": "9", "rounding": {"mode": "half_even"},
            "tiers": [{"from": "1", "discount_percent": "5"}], "free_units": "3"}),
        json!({"model": "package", "package_size": "10", "package_price": "5", "minimum_amount": "1"}),
        json!({"model": "block", "tier_policy": "top_tier", "tiers": [{"block_size": "1", "max_blocks": "2",
            "block_price": "3"}, {"block_size": "1", "block_price": "3"}]}),
        json!({"model": "capacity", "tiers": [{"amount": "5", "limits": {"users": "3"}}, {"amount": "9"}]}),
        json!({"model": "percentage", "rate_percent": "1.3", "fixed_fee": "2", "free_events": 3,
            "max_per_event": "9"}),
        json!({"model": "power", "list_unit_price": "5", "compound_percent": "25", "below_one": "power"}),
    ] {
        let listed = Document::<ChargeDocument>::new("charge", "").listed();
        found.extend(differences(&listed, &charge));
    }
    let money = json!({"amount": "100.00", "currency": "USD"});
    found.extend(differences(
        &Document::<TermsDocument>::new("revenue contract", "").listed(),
        &json!({"contract": "rev_1", "customer": "pty_1", "entity": "US01", "currency": "USD",
            "consideration": [{"kind": "fixed", "id": "a", "amount": money}],
            "obligations": [
                {"id": "a", "description": "Licence", "ssp": {"method": "observable", "price": money},
                 "measure": {"kind": "point_in_time"}},
                {"id": "b", "description": "Support", "ssp": {"method": "observable", "price": money},
                 "measure": {"kind": "time", "period": {"start": "2017-01-01", "end": "2018-01-01"}}}],
            "policy": shipped(&super::REVENUE.listed())}),
    ));
    found.extend(differences(
        &Document::<AgeingPolicyDocument>::new("ageing", "").listed(),
        &json!({"id": "thirty-days", "version": 1, "edges": [30, 60], "age_by": "issue_date",
            "credits": "own_band", "disputes": "separate"}),
    ));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn so_they_do_for_judgements_and_what_rests_on_them() {
    let money = json!({"amount": "100.00", "currency": "USD"});
    let put = json!({"put": {"expected_market_value": money, "significant_economic_incentive": true}});
    let judgement = Document::<Judgement>::new("judgement", "").listed();
    let mut found = Vec::new();
    for (question, facts) in [
        (
            "contract_existence",
            json!({"approved": true, "rights_identified": true, "payment_terms_identified": true,
                "commercial_substance": true, "collection_likelihood": "likely"}),
        ),
        (
            "modification",
            json!({"approved": true, "adds_goods": true, "added_distinct": true, "price_reflects_ssp": false,
                "remaining_distinct": "all"}),
        ),
        (
            "distinct",
            json!({"capable_of_being_distinct": true, "significant_integration": false, "modifies_other_goods": false,
                "highly_interdependent": false, "immaterial_promise": false}),
        ),
        (
            "licence",
            json!({"distinct_licence": true, "asc606": {"functional": true, "functionality_will_change": false,
                "customer_must_use_update": false}}),
        ),
        (
            "repurchase",
            json!({"right": put, "sale_price": money, "repurchase_price": money, "repurchase_price_at_sale": money,
                "sale_and_leaseback": false}),
        ),
    ] {
        found.extend(differences(
            &judgement,
            &json!({"question": question, "facts": facts}),
        ));
    }
    found.extend(differences(
        &Document::<ThirdPartySale>::new("sale for another party", "").listed(),
        &json!({"control": {"obtains_asset_first": true, "directs_service_of_other_party": false,
            "combines_into_own_output": false}, "quantity_sold": "9", "unit_price": money, "rounding": "half_even",
            "supplier": {"unit_cost": {"unit_cost": money, "quantity_purchased": "10"}}}),
    ));
    found.extend(differences(
        &Document::<RenewalRight>::new("renewal right", "").listed(),
        &json!({"contracts": 7, "first": {"price": money, "cost": money},
            "renewals": [{"term": {"price": money, "cost": money}, "likelihood": "0.85"}],
            "allocation": {"per_contract": {"decimals": 0}}}),
    ));
    for time_value in [json!("immaterial"), json!({"at_rate": {"annual_rate": "0.06"}})] {
        found.extend(differences(
            &Document::<RepurchaseAgreement>::new("repurchase agreement", "").listed(),
            &json!({"right": "call", "sale_date": "2027-01-01", "sale_price": money, "repurchase_date": "2027-12-31",
                "repurchase_price": money, "time_value": time_value, "accrual": "daily",
                "interest": "straight_line"}),
        ));
    }
    found.extend(differences(
        &Document::<DisaggregatedView>::new("disaggregated view", "").listed(),
        &json!({"id": "timing", "dimensions": ["timing"],
            "lines": [{"amount": money, "tags": {"timing": "over_time"}}]}),
    ));
    assert!(found.is_empty(), "{}", found.join("\n"));
}
