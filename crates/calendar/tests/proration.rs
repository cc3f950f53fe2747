//! Proration: the modes on figures worked by hand, and the laws that hold for all periods.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use chrono::Days;
use l2c_calendar::{NaiveDate, Period, PriceTerm, ProrationPolicy, add_months};
use l2c_explain::{Note, Recorder, Trace};
use l2c_money::{Currency, Exact, Rounding, RoundingPolicy};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn span(first: &str, last: &str) -> Period {
    Period::inclusive(day(first), day(last)).unwrap()
}

fn policy(json: &str) -> ProrationPolicy {
    serde_json::from_str(json).unwrap()
}

fn factor(json: &str, period: Period, term: PriceTerm) -> Exact {
    policy(json).prorate(period, term).unwrap().factor().clone()
}

fn ratio(a: i64, b: i64) -> Exact {
    Exact::ratio(a, b).unwrap()
}

#[test]
fn a_year_of_any_length_costs_a_year() {
    let (leap, plain) = (span("2024-01-01", "2024-12-31"), span("2025-01-01", "2025-12-31"));
    for period in [leap, plain] {
        let factor = ProrationPolicy::default()
            .prorate(period, PriceTerm::YEAR)
            .unwrap();
        assert_eq!(*factor.factor(), Exact::ONE);
    }
    // Days over 365 is a policy to choose.
    assert_eq!(
        factor(r#"{"mode": "days"}"#, leap, PriceTerm::YEAR),
        ratio(366, 365)
    );
    assert_eq!(factor(r#"{"mode": "days"}"#, plain, PriceTerm::YEAR), Exact::ONE);
}

#[test]
fn a_mode_counts_by_the_term_of_the_price_unless_it_names_one() {
    let half = PriceTerm::of_months(6).unwrap();
    let period = span("2025-04-20", "2026-01-14"); // 8 months and 26 days, 270 days
    assert_eq!(factor(r#"{"mode": "months_up"}"#, period, half), ratio(9, 6));
    assert_eq!(
        factor(r#"{"mode": "months_up", "term_months": 12}"#, period, half),
        ratio(9, 12)
    );
    assert_eq!(factor(r#"{"mode": "days"}"#, period, half), ratio(270 * 2, 365));
    assert_eq!(
        factor(r#"{"mode": "days", "term_days": 180}"#, period, half),
        ratio(3, 2)
    );
    let rest = ratio(26 * 12, 365);
    assert_eq!(
        factor(r#"{"mode": "months_days"}"#, period, half),
        (Exact::integer(8) + rest) * ratio(1, 6)
    );
}

#[test]
fn an_annual_price_is_cut_at_the_anniversary() {
    let term = PriceTerm::YEAR.anchored(day("2011-01-17"));
    let policy = ProrationPolicy::default();
    let proration = policy.prorate(span("2011-01-10", "2012-03-03"), term).unwrap();
    let parts: Vec<_> = proration
        .parts()
        .iter()
        .map(|part| (part.days(), part.of_days))
        .collect();
    assert_eq!(parts, [(7, 365), (365, 365), (47, 366)]);

    // Each part is billed by itself: 7 + 365 + 46.87.
    let mut trace = Trace::new();
    let price = trace.input(Exact::integer(365), || Note::new("price").money(Currency::USD));
    let amount = proration
        .record_amount(&mut trace, &price, None, RoundingPolicy::HALF_UP, Currency::USD)
        .unwrap();
    assert_eq!(amount.amount.value.to_string(), "418.87");
    assert_eq!(amount.parts.len(), 3);
    assert_eq!(
        trace.finish(&amount.amount).recompute().unwrap(),
        amount.amount.value
    );
}

#[test]
fn a_rounded_factor_is_the_one_that_is_multiplied() {
    let proration = policy(r#"{"mode": "fixed_month"}"#)
        .prorate(span("2023-05-23", "2023-06-14"), PriceTerm::MONTH)
        .unwrap();
    assert_eq!((proration.days(), proration.factor()), (Some(22), &ratio(22, 30)));
    let two = RoundingPolicy::scale(2, Rounding::HalfUp).unwrap();
    let mut trace = Trace::new();
    let price = trace.input(Exact::integer(300), || Note::new("price"));
    let amount = proration
        .record_amount(
            &mut trace,
            &price,
            Some(two),
            RoundingPolicy::HALF_UP,
            Currency::USD,
        )
        .unwrap();
    assert_eq!(amount.amount.value, Exact::integer(219)); // 300 x 0.73
    assert_eq!(
        trace.finish(&amount.amount).recompute().unwrap(),
        Exact::integer(219)
    );
}

#[test]
fn every_month_has_thirty_days() {
    let days = |first: &str, last: &str| {
        policy(r#"{"mode": "fixed_month"}"#)
            .prorate(span(first, last), PriceTerm::MONTH)
            .map(|proration| proration.days().unwrap())
            .map_err(|error| error.code())
    };
    assert_eq!(days("2023-02-23", "2023-03-14"), Ok(22));
    assert_eq!(days("2024-02-23", "2024-03-14"), Ok(22));
    // A whole month is a month, whatever its days.
    assert_eq!(days("2023-02-01", "2023-02-28"), Ok(30));
    assert_eq!(days("2023-01-31", "2023-02-27"), Ok(30));
    assert_eq!(days("2023-01-01", "2023-01-30"), Ok(30));
    assert_eq!(days("2023-01-15", "2023-02-15"), Err("term_too_long"));
    // A month of one day by count: what is corrected never falls below zero.
    let short = policy(r#"{"mode": "fixed_month", "month_days": 1}"#);
    let proration = short
        .prorate(span("2023-01-31", "2023-02-01"), PriceTerm::MONTH)
        .unwrap();
    assert_eq!(proration.days(), Some(0));
}

#[test]
fn days_and_months_without_dates() {
    let days = policy(r#"{"mode": "days"}"#);
    assert_eq!(
        *days.prorate_days(830, PriceTerm::YEAR).unwrap().factor(),
        ratio(830, 365)
    );
    let months = policy(r#"{"mode": "months_up"}"#);
    let proration = months.prorate_months(34, 1, PriceTerm::YEAR).unwrap();
    assert_eq!((proration.months(), proration.days()), (Some(35), None));
    assert_eq!(*proration.factor(), ratio(35, 12));
    let code = |result: Result<_, l2c_calendar::CalendarError>| result.map(|_| ()).map_err(|e| e.code());
    assert_eq!(code(months.prorate_days(1, PriceTerm::YEAR)), Err("dates_needed"));
    assert_eq!(
        code(days.prorate_months(1, 0, PriceTerm::YEAR)),
        Err("dates_needed")
    );
}

#[test]
fn a_policy_is_data() {
    for (text, right) in [
        (r#"{"mode":"days"}"#, true),
        (r#"{"mode":"days","term_days":365}"#, true),
        (
            r#"{"mode":"billing_cycle","cycle_months":1,"anchor":"2025-01-31"}"#,
            true,
        ),
        (r#"{"mode":"fixed_month"}"#, true),
        (r#"{"mode":"days","term_days":0}"#, false),
        (r#"{"mode":"days","term_months":12}"#, false),
        (r#"{"mode":"weeks"}"#, false),
    ] {
        let read = serde_json::from_str::<ProrationPolicy>(text);
        assert_eq!(read.is_ok(), right, "{text}");
        if let Ok(policy) = read {
            assert_eq!(
                policy,
                serde_json::from_value(serde_json::to_value(policy).unwrap()).unwrap()
            );
        }
    }
}

#[test]
fn hostile_terms_end_in_an_error() {
    let all = Period::new(NaiveDate::MIN, NaiveDate::MAX).unwrap();
    let code = |json: &str, term| policy(json).prorate(all, term).map(|_| ()).map_err(|e| e.code());
    assert_eq!(
        code(r#"{"mode": "calendar_months"}"#, PriceTerm::YEAR),
        Err("too_many_periods")
    );
    assert_eq!(
        code(r#"{"mode": "billing_cycle"}"#, PriceTerm::MONTH),
        Err("too_many_periods")
    );
    assert_eq!(code(r#"{"mode": "months_days"}"#, PriceTerm::MONTH), Ok(()));
    let long = PriceTerm::of_months(u32::MAX).unwrap();
    assert_eq!(
        code(r#"{"mode": "billing_cycle"}"#, long),
        Err("date_out_of_range")
    );
}

fn start() -> impl Strategy<Value = NaiveDate> {
    let any = (0_u64..20_000).prop_map(|days| day("2000-01-01") + Days::new(days));
    // The ends of months are where calendars go wrong.
    let end = (0_i32..600, 0_u64..3)
        .prop_map(|(months, back)| add_months(day("2000-01-31"), months).unwrap() - Days::new(back));
    prop_oneof![any, end]
}

fn period() -> impl Strategy<Value = Period> {
    (start(), 1_u64..1_500).prop_map(|(start, days)| Period::new(start, start + Days::new(days)).unwrap())
}

fn term() -> impl Strategy<Value = PriceTerm> {
    (1_u32..=36, start()).prop_map(|(months, anchor)| PriceTerm::of_months(months).unwrap().anchored(anchor))
}

fn by_days() -> impl Strategy<Value = ProrationPolicy> {
    prop_oneof![
        Just(policy(r#"{"mode": "days"}"#)),
        Just(policy(r#"{"mode": "days", "term_days": 360}"#)),
        Just(policy(r#"{"mode": "calendar_months"}"#)),
        Just(ProrationPolicy::default()),
    ]
}

fn any_mode() -> impl Strategy<Value = ProrationPolicy> {
    prop_oneof![
        by_days(),
        Just(policy(r#"{"mode": "months_up"}"#)),
        Just(policy(r#"{"mode": "months_days"}"#)),
    ]
}

proptest! {
    /// Cutting a period into parts changes nothing where days are counted.
    #[test]
    fn a_partition_sums_to_the_whole(policy in by_days(), period in period(), term in term(), cut in 0_u64..=1_500) {
        let days = cut.min(period.days().into());
        let whole = policy.prorate(period, term).unwrap();
        let middle = period.start() + Days::new(days);
        let parts: Exact = [(period.start(), middle), (middle, period.end())]
            .into_iter()
            .filter_map(|(from, to)| Period::new(from, to).ok())
            .map(|part| policy.prorate(part, term).unwrap().factor().clone())
            .sum();
        prop_assert_eq!(&parts, whole.factor());
    }

    /// A day more never costs less.
    #[test]
    fn the_factor_never_falls_with_the_end(policy in any_mode(), period in period(), term in term()) {
        let longer = Period::new(period.start(), period.end() + Days::new(1)).unwrap();
        let (less, more) = (policy.prorate(period, term).unwrap(), policy.prorate(longer, term).unwrap());
        prop_assert!(less.factor() <= more.factor());
        prop_assert!(less.factor().is_positive());
    }

    /// A month of thirty days: the same, up to the whole month.
    #[test]
    fn fixed_months_never_fall_with_the_end(start in start(), days in 1_u64..31, month_days in 30_u32..=31) {
        let policy = policy(&format!(r#"{{"mode": "fixed_month", "month_days": {month_days}}}"#));
        let factor = |days: u64| {
            let period = Period::new(start, start + Days::new(days)).unwrap();
            policy.prorate(period, PriceTerm::MONTH).map(|proration| proration.factor().clone())
        };
        if let (Ok(less), Ok(more)) = (factor(days), factor(days + 1)) {
            prop_assert!(less <= more);
        }
        let month = Period::months(start, 1).unwrap();
        let whole = policy.prorate(month, PriceTerm::MONTH).unwrap();
        prop_assert_eq!(whole.factor(), &Exact::ONE);
    }

    /// A whole term costs the price, wherever it starts.
    #[test]
    fn a_full_term_has_factor_one(start in start(), months in 1_u32..=36) {
        let term = PriceTerm::of_months(months).unwrap();
        let period = Period::months(start, months).unwrap();
        let days = period.days();
        for json in [
            r#"{"mode": "months_up"}"#.to_owned(),
            r#"{"mode": "months_days"}"#.to_owned(),
            r#"{"mode": "billing_cycle"}"#.to_owned(),
            format!(r#"{{"mode": "days", "term_days": {days}}}"#),
        ] {
            prop_assert_eq!(factor(&json, period, term), Exact::ONE);
        }
        let first = l2c_calendar::FiscalMonth::of(start).first_day();
        let aligned = Period::months(first, months).unwrap();
        prop_assert_eq!(factor(r#"{"mode": "calendar_months"}"#, aligned, term), Exact::ONE);
    }

    /// Cycles from the end of a month never drift: every boundary is the anchor's day, or the month's last.
    #[test]
    fn month_ends_never_drift(months in 1_i32..48, every in 1_u32..=12) {
        let anchor = day("2024-01-31");
        let period = Period::new(anchor, add_months(anchor, months).unwrap()).unwrap();
        let term = PriceTerm::of_months(every).unwrap().anchored(anchor);
        let proration = ProrationPolicy::default().prorate(period, term).unwrap();
        let whole = usize::try_from(months.unsigned_abs() / every).unwrap();
        for (k, part) in (0_i32..).zip(proration.parts()) {
            let boundary = add_months(anchor, k * i32::try_from(every).unwrap()).unwrap();
            prop_assert_eq!(part.period.start(), boundary);
        }
        for part in &proration.parts()[..whole] {
            prop_assert_eq!(part.days(), part.of_days);
        }
    }

    /// Months and days are the most whole months, and the days to the end.
    #[test]
    fn whole_months_and_days_reach_the_end(period in period()) {
        let (months, days) = period.whole_months().unwrap();
        let months = i32::try_from(months).unwrap();
        let reached = add_months(period.start(), months).unwrap();
        prop_assert_eq!(reached + Days::new(days.into()), period.end());
        prop_assert!(add_months(period.start(), months + 1).unwrap() > period.end());
    }

    /// The derivation gives the factor.
    #[test]
    fn a_derivation_recomputes(policy in any_mode(), period in period(), term in term()) {
        let proration = policy.prorate(period, term).unwrap();
        let mut trace = Trace::new();
        let factor = proration.record(&mut trace, None, Currency::USD).unwrap();
        prop_assert_eq!(&factor.value, proration.factor());
        prop_assert_eq!(&trace.finish(&factor).recompute().unwrap(), proration.factor());
    }
}
