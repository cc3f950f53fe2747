//! Documents that a customer or a seller could read: each one a page of its own, and an index that says why it is
//! there.

mod commission_statement;
mod derivation;
mod index;
mod invoice;
mod parts;
mod quote;
mod sample;

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use clap::ValueEnum;
use l2c::calendar::Quarter;
use l2c::commissions::{Plan, PlanDocument, StatementState};
use l2c::host::PartyId;
use l2c::invoicing::{InvoiceState, IssuedInvoice};
use l2c::money::Money;
use l2c::receivables::OpenItem;

use crate::checks::Made;
use crate::contracting::Agreed;
use crate::error::Failure;
use crate::output::Output;
use crate::progress::Progress;
use crate::quoting::Deal;
use crate::record::Life;
use crate::stage::Known;

/// The folder of the documents in the output folder.
const FOLDER: &str = "documents";

/// Which documents are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Selection {
    /// Some of each kind, by the rule that the index states.
    Sample,
    /// Every quote, invoice, credit note and commission statement.
    All,
}

/// What was printed.
pub struct Printed {
    /// The page of each document, by its id or number, as a path in the output folder.
    pub pages: BTreeMap<String, String>,
}

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Quote,
    Invoice,
    CreditNote,
    Statement,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Quote, Self::Invoice, Self::CreditNote, Self::Statement];

    const fn name(self) -> &'static str {
        match self {
            Self::Quote => "Quote",
            Self::Invoice => "Invoice",
            Self::CreditNote => "Credit note",
            Self::Statement => "Commission statement",
        }
    }

    /// The folder of its pages, which is its name for several.
    const fn folder(self) -> &'static str {
        match self {
            Self::Quote => "quotes",
            Self::Invoice => "invoices",
            Self::CreditNote => "credit-notes",
            Self::Statement => "commission-statements",
        }
    }
}

/// A document that can be printed.
struct Document<'a> {
    kind: Kind,
    /// Its id, or its number where it has one.
    id: String,
    /// The customer or the payee.
    party: &'a str,
    /// The day of acceptance, issue or closing.
    date: NaiveDate,
    /// Net of a quote, gross of an invoice, what a statement says was earned.
    amount: Money,
    subject: Subject<'a>,
}

/// What a document is made from.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Quote(&'a Deal),
    /// An invoice or a credit note, by its place among all of them.
    Invoice(usize, &'a IssuedInvoice),
    Statement(&'a Life<StatementState>),
}

impl Document<'_> {
    /// Its page, as a path in the output folder. An id may hold a colon, which a file name may not everywhere; a
    /// tilde is in no id.
    fn path(&self) -> String {
        format!(
            "{FOLDER}/{}/{}.html",
            self.kind.folder(),
            self.id.replace(':', "~")
        )
    }

    /// What stands together in an index of many.
    fn group(&self) -> String {
        match self.kind {
            Kind::Statement => Quarter::of(self.date).to_string(),
            _ => format!("{:04}-{:02}", self.date.year(), self.date.month()),
        }
    }
}

/// What documents are printed from.
pub struct Press<'a> {
    known: &'a Known<'a>,
    made: &'a Made<'a>,
    plan: &'a Plan,
    plan_document: &'a PlanDocument,
    contracts: BTreeMap<&'a str, &'a Agreed>,
    open_items: BTreeMap<&'a str, &'a OpenItem>,
    places: BTreeMap<&'a str, usize>,
    pages: BTreeMap<String, String>,
}

impl<'a> Press<'a> {
    /// A press for what the stages have made.
    pub fn new(known: &'a Known<'a>, made: &'a Made<'a>, plan: &'a (PlanDocument, Plan)) -> Self {
        let items = made
            .collecting
            .accounts
            .values()
            .flat_map(|life| life.state.items());
        let contracts = made.contracting.contracts.iter();
        let issued = made.billing.documents.iter().enumerate();
        Self {
            known,
            made,
            plan: &plan.1,
            plan_document: &plan.0,
            contracts: contracts
                .map(|agreed| (agreed.contract.key.as_str(), agreed))
                .collect(),
            open_items: items.map(|item| (item.number().as_str(), item)).collect(),
            places: issued
                .filter_map(|(place, life)| Some((life.state.issued()?.number.as_str(), place)))
                .collect(),
            pages: BTreeMap::new(),
        }
    }

