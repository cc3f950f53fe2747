//! A quote of ten thousand lines under five hundred rules, with and without its derivation; lines by the million
//! beside a loop by hand.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::hint::black_box;

use bulk::generator::quote_lines;
use bulk::limit::pricing as limit;
use bulk::quote::{LINES, engine, request};
use bulk::{Engine, Mode, pricing};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const COLUMN_LINES: usize = 100_000;

fn quote(c: &mut Criterion) {
    let (engine, request) = (engine().unwrap(), request(LINES).unwrap());
    let mut group = c.benchmark_group(format!("{LINES} lines, 500 rules"));
    group
        .throughput(Throughput::Elements(LINES as u64))
        .sample_size(10);
    group.bench_function("price", |b| b.iter(|| engine.price(black_box(&request)).unwrap()));
    group.bench_function("explain", |b| {
        b.iter(|| engine.explain(black_box(&request)).unwrap())
    });
    group.finish();
}

fn batch(c: &mut Criterion) {
    let lines = quote_lines(COLUMN_LINES);
    let prepared = pricing::prepared(&lines).unwrap();
    let run = |engine, mode| pricing::run(&lines, &prepared, engine, mode, 1).unwrap();
    let mut group = c.benchmark_group(format!("{COLUMN_LINES} lines as columns"));
    group
        .throughput(Throughput::Elements(COLUMN_LINES as u64))
        .sample_size(50);
    group.bench_function("kept", |b| b.iter(|| run(Engine::L2c, Mode::Mat)));
    group.bench_function("kept, the limit", |b| b.iter(|| run(Engine::Limit, Mode::Mat)));
    group.bench_function("totals", |b| b.iter(|| run(Engine::L2c, Mode::Sink)));
    group.bench_function("totals, the limit", |b| {
        b.iter(|| limit::totals(&lines, 0..COLUMN_LINES))
    });
    group.finish();
}

criterion_group!(benches, quote, batch);
criterion_main!(benches);
