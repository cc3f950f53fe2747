//! The league of those who earn commissions.

use l2c::money::Money;
use maud::{Markup, html};

use crate::error::Failure;
use crate::page::grouped;
use crate::report::chart;
use crate::report::listing::{Line, listing};
use crate::report::results::{Column, Documents, Shown};
use crate::report::{Subject, section};

const STATEMENTS: &[Column] = &[
    ("statement", "Statement", Shown::Document),
    ("quarter", "Quarter", Shown::Text),
    ("component", "Component", Shown::Text),
    ("credited", "Credited", Shown::Figure),
    ("quota", "Quota", Shown::Figure),
    ("attainment_percent", "Attainment, %", Shown::Figure),
    ("earned", "Earned", Shown::Figure),
    ("status", "Status", Shown::Text),
    ("due", "Due", Shown::Text),
];

/// How many bars the chart has; the list below it has all.
const BARS: usize = 20;

/// Payees by what they have earned.
///
/// # Errors
/// A table that cannot be read.
pub fn league(subject: &Subject<'_>) -> Result<Markup, Failure> {
    let results = &subject.results;
    let file = "commission-statements.csv";
    let payee = |row: &crate::report::results::Row<'_>| Ok(Some(row.cell("payee")?.to_owned()));
    let all = results.grouped(file, STATEMENTS, &["credited", "earned"], payee)?;
    let paid = results.grouped(file, STATEMENTS, &["earned"], |row| {
        Ok(payee(row)?.filter(|_| row.cell("status").is_ok_and(|status| status == "paid")))
    })?;
    let zero = Money::zero(results.currency);
    let sum = |documents: Option<&Documents>, index: usize| {
        documents
            .and_then(|documents| documents.sums.get(index))
            .copied()
            .unwrap_or(zero)
    };
    let mut league: Vec<(&String, &Documents)> = all.iter().collect();
    // Two with the same figure stand in the order of their ids.
    league.sort_by_key(|(_, documents)| std::cmp::Reverse(sum(Some(documents), 1).amount()));
    let bars: Vec<chart::Line> = league
        .iter()
        .take(BARS)
        .map(|(payee, documents)| {
            let earned = sum(Some(documents), 1);
            chart::Line {
                label: subject.names.party(payee),
                amount: earned.minor().map_or(0, i128::from),
                text: grouped(&earned.amount_text()),
            }
        })
        .collect();
    let lines = league
        .iter()
        .enumerate()
        .map(|(index, (payee, documents))| {
            let (earned, paid) = (sum(Some(documents), 1), sum(paid.get(*payee), 0));
            let accrued = earned
                .checked_sub(&paid)
                .map_err(Failure::stage("report", payee))?;
            let cells = [
                format!("{}. {}", index.saturating_add(1), subject.names.party(payee)),
                sum(Some(documents), 0).amount_text(),
                earned.amount_text(),
                paid.amount_text(),
                accrued.amount_text(),
            ];
            Ok(Line::new(cells, Some(documents)))
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    Ok(section(
        "commissions",
        "Commission league",
        &html! {
            "Sellers earn on their own deals, managers on those of their team, so that a deal is credited to both. Earned amounts are of closed quarters; those whose statement is not due yet are accrued."
        },
        &html! {
            (chart::bars_across("Commission earned by payee, the first twenty", "c4", &bars))
            (listing(subject.names, &["Payee", "Credited", "Earned", "Paid", "Accrued"], &lines, None))
        },
    ))
}
