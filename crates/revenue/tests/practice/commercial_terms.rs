//! Commercial terms as facts and elements of a contract.

use super::*;
use contract::{AT_ONCE, bundle, satisfy, start, usd};
use l2c_money::dec;

fn usage(id: &str, rate: &str) -> Consideration {
    serde_json::from_value(json!({"kind": "usage", "id": id, "rate": money(rate), "allocate_to": ["api"]}))
        .unwrap()
}

fn used(on: &str, element: &str, quantity: &str, period: &str) -> RevenueCommand {
    tell(
        on,
        json!({"type": "usage_reported", "element": element, "quantity": quantity, "period": period}),
    )
}

/// A season of 600: one part in April, two in May, three in June. A ramp is the same with other parts.
#[test]
fn a_season_is_units_of_its_own() {
    let terms = posting(bundle(usd("600.00"), &[("season", usd("600.00"), units("6"))]));
    let months = [
        deliver("2025-04-30", "season", "1"),
        deliver("2025-05-31", "season", "2"),
        deliver("2025-06-30", "season", "3"),
    ];
    let contract = told(terms, "2025-01-01", &months);
    let days = ["2025-03-31", "2025-04-30", "2025-05-31", "2025-06-30"];
    assert_eq!(
        days.map(|on| recognised(&contract, on)),
        ["0.00", "100.00", "300.00", "600.00"]
    );
}

/// A year for 1,200 is suspended after April, 400, and goes on from July with its eight months, to February.
#[test]
fn a_service_is_suspended_and_goes_on() {
    let terms = posting(bundle(
        usd("1200.00"),
        &[("service", usd("1200.00"), service("2025-01-01", "2025-12-31"))],
    ));
    let modified = json!({"type": "modified", "modification": {"id": "pause",
        "changes": [{"obligation": "service", "first_day": "2025-07-01", "last_day": "2026-02-28"}]}});
    let contract = told(terms, "2025-01-01", &[tell("2025-05-01", modified)]);
    let days = [
        "2025-04-30",
        "2025-06-30",
        "2025-07-31",
        "2026-01-31",
        "2026-02-28",
    ];
    assert_eq!(
        days.map(|on| recognised(&contract, on)),
        ["400.00", "400.00", "500.00", "1100.00", "1200.00"]
    );
}

/// Ten seats for a year, 1,200, paid. From July there are six: 240 less for the rest, on a credit note, and paid back.
/// 360 for six months are 60 each.
#[test]
fn fewer_seats_with_a_refund_that_names_its_invoice() {
    let terms = posting(bundle(
        usd("1200.00"),
        &[("seats", usd("1200.00"), service("2025-01-01", "2025-12-31"))],
    ));
    let fewer = json!({"type": "modified", "modification": {"id": "six seats", "price_change": money("-240.00"),
        "changes": [{"obligation": "seats", "ssp_remaining": money("360.00")}]}});
    let facts = [
        bill("2025-01-01", "inv_1", "1200.00"),
        pay("2025-01-31", "1200.00"),
        tell("2025-07-01", fewer),
        bill("2025-07-01", "crn_1", "-240.00"),
        tell(
            "2025-07-10",
            json!({"type": "refunded", "amount": money("240.00"), "document": "inv_1"}),
        ),
    ];
    let contract = told(terms, "2025-01-01", &facts);
    let roles = [
        Role::Revenue,
        Role::Cash,
        Role::Receivable,
        Role::RefundLiability,
        Role::ContractLiability,
    ];
    let june = ["-600.00", "1200.00", "0.00", "0.00", "-600.00"];
    assert_eq!(balances(&contract, "2025-06-30", roles), june);
    // Until it is paid back the 240 are an advance of the customer.
    let credited = ["-600.00", "1200.00", "0.00", "0.00", "-600.00"];
    assert_eq!(balances(&contract, "2025-07-09", roles), credited);
    let july = ["-660.00", "960.00", "0.00", "0.00", "-300.00"];
    assert_eq!(balances(&contract, "2025-07-31", roles), july);
    let end = ["-960.00", "960.00", "0.00", "0.00", "0.00"];
    assert_eq!(balances(&contract, "2025-12-31", roles), end);
    insta::assert_snapshot!(
        refusal(
            &contract,
            &tell("2025-08-01", json!({"type": "refunded", "amount": money("960.01"), "document": "inv_1"}))
        ),
        @r"
        invalid_amount: `amount` is 960.01, expected at most the 960 that was received
        "
    );
}

