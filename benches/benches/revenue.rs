//! One contract as a document, and contracts by the thousand as columns beside a loop by hand.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::hint::black_box;

use bulk::generator::{Contracts, contracts};
use bulk::limit::revenue as limit;
use bulk::revenue::{MONTHS, columns, months};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use l2c::calendar::Period;
use l2c::chrono::{DateTime, NaiveDate};
use l2c::money::{Currency, Money};
use l2c::revenue::batch::{Batch, ScheduleColumns};
use l2c::revenue::{
    Book, Consideration, Fact, Measure, Obligation, RevenueEvent, RevenuePolicy, StandalonePrice, Terms,
    TermsDocument, View, project,
};

const CONTRACTS: usize = 10_000;
const OBLIGATIONS: usize = 5;

fn date(days: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(days).unwrap()
}

fn usd(cents: i64) -> Money {
    Money::from_minor(cents, Currency::USD).unwrap()
}

/// The facts of the first contract with five obligations.
fn facts(contracts: &Contracts) -> Vec<RevenueEvent> {
    let (contract, offsets) = contracts
        .offsets
        .windows(2)
        .enumerate()
        .find(|(_, offsets)| (offsets[1] - offsets[0]) as usize == OBLIGATIONS)
        .unwrap();
    let obligation = |row: usize| {
        let (first, last) = (date(contracts.first_day[row]), date(contracts.last_day[row]));
        Obligation::new(
            format!("obligation {row}"),
            StandalonePrice::observable(usd(contracts.ssp[row])),
            Measure::time(Period::inclusive(first, last).unwrap()),
        )
    };
    let rows = offsets[0] as usize..offsets[1] as usize;
    let (id, customer) = ("rev_1".parse().unwrap(), "pty_1".parse().unwrap());
    let (entity, policy) = ("US01".parse().unwrap(), RevenuePolicy::standard());
    let terms = Terms::new(TermsDocument {
        consideration: vec![Consideration::fixed("price", usd(contracts.price[contract]))],
        obligations: rows.clone().map(obligation).collect(),
        ..TermsDocument::new(id, customer, entity, Currency::USD, policy)
    });
    vec![RevenueEvent::new(
        rows.map(|row| date(contracts.first_day[row])).min().unwrap(),
        DateTime::default(),
        1,
        Fact::inception(terms.unwrap()),
    )]
}

fn document(c: &mut Criterion) {
    let facts = facts(&contracts(100));
    let view = |as_of| View {
        as_of,
        known_at: DateTime::default(),
        book: Book::Asc606,
    };
    let begun = view(facts[0].effective.pred_opt().unwrap());
    let rows = project(&facts, &begun)
        .unwrap()
        .obligations
        .iter()
        .map(|o| o.schedule.len())
        .sum::<usize>();
    let mut group = c.benchmark_group("a contract with 5 obligations, as a document");
    group.throughput(Throughput::Elements(rows as u64));
    group.bench_function("allocation and schedules", |b| {
        b.iter(|| project(black_box(&facts), &begun).unwrap())
    });
    let ended = view("2031-12-31".parse().unwrap());
    group.bench_function("and every month's balances", |b| {
        b.iter(|| project(black_box(&facts), &ended).unwrap())
    });
    group.finish();
}

fn batch(c: &mut Criterion) {
    let contracts = contracts(CONTRACTS);
    let (table, policy) = (months().unwrap(), RevenuePolicy::standard());
    let of = || Batch::new(columns(&contracts), &table, &policy).unwrap();
    let months = limit::months();
    let count = of().count(0..CONTRACTS);

    let mut group = c.benchmark_group(format!("{CONTRACTS} contracts, {count} rows"));
    group
        .throughput(Throughput::Elements(count as u64))
        .sample_size(50);
    group.bench_function("streamed to totals", |b| {
        b.iter(|| {
            let mut totals = [0; MONTHS];
            of().stream(0..CONTRACTS, |schedule| {
                for (total, amount) in totals[schedule.period..].iter_mut().zip(schedule.amounts) {
                    *total += amount;
                }
            });
            totals
        });
    });
    group.bench_function("streamed to totals, the limit", |b| {
        b.iter(|| limit::totals(&contracts, &months, 0..CONTRACTS));
    });
    let mut rows = ScheduleColumns::default();
    group.bench_function("into columns that are there", |b| {
        b.iter(|| {
            rows.clear();
            of().append(0..CONTRACTS, &mut rows);
        });
    });
    group.bench_function("into new columns", |b| {
        b.iter(|| {
            let mut rows = ScheduleColumns::default();
            of().append(0..CONTRACTS, &mut rows);
            rows
        });
    });
    group.bench_function("into new columns, the limit", |b| {
        b.iter(|| limit::rows(&contracts, &months, 0..CONTRACTS));
    });
    group.bench_function("as rows", |b| b.iter(|| of().rows()));
    group.finish();
}

criterion_group!(benches, document, batch);
criterion_main!(benches);
