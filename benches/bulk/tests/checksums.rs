//! The crate computes what every correct run of a workload computes.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use bulk::generator::contracts;
use bulk::revenue::{Engine, Mode, run};

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
