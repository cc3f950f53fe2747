//! Commissions: contracts credit their seller and the seller's manager; each quarter has a statement per payee.

use std::collections::BTreeMap;

use l2c::calendar::Quarter;
use l2c::commissions::{
    Credit, PayeeBalance, Plan, PlanDocument, Statement, StatementCommand, StatementState,
};
use l2c::handover::contract_to_commissions;
use l2c::host::PartyId;
use l2c::money::{Exact, Money, MoneyError, Rounding};

use crate::contracting::{Agreed, component};
use crate::documents;
use crate::error::Failure;
use crate::output::Output;
use crate::policy::Folder;
use crate::record::Life;
use crate::stage::{Kept, Known};
use crate::tables::word;

/// The statements of all payees.
pub struct Commissioning {
    /// The credits of every payee.
    pub credits: BTreeMap<PartyId, Vec<Credit>>,
    /// Closed statements, by payee and quarter.
    pub statements: BTreeMap<PartyId, Vec<Life<StatementState>>>,
    /// What all payees have earned.
    pub earned: Money,
    /// What they were paid.
    pub paid: Money,
    /// What they are owed.
    pub accrued: Money,
}

/// Reads and checks `commission-plan.json`: the plan as it is written, and as it is computed by.
///
/// # Errors
/// Every fault of the document.
pub fn plan(folder: &mut Folder) -> Result<(PlanDocument, Plan), Failure> {
    let document = folder.read(&documents::COMMISSION_PLAN)?;
    let plan = folder.check(&documents::COMMISSION_PLAN, Plan::new(&document))?;
    Ok((document, plan))
}

/// Credits every contract, closes the statements of the quarters that are over, and pays those that are due.
///
/// # Errors
/// What a room refuses, and what the store refuses.
pub fn pay(
    known: &Known<'_>,
    plan: &Plan,
    contracts: &[Agreed],
    kept: &mut Kept<'_>,
) -> Result<Commissioning, Failure> {
    let Known { terms, as_of, .. } = *known;
    kept.record.stage("commissions")?;
    let credits = credits(known, plan, contracts)?;
    let bar = kept.progress.stage("commission statements", credits.len());
    let header = [
        "statement",
        "payee",
        "quarter",
        "component",
        "deal",
        "date",
        "credited",
        "credited_to_date",
        "commission",
        "currency",
    ];
    let mut lines = kept.output.table("commission-lines.csv", &header)?;
    let zero = Money::zero(terms.currency);
    let mut all = Commissioning {
        credits: BTreeMap::new(),
        statements: BTreeMap::new(),
        earned: zero,
        paid: zero,
        accrued: zero,
    };
    for (payee, credits) in &credits {
        let mut lives: Vec<Life<StatementState>> = Vec::new();
        let mut closed: Vec<Statement> = Vec::new();
        let quarters: std::collections::BTreeSet<Quarter> = credits
            .iter()
            .map(|credit| Quarter::of(credit.date))
            .filter(|q| q.last_day() <= as_of)
            .collect();
        for quarter in quarters {
            let fault = Failure::stage("commissions", format!("{payee} {quarter}"));
            let statement = plan.statement(payee, quarter, credits, &closed).map_err(fault)?;
            let life = settle(&statement, known, kept)?;
            for line in statement.lines() {
                lines.row([
                    statement.id().to_string(),
                    payee.to_string(),
                    quarter.to_string(),
                    line.component.clone(),
                    line.deal.clone(),
                    line.date.to_string(),
                    line.credited.amount_text(),
                    line.credited_to_date.amount_text(),
                    line.commission.amount_text(),
                    line.commission.currency().to_string(),
                ])?;
            }
            closed.push(statement);
            lives.push(life);
            kept.record.boundary()?;
        }
        all.add(payee, lives)?;
        bar.inc(1);
    }
    kept.record.flush()?;
    bar.finish();
    kept.output.finish(lines)?;
    all.credits = credits;
    all.write(kept.output)?;
    Ok(all)
}

