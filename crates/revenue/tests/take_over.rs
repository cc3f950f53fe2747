//! Contracts taken over from another system in mid-life: before the day of the take-over the books are the other
//! system's, and everything here begins with its opening balances.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod contract;

use contract::{AT_ONCE, as_of, bundle, day, decide, decide_all, incept, noon, usd};
use l2c_calendar::{FiscalMonth, NaiveDate, Period};
use l2c_host::{DateTime, Decider, Utc};
use l2c_ledger::Role;
use l2c_money::{Currency, Decimal, Money};
use l2c_revenue::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

fn tell(on: &str, fact: Value) -> RevenueCommand {
    RevenueCommand::new(day(on), serde_json::from_value(fact).unwrap())
}

fn money(amount: &str) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

fn months(first: &str, end: &str) -> Measure {
    Measure::Time {
        period: Some(Period::new(day(first), day(end)).unwrap()),
        convention: Some(Convention::MonthsTouched),
    }
}

/// Hardware for 2,000, and a service of 36 months from 2025 for 3,600.
fn terms() -> TermsDocument {
    bundle(
        usd("5600.00"),
        &[
            ("hw", usd("2000.00"), AT_ONCE),
            ("svc", usd("3600.00"), months("2025-01-01", "2028-01-01")),
        ],
    )
}

fn opening(hw: Value) -> RevenueCommand {
    tell(
        "2026-07-01",
        json!({"type": "taken_over", "opening": {"billed": money("4400.00"), "received": money("3200.00"), "obligations": [
            hw, {"obligation": "svc", "allocated": money("3600.00"), "recognised": money("1795.07")}]}}),
    )
}

fn hardware() -> Value {
    json!({"obligation": "hw", "allocated": money("2000.00"), "recognised": money("2000.00"), "done": "1"})
}

/// By hand: 1,795.07 of 3,600 is recognised, 1,804.93 is left over 18 months: 100.27 (exactly 100.2739) in July 2026.
/// Recognised before 3,795.07, billed 4,400: a liability of 604.93.
fn taken_over() -> RevenueContract {
    decide_all(
        &[incept(terms(), "2025-01-01"), opening(hardware())],
        "2026-07-01",
    )
    .unwrap()
}

fn month(month: &str) -> Period {
    month.parse::<FiscalMonth>().unwrap().period().unwrap()
}

#[test]
fn the_period_of_the_take_over_begins_with_the_opening_balances() {
    let contract = taken_over();
    let periods = ["2026-05", "2026-06", "2026-07", "2026-08"].map(month);
    let year = Period::new(day("2026-01-01"), day("2027-01-01")).unwrap();
    let figures = project_periods(contract.facts(), NOW, Book::Asc606, &periods).unwrap();
    let recognised: Vec<String> = figures.iter().map(|row| row.recognised.to_string()).collect();
    assert_eq!(recognised, ["0.00 USD", "0.00 USD", "100.27 USD", "100.28 USD"]);
    assert_eq!(
        figures[2].by_obligation,
        [("hw".to_owned(), usd("0.00")), ("svc".to_owned(), usd("100.27"))]
    );
    for before in &figures[..2] {
        assert!(before.movements.is_empty(), "{before:?}");
    }
    let july = PeriodRollForward::of(&figures[2..3], Currency::USD).unwrap();
    let shown = [
        july.opening_contract_asset,
        july.opening_contract_liability,
        july.billed,
        july.recognised,
        july.recognised_from_opening_liability,
        july.closing_contract_liability,
    ];
    assert_eq!(
        shown.map(|amount| amount.amount_text()),
        ["0.00", "604.93", "0.00", "100.27", "100.27", "504.66"]
    );
    // The half-year that is ours: 1,804.93 x 6 / 18 = 601.64.
    let of_year = project_periods(contract.facts(), NOW, Book::Asc606, &[year]).unwrap();
    assert_eq!(of_year[0].recognised, usd("601.64"));
    assert_eq!(of_year[0].opening.recognised, usd("3795.07"));
    assert_eq!(of_year[0].opening.on, day("2026-06-30"));

    let mut rows = BalanceRollForward::new("2026-06".parse().unwrap(), "2026-07".parse().unwrap());
    rows.add(&project(contract.facts(), &as_of("2026-08-31")).unwrap())
        .unwrap();
    let rows: Vec<[String; 4]> = rows
        .rows()
        .map(|row| {
            [
                row.opening_contract_liability,
                row.recognised,
                row.recognised_from_opening_liability,
                row.closing_contract_liability,
            ]
            .map(|amount| amount.amount_text())
        })
        .collect();
    assert_eq!(
        rows,
        [
            ["604.93", "0.00", "0.00", "604.93"],
            ["604.93", "100.27", "100.27", "504.66"]
        ]
    );
}

