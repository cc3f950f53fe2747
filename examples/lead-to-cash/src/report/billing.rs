//! What is invoiced and paid by month, and what is open by age.

use std::collections::{BTreeMap, BTreeSet};

use l2c::money::Money;
use maud::{Markup, html};

use crate::error::Failure;
use crate::report::chart::{self, Columns, Series};
use crate::report::listing::{Line, listing};
use crate::report::results::{Column, Documents, Row, Shown, month};
use crate::report::{Subject, section};

const INVOICES: &[Column] = &[
    ("number", "Invoice", Shown::Document),
    ("type", "Type", Shown::Text),
    ("issue_date", "Issued", Shown::Text),
    ("due_date", "Due", Shown::Text),
    ("buyer", "Customer", Shown::Party),
    ("net", "Net", Shown::Figure),
    ("tax", "Tax", Shown::Figure),
    ("gross", "Gross", Shown::Figure),
    ("status", "Status", Shown::Text),
];
const ITEMS: &[Column] = &[
    ("number", "Invoice", Shown::Document),
    ("account", "Customer", Shown::Party),
    ("due_date", "Due", Shown::Text),
    ("total", "Total", Shown::Figure),
    ("paid", "Paid", Shown::Figure),
    ("credited", "Credited", Shown::Figure),
    ("open", "Open", Shown::Figure),
    ("status", "Status", Shown::Text),
];
const PAYMENTS: &[Column] = &[
    ("payment", "Payment", Shown::Text),
    ("date", "Date", Shown::Text),
    ("item", "Invoice", Shown::Document),
    ("fit", "How it fits", Shown::Text),
    ("days_late", "Days late", Shown::Figure),
    ("amount", "Amount", Shown::Figure),
];

/// Invoices by month, and how payments fit them.
///
/// # Errors
/// A table that cannot be read.
pub fn invoices(subject: &Subject<'_>) -> Result<Markup, Failure> {
    let results = &subject.results;
    let zero = Money::zero(results.currency);
    let of_month = |column: &'static str| move |row: &Row<'_>| Ok(month(row.cell(column)?));
    let typed = |code: &'static str| {
        move |row: &Row<'_>| {
            Ok(month(row.cell("issue_date")?).filter(|_| row.cell("type").is_ok_and(|t| t == code)))
        }
    };
    let sums = ["net", "tax", "gross"];
    let all = results.grouped("invoices.csv", INVOICES, &sums, of_month("issue_date"))?;
    let invoiced = results.grouped("invoices.csv", INVOICES, &sums, typed("380"))?;
    let credited = results.grouped("invoices.csv", INVOICES, &sums, typed("381"))?;
    let paid = results.grouped("payments.csv", PAYMENTS, &["amount"], of_month("date"))?;
    let months: BTreeSet<&String> = all.keys().chain(paid.keys()).collect();
    let sum = |groups: &BTreeMap<String, Documents>, month: &String, index: usize| {
        groups
            .get(month)
            .and_then(|group| group.sums.get(index))
            .copied()
            .unwrap_or(zero)
    };
    let labels: Vec<String> = months.iter().map(|month| (*month).clone()).collect();
    let series = |name, colour, groups: &BTreeMap<String, Documents>, index| Series {
        name,
        colour,
        amounts: labels.iter().map(|month| sum(groups, month, index)).collect(),
    };
    let mut credit = series("credit notes", "c6", &credited, 2);
    credit.amounts = credit.amounts.iter().map(Money::negated).collect();
    let drawn = [series("invoices", "c1", &invoiced, 2), credit];
    let line = series("paid", "c3", &paid, 0);
    let count = |groups: &BTreeMap<String, Documents>, month| {
        groups
            .get(month)
            .map_or(0, |group: &Documents| group.count)
            .to_string()
    };
    let lines: Vec<Line<'_>> = labels
        .iter()
        .map(|month| {
            let cells = [
                month.clone(),
                count(&invoiced, month),
                sum(&invoiced, month, 0).amount_text(),
                sum(&invoiced, month, 1).amount_text(),
                sum(&invoiced, month, 2).amount_text(),
                count(&credited, month),
                sum(&credited, month, 2).amount_text(),
                sum(&paid, month, 0).amount_text(),
            ];
            Line::new(cells, all.get(month))
        })
        .collect();
    let fits = results.grouped("payments.csv", PAYMENTS, &["amount"], |row| {
        let late =
            row.cell("fit")? == "exact" && row.cell("days_late")?.parse::<i64>().is_ok_and(|days| days > 0);
        Ok(Some(format!(
            "{}{}",
            row.cell("fit")?,
            if late { ", but late" } else { "" }
        )))
    })?;
    let fit_lines: Vec<Line<'_>> = fits
        .iter()
        .map(|(fit, documents)| {
            let amount = documents.sums.first().copied().unwrap_or(zero).amount_text();
            Line::new(
                [fit.clone(), documents.count.to_string(), amount],
                Some(documents),
            )
        })
        .collect();
    let title = "Invoices, credit notes and payments by month, gross";
    Ok(section(
        "invoices",
        "Invoices and payments",
        &html! {
            "Gross amounts by month of issue and of payment. A credit note (type 381) takes an invoice back in full; it stands below zero in the chart. Payments are simulated."
        },
        &html! {
            (chart::columns(title, results.currency, &labels, &drawn, Columns::Stacked, Some(&line)))
            (listing(subject.names,
                &["Month", "Invoices", "Net", "Tax", "Gross", "Credit notes", "Credited", "Paid"], &lines, None))
            h3 { "How payments fit their invoices" }
            (listing(subject.names, &["Fit", "Payments", "Amount"], &fit_lines, None))
        },
    ))
}

