//! Routing: the first rule that holds, and an owner that is kept.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use insta::assert_snapshot;
use l2c_host::PartyId;
use l2c_leads::{AssignedBy, Routing, RoutingDocument};
use l2c_rules::{FactTypes, Facts};
use proptest::prelude::*;
use serde_json::json;

fn types() -> FactTypes {
    FactTypes::new().text("office").number("employees")
}

fn routing(json: serde_json::Value) -> Routing {
    let document: RoutingDocument = serde_json::from_value(json).unwrap();
    Routing::new(&document, &types()).unwrap()
}

fn example() -> Routing {
    routing(json!({"id": "routing", "version": 2, "rules": [
        {"id": "large", "when": {"fact": "employees", "gte": "1000"}, "owner": "pty_ann"},
        {"id": "west", "when": {"fact": "office", "eq": "West"}, "territory": "West"},
        {"id": "west-late", "when": {"fact": "office", "eq": "West"}, "territory": "Nowhere", "owner": "pty_bob"}
    ]}))
}

#[test]
fn the_first_rule_that_holds_decides() {
    let facts = Facts::new().text("office", "West").number("employees", 1_000_i64);
    let rule = |rule: &str| AssignedBy::Rule {
        document: "routing v2".to_owned(),
        rule: rule.to_owned(),
    };

    let large = example().assign(&facts, None);
    assert_eq!(large.owner.unwrap().as_str(), "pty_ann");
    assert_eq!((large.territory, large.by), (None, rule("large")));

    // A territory without an owner: the lead waits there.
    let west = example().assign(&Facts::new().text("office", "West"), None);
    assert_eq!(
        (west.owner, west.territory.as_deref(), west.by),
        (None, Some("West"), rule("west"))
    );

    let nobody = example().assign(&Facts::new(), None);
    assert_eq!(
        (nobody.owner, nobody.territory, nobody.by),
        (None, None, AssignedBy::Queue)
    );
}

#[test]
fn faults_of_routing_documents() {
    let document: RoutingDocument = serde_json::from_value(json!({"id": "routing", "version": 1, "rules": [
        {"id": "a", "when": {"fact": "office", "eq": "West"}},
        {"id": "a", "when": {"fact": "region", "eq": "West"}, "territory": "West"}
    ]}))
    .unwrap();
    assert_snapshot!(Routing::new(&document, &types()).unwrap_err(), @r#"
    routing `routing`, 3 faults:
      rules[1].id: the rule "a" stands twice; every one needs an id of its own
      rules[0]: rule "a" assigns nothing; give it an owner, a territory or both
      rules[1].when.fact: no fact is named "region"; there are: employees, office
    "#);
}

proptest! {
    #[test]
    fn a_given_owner_is_kept_and_changes_no_territory(
        office in prop::option::of(prop::sample::select(vec!["West", "East"])),
        employees in prop::option::of(0_i64..2_000),
    ) {
        let facts = Facts::new().with_known("office", office).with_known("employees", employees);
        let owner = PartyId::from_key("zoe").unwrap();
        let given = example().assign(&facts, Some(&owner));
        prop_assert_eq!(given.owner, Some(owner));
        prop_assert_eq!(given.by, AssignedBy::ExistingOwner);
        prop_assert_eq!(given.territory, example().assign(&facts, None).territory);
    }
}