/// A renewal at its own price is a contract of its own, and leaves the first year as it was.
#[test]
fn a_renewal_is_a_contract_of_its_own() {
    let terms = posting(bundle(
        usd("1200.00"),
        &[("2025", usd("1200.00"), service("2025-01-01", "2025-12-31"))],
    ));
    let next = json!({"id": "2026", "measure": {"kind": "time", "period": {"start": "2026-01-01", "end": "2027-01-01"}},
        "ssp": {"method": "observable", "price": money("1320.00")}});
    let renewed = json!({"type": "modified", "modification": {"id": "renewal 2026", "added_distinct": true,
        "price_reflects_ssp": true, "price_change": money("1320.00"), "adds": [next]}});
    let contract = told(terms, "2025-01-01", &[tell("2025-11-15", renewed)]);
    let days = ["2025-11-30", "2025-12-31", "2026-01-31", "2026-12-31"];
    assert_eq!(
        days.map(|on| recognised(&contract, on)),
        ["1100.00", "1200.00", "1310.00", "2520.00"]
    );
}

/// An evergreen term is months without a number, each at its price while nobody cancels.
#[test]
fn an_evergreen_term_is_an_open_number_of_months() {
    let mut terms = posting(bundle(
        usd("0.00"),
        &[("month", usd("50.00"), Measure::Units { total: None })],
    ));
    terms.consideration = vec![
        serde_json::from_value(
            json!({"kind": "per_unit", "id": "fee", "obligation": "month", "unit_price": money("50.00")}),
        )
        .unwrap(),
    ];
    let months = ["2025-01-31", "2025-02-28", "2025-03-31"].map(|on| deliver(on, "month", "1"));
    let contract = told(terms, "2025-01-01", &months);
    assert_eq!(recognised(&contract, "2025-02-28"), "100.00");
    assert_eq!(recognised(&contract, "2025-12-31"), "150.00");
    let ended = decide(
        &contract,
        &tell(
            "2025-04-30",
            json!({"type": "terminated", "still_billable": money("150.00")}),
        ),
        "2030-01-01",
    );
    assert_eq!(recognised(&ended.unwrap(), "2025-12-31"), "150.00");
}

/// 1,000 calls at 0.10, the 500 beyond at 0.08, are 140; the host's rating has split them.
#[test]
fn tiers_of_usage_are_elements() {
    let mut terms = posting(bundle(
        usd("0.00"),
        &[("api", usd("1.00"), service("2025-01-01", "2025-12-31"))],
    ));
    terms.consideration = vec![usage("first", "0.10"), usage("beyond", "0.08")];
    let facts = [
        used("2025-01-31", "first", "1000", "2025-01"),
        used("2025-01-31", "beyond", "500", "2025-01"),
    ];
    let contract = told(terms, "2025-01-01", &facts);
    assert_eq!(recognised(&contract, "2025-01-31"), "140.00");
}

/// Usage of January that is reported on 9 February belongs to January: effective then, known later, posted in the first
/// month that is open.
#[test]
fn usage_belongs_to_its_service_month() {
    let mut terms = posting(bundle(
        usd("0.00"),
        &[("api", usd("1.00"), service("2025-01-01", "2025-12-31"))],
    ));
    terms.consideration = vec![usage("calls", "0.10")];
    let begun = decide_all(&[incept(terms, "2025-01-01")], "2025-01-01").unwrap();
    let late = used("2025-01-31", "calls", "300", "2025-01");
    let contract = decide(&begun, &late, "2025-02-09").unwrap();
    let known = |known: &str| View {
        known_at: contract::noon(day(known)),
        ..as_of("2025-01-31")
    };
    let seen = |view: &View| project(contract.facts(), view).unwrap().recognised();
    assert_eq!(seen(&known("2025-02-08")), usd("0.00"));
    assert_eq!(seen(&known("2025-02-09")), usd("30.00"));
    let open = l2c_calendar::FiscalCalendar::open_from("2025-02".parse().unwrap());
    let entries = at(&contract, "2025-02-28").post(&[], &open, "run").unwrap();
    let dates: Vec<String> = entries
        .iter()
        .map(|entry| entry.header().posting_date.to_string())
        .collect();
    assert_eq!(dates, ["2025-02-28"]);
}

