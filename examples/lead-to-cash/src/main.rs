//! From a CRM export to the journal: every room of l2c on one path, on an embedded store.
//!
//! `cargo run --release -p lead-to-cash -- --help`

mod billing;
mod books;
mod changing;
mod checks;
mod collecting;
mod commissioning;
mod contracting;
mod costing;
mod documents;
mod error;
mod forecasting;
mod import;
mod lock;
mod offer;
mod ordering;
mod output;
mod page;
mod parties;
mod policy;
mod price_waterfall;
mod print;
mod progress;
mod quoting;
mod recognising;
mod reconcile;
mod record;
mod report;
mod run;
mod selling;
mod simulation;
mod stage;
mod summary;
mod tables;
mod terms;
mod why;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};

/// As clap writes it; `anstream` leaves it out where the error stream is no terminal or `NO_COLOR` is set.
const ERROR: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();

/// Takes a CRM export from lead to journal and leaves a folder of ledgers, schedules and statements.
///
/// An export ends with the closed opportunity. Everything behind it follows from the policy documents: quotes,
/// approvals, holds, deliveries, invoices. Payments are simulated.
///
/// A store belongs to one export, one set of policies and one date; with others it is refused. Exit codes: 0 all
/// is done and reconciles, 1 a reconciliation fails, 2 nothing could be done.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Folder of the export: accounts.csv, products.csv, sales_teams.csv, sales_pipeline.csv and, where there is
    /// one, clicks.csv; plain or as .csv.gz [default: the sample that is shipped].
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/sample"), hide_default_value = true)]
    data: PathBuf,
    /// Folder of the policy documents [default: those that are shipped].
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/policy"), hide_default_value = true)]
    policy: PathBuf,
    /// The SQLite file that keeps every event [default: store.sqlite in the output folder].
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Folder for the results.
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// The date of the run; what came later is left out [default: the latest date in the data].
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<NaiveDate>,
    /// Which quotes, invoices, credit notes and commission statements are written as pages.
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = print::Selection::Sample)]
    documents: print::Selection,
    /// Print nothing but what went wrong.
    #[arg(long)]
    quiet: bool,
}

/// What can be asked for beside the run.
#[derive(Subcommand)]
enum Command {
    /// Lists the policy documents, or prints the JSON Schema of one.
    Schema {
        /// The document, such as approvals or approvals.json.
        name: Option<String>,
    },
}

fn date(text: &str) -> Result<NaiveDate, String> {
    text.parse()
        .map_err(|_| "expected a date of the calendar written YYYY-MM-DD".to_owned())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Command::Schema { name }) = &arguments.command {
        return match documents::schema(name.as_deref()) {
            Ok(text) => {
                let _ = writeln!(anstream::stdout(), "{text}");
                ExitCode::SUCCESS
            }
            Err(reason) => {
                let _ = writeln!(anstream::stderr(), "{ERROR}error:{ERROR:#} {reason}");
                ExitCode::from(2)
            }
        };
    }
    match run::run(&arguments) {
        Ok(report) => {
            if !arguments.quiet {
                // Whoever reads along may stop reading: the results are in their files.
                let _ = writeln!(anstream::stdout(), "{report}");
            }
            let failed = report.reconciliations.iter().filter(|check| !check.holds());
            for check in failed {
                let _ = writeln!(anstream::stderr(), "{check}");
            }
            if report.holds() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(failure) => {
            let _ = writeln!(anstream::stderr(), "{ERROR}error:{ERROR:#} {failure}");
            ExitCode::from(2)
        }
    }
}
