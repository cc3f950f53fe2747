//! Invoices and credit notes: what is due is billed in order of date, under numbers without a gap.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use l2c::documents::Check;
use l2c::invoicing::{
    BillingAccountId, BillingLog, BillingPolicy, BillingSchedule, Invoice, InvoiceCommand, InvoiceContext,
    InvoiceId, InvoiceNumber, InvoiceState, IssuedInvoice, NumberSeries, TaxRates, bill_run,
};
use l2c::rules::{Condition, FactTypes, Facts, Predicate};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::books::Books;
use crate::documents;
use crate::error::Failure;
use crate::policy::Folder;
use crate::record::{Life, Record};
use crate::simulation::draw;
use crate::stage::Kept;

/// Which invoices are taken back, and billed again on the same day.
#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditDocument {
    rules: Vec<CreditRule>,
}

#[derive(JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
struct CreditRule {
    /// What the rule is about.
    #[expect(dead_code, reason = "it is for the readers of the document")]
    name: String,
    /// Facts: `amount`, `office`, `product`, and `draw`, a number from 0 to 99 that is fixed for each invoice.
    when: Condition,
    /// Days from the invoice to its credit note.
    days_after_issue: u64,
    /// What the credit note says.
    reason: String,
}

/// The documents of this stage, checked.
pub struct Policy {
    rates: TaxRates,
    billing: BillingPolicy,
    credits: Vec<(CreditRule, Predicate)>,
}

impl Policy {
    /// Reads and checks `tax.json`, `billing.json` and `credits.json`.
    ///
    /// # Errors
    /// Every fault of a document.
    pub fn read(folder: &mut Folder) -> Result<Self, Failure> {
        let rates = folder.read(&documents::TAX)?;
        let rates = folder.check(&documents::TAX, TaxRates::new(rates))?;
        let billing = folder.read(&documents::BILLING)?;
        let billing = folder.check(&documents::BILLING, BillingPolicy::new(billing))?;
        let document = folder.read(&documents::CREDITS)?;
        let types = FactTypes::new()
            .number("amount")
            .number("draw")
            .text("office")
            .text("product");
        let mut check = Check::new("credits");
        let mut credits = Vec::new();
        for (index, rule) in document.rules.into_iter().enumerate() {
            match rule.when.check(&types, &format!("rules[{index}].when")) {
                Ok(when) => credits.push((rule, when)),
                Err(faults) => check.extend(faults),
            }
        }
        let credits = folder.check(&documents::CREDITS, check.finish(credits))?;
        Ok(Self {
            rates,
            billing,
            credits,
        })
    }

    /// How an item is spread over its periods, and how amounts are rounded.
    pub const fn billing(&self) -> &BillingPolicy {
        &self.billing
    }
}

/// What is billed to one customer for one contract.
pub struct Account {
    /// Items and charges.
    pub schedule: BillingSchedule,
    /// The office that sold.
    pub office: String,
    /// The product.
    pub product: String,
}

/// Every document that was issued.
pub struct Billing {
    /// Invoices and credit notes in the order of their issue.
    pub documents: Vec<Life<InvoiceState>>,
    /// What was billed of each charge.
    pub log: BillingLog,
}

/// A step of billing on its day.
enum Work {
    Issue(Box<Invoice>),
    TakeBack { document: usize, reason: String },
}

/// Bills everything that is due on a day.
///
/// # Errors
/// What a room refuses, and what the store refuses.
pub fn bill(
    accounts: &BTreeMap<BillingAccountId, Account>,
    policy: &Policy,
    as_of: NaiveDate,
    kept: &mut Kept<'_>,
) -> Result<Billing, Failure> {
    let (record, books) = (&mut *kept.record, &mut *kept.books);
    record.stage("invoices")?;
    let mut billing = Billing {
        documents: Vec::new(),
        log: BillingLog::new(),
    };
    let schedules = accounts.values().map(|account| &account.schedule);
    let due = bill_run(schedules, &billing.log, as_of, &policy.rates, &policy.billing)
        .map_err(Failure::stage("invoices", "bill run"))?;
    let bar = kept.progress.stage("invoices", due.len());
    // What is due comes in order of date; credits come in between.
    let mut agenda: BTreeMap<(NaiveDate, usize), Work> = BTreeMap::new();
    let mut next = 0_usize;
    let mut plan = |agenda: &mut BTreeMap<_, _>, date, work| {
        agenda.insert((date, next), work);
        next = next.saturating_add(1);
    };
    for invoice in due {
        plan(
            &mut agenda,
            invoice.document().tax_point,
            Work::Issue(Box::new(invoice)),
        );
    }
    let mut clerk = Clerk::new()?;
    while let Some(((date, _), work)) = agenda.pop_first() {
        match work {
            Work::Issue(invoice) => {
                let fresh = billing.log_and_issue(*invoice, date, &mut clerk, books, record)?;
                bar.inc(1);
                if let Some((rule, _)) = fresh.and_then(|issued| policy.credit(issued, accounts)) {
                    let on = date
                        .checked_add_days(Days::new(rule.days_after_issue))
                        .filter(|on| *on <= as_of);
                    if let Some(on) = on {
                        let document = billing.documents.len().saturating_sub(1);
                        plan(
                            &mut agenda,
                            on,
                            Work::TakeBack {
                                document,
                                reason: rule.reason.clone(),
                            },
                        );
                    }
                }
            }
            Work::TakeBack { document, reason } => {
                billing.take_back(document, &reason, date, &mut clerk, books, record)?;
            }
        }
        record.boundary()?;
    }
    record.flush()?;
    bar.finish();
    Ok(billing)
}

