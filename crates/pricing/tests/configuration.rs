//! Configurations, bundles within bundles and guided selling, with figures worked by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeMap;

use l2c_money::{Exact, Percent};
use l2c_pricing::rules::Facts;
use l2c_pricing::{
    Catalogue, Circumstances, ConfigurationModel, Constraint, DiscountScope, GuidedSelling, OptionPricing,
    ProductId, Selection, Violation,
};
use serde_json::{Value, json};

fn model(document: Value) -> ConfigurationModel {
    ConfigurationModel::new(&serde_json::from_value(document).unwrap()).unwrap()
}

fn plain() -> Circumstances {
    Circumstances::default()
}

fn number(text: &str) -> Exact {
    text.parse().unwrap()
}

fn codes(document: Value) -> Vec<(String, &'static str)> {
    let faults = Catalogue::new(&serde_json::from_value(document).unwrap()).unwrap_err();
    faults
        .iter()
        .map(|fault| (fault.path.clone(), fault.code))
        .collect()
}

#[test]
fn a_bundle_of_five_hundred_options_is_counted_exactly() {
    let options: Vec<Value> = (0..500)
        .map(|option| json!({"id": format!("o{option}")}))
        .collect();
    let requires: Vec<Value> = (1..500)
        .map(|o| json!([format!("o{o}"), format!("o{}", o - 1)]))
        .collect();
    let groups = json!([{"id": "any", "options": options}]);
    let free = model(json!({"groups": groups}));
    let count = free.configurator(&plain()).unwrap().count().unwrap();
    assert_eq!(count, Exact::integer(2).pow(500).unwrap());
    // Each needs the one before it: the first so many are chosen.
    let chain = model(json!({"groups": groups, "requires": requires}));
    let chain = chain.configurator(&plain()).unwrap();
    assert_eq!(chain.count().unwrap(), Exact::integer(501));
    assert_eq!(chain.complete(&Selection::of(["o499"])).options.len(), 500);
    let repair = chain.repair(&Selection::of(["o3"])).unwrap().unwrap();
    // Nothing chosen is one change, the three below it would be three.
    assert_eq!((repair.add.len(), repair.remove.len()), (0, 1));
}

#[test]
fn numbers_quantities_and_conditions_decide_together() {
    let model = model(json!({
        "groups": [
            {"id": "ram", "min": 1, "max": 1, "options": [
                {"id": "ram-8", "value": "8"}, {"id": "ram-16", "value": "16"}, {"id": "ram-32", "value": "32"}]},
            {"id": "extras", "options": [
                {"id": "seat", "price": "10", "quantity": {"choice": {"min": "5", "max": "50", "step": "5"}}},
                {"id": "setup", "price": "90", "quantity": {"fixed": "1"}}]},
            {"id": "care", "max": 1, "when": {"fact": "chosen.seat", "eq": true}, "options": [{"id": "care-24"}]}],
        "rules": [
            {"id": "many-seats", "when": {"fact": "quantity.seat", "gt": "20"}, "then": {"fact": "ram", "gte": "32"}},
            {"id": "long", "when": {"fact": "length", "gt": "2.5"}, "then": {"fact": "ram", "ne": "8"}}],
        "numbers": [{"id": "length", "min": "1", "max": "10"}]}));
    let selection = Selection::of(["ram-8", "seat"]);
    let open = model.configurator(&plain()).unwrap();
    let missing = Violation::NumberMissing {
        number: "length".into(),
    };
    assert_eq!(open.validate(&selection), [missing]);
    assert_eq!(
        open.open_questions(&selection).unwrap().unwrap().numbers,
        ["length"]
    );

    let mut given = plain();
    given.numbers.insert("length".into(), number("3"));
    given.quantities.insert("seat".into(), number("25"));
    given.bundle_quantity = number("2");
    let configurator = model.configurator(&given).unwrap();
    let broken = |id: &str| Violation::Broken { id: id.into() };
    assert_eq!(
        configurator.validate(&selection),
        [broken("many-seats"), broken("long")]
    );
    assert_eq!(
        configurator.repair(&selection).unwrap().unwrap().selection,
        ["ram-32", "seat"]
    );
    // 25 seats of 10 for each bundle, and one set-up of 90 shared by two: 1000 + 250 + 45, less 10 % of 1000.
    let all = Selection::of(["ram-32", "seat", "setup"]);
    let tenth: Percent = "10".parse().unwrap();
    let (pricing, base) = (OptionPricing::default(), DiscountScope::Base);
    let price = configurator
        .price(&all, &number("1000"), pricing, tenth, base)
        .unwrap();
    assert_eq!((price.price, price.net), (number("1295"), number("1195")));
    assert_eq!(configurator.quantities(&all)["seat"], number("50"));

    // 7 is no step from 5, and 11 is longer than it may be: nothing with a seat, nothing at all.
    given.quantities.insert("seat".into(), number("7"));
    let configurator = model.configurator(&given).unwrap();
    assert!(matches!(
        configurator.validate(&all)[..],
        [Violation::QuantityNotOffered { .. }]
    ));
    given.numbers.insert("length".into(), number("11"));
    let configurator = model.configurator(&given).unwrap();
    assert_eq!(configurator.count().unwrap(), Exact::ZERO);
    let conflict = configurator.conflict(&Selection::default()).unwrap().unwrap();
    assert_eq!(
        conflict.constraints,
        [Constraint::Number {
            number: "length".into()
        }]
    );

    given.numbers.insert("width".into(), Exact::ONE);
    given.quantities.insert("setup".into(), Exact::ONE);
    let faults = model.configurator(&given).unwrap_err();
    assert_eq!(
        faults.iter().map(|fault| fault.code).collect::<Vec<_>>(),
        ["no_choice", "unknown_number"]
    );
}

