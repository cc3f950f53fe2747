//! The laws of the calendar, and a naive model that walks day by day beside it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use chrono::{Datelike, Days};
use l2c_calendar::{
    BillingCycle, CalendarError, FiscalCalendar, FiscalMonth, MAX_PERIODS, NaiveDate, Period, Quarter,
    add_months,
};
use l2c_money::Exact;
use proptest::prelude::*;

fn date() -> impl Strategy<Value = NaiveDate> {
    (0_u64..40_000).prop_map(|days| NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + Days::new(days))
}

/// The ends of months are where calendars go wrong: half of all dates are taken there.
fn tricky_date() -> impl Strategy<Value = NaiveDate> {
    let end = (1990_i32..2090, 1_u32..=12, 0_u64..4)
        .prop_map(|(year, month, back)| FiscalMonth::new(year, month).unwrap().last_day() - Days::new(back));
    prop_oneof![date(), end]
}

fn period(longest: u64) -> impl Strategy<Value = Period> {
    (tricky_date(), 1..longest).prop_map(|(start, days)| Period::new(start, start + Days::new(days)).unwrap())
}

fn days_of(period: &Period) -> Vec<NaiveDate> {
    period
        .start()
        .iter_days()
        .take_while(|day| *day < period.end())
        .collect()
}

/// Walks on day by day to the wanted month, then to the wanted day or the last one before the month ends.
fn walked(from: NaiveDate, months: u32) -> NaiveDate {
    let mut day = from.with_day(1).unwrap();
    for _ in 0..months {
        let month = day.month();
        while day.month() == month {
            day = day.succ_opt().unwrap();
        }
    }
    while day.day() < from.day() && day.succ_opt().unwrap().month() == day.month() {
        day = day.succ_opt().unwrap();
    }
    day
}

