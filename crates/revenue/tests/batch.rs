//! A batch gives the figures of the document API, to the minor unit.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod contract;

use std::ops::{ControlFlow, Range};

use contract::*;
use l2c_calendar::{FiscalMonth, NaiveDate, Period};
use l2c_money::{Currency, Money, Remainder, Rounding};
use l2c_revenue::batch::{Batch, CHUNK, Columns, MAX_TERM_DAYS, PeriodTable, Row, ScheduleColumns};
use l2c_revenue::*;
use proptest::prelude::*;
use proptest::sample::select;

const MAX: i64 = MAX_MINOR_UNITS;

/// Contracts as columns that own their values.
#[derive(Debug, Clone, Default, PartialEq)]
struct Table {
    price: Vec<i64>,
    offsets: Vec<u32>,
    ssp: Vec<i64>,
    first_day: Vec<i32>,
    last_day: Vec<i32>,
}

/// An obligation: its stand-alone selling price and its days.
type Promise = (i64, NaiveDate, NaiveDate);

impl Table {
    fn of(contracts: &[(i64, Vec<Promise>)]) -> Self {
        let mut table = Self {
            offsets: vec![0],
            ..Self::default()
        };
        for (price, obligations) in contracts {
            table.price.push(*price);
            for (ssp, first, last) in obligations {
                table.ssp.push(*ssp);
                table.first_day.push(first.to_epoch_days());
                table.last_day.push(last.to_epoch_days());
            }
            table.offsets.push(table.ssp.len() as u32);
        }
        table
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            price: &self.price,
            offsets: &self.offsets,
            ssp: &self.ssp,
            first_day: &self.first_day,
            last_day: &self.last_day,
        }
    }

    fn obligations(&self, contract: usize) -> Range<usize> {
        self.offsets[contract] as usize..self.offsets[contract + 1] as usize
    }
}

fn months(first: &str, last: &str) -> PeriodTable {
    PeriodTable::months(first.parse().unwrap(), last.parse().unwrap()).unwrap()
}

/// The periods of the tests: 40 years from 2019 on.
fn forty_years() -> PeriodTable {
    months("2019-01", "2058-12")
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![
        3 => 0..2_000_000_i64,
        1 => 0..100_i64,
        1 => 0..MAX / 8,
        1 => select(vec![0, 1, 2, 99_999, i64::from(u32::MAX), MAX / 8]),
    ]
}

/// Days where calendars go wrong, and others.
fn first_day() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![
        select(vec![
            "2019-01-01",
            "2019-12-31",
            "2020-01-31",
            "2020-02-28",
            "2020-02-29",
            "2020-03-01",
            "2021-02-28"
        ])
        .prop_map(day),
        (0..3_000_u64).prop_map(|n| day("2019-01-01") + chrono::Days::new(n)),
    ]
}

fn obligation() -> impl Strategy<Value = Promise> {
    let days = prop_oneof![
        select(vec![1, 2, 28, 29, 30, 31, 365, 366, 731, 3_653]),
        1..1_200_u64,
    ];
    (amount(), first_day(), days)
        .prop_map(|(ssp, first, days)| (ssp, first, first + chrono::Days::new(days - 1)))
}

