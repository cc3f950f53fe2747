use std::fmt;

use chrono::NaiveDate;
use l2c_calendar::CalendarError;
use l2c_host::{Decider, DomainEvent, Machine, Transition};
use serde::{Deserialize, Serialize};

use crate::{Invoice, InvoiceId, InvoiceNumber, InvoicingError, PrecedingInvoice};

/// Where a document is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Nothing has happened.
    New,
    /// It has lines and figures, and no number yet.
    Draft,
    /// It has a number and never changes again.
    Issued,
    /// An invoice that a credit note has taken back whole.
    Credited,
}

impl fmt::Display for InvoiceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::New => "new",
            Self::Draft => "draft",
            Self::Issued => "issued",
            Self::Credited => "credited",
        })
    }
}

/// The life of an invoice, and of a credit note up to `Issued`.
///
/// A number is given at issue, never to a draft; an issued document is taken back by a credit note, never
/// changed or deleted. To bill again after that is a new invoice.
pub const INVOICE_MACHINE: Machine<InvoiceStatus> = {
    use InvoiceStatus::{Credited, Draft, Issued, New};
    Machine {
        name: "invoice",
        initial: New,
        terminal: &[Credited],
        states: &[New, Draft, Issued, Credited],
        transitions: &[
            Transition {
                from: New,
                on: "draft",
                to: Draft,
            },
            Transition {
                from: Draft,
                on: "issue",
                to: Issued,
            },
            Transition {
                from: Issued,
                on: "credit",
                to: Credited,
            },
        ],
    }
};

/// What can be asked of an invoice or a credit note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum InvoiceCommand {
    /// Record the document.
    Draft {
        /// Its id, minted by the host.
        id: InvoiceId,
        /// The document.
        invoice: Box<Invoice>,
    },
    /// Issue it: it gets the number of the context, and its due date.
    Issue {
        /// The issue date (BT-2).
        date: NaiveDate,
    },
    /// Record that an issued credit note has taken the invoice back whole.
    Credit {
        /// The credit note.
        credit_note: Box<IssuedInvoice>,
    },
}

impl InvoiceCommand {
    /// Its name in [`INVOICE_MACHINE`].
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft { .. } => "draft",
            Self::Issue { .. } => "issue",
            Self::Credit { .. } => "credit",
        }
    }
}

/// What a decision needs from outside; nothing but issuing needs any of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InvoiceContext {
    /// The number for the document, from the value that the store hands out in the same append.
    pub number: Option<InvoiceNumber>,
    /// The issue date of the last document in the sequence of the number, if there is one: dates in a sequence
    /// never go back.
    pub last_issue_date: Option<NaiveDate>,
}

/// What has happened to a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum InvoiceEvent {
    /// The document was recorded.
    Drafted {
        /// Its id.
        id: InvoiceId,
        /// The document.
        invoice: Box<Invoice>,
    },
    /// It was issued.
    Issued {
        /// Its number (BT-1).
        number: InvoiceNumber,
        /// Its issue date (BT-2).
        date: NaiveDate,
        /// Its due date (BT-9).
        due_date: NaiveDate,
    },
    /// A credit note has taken it back whole.
    Credited {
        /// The credit note.
        credit_note: PrecedingInvoice,
    },
}

impl DomainEvent for InvoiceEvent {
    const CATEGORY: &'static str = "invoice";
    const VERSION: u32 = 1;
    fn name(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "drafted",
            Self::Issued { .. } => "issued",
            Self::Credited { .. } => "credited",
        }
    }
}

/// An issued document: what is posted, sent and paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuedInvoice {
    /// Its id.
    pub id: InvoiceId,
    /// Its number (BT-1).
    pub number: InvoiceNumber,
    /// Its issue date (BT-2).
    pub issue_date: NaiveDate,
    /// Its due date (BT-9).
    pub due_date: NaiveDate,
    /// Lines and figures.
    pub invoice: Invoice,
}

impl IssuedInvoice {
    /// How other documents refer to it (BG-3).
    #[must_use]
    pub fn reference(&self) -> PrecedingInvoice {
        PrecedingInvoice {
            id: self.id.clone(),
            number: self.number.clone(),
            issue_date: self.issue_date,
        }
    }

    /// The credit note that takes this invoice back whole, as a draft of its own.
    ///
    /// Its lines, policy and figures are those of the invoice: it cancels it to the last minor unit.
    ///
    /// # Errors
    /// [`InvoicingError::InvalidDocument`] for an empty reason.
    pub fn credit_note(&self, reason: impl Into<String>) -> Result<Invoice, InvoicingError> {
        self.invoice.mirror(self.reference(), reason.into())
    }
}

/// The state of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum InvoiceState {
    /// Nothing has happened.
    #[default]
    New,
    /// Recorded, without a number.
    Draft {
        /// Its id.
        id: InvoiceId,
        /// The document.
        invoice: Box<Invoice>,
    },
    /// Issued.
    Issued(Box<IssuedInvoice>),
    /// Taken back whole.
    Credited {
        /// The invoice.
        invoice: Box<IssuedInvoice>,
        /// The credit note.
        credit_note: PrecedingInvoice,
    },
}

impl InvoiceState {
    /// Where it is in its life.
    #[must_use]
    pub const fn status(&self) -> InvoiceStatus {
        match self {
            Self::New => InvoiceStatus::New,
            Self::Draft { .. } => InvoiceStatus::Draft,
            Self::Issued(_) => InvoiceStatus::Issued,
            Self::Credited { .. } => InvoiceStatus::Credited,
        }
    }

    /// The issued document, credited or not.
    #[must_use]
    pub const fn issued(&self) -> Option<&IssuedInvoice> {
        match self {
            Self::Issued(invoice) | Self::Credited { invoice, .. } => Some(invoice),
            Self::New | Self::Draft { .. } => None,
        }
    }
}