    /// Writes the pages and their index, one after the other.
    ///
    /// # Errors
    /// A derivation that does not give the figure that it explains, a folder that cannot be written.
    pub fn print(
        mut self,
        selection: Selection,
        output: &mut Output,
        progress: &Progress,
    ) -> Result<Printed, Failure> {
        let documents = self.documents();
        let sample = sample::sample(&self, &documents);
        let chosen = |place: &usize| selection == Selection::All || sample.contains_key(place);
        let chosen: Vec<&Document<'_>> = documents
            .iter()
            .enumerate()
            .filter_map(|(place, document)| chosen(&place).then_some(document))
            .collect();
        let pages = chosen
            .iter()
            .map(|document| (document.id.clone(), document.path()));
        self.pages = pages.collect();

        output.own_pages(FOLDER);
        let bar = progress.stage("documents", chosen.len());
        for document in &chosen {
            let page = match document.subject {
                Subject::Quote(deal) => quote::page(&self, deal)?,
                Subject::Invoice(place, issued) => invoice::page(&self, place, issued)?,
                Subject::Statement(life) => commission_statement::page(&self, life)?,
            };
            output.text(&document.path(), &page)?;
            bar.inc(1);
        }
        bar.finish();
        index::write(&self, selection, &documents, &sample, output)?;
        Ok(Printed { pages: self.pages })
    }

    /// Every document that can be printed, in the order of the tables.
    fn documents(&self) -> Vec<Document<'a>> {
        let quotes = self.made.deals.iter().filter_map(|deal| {
            let quote = &deal.quote;
            Some(Document {
                kind: Kind::Quote,
                id: quote.key.clone(),
                party: self.name(quote.state.parties()?.sold_to()),
                date: deal.closed,
                amount: quote.state.latest()?.priced()?.net_total(),
                subject: Subject::Quote(deal),
            })
        });
        let invoices = self.made.billing.documents.iter().enumerate();
        let invoices = invoices.filter_map(|(place, life)| {
            let issued = life.state.issued()?;
            Some(Document {
                kind: if issued.invoice.is_credit_note() {
                    Kind::CreditNote
                } else {
                    Kind::Invoice
                },
                id: issued.number.to_string(),
                party: self.name(&issued.invoice.document().buyer),
                date: issued.issue_date,
                amount: issued.invoice.totals().gross,
                subject: Subject::Invoice(place, issued),
            })
        });
        let statements = self.made.commissioning.statements.values().flatten();
        let statements = statements.filter_map(|life| {
            let statement = life.state.statement()?;
            Some(Document {
                kind: Kind::Statement,
                id: statement.id().to_string(),
                party: self.name(statement.payee()),
                date: statement.quarter().last_day(),
                amount: statement.earned(),
                subject: Subject::Statement(life),
            })
        });
        quotes.chain(invoices).chain(statements).collect()
    }

    /// The name in a party's record.
    fn name<'n>(&self, party: &'n PartyId) -> &'n str
    where
        'a: 'n,
    {
        let record = self.known.parties.records.get(party);
        record.map_or(party.as_str(), |record| record.name.reveal().as_str())
    }

    /// An invoice or a credit note by its place.
    fn invoice(&self, place: usize) -> Option<&'a Life<InvoiceState>> {
        self.made.billing.documents.get(place)
    }

    /// The invoice that was issued in place of one that a credit note took back: the next one with its lines.
    fn issued_again(&self, credit_note: usize) -> Option<&'a IssuedInvoice> {
        let note = self.invoice(credit_note)?.state.issued()?;
        let l2c::invoicing::InvoiceKind::CreditNote { corrects, .. } = &note.invoice.document().kind else {
            return None;
        };
        let original = self.invoice(*self.places.get(corrects.number.as_str())?)?;
        let next = self.invoice(credit_note.checked_add(1)?)?.state.issued()?;
        (next.invoice == original.state.issued()?.invoice).then_some(next)
    }
}
