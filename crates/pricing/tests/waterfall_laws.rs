#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

//! Laws of the waterfall of a line, whatever its steps.

use l2c_money::{Currency, Exact};
use l2c_pricing::{
    Adjustments, ChangeStepDocument, LineInput, LineToPrice, Operand, PriceStepDocument, StackMode,
    StackRuleDocument, StackStepDocument, StepDocument, Waterfall, WaterfallDocument,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Hundredths.
fn hundredths(value: i64) -> Exact {
    Exact::ratio(value, 100).unwrap()
}

fn literal(value: i64) -> Option<Operand> {
    Some(Operand::Literal(hundredths(value)))
}

fn list() -> StepDocument {
    StepDocument::Price(PriceStepDocument {
        id: "list".into(),
        label: "List".into(),
        amount: Some(Operand::Input("list".into())),
        currency: None,
        when: None,
    })
}

/// Kind, and a figure in hundredths.
fn step(index: usize, (kind, figure): (u8, i64)) -> StepDocument {
    let (id, label) = (format!("s{index}"), "step".to_owned());
    let json = |fields: &str| {
        let json = format!(r#"{{"id": "{id}", "label": "step", {fields}}}"#);
        serde_json::from_str(&json).unwrap()
    };
    let percent = ChangeStepDocument {
        id: id.clone(),
        label: label.clone(),
        percent: literal(figure),
        of: (figure % 3 == 0).then(|| "list".to_owned()),
        ..ChangeStepDocument::default()
    };
    let amount = ChangeStepDocument {
        id: id.clone(),
        label,
        amount: literal(figure),
        ..ChangeStepDocument::default()
    };
    match kind {
        0 => StepDocument::Discount(percent),
        1 => StepDocument::Discount(amount),
        2 => StepDocument::Surcharge(percent),
        3 => json(&format!(
            r#""op": "prorate", "numerator": "{figure}", "denominator": "37""#
        )),
        4 => json(r#""op": "round", "rounding": {"mode": "half_even", "to": {"scale": 1}}"#),
        5 => json(r#""op": "clamp", "min": {"amount": "3"}, "max": {"of": "list", "plus": "100"}"#),
        6 => json(r#""op": "guard", "floor": "5", "policy": "clamp""#),
        7 => json(&format!(
            r#""op": "stack", "mode": "sequential", "rules": [{{"id": "a", "percent": "5"}}, {{"id": "b", "amount": "{figure}"}}]"#
        )),
        _ => json(r#""op": "subtotal""#),
    }
}

fn steps() -> impl Strategy<Value = Vec<(u8, i64)>> {
    vec((0_u8..9, 0_i64..=10_000), 0..7)
}

fn document(steps: &[(u8, i64)], extend_at: usize) -> WaterfallDocument {
    let mut all = vec![list()];
    all.extend(steps.iter().enumerate().map(|(index, one)| step(index, *one)));
    let at = (extend_at % (all.len())) + 1;
    let extend = r#"{"op": "extend", "id": "extend", "label": "Line"}"#;
    all.insert(at, serde_json::from_str(extend).unwrap());
    WaterfallDocument {
        id: "w".into(),
        version: 1,
        steps: all,
        ..WaterfallDocument::default()
    }
}

fn line(quantity: i64, list: i64) -> LineInput<'static> {
    LineInput::new("1", Exact::integer(quantity), Currency::USD).with("list", hundredths(list))
}

fn stack(mode: StackMode, percents: &[i64]) -> Waterfall {
    let rule = |(index, percent): (usize, &i64)| StackRuleDocument {
        id: format!("r{index}"),
        percent: literal(*percent),
        amount: None,
        fixed_price: None,
        may_raise: false,
        priority: 0,
        group: None,
        combinable: true,
        stop_after: false,
        when: None,
    };
    let step = StackStepDocument {
        id: "stack".into(),
        label: "Stack".into(),
        mode,
        rules: percents.iter().enumerate().map(rule).collect(),
        order: Default::default(),
        ignore_zero: false,
        tie: Default::default(),
        rounding: None,
        when: None,
    };
    let document = WaterfallDocument {
        id: "w".into(),
        version: 1,
        steps: vec![list(), StepDocument::Stack(step)],
        ..WaterfallDocument::default()
    };
    Waterfall::new(&document).unwrap()
}

proptest! {
    #[test]
    fn a_derivation_gives_the_net_again(steps in steps(), at in 0_usize..7, quantity in -500_i64..500, list in 0_i64..1_000_000) {
        let waterfall = Waterfall::new(&document(&steps, at)).unwrap();
        let (price, why) = waterfall.explain(&line(quantity, list)).unwrap();
        prop_assert_eq!(why.recompute().unwrap(), price.net().clone());
        prop_assert_eq!(price.exact() + price.residue(), price.net().clone());
        prop_assert_eq!(&price, &waterfall.price(&line(quantity, list)).unwrap());
        prop_assert_eq!(price.steps().len(), waterfall.step_ids().count());
    }

    #[test]
    fn a_document_prices_the_same_after_storage(steps in steps(), at in 0_usize..7, list in 0_i64..1_000_000) {
        let document = document(&steps, at);
        let json = serde_json::to_string(&document).unwrap();
        let stored: WaterfallDocument = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&stored, &document);
        let [one, two] = [document, stored].map(|document| Waterfall::new(&document).unwrap());
        prop_assert_eq!(one.price(&line(7, list)).unwrap(), two.price(&line(7, list)).unwrap());
    }

    #[test]
    fn a_return_is_the_mirror_of_its_sale(steps in steps(), at in 0_usize..7, quantity in 1_i64..500, list in 0_i64..1_000_000) {
        let waterfall = Waterfall::new(&document(&steps, at)).unwrap();
        let sale = waterfall.price(&line(quantity, list)).unwrap();
        let back = waterfall.price(&line(-quantity, list)).unwrap();
        prop_assert_eq!(-sale.net(), back.net().clone());
        prop_assert!(!sale.net().is_negative());
    }

    #[test]
    fn a_floor_that_clamps_holds_and_without_rules_list_is_net(
        percents in vec(0_i64..=10_000, 0..5), floor in 0_i64..1_000_000, list in 0_i64..1_000_000, quantity in 1_i64..500,
    ) {
        let discounts = percents.iter().enumerate().map(|(index, percent)| {
            serde_json::json!({"op": "discount", "id": format!("d{index}"), "label": "D",
                "percent": hundredths(*percent).to_string()})
        });
        let document = |steps: Vec<serde_json::Value>| {
            let list = serde_json::json!({"op": "price", "id": "list", "label": "List", "amount": {"input": "list"}});
            let steps: Vec<_> = std::iter::once(list).chain(steps).collect();
            let document = serde_json::json!({"id": "w", "version": 1, "steps": steps});
            Waterfall::new(&serde_json::from_value(document).unwrap()).unwrap()
        };
        let guard = serde_json::json!({"op": "guard", "id": "floor", "label": "Floor",
            "floor": hundredths(floor).to_string(), "policy": "clamp"});
        let input = line(quantity, list);
        let plain = document(Vec::new()).price(&input).unwrap();
        prop_assert_eq!(plain.net(), &(hundredths(list) * Exact::integer(quantity)));
        let discounted = document(discounts.clone().collect()).price(&input).unwrap();
        prop_assert!(!discounted.net().is_negative() && discounted.net() <= plain.net());
        let clamped = document(discounts.chain([guard]).collect()).price(&input).unwrap();
        prop_assert!(*clamped.unit_price().unwrap() >= hundredths(floor));
    }

    #[test]
    fn additive_and_sequential_percentages_commute(mut percents in vec(0_i64..=4_000, 1..6), list in 0_i64..1_000_000) {
        for mode in [StackMode::Additive, StackMode::Sequential] {
            let net = |percents: &[i64]| stack(mode, percents).price(&line(3, list)).unwrap().exact().clone();
            let before = net(&percents);
            percents.reverse();
            prop_assert_eq!(&before, &net(&percents));
            percents.sort_unstable();
            prop_assert_eq!(&before, &net(&percents));
        }
    }

    #[test]
    fn the_best_rule_is_as_good_as_each_and_one_more_never_raises(percents in vec(0_i64..=10_000, 1..6), list in 0_i64..1_000_000) {
        let best = |percents: &[i64]| stack(StackMode::BestOf, percents).price(&line(3, list)).unwrap().exact().clone();
        let all = best(&percents);
        for percent in &percents {
            prop_assert!(all <= best(&[*percent]));
        }
        prop_assert!(all <= best(&percents[1..]));
        prop_assert_eq!(best(&[]), hundredths(list) * Exact::integer(3));
    }

    #[test]
    fn converting_first_or_last_is_the_same_for_rules_without_a_scale(percents in vec(0_i64..=10_000, 0..5), rate in 1_i64..100_000, list in 0_i64..1_000_000) {
        let convert = format!(r#"{{"op": "convert", "id": "fx", "label": "FX", "to": "EUR", "rate": "{}"}}"#, hundredths(rate));
        let convert: StepDocument = serde_json::from_str(&convert).unwrap();
        let change = |index: usize, percent: &i64| StepDocument::Discount(ChangeStepDocument {
            id: format!("s{index}"),
            label: "step".into(),
            percent: literal(*percent),
            ..ChangeStepDocument::default()
        });
        let changes: Vec<StepDocument> = percents.iter().enumerate().map(|(index, percent)| change(index, percent)).collect();
        let mut input = LineInput::new("1", Exact::integer(3), Currency::EUR);
        input.inputs.push(l2c_pricing::Input::new("list", hundredths(list)).in_currency(Currency::USD));
        let net = |steps: Vec<StepDocument>| {
            let document = WaterfallDocument { id: "w".into(), version: 1, steps, ..WaterfallDocument::default() };
            Waterfall::new(&document).unwrap().price(&input).unwrap().exact().clone()
        };
        let first = [vec![list_step(), convert.clone()], changes.clone()].concat();
        let last = [vec![list_step()], changes, vec![convert]].concat();
        prop_assert_eq!(net(first), net(last));
    }

    #[test]
    fn an_order_discount_is_spread_to_the_cent_and_no_line_turns_round(
        lists in vec(0_i64..100_000, 1..8), amount in 0_i64..200_000, percent in 0_i64..=10_000, by_percent: bool,
    ) {
        let size = if by_percent {
            format!(r#""percent": "{}""#, hundredths(percent))
        } else {
            format!(r#""amount": "{}""#, hundredths(amount))
        };
        let json = format!(r#"{{"id": "a", "version": 1, "adjustments": [{{"op": "order_discount", "id": "o", "label": "O", {size}}}]}}"#);
        let adjustments = Adjustments::new(&serde_json::from_str(&json).unwrap()).unwrap();
        let waterfall = stack(StackMode::Additive, &[]);
        let ids: Vec<String> = (0..lists.len()).map(|id| id.to_string()).collect();
        let asked: Vec<LineToPrice<'_>> = ids.iter().zip(&lists).map(|(id, list)| {
            let input = LineInput::new(id, Exact::ONE, Currency::USD).with("list", hundredths(*list));
            LineToPrice::new(&waterfall, input)
        }).collect();
        let priced = adjustments.price(Currency::USD, &asked).unwrap();
        let given = &priced.adjustments()[0].amount;
        let parts: Exact = priced.lines().iter().flat_map(|line| line.discounts()).map(|(_, part)| part).sum();
        prop_assert_eq!(&parts, given);
        prop_assert_eq!(priced.total() + given, priced.subtotal());
        prop_assert!(priced.lines().iter().all(|line| !line.net().is_negative()));
        // The order of the lines changes no total.
        let turned: Vec<LineToPrice<'_>> = asked.iter().rev().cloned().collect();
        let turned = adjustments.price(Currency::USD, &turned).unwrap();
        prop_assert_eq!(turned.total(), priced.total());
    }

    #[test]
    fn document_rounding_moves_no_line_by_a_cent(lists in vec(-1_000_000_i64..1_000_000, 1..9)) {
        let adjustments = Adjustments::new(&serde_json::from_str(r#"{"id": "a", "version": 1, "rounding": "document"}"#).unwrap()).unwrap();
        let waterfall = stack(StackMode::Additive, &[]);
        let ids: Vec<String> = (0..lists.len()).map(|id| id.to_string()).collect();
        let asked: Vec<LineToPrice<'_>> = ids.iter().zip(&lists).map(|(id, list)| {
            let input = LineInput::new(id, Exact::ONE, Currency::USD).with("list", Exact::ratio(*list, 7_000).unwrap());
            LineToPrice::new(&waterfall, input)
        }).collect();
        let priced = adjustments.price(Currency::USD, &asked).unwrap();
        let exact: Exact = priced.lines().iter().map(|line| line.gross()).sum();
        prop_assert_eq!(priced.total(), &exact.round(2, l2c_money::Rounding::HalfUp));
        prop_assert!(priced.residue().is_zero());
        prop_assert!(priced.lines().iter().all(|line| line.residue().abs() < hundredths(1)));
    }
}

fn list_step() -> StepDocument {
    list()
}
