//! What was done, for `run.json`, and in words for who ran it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use chrono::NaiveDate;
use l2c::money::{Currency, Money};
use serde::Serialize;

use crate::forecasting::StageFigures;
use crate::import::{Finding, Treatment};
use crate::output::Placed;
use crate::page::grouped;
use crate::reconcile::Reconciliation;

/// What is from the export and what is not.
pub const ORIGIN: &str =
    "Everything behind the closed opportunity follows from the policies; payments are simulated.";

const BOLD: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// How many kinds of findings are shown, the most frequent first.
const KINDS: usize = 6;

/// Where to look, the first first; only what is there is shown.
const PLACES: &[(&str, &str)] = &[
    (
        "report.html",
        "the whole run to read, with charts and derivations",
    ),
    (
        "documents/index.html",
        "invoices, credit notes, quotes and statements, as people get them",
    ),
    (
        "why.md",
        "three deals and two changes of contracts, derived step by step",
    ),
    (
        "import-findings.csv",
        "rows that were refused, repaired or noted, and why",
    ),
    ("run.json", "counts, totals and reconciliations, for programs"),
];
const STORE: &str = "every event; the view `events` shows them to any SQLite tool";

/// What was done. Its display has colours; who prints it takes them out where they do not belong.
#[derive(Serialize)]
pub struct Report {
    /// The date of the run.
    pub as_of: NaiveDate,
    /// The currency of every amount.
    pub currency: Currency,
    /// What is from the export and what is not.
    pub origin: &'static str,
    /// Documents by kind.
    pub counts: BTreeMap<&'static str, usize>,
    /// Rows of the export that were refused, repaired or noted.
    pub import: BTreeMap<&'static str, usize>,
    /// Live opportunities by stage.
    pub pipeline: BTreeMap<String, StageFigures>,
    /// Lines of the bank's statement by how they fit.
    pub payment_fits: BTreeMap<String, usize>,
    /// Amounts.
    pub totals: BTreeMap<&'static str, Money>,
    /// Figures from two sides.
    pub reconciliations: Vec<Reconciliation>,
    /// The same findings by file, column and treatment, with the first reason of each.
    #[serde(skip)]
    pub findings: Vec<FindingKind>,
    /// What became of the store and the folder; it differs from run to run, so `run.json` leaves it out.
    #[serde(skip)]
    pub written: Written,
}

/// Findings on one column.
pub struct FindingKind {
    place: String,
    count: usize,
    treatment: Treatment,
    reason: String,
}

impl FindingKind {
    /// Findings by file, column and treatment: what was refused first, then the most frequent.
    pub fn of(findings: &[Finding]) -> Vec<Self> {
        let mut kinds: BTreeMap<_, Self> = BTreeMap::new();
        for finding in findings {
            let kind = kinds
                .entry((finding.file, finding.field, finding.treatment as u8))
                .or_insert_with(|| Self {
                    place: [finding.file, finding.field].join(" ").trim().to_owned(),
                    count: 0,
                    treatment: finding.treatment,
                    reason: finding.reason.clone(),
                });
            kind.count = kind.count.saturating_add(1);
        }
        let mut kinds: Vec<_> = kinds.into_values().collect();
        kinds.sort_by_key(|kind| (kind.treatment as u8, std::cmp::Reverse(kind.count)));
        kinds
    }
}

/// What a run wrote.
#[derive(Default)]
pub struct Written {
    /// The store.
    pub store: PathBuf,
    /// The output folder.
    pub out: PathBuf,
    /// Events that are new.
    pub events: usize,
    /// Events that were there.
    pub known: usize,
    /// Files.
    pub files: Placed,
}

impl Report {
    /// Whether every figure agrees with its other side.
    pub fn holds(&self) -> bool {
        self.reconciliations.iter().all(Reconciliation::holds)
    }

    fn count(&self, name: &str) -> String {
        let count = self.counts.get(name).or_else(|| self.import.get(name));
        grouped(&count.copied().unwrap_or_default().to_string())
    }

