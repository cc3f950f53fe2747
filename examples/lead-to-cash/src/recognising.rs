//! Revenue: a revenue contract per agreement, its allocation and schedule, contract balances and journals.

mod changed;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c::calendar::FiscalMonth;
use l2c::contracts::ContractItem;
use l2c::handover::{contract_to_revenue, invoice_to_revenue};
use l2c::host::{DateTime, Utc};
use l2c::money::{Currency, Money, MoneyError};
use l2c::revenue::{
    BalanceRollForward, Book, Fact, Projection, RevenueCommand, RevenueContext, RevenueContract,
    RevenuePolicy, RevenueWaterfall, View, project,
};

use crate::billing::Billing;
use crate::changing::{Changes, ChangesDocument, Rebate};
use crate::contracting::{Agreed, component};
use crate::error::Failure;
use crate::offer::{Offer, price_part};
use crate::output::Output;
use crate::record::Life;
use crate::stage::{Kept, Known};

pub use changed::{Changed, Kind};

/// The revenue side after all postings.
pub struct Recognising {
    /// The revenue contracts.
    pub contracts: Vec<Life<RevenueContract>>,
    /// The transaction prices of all contracts.
    pub allocated: Money,
    /// What is recognised of them.
    pub recognised: Money,
    /// What is not.
    pub deferred: Money,
    /// Contract assets by contract, added up.
    pub contract_assets: Money,
    /// Contract liabilities by contract, added up.
    pub contract_liabilities: Money,
    /// Revenue by month.
    pub waterfall: RevenueWaterfall,
    /// Contract balances by month.
    pub balances: BalanceRollForward,
    /// What has changed of contracts, in their order.
    pub changes: Vec<Changed>,
    /// What rebates lower the transaction prices by.
    pub rebates: Money,
    /// Of each contract the price that was agreed less its rebate, and the transaction price.
    pub prices: Vec<(String, Money, Money)>,
}

