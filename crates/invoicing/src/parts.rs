use chrono::NaiveDate;
use l2c_calendar::{BillingCycle, Period};
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::Exact;

use crate::{BillingItem, BillingPlan, BillingPolicy, InvoicingError, Proportion};

/// One dated part of an item, with its amount as a figure.
pub(crate) struct Part<M> {
    pub(crate) date: NaiveDate,
    pub(crate) service: Option<Period>,
    pub(crate) net: Figure<M>,
}

/// The parts of an item by the cumulative rule: part k is round(item x weight of the first k / weight of all),
/// less that of part k - 1. With the last part the fraction is 1, so the parts add up to the item.
pub(crate) fn parts<R: Recorder>(
    item: &BillingItem,
    policy: &BillingPolicy,
    recorder: &mut R,
) -> Result<Vec<Part<R::Mark>>, InvoicingError> {
    let currency = item.net.currency();
    let total = recorder.input(item.net.exact(), || {
        Note::new(format!("net of {}, {}", item.id, item.description)).money(currency)
    });
    let (service, every_months) = match item.plan {
        BillingPlan::Once { on } => {
            return Ok(vec![Part {
                date: on,
                service: None,
                net: total,
            }]);
        }
        BillingPlan::InAdvance {
            service,
            every_months,
        } => (service, every_months),
    };
    let cycle = BillingCycle::new(service.start(), every_months)?;
    let tiles = cycle.tiling(service)?;
    let mut weights = Vec::with_capacity(tiles.len());
    for (k, tile) in (0_i32..).zip(&tiles) {
        let weight = match policy.document().proportion {
            Proportion::Days => Exact::integer(i64::from(tile.days())),
            // The last period may end beyond the range of dates; then it is as whole as it can be.
            Proportion::Months => cycle.period(k).map_or(Exact::ONE, |whole| whole.prorate(tile)),
        };
        weights.push(recorder.input(weight, || match policy.document().proportion {
            Proportion::Days => {
                let note = Note::new(format!("days of {tile}")).days();
                note.cite(policy.citation("proportion"))
            }
            Proportion::Months => {
                let note = Note::new(format!("billing periods in {tile}"));
                note.cite(policy.citation("proportion"))
            }
        }));
    }
    let all: Vec<&Figure<R::Mark>> = weights.iter().collect();
    let whole = recorder.sum(&all, || Note::new(format!("weight of {service}")));
    let mut parts = Vec::with_capacity(tiles.len());
    let mut before: Option<(_, Figure<_>)> = None;
    for (tile, weight) in tiles.iter().zip(&weights) {
        let last_day = tile.last_day();
        let so_far = match &before {
            None => weight.clone(),
            Some((before, _)) => recorder.sum(&[before, weight], || {
                Note::new(format!("weight up to {last_day}"))
            }),
        };
        let fraction = recorder.quotient(&so_far, &whole, || {
            Note::new(format!("part up to {last_day}")).percent()
        })?;
        let exact = recorder.product(&total, &fraction, || {
            Note::new(format!("exact amount up to {last_day}")).money(currency)
        });
        let due = recorder.round(&exact, policy.rounding(), currency, || {
            let note = Note::new(format!("amount up to {last_day}")).money(currency);
            note.cite(policy.citation("rounding"))
        })?;
        let net = match &before {
            None => due.clone(),
            Some((_, done)) => recorder.difference(&due, done, || {
                Note::new(format!("charge for {tile}")).money(currency)
            }),
        };
        before = Some((so_far, due));
        parts.push(Part {
            date: tile.start(),
            service: Some(*tile),
            net,
        });
    }
    Ok(parts)
}