/// Why an invoice does not accept a command. A refused command changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvoiceRefusal {
    /// The command is not legal in this state.
    #[error("an invoice that is {status} cannot `{command}`")]
    WrongState {
        /// The state.
        status: InvoiceStatus,
        /// The command.
        command: &'static str,
    },
    /// There is no number to issue under.
    #[error("the context has no number: claim one from the gap-free sequence in the same append")]
    NumberMissing,
    /// The issue date would come before that of the document numbered last.
    #[error("the issue date {date} is before {last}, the date of the last number of its sequence")]
    DateBeforeLast {
        /// The issue date asked for.
        date: NaiveDate,
        /// The issue date of the last document.
        last: NaiveDate,
    },
    /// The due date cannot be computed.
    #[error(transparent)]
    DueDate(#[from] CalendarError),
    /// A credit note is not taken back by another one.
    #[error("credit note {number} cannot be credited: issue a new invoice instead")]
    CreditNote {
        /// The number of the credit note.
        number: InvoiceNumber,
    },
    /// The credit note does not take back this invoice, as a whole.
    #[error("{credit_note} does not credit {invoice} in full: {problem}")]
    NotItsCreditNote {
        /// The number of the credit note.
        credit_note: String,
        /// The number of the invoice.
        invoice: String,
        /// What is different.
        problem: &'static str,
    },
}

impl InvoiceRefusal {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "wrong_state",
            Self::NumberMissing => "number_missing",
            Self::DateBeforeLast { .. } => "date_before_last",
            Self::DueDate(fault) => fault.code(),
            Self::CreditNote { .. } => "credit_note",
            Self::NotItsCreditNote { .. } => "not_its_credit_note",
        }
    }
}

impl Decider for InvoiceState {
    type Command = InvoiceCommand;
    type Event = InvoiceEvent;
    type Context = InvoiceContext;
    type Refusal = InvoiceRefusal;

    fn decide(
        &self,
        command: &InvoiceCommand,
        context: &InvoiceContext,
    ) -> Result<Vec<InvoiceEvent>, InvoiceRefusal> {
        let event = match (self, command) {
            (Self::New, InvoiceCommand::Draft { id, invoice }) => InvoiceEvent::Drafted {
                id: id.clone(),
                invoice: invoice.clone(),
            },
            (Self::Draft { invoice, .. }, InvoiceCommand::Issue { date }) => issue(invoice, *date, context)?,
            (Self::Issued(invoice), InvoiceCommand::Credit { credit_note }) => credit(invoice, credit_note)?,
            (state, command) => {
                return Err(InvoiceRefusal::WrongState {
                    status: state.status(),
                    command: command.name(),
                });
            }
        };
        Ok(vec![event])
    }

    fn evolve(self, event: &InvoiceEvent) -> Self {
        match (self, event) {
            (Self::New, InvoiceEvent::Drafted { id, invoice }) => Self::Draft {
                id: id.clone(),
                invoice: invoice.clone(),
            },
            (
                Self::Draft { id, invoice },
                InvoiceEvent::Issued {
                    number,
                    date,
                    due_date,
                },
            ) => Self::Issued(Box::new(IssuedInvoice {
                id,
                number: number.clone(),
                issue_date: *date,
                due_date: *due_date,
                invoice: *invoice,
            })),
            (Self::Issued(invoice), InvoiceEvent::Credited { credit_note }) => Self::Credited {
                invoice,
                credit_note: credit_note.clone(),
            },
            // An event that no decision gives in this state changes nothing.
            (state, _) => state,
        }
    }
}

fn issue(
    invoice: &Invoice,
    date: NaiveDate,
    context: &InvoiceContext,
) -> Result<InvoiceEvent, InvoiceRefusal> {
    let number = context.number.clone().ok_or(InvoiceRefusal::NumberMissing)?;
    if let Some(last) = context.last_issue_date
        && date < last
    {
        return Err(InvoiceRefusal::DateBeforeLast { date, last });
    }
    Ok(InvoiceEvent::Issued {
        number,
        date,
        due_date: invoice.document().terms.due_date(date)?,
    })
}

fn credit(invoice: &IssuedInvoice, credit_note: &IssuedInvoice) -> Result<InvoiceEvent, InvoiceRefusal> {
    use crate::InvoiceKind::{CreditNote, Invoice};
    let problem = match (
        &invoice.invoice.document().kind,
        &credit_note.invoice.document().kind,
    ) {
        (CreditNote { .. }, _) => {
            return Err(InvoiceRefusal::CreditNote {
                number: invoice.number.clone(),
            });
        }
        (Invoice, Invoice) => Some("it is an invoice"),
        (Invoice, CreditNote { corrects, .. }) if corrects.id != invoice.id => {
            Some("it corrects another invoice")
        }
        (Invoice, CreditNote { .. }) if credit_note.invoice.totals() != invoice.invoice.totals() => {
            Some("its figures are others")
        }
        (Invoice, CreditNote { .. }) if credit_note.issue_date < invoice.issue_date => {
            Some("it is issued before it")
        }
        (Invoice, CreditNote { .. }) => None,
    };
    match problem {
        None => Ok(InvoiceEvent::Credited {
            credit_note: credit_note.reference(),
        }),
        Some(problem) => Err(InvoiceRefusal::NotItsCreditNote {
            credit_note: credit_note.number.to_string(),
            invoice: invoice.number.to_string(),
            problem,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_shown_by_their_words() {
        for status in INVOICE_MACHINE.states {
            let word = status.to_string();
            assert_eq!(serde_json::to_value(status).unwrap(), word.as_str());
            assert_eq!(format!("{status:>24}"), format!("{word:>24}"));
        }
    }
}