/// The credits of every payee.
fn credits(
    known: &Known<'_>,
    plan: &Plan,
    contracts: &[Agreed],
) -> Result<BTreeMap<PartyId, Vec<Credit>>, Failure> {
    let Known { crm, parties, .. } = *known;
    let mut credits: BTreeMap<PartyId, Vec<Credit>> = BTreeMap::new();
    for agreed in contracts {
        let key = &agreed.contract.key;
        let Some(source) = crm.opportunities.get(agreed.row) else {
            continue;
        };
        let Some(seller) = parties.agent(&source.agent) else {
            continue;
        };
        let manager = crm
            .agents
            .get(&source.agent)
            .and_then(|agent| parties.manager(&agent.manager));
        let deal =
            contract_to_commissions(&agreed.contract.state, seller.clone(), manager.cloned(), |item| {
                component(item).to_owned()
            })
            .map_err(Failure::stage("commissions", key))?;
        for credit in plan.credits(&deal).map_err(Failure::stage("commissions", key))? {
            credits.entry(credit.payee.clone()).or_default().push(credit);
        }
    }
    Ok(credits)
}

/// Closes a statement at the end of its quarter and pays it when it is due.
fn settle(
    statement: &Statement,
    known: &Known<'_>,
    kept: &mut Kept<'_>,
) -> Result<Life<StatementState>, Failure> {
    let Known { terms, as_of, .. } = *known;
    let (record, books) = (&mut *kept.record, &mut *kept.books);
    let id = statement.id();
    let end = statement.quarter().last_day();
    let mut life = Life::<StatementState>::new(id.as_str());
    record.command(
        &mut life,
        &StatementCommand::Close(Box::new(statement.clone())),
        &(),
        end,
    )?;
    let earned = statement
        .earning_entries(terms.legal_entity, end)
        .map_err(Failure::stage("commissions", id))?;
    books.post(record, earned)?;
    let due = statement.due();
    if due <= as_of {
        record.command(&mut life, &StatementCommand::Pay { date: due }, &(), due)?;
        if !statement.payable().is_zero() {
            let entry = statement.payment_entry(terms.legal_entity, due);
            books.post(record, [entry.map_err(Failure::stage("commissions", id))?])?;
        }
    }
    Ok(life)
}

impl Commissioning {
    fn add(&mut self, payee: &PartyId, lives: Vec<Life<StatementState>>) -> Result<(), Failure> {
        let states: Vec<StatementState> = lives.iter().map(|life| life.state.clone()).collect();
        let balance = PayeeBalance::of(&states).map_err(Failure::stage("commissions", payee))?;
        if let Some(balance) = balance {
            let add = |total: &mut Money, part: &Money| {
                *total = total
                    .checked_add(part)
                    .map_err(Failure::stage("commissions", payee))?;
                Ok::<(), Failure>(())
            };
            add(&mut self.earned, &balance.earned)?;
            add(&mut self.paid, &balance.paid)?;
            add(&mut self.accrued, &balance.accrued)?;
        }
        self.statements.insert(payee.clone(), lives);
        Ok(())
    }

    fn write(&self, output: &mut Output) -> Result<(), Failure> {
        let header = [
            "statement",
            "payee",
            "quarter",
            "component",
            "credited",
            "quota",
            "attainment_percent",
            "earned",
            "status",
            "due",
            "currency",
        ];
        let mut table = output.table("commission-statements.csv", &header)?;
        for life in self.statements.values().flatten() {
            let Some(statement) = life.state.statement() else {
                continue;
            };
            for component in statement.components() {
                let attainment = component.attainment.as_ref().map(percentage).transpose();
                let attainment = attainment.map_err(Failure::stage("commissions", statement.id()))?;
                table.row([
                    statement.id().to_string(),
                    statement.payee().to_string(),
                    statement.quarter().to_string(),
                    component.component.clone(),
                    component.credited.amount_text(),
                    component
                        .quota
                        .map(|quota| quota.amount_text())
                        .unwrap_or_default(),
                    attainment.unwrap_or_default(),
                    component.earned.amount_text(),
                    word(life.state.status()),
                    statement.due().to_string(),
                    component.credited.currency().to_string(),
                ])?;
            }
        }
        output.finish(table)
    }
}

/// A part of one as a percentage, to two decimals.
///
/// # Errors
/// None in practice: one hundredth is not zero.
pub fn percentage(part: &Exact) -> Result<String, MoneyError> {
    let percent = part.checked_div(&Exact::ratio(1, 100)?)?;
    Ok(percent.round(2, Rounding::HalfUp).text_with_decimals(2))
}
