//! A derivation recomputes to its figure, says the same with and without a trace, and no lie in it survives.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_explain::{ExplainError, Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_money::{AllocationPolicy, Currency, Exact, MoneyError, RoundTo, Rounding, RoundingPolicy};
use proptest::prelude::*;
use serde_json::{Value, json};

/// One step of a random engine; the numbers pick among the figures computed so far.
#[derive(Debug, Clone)]
enum Act {
    Input(i32, u8),
    Sum(Vec<usize>),
    Difference(usize, usize),
    Product(usize, usize),
    Quotient(usize, usize),
    Negate(usize),
    Minimum(Vec<usize>),
    Maximum(Vec<usize>),
    Round(usize, Rounding, u32),
    Share(usize, Vec<u8>, usize),
    Shares(usize, Vec<u8>),
    Power(usize, i8),
}

fn mode() -> impl Strategy<Value = Rounding> {
    prop::sample::select(vec![
        Rounding::HalfUp,
        Rounding::HalfEven,
        Rounding::HalfDown,
        Rounding::Up,
        Rounding::Down,
        Rounding::Ceiling,
        Rounding::Floor,
    ])
}

fn act() -> impl Strategy<Value = Act> {
    let at = any::<usize>;
    let list = || prop::collection::vec(any::<usize>(), 0..4);
    let weights = || prop::collection::vec(0..9_u8, 1..5);
    prop_oneof![
        (any::<i32>(), 0..7_u8).prop_map(|(n, d)| Act::Input(n, d)),
        list().prop_map(Act::Sum),
        (at(), at()).prop_map(|(a, b)| Act::Difference(a, b)),
        (at(), at()).prop_map(|(a, b)| Act::Product(a, b)),
        (at(), at()).prop_map(|(a, b)| Act::Quotient(a, b)),
        at().prop_map(Act::Negate),
        list().prop_map(Act::Minimum),
        list().prop_map(Act::Maximum),
        (at(), mode(), 0..5_u32).prop_map(|(a, m, s)| Act::Round(a, m, s)),
        (at(), weights(), at()).prop_map(|(a, w, i)| Act::Share(a, w, i)),
        (at(), weights()).prop_map(|(a, w)| Act::Shares(a, w)),
        (at(), -3..4_i8).prop_map(|(a, e)| Act::Power(a, e)),
    ]
}

const USD: Currency = Currency::USD;

/// The engine under test: what it cannot do (a division by zero) it leaves out.
fn run<R: Recorder>(rec: &mut R, acts: &[Act]) -> Figure<R::Mark> {
    let mut done = vec![rec.input(Exact::ONE, || Note::new("one"))];
    for act in acts {
        match step(rec, &done, act) {
            Ok(figures) => done.extend(figures),
            Err(_) => continue,
        }
    }
    let all: Vec<&Figure<R::Mark>> = done.iter().collect();
    // Not all of them: what does not lead to the result must not be in its explanation.
    rec.sum(&all[all.len() / 2..], || Note::new("result"))
}