/// 1,000 credits for 900, of which 900 are expected to be drawn: one each. 400 are drawn, then the estimate rises to
/// 1,000 as the rest rolls over: 0.90 each, 540 of 600. What is left at its expiry is earned.
#[test]
fn prepaid_credits_are_drawn_roll_over_and_expire() {
    let expected = Measure::Redemption { expected: dec!(900) };
    let terms = posting(bundle(usd("900.00"), &[("credits", usd("900.00"), expected)]));
    let draw = |on, quantity| {
        tell(
            on,
            json!({"type": "redeemed", "obligation": "credits", "quantity": quantity}),
        )
    };
    let rolls_over = json!({"type": "estimate_changed", "estimate":
        {"of": "redemption", "obligation": "credits", "expected": "1000"}});
    let facts = [
        bill("2025-01-01", "inv_1", "900.00"),
        draw("2025-03-31", "400"),
        tell("2025-12-31", rolls_over),
        draw("2026-03-31", "200"),
        tell(
            "2026-12-31",
            json!({"type": "redemption_remote", "obligation": "credits"}),
        ),
    ];
    let contract = told(terms, "2025-01-01", &facts);
    let days = ["2025-03-31", "2025-12-31", "2026-03-31", "2026-12-31"];
    assert_eq!(
        days.map(|on| recognised(&contract, on)),
        ["400.00", "360.00", "540.00", "900.00"]
    );
}

/// Two years with a minimum of 1,000 each, ten a unit: 60 units and 150 units. Each year closes its own minimum.
#[test]
fn each_year_of_a_commitment_has_its_minimum() {
    let year = |end: &str| Measure::TakeOrPay {
        minimum: usd("1000.00"),
        unit_price: dec!(10),
        overage_price: dec!(8),
        end: day(end),
        expected_units: None,
    };
    let mut terms = posting(bundle(
        usd("0.00"),
        &[
            ("2025", usd("0.00"), year("2025-12-31")),
            ("2026", usd("0.00"), year("2026-12-31")),
        ],
    ));
    terms.consideration.clear();
    let taken = |on, year, quantity| {
        tell(
            on,
            json!({"type": "units_taken", "obligation": year, "quantity": quantity}),
        )
    };
    let facts = [
        taken("2025-06-30", "2025", "60"),
        taken("2026-06-30", "2026", "150"),
    ];
    let contract = told(terms, "2025-01-01", &facts);
    let days = ["2025-06-30", "2025-12-31", "2026-06-30", "2026-12-31"];
    // 100 units are 1,000, 50 beyond them 400.
    assert_eq!(
        days.map(|on| recognised(&contract, on)),
        ["600.00", "1000.00", "2400.00", "2400.00"]
    );
}