proptest! {
    #[test]
    fn adding_months_agrees_with_walking_day_by_day(from in tricky_date(), months in 0_u32..40) {
        let there = add_months(from, i32::try_from(months).unwrap()).unwrap();
        prop_assert_eq!(there, walked(from, months));
    }

    #[test]
    fn boundaries_are_counted_from_the_anchor(anchor in tricky_date(), every in 1_u32..=13, k in 0_i32..12) {
        let cycle = BillingCycle::new(anchor, every).unwrap();
        prop_assert_eq!(cycle.boundary(k).unwrap(), walked(anchor, every * k.unsigned_abs()));
        prop_assert_eq!(cycle.period(k).unwrap().end(), cycle.period(k + 1).unwrap().start());
        // Backwards the clamp is the same: the day of the anchor or the last day of the month.
        let back = cycle.boundary(-k).unwrap();
        prop_assert_eq!(back.day(), anchor.day().min(FiscalMonth::of(back).last_day().day()));
    }

    #[test]
    fn every_date_lies_in_the_period_of_its_index(
        anchor in tricky_date(), every in 1_u32..=13, date in tricky_date()
    ) {
        let cycle = BillingCycle::new(anchor, every).unwrap();
        let k = cycle.index_of(date).unwrap();
        prop_assert!(cycle.period(k).unwrap().contains(date));
    }

    #[test]
    fn tiles_cover_the_term_and_nothing_else(
        anchor in tricky_date(), every in 1_u32..=13, term in period(1500)
    ) {
        let cycle = BillingCycle::new(anchor, every).unwrap();
        let tiles = cycle.tiling(term).unwrap();
        let walked: Vec<NaiveDate> = tiles.iter().flat_map(days_of).collect();
        prop_assert_eq!(walked, days_of(&term));
        for tile in &tiles {
            let whole = cycle.period(cycle.index_of(tile.start()).unwrap()).unwrap();
            prop_assert_eq!(*tile, whole.intersect(&term).unwrap());
        }
    }

    #[test]
    fn the_shares_of_a_partition_sum_to_one(
        anchor in tricky_date(), every in 1_u32..=13, term in period(1500)
    ) {
        let tiles = BillingCycle::new(anchor, every).unwrap().tiling(term).unwrap();
        let shares: Exact = tiles.iter().map(|tile| term.prorate(tile)).sum();
        prop_assert_eq!(shares, Exact::ONE);
    }

    #[test]
    fn a_share_is_days_inside_over_days(whole in period(400), part in period(400)) {
        let inside = days_of(&part).into_iter().filter(|day| whole.contains(*day)).count();
        let expected = Exact::ratio(i64::try_from(inside).unwrap(), i64::from(whole.days())).unwrap();
        prop_assert_eq!(whole.prorate(&part), expected);
    }

    #[test]
    fn periods_agree_with_their_days(a in period(200), b in period(200)) {
        let days = days_of(&a);
        prop_assert_eq!(usize::try_from(a.days()).unwrap(), days.len());
        prop_assert_eq!(a.last_day(), *days.last().unwrap());
        prop_assert_eq!(Period::inclusive(a.start(), a.last_day()).unwrap(), a);
        let both: Vec<NaiveDate> = days.into_iter().filter(|day| b.contains(*day)).collect();
        prop_assert_eq!(a.intersect(&b).map_or(Vec::new(), |common| days_of(&common)), both);
        prop_assert_eq!(a.intersect(&b), b.intersect(&a));
        prop_assert!(Period::new(a.end(), a.start()).is_err() && Period::new(a.start(), a.start()).is_err());
    }

    #[test]
    fn months_and_quarters_hold_their_dates(date in tricky_date()) {
        let (month, quarter) = (FiscalMonth::of(date), Quarter::of(date));
        prop_assert!(month.period().unwrap().contains(date) && quarter.period().unwrap().contains(date));
        prop_assert_eq!(month.last_day(), month.period().unwrap().last_day());
        prop_assert_eq!(quarter.last_day(), quarter.period().unwrap().last_day());
        prop_assert_eq!((month.year(), month.month()), (date.year(), date.month()));
        prop_assert_eq!((quarter.year(), quarter.quarter()), (date.year(), date.month0() / 3 + 1));
        prop_assert_eq!(month.next().unwrap().previous().unwrap(), month);
        prop_assert_eq!(quarter.next().unwrap().previous().unwrap(), quarter);
        prop_assert_eq!(month.next().unwrap().first_day(), month.period().unwrap().end());
        prop_assert_eq!(quarter.next().unwrap().first_day(), quarter.period().unwrap().end());
        prop_assert_eq!(month.to_string().parse::<FiscalMonth>().unwrap(), month);
        prop_assert_eq!(quarter.to_string().parse::<Quarter>().unwrap(), quarter);
    }

    #[test]
    fn the_months_of_a_period_are_those_of_its_days(term in period(800)) {
        let mut months: Vec<FiscalMonth> = days_of(&term).into_iter().map(FiscalMonth::of).collect();
        months.dedup();
        prop_assert_eq!(term.fiscal_months(), months);
    }

    #[test]
    fn documents_read_back_what_they_wrote(term in period(2000), anchor in tricky_date(), every in 1_u32..100) {
        let text = serde_json::to_string(&term).unwrap();
        prop_assert_eq!(serde_json::from_str::<Period>(&text).unwrap(), term);
        let cycle = BillingCycle::new(anchor, every).unwrap();
        let text = serde_json::to_string(&cycle).unwrap();
        prop_assert_eq!(serde_json::from_str::<BillingCycle>(&text).unwrap(), cycle);
    }

    /// The model keeps one flag per month.
    #[test]
    fn closing_and_reopening_agree_with_a_flag_per_month(
        steps in proptest::collection::vec((any::<bool>(), 0_usize..24), 0..60)
    ) {
        let months = FiscalMonth::new(2016, 1).unwrap().through(FiscalMonth::new(2017, 12).unwrap());
        let mut open = [true; 24];
        let mut closed_once = [false; 24];
        let mut calendar = FiscalCalendar::open_from(months[0]);
        for (close, at) in steps {
            if close {
                let in_order = closed_once[..at].iter().all(|once| *once);
                prop_assert_eq!(calendar.close(months[at]).is_ok(), in_order);
                if in_order {
                    open[at] = false;
                    closed_once[at] = true;
                }
            } else {
                prop_assert_eq!(calendar.reopen(months[at], "board minute 7").is_ok(), !open[at]);
                open[at] = true;
            }
            for (index, month) in months.iter().enumerate() {
                prop_assert_eq!(calendar.is_open(*month), open[index]);
                let first = (index..24).find(|later| open[*later]);
                let expected = first.map_or(FiscalMonth::new(2018, 1).unwrap(), |first| months[first]);
                prop_assert_eq!(calendar.first_open(*month), expected);
                prop_assert_eq!(calendar.posting_month(month.last_day()), expected);
            }
            let text = serde_json::to_string(&calendar).unwrap();
            prop_assert_eq!(&serde_json::from_str::<FiscalCalendar>(&text).unwrap(), &calendar);
        }
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_31st_comes_back_after_a_short_month() {
    let cycle = BillingCycle::new(day("2024-01-31"), 1).unwrap();
    let starts: Vec<String> = (0..5).map(|k| cycle.boundary(k).unwrap().to_string()).collect();
    assert_eq!(
        starts,
        [
            "2024-01-31",
            "2024-02-29",
            "2024-03-31",
            "2024-04-30",
            "2024-05-31"
        ]
    );
    let yearly = BillingCycle::new(day("2024-02-29"), 12).unwrap();
    let starts: Vec<String> = (0..5).map(|k| yearly.boundary(k).unwrap().to_string()).collect();
    assert_eq!(
        starts,
        [
            "2024-02-29",
            "2025-02-28",
            "2026-02-28",
            "2027-02-28",
            "2028-02-29"
        ]
    );
}

#[test]
fn extreme_dates_are_errors_not_panics() {
    let code = |error: CalendarError| error.code();
    assert_eq!(
        Period::inclusive(NaiveDate::MAX, NaiveDate::MAX).map_err(code),
        Err("date_out_of_range")
    );
    assert_eq!(
        Period::months(NaiveDate::MAX, 1).map_err(code),
        Err("date_out_of_range")
    );
    assert_eq!(
        Period::months(NaiveDate::MIN, u32::MAX).map_err(code),
        Err("date_out_of_range")
    );
    assert_eq!(
        BillingCycle::new(NaiveDate::MIN, 0).map_err(code),
        Err("invalid_cycle")
    );
    for anchor in [NaiveDate::MIN, NaiveDate::MAX] {
        for every in [1, u32::MAX] {
            let cycle = BillingCycle::new(anchor, every).unwrap();
            for k in [i32::MIN, i32::MAX] {
                assert_eq!(cycle.period(k).map_err(code), Err("date_out_of_range"));
            }
            let index = cycle.index_of(anchor);
            assert_eq!(index, Ok(0));
            let ages = Period::new(NaiveDate::MIN, NaiveDate::MAX).unwrap();
            // A cycle so long that no other boundary is a date has one tile, if the term starts inside it.
            match cycle.tiling(ages) {
                Ok(tiles) => assert_eq!(tiles, [ages]),
                Err(error) => assert!(["too_many_periods", "date_out_of_range"].contains(&error.code())),
            }
        }
    }
    let (first, last) = (FiscalMonth::of(NaiveDate::MIN), FiscalMonth::of(NaiveDate::MAX));
    assert_eq!(
        (first.first_day(), last.last_day()),
        (NaiveDate::MIN, NaiveDate::MAX)
    );
    assert_eq!(first.previous().map_err(code), Err("date_out_of_range"));
    assert_eq!(last.next().map_err(code), Err("date_out_of_range"));
    assert_eq!(last.period().map_err(code), Err("date_out_of_range"));
    assert_eq!(Quarter::of(NaiveDate::MAX).last_day(), NaiveDate::MAX);
    assert_eq!(
        Quarter::of(NaiveDate::MAX).next().map_err(code),
        Err("date_out_of_range")
    );
    assert_eq!(Quarter::of(NaiveDate::MIN).first_day(), NaiveDate::MIN);
    for month in [first, last] {
        assert_eq!(month.to_string().parse(), Ok(month));
    }
    assert_eq!(
        FiscalCalendar::open_from(last).close(last).map_err(code),
        Err("date_out_of_range")
    );
}

#[test]
fn a_term_of_too_many_periods_is_refused() {
    let start = day("2000-01-01");
    let cycle = BillingCycle::new(start, 1).unwrap();
    let count = u32::try_from(MAX_PERIODS).unwrap();
    assert_eq!(
        cycle.tiling(Period::months(start, count).unwrap()).unwrap().len(),
        MAX_PERIODS
    );
    let error = cycle
        .tiling(Period::months(start, count + 1).unwrap())
        .unwrap_err();
    assert_eq!(error, CalendarError::TooManyPeriods { limit: MAX_PERIODS });
}

#[test]
fn malformed_documents_are_refused() {
    for text in [
        "2017-13",
        "2017-00",
        "2017-1",
        "17-01",
        "2017-001",
        "+2017-01",
        "02017-01",
        "2017",
        "",
        "2017-01-01",
    ] {
        assert_eq!(
            text.parse::<FiscalMonth>().map_err(|e| e.code()),
            Err("invalid_month"),
            "{text}"
        );
    }
    for text in [
        "2017-Q0", "2017-Q5", "2017-q1", "2017Q1", "17-Q1", "2017-Q01", "2017-Q+1", "",
    ] {
        assert_eq!(
            text.parse::<Quarter>().map_err(|e| e.code()),
            Err("invalid_quarter"),
            "{text}"
        );
    }
    for text in [
        r#"{"start": "2017-01-02", "end": "2017-01-02"}"#,
        r#"{"start": "2017-01-02", "end": "2017-01-01"}"#,
        r#"{"start": "2017-02-30", "end": "2017-03-01"}"#,
        r#"{"start": "2017-01-01", "end": "2017-01-02", "days": 1}"#,
    ] {
        assert!(serde_json::from_str::<Period>(text).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<BillingCycle>(r#"{"anchor": "2017-01-01", "months": 0}"#).is_err());
    for text in [
        r#"{"first_open": "2017-05", "reopened": {"2017-05": "CFO"}}"#,
        r#"{"first_open": "2017-05", "reopened": {"2017-04": " "}}"#,
        r#"{"first_open": "2017-05", "closed": []}"#,
    ] {
        assert!(serde_json::from_str::<FiscalCalendar>(text).is_err(), "{text}");
    }
}

#[test]
fn reopening_names_its_authority() {
    let may = FiscalMonth::new(2017, 5).unwrap();
    let april = may.previous().unwrap();
    let mut calendar = FiscalCalendar::open_from(may);
    assert_eq!(
        calendar.reopen(april, "  ").unwrap_err().code(),
        "invalid_authority"
    );
    assert_eq!(
        calendar.reopen(april, &"x".repeat(201)).unwrap_err().code(),
        "invalid_authority"
    );
    assert_eq!(calendar.reopen(may, "CFO").unwrap_err().code(), "not_closed");
    assert_eq!(calendar, FiscalCalendar::open_from(may));
    calendar.reopen(april, " CFO memo 12 ").unwrap();
    assert_eq!(
        calendar.reopened().get(&april).map(String::as_str),
        Some("CFO memo 12")
    );
    assert_eq!(
        serde_json::to_string(&calendar).unwrap(),
        r#"{"first_open":"2017-05","reopened":{"2017-04":"CFO memo 12"}}"#
    );
    let june = may.next().unwrap();
    assert_eq!(calendar.close(june).unwrap_err().code(), "earlier_month_open");
}
