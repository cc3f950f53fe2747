//! The laws of amendments: what is left before, and the difference, are what is left after.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_calendar::{NaiveDate, add_months};
use l2c_money::{Decimal, Exact, Quantity, RoundingPolicy, Unit};
use l2c_quotes::{
    AmendmentAction, AmendmentLine, AmendmentPolicy, LineChange, RunningContract, RunningContractDocument,
    RunningLineDocument,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn document(id: &str, start: &str, end: &str, lines: Value) -> RunningContractDocument {
    let document = json!({"id": id, "currency": "USD", "term": {"start": start, "end": end}, "lines": lines});
    serde_json::from_value(document).unwrap()
}

fn money() -> impl Strategy<Value = Exact> {
    (-100_000_i64..1_000_000).prop_map(|cents| Exact::ratio(cents, 100).unwrap())
}

fn amount() -> impl Strategy<Value = Quantity> {
    prop_oneof![Just(0_i64), 0_i64..100_000]
        .prop_map(|thousandths| Quantity::new(Decimal::new(thousandths, 3), Unit::ONE).unwrap())
}

fn lines() -> impl Strategy<Value = Vec<RunningLineDocument>> {
    let line = (amount(), money(), 0_i32..20, 1_i32..20, any::<bool>(), 1_u32..=24);
    prop::collection::vec(line, 1..6).prop_map(|lines| {
        let built =
            |(at, (quantity, unit_price, from, months, own, term)): (usize, (_, _, i32, i32, bool, u32))| {
                let start = add_months(day("2024-01-31"), from).unwrap();
                RunningLineDocument {
                    id: format!("line {at}"),
                    product: format!("product {}", at % 2),
                    quantity,
                    unit_price,
                    start: own.then_some(start),
                    end: own.then(|| add_months(start, months).unwrap()),
                    cancelled_from: None,
                    price_term_months: (term > 12).then_some(term),
                    anchor: None,
                }
            };
        lines.into_iter().enumerate().map(built).collect()
    })
}

fn policy() -> impl Strategy<Value = AmendmentPolicy> {
    let modes = [
        "days",
        "months_up",
        "months_days",
        "calendar_months",
        "billing_cycle",
    ];
    (0..modes.len())
        .prop_map(move |mode| serde_json::from_value(json!({"proration": {"mode": modes[mode]}})).unwrap())
}

fn exact(lines: &[AmendmentLine]) -> Exact {
    lines.iter().map(|line| &line.total - &line.residue).sum()
}

fn total(lines: &[AmendmentLine]) -> Exact {
    lines.iter().map(|line| line.total.clone()).sum()
}

proptest! {
    /// What is left before, and the difference, are what is left after: exactly but for the rounding, which is
    /// within one minor unit for each line that has one.
    #[test]
    fn before_and_difference_are_after(
        lines in lines(), new in lines(), policy in policy(), on in 0_u64..400,
        picks in prop::collection::vec((0_usize..8, 0_u8..4), 0..6)
    ) {
        let document = RunningContractDocument { lines, ..document("c", "2024-01-31", "2025-07-31", json!([])) };
        let contract = RunningContract::new(&document).unwrap();
        let on = day("2024-01-31") + chrono::Days::new(on);
        let changes: Vec<LineChange> = picks.into_iter().enumerate().map(|(at, (pick, kind))| {
            let mut to = new[pick % new.len()].clone();
            (to.id, to.start, to.end) = (format!("new {at}"), None, None);
            let line = document.lines.get(pick).map(|line| line.id.clone());
            match (kind, line) {
                (0, Some(line)) => LineChange::Quantity { line, quantity: to.quantity },
                (1, Some(line)) => LineChange::Price { line, unit_price: to.unit_price },
                (2, Some(line)) => LineChange::Term { line, end: day("2026-02-28") },
                (3, Some(line)) => LineChange::Swap { line, to },
                _ => LineChange::Add { line: to },
            }
        }).collect();
        let action = AmendmentAction::Amend { on, changes };
        let amendment = match contract.amend(&action, &policy) {
            Ok(amendment) => amendment,
            Err(error) => {
                // A line that has ended, or was swapped by a change before.
                prop_assert!(["line_ended"].contains(&error.code()), "{error}");
                return Ok(());
            }
        };
        let after = RunningContract::new(amendment.after.as_ref().unwrap()).unwrap();
        let (before, rest) = (contract.rest(on, &policy).unwrap(), after.rest(on, &policy).unwrap());
        prop_assert_eq!(exact(&before) + exact(&amendment.lines), exact(&rest));
        let off = (total(&before) + &amendment.total - total(&rest)).abs();
        let one_per_line = Exact::ratio(i64::try_from(amendment.lines.len()).unwrap(), 100).unwrap();
        prop_assert!(off <= one_per_line);
        let why = contract.explain_amendment(&action, &policy).unwrap();
        prop_assert_eq!(why.total().recompute().unwrap(), amendment.total);
    }

    /// Cancelled on its first day, a contract gives back what it costs, to the cent.
    #[test]
    fn cancelled_at_the_start_everything_is_credited(lines in lines(), policy in policy()) {
        let document = RunningContractDocument { lines, ..document("c", "2024-01-31", "2025-07-31", json!([])) };
        let contract = RunningContract::new(&document).unwrap();
        let on = day("2024-01-31");
        let cancelled = contract.amend(&AmendmentAction::Cancel { on }, &policy).unwrap();
        prop_assert_eq!(&cancelled.total, &-total(&contract.rest(on, &policy).unwrap()));
        prop_assert_eq!(policy.line_rounding, RoundingPolicy::HALF_UP);
    }

    /// Merged contracts cost what they cost apart, and the difference.
    #[test]
    fn merging_loses_nothing(one in lines(), two in lines(), policy in policy(), on in 0_u64..300, end in 12_i32..40) {
        let one = RunningContractDocument { lines: one, ..document("one", "2024-01-31", "2025-07-31", json!([])) };
        let mut two = RunningContractDocument { lines: two, ..document("two", "2023-11-30", "2025-03-15", json!([])) };
        for line in &mut two.lines {
            line.id.push('b');
        }
        let on = day("2024-01-31") + chrono::Days::new(on);
        let end = add_months(day("2024-01-31"), end).unwrap();
        let (first, second) = (RunningContract::new(&one).unwrap(), RunningContract::new(&two).unwrap());
        let action = AmendmentAction::Merge { on, contracts: vec![two], end: Some(end) };
        let merged = first.amend(&action, &policy).unwrap();
        let after = RunningContract::new(&merged.after.unwrap()).unwrap();
        let before = exact(&first.rest(on, &policy).unwrap()) + exact(&second.rest(on, &policy).unwrap());
        prop_assert_eq!(before + exact(&merged.lines), exact(&after.rest(on, &policy).unwrap()));
    }
}