/// A right worth 90 to buy three more boxes: one is bought for 50 with a third of the right, then a half of what is
/// left, and the rest expires.
#[test]
fn an_option_is_exercised_in_part_again_and_expires() {
    let terms = posting(bundle(
        usd("390.00"),
        &[
            ("boxes", usd("300.00"), AT_ONCE),
            ("option", usd("90.00"), Measure::MaterialRight),
        ],
    ));
    let exercise = |on, id: &str, share: &str| {
        let delivers = json!({"id": id, "measure": {"kind": "point_in_time"},
            "ssp": {"method": "observable", "price": money("80.00")}});
        tell(
            on,
            json!({"type": "right_exercised", "obligation": "option", "additional_price": money("50.00"),
                "share": share, "delivers": delivers}),
        )
    };
    let facts = [
        satisfy("boxes", "2025-01-10"),
        exercise("2025-02-01", "second", "0.3333"),
        satisfy("second", "2025-02-10"),
        exercise("2025-03-01", "third", "0.5"),
        satisfy("third", "2025-03-10"),
        tell(
            "2025-12-31",
            json!({"type": "right_expired", "obligation": "option"}),
        ),
    ];
    let contract = told(terms, "2025-01-01", &facts);
    // 0.3333 of 90 is 29.997, rounded 30.00; a half of the 60.00 left is 30.00.
    let days = ["2025-01-31", "2025-02-28", "2025-03-31", "2025-12-31"];
    assert_eq!(
        days.map(|on| recognised(&contract, on)),
        ["300.00", "380.00", "460.00", "490.00"]
    );
    insta::assert_snapshot!(refusal(&contract, &exercise("2026-01-01", "fourth", "0.5")), @r"
    already_satisfied: `option` is satisfied since 2025-12-31 (ASC 606-10-25-23, IFRS 15.31)
    ");
    let begun = told(
        posting(bundle(
            usd("90.00"),
            &[("option", usd("90.00"), Measure::MaterialRight)],
        )),
        "2025-01-01",
        &[],
    );
    insta::assert_snapshot!(refusal(&begun, &exercise("2025-02-01", "second", "1.5")), @r"
    invalid_amount: `share` is 1.5, expected a part of what is left, above 0 and at most 1
    ");
}

/// A machine for 800 in cash and an old one worth 200.
#[test]
fn a_trade_in_is_consideration_in_kind() {
    let mut terms = posting(bundle(usd("800.00"), &[("machine", usd("1100.00"), AT_ONCE)]));
    terms.consideration.push(
        serde_json::from_value(json!({"kind": "non_cash", "id": "old machine", "quantity": "1",
            "fair_value_at_inception": money("200.00")}))
        .unwrap(),
    );
    let contract = told(terms, "2025-01-01", &[satisfy("machine", "2025-01-10")]);
    assert_eq!(recognised(&contract, "2025-01-31"), "1000.00");
}

/// Five of ten units come back damaged: each cost 60, to recover it costs 10, then 25.
#[test]
fn an_asset_for_returns_is_measured_anew() {
    let mut terms = posting(bundle(usd("1000.00"), &[("shoes", usd("1000.00"), units("10"))]));
    terms.obligations[0].unit_cost = Some(usd("60.00"));
    terms.obligations[0].returns = Some(Returns {
        expected_units: dec!(5),
        recovery_cost_per_unit: Some(usd("10.00")),
    });
    let damaged = json!({"type": "estimate_changed", "estimate": {"of": "returns", "obligation": "shoes",
        "expected_units": "5", "recovery_cost_per_unit": money("25.00")}});
    let facts = [deliver("2025-01-10", "shoes", "10"), tell("2025-02-20", damaged)];
    let contract = told(terms, "2025-01-01", &facts);
    let roles = [Role::ReturnAsset, Role::CostOfRevenue, Role::Revenue];
    assert_eq!(
        balances(&contract, "2025-01-31", roles),
        ["250.00", "350.00", "-500.00"]
    );
    assert_eq!(
        balances(&contract, "2025-02-28", roles),
        ["175.00", "425.00", "-500.00"]
    );
}

/// 100 of one's own and 100 of another's, of which 15 is kept: the contract holds what the entity is entitled to.
#[test]
fn an_agents_line_stands_beside_a_principals() {
    let mut terms = posting(bundle(
        usd("100.00"),
        &[
            ("own", usd("100.00"), AT_ONCE),
            ("arranged", usd("15.00"), AT_ONCE),
        ],
    ));
    terms.consideration = serde_json::from_value(json!([
        {"kind": "fixed", "id": "price", "amount": money("100.00"), "allocate_to": ["own"]},
        {"kind": "fixed", "id": "fee", "amount": money("15.00"), "allocate_to": ["arranged"]}]))
    .unwrap();
    let facts = [satisfy("own", "2025-01-10"), satisfy("arranged", "2025-01-20")];
    let contract = told(terms, "2025-01-01", &facts);
    assert_eq!(recognised(&contract, "2025-01-15"), "100.00");
    assert_eq!(recognised(&contract, "2025-01-31"), "115.00");
}

/// A server is leased (alone 400) with a service (alone 800) for 900: 300 is the lease's and never comes here; the
/// contract takes 600.
#[test]
fn a_lease_part_is_split_off_first() {
    let part =
        |id: &str, price: &str| json!({"id": id, "ssp": {"method": "observable", "price": money(price)}});
    let request: AllocationDocument = serde_json::from_value(json!({"id": "offer", "currency": "USD",
        "transaction_price": money("900.00"), "obligations": [part("server lease", "400.00"), part("service", "800.00")]}))
    .unwrap();
    let split = AllocationRequest::new(request).unwrap().allocate().unwrap();
    let parts: Vec<_> = split.shares.iter().map(|share| share.amount).collect();
    assert_eq!(parts, [usd("300.00"), usd("600.00")]);
    let terms = posting(bundle(parts[1], &[("service", usd("800.00"), contract::SERVICE)]));
    let contract = told(
        terms,
        "2025-01-01",
        &[start("service", "2025-01-01", "2025-12-31")],
    );
    assert_eq!(recognised(&contract, "2025-01-31"), "50.00");
}