/// What is open, by age.
///
/// # Errors
/// A table that cannot be read.
pub fn ageing(subject: &Subject<'_>) -> Result<Markup, Failure> {
    const BANDS: [(&str, &str); 5] = [
        ("not due", "c1"),
        ("1-30", "c3"),
        ("31-60", "c2"),
        ("61-90", "c6"),
        ("> 90", "c4"),
    ];
    let results = &subject.results;
    let mut labels = Vec::new();
    let mut bands = BANDS.map(|(name, colour)| Series {
        name,
        colour,
        amounts: Vec::new(),
    });
    let mut unapplied = Series {
        name: "unapplied payments",
        colour: "c5",
        amounts: Vec::new(),
    };
    let mut last = Vec::new();
    results.rows("ageing.csv", |row| {
        labels.push(month(row.cell("as_of")?).unwrap_or_default());
        for series in &mut bands {
            series.amounts.push(row.amount(series.name)?);
        }
        unapplied.amounts.push(row.amount("unapplied")?);
        last = vec!["total".to_owned(), String::new(), row.cell("total")?.to_owned()];
        Ok(())
    })?;
    let by_age = results.grouped("receivables.csv", ITEMS, &["open"], |row| {
        Ok(Some(row.cell("age")?.to_owned()).filter(|age| !age.is_empty()))
    })?;
    let latest = |series: &Series<'_>| series.amounts.last().map(Money::amount_text).unwrap_or_default();
    let mut lines: Vec<Line<'_>> = bands
        .iter()
        .map(|series| {
            let documents = by_age.get(series.name);
            let count = documents.map_or(0, |documents| documents.count).to_string();
            let name = if series.name == "not due" {
                "not due".to_owned()
            } else {
                format!("{} days past due", series.name)
            };
            Line::new([name, count, latest(series)], documents)
        })
        .collect();
    lines.push(Line::new(
        [unapplied.name.to_owned(), String::new(), latest(&unapplied)],
        None,
    ));
    let [a, b, c, d, e] = bands;
    let series = [a, b, c, d, e, unapplied];
    let title = "Open receivables by age at each month end";
    Ok(section(
        "ageing",
        "Ageing",
        &html! { "What customers owe at each month end, by days past due; below it the items that are open on " (subject.as_of) "." },
        &html! {
            (chart::columns(title, results.currency, &labels, &series, Columns::Stacked, None))
            (listing(subject.names, &["Age", "Items", "Open"], &lines, Some(&last)))
        },
    ))
}