#[test]
fn nothing_is_posted_for_what_another_system_has_recognised() {
    let contract = taken_over();
    let book = |name: &str, closed: Option<&str>| BookPeriod {
        period: month(name),
        closed_at: closed.map(|on| noon(day(on))),
    };
    // June is closed before the contract is in these books at all.
    for periods in [
        vec![book("2026-07", Some("2026-08-05")), book("2026-08", None)],
        vec![
            book("2026-06", Some("2026-06-30")),
            book("2026-07", Some("2026-08-05")),
            book("2026-08", None),
        ],
    ] {
        let posted = posted_by_period(contract.facts(), Book::Asc606, &periods).unwrap();
        let shown: Vec<[String; 2]> = posted
            .iter()
            .map(|row| [row.revenue.amount_text(), row.prior_period.amount_text()])
            .collect();
        assert_eq!(
            &shown[shown.len() - 2..],
            [["100.27", "0.00"], ["100.28", "0.00"]]
        );
        assert!(posted.len() == 2 || posted[0].revenue.is_zero());
    }
    let done = effects(contract.facts(), &as_of("2026-08-31")).unwrap();
    assert_eq!(
        (done.len(), done[0].fact, done[0].revenue),
        (1, "taken_over", usd("0.00"))
    );
    let view = as_of("2026-08-31");
    let effect = Question::Effect {
        sequence: done[0].sequence,
    };
    assert!(
        explain(contract.facts(), &view, &effect)
            .unwrap()
            .recompute()
            .unwrap()
            .is_zero()
    );
}

#[test]
fn a_month_is_explained_as_it_is_scheduled() {
    let contract = taken_over();
    let view = as_of("2026-08-31");
    let recognised = |obligation: &str, month: &str| {
        let question = Question::Recognised {
            obligation: obligation.into(),
            month: month.parse().unwrap(),
        };
        explain(contract.facts(), &view, &question)
            .unwrap()
            .recompute()
            .unwrap()
            .to_string()
    };
    assert_eq!(recognised("svc", "2026-07"), "100.27");
    assert_eq!(recognised("svc", "2026-08"), "100.28");
    assert_eq!(recognised("svc", "2026-06"), "0");
    assert_eq!(recognised("hw", "2026-07"), "0");
    let figures = project(contract.facts(), &view).unwrap();
    assert_eq!(figures.schedule_rows().unwrap()[0].amount, usd("100.27"));
    assert_eq!(figures.at_inception.allocation["svc"], usd("3600.00"));
}

#[test]
fn balances_begin_on_the_day_of_the_opening() {
    let contract = taken_over();
    let opening = project(contract.facts(), &as_of("2026-06-30")).unwrap();
    let shown = [
        opening.recognised(),
        opening.billed(),
        opening.position().contract_liability(),
        opening.remaining(),
    ];
    assert_eq!(
        shown.map(|amount| amount.amount_text()),
        ["3795.07", "4400.00", "604.93", "1804.93"]
    );
    assert!(opening.postings().unwrap().is_empty() && opening.months.is_empty());
    assert_eq!(opening.taken_over.as_ref(), Some(&opening.day));

    let theirs = |on: &str, role, balance: &str| ReportedBalance {
        on: day(on),
        role,
        balance: usd(balance),
    };
    let agreed = [
        theirs("2026-06-30", Role::Revenue, "-3795.07"),
        theirs("2026-06-30", Role::ContractLiability, "-604.93"),
        theirs("2026-06-30", Role::Receivable, "1200.00"),
        theirs("2026-07-31", Role::Revenue, "-3895.34"),
    ];
    let differences = parallel_run(contract.facts(), NOW, Book::Asc606, &agreed).unwrap();
    assert_eq!(differences, []);

    let early = parallel_run(
        contract.facts(),
        NOW,
        Book::Asc606,
        &[theirs("2026-06-29", Role::Revenue, "-3795.07")],
    );
    let errors = [
        early.unwrap_err(),
        project(contract.facts(), &as_of("2026-06-29")).unwrap_err(),
        effects(contract.facts(), &as_of("2026-06-29")).unwrap_err(),
        explain(
            contract.facts(),
            &as_of("2026-06-29"),
            &Question::TransactionPrice,
        )
        .unwrap_err(),
        explain(
            contract.facts(),
            &as_of("2026-08-31"),
            &Question::NetPosition {
                month: "2026-05".parse().unwrap(),
            },
        )
        .unwrap_err(),
        remaining_obligations(
            contract.facts(),
            &as_of("2026-06-29"),
            &[],
            DisclosureExpedients::default(),
        )
        .unwrap_err(),
    ];
    assert!(
        errors.iter().all(|error| error.code() == "before_take_over"),
        "{errors:?}"
    );
    assert_eq!(
        errors[1].to_string(),
        "rev_1 was taken over on 2026-07-01: what it was at the end of 2026-06-29 stands in the books of the other \
         system; ask for 2026-06-30, the day of the opening balances, or a later day"
    );
    let foreign = project_functional(
        contract.facts(),
        NOW,
        Book::Asc606,
        Currency::EUR,
        &[],
        &[day("2026-07-31")],
    );
    assert_eq!(foreign.unwrap_err().code(), "functional_not_supported");
}