#[test]
fn the_question_that_narrows_most_comes_first() {
    // 2 x 3 less the pair that is ruled out: 5. Asking for the disk leaves 3 or 2, asking for the colour 2, 2 or 1.
    let model = model(json!({
        "groups": [
            {"id": "disk", "min": 1, "max": 1, "options": [{"id": "ssd", "default": true}, {"id": "hdd"}]},
            {"id": "colour", "min": 1, "max": 1, "options": [{"id": "red"}, {"id": "green"}, {"id": "blue"}]}],
        "excludes": [["hdd", "blue"]]}));
    let configurator = model.configurator(&plain()).unwrap();
    let open = configurator
        .open_questions(&Selection::default())
        .unwrap()
        .unwrap();
    let leaves: Vec<_> = open
        .groups
        .iter()
        .map(|group| group.leaves.clone().unwrap())
        .collect();
    assert_eq!(leaves, [Exact::integer(3), Exact::integer(2)]);
    assert_eq!(open.next.as_deref(), Some("colour"));
    assert_eq!(
        configurator
            .with_defaults(&Selection::of(["red"]))
            .unwrap()
            .options,
        ["red", "ssd"]
    );

    let refused = Selection::of(["hdd", "blue"]);
    assert_eq!(configurator.open_questions(&refused).unwrap(), None);
    let conflict = configurator.conflict(&refused).unwrap().unwrap();
    assert_eq!(conflict.options, ["hdd", "blue"]);
    let pair = Constraint::Excludes {
        option: "hdd".into(),
        other: "blue".into(),
    };
    assert_eq!(conflict.constraints, [pair]);
    assert_eq!(conflict.repair.unwrap().selection, ["ssd", "blue"]);
    // What the customer insists on stays.
    let repair = configurator.repair(&refused.fixing("hdd")).unwrap().unwrap();
    assert_eq!(repair.selection, ["hdd", "red"]);
}

fn rack() -> Value {
    json!({"id": "shop", "version": 1, "products": [
        {"id": "prd_rack", "name": "Rack", "configuration": {
            "groups": [
                {"id": "slots", "min": 1, "max": 2, "options": [
                    {"id": "server", "product": "prd_server", "quantity": {"per_bundle": "4"}},
                    {"id": "switch", "product": "prd_switch"}]},
                {"id": "power", "min": 1, "max": 1, "options": [{"id": "mono"}, {"id": "tri"}]}],
            "excludes": [["mono", "server/ram-64"]]}},
        {"id": "prd_server", "name": "Server", "configuration": {
            "groups": [{"id": "ram", "min": 1, "max": 1, "options": [
                {"id": "ram-32", "product": "prd_ram", "quantity": {"per_bundle": "2"}},
                {"id": "ram-64", "product": "prd_ram", "quantity": {"per_bundle": "4"}}]}],
            "parent_excludes": [["switch", "ram-64"]]}},
        {"id": "prd_switch", "name": "Switch"}, {"id": "prd_ram", "name": "RAM, 16 GB"}]})
}