/// Recognises the revenue of every contract through a day, and posts it.
///
/// # Errors
/// What a room refuses, and what the store refuses.
pub fn recognise(
    known: &Known<'_>,
    (policy, changes): (&RevenuePolicy, &ChangesDocument),
    contracts: &[Agreed],
    billing: &Billing,
    kept: &mut Kept<'_>,
) -> Result<Recognising, Failure> {
    let Known {
        crm, offer, terms, ..
    } = *known;
    let Kept {
        record,
        books,
        output,
        progress,
    } = kept;
    let view = &view(known.as_of);
    record.stage("revenue")?;
    let bar = progress.stage("revenue", contracts.len());
    let billed = billed(billing);
    let header = [
        "contract",
        "customer",
        "obligation",
        "month",
        "amount",
        "cumulative",
        "remaining",
        "currency",
    ];
    let mut schedule = output.table("revenue-schedule.csv", &header)?;
    let header = [
        "contract",
        "obligation",
        "standalone_price",
        "allocated",
        "recognised",
        "remaining",
        "currency",
    ];
    let mut allocation = output.table("revenue-allocation.csv", &header)?;
    let mut changed = changed::table(output)?;
    let changes = Changes::new(changes, contracts, view.as_of);
    let mut all = Recognising::new(terms.currency, contracts, view.as_of);
    for (index, agreed) in contracts.iter().enumerate() {
        let Some(source) = crm.opportunities.get(agreed.row) else {
            continue;
        };
        let fault = |reason: String| Failure::Stage {
            stage: "revenue",
            subject: agreed.contract.key.clone(),
            reason,
        };
        let standalone =
            |item: &ContractItem| standalone(item, &source.product, agreed.agreed_on, offer, terms.currency);
        let mut commands = contract_to_revenue(
            &agreed.contract.state,
            terms.legal_entity,
            agreed.agreed_on,
            policy,
            standalone,
        )
        .map_err(|f| fault(f.to_string()))?;
        let rebate = changes.rebate(agreed).map_err(|f| fault(f.to_string()))?;
        if let (Some(rebate), Some(inception)) = (&rebate, commands.first_mut())
            && let Fact::Inception { terms } = &mut inception.fact
        {
            **terms = rebate.agreed_in(terms).map_err(|f| fault(f.to_string()))?;
        }
        let key = agreed
            .contract
            .state
            .id()
            .map(|id| id.key().to_owned())
            .unwrap_or_default();
        commands.extend(billed.get(key.as_str()).into_iter().flatten().cloned());
        commands.extend(rebate.as_ref().and_then(Rebate::reassessed));
        let extension = changes.extension(agreed, standalone);
        commands.extend(extension.map_err(|f| fault(f.to_string()))?);

        let mut life = Life::<RevenueContract>::new(format!("rev_{key}"));
        for (sequence, command) in commands.iter().enumerate() {
            let sequence = u64::try_from(sequence).unwrap_or(u64::MAX);
            let context = RevenueContext {
                recorded_at: view.known_at,
                sequence,
            };
            record.command(&mut life, command, &context, command.on)?;
        }
        let projection = project(life.state.facts(), view).map_err(|f| fault(f.to_string()))?;
        books.post(record, projection.postings().map_err(|f| fault(f.to_string()))?)?;
        all.add(&projection).map_err(fault)?;
        for row in projection.schedule_rows().map_err(|f| fault(f.to_string()))? {
            schedule.row([
                row.contract.to_string(),
                row.customer.to_string(),
                row.obligation.to_owned(),
                row.month.to_string(),
                row.amount.amount_text(),
                row.cumulative.amount_text(),
                row.remaining.amount_text(),
                row.amount.currency().to_string(),
            ])?;
        }
        for obligation in &projection.obligations {
            allocation.row([
                projection.contract.to_string(),
                obligation.id.clone(),
                obligation.ssp.amount_text(),
                obligation.allocated.amount_text(),
                obligation.recognised.amount_text(),
                obligation.remaining.amount_text(),
                projection.currency.to_string(),
            ])?;
        }
        let included = rebate.map_or(Money::zero(terms.currency), |rebate| rebate.included);
        all.price(agreed, &projection, included).map_err(fault)?;
        let place = all.contracts.len();
        all.changes.extend(changed::rows(
            place,
            &life.state,
            &projection,
            view,
            &mut changed,
        )?);
        all.contracts.push(life);
        record.boundary()?;
        bar.set_position(u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1));
    }
    record.flush()?;
    bar.finish();
    output.finish(schedule)?;
    output.finish(allocation)?;
    output.finish(changed)?;
    all.write(output)?;
    Ok(all)
}

/// The end of a day, as the moment by which everything of the run is known.
pub fn view(as_of: NaiveDate) -> View {
    let known_at: DateTime<Utc> = as_of.and_time(chrono::NaiveTime::MIN).and_utc();
    View {
        as_of,
        known_at,
        book: Book::Asc606,
    }
}

/// The billings of each contract, by the key that contract and billing account share.
fn billed(billing: &Billing) -> BTreeMap<&str, Vec<RevenueCommand>> {
    let mut billed: BTreeMap<&str, Vec<RevenueCommand>> = BTreeMap::new();
    for issued in billing.documents.iter().filter_map(|life| life.state.issued()) {
        let key = issued.invoice.document().account.key();
        billed.entry(key).or_default().push(invoice_to_revenue(issued));
    }
    billed
}

/// What a component sells for alone, on the day of the contract (606-10-32-32).
fn standalone(item: &ContractItem, product: &str, on: NaiveDate, offer: &Offer, currency: Currency) -> Money {
    let part = offer
        .component(product, component(item))
        .map(|component| component.standalone_of_list);
    let list = offer.list_price(product, on);
    let price = part
        .zip(list)
        .and_then(|(part, list)| price_part(part, list.amount(), currency).ok());
    price.unwrap_or(Money::zero(currency))
}

