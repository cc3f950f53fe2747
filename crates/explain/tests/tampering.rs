//! Every kind of lie in a stored explanation is found, and a hostile one ends in an error.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_explain::{ExplainError, Explanation, Figure, Note, Recorder, Trace};
use l2c_money::{AllocationPolicy, Currency, Exact, Rounding, RoundingPolicy};
use serde_json::{Value, json};

const USD: Currency = Currency::USD;

/// A derivation with every operation, in which no two figures are equal by accident.
fn every_operation() -> Explanation {
    let mut t = Trace::new();
    let mut input = |n: i64| t.input(Exact::integer(n), || Note::new(format!("input {n}")));
    let (a, b, c) = (input(100), input(7), input(31));
    let sum = t.sum(&[&a, &b], || Note::new("sum"));
    let difference = t.difference(&sum, &c, || Note::new("difference"));
    let product = t.product(&difference, &b, || Note::new("product"));
    let quotient = t.quotient(&product, &c, || Note::new("quotient")).unwrap();
    let negated = t.negate(&quotient, || Note::new("negated"));
    let minimum = t.minimum(&[&negated, &c, &a], || Note::new("minimum"));
    let maximum = t.maximum(&[&a, &c, &quotient], || Note::new("maximum"));
    let rounded = t
        .round(&minimum, RoundingPolicy::HALF_UP, USD, || Note::new("rounded"))
        .unwrap();
    let shares = t
        .shares(&rounded, &[&a, &b, &c], AllocationPolicy::default(), USD, |i| {
            Note::new(format!("share {i}"))
        })
        .unwrap();
    let power = t
        .power(&quotient, &b, 3, Rounding::HalfUp, || Note::new("power"))
        .unwrap();
    let mut parts: Vec<&Figure<_>> = shares.iter().collect();
    parts.extend([&maximum, &power]);
    let root = t.sum(&parts, || Note::new("root"));
    t.finish(&root)
}

fn tampered(change: impl FnOnce(&mut Value)) -> Result<Exact, String> {
    let mut json = serde_json::to_value(every_operation()).unwrap();
    change(&mut json);
    let explanation: Explanation = serde_json::from_value(json).map_err(|e| e.to_string())?;
    explanation.recompute().map_err(|e| format!("{}: {e}", e.code()))
}

#[test]
fn the_truth_passes() {
    let why = every_operation();
    assert_eq!(why.recompute().unwrap(), why.value());
    let json = serde_json::to_string(&why).unwrap();
    for name in [
        "input",
        "sum",
        "difference",
        "product",
        "quotient",
        "negate",
        "minimum",
        "maximum",
        "round",
    ] {
        assert!(
            json.contains(&format!("\"operation\":\"{name}\"")),
            "{name} is not covered"
        );
    }
    for name in ["allocation", "share", "power"] {
        assert!(
            json.contains(&format!("\"operation\":\"{name}\"")),
            "{name} is not covered"
        );
    }
}

#[test]
fn a_changed_output_is_named() {
    let why = every_operation();
    for (position, step) in why.steps().iter().enumerate() {
        let found = tampered(|json| json["steps"][position]["value"] = json!("0.17")).unwrap_err();
        if step.inputs.is_empty() {
            // A changed input shows at the first step that uses it.
            assert!(found.starts_with("mismatch"), "{found}");
        } else {
            assert!(
                found.starts_with(&format!("mismatch: step {position} ({})", step.label)),
                "{found}"
            );
        }
    }
}

#[test]
fn a_changed_operation_is_found() {
    let why = every_operation();
    let others = [
        "sum",
        "difference",
        "product",
        "quotient",
        "negate",
        "minimum",
        "maximum",
    ];
    for (position, step) in why
        .steps()
        .iter()
        .enumerate()
        .filter(|(_, step)| !step.inputs.is_empty())
    {
        let own = serde_json::to_value(step).unwrap()["operation"]
            .as_str()
            .unwrap()
            .to_owned();
        for other in others.into_iter().filter(|other| *other != own) {
            // The allocation's value is its first input; as a minimum of positive weights it is that too.
            let same = step.label == "split" && other == "minimum";
            let found = tampered(|json| json["steps"][position]["operation"] = json!(other));
            assert!(found.is_err() || same, "step {position} as {other}");
        }
    }
}

#[test]
fn changed_parameters_are_found() {
    let at = |label: &str| {
        every_operation()
            .steps()
            .iter()
            .position(|s| s.label == label)
            .unwrap()
    };
    let rounded = at("rounded");
    tampered(|json| json["steps"][rounded]["policy"]["mode"] = json!("up")).unwrap_err();
    tampered(|json| json["steps"][rounded]["currency"] = json!("JPY")).unwrap_err();
    let share = at("share 1");
    tampered(|json| json["steps"][share]["index"] = json!(0)).unwrap_err();
    tampered(|json| json["steps"][share]["index"] = json!(9)).unwrap_err();
    let split = at("split");
    tampered(|json| json["steps"][split]["policy"]["remainder"] = json!("last")).unwrap_err();
    let power = at("power");
    tampered(|json| json["steps"][power]["mode"] = json!("floor")).unwrap_err();
    tampered(|json| json["steps"][power]["scale"] = json!(2)).unwrap_err();
}

