//! From opportunity to paid invoice, the pipeline, and the forecast.

use std::collections::{BTreeMap, BTreeSet};

use l2c::money::Money;
use maud::{Markup, html};

use crate::error::Failure;
use crate::page::grouped;
use crate::report::chart::{self, Columns, Series};
use crate::report::listing::{Line, listing};
use crate::report::results::{Column, Documents, Row, Shown};
use crate::report::{Subject, section};

const OPPORTUNITIES: &[Column] = &[
    ("opportunity", "Opportunity", Shown::Document),
    ("account", "Customer", Shown::Party),
    ("owner", "Owner", Shown::Party),
    ("product", "Product", Shown::Text),
    ("score", "Score", Shown::Figure),
    ("opened_on", "Opened", Shown::Text),
    ("status", "Status", Shown::Text),
    ("closed_on", "Closed", Shown::Text),
    ("value", "Value", Shown::Figure),
];
const QUOTES: &[Column] = &[
    ("quote", "Quote", Shown::Document),
    ("customer", "Customer", Shown::Party),
    ("accepted_on", "Accepted", Shown::Text),
    ("list_total", "List", Shown::Figure),
    ("net_total", "Net", Shown::Figure),
    ("approvals", "Approvals", Shown::Figure),
    ("reasons", "Why they were needed", Shown::Text),
];
const ORDERS: &[Column] = &[
    ("order", "Order", Shown::Document),
    ("placed_on", "Placed", Shown::Text),
    ("status", "Status", Shown::Text),
    ("holds", "Holds", Shown::Text),
    ("delivered_on", "Delivered", Shown::Text),
    ("net", "Net", Shown::Figure),
];
const INVOICED: &[Column] = &[
    ("account", "Billing account", Shown::Text),
    ("number", "Invoice", Shown::Document),
    ("issue_date", "Issued", Shown::Text),
    ("buyer", "Customer", Shown::Party),
    ("net", "Net", Shown::Figure),
    ("gross", "Gross", Shown::Figure),
];
const PIPELINE: &[Column] = &[
    ("opportunity", "Opportunity", Shown::Document),
    ("owner", "Owner", Shown::Party),
    ("stage", "Stage", Shown::Text),
    ("quarter", "Quarter", Shown::Text),
    ("value", "Value", Shown::Figure),
    ("estimated", "At list price", Shown::Flag),
    ("weighted", "Weighted", Shown::Figure),
];

/// A step on the way: how many deals reach it, their value, and the documents.
struct Reached {
    name: &'static str,
    deals: usize,
    documents: Documents,
}

/// How many deals reach each step.
///
/// # Errors
/// A table that cannot be read.
pub fn funnel(subject: &Subject<'_>) -> Result<Markup, Failure> {
    let steps = steps(subject)?;
    let first = steps.first().map_or(0, |step| step.deals);
    let bars: Vec<chart::Line> = steps
        .iter()
        .map(|step| chart::Line {
            label: step.name.to_owned(),
            amount: i128::try_from(step.deals).unwrap_or(0),
            text: format!(
                "{} · {}",
                grouped(&step.deals.to_string()),
                percent(step.deals, first)
            ),
        })
        .collect();
    let lines: Vec<Line<'_>> = steps
        .iter()
        .map(|step| {
            let value = step
                .documents
                .sums
                .first()
                .map(Money::amount_text)
                .unwrap_or_default();
            Line::new(
                [
                    step.name.to_owned(),
                    step.deals.to_string(),
                    percent(step.deals, first),
                    value,
                ],
                Some(&step.documents),
            )
        })
        .collect();
    let won = subject
        .counts
        .get("opportunities_won_without_value")
        .copied()
        .unwrap_or(0);
    Ok(section(
        "funnel",
        "Funnel",
        &html! {
            "How many deals reach each step. An opportunity is quoted when it is won and has a value"
            @if won > 0 { "; " (won) " won without one" }
            ". A support term that is billed by instalments is paid up when every invoice issued so far is."
        },
        &html! {
            (chart::bars_across("Deals at each step from opportunity to paid", "c1", &bars))
            (listing(subject.names, &["Step", "Deals", "Of all", "Value"], &lines, None))
        },
    ))
}