fn contracts(n: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<(i64, Vec<Promise>)>> {
    let contract = (amount(), any::<bool>(), prop::collection::vec(obligation(), 1..8))
        .prop_filter("a basis to allocate on", |(_, _, of)| {
            of.iter().any(|(ssp, ..)| *ssp > 0)
        })
        .prop_map(|(price, credit, of)| (if credit { -price } else { price }, of));
    prop::collection::vec(contract, n)
}

fn policy() -> impl Strategy<Value = RevenuePolicy> {
    let rounding = select(vec![
        Rounding::HalfUp,
        Rounding::HalfEven,
        Rounding::HalfDown,
        Rounding::Up,
        Rounding::Down,
        Rounding::Ceiling,
        Rounding::Floor,
    ]);
    let remainder = select(vec![Remainder::Largest, Remainder::First, Remainder::Last]);
    let convention = select(vec![
        Convention::Daily,
        Convention::MonthsTouched,
        Convention::MonthsProrated,
        Convention::MonthsHalf,
    ]);
    (rounding, remainder, convention).prop_map(|(rounding, remainder, convention)| RevenuePolicy {
        rounding,
        remainder,
        convention,
        ..RevenuePolicy::standard()
    })
}

/// What the document API says of the same contract: each obligation's share and schedule.
fn by_document(
    price: i64,
    obligations: &[Promise],
    currency: Currency,
    policy: &RevenuePolicy,
) -> Vec<(i64, Vec<(FiscalMonth, i64)>)> {
    let money = |units| Money::from_minor(units, currency).unwrap();
    let names: Vec<String> = (0..obligations.len()).map(|n| n.to_string()).collect();
    let promised: Vec<_> = names
        .iter()
        .zip(obligations)
        .map(|(name, (ssp, first, last))| {
            let period = Some(Period::inclusive(*first, *last).unwrap());
            (
                name.as_str(),
                money(*ssp),
                Measure::Time {
                    period,
                    convention: None,
                },
            )
        })
        .collect();
    let mut terms = bundle(money(price), &promised);
    terms.policy = policy.clone();
    let contract = decide_all(&[incept(terms, "2019-01-01")], "2019-01-01").unwrap();
    let figures = project(contract.facts(), &as_of("2019-01-01")).unwrap();
    let units = |money: Money| money.minor().unwrap();
    figures
        .obligations
        .iter()
        .map(|obligation| {
            let rows = obligation
                .schedule
                .iter()
                .map(|row| (row.month, units(row.amount)));
            (units(obligation.allocated), rows.collect())
        })
        .collect()
}

/// The same of a batch.
fn by_batch(batch: &Batch<'_>, first: FiscalMonth) -> Vec<(i64, Vec<(FiscalMonth, i64)>)> {
    let mut schedules = Vec::new();
    batch.stream(0..batch.contracts(), |schedule| {
        let month = |n: usize| first.plus((schedule.period + n) as i32).unwrap();
        let rows = schedule
            .amounts
            .iter()
            .enumerate()
            .map(|(n, amount)| (month(n), *amount));
        schedules.push((schedule.allocated, rows.collect()));
    });
    schedules
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_batch_equals_the_document_api(
        contracts in contracts(1..5),
        policy in policy(),
        currency in select(vec![Currency::USD, Currency::JPY, Currency::KWD]),
    ) {
        let (table, months) = (Table::of(&contracts), forty_years());
        let batch = Batch::new(table.columns(), &months, &policy).unwrap();
        let by_document: Vec<_> = contracts
            .iter()
            .flat_map(|(price, obligations)| by_document(*price, obligations, currency, &policy))
            .collect();
        prop_assert_eq!(by_batch(&batch, "2019-01".parse().unwrap()), by_document);
    }

    #[test]
    fn schedules_close_their_contracts(contracts in contracts(1..5), policy in policy()) {
        let (table, months) = (Table::of(&contracts), forty_years());
        let batch = Batch::new(table.columns(), &months, &policy).unwrap();
        let mut prices = vec![0; contracts.len()];
        batch.stream(0..contracts.len(), |schedule| {
            assert_eq!(schedule.amounts.iter().sum::<i64>(), schedule.allocated);
            assert!(table.obligations(schedule.contract).contains(&schedule.obligation));
            prices[schedule.contract] += schedule.allocated;
        });
        prop_assert_eq!(prices, table.price);
    }

    /// With modes that do not look at the sign.
    #[test]
    fn a_credit_mirrors_its_sale(
        contracts in contracts(1..5),
        rounding in select(vec![Rounding::HalfUp, Rounding::HalfEven, Rounding::HalfDown, Rounding::Up, Rounding::Down]),
    ) {
        let (mut table, months) = (Table::of(&contracts), forty_years());
        let policy = RevenuePolicy { rounding, ..RevenuePolicy::standard() };
        let sale = Batch::new(table.columns(), &months, &policy).unwrap().rows();
        table.price.iter_mut().for_each(|price| *price = -*price);
        let mut credit = Batch::new(table.columns(), &months, &policy).unwrap().rows();
        credit.iter_mut().for_each(|row| row.amount = -row.amount);
        prop_assert_eq!(sale, credit);
    }

    /// Whatever time is cut into, cumulative figures are the same.
    #[test]
    fn coarser_periods_are_sums_of_finer_ones(contracts in contracts(1..4), policy in policy()) {
        let policy = RevenuePolicy { convention: Convention::Daily, ..policy };
        let table = Table::of(&contracts);
        let weeks = |pattern: [u64; 3]| {
            let mut start = day("2018-12-30");
            let lengths = pattern.into_iter().cycle().take(12 * 41);
            let period = |weeks| {
                let period = Period::new(start, start + chrono::Days::new(7 * weeks)).unwrap();
                start = period.end();
                period
            };
            PeriodTable::new(&lengths.map(period).collect::<Vec<_>>()).unwrap()
        };
        let days: Vec<Period> = day("2019-01-01")
            .iter_days()
            .take(40 * 365)
            .map(|day| Period::inclusive(day, day).unwrap())
            .collect();
        let days = PeriodTable::new(&days).unwrap();
        let by_day = Batch::new(table.columns(), &days, &policy).unwrap().rows();
        for coarse in [forty_years(), weeks([4, 4, 5])] {
            let mut sums: Vec<Row> = Vec::new();
            let mut period = 0;
            for row in &by_day {
                let day = days.get(usize::from(row.period)).unwrap().start();
                while !coarse.get(period).unwrap().contains(day) {
                    period = if day < coarse.get(period).unwrap().start() { 0 } else { period + 1 };
                }
                let key = Row { period: period as u16, ..*row };
                match sums.last_mut() {
                    Some(sum) if (sum.obligation, sum.period) == (key.obligation, key.period) => sum.amount += row.amount,
                    _ => sums.push(key),
                }
            }
            prop_assert_eq!(Batch::new(table.columns(), &coarse, &policy).unwrap().rows(), sums);
        }
    }

    #[test]
    fn layers_and_ranges_agree(contracts in contracts(1..6), policy in policy(), cut in 0..6_usize) {
        let (table, months) = (Table::of(&contracts), forty_years());
        let batch = Batch::new(table.columns(), &months, &policy).unwrap();
        let rows = batch.rows();
        prop_assert_eq!(rows.len(), batch.count(0..contracts.len()));
        let mut columns = ScheduleColumns::default();
        batch.append(0..cut, &mut columns);
        prop_assert_eq!(columns.amount.len(), batch.count(0..cut));
        batch.append(cut..usize::MAX, &mut columns);
        let row = |n| Row { obligation: columns.obligation[n], period: columns.period[n], amount: columns.amount[n] };
        prop_assert_eq!((0..columns.amount.len()).map(row).collect::<Vec<_>>(), rows);
    }
}

#[test]
fn room_is_reserved_once_and_exactly() {
    let table = Table::of(&[(100, vec![(1, day("2020-01-15"), day("2021-01-14"))])]);
    let months = forty_years();
    let batch = Batch::new(table.columns(), &months, &RevenuePolicy::standard()).unwrap();
    let mut rows = ScheduleColumns::default();
    batch.append(0..1, &mut rows);
    assert_eq!((rows.amount.len(), rows.amount.capacity()), (13, 13));
    assert_eq!((rows.obligation.capacity(), rows.period.capacity()), (13, 13));
}

/// 10^18 over a hundred years, by day: the widest figures that there are.
#[test]
fn limits_are_exact() {
    let (first, last) = (day("1901-01-01"), day("2000-12-31"));
    assert_eq!(last.to_epoch_days() - first.to_epoch_days() + 1, MAX_TERM_DAYS);
    for price in [MAX, -MAX] {
        let table = Table::of(&[(
            price,
            vec![(MAX - 2, first, last), (1, first, first), (1, last, last)],
        )]);
        let months = months("1901-01", "2000-12");
        for rounding in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Up, Rounding::Down] {
            let policy = RevenuePolicy {
                rounding,
                ..RevenuePolicy::standard()
            };
            let batch = Batch::new(table.columns(), &months, &policy).unwrap();
            let (mut allocated, mut earned) = (Vec::new(), 0_i128);
            batch.stream(0..1, |schedule| {
                allocated.push(schedule.allocated);
                let of = i128::from(schedule.allocated);
                for (n, amount) in schedule
                    .amounts
                    .iter()
                    .enumerate()
                    .take_while(|_| schedule.obligation == 0)
                {
                    earned += i128::from(*amount);
                    let end = months.get(n).unwrap().end();
                    let (done, days) = (i128::from((end - first).num_days()), i128::from(MAX_TERM_DAYS));
                    // The exact figure is between this one and its neighbours.
                    let difference = (earned * days - of * done) * of.signum();
                    let (below, above) = match rounding {
                        Rounding::Up => (0, days - 1),
                        Rounding::Down => (1 - days, 0),
                        _ => (-(days / 2), days / 2),
                    };
                    assert!(
                        (below..=above).contains(&difference),
                        "{rounding:?} {n}: {difference}"
                    );
                }
            });
            assert_eq!(allocated, [MAX - 2, 1, 1].map(|share| share * price.signum()));
        }
    }
}

