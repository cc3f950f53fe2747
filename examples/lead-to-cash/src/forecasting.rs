//! Pipeline by stage and forecast by quarter.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c::leads::{Forecaster, GroupBy, OpportunityStatus, PipelineItem, SalesProcess};
use l2c::money::{Money, RoundTo, RoundingPolicy};
use serde::Serialize;

use crate::documents;
use crate::error::Failure;
use crate::import::Crm;
use crate::offer::Offer;
use crate::output::Output;
use crate::policy::Folder;
use crate::selling::Case;
use crate::tables::word;

/// Reads and checks `forecast.json`.
///
/// # Errors
/// Every fault of the document.
pub fn forecaster(folder: &mut Folder, process: SalesProcess) -> Result<Forecaster, Failure> {
    let document = folder.read(&documents::FORECAST)?;
    folder.check(&documents::FORECAST, Forecaster::new(&document, process, &[]))
}

/// A stage of the pipeline, as `run.json` states it.
#[derive(Serialize)]
pub struct StageFigures {
    opportunities: usize,
    without_value: usize,
    value: Money,
    weighted: Money,
}

/// Writes `pipeline.csv`, `forecast.csv` and the opportunities behind them; gives the stages for `run.json`.
///
/// # Errors
/// What the room refuses, and a folder that cannot be written.
pub fn report(
    crm: &Crm,
    offer: &Offer,
    forecaster: &Forecaster,
    cases: &[Case],
    as_of: NaiveDate,
    output: &mut Output,
) -> Result<BTreeMap<String, StageFigures>, Failure> {
    let items: Vec<PipelineItem> = cases.iter().filter_map(|case| item(case, crm, offer)).collect();
    let refused = |fault: l2c::leads::LeadsError| Failure::stage("forecast", as_of)(fault);
    let money = |figure| forecaster.money(figure).map_err(refused);

    // A lost opportunity keeps the stage that it was lost in, and is no part of the pipeline.
    let live: Vec<PipelineItem> = items
        .iter()
        .filter(|item| item.status != OpportunityStatus::Lost)
        .cloned()
        .collect();
    let pipeline = forecaster.pipeline(&live, GroupBy::Stage).map_err(refused)?;
    let mut stages = BTreeMap::new();
    let header = [
        "stage",
        "opportunities",
        "estimated",
        "without_value",
        "value",
        "weighted",
        "currency",
    ];
    let mut table = output.table("pipeline.csv", &header)?;
    for (stage, sums) in &pipeline.groups {
        let name = stage.clone().unwrap_or_default();
        let figures = StageFigures {
            opportunities: sums.count,
            without_value: sums.without_value,
            value: money(&sums.unweighted)?,
            weighted: money(&sums.weighted)?,
        };
        table.row([
            name.clone(),
            sums.count.to_string(),
            sums.estimated.to_string(),
            sums.without_value.to_string(),
            figures.value.amount_text(),
            figures.weighted.amount_text(),
            forecaster.currency().to_string(),
        ])?;
        stages.insert(name, figures);
    }
    output.finish(table)?;

    let header = [
        "opportunity",
        "owner",
        "stage",
        "status",
        "value",
        "estimated",
        "weighted",
        "quarter",
        "currency",
    ];
    let mut table = output.table("pipeline-opportunities.csv", &header)?;
    for (item, line) in live.iter().zip(&pipeline.lines) {
        let alone = forecaster.forecast(std::slice::from_ref(item), as_of);
        table.row([
            line.opportunity.to_string(),
            item.owner.as_ref().map(ToString::to_string).unwrap_or_default(),
            item.stage.clone(),
            word(item.status),
            money(&line.value)?.amount_text(),
            line.estimated.to_string(),
            money(&line.weighted)?.amount_text(),
            alone
                .map_err(refused)?
                .quarters
                .keys()
                .next()
                .map(ToString::to_string)
                .unwrap_or_default(),
            forecaster.currency().to_string(),
        ])?;
    }
    output.finish(table)?;

    let forecast = forecaster.forecast(&items, as_of).map_err(refused)?;
    let header = [
        "quarter",
        "won",
        "won_value",
        "open",
        "open_value",
        "open_weighted",
        "open_overdue",
        "expected",
        "currency",
    ];
    let mut table = output.table("forecast.csv", &header)?;
    for (quarter, figures) in &forecast.quarters {
        table.row([
            quarter.to_string(),
            figures.won.count.to_string(),
            money(&figures.won.unweighted)?.amount_text(),
            figures.open.count.to_string(),
            money(&figures.open.unweighted)?.amount_text(),
            money(&figures.open.weighted)?.amount_text(),
            figures.overdue.to_string(),
            money(&figures.expected)?.amount_text(),
            forecaster.currency().to_string(),
        ])?;
    }
    output.finish(table)?;
    Ok(stages)
}

/// An opportunity for the forecast; while its value is not known, the list price on the day it was created stands
/// for it.
fn item(case: &Case, crm: &Crm, offer: &Offer) -> Option<PipelineItem> {
    let source = crm.opportunities.get(case.row)?;
    let list = offer.list_price(&source.product, source.created);
    let rounding = RoundingPolicy {
        to: RoundTo::MinorUnit,
        ..RoundingPolicy::HALF_UP
    };
    let estimate = list.and_then(|price| rounding.money(&price.exact(), price.currency()).ok());
    PipelineItem::of(&case.opportunity.state, estimate)
}