#[test]
fn a_bundle_within_a_bundle_is_asked_where_it_is_chosen() {
    let catalogue = Catalogue::new(&serde_json::from_value(rack()).unwrap()).unwrap();
    let bundle = ProductId::new("prd_rack").unwrap();
    let model = catalogue.product(&bundle).unwrap().configuration().unwrap();
    assert!(
        catalogue
            .product(&ProductId::new("prd_ram").unwrap())
            .unwrap()
            .configuration()
            .is_none()
    );
    let three = Circumstances {
        bundle_quantity: number("3"),
        ..plain()
    };
    let configurator = model.configurator(&three).unwrap();
    // Servers alone: mono with 32, tri with either. The switch alone: either current. Both: 32 with either.
    assert_eq!(configurator.count().unwrap(), Exact::integer(7));
    let lost = configurator.validate(&Selection::of(["switch", "tri", "server/ram-32"]));
    assert!(matches!(&lost[..], [Violation::NotOffered { option, .. }] if option == "server/ram-32"));
    let lost = configurator.validate(&Selection::of(["server", "switch", "tri", "server/ram-64"]));
    assert!(matches!(&lost[..], [Violation::ParentExcludes { option, .. }] if option == "switch"));

    // Three racks of four servers of two modules.
    let selection = Selection::of(["server", "server/ram-32", "mono"]);
    let lines = configurator.request_lines("1", &bundle, &selection).unwrap();
    let lines: Vec<String> = lines
        .iter()
        .map(|l| format!("{} {} {}", l.id, l.product, l.quantity.value()))
        .collect();
    assert_eq!(
        lines,
        [
            "1 prd_rack 3",
            "1.server prd_server 12",
            "1.server/ram-32 prd_ram 24"
        ]
    );
}

#[test]
fn a_catalogue_with_impossible_bundles_is_refused_with_the_place() {
    let mut cyclic = rack();
    cyclic["products"][1]["configuration"]["groups"][0]["options"][0]["product"] = json!("prd_rack");
    let faults = Catalogue::new(&serde_json::from_value(cyclic).unwrap()).unwrap_err();
    assert_eq!(faults.code(), "cyclic_bundle");
    assert!(
        faults.to_string().contains("prd_rack > prd_server > prd_rack"),
        "{faults}"
    );

    let mut unknown = rack();
    unknown["products"][0]["configuration"]["groups"][0]["options"][1]["product"] = json!("prd_gone");
    let place = "products[0].configuration.groups[0].options[1].product";
    assert_eq!(codes(unknown), [(place.to_owned(), "unknown_product")]);

    let mut lost = rack();
    lost["products"][1]["configuration"]["requires"] = json!([["ram-32", "ram-99"]]);
    // The model stands within two bundles: one fault.
    let place = "products[1].configuration.requires[0][1]";
    assert_eq!(codes(lost), [(place.to_owned(), "unknown_option")]);

    let nested = |count: usize, options: usize| {
        let inner = |next: usize| {
            (0..options).map(move |o| json!({"id": format!("o{o}"), "product": format!("prd_{next}")}))
        };
        let products: Vec<Value> = (0..count)
            .map(|index| {
                let within: Vec<Value> = if index + 1 < count { inner(index + 1).collect() } else { Vec::new() };
                json!({"id": format!("prd_{index}"), "name": "Box", "configuration": {"groups": [{"id": "g", "options": within}]}})
            })
            .collect();
        json!({"id": "deep", "version": 1, "products": products})
    };
    let deep = codes(nested(10_000, 1));
    assert_eq!(deep, [("products[9983].configuration".to_owned(), "too_deep")]);
    // Fourteen levels of two: 2 + 4 + ... + 2^13 options are more than there may be.
    assert_eq!(codes(nested(15, 2))[0].1, "too_large");
}

#[test]
fn attributes_have_the_type_that_the_catalogue_declares() {
    let catalogue = json!({"id": "shop", "version": 1, "attributes": {"ram_gb": "number"}, "products": [
        {"id": "prd_a", "name": "A", "attributes": {"ram_gb": "much", "color": "red"}}]});
    let at = |name: &str| format!("products[0].attributes.{name}");
    assert_eq!(
        codes(catalogue),
        [(at("color"), "unknown_attribute"), (at("ram_gb"), "wrong_type")]
    );
}