    fn amount(&self, name: &str) -> String {
        grouped(&self.totals.get(name).map(Money::amount_text).unwrap_or_default())
    }

    fn documents(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = |name| self.count(name);
        let rows = [
            (
                "opportunities",
                n("opportunities"),
                format!(
                    "{} won ({} without a value), {} lost, {} open",
                    n("opportunities_won"),
                    n("opportunities_won_without_value"),
                    n("opportunities_lost"),
                    n("opportunities_open")
                ),
            ),
            (
                "quotes accepted",
                n("quotes_accepted"),
                format!("{} needed an approval", n("quotes_with_approvals")),
            ),
            (
                "orders",
                n("orders"),
                format!(
                    "{} were held at some time, {} still are",
                    n("orders_held_at_some_time"),
                    n("orders_still_held")
                ),
            ),
            (
                "contracts",
                n("contracts"),
                format!(
                    "{} extended, {} with a rebate to earn, {} of these missed it",
                    n("contracts_extended"),
                    n("contracts_with_rebate"),
                    n("rebates_missed")
                ),
            ),
            (
                "invoices",
                n("invoices"),
                format!("and {} credit notes", n("credit_notes")),
            ),
            (
                "lines from the bank",
                n("bank_lines"),
                "simulated payments".to_owned(),
            ),
            ("commission statements", n("commission_statements"), String::new()),
            ("journal entries", n("journal_entries"), String::new()),
        ];
        writeln!(f, "\n{BOLD}What was done{BOLD:#}")?;
        rows.iter().try_for_each(|row| line(f, row))
    }

    fn amounts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = |name| self.amount(name);
        let rows = [
            ("quoted, net", n("quoted_net"), String::new()),
            (
                "invoiced, gross",
                n("invoiced_gross"),
                format!("{} credited", n("credited_gross")),
            ),
            ("paid", n("paid_gross"), format!("{} open", n("open_gross"))),
            (
                "revenue recognised",
                n("revenue_recognised"),
                format!("{} not yet performed", n("revenue_not_yet_performed")),
            ),
            (
                "commission earned",
                n("commission_earned"),
                format!(
                    "{} paid, {} accrued",
                    n("commission_paid"),
                    n("commission_accrued")
                ),
            ),
        ];
        writeln!(f, "\n{BOLD}Amounts in {}{BOLD:#}", self.currency)?;
        rows.iter().try_for_each(|row| line(f, row))
    }

    fn refused(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.findings.is_empty() {
            return writeln!(f, "\nNo row of the export was refused, and none needed a repair.");
        }
        writeln!(
            f,
            "\n{BOLD}Rows of the export{BOLD:#}: {} refused, {} repaired, {} noted",
            self.count("refused"),
            self.count("repaired"),
            self.count("noted")
        )?;
        for kind in self.findings.iter().take(KINDS) {
            let FindingKind {
                place,
                count,
                treatment,
                reason,
            } = kind;
            let treatment = crate::tables::word(*treatment);
            // The first sentence or clause is enough here.
            let reason = reason.split([';', ':']).next().unwrap_or_default();
            writeln!(
                f,
                "  {:>5} {treatment:<8} {place}: {reason}",
                grouped(&count.to_string())
            )?;
        }
        if self.findings.len() > KINDS {
            writeln!(f, "        and more")?;
        }
        Ok(())
    }

    fn places(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Written {
            store,
            out,
            events,
            known,
            files,
        } = &self.written;
        writeln!(f, "\n{BOLD}Where to look{BOLD:#}: {}", out.display())?;
        for (name, what) in PLACES {
            if out.join(name).exists() {
                writeln!(f, "  {name:<22} {what}")?;
            }
        }
        if store.parent() == Some(out.as_path()) {
            let name = store.file_name().unwrap_or_default().display().to_string();
            writeln!(f, "  {name:<22} {STORE}")?;
        } else {
            writeln!(f, "  and {}: {STORE}", store.display())?;
        }
        let [events, known] = [events, known].map(|count| grouped(&count.to_string()));
        if *events == *"0" && files.changed == 0 {
            write!(
                f,
                "\nNothing changed: all {known} events and all {} files were there.",
                files.unchanged
            )
        } else {
            write!(
                f,
                "\n{events} events are new and {known} were there; {} files were written and {} had not changed.",
                files.changed, files.unchanged
            )
        }
    }
}