fn step<R: Recorder>(
    rec: &mut R,
    done: &[Figure<R::Mark>],
    act: &Act,
) -> Result<Vec<Figure<R::Mark>>, MoneyError> {
    let at = |i: usize| &done[i % done.len()];
    let many = |list: &[usize]| list.iter().map(|&i| at(i)).collect::<Vec<_>>();
    let note = || Note::new("step").money(USD);
    let small = |figure: &Figure<R::Mark>| figure.value.bits() < 200;
    let figure = match act {
        Act::Input(n, d) => rec.input(Exact::ratio(i64::from(*n), i64::from(*d) + 1)?, note),
        Act::Sum(list) => rec.sum(&many(list), note),
        Act::Difference(a, b) => rec.difference(at(*a), at(*b), note),
        Act::Product(a, b) if small(at(*a)) && small(at(*b)) => rec.product(at(*a), at(*b), note),
        Act::Quotient(a, b) if small(at(*a)) && small(at(*b)) => rec.quotient(at(*a), at(*b), note)?,
        Act::Product(..) | Act::Quotient(..) => return Ok(vec![]),
        Act::Negate(a) => rec.negate(at(*a), note),
        Act::Minimum(list) => rec.minimum(&many(list), note),
        Act::Maximum(list) => rec.maximum(&many(list), note),
        Act::Round(a, mode, scale) => rec.round(
            at(*a),
            RoundingPolicy {
                mode: *mode,
                to: RoundTo::Scale(*scale),
            },
            USD,
            note,
        )?,
        Act::Share(a, weights, index) => {
            let (total, weights) = split(rec, at(*a), weights)?;
            let weights: Vec<&Figure<R::Mark>> = weights.iter().collect();
            let index = index % weights.len();
            rec.share(&total, &weights, index, AllocationPolicy::default(), USD, note)?
        }
        Act::Shares(a, weights) => {
            let (total, weights) = split(rec, at(*a), weights)?;
            let weights: Vec<&Figure<R::Mark>> = weights.iter().collect();
            return rec.shares(&total, &weights, AllocationPolicy::default(), USD, |_| note());
        }
        Act::Power(a, exponent) => {
            let exponent = rec.input(Exact::integer(i64::from(*exponent)), note);
            rec.power(at(*a), &exponent, 6, Rounding::HalfEven, note)?
        }
    };
    Ok(vec![figure])
}

type Split<M> = (Figure<M>, Vec<Figure<M>>);

fn split<R: Recorder>(
    rec: &mut R,
    a: &Figure<R::Mark>,
    weights: &[u8],
) -> Result<Split<R::Mark>, MoneyError> {
    let total = rec.round(a, RoundingPolicy::HALF_UP, USD, || Note::new("whole"))?;
    let weights = weights
        .iter()
        .map(|&w| rec.input(Exact::integer(i64::from(w)), || Note::new("weight")));
    Ok((total, weights.collect()))
}

fn explained(acts: &[Act]) -> (Exact, Explanation) {
    let mut trace = Trace::new();
    let figure = run(&mut trace, acts);
    (figure.value.clone(), trace.finish(&figure))
}