#[test]
fn what_is_recognised_as_a_whole_is_done() {
    let hardware = |recognised: &str, done: Option<&str>| json!({"obligation": "hw", "allocated": money("2000.00"), "recognised": money(recognised), "done": done});
    let begun = decide_all(&[incept(terms(), "2025-01-01")], "2026-07-01").unwrap();
    let take_over = |hw| decide(&begun, &opening(hw), "2026-07-01");
    let fulfilled = |on: &str, hw| {
        let contract = take_over(hw).unwrap();
        project(contract.facts(), &as_of(on)).unwrap().is_fulfilled()
    };
    assert!(!fulfilled("2027-11-30", hardware("2000.00", None)));
    assert!(fulfilled("2027-12-31", hardware("2000.00", None)));
    assert!(!fulfilled("2027-12-31", hardware("0.00", None)));
    let refusal = take_over(hardware("500.00", None)).unwrap_err();
    assert_eq!(refusal.code(), "invalid_opening");
    assert_eq!(
        refusal.to_string(),
        "the opening balances of 2026-07-01 have 500 of 2000 recognised of `hw` and no `done`; expected `done` of `hw`: \
         1 if control has passed, 0 if not"
    );
}

/// Everything that the property below makes up: by obligation what is promised, and by day what is done of it.
#[derive(Debug, Clone)]
struct Story {
    terms: TermsDocument,
    facts: Vec<(NaiveDate, Fact)>,
}

fn date(n: u32) -> NaiveDate {
    day("2020-01-15") + chrono::Days::new(u64::from(n))
}

const LAST: u32 = 900;

fn minor(units: u32) -> Money {
    Money::from_minor(i64::from(units), Currency::USD).unwrap()
}