#[test]
fn questions_narrow_the_catalogue() {
    let catalogue = json!({"id": "shop", "version": 1, "attributes": {"ram_gb": "number", "touch": "flag"}, "products": [
        {"id": "prd_air", "name": "Air", "attributes": {"ram_gb": "8", "touch": false}},
        {"id": "prd_pro", "name": "Pro", "attributes": {"ram_gb": "32", "touch": false}},
        {"id": "prd_pad", "name": "Pad", "attributes": {"ram_gb": "8", "touch": true}},
        {"id": "prd_max", "name": "Max", "attributes": {"ram_gb": "64", "touch": false}}]});
    let catalogue = Catalogue::new(&serde_json::from_value(catalogue).unwrap()).unwrap();
    let document = json!({"id": "laptops", "version": 1, "facts": {"country": "text"}, "questions": [
        {"id": "touch", "text": "A screen to touch?", "answers": [
            {"id": "yes", "text": "Yes", "keeps": {"fact": "touch", "eq": true}},
            {"id": "any", "text": "I do not mind", "keeps": {"all": []}}]},
        {"id": "use", "text": "What is it for?", "answers": [
            {"id": "office", "text": "Office", "keeps": {"fact": "ram_gb", "lt": "32"}},
            {"id": "video", "text": "Video", "keeps": {"all": [
                {"fact": "ram_gb", "gte": "32"}, {"fact": "country", "ne": "XX"}]}}]}]});
    let guide = GuidedSelling::new(&serde_json::from_value(document.clone()).unwrap(), &catalogue).unwrap();
    let facts = Facts::new().text("country", "DE");
    let narrowed = guide.narrow(&facts, &BTreeMap::new()).unwrap();
    assert_eq!(narrowed.remaining.len(), 4);
    // Either use leaves two, not minding leaves four.
    let next = narrowed.next.unwrap();
    assert_eq!(
        (next.question.as_str(), &next.leaves[..]),
        ("use", &[("office".into(), 2), ("video".into(), 2)][..])
    );

    let answers = BTreeMap::from([("use".to_owned(), "video".to_owned())]);
    let narrowed = guide.narrow(&facts, &answers).unwrap();
    assert_eq!(
        narrowed.remaining,
        ["prd_pro", "prd_max"].map(|id| ProductId::new(id).unwrap())
    );
    assert_eq!(narrowed.excluded[0].product.to_string(), "prd_air");
    assert!(
        narrowed.excluded[0].by[0]
            .why
            .to_string()
            .contains("no: ram_gb >= 32 (is 8)")
    );
    // To touch is not to be had any more, but asking still tells.
    assert_eq!(narrowed.next.unwrap().question, "touch");

    let lost = BTreeMap::from([
        ("use".to_owned(), "games".to_owned()),
        ("price".to_owned(), "low".to_owned()),
    ]);
    let faults = guide.narrow(&facts, &lost).unwrap_err();
    assert_eq!(
        faults.iter().map(|fault| fault.code).collect::<Vec<_>>(),
        ["unknown_question", "unknown_answer"]
    );

    let mut faulty = document;
    faulty["facts"]["ram_gb"] = json!("text");
    faulty["questions"][0]["answers"][0]["keeps"]["fact"] = json!("tuoch");
    faulty["questions"][1]["answers"] = json!([]);
    let faults = GuidedSelling::new(&serde_json::from_value(faulty).unwrap(), &catalogue).unwrap_err();
    assert_eq!(
        faults.iter().map(|fault| fault.code).collect::<Vec<_>>(),
        ["duplicate_id", "unknown_fact", "no_answers"]
    );
}

#[test]
fn faults_of_a_bundle_are_told_with_those_of_the_catalogue_around_it() {
    let document = json!({"id": "shop", "version": 1, "products": [
        {"id": "prd_suite", "name": "Suite", "components": [
            {"id": "a", "name": "A", "share_of_list": "80"}, {"id": "b", "name": "B", "share_of_list": "10"}]},
        {"id": "prd_desk", "name": "Desk", "configuration": {"groups": [
            {"id": "disk", "min": 2, "max": 1, "options": [{"id": "ssd", "product": "prd_none"}, {"id": "ssd"}]}]}}]});
    let document = serde_json::from_value(document).unwrap();
    let faults = l2c_pricing::Catalogue::new(&document).unwrap_err();
    let mut codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            "duplicate_option",
            "invalid_model",
            "shares_not_whole",
            "unknown_product"
        ]
    );
}
