//! Why one version costs more than another, by figures worked by hand and by the law that the parts are the whole.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

#[allow(dead_code)]
mod shop;

use l2c_money::{Exact, Unit};
use l2c_quotes::QuoteCommand::{Refresh, Revise, Submit};
use l2c_quotes::{ComparedLine, Comparison, ComparisonRates, DifferenceParts};
use proptest::prelude::*;
use shop::{Told, draft, terms};

fn n(text: &str) -> Exact {
    text.parse().unwrap()
}

fn line(key: &str, quantity: i64, term: i64, net: &str) -> ComparedLine {
    ComparedLine {
        key: key.to_owned(),
        quantity: Exact::from(quantity),
        unit: Unit::ONE,
        term: Exact::from(term),
        net: n(net),
    }
}

fn shown(parts: &DifferenceParts) -> String {
    let DifferenceParts {
        price,
        quantity,
        mix,
        term,
        currency,
    } = parts;
    format!("price {price}, quantity {quantity}, mix {mix}, term {term}, currency {currency}")
}

fn compare(before: &[ComparedLine], after: &[ComparedLine]) -> String {
    let compared = Comparison::new(before, after, &ComparisonRates::default());
    assert_eq!(compared.parts.sum(), compared.difference());
    shown(&compared.parts)
}

#[test]
fn each_cause_has_its_part() {
    let before = [line("dear", 10, 12, "1000"), line("cheap", 10, 12, "200")];
    // The example of the page: 12 at 90 for 10 at 100.
    let after = [line("dear", 12, 12, "1080"), line("cheap", 10, 12, "200")];
    insta::assert_snapshot!(compare(&before, &after), @"price -120, quantity 120, mix 80, term 0, currency 0");
    // Twice the term at the same price for a month.
    let after = [line("dear", 10, 24, "2000"), line("cheap", 10, 12, "200")];
    insta::assert_snapshot!(compare(&before, &after), @"price 0, quantity 0, mix 0, term 1000, currency 0");
    // One piece of the cheap line becomes one of the dear: no more units, dearer ones.
    let after = [line("dear", 11, 12, "1100"), line("cheap", 9, 12, "180")];
    insta::assert_snapshot!(compare(&before, &after), @"price 0, quantity 0, mix 80, term 0, currency 0");
    // A new line at 80: as many units at 60, and 20 more for each of them. A line that goes is the reverse.
    let after = [before[0].clone(), before[1].clone(), line("new", 3, 12, "240")];
    insta::assert_snapshot!(compare(&before, &after), @"price 0, quantity 180, mix 60, term 0, currency 0");
    insta::assert_snapshot!(compare(&before, &before[..1]), @"price 0, quantity -600, mix 400, term 0, currency 0");
    insta::assert_snapshot!(compare(&[], &before), @"price 0, quantity 1200, mix 0, term 0, currency 0");
}

#[test]
fn pieces_and_hours_have_no_common_average() {
    let mut hours = line("work", 5, 1, "500");
    hours.unit = "HUR".parse().unwrap();
    let before = [line("thing", 10, 1, "100"), hours.clone()];
    hours.quantity = Exact::from(7);
    hours.net = n("700");
    insta::assert_snapshot!(compare(&before, &[before[0].clone(), hours]), @"price 0, quantity 200, mix 0, term 0, currency 0");
}

#[test]
fn a_rate_that_moves_is_a_part_of_its_own() {
    // 100 EUR at 1.10 when the first version was made, 120 EUR now, at 1.20: at the old rate 132, at the new one 144.
    let rates = ComparisonRates {
        before: n("1.1"),
        constant: n("1.1"),
        after: n("1.2"),
    };
    let compared = Comparison::new(&[line("l", 1, 1, "100")], &[line("l", 1, 1, "120")], &rates);
    assert_eq!(
        (compared.before.clone(), compared.after.clone()),
        (n("110"), n("144"))
    );
    insta::assert_snapshot!(shown(&compared.parts), @"price 22, quantity 0, mix 0, term 0, currency 12");
}

#[test]
fn two_versions_of_a_quote_are_compared_by_their_figures() {
    let mut told = Told::default();
    told.by("agent", &draft(1000)).unwrap();
    told.by("agent", &Submit).unwrap();
    told.by("agent", &Revise { terms: terms(900) }).unwrap();
    let between = |told: &Told| {
        let (one, two) = (told.quote.version(1).unwrap(), told.quote.version(2).unwrap());
        Comparison::between(one, two, None, |_| Exact::ONE)
    };
    assert_eq!(between(&told), None, "a draft that nobody has priced");
    told.by("agent", &Refresh).unwrap();
    let compared = between(&told).unwrap();
    insta::assert_snapshot!(shown(&compared.parts), @"price -100, quantity 0, mix 0, term 0, currency 0");
    assert_eq!(compared.lines.len(), 2);
    let of_lines: Exact = compared.lines.iter().map(|line| line.parts.sum()).sum();
    assert_eq!(of_lines, compared.difference());
}

fn lines() -> impl Strategy<Value = Vec<ComparedLine>> {
    let line = (0_u8..5, -3_i64..6, 0_i64..4, -500_i64..2_000, any::<bool>()).prop_map(
        |(key, quantity, term, net, hours)| {
            let mut line = line(&key.to_string(), quantity, term, &net.to_string());
            if hours {
                line.unit = "HUR".parse().unwrap();
            }
            line
        },
    );
    prop::collection::vec(line, 0..6)
}

proptest! {
    #[test]
    fn the_parts_are_the_whole_whatever_is_compared(before in lines(), after in lines(), rates in [1_i64..9, 1..9, 1..9]) {
        let [then, constant, now] = rates.map(Exact::from);
        let rates = ComparisonRates { before: then, constant, after: now };
        let compared = Comparison::new(&before, &after, &rates);
        prop_assert_eq!(compared.parts.sum(), compared.difference());
        for line in &compared.lines {
            prop_assert_eq!(line.parts.sum(), &line.after - &line.before);
        }
        let same = Comparison::new(&before, &before, &ComparisonRates::default());
        prop_assert_eq!(same.parts, DifferenceParts::default());
    }
}