impl Policy {
    /// The rule by which an invoice is taken back. One that was billed again is not taken back a second time: the
    /// draw belongs to the account and the date of the charge, and only the first document of it is asked.
    fn credit(
        &self,
        issued: &IssuedInvoice,
        accounts: &BTreeMap<BillingAccountId, Account>,
    ) -> Option<&(CreditRule, Predicate)> {
        let document = issued.invoice.document();
        let account = accounts.get(&document.account)?;
        let facts = Facts::new()
            .number("amount", issued.invoice.totals().gross.exact())
            .number(
                "draw",
                draw(&format!("{} {}", document.account, document.tax_point)),
            )
            .text("office", account.office.as_str())
            .text("product", account.product.as_str());
        self.credits.iter().find(|(_, when)| when.holds(&facts))
    }
}

impl Billing {
    fn log_and_issue(
        &mut self,
        invoice: Invoice,
        date: NaiveDate,
        clerk: &mut Clerk,
        books: &mut Books,
        record: &mut Record,
    ) -> Result<Option<&IssuedInvoice>, Failure> {
        let account = invoice.document().account.clone();
        self.log
            .record(&invoice)
            .map_err(Failure::stage("invoices", &account))?;
        let life = clerk.issue(invoice, date, books, record)?;
        self.documents.push(life);
        Ok(self.documents.last().and_then(|life| life.state.issued()))
    }

    /// A credit note over the whole invoice, and the same invoice under a new number.
    fn take_back(
        &mut self,
        document: usize,
        reason: &str,
        date: NaiveDate,
        clerk: &mut Clerk,
        books: &mut Books,
        record: &mut Record,
    ) -> Result<(), Failure> {
        let Some(original) = self
            .documents
            .get(document)
            .and_then(|life| life.state.issued())
            .cloned()
        else {
            return Ok(());
        };
        let number = original.number.clone();
        let note = original
            .credit_note(reason)
            .map_err(Failure::stage("invoices", &number))?;
        self.log_and_issue(note, date, clerk, books, record)?;
        let note = self
            .documents
            .last()
            .and_then(|life| life.state.issued())
            .cloned();
        if let (Some(life), Some(note)) = (self.documents.get_mut(document), note) {
            let command = InvoiceCommand::Credit {
                credit_note: Box::new(note),
            };
            record.command(life, &command, &InvoiceContext::default(), date)?;
        }
        self.log_and_issue(original.invoice, date, clerk, books, record)?;
        Ok(())
    }
}

/// Gives out ids and numbers.
struct Clerk {
    invoices: NumberSeries,
    credit_notes: NumberSeries,
    last: BTreeMap<String, (u64, NaiveDate)>,
    documents: u64,
}

impl Clerk {
    fn new() -> Result<Self, Failure> {
        let series = |name| NumberSeries::new(name, 6, 1).map_err(Failure::stage("invoices", name));
        Ok(Self {
            invoices: series("INV")?,
            credit_notes: series("CRN")?,
            last: BTreeMap::new(),
            documents: 0,
        })
    }

    fn issue(
        &mut self,
        invoice: Invoice,
        date: NaiveDate,
        books: &mut Books,
        record: &mut Record,
    ) -> Result<Life<InvoiceState>, Failure> {
        self.documents = self.documents.saturating_add(1);
        let id = InvoiceId::from_key(&format!("{:06}", self.documents))
            .map_err(Failure::stage("invoices", self.documents))?;
        let series = if invoice.is_credit_note() {
            &self.credit_notes
        } else {
            &self.invoices
        };
        let sequence = series.sequence(date);
        let last = self.last.get(&sequence).copied();
        let value = last.map_or(1, |(value, _)| value.saturating_add(1));
        let number = InvoiceNumber::new(series, date, value);

        let mut life = Life::<InvoiceState>::new(id.as_str());
        let nothing = InvoiceContext::default();
        record.command(
            &mut life,
            &InvoiceCommand::Draft {
                id,
                invoice: Box::new(invoice),
            },
            &nothing,
            date,
        )?;
        let context = InvoiceContext {
            number: Some(number),
            last_issue_date: last.map(|(_, date)| date),
        };
        record.command(&mut life, &InvoiceCommand::Issue { date }, &context, date)?;
        record.claim(&sequence, value);
        self.last.insert(sequence, (value, date));
        if let Some(issued) = life.state.issued() {
            let entries = issued
                .journal()
                .map_err(Failure::stage("invoices", &issued.number))?;
            books.post(record, entries)?;
        }
        Ok(life)
    }
}