/// Promises at their stand-alone prices, so that each unit, percent and month is worth whole cents: what is left
/// over what remains is then what it would have been.
fn story() -> impl Strategy<Value = Story> {
    let promise = (0..6_u8, 1..900_u32, 0..400_u32, 1..24_u32);
    let step = (0..LAST, any::<prop::sample::Index>(), 1..30_u32);
    let money = (0..LAST, any::<bool>(), 1..50_000_u32);
    (
        prop::collection::vec(promise, 1..5),
        prop::collection::vec(step, 0..14),
        prop::collection::vec(money, 0..8),
        any::<bool>(),
    )
        .prop_map(|(promises, mut steps, mut moneys, engine)| {
            let mut obligations = Vec::new();
            for (kind, each, from, size) in promises {
                let (measure, worth) = match kind {
                    0 => (AT_ONCE, each),
                    1 => (Measure::Units { total: Some(Decimal::from(size)) }, each * size),
                    2 => (Measure::Percent, each * 100),
                    3 => {
                        let weights = [("a", 2), ("b", 3), ("c", 5)];
                        let milestones = weights.map(|(id, weight)| Milestone { id: id.into(), weight: Decimal::new(weight, 1) });
                        (Measure::Milestones { milestones: milestones.to_vec() }, each * 10)
                    }
                    4 => (Measure::Redemption { expected: Decimal::from(size) }, each * size),
                    _ => {
                        let period = Period::new(date(from), date(from + size * 28)).unwrap();
                        let touched = FiscalMonth::of(period.start()).through(FiscalMonth::of(period.last_day())).len();
                        let measure = Measure::Time { period: Some(period), convention: Some(Convention::MonthsTouched) };
                        (measure, each * u32::try_from(touched).unwrap())
                    }
                };
                obligations.push((format!("o{}", obligations.len()), minor(worth), measure));
            }
            let rows: Vec<(&str, Money, Measure)> =
                obligations.iter().map(|(id, worth, measure)| (id.as_str(), *worth, measure.clone())).collect();
            let price = Money::sum(rows.iter().map(|row| &row.1), Currency::USD).unwrap();
            let mut terms = bundle(price, &rows);
            if engine {
                terms.policy.billing = BillingSide::Engine;
            }
            steps.sort_by_key(|step| step.0);
            moneys.sort_by_key(|step| step.0);
            let mut facts: Vec<(NaiveDate, Fact)> = Vec::new();
            let mut percent = vec![0; obligations.len()];
            for (on, which, size) in steps {
                let place = which.index(obligations.len());
                let (id, _, measure) = &obligations[place];
                let fact = match measure {
                    Measure::PointInTime => json!({"type": "satisfied", "obligation": id}),
                    Measure::Units { .. } => json!({"type": "delivered", "obligation": id, "quantity": (size % 5).to_string()}),
                    Measure::Percent => {
                        percent[place] = (percent[place] + size).min(100);
                        json!({"type": "progressed", "obligation": id, "cumulative": Decimal::new(i64::from(percent[place]), 2).to_string()})
                    }
                    Measure::Milestones { .. } => {
                        json!({"type": "milestone_reached", "obligation": id, "milestone": (["a", "b", "c"][(size % 3) as usize])})
                    }
                    Measure::Redemption { .. } => json!({"type": "redeemed", "obligation": id, "quantity": (size % 5).to_string()}),
                    _ => continue,
                };
                facts.push((date(on), serde_json::from_value(fact).unwrap()));
            }
            for (number, (on, bills, amount)) in moneys.into_iter().enumerate() {
                let fact = if bills {
                    Fact::billed(format!("inv {number}"), minor(amount))
                } else {
                    Fact::Paid { amount: minor(amount), document: None, separate_contract: None }
                };
                facts.push((date(on), fact));
            }
            facts.sort_by_key(|(on, _)| *on);
            Story { terms, facts }
        })
}

fn say(contract: RevenueContract, on: NaiveDate, fact: Fact) -> RevenueContract {
    let context = RevenueContext {
        recorded_at: noon(on),
        sequence: contract.facts().len() as u64,
    };
    match contract.decide(&RevenueCommand::new(on, fact), &context) {
        Ok(events) => events.iter().fold(contract, RevenueContract::evolve),
        Err(_) => contract,
    }
}

fn view(on: NaiveDate) -> View {
    View {
        as_of: on,
        known_at: NOW,
        book: Book::Asc606,
    }
}

