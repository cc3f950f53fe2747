//! The laws of predicates.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use chrono::NaiveDate;
use l2c_money::Exact;
use l2c_rules::{
    Condition, FactType, FactTypes, Facts, Literal, MAX_DEPTH, MAX_SIZE, Predicate, Test, Value,
};
use proptest::prelude::*;

/// Two facts of each type, so that trees repeat them.
const NAMES: [(&str, FactType); 8] = [
    ("amount", FactType::Number),
    ("percent", FactType::Number),
    ("region", FactType::Text),
    ("product", FactType::Text),
    ("created", FactType::Date),
    ("closes", FactType::Date),
    ("new", FactType::Flag),
    ("partner", FactType::Flag),
];

fn types() -> FactTypes {
    NAMES.iter().fold(FactTypes::new(), |types, (name, fact_type)| {
        types.with(*name, *fact_type)
    })
}

/// Few distinct values, so that equality and the ends of ranges are met often.
fn value(fact_type: FactType) -> BoxedStrategy<Value> {
    match fact_type {
        FactType::Number => (-3_i64..4, 1_i64..4)
            .prop_map(|(n, d)| Value::Number(Exact::ratio(n, d).unwrap()))
            .boxed(),
        FactType::Text => prop::sample::select(vec!["", "7", "007", "West", "west", "true"])
            .prop_map(|text| Value::Text(text.to_owned()))
            .boxed(),
        FactType::Date => (1_u32..5)
            .prop_map(|day| Value::Date(NaiveDate::from_ymd_opt(2017, 2, day).unwrap()))
            .boxed(),
        FactType::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
    }
}

fn literal(value: &Value) -> Literal {
    match value {
        Value::Flag(flag) => Literal::Flag(*flag),
        Value::Text(text) => Literal::Text(text.clone()),
        other => Literal::Text(other.to_string()),
    }
}

fn test() -> impl Strategy<Value = Condition> {
    prop::sample::select(NAMES.to_vec()).prop_flat_map(|(name, fact_type)| {
        let kinds = if fact_type == FactType::Flag { 4 } else { 9 };
        (
            0..kinds,
            value(fact_type),
            value(fact_type),
            prop::collection::vec(value(fact_type), 0..4),
        )
            .prop_map(move |(kind, a, b, list)| {
                let (low, high) = if in_order(&a, &b) { (&a, &b) } else { (&b, &a) };
                let test = match kind {
                    0 => Test::Eq(literal(&a)),
                    1 => Test::Ne(literal(&a)),
                    2 => Test::In(list.iter().map(literal).collect()),
                    3 => Test::Exists(list.len() > 1),
                    4 => Test::Lt(literal(&a)),
                    5 => Test::Lte(literal(&a)),
                    6 => Test::Gt(literal(&a)),
                    7 => Test::Gte(literal(&a)),
                    _ => Test::Between(literal(low), literal(high)),
                };
                Condition::test(name, test)
            })
    })
}

fn in_order(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a <= b,
        (Value::Text(a), Value::Text(b)) => a <= b,
        (Value::Date(a), Value::Date(b)) => a <= b,
        _ => true,
    }
}

fn condition() -> impl Strategy<Value = Condition> {
    test().prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::All),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Condition::Any),
            inner.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
}

/// Facts of the declared types, some missing.
fn facts() -> impl Strategy<Value = Facts> {
    NAMES
        .iter()
        .fold(Just(Facts::new()).boxed(), |facts, (name, fact_type)| {
            (facts, prop::option::of(value(*fact_type)))
                .prop_map(|(facts, value)| facts.with_known(*name, value))
                .boxed()
        })
}

/// Facts of any type under any name.
fn wild_facts() -> impl Strategy<Value = Facts> {
    let any_value = prop_oneof![
        value(FactType::Number),
        value(FactType::Text),
        value(FactType::Date),
        value(FactType::Flag),
        any::<String>().prop_map(Value::Text),
    ];
    prop::collection::vec((0_usize..9, any_value), 0..9).prop_map(|pairs| {
        pairs.into_iter().fold(Facts::new(), |facts, (at, value)| {
            facts.with(NAMES.get(at).map_or("undeclared", |(name, _)| *name), value)
        })
    })
}

