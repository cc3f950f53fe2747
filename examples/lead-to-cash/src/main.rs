//! From a CRM export to the journal: every room of l2c on one path, on an embedded store.
//!
//! `cargo run --release -p lead-to-cash -- --help`

mod billing;
mod books;
mod checks;
mod collecting;
mod commissioning;
mod contracting;
mod error;
mod forecasting;
mod import;
mod offer;
mod ordering;
mod output;
mod parties;
mod policy;
mod progress;
mod quoting;
mod recognising;
mod reconcile;
mod record;
mod run;
mod selling;
mod simulation;
mod stage;
mod tables;
mod terms;

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Parser;

/// Takes a CRM export from lead to journal and leaves a folder of ledgers, schedules and statements.
///
/// Payments are simulated: an export has none.
#[derive(Parser)]
#[command(version)]
pub struct Arguments {
    /// Folder of the export: accounts.csv, products.csv, sales_teams.csv, sales_pipeline.csv and, where there is
    /// one, clicks.csv; plain or as .csv.gz.
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/sample"), hide_default_value = true)]
    data: PathBuf,
    /// Folder of the policy documents.
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/policy"), hide_default_value = true)]
    policy: PathBuf,
    /// The SQLite file that keeps every event [default: store.sqlite in the output folder].
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Folder for the results.
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// The date of the run; what came later is left out [default: the latest date in the data].
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Print nothing but what went wrong.
    #[arg(long)]
    quiet: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run::run(&arguments) {
        Ok(report) => {
            if !arguments.quiet {
                println!("{report}");
            }
            let failed: Vec<_> = report
                .reconciliations
                .iter()
                .filter(|check| !check.holds())
                .collect();
            for check in &failed {
                eprintln!("{check}");
            }
            if failed.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(failure) => {
            eprintln!("lead-to-cash: {failure}");
            ExitCode::from(2)
        }
    }
}