/// The figures of a contract at the end of the day before, as another system would hand them over.
fn handed_over(contract: &RevenueContract, on: NaiveDate) -> OpeningBalances {
    let before = on.pred_opt().unwrap();
    let figures = project(contract.facts(), &view(before)).unwrap();
    let facts = || {
        contract
            .facts()
            .iter()
            .filter(|event| event.effective < on)
            .map(|event| &event.fact)
    };
    let of_terms = contract.terms().unwrap().obligations();
    let obligations = figures.obligations.iter().zip(of_terms).map(|(row, obligation)| {
        let done = match &obligation.measure {
            Measure::PointInTime | Measure::Percent => Some(row.progress.to_string().parse().unwrap()),
            Measure::Units { .. } | Measure::Redemption { .. } => Some(
                facts()
                    .filter_map(|fact| match fact {
                        Fact::Delivered {
                            obligation, quantity, ..
                        }
                        | Fact::Redeemed {
                            obligation, quantity, ..
                        } if *obligation == row.id => Some(*quantity),
                        _ => None,
                    })
                    .sum(),
            ),
            _ => None,
        };
        let milestones = facts()
            .filter_map(|fact| match fact {
                Fact::MilestoneReached {
                    obligation,
                    milestone,
                } if *obligation == row.id => Some(milestone.clone()),
                _ => None,
            })
            .collect();
        OpeningObligation {
            obligation: row.id.clone(),
            allocated: row.allocated,
            recognised: row.recognised,
            done,
            milestones,
        }
    });
    let paid: Vec<Money> = facts()
        .filter_map(|fact| match fact {
            Fact::Paid { amount, .. } => Some(*amount),
            _ => None,
        })
        .collect();
    let billed: Vec<Money> = facts()
        .filter_map(|fact| match fact {
            Fact::Billed { amount, .. } => Some(*amount),
            _ => None,
        })
        .collect();
    OpeningBalances {
        obligations: obligations.collect(),
        billed: Some(Money::sum(&billed, Currency::USD).unwrap()),
        received: Some(Money::sum(&paid, Currency::USD).unwrap()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A contract that is taken over with the figures that it has anyway goes on as if it never had been.
    #[test]
    fn a_contract_taken_over_with_its_own_figures_goes_on_the_same(story in story(), at in 1..LAST) {
        let begun = say(RevenueContract::default(), date(0), Fact::inception(Terms::new(story.terms.clone()).unwrap()));
        let never = story.facts.iter().fold(begun.clone(), |contract, (on, fact)| say(contract, *on, fact.clone()));
        let on = date(at);
        let opening = Fact::TakenOver { opening: Box::new(handed_over(&never, on)) };
        let mut taken = say(begun, on, opening);
        prop_assert_eq!(taken.facts().len(), 2);
        for event in never.facts().iter().filter(|event| event.effective >= on) {
            let told = taken.facts().len();
            taken = say(taken, event.effective, event.fact.clone());
            prop_assert_eq!(taken.facts().len(), told + 1, "{:?}", event);
        }

        let days: Vec<NaiveDate> = (at - 1..LAST + 200).step_by(17).map(date).collect();
        let of_days = |contract: &RevenueContract| project_days(contract.facts(), NOW, Book::Asc606, &days).unwrap();
        prop_assert_eq!(of_days(&taken), of_days(&never));

        let first = FiscalMonth::of(on).plus(1).unwrap();
        let last = first.plus(20).unwrap();
        let mut periods = vec![Period::new(on, first.first_day()).unwrap()];
        periods.extend(first.through(last).into_iter().map(|month| month.period().unwrap()));
        let of_periods = |contract: &RevenueContract| project_periods(contract.facts(), NOW, Book::Asc606, &periods).unwrap();
        prop_assert_eq!(of_periods(&taken), of_periods(&never));
        let whole: Vec<Period> = [vec![month_to_date(on)], periods.clone()].concat();
        let ours = project_periods(taken.facts(), NOW, Book::Asc606, &whole).unwrap();
        prop_assert!(ours[0].movements.is_empty());
        let books: Vec<BookPeriod> = periods.iter().map(|period| BookPeriod { period: *period, closed_at: None }).collect();
        let posted = |contract: &RevenueContract| posted_by_period(contract.facts(), Book::Asc606, &books).unwrap();
        prop_assert_eq!(posted(&taken), posted(&never));

        let end = date(LAST + 200);
        let (ours, theirs) = (project(taken.facts(), &view(end)).unwrap(), project(never.facts(), &view(end)).unwrap());
        let after = |projection: &Projection| {
            let entries = projection.postings().unwrap();
            let after = entries.into_iter().filter(|entry| entry.header().posting_date >= first.first_day());
            after.map(|entry| entry.lines().to_vec()).collect::<Vec<_>>()
        };
        prop_assert_eq!(after(&ours), after(&theirs));
        let rows = |projection: &Projection| {
            let mut rows = BalanceRollForward::new(first, last);
            rows.add(projection).unwrap();
            rows.rows().copied().collect::<Vec<_>>()
        };
        prop_assert_eq!(rows(&ours), rows(&theirs));
        prop_assert_eq!(ours.is_fulfilled(), theirs.is_fulfilled());
        let scheduled = |projection: &Projection| {
            let rows = projection.schedule_rows().unwrap();
            let rows = rows.into_iter().filter(|row| row.month >= first);
            rows.map(|row| (row.obligation.to_owned(), row.month, row.amount, row.cumulative, row.remaining)).collect::<Vec<_>>()
        };
        prop_assert_eq!(scheduled(&ours), scheduled(&theirs));
        for (obligation, month, amount, ..) in scheduled(&ours) {
            let question = Question::Recognised { obligation, month };
            let why = explain(taken.facts(), &view(end), &question).unwrap();
            prop_assert_eq!(why.recompute().unwrap(), amount.exact());
        }
        let later = |contract: &RevenueContract| {
            let all = effects(contract.facts(), &view(end)).unwrap().into_iter();
            all.filter(|effect| effect.effective >= on && effect.fact != "taken_over").map(|effect| (effect.fact, effect.revenue)).collect::<Vec<_>>()
        };
        prop_assert_eq!(later(&taken), later(&never));
    }
}

/// The days of a month before one of its days, or the month before.
fn month_to_date(on: NaiveDate) -> Period {
    let first = FiscalMonth::of(on).first_day();
    if first < on {
        return Period::new(first, on).unwrap();
    }
    FiscalMonth::of(on).previous().unwrap().period().unwrap()
}