impl Recognising {
    fn new(currency: Currency, contracts: &[Agreed], as_of: NaiveDate) -> Self {
        let zero = Money::zero(currency);
        let last = FiscalMonth::of(as_of);
        let first = contracts
            .iter()
            .map(|agreed| FiscalMonth::of(agreed.agreed_on))
            .min()
            .unwrap_or(last);
        Self {
            contracts: Vec::with_capacity(contracts.len()),
            allocated: zero,
            recognised: zero,
            deferred: zero,
            contract_assets: zero,
            contract_liabilities: zero,
            waterfall: RevenueWaterfall::default(),
            balances: BalanceRollForward::new(first, last),
            changes: Vec::new(),
            rebates: zero,
            prices: Vec::with_capacity(contracts.len()),
        }
    }

    fn price(&mut self, agreed: &Agreed, projection: &Projection, rebate: Money) -> Result<(), String> {
        let net = agreed
            .contract
            .state
            .net()
            .unwrap_or(Money::zero(rebate.currency()));
        let price = net.checked_sub(&rebate).map_err(|f| f.to_string())?;
        self.rebates = self.rebates.checked_add(&rebate).map_err(|f| f.to_string())?;
        self.prices
            .push((agreed.contract.key.clone(), price, projection.transaction_price));
        Ok(())
    }

    /// How many changes are of a kind, and what they did to revenue at once.
    pub fn changed(&self, kind: Kind) -> (usize, Result<Money, MoneyError>) {
        let of_kind = || self.changes.iter().filter(|change| change.kind == kind);
        let effects = Money::sum(of_kind().map(|change| &change.effect), self.recognised.currency());
        (of_kind().count(), effects)
    }

    fn add(&mut self, projection: &Projection) -> Result<(), String> {
        for obligation in &projection.obligations {
            self.allocated = self
                .allocated
                .checked_add(&obligation.allocated)
                .map_err(|f| f.to_string())?;
            self.recognised = self
                .recognised
                .checked_add(&obligation.recognised)
                .map_err(|f| f.to_string())?;
            self.deferred = self
                .deferred
                .checked_add(&obligation.remaining)
                .map_err(|f| f.to_string())?;
        }
        let position = projection.position();
        let (asset, liability) = (position.contract_asset(), position.contract_liability());
        self.contract_assets = self
            .contract_assets
            .checked_add(&asset)
            .map_err(|f| f.to_string())?;
        self.contract_liabilities = self
            .contract_liabilities
            .checked_add(&liability)
            .map_err(|f| f.to_string())?;
        self.waterfall.add(projection).map_err(|f| f.to_string())?;
        self.balances.add(projection).map_err(|f| f.to_string())
    }

    fn write(&self, output: &mut Output) -> Result<(), Failure> {
        let mut table = output.table(
            "revenue-waterfall.csv",
            &["entity", "month", "recognised", "scheduled", "currency"],
        )?;
        for row in self.waterfall.rows() {
            table.row([
                row.entity.to_string(),
                row.month.to_string(),
                row.recognised.amount_text(),
                row.scheduled.amount_text(),
                row.recognised.currency().to_string(),
            ])?;
        }
        output.finish(table)?;
        let header = [
            "entity",
            "month",
            "opening_contract_asset",
            "opening_contract_liability",
            "billed",
            "recognised",
            "recognised_from_opening_liability",
            "closing_contract_asset",
            "closing_contract_liability",
            "currency",
        ];
        let mut table = output.table("contract-balances.csv", &header)?;
        for row in self.balances.rows() {
            table.row([
                row.entity.to_string(),
                row.month.to_string(),
                row.opening_contract_asset.amount_text(),
                row.opening_contract_liability.amount_text(),
                row.billed.amount_text(),
                row.recognised.amount_text(),
                row.recognised_from_opening_liability.amount_text(),
                row.closing_contract_asset.amount_text(),
                row.closing_contract_liability.amount_text(),
                row.billed.currency().to_string(),
            ])?;
        }
        output.finish(table)
    }
}