fn checked(condition: &Condition) -> Predicate {
    condition.check(&types(), "").unwrap()
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

/// A deliberately naive model: reads the document form directly.
fn model(condition: &Condition, facts: &Facts) -> bool {
    match condition {
        Condition::All(parts) => !parts.iter().any(|part| !model(part, facts)),
        Condition::Any(parts) => !parts.iter().all(|part| !model(part, facts)),
        Condition::Not(part) => !model(part, facts),
        Condition::Test { fact, test } => {
            let declared = types().get(fact).unwrap();
            let found = facts.get(fact).filter(|value| value.fact_type() == declared);
            if let Test::Exists(known) = test {
                return found.is_some() == *known;
            }
            let Some(found) = found else { return false };
            // Numbers by value, dates in ISO form and texts by their text.
            let order = |literal: &Literal| match (found, literal) {
                (Value::Number(number), Literal::Text(text)) => number.cmp(&text.parse().unwrap()),
                (Value::Text(found), Literal::Text(text)) => found.cmp(text),
                (Value::Date(date), Literal::Text(text)) => date.to_string().cmp(text),
                (Value::Flag(found), Literal::Flag(flag)) => found.cmp(flag),
                _ => panic!("checked conditions do not mix types"),
            };
            match test {
                Test::Eq(value) => order(value).is_eq(),
                Test::Ne(value) => order(value).is_ne(),
                Test::Lt(value) => order(value).is_lt(),
                Test::Lte(value) => order(value).is_le(),
                Test::Gt(value) => order(value).is_gt(),
                Test::Gte(value) => order(value).is_ge(),
                Test::In(values) => values.iter().any(|value| order(value).is_eq()),
                Test::Between(low, high) => order(low).is_ge() && order(high).is_le(),
                Test::Exists(_) => panic!("answered above"),
            }
        }
    }
}

proptest! {
    #[test]
    fn evaluation_agrees_with_the_naive_model(condition in condition(), facts in wild_facts()) {
        prop_assert_eq!(checked(&condition).holds(&facts), model(&condition, &facts));
    }

    #[test]
    fn explaining_gives_the_same_answer(condition in condition(), facts in wild_facts()) {
        let predicate = checked(&condition);
        let outcome = predicate.explain(&facts);
        prop_assert_eq!(outcome.holds, predicate.holds(&facts));
        prop_assert_eq!(&outcome.text, &predicate.to_string());
        for test in outcome.tests() {
            prop_assert!(test.found.is_some() && test.parts.is_empty());
        }
    }

    #[test]
    fn de_morgan(parts in prop::collection::vec(condition(), 0..4), facts in facts()) {
        let denied: Vec<Condition> = parts.iter().cloned().map(not).collect();
        let not_all = checked(&not(Condition::All(parts.clone())));
        let any_not = checked(&Condition::Any(denied.clone()));
        prop_assert_eq!(not_all.holds(&facts), any_not.holds(&facts));
        let not_any = checked(&not(Condition::Any(parts)));
        let all_not = checked(&Condition::All(denied));
        prop_assert_eq!(not_any.holds(&facts), all_not.holds(&facts));
    }

    #[test]
    fn the_order_of_parts_means_nothing(
        parts in prop::collection::vec(condition(), 0..5),
        facts in facts(),
        seed in any::<prop::sample::Index>(),
    ) {
        let mut turned = parts.clone();
        if !turned.is_empty() {
            let by = seed.index(turned.len());
            turned.rotate_left(by);
        }
        prop_assert_eq!(
            checked(&Condition::All(parts.clone())).holds(&facts),
            checked(&Condition::All(turned.clone())).holds(&facts)
        );
        prop_assert_eq!(
            checked(&Condition::Any(parts)).holds(&facts),
            checked(&Condition::Any(turned)).holds(&facts)
        );
    }

    #[test]
    fn between_is_at_least_and_at_most(a in -3_i64..4, b in -3_i64..4, facts in facts()) {
        let (low, high) = (a.min(b).to_string(), a.max(b).to_string());
        let between = Condition::test("amount", Test::Between(low.as_str().into(), high.as_str().into()));
        let both = Condition::All(vec![
            Condition::test("amount", Test::Gte(low.as_str().into())),
            Condition::test("amount", Test::Lte(high.as_str().into())),
        ]);
        prop_assert_eq!(checked(&between).holds(&facts), checked(&both).holds(&facts));
    }

    #[test]
    fn a_missing_fact_fails_every_test_but_the_one_for_it(condition in test()) {
        let holds = checked(&condition).holds(&Facts::new());
        let asks_missing = matches!(&condition, Condition::Test { test: Test::Exists(false), .. });
        prop_assert_eq!(holds, asks_missing);
    }

    #[test]
    fn documents_survive_serde(condition in condition()) {
        let json = serde_json::to_string(&condition).unwrap();
        let back: Condition = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&back, &condition);
        let predicate = checked(&condition);
        prop_assert_eq!(checked(&predicate.to_condition()), predicate.clone());
        prop_assert_eq!(serde_json::to_string(&predicate).unwrap(), serde_json::to_string(&predicate.to_condition()).unwrap());
    }

    #[test]
    fn predicates_name_the_facts_they_look_at(condition in condition(), facts in facts(), other in facts()) {
        let predicate = checked(&condition);
        let used = predicate.facts();
        // Facts that are not named may change at will.
        let mixed = NAMES.iter().fold(Facts::new(), |mixed, (name, _)| {
            let source = if used.contains(name) { &facts } else { &other };
            mixed.with_known(*name, source.get(name).cloned())
        });
        prop_assert_eq!(predicate.holds(&facts), predicate.holds(&mixed));
    }

    #[test]
    fn any_json_is_read_or_refused(value in json(), facts in wild_facts()) {
        if let Ok(condition) = serde_json::from_value::<Condition>(value)
            && let Ok(predicate) = condition.check(&types(), "x")
        {
            prop_assert_eq!(predicate.explain(&facts).holds, predicate.holds(&facts));
        }
    }
}

