//! The crate computes what every correct run of a workload computes.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use bulk::generator::{contracts, quote_lines};
use bulk::revenue::run;
use bulk::{Engine, Mode, pricing};

/// Figures that many implementations agree on, of data of the seed that is the default.
#[test]
fn workload_a_has_the_known_checksums() {
    if std::env::var("PERF_SEED").is_ok() {
        return; // other data
    }
    let contracts = contracts(1_000);
    assert_eq!(contracts.checksum(), 38_932_009_699_942);
    for engine in [Engine::L2c, Engine::Limit] {
        let check = |mode| run(&contracts, engine, mode, 1).unwrap().checksums(&contracts);
        assert_eq!(
            check(Mode::Mat),
            [138_241, 11_046_250_667, 54_216_061_618_129],
            "{engine:?}"
        );
        assert_eq!(
            check(Mode::Sink),
            [61, 11_046_250_667, 277_159_179_413],
            "{engine:?}"
        );
    }
}

/// More than one chunk for each thread.
#[test]
fn threads_change_nothing() {
    let contracts = contracts(9_000);
    for mode in [Mode::Mat, Mode::Sink] {
        let check = |engine, threads| {
            run(&contracts, engine, mode, threads)
                .unwrap()
                .checksums(&contracts)
        };
        assert_eq!(check(Engine::L2c, 1), check(Engine::L2c, 2));
        assert_eq!(check(Engine::L2c, 3), check(Engine::Limit, 1));
    }
}

/// Figures that many implementations agree on, of data of the seed that is the default.
#[test]
fn workload_b_has_the_known_checksums() {
    if std::env::var("PERF_SEED").is_ok() {
        return; // other data
    }
    let known: [(usize, i128, [i128; 4]); 2] = [
        (
            1_000,
            3_912_761_453,
            [1_000, 112_382_798_895, 55_720_039_269_677, 160],
        ),
        (
            10_000,
            393_778_280_635,
            [10_000, 1_193_819_253_796, 5_976_961_964_771_800, 1_719],
        ),
    ];
    for (n, input, check) in known {
        let lines = quote_lines(n);
        let prepared = pricing::prepared(&lines).unwrap();
        assert_eq!(lines.checksum(), input);
        for engine in [Engine::L2c, Engine::Limit] {
            let sums = |mode| {
                pricing::run(&lines, &prepared, engine, mode, 1)
                    .unwrap()
                    .checksums()
            };
            assert_eq!(sums(Mode::Mat), check, "{engine:?}");
            assert_eq!(sums(Mode::Sink), [0, check[1], 0, check[3]], "{engine:?}");
        }
    }
}

/// More than one chunk for each thread, and whatever the seed is.
#[test]
fn threads_change_no_price() {
    let lines = quote_lines(40_000);
    let prepared = pricing::prepared(&lines).unwrap();
    for mode in [Mode::Mat, Mode::Sink] {
        let sums = |engine, threads| {
            pricing::run(&lines, &prepared, engine, mode, threads)
                .unwrap()
                .checksums()
        };
        assert_eq!(sums(Engine::L2c, 1), sums(Engine::L2c, 2));
        assert_eq!(sums(Engine::L2c, 3), sums(Engine::Limit, 1));
    }
}