#[test]
fn left_over_units_of_many_obligations_find_the_same_takers() {
    let (first, last) = (day("2020-01-01"), day("2020-01-31"));
    // Ties and different fractions: 100 weights of three sizes, 67 units left.
    let ssp: Vec<i64> = (0..100).map(|n| [5, 7, 11][n % 3]).collect();
    let obligations: Vec<Promise> = ssp.iter().map(|ssp| (*ssp, first, last)).collect();
    for price in [667, -667, 33, 99] {
        for remainder in [Remainder::Largest, Remainder::First, Remainder::Last] {
            let policy = RevenuePolicy {
                remainder,
                ..RevenuePolicy::standard()
            };
            let (table, months) = (Table::of(&[(price, obligations.clone())]), forty_years());
            let batch = Batch::new(table.columns(), &months, &policy).unwrap();
            let by_document = by_document(price, &obligations, Currency::USD, &policy);
            assert_eq!(by_batch(&batch, "2019-01".parse().unwrap()), by_document);
        }
    }
}

#[test]
fn a_run_reports_progress_and_can_be_broken_off() {
    let contract = (1_200, vec![(1, day("2020-01-01"), day("2020-12-31"))]);
    let (table, months) = (Table::of(&vec![contract; 3 * CHUNK + 7]), forty_years());
    let batch = Batch::new(table.columns(), &months, &RevenuePolicy::standard()).unwrap();

    let mut heard = Vec::new();
    let run = batch.run(
        0..usize::MAX,
        |_| {},
        |done| {
            heard.push(done);
            ControlFlow::Continue(())
        },
    );
    assert_eq!(run, ControlFlow::Continue(()));
    assert_eq!(heard, [CHUNK, 2 * CHUNK, 3 * CHUNK, 3 * CHUNK + 7]);

    let (mut seen, mut heard) = (0, Vec::new());
    let run = batch.run(
        5..usize::MAX,
        |_| seen += 1,
        |done| {
            heard.push(done);
            if heard.len() < 2 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        },
    );
    assert_eq!((run, seen), (ControlFlow::Break(()), 2 * CHUNK));
    assert_eq!(heard, [CHUNK, 2 * CHUNK]);
}

