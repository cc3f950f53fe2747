//! The price of one quote step by step, and the figures of a few deals down to their inputs.

use l2c::explain::Explanation;
use l2c::quotes::Quote;
use maud::{Markup, PreEscaped, html};

use crate::error::Failure;
use crate::price_waterfall;
use crate::report::listing::{Line, listing};
use crate::report::{Subject, section};
use crate::why::Sample;

/// The waterfall of a quote from list to net, and why it had to be approved.
///
/// # Errors
/// An amount out of bounds, a derivation that does not give its figure.
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
    let drawing = price_waterfall::drawing(&title, priced)?;
    let reasons = price_waterfall::reasons(&id, version)?;
    Ok(section(
        "price",
        "Price waterfall",
        &html! {
            "Quote " span.id { (subject.names.document(&id)) } ", version " (version.number()) ": " (chosen) "."
        },
        &html! {
            (drawing)
            (listing(subject.names, &["Step", "Amount", "After it"], &lines, None))
            h3 { "Where the net comes from" }
            (PreEscaped(derivation.html()))
            @if let Some(reasons) = reasons { h3 { "Why it had to be approved" } (reasons) }
        },
    ))
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
