//! The sample: for each thing that a reader may want to see, the first document that shows it.

use std::collections::BTreeMap;

use l2c::commissions::{CreditKind, Statement};
use l2c::invoicing::{InvoiceKind, IssuedInvoice};
use l2c::money::Exact;
use l2c::receivables::ItemStatus;

use super::{Document, Kind, Press, Subject};
use crate::quoting::Deal;

/// Documents by their place, with what each of them shows.
pub type Sample = BTreeMap<usize, Vec<&'static str>>;

/// Picks the sample. Where several documents fit alike, the first one in the tables is taken.
pub fn sample(press: &Press<'_>, documents: &[Document<'_>]) -> Sample {
    let mut sample = Sample::new();
    let mut show = |what, place: Option<usize>| {
        if let Some(place) = place {
            sample.entry(place).or_default().push(what);
        }
    };
    let largest = |kind| {
        most(documents, |document| {
            (document.kind == kind).then_some(document.amount.amount())
        })
    };
    let first = |kind| documents.iter().position(|document| document.kind == kind);

    let discount = |deal: &Deal| deal.quote.state.latest()?.priced()?.discount_percent();
    let first_quote = first(Kind::Quote);
    show("the first quote", first_quote);
    show("the largest quote", largest(Kind::Quote));
    show(
        "the deepest discount",
        most(documents, |d| discount(d.quote()?).filter(Exact::is_positive)),
    );
    show(
        "the highest price above list",
        most(documents, |d| {
            Some(discount(d.quote()?).filter(Exact::is_negative)?.abs())
        }),
    );
    show(
        "the most approvals",
        most(documents, |d| {
            Some(d.quote()?.given.len()).filter(|given| *given > 0)
        }),
    );

    show("the first invoice", first(Kind::Invoice));
    show("the largest invoice", largest(Kind::Invoice));
    let deal = first_quote
        .and_then(|place| documents.get(place)?.quote()?.quote.state.id())
        .map(|id| id.key());
    let bills = |issued: &IssuedInvoice| Some(issued.invoice.document().account.key()) == deal;
    show(
        "the first invoice for the first quote",
        documents.iter().position(|d| d.invoice().is_some_and(bills)),
    );
    let item = |d: &Document<'_>| press.open_items.get(d.invoice()?.number.as_str()).copied();
    let in_part = |d: &Document<'_>| item(d).is_some_and(|i| i.status() == ItemStatus::PartlySettled);
    show("an invoice paid in part", documents.iter().position(in_part));
    let as_of = press.known.as_of;
    let overdue = |d: &Document<'_>| {
        let item = item(d).filter(|item| item.due_date() < as_of && item.open().is_positive())?;
        Some(as_of.signed_duration_since(item.due_date()))
    };
    show("the longest overdue", most(documents, overdue));

    let note = first(Kind::CreditNote);
    show("the first credit note", note);
    if let Some(Subject::Invoice(place, issued)) =
        note.and_then(|place| documents.get(place)).map(|d| d.subject)
    {
        let numbered = |number: &str| documents.iter().position(|document| document.id == number);
        if let InvoiceKind::CreditNote { corrects, .. } = &issued.invoice.document().kind {
            show(
                "the invoice that the first credit note takes back",
                numbered(corrects.number.as_str()),
            );
        }
        let again = press.issued_again(place);
        show(
            "the invoice issued in place of the one taken back",
            again.and_then(|again| numbered(again.number.as_str())),
        );
    }

    show("the first commission statement", first(Kind::Statement));
    show("the highest earnings", largest(Kind::Statement));
    let attained = |d: &Document<'_>| {
        let components = d.statement()?.components().iter();
        components
            .filter_map(|component| component.attainment.clone())
            .max()
    };
    show("the highest attainment", most(documents, attained));
    let overridden = |d: &Document<'_>| {
        let components = d.statement()?.components().iter();
        let of_the_team = components.filter(|component| rolls_up(press, &component.component));
        of_the_team.map(|component| component.earned.amount()).max()
    };
    show("the largest override of a manager", most(documents, overridden));
    let unpaid =
        |d: &Document<'_>| matches!(d.subject, Subject::Statement(life) if life.state.paid_on().is_none());
    show("earned, and not paid yet", documents.iter().position(unpaid));
    sample
}

fn rolls_up(press: &Press<'_>, component: &str) -> bool {
    let mut written = press
        .plan_document
        .versions
        .iter()
        .flat_map(|version| &version.components);
    written.any(|written| written.id == component && written.credits == CreditKind::Rollup)
}

/// The place of the document with the most of something, the first one among equals.
fn most<K: Ord>(documents: &[Document<'_>], of: impl Fn(&Document<'_>) -> Option<K>) -> Option<usize> {
    let mut best: Option<(K, usize)> = None;
    for (place, document) in documents.iter().enumerate() {
        if let Some(found) = of(document)
            && best.as_ref().is_none_or(|(most, _)| found > *most)
        {
            best = Some((found, place));
        }
    }
    best.map(|(_, place)| place)
}

impl<'a> Document<'a> {
    fn quote(&self) -> Option<&'a Deal> {
        match self.subject {
            Subject::Quote(deal) => Some(deal),
            _ => None,
        }
    }

    fn invoice(&self) -> Option<&'a IssuedInvoice> {
        match self.subject {
            Subject::Invoice(_, issued) => Some(issued),
            _ => None,
        }
    }

    fn statement(&self) -> Option<&'a Statement> {
        match self.subject {
            Subject::Statement(life) => life.state.statement(),
            _ => None,
        }
    }
}
