//! The price of one quote step by step, and the figures of a few deals down to their inputs.

use l2c::explain::Explanation;
use l2c::money::Money;
use l2c::quotes::Quote;
use maud::{Markup, PreEscaped, html};

use crate::error::Failure;
use crate::report::chart;
use crate::report::listing::{Line, listing};
use crate::report::{Subject, section};
use crate::why::Sample;

/// The waterfall of a quote from list to net.
///
/// # Errors
/// An amount out of bounds.
pub fn price(
    subject: &Subject<'_>,
    chosen: &str,
    quote: &Quote,
    derivation: &Explanation,
) -> Result<Markup, Failure> {
    let Some((version, priced)) = quote
        .latest()
        .and_then(|version| Some((version, version.priced()?)))
    else {
        return Ok(html! {});
    };
    let currency = subject.results.currency;
    let rows = priced.waterfall();
    let last = rows.iter().rposition(|row| row.skipped.is_none());
    let mut steps = Vec::new();
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.skipped.is_none()) {
        let money = |exact| Money::try_from_exact(exact, currency).or_else(|_| rounded(exact, currency));
        let fault = Failure::stage("report", &row.step);
        let (amount, subtotal) = money(&row.amount)
            .and_then(|amount| Ok((amount, money(&row.subtotal)?)))
            .map_err(fault)?;
        steps.push(chart::Step {
            label: row.label.clone(),
            amount,
            subtotal,
            whole: index == 0,
        });
        if Some(index) == last && index > 0 {
            steps.push(chart::Step {
                label: "Net".to_owned(),
                amount: subtotal,
                subtotal,
                whole: true,
            });
        }
    }
    let lines: Vec<Line<'_>> = rows
        .iter()
        .map(|row| {
            let label = match &row.skipped {
                Some(reason) => format!("{} (did not apply: {reason})", row.label),
                None => row.label.clone(),
            };
            Line::new(
                [label, row.amount_text(currency), row.subtotal_text(currency)],
                None,
            )
        })
        .collect();
    let id = quote.id().map(ToString::to_string).unwrap_or_default();
    let title = format!("Price of quote {id} from list to net");
    Ok(section(
        "price",
        "Price waterfall",
        &html! {
            "Quote " span.id { (subject.names.document(&id)) } ", version " (version.number()) ": " (chosen) "."
        },
        &html! {
            (chart::waterfall(&title, currency, &steps))
            (listing(subject.names, &["Step", "Amount", "After it"], &lines, None))
            h3 { "Where the net comes from" }
            (PreEscaped(derivation.html()))
        },
    ))
}

/// What lies between two minor units is shown at the nearer.
fn rounded(
    exact: &l2c::money::Exact,
    currency: l2c::money::Currency,
) -> Result<Money, l2c::money::MoneyError> {
    use l2c::money::{RoundTo, RoundingPolicy};
    let nearest = RoundingPolicy {
        to: RoundTo::MinorUnit,
        ..RoundingPolicy::HALF_UP
    };
    nearest.money(exact, currency)
}

/// A few deals with the derivation of each figure.
pub fn samples(samples: &[Sample]) -> Markup {
    section(
        "why",
        "Why each figure is what it is",
        &html! {
            "Derivations of " (samples.len()) " deals and changes of contracts, chosen by the rule that stands with each. Open a figure to see what it follows from, down to prices, rates and dates with the document that they come from. Recomputing the steps gave each figure before this page was written."
        },
        &html! {
            @for sample in samples {
                h3 { (sample.deal) ": " (sample.rule) }
                @for (title, derivation) in &sample.derivations {
                    details.figure { summary { (title) } (PreEscaped(derivation.html())) }
                }
            }
        },
    )
}
