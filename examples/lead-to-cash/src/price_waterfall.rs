//! The price of a quote from list to net, drawn; and in words, why somebody had to approve it.

use l2c::money::{Currency, Exact, Money, MoneyError, RoundTo, RoundingPolicy};
use l2c::pricing::PricedQuote;
use l2c::quotes::QuoteVersion;
use maud::{Markup, PreEscaped, html};

use crate::error::Failure;
use crate::report::chart;

/// The steps as a chart: each from where the one before it ends, list and net from the ground.
///
/// # Errors
/// An amount out of bounds.
pub fn drawing(title: &str, priced: &PricedQuote) -> Result<Markup, Failure> {
    let currency = priced.currency();
    let rows = priced.waterfall();
    let last = rows.iter().rposition(|row| row.skipped.is_none());
    let mut steps = Vec::new();
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.skipped.is_none()) {
        let fault = Failure::stage("price", &row.step);
        let (amount, subtotal) = money(&row.amount, currency)
            .and_then(|amount| Ok((amount, money(&row.subtotal, currency)?)))
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
    Ok(chart::waterfall(title, currency, &steps))
}

/// What lies between two minor units is drawn at the nearer.
fn money(exact: &Exact, currency: Currency) -> Result<Money, MoneyError> {
    let nearest = RoundingPolicy {
        to: RoundTo::MinorUnit,
        ..RoundingPolicy::HALF_UP
    };
    Money::try_from_exact(exact, currency).or_else(|_| nearest.money(exact, currency))
}

/// Each rule that asked for an approval, with the steps and floors of the price behind each figure that it tests; `None`
/// if none did.
///
/// # Errors
/// A derivation that does not give its figure.
pub fn reasons(key: &str, version: &QuoteVersion) -> Result<Option<Markup>, Failure> {
    let mut told = Vec::new();
    for required in version
        .submission()
        .into_iter()
        .flat_map(|submission| submission.required())
    {
        let reasons = version
            .reasons(required)
            .map_err(Failure::stage("reasons", key))?;
        for why in reasons.iter().filter_map(|reason| reason.why()) {
            crate::why::recomputed(key, why, &why.value())?;
        }
        told.push((required, reasons));
    }
    let markup = html! {
        @for (required, reasons) in &told {
            h4 { (required.reason) }
            p.muted { "Rule " (required.rule) ": " (required.because) }
            @for reason in reasons {
                @match reason.why() {
                    Some(why) => { details.figure { summary { (reason) } (PreEscaped(why.html())) } },
                    None => { p { (reason) } },
                }
            }
        }
    };
    Ok((!told.is_empty()).then_some(markup))
}
