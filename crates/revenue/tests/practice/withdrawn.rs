//! Facts that were told by mistake.

use super::*;
use contract::{bundle, usd};

fn withdraw(on: &str, sequence: u64) -> RevenueCommand {
    tell(on, json!({"type": "withdrawn", "sequence": sequence}))
}

/// Ten units of 100. Four are told in January, where there were two; February takes the mistake back and tells the two.
/// As it was known in January, January stays; the 200 less are posted in February, the first open month.
#[test]
fn a_delivery_that_was_told_by_mistake_is_withdrawn() {
    let terms = posting(bundle(usd("1000.00"), &[("units", usd("1000.00"), units("10"))]));
    let january = decide_all(
        &[
            incept(terms, "2025-01-01"),
            deliver("2025-01-10", "units", "4"),
            deliver("2025-01-20", "units", "1"),
        ],
        "2025-01-31",
    )
    .unwrap();
    let later = |contract: &RevenueContract, command: &RevenueCommand| {
        decide(contract, command, "2025-02-15").unwrap()
    };
    let without = later(&january, &withdraw("2025-01-10", 2));
    let right = later(&without, &deliver("2025-01-10", "units", "2"));
    assert_eq!(recognised(&january, "2025-01-31"), "500.00");
    assert_eq!(recognised(&without, "2025-01-31"), "100.00");
    assert_eq!(recognised(&right, "2025-01-31"), "300.00");
    let then = View {
        known_at: contract::noon(day("2025-01-31")),
        ..as_of("2025-01-31")
    };
    let known = project(right.facts(), &then).unwrap();
    assert_eq!(known.recognised().amount_text(), "500.00");
    let period = |first: &str, last: &str, closed: Option<&str>| BookPeriod {
        period: Period::inclusive(day(first), day(last)).unwrap(),
        closed_at: closed.map(|on| contract::noon(day(on))),
    };
    let periods = [
        period("2025-01-01", "2025-01-31", Some("2025-02-05")),
        period("2025-02-01", "2025-02-28", None),
    ];
    let posted: Vec<String> = posted_by_period(right.facts(), Book::Asc606, &periods)
        .unwrap()
        .iter()
        .map(|row| format!("{} of it before {}", row.revenue, row.prior_period))
        .collect();
    assert_eq!(
        posted,
        [
            "500.00 USD of it before 0.00 USD",
            "-200.00 USD of it before -200.00 USD"
        ]
    );
    // Said again it changes nothing, and the stream holds to the same rules without a contract that decides.
    assert_eq!(later(&right, &withdraw("2025-02-01", 2)), right);
}

/// An invoice with a wrong amount, a delivery on which a return builds, and facts that stand.
#[test]
fn what_is_withdrawn_leaves_later_facts_possible() {
    let mut terms = posting(bundle(usd("1000.00"), &[("units", usd("1000.00"), units("10"))]));
    terms.obligations[0].returns = serde_json::from_value(json!({"expected_units": "1"})).unwrap();
    let facts = [
        deliver("2025-01-10", "units", "4"),
        bill("2025-01-10", "inv_1", "400.00"),
        tell(
            "2025-01-20",
            json!({"type": "returned", "obligation": "units", "quantity": "1"}),
        ),
    ];
    let contract = told(terms, "2025-01-01", &facts);
    let billed_wrong = decide(&contract, &withdraw("2025-01-10", 3), "2030-01-01").unwrap();
    let billed_right = decide(
        &billed_wrong,
        &bill("2025-01-10", "inv_1", "300.00"),
        "2030-01-01",
    )
    .unwrap();
    assert_eq!(at(&billed_right, "2025-01-31").billed().amount_text(), "300.00");
    let ended = decide(
        &contract,
        &tell("2025-02-01", json!({"type": "terminated"})),
        "2030-01-01",
    )
    .unwrap();
    let said = [
        refusal(&contract, &withdraw("2025-02-01", 2)),
        refusal(&contract, &withdraw("2025-02-01", 1)),
        refusal(&contract, &withdraw("2025-02-01", 7)),
        refusal(&ended, &withdraw("2025-02-01", 5)),
        refusal(&billed_wrong, &withdraw("2025-02-01", 5)),
    ];
    insta::assert_snapshot!(said.join("\n"), @r"
    contradicts_later_fact: with it, `returned` on 2025-01-20 (sequence 4) is impossible: 1 units of `units` returned, 0 delivered (ASC 606-10-55-23, IFRS 15.B21)
    not_withdrawable: `inception` on 2025-01-01 (sequence 1) cannot be withdrawn: a contract begins once; begun by mistake, it is left out of the books and begun under another id
    unknown_reference: there is no known fact with the number `7`
    not_withdrawable: `terminated` on 2025-02-01 (sequence 5) cannot be withdrawn: a contract ends once; what goes on is another contract
    not_withdrawable: `withdrawn` on 2025-01-10 (sequence 5) cannot be withdrawn: tell the fact that was withdrawn again, under a number of its own
    ");
}

/// Time bands of what remains: what is expected before the first of them is in none.
#[test]
fn what_is_expected_before_the_first_band_is_outside_all_of_them() {
    let terms = bundle(
        usd("1200.00"),
        &[("support", usd("1200.00"), service("2025-01-01", "2025-12-31"))],
    );
    let contract = told(posting(terms), "2025-01-01", &[]);
    let band = |first: &str, last: &str| Period::inclusive(day(first), day(last)).unwrap();
    let bands = |bands: &[Period]| {
        let expedients = DisclosureExpedients::default();
        remaining_obligations(contract.facts(), &as_of("2025-03-31"), bands, expedients)
    };
    let left = bands(&[band("2025-07-01", "2025-09-30")]).unwrap().unwrap();
    // April to June before it, October to December after it.
    assert_eq!((left.bands[0], left.outside), (usd("300.00"), usd("600.00")));
    let overlap = [band("2025-04-01", "2025-09-30"), band("2025-07-01", "2025-12-31")];
    insta::assert_snapshot!(bands(&overlap).unwrap_err(), @r"
    band 2, 2025-07-01 to 2025-12-31, begins before band 1, 2025-04-01 to 2025-09-30, ends: state bands in order, each once
    ");
}