#[test]
fn what_is_not_a_derivation_is_not_read() {
    let sum = every_operation()
        .steps()
        .iter()
        .position(|s| s.label == "sum")
        .unwrap();
    for (change, expected) in [
        (json!([sum, 0]), "inputs before the step itself"),
        (json!([999, 0]), "inputs before the step itself"),
    ] {
        let found = tampered(|json| json["steps"][sum]["inputs"] = change).unwrap_err();
        assert!(found.contains(expected), "{found}");
    }
    let difference = sum + 1;
    let found = tampered(|json| json["steps"][difference]["inputs"] = json!([0])).unwrap_err();
    assert!(found.contains("as many as the operation takes"), "{found}");
    let found = tampered(|json| json["root"] = json!(999)).unwrap_err();
    assert!(found.contains("a root that is one of the steps"), "{found}");
    tampered(|json| json["steps"] = json!([])).unwrap_err();
    let share = every_operation()
        .steps()
        .iter()
        .position(|s| s.label == "share 0")
        .unwrap();
    let found = tampered(|json| json["steps"][share]["inputs"] = json!([0])).unwrap_err();
    assert!(found.contains("an allocation as its input"), "{found}");
}

fn read(steps: Vec<Value>) -> Result<Explanation, String> {
    let root = steps.len() - 1;
    serde_json::from_value(json!({"steps": steps, "root": root})).map_err(|e| e.to_string())
}

#[test]
fn a_chain_of_twenty_thousand_steps_is_read_recomputed_and_rendered() {
    let mut steps = vec![json!({"label": "x", "operation": "input", "value": "1"})];
    for i in 0..20_000 {
        steps.push(json!({"label": "x", "operation": "sum", "inputs": [i], "value": "1"}));
    }
    let why = read(steps).unwrap();
    assert_eq!(why.recompute().unwrap(), Exact::ONE);
    assert!(why.text().len() < 20_000_000);
    assert!(why.html().len() < 40_000_000);
}

#[test]
fn a_doubling_diamond_stays_as_long_as_its_steps() {
    let mut steps = vec![json!({"label": "x", "operation": "input", "value": "0"})];
    for i in 0..60 {
        steps.push(json!({"label": "x", "operation": "sum", "inputs": [i, i], "value": "0"}));
    }
    assert!(read(steps).unwrap().text().lines().count() <= 61 * 3);
}

#[test]
fn fractions_that_grow_without_end_are_an_error() {
    // Sums of unlike fractions of 300 digits: the common denominator would have a million digits.
    let part = |i: u32| json!({"label": "x", "operation": "input", "value": format!("1/{}{i:05}1", "7".repeat(300))});
    let mut steps: Vec<Value> = (0..5_000).map(part).collect();
    let inputs: Vec<usize> = (0..steps.len()).collect();
    steps.push(json!({"label": "x", "operation": "sum", "inputs": inputs, "value": "1"}));
    let found = read(steps).unwrap().recompute().unwrap_err();
    assert_eq!(found.code(), "impossible");
}

#[test]
fn too_many_steps_are_refused() {
    let step = r#"{"label":"","operation":"sum","value":"0"},"#.repeat(Explanation::MAX_STEPS);
    let last = r#"{"label":"","operation":"sum","value":"0"}"#;
    let found = serde_json::from_str::<Explanation>(&format!(r#"{{"root":0,"steps":[{step}{last}]}}"#));
    let found = found.unwrap_err().to_string();
    assert!(found.contains("above the limit of 250000"), "{found}");
}

#[test]
fn a_figure_of_another_trace_is_an_input() {
    let mut other = Trace::new();
    let foreign = other.input(Exact::integer(5), || Note::new("theirs"));
    let mut trace = Trace::new();
    let own = trace.input(Exact::integer(3), || Note::new("ours"));
    // Position 0 of both traces: the value tells them apart.
    let sum = trace.sum(&[&own, &foreign], || Note::new("sum"));
    let why = trace.finish(&sum);
    assert_eq!(why.recompute().unwrap(), Exact::integer(8));
    assert_eq!(why.steps().iter().filter(|step| step.label == "given").count(), 1);
}

#[test]
fn errors_keep_their_codes() {
    let found = ExplainError::InvalidStep {
        step: 1,
        found: String::new(),
        expected: "",
    };
    assert_eq!(found.code(), "invalid_step");
}