/// A name, a figure and what else there is to say.
fn line(f: &mut fmt::Formatter<'_>, (name, figure, more): &(&str, String, String)) -> fmt::Result {
    let text = format!("  {name:<22} {figure:>16}   {more}");
    writeln!(f, "{}", text.trim_end())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.reconciliations.len();
        let failed: Vec<_> = self
            .reconciliations
            .iter()
            .filter(|check| !check.holds())
            .collect();
        write!(f, "{BOLD}From lead to cash as of {}{BOLD:#}: ", self.as_of)?;
        if failed.is_empty() {
            writeln!(f, "{GOOD}done, and all {all} reconciliations hold.{GOOD:#}")?;
        } else {
            writeln!(f, "{BAD}{} of {all} reconciliations fail.{BAD:#}", failed.len())?;
        }
        writeln!(f, "{ORIGIN}")?;
        self.documents(f)?;
        self.amounts(f)?;
        self.refused(f)?;
        if !failed.is_empty() {
            writeln!(f, "\n{BAD}Figures that do not agree{BAD:#}")?;
            failed.iter().try_for_each(|check| writeln!(f, "  {check}"))?;
        }
        self.places(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(reconciliations: Vec<Reconciliation>, findings: &[Finding]) -> String {
        let report = Report {
            as_of: NaiveDate::default(),
            currency: Currency::USD,
            origin: ORIGIN,
            counts: BTreeMap::from([("orders", 1_234_567)]),
            import: BTreeMap::new(),
            pipeline: BTreeMap::new(),
            payment_fits: BTreeMap::new(),
            totals: BTreeMap::new(),
            reconciliations,
            findings: FindingKind::of(findings),
            written: Written::default(),
        };
        anstream::adapter::strip_str(&report.to_string()).to_string()
    }

    #[test]
    fn figures_that_do_not_agree_come_first_and_are_shown() {
        let checks = vec![
            Reconciliation::count("a = b", 1, 1),
            Reconciliation::count("c = d", 1, 2),
        ];
        let text = report(checks, &[]);
        assert!(text.starts_with("From lead to cash as of 1970-01-01: 1 of 2 reconciliations fail.\n"));
        assert!(
            text.contains("\nFigures that do not agree\n  FAILED c = d "),
            "{text}"
        );
        assert!(!text.contains("a = b"));
        assert!(
            text.contains("  orders                        1,234,567   0 were held"),
            "{text}"
        );
        assert!(text.contains("No row of the export was refused"), "{text}");
    }

    #[test]
    fn findings_are_counted_by_column_and_what_was_refused_comes_first() {
        let find = |line, field, treatment| {
            Finding::new(
                ("f.csv", line, ""),
                field,
                "x",
                treatment,
                format!("reason {line}; more"),
            )
        };
        let findings = [
            find(2, "a", Treatment::Noted),
            find(3, "b", Treatment::Refused),
            find(4, "a", Treatment::Noted),
            find(5, "c", Treatment::Refused),
            find(6, "c", Treatment::Refused),
        ];
        let text = report(Vec::new(), &findings);
        let places = [
            "    2 refused  f.csv c: reason 5\n",
            "    1 refused  f.csv b: reason 3\n",
            "    2 noted    f.csv a: reason 2\n",
        ];
        let at = places.map(|place| text.find(place).unwrap());
        assert!(at.is_sorted(), "{text}");
    }
}