#[test]
fn nothing_is_a_batch_too() {
    let (table, months) = (Table::of(&[]), forty_years());
    let batch = Batch::new(table.columns(), &months, &RevenuePolicy::standard()).unwrap();
    assert_eq!(
        (batch.contracts(), batch.count(0..9), batch.rows()),
        (0, 0, vec![])
    );
}

#[test]
fn a_convention_that_weighs_months_needs_months() {
    let table = Table::of(&[(100, vec![(1, day("2020-01-15"), day("2020-02-14"))])]);
    let january = Period::inclusive(day("2020-01-01"), day("2020-01-31")).unwrap();
    let rest = Period::inclusive(day("2020-02-01"), day("2020-12-31")).unwrap();
    let policy = RevenuePolicy {
        convention: Convention::MonthsHalf,
        ..RevenuePolicy::standard()
    };
    let refused = |periods: &[Period]| {
        let periods = PeriodTable::new(periods).unwrap();
        Batch::new(table.columns(), &periods, &policy)
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    let message = "MonthsHalf weighs calendar months: ask for calendar months, or count by day".to_owned();
    assert_eq!(refused(&[january, rest]), Err(message));
    assert_eq!(
        refused(&[january, Period::months(rest.start(), 1).unwrap()]),
        Ok(())
    );
}

/// The message of what is refused, after one change.
fn refused(change: impl FnOnce(&mut Table)) -> (&'static str, String) {
    let service = (100, day("2020-01-15"), day("2020-06-14"));
    let mut table = Table::of(&[(1_000, vec![service; 2]), (500, vec![service])]);
    change(&mut table);
    let months = months("2020-01", "2029-12");
    let error = Batch::new(table.columns(), &months, &RevenuePolicy::standard()).unwrap_err();
    (error.code(), error.to_string())
}

#[test]
fn what_lies_outside_the_limits_is_refused_with_its_column_and_row() {
    let value = |text: &str| ("column_value", text.to_owned());
    let length = |text: &str| ("column_length", text.to_owned());
    assert_eq!(
        refused(|table| table.price[1] = MAX + 1),
        value(
            "row 1 of column `price` is 1000000000000000001; expected -1000000000000000000 to 1000000000000000000"
        )
    );
    assert_eq!(
        refused(|table| table.price[1] = i64::MIN),
        value(
            "row 1 of column `price` is -9223372036854775808; expected -1000000000000000000 to 1000000000000000000"
        )
    );
    assert_eq!(
        refused(|table| table.ssp[1] = -1),
        value(
            "row 1 of column `ssp` is -1; expected zero or above, with those before it in the contract at most 1000000000000000000"
        )
    );
    assert_eq!(
        refused(|table| table.ssp[1] = MAX),
        value(
            "row 1 of column `ssp` is 1000000000000000000; expected zero or above, with those before it in the contract at most 1000000000000000000"
        )
    );
    assert_eq!(
        refused(|table| table.ssp[2] = 0),
        value("row 2 of column `ssp` is 0; expected at least one of the contract above zero")
    );
    assert_eq!(
        refused(|table| table.offsets[0] = 1),
        value("row 0 of column `offsets` is 1; expected 0")
    );
    assert_eq!(
        refused(|table| table.offsets[1] = 0),
        value("row 1 of column `offsets` is 0; expected 1 to 3")
    );
    assert_eq!(
        refused(|table| table.offsets[2] = u32::MAX),
        value("row 2 of column `offsets` is 4294967295; expected 3 to 3")
    );
    assert_eq!(
        refused(|table| table.last_day[0] = table.first_day[0] - 1),
        value(
            "row 0 of column `last_day` is 18275; expected 18276 to 21914: in the periods, and of a service of 1 to 36525 days"
        )
    );
    assert_eq!(
        refused(|table| table.first_day[2] = 18_261),
        value("row 2 of column `first_day` is 18261; expected 18262 to 21914: a day of the periods")
    );
    assert_eq!(
        refused(|table| table.last_day[2] = 21_915),
        value(
            "row 2 of column `last_day` is 21915; expected 18276 to 21914: in the periods, and of a service of 1 to 36525 days"
        )
    );
    assert_eq!(
        refused(|table| table.offsets.truncate(2)),
        length("column `offsets` has 2 values: it needs 3")
    );
    assert_eq!(
        refused(|table| _ = table.first_day.pop()),
        length("column `first_day` has 2 values: it needs 3")
    );
    assert_eq!(
        refused(|table| table.last_day.push(0)),
        length("column `last_day` has 4 values: it needs 3")
    );
    assert_eq!(
        refused(|table| {
            table.ssp.push(1);
            table.first_day.push(18_276);
            table.last_day.push(18_276);
        }),
        length("column `ssp` has 4 values: it needs 3")
    );
    let long = Table::of(&[(1, vec![(1, day("1901-01-01"), day("2001-01-01"))])]);
    let months = months("1900-01", "2020-12");
    let error = Batch::new(long.columns(), &months, &RevenuePolicy::standard()).unwrap_err();
    assert_eq!(error.code(), "column_value");
}

#[test]
fn periods_that_do_not_tile_time_are_refused() {
    let period = |first: &str, last: &str| Period::inclusive(day(first), day(last)).unwrap();
    let error = |periods: &[Period]| PeriodTable::new(periods).unwrap_err();
    let january = period("2020-01-01", "2020-01-31");
    assert_eq!(
        error(&[]).to_string(),
        "the periods of a batch go wrong at index 0: expected 1 to 65,535 periods"
    );
    for next in [
        period("2020-02-02", "2020-02-29"),
        period("2020-01-31", "2020-02-29"),
        january,
    ] {
        let error = error(&[january, next]);
        assert_eq!(error.code(), "invalid_periods");
        assert_eq!(
            error.to_string(),
            "the periods of a batch go wrong at index 1: expected a period that begins where the one before ends"
        );
    }
    assert_eq!(
        error(&[january, period("2020-02-01", "3021-01-01")]).code(),
        "invalid_periods"
    );
    let days: Vec<Period> = day("2020-01-01")
        .iter_days()
        .take(65_536)
        .map(|day| Period::inclusive(day, day).unwrap())
        .collect();
    let most = PeriodTable::new(&days[..65_535]).unwrap();
    let last = most.get(65_534).unwrap().start();
    let table = Table::of(&[(5, vec![(1, last.pred_opt().unwrap(), last)])]);
    let rows = Batch::new(table.columns(), &most, &RevenuePolicy::standard())
        .unwrap()
        .rows();
    assert_eq!(
        rows.iter()
            .map(|row| (row.period, row.amount))
            .collect::<Vec<_>>(),
        [(65_533, 3), (65_534, 2)]
    );
    assert_eq!(error(&days).code(), "invalid_periods");
    let month = |text: &str| text.parse::<FiscalMonth>().unwrap();
    for (first, last) in [("2020-02", "2020-01"), ("0001-01", "9999-12")] {
        assert_eq!(
            PeriodTable::months(month(first), month(last)).unwrap_err().code(),
            "invalid_periods"
        );
    }
}
