//! `l2c-conformance [--kind K] [--id ID] [--json] FILE...`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use l2c_conformance::{cases, run};
use serde_json::json;

/// Runs vector files against the l2c crates: a line for each case that fails, then `N passed, N failed`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Run only the cases of this kind.
    #[arg(long, value_name = "K")]
    kind: Option<String>,
    /// Run only the case with this id.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Print a JSON object per case instead of a line per failure.
    #[arg(long)]
    json: bool,
    /// Vector files: JSON arrays of cases.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match report(&arguments, &mut io::stdout().lock()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("l2c-conformance: {fault}");
            ExitCode::from(2)
        }
    }
}

/// Runs what is asked for and returns how many cases fail.
fn report(arguments: &Arguments, out: &mut impl Write) -> Result<usize, String> {
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for file in &arguments.files {
        let name = file.display();
        let text = std::fs::read_to_string(file).map_err(|fault| format!("{name}: {fault}"))?;
        let all = cases(&text).map_err(|fault| format!("{name}: not a JSON array of cases: {fault}"))?;
        let wanted = |field: &str, filter: &Option<String>| filter.as_deref().is_none_or(|f| f == field);
        for case in all
            .iter()
            .filter(|c| wanted(&c.kind, &arguments.kind) && wanted(&c.id, &arguments.id))
        {
            let outcome = run(case);
            match &outcome {
                Ok(()) => passed = passed.saturating_add(1),
                Err(_) => failed = failed.saturating_add(1),
            }
            let line = match (&outcome, arguments.json) {
                (Ok(()), true) => json!({"id": case.id, "kind": case.kind, "passed": true}).to_string(),
                (Err(f), true) => json!({"id": case.id, "kind": case.kind, "passed": false,
                    "path": f.path, "reason": f.reason})
                .to_string(),
                (Ok(()), false) => continue,
                (Err(f), false) if f.path.is_empty() => {
                    format!("FAILED {} ({}): {}", case.id, case.kind, f.reason)
                }
                (Err(f), false) => format!("FAILED {} ({}): {}: {}", case.id, case.kind, f.path, f.reason),
            };
            writeln!(out, "{line}").map_err(|fault| fault.to_string())?;
        }
    }
    if passed == 0 && failed == 0 {
        return Err("no case fits --kind and --id".to_owned());
    }
    writeln!(out, "{passed} passed, {failed} failed").map_err(|fault| fault.to_string())?;
    Ok(failed)
}
