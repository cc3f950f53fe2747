//! `bulk A|B|price|explain N [THREADS] [mat|sink] [REPS] [--peer l2c|limit|both]`: times a workload and prints one line of JSON.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    reason = "times are floats, and there is at least one"
)]

use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

use bulk::{Engine, Mode, generator, pricing, quote, revenue};
use clap::{Parser, ValueEnum};

/// Times a workload: inputs in memory to outputs in memory; neither generation nor checksums are timed.
///
/// The data come from a seed, the hexadecimal value of PERF_SEED if there is one.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// A: revenue contracts to monthly schedules. B: lines of quotes to amounts. price, explain: one quote under 500
    /// rules as a document.
    workload: Workload,
    /// The number of contracts or lines.
    n: usize,
    /// The number of threads.
    #[arg(default_value_t = 1, value_parser = at_least_one)]
    threads: usize,
    /// Keep every row or amount, or add them up as they come.
    #[arg(default_value = "mat")]
    mode: ModeName,
    /// How often to run.
    #[arg(default_value_t = 5, value_parser = at_least_one)]
    reps: usize,
    /// The crate, the loop by hand that is its limit, or both in turn.
    #[arg(long, default_value = "l2c")]
    peer: Peer,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(fault) => Err(format!("{fault}")),
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Workload {
    #[value(name = "A")]
    A,
    #[value(name = "B")]
    B,
    Price,
    Explain,
}

#[derive(Clone, Copy, ValueEnum)]
enum ModeName {
    Mat,
    Sink,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Peer {
    L2c,
    Limit,
    Both,
}

fn main() -> ExitCode {
    match measure(&Arguments::parse()) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("bulk: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// The times of one engine, and its checksums.
#[derive(Default)]
struct Times {
    seconds: Vec<f64>,
    check: Vec<i128>,
}

impl Times {
    fn median(&self) -> f64 {
        median(self.seconds.clone())
    }

    fn min(&self) -> f64 {
        self.seconds.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What is known of the data before a workload runs.
struct Input {
    workload: &'static str,
    generated: f64,
    checksum: i128,
}

fn measure(arguments: &Arguments) -> Result<String, Box<dyn Error>> {
    let (n, threads) = (arguments.n, arguments.threads);
    let start = Instant::now();
    match arguments.workload {
        Workload::A => {
            let contracts = generator::contracts(n);
            let input = Input {
                workload: "A",
                generated: start.elapsed().as_secs_f64(),
                checksum: contracts.checksum(),
            };
            let run = |engine, mode| Ok(revenue::run(&contracts, engine, mode, threads)?);
            timed(arguments, &input, run, |output| {
                Ok(output.checksums(&contracts).to_vec())
            })
        }
        Workload::B => {
            let lines = generator::quote_lines(n);
            let input = Input {
                workload: "B",
                generated: start.elapsed().as_secs_f64(),
                checksum: lines.checksum(),
            };
            let prepared = pricing::prepared(&lines)?;
            let run = |engine, mode| Ok(pricing::run(&lines, &prepared, engine, mode, threads)?);
            timed(arguments, &input, run, |output| Ok(output.checksums().to_vec()))
        }
        Workload::Price | Workload::Explain => {
            if arguments.peer != Peer::L2c || threads != 1 {
                return Err("a document is priced by one thread, and has no limit".into());
            }
            let (engine, request) = (quote::engine()?, quote::request(n)?);
            let is_explained = matches!(arguments.workload, Workload::Explain);
            let input = Input {
                workload: if is_explained { "explain" } else { "price" },
                generated: start.elapsed().as_secs_f64(),
                checksum: 0,
            };
            if is_explained {
                let run = |_, _| Ok(engine.explain(&request)?);
                return timed(arguments, &input, run, |quote| quote::checksums(quote.quote()));
            }
            timed(
                arguments,
                &input,
                |_, _| Ok(engine.price(&request)?),
                quote::checksums,
            )
        }
    }
}

/// Runs the engines in turn.
fn timed<T>(
    arguments: &Arguments,
    input: &Input,
    run: impl Fn(Engine, Mode) -> Result<T, Box<dyn Error>>,
    checksums: impl Fn(&T) -> Result<Vec<i128>, Box<dyn Error>>,
) -> Result<String, Box<dyn Error>> {
    let Arguments {
        n,
        threads,
        reps,
        peer,
        ..
    } = *arguments;
    let (mode, mode_name) = match arguments.mode {
        ModeName::Mat => (Mode::Mat, "mat"),
        ModeName::Sink => (Mode::Sink, "sink"),
    };
    reset_peak_memory();
    let memory_before = peak_memory();

    let engines: &[Engine] = match peer {
        Peer::L2c => &[Engine::L2c],
        Peer::Limit => &[Engine::Limit],
        Peer::Both => &[Engine::L2c, Engine::Limit],
    };
    let mut times = [Times::default(), Times::default()];
    let mut memory = 0.0;
    for _ in 0..reps {
        for (engine, times) in engines.iter().zip(&mut times) {
            let start = Instant::now();
            let output = run(*engine, mode)?;
            times.seconds.push(start.elapsed().as_secs_f64());
            if memory == 0.0 {
                memory = peak_memory();
            }
            if times.check.is_empty() {
                times.check = checksums(&output)?;
            }
        }
    }

    let [first, limit] = &times;
    let Input {
        workload,
        generated,
        checksum,
    } = input;
    let mut line = format!(
        r#"{{"w":"{workload}","n":{n},"peer":"{}","threads":{threads},"mode":"{mode_name}","median_s":{:.6},"min_s":{:.6},"gen_s":{generated:.3},"input":{checksum},"check":{:?},"rss_in_mb":{memory_before:.2},"rss_mb":{memory:.2}"#,
        if peer == Peer::Limit { "limit" } else { "l2c" },
        first.median(),
        first.min(),
        first.check,
    );
    if peer == Peer::Both {
        let ratios = first
            .seconds
            .iter()
            .zip(&limit.seconds)
            .map(|(first, limit)| first / limit);
        line += &format!(
            r#","limit_median_s":{:.6},"limit_min_s":{:.6},"limit_check":{:?},"ratio":{:.3}"#,
            limit.median(),
            limit.min(),
            limit.check,
            median(ratios.collect()),
        );
    }
    Ok(line + "}")
}

/// Lets the peak begin again at what is in memory now, where the system can do that.
fn reset_peak_memory() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The largest memory so far, in MB; zero where the system does not tell.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}