proptest! {
    #[test]
    fn a_figure_is_the_same_with_a_trace_and_recomputed(acts in prop::collection::vec(act(), 0..40)) {
        let bare = run(&mut NoTrace, &acts).value;
        let (traced, why) = explained(&acts);
        prop_assert_eq!(&bare, &traced);
        prop_assert_eq!(&bare, &why.value());
        prop_assert_eq!(bare, why.recompute().unwrap());
    }

    #[test]
    fn inputs_stand_before_what_follows_and_every_step_leads_to_the_root(acts in prop::collection::vec(act(), 0..40)) {
        let (_, why) = explained(&acts);
        let mut used = vec![false; why.steps().len()];
        used[why.root().index()] = true;
        for (position, step) in why.steps().iter().enumerate().rev() {
            prop_assert!(used[position], "step {} leads nowhere", position);
            for input in &step.inputs {
                prop_assert!(input.index() < position);
                used[input.index()] = true;
            }
        }
    }

    #[test]
    fn it_survives_serde_and_a_changed_figure_does_not(
        acts in prop::collection::vec(act(), 0..30), pick in any::<usize>(), by in 1..1000_i64,
    ) {
        let (_, why) = explained(&acts);
        let mut json = serde_json::to_value(&why).unwrap();
        prop_assert_eq!(&serde_json::from_value::<Explanation>(json.clone()).unwrap(), &why);
        let computed: Vec<usize> =
            (0..why.steps().len()).filter(|&i| !why.steps()[i].inputs.is_empty()).collect();
        let Some(&lie) = computed.get(pick % computed.len().max(1)) else { return Ok(()) };
        let value = &why.steps()[lie].value + Exact::ratio(by, 7).unwrap();
        json["steps"][lie]["value"] = Value::String(value.to_string());
        let tampered: Explanation = serde_json::from_value(json).unwrap();
        match tampered.recompute() {
            Err(ExplainError::Mismatch { step, .. }) => prop_assert_eq!(step, lie),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn every_step_is_in_every_rendering(acts in prop::collection::vec(act(), 0..40)) {
        let (_, why) = explained(&acts);
        let spelled_out = |text: &str| text.lines().filter(|line| !line.contains("see ")).count();
        prop_assert_eq!(spelled_out(&why.text()), why.steps().len());
        prop_assert_eq!(spelled_out(&why.markdown()), why.steps().len());
        let html = why.html();
        prop_assert_eq!(html.matches("<details").count(), html.matches("</details>").count());
        prop_assert_eq!(html.matches("l2c-value").count(), why.text().lines().count());
    }

    /// Whatever a document says, it is refused, or recomputed and rendered, without a panic.
    #[test]
    fn hostile_documents_end_in_an_error_or_a_figure(
        steps in prop::collection::vec(hostile_step(), 1..12), root in 0..12_usize, tidy in any::<bool>(),
    ) {
        let root = if tidy { root % steps.len() } else { root };
        let steps: Vec<Value> =
            steps.into_iter().enumerate().map(|(at, step)| if tidy { tidied(step, at) } else { step }).collect();
        let document = json!({"steps": steps, "root": root});
        if let Ok(why) = serde_json::from_value::<Explanation>(document) {
            match why.recompute() {
                Ok(value) => prop_assert_eq!(value, why.value()),
                Err(found) => prop_assert!(matches!(found.code(), "mismatch" | "impossible"), "{found}"),
            }
            prop_assert!(why.text().lines().count() <= 12 * 12);
            prop_assert!(!why.markdown().is_empty() && !why.html().is_empty());
        }
    }
}

/// The step with inputs that its operation takes and that stand before it, and with a value that is one.
fn tidied(mut step: Value, at: usize) -> Value {
    let inputs: Vec<usize> = step["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i.as_u64().unwrap() as usize % at.max(1))
        .collect();
    let count = match step["operation"].as_str().unwrap() {
        "quotient" | "product" | "power" | "allocation" => 2,
        "sum" => inputs.len(),
        "round" => 1,
        _ => 0,
    };
    if at == 0 || count > inputs.len() || count == 0 {
        return json!({"label": "x", "operation": "input", "value": "1/3"});
    }
    step["inputs"] = json!(inputs[..count]);
    if step["value"].as_str().unwrap().parse::<Exact>().is_err() {
        step["value"] = json!("0");
    }
    step
}

/// Often wrong in its number of inputs, in their places, or in its value.
fn hostile_step() -> impl Strategy<Value = Value> {
    let operation = prop_oneof![
        Just(json!({"operation": "input"})),
        Just(json!({"operation": "sum"})),
        Just(json!({"operation": "quotient"})),
        Just(json!({"operation": "product"})),
        Just(json!({"operation": "power", "scale": 200, "mode": "up"})),
        Just(json!({"operation": "power", "scale": 2, "mode": "half_even"})),
        Just(json!({"operation": "round", "policy": {"to": {"scale": 99}}, "currency": "USD"})),
        Just(json!({"operation": "round", "policy": {"to": {"increment": "0"}}, "currency": "USD"})),
        Just(json!({"operation": "allocation", "policy": {}, "currency": "JPY"})),
        Just(json!({"operation": "share", "index": 1})),
        Just(json!({"operation": "share", "index": usize::MAX})),
        Just(json!({"operation": "none"})),
    ];
    let value = prop::sample::select(vec![
        "0",
        "1",
        "-1",
        "1/3",
        "1e5",
        "9999999999999999999999999999999",
        "0/0",
        "",
    ]);
    let inputs = prop::collection::vec(0..6_usize, 0..4);
    (operation, value, inputs).prop_map(|(mut step, value, inputs)| {
        step["label"] = json!("x");
        step["value"] = json!(value);
        step["inputs"] = json!(inputs);
        step
    })
}