/// JSON made of the words of conditions, right and wrong.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let word = prop::sample::select(vec![
        "all", "any", "not", "fact", "eq", "in", "between", "gt", "exists", "amount", "region", "new", "7",
        "x",
    ]);
    let leaf = prop_oneof![
        word.clone()
            .prop_map(|text| serde_json::Value::String(text.to_owned())),
        any::<bool>().prop_map(serde_json::Value::Bool),
        any::<i64>().prop_map(Into::into),
        Just(serde_json::Value::Null),
    ];
    leaf.prop_recursive(6, 60, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::Array),
            prop::collection::vec((word.clone(), inner), 0..4).prop_map(|pairs| {
                serde_json::Value::Object(
                    pairs
                        .into_iter()
                        .map(|(key, value)| (key.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

fn nested(depth: usize) -> Condition {
    (1..depth).fold(Condition::All(Vec::new()), |inner, _| not(inner))
}

#[test]
fn depth_is_bounded_in_trees_built_by_code() {
    assert!(nested(MAX_DEPTH).check(&types(), "").is_ok());
    let faults = nested(MAX_DEPTH + 1).check(&types(), "").unwrap_err();
    assert_eq!(faults.code(), "too_deep");
}

#[test]
fn depth_is_bounded_while_reading() {
    let json = |depth: usize| {
        format!(
            "{}{}{}",
            "{\"not\":".repeat(depth - 1),
            "{\"all\":[]}",
            "}".repeat(depth - 1)
        )
    };
    assert!(serde_json::from_str::<Condition>(&json(MAX_DEPTH)).is_ok());
    let error = serde_json::from_str::<Condition>(&json(MAX_DEPTH + 1))
        .unwrap_err()
        .to_string();
    assert!(error.contains("nested more than 64 deep"), "{error}");
}

/// A source without a bound of its own: every value is another `{"not": ...}`.
#[test]
fn an_endless_document_is_refused_without_exhausting_the_stack() {
    use serde::de::value::{Error, MapDeserializer};
    use serde::de::{Deserialize, Deserializer, IntoDeserializer, Visitor};

    struct Endless;
    impl<'de> Deserializer<'de> for Endless {
        type Error = Error;
        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.visit_map(MapDeserializer::new(std::iter::once(("not", Endless))))
        }
        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
        }
    }
    impl IntoDeserializer<'_> for Endless {
        type Deserializer = Self;
        fn into_deserializer(self) -> Self {
            self
        }
    }
    let error = Condition::deserialize(Endless).unwrap_err().to_string();
    assert!(error.contains("nested more than 64 deep"), "{error}");
}

#[test]
fn size_is_bounded() {
    let wide = |n: usize| Condition::All(vec![Condition::All(Vec::new()); n - 1]);
    assert!(wide(MAX_SIZE).check(&types(), "").is_ok());
    let faults = wide(MAX_SIZE + 1).check(&types(), "").unwrap_err();
    assert_eq!(faults.code(), "too_large");
    assert_eq!(faults.iter().count(), 1);

    let listed = |n: usize| Condition::test("region", Test::In(vec!["West".into(); n]));
    assert!(listed(MAX_SIZE - 1).check(&types(), "").is_ok());
    assert_eq!(
        listed(MAX_SIZE).check(&types(), "").unwrap_err().code(),
        "too_large"
    );

    let json = format!("{{\"any\":[{}{{\"all\":[]}}]}}", "{\"all\":[]},".repeat(MAX_SIZE));
    let error = serde_json::from_str::<Condition>(&json).unwrap_err().to_string();
    assert!(error.contains("more than 10000"), "{error}");
}