fn percent(part: usize, whole: usize) -> String {
    let tenths = part.saturating_mul(1_000).checked_div(whole).unwrap_or(0);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn steps(subject: &Subject<'_>) -> Result<Vec<Reached>, Failure> {
    let results = &subject.results;
    let mut steps = Vec::new();
    let mut add = |name, mut groups: BTreeMap<(), Documents>, columns, deals: Option<usize>| {
        let documents = groups
            .remove(&())
            .unwrap_or_else(|| Documents::none(columns, &[], 1, results.currency));
        let deals = deals.unwrap_or(documents.count);
        steps.push(Reached {
            name,
            deals,
            documents,
        });
    };
    let every = |_: &Row<'_>| Ok(Some(()));
    let opportunities = "opportunities.csv";
    add(
        "Opportunities",
        results.grouped(opportunities, OPPORTUNITIES, &["value"], every)?,
        opportunities,
        None,
    );
    let won = |row: &Row<'_>| Ok((row.cell("status")? == "won").then_some(()));
    add(
        "Won",
        results.grouped(opportunities, OPPORTUNITIES, &["value"], won)?,
        opportunities,
        None,
    );
    add(
        "Quotes accepted",
        results.grouped("quotes.csv", QUOTES, &["net_total"], every)?,
        "quotes.csv",
        None,
    );
    let delivered = |row: &Row<'_>| Ok((!row.cell("delivered_on")?.is_empty()).then_some(()));
    add(
        "Orders delivered",
        results.grouped("orders.csv", ORDERS, &["net"], delivered)?,
        "orders.csv",
        None,
    );

    let mut open = BTreeSet::new();
    results.rows("receivables.csv", |row| {
        if row.cell("status")? != "paid" && row.cell("status")? != "credited" {
            open.insert(row.cell("number")?.to_owned());
        }
        Ok(())
    })?;
    let (mut invoiced, mut unpaid) = (BTreeSet::new(), BTreeSet::new());
    results.rows("invoices.csv", |row| {
        let account = row.cell("account")?;
        invoiced.insert(account.to_owned());
        if open.contains(row.cell("number")?) {
            unpaid.insert(account.to_owned());
        }
        Ok(())
    })?;
    let issued =
        |row: &Row<'_>| Ok((row.cell("type")? == "380" && row.cell("status")? == "issued").then_some(()));
    add(
        "Invoiced",
        results.grouped("invoices.csv", INVOICED, &["net"], issued)?,
        "invoices.csv",
        Some(invoiced.len()),
    );
    let paid = |row: &Row<'_>| {
        let paid = !unpaid.contains(row.cell("account")?);
        Ok(issued(row)?.filter(|()| paid))
    };
    add(
        "Paid up",
        results.grouped("invoices.csv", INVOICED, &["net"], paid)?,
        "invoices.csv",
        Some(invoiced.len().saturating_sub(unpaid.len())),
    );
    Ok(steps)
}

/// Live value by stage, and what is expected of each quarter.
///
/// # Errors
/// A table that cannot be read.
pub fn pipeline(subject: &Subject<'_>) -> Result<Markup, Failure> {
    let results = &subject.results;
    let file = "pipeline-opportunities.csv";
    let by_stage = results.grouped(file, PIPELINE, &[], |row| Ok(Some(row.cell("stage")?.to_owned())))?;
    let mut stages = Vec::new();
    results.rows("pipeline.csv", |row| {
        let stage = row.cell("stage")?;
        let mut cells = vec![stage.replace('_', " ")];
        for column in ["opportunities", "estimated", "without_value", "value", "weighted"] {
            cells.push(row.cell(column)?.to_owned());
        }
        stages.push(Line::new(cells, by_stage.get(stage)));
        Ok(())
    })?;

    let by_quarter = results.grouped(file, PIPELINE, &[], |row| {
        Ok(Some(row.cell("quarter")?.to_owned()))
    })?;
    let (mut labels, mut won, mut open, mut quarters) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    results.rows("forecast.csv", |row| {
        let quarter = row.cell("quarter")?.to_owned();
        won.push(row.amount("won_value")?);
        open.push(row.amount("open_weighted")?);
        let mut cells = vec![quarter.clone()];
        for column in [
            "won",
            "won_value",
            "open",
            "open_overdue",
            "open_value",
            "open_weighted",
            "expected",
        ] {
            cells.push(row.cell(column)?.to_owned());
        }
        quarters.push(Line::new(cells, by_quarter.get(&quarter)));
        labels.push(quarter);
        Ok(())
    })?;
    let series = [
        Series {
            name: "won",
            colour: "c1",
            amounts: won,
        },
        Series {
            name: "open, weighted",
            colour: "c2",
            amounts: open,
        },
    ];
    let title = "Won and weighted open value by quarter";
    Ok(section(
        "pipeline",
        "Pipeline and forecast",
        &html! {
            "An open opportunity counts with its value times the probability of its stage. One whose expected closing has passed counts in the quarter of the run."
        },
        &html! {
            (chart::columns(title, results.currency, &labels, &series, Columns::Stacked, None))
            h3 { "By quarter" }
            (listing(subject.names,
                &["Quarter", "Won", "Won value", "Open", "Overdue", "Open value", "Weighted", "Expected"], &quarters, None))
            h3 { "By stage" }
            (listing(subject.names,
                &["Stage", "Opportunities", "At list price", "Without value", "Value", "Weighted"], &stages, None))
        },
    ))
}
