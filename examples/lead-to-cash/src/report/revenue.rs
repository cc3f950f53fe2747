//! Revenue by month: recognised, scheduled, and what is deferred.

use std::collections::BTreeMap;

use l2c::money::Money;
use maud::{Markup, html};

use crate::error::Failure;
use crate::page::grouped;
use crate::report::chart::{self, Columns, Series};
use crate::report::listing::{Line, listing};
use crate::report::results::{Column, Shown};
use crate::report::{Subject, section};

const SCHEDULE: &[Column] = &[
    ("contract", "Contract", Shown::Text),
    ("customer", "Customer", Shown::Party),
    ("obligation", "Obligation", Shown::Text),
    ("amount", "Revenue of the month", Shown::Figure),
    ("cumulative", "To date", Shown::Figure),
    ("remaining", "Remaining", Shown::Figure),
];

const CHANGES: &[Column] = &[
    ("contract", "Contract", Shown::Text),
    ("customer", "Customer", Shown::Party),
    ("date", "Date", Shown::Text),
    ("change", "Change", Shown::Text),
    ("effect", "Revenue at once", Shown::Figure),
];

/// Recognised against deferred, month by month.
///
/// # Errors
/// A table that cannot be read.
pub fn revenue(subject: &Subject<'_>) -> Result<Markup, Failure> {
    let results = &subject.results;
    let zero = Money::zero(results.currency);
    let mut months: BTreeMap<String, (Money, Money)> = BTreeMap::new();
    let add = |sum: &mut Money, part: Money| {
        *sum = sum
            .checked_add(&part)
            .map_err(Failure::stage("report", "revenue"))?;
        Ok::<(), Failure>(())
    };
    results.rows("revenue-waterfall.csv", |row| {
        let (recognised, scheduled) = months
            .entry(row.cell("month")?.to_owned())
            .or_insert((zero, zero));
        add(recognised, row.amount("recognised")?)?;
        add(scheduled, row.amount("scheduled")?)
    })?;
    let mut balances: BTreeMap<String, (Money, Money, Money)> = BTreeMap::new();
    results.rows("contract-balances.csv", |row| {
        let (billed, asset, liability) = balances
            .entry(row.cell("month")?.to_owned())
            .or_insert((zero, zero, zero));
        add(billed, row.amount("billed")?)?;
        add(asset, row.amount("closing_contract_asset")?)?;
        add(liability, row.amount("closing_contract_liability")?)
    })?;
    let schedule = results.grouped("revenue-schedule.csv", SCHEDULE, &["amount"], |row| {
        Ok(Some(row.cell("month")?.to_owned()))
    })?;
    let labels: Vec<String> = months.keys().cloned().collect();
    let drawn = [
        Series {
            name: "recognised",
            colour: "c1",
            amounts: months.values().map(|(recognised, _)| *recognised).collect(),
        },
        Series {
            name: "scheduled",
            colour: "c5",
            amounts: months.values().map(|(_, scheduled)| *scheduled).collect(),
        },
    ];
    // The balance is known up to the month of the run.
    let deferred = Series {
        name: "deferred (contract liability at month end)",
        colour: "c2",
        amounts: labels
            .iter()
            .map_while(|month| balances.get(month))
            .map(|(_, _, liability)| *liability)
            .collect(),
    };
    let lines: Vec<Line<'_>> = months
        .iter()
        .map(|(month, (recognised, scheduled))| {
            let balance = balances.get(month);
            let text = |money: Option<Money>| money.map(|money| money.amount_text()).unwrap_or_default();
            let cells = [
                month.clone(),
                text(balance.map(|(billed, _, _)| *billed)),
                recognised.amount_text(),
                scheduled.amount_text(),
                text(balance.map(|(_, asset, _)| *asset)),
                text(balance.map(|(_, _, liability)| *liability)),
            ];
            Line::new(cells, schedule.get(month))
        })
        .collect();
    let total = |name: &str| grouped(&subject.totals.get(name).copied().unwrap_or(zero).to_string());
    let sums = |pick: fn(&(Money, Money)) -> Money| {
        Money::sum(
            months.values().map(pick).collect::<Vec<_>>().iter(),
            results.currency,
        )
        .map_err(Failure::stage("report", "revenue"))
    };
    let last = [
        "all".to_owned(),
        String::new(),
        sums(|m| m.0)?.amount_text(),
        sums(|m| m.1)?.amount_text(),
        String::new(),
        String::new(),
    ];
    let title = "Revenue recognised and scheduled by month, and revenue deferred at each month end";
    Ok(section(
        "revenue",
        "Revenue",
        &html! {
            "Of " (total("revenue_allocated")) " that is allocated to the obligations of all contracts (ASC 606-10-32-28), "
            (total("revenue_recognised")) " is recognised and " (total("revenue_not_yet_performed"))
            " is not yet performed. What is billed before it is earned is a contract liability, what is earned before it is billed a contract asset, contract by contract (606-10-45-1)."
        },
        &html! {
            (chart::columns(title, results.currency, &labels, &drawn, Columns::Stacked, Some(&deferred)))
            (listing(subject.names,
                &["Month", "Billed", "Recognised", "Scheduled", "Contract assets", "Contract liabilities"], &lines, Some(&last)))
            (changes(subject)?)
        },
    ))
}

/// Extensions and rebates, by how they are treated.
fn changes(subject: &Subject<'_>) -> Result<Markup, Failure> {
    let documents = subject
        .results
        .grouped("revenue-changes.csv", CHANGES, &["effect"], |row| {
            let treatment = match row.cell("treatment")? {
                "constrained" => "Rebate agreed: constrained",
                "prospective" => "Support extended: prospective",
                "cumulative_catch_up" => "Rebate missed: cumulative catch-up",
                other => other,
            };
            Ok(Some((treatment.to_owned(), row.cell("paragraph")?.to_owned())))
        })?;
    if documents.is_empty() {
        return Ok(html! {});
    }
    let lines: Vec<Line<'_>> = documents
        .iter()
        .map(|((treatment, paragraph), documents)| {
            let effect = documents.sums.first().map(Money::amount_text);
            let cells = [
                format!("{treatment} ({paragraph})"),
                documents.count.to_string(),
                effect.unwrap_or_default(),
            ];
            Line::new(cells, Some(documents))
        })
        .collect();
    let zero = Money::zero(subject.results.currency);
    let rebates = subject.totals.get("rebates_in_prices").copied().unwrap_or(zero);
    Ok(html! {
        h3 { "Contracts that changed" }
        p {
            "By the rules of changes.json. An extension of support bills nothing more: what is not recognised is spread over the longer term. A volume rebate lowers the price from the start; where its quarter ends and it is missed, revenue is caught up at once. Rebates of "
            (grouped(&rebates.to_string()))
            " are earned, or may still be: they were billed with the price and may have to be given back. They are no revenue, and count with what customers have paid ahead; the run pays none out."
        }
        (listing(subject.names, &["Change", "Contracts", "Revenue at once"], &lines, None))
    })
}
