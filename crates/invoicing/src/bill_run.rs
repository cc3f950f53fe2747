use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::{
    BillingLog, BillingPolicy, BillingSchedule, Charge, ChargeKey, Invoice, InvoiceDocument, InvoiceKind,
    InvoiceLine, InvoicingError, TaxRates,
};

/// The invoices that are due on a day and not billed yet, ready to be drafted.
///
/// One invoice for each account and date of charge, in order of date, then account; its lines in the order of
/// the account's items, each taxed at the rate of its date. Charges that the log has are not billed again, nor
/// are charges of zero. A run changes nothing: record what was drafted in the log, and the same run gives
/// nothing the second time. A credited charge is due again.
///
/// # Errors
/// [`InvoicingError::Duplicate`] if an account or an item occurs twice; [`InvoicingError::BilledOtherwise`] if a
/// charge was billed with another amount than it has now; [`InvoicingError::UnknownTaxKey`],
/// [`InvoicingError::NoTaxRate`]; what [`Invoice::new`] refuses. Any error, and nothing is billed.
pub fn bill_run<'a>(
    schedules: impl IntoIterator<Item = &'a BillingSchedule>,
    log: &BillingLog,
    as_of: NaiveDate,
    rates: &TaxRates,
    policy: &BillingPolicy,
) -> Result<Vec<Invoice>, InvoicingError> {
    let mut accounts = BTreeSet::new();
    let mut items = BTreeSet::new();
    let mut bills: BTreeMap<_, (&BillingSchedule, Vec<&Charge>)> = BTreeMap::new();
    for schedule in schedules {
        let account = schedule.account();
        if !accounts.insert(&account.id) {
            return Err(duplicate("account", &account.id));
        }
        for item in &account.items {
            if !items.insert(&item.id) {
                return Err(duplicate("item", &item.id));
            }
        }
        unchanged(schedule, log)?;
        for charge in schedule.due(as_of) {
            if log.billed(&charge.key).is_none() && !charge.net.is_zero() {
                let bill = bills.entry((charge.date, &account.id));
                bill.or_insert_with(|| (schedule, Vec::new())).1.push(charge);
            }
        }
    }
    let invoice = |((date, _), (schedule, charges)): ((NaiveDate, _), (&BillingSchedule, Vec<&Charge>))| {
        invoice(schedule, &charges, date, rates, policy)
    };
    bills.into_iter().map(invoice).collect()
}

fn duplicate(what: &'static str, key: &impl ToString) -> InvoicingError {
    InvoicingError::Duplicate {
        what,
        key: key.to_string(),
    }
}

/// What was billed is still what the schedule says.
fn unchanged(schedule: &BillingSchedule, log: &BillingLog) -> Result<(), InvoicingError> {
    let scheduled: BTreeMap<&ChargeKey, &Charge> = schedule.charges().iter().map(|c| (&c.key, c)).collect();
    for item in &schedule.account().items {
        for (charge, billed) in log.of_item(&item.id) {
            let now = scheduled.get(charge).map(|charge| charge.net);
            if now != Some(*billed) {
                return Err(InvoicingError::BilledOtherwise {
                    charge: charge.clone(),
                    billed: *billed,
                    scheduled: now.unwrap_or(l2c_money::Money::zero(billed.currency())),
                });
            }
        }
    }
    Ok(())
}

fn invoice(
    schedule: &BillingSchedule,
    charges: &[&Charge],
    date: NaiveDate,
    rates: &TaxRates,
    policy: &BillingPolicy,
) -> Result<Invoice, InvoicingError> {
    let account = schedule.account();
    let mut lines = Vec::with_capacity(charges.len());
    for charge in charges {
        let Some(item) = charge.item(account) else {
            continue;
        };
        let tax = rates.rate(&item.tax, date)?.clone();
        lines.push(InvoiceLine {
            charge: Some(charge.key.clone()),
            service: charge.service,
            ..InvoiceLine::of_amount(item.description.clone(), &charge.net, tax)?
        });
    }
    Invoice::new(InvoiceDocument {
        kind: InvoiceKind::Invoice,
        account: account.id.clone(),
        seller: account.seller,
        buyer: account.buyer.clone(),
        currency: account.currency,
        tax_point: date,
        terms: account.terms,
        lines,
        tax_rates: Some(rates.source()),
        policy: policy.clone(),
    })
}
