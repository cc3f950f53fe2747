use std::collections::BTreeSet;

use chrono::NaiveDate;
use l2c_calendar::Period;
use l2c_documents::{Check, Faults};
use l2c_explain::{Explanation, NoTrace, Trace};
use l2c_host::PartyId;
use l2c_ledger::LegalEntity;
use l2c_money::{Currency, Decimal, Money, Price, Quantity, Unit};
use serde::{Deserialize, Serialize};

use crate::totals::calculate;
use crate::{
    BillingAccountId, BillingPolicy, ChargeKey, InvoiceId, InvoiceNumber, InvoicingError, PaymentTerms,
    Source, TaxCategory, TaxRate, Totals,
};

/// What a document is (BT-3). A credit note states positive amounts and means the opposite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum InvoiceKind {
    /// A commercial invoice (type code 380).
    Invoice,
    /// A credit note (type code 381).
    CreditNote {
        /// The invoice that it takes back (BG-3).
        corrects: PrecedingInvoice,
        /// Why, for the reader.
        reason: String,
    },
}

impl InvoiceKind {
    /// The type code in UNTDID 1001.
    #[must_use]
    pub const fn type_code(&self) -> &'static str {
        match self {
            Self::Invoice => "380",
            Self::CreditNote { .. } => "381",
        }
    }
}

/// The invoice that a credit note refers to (BG-3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrecedingInvoice {
    /// The invoice.
    pub id: InvoiceId,
    /// Its number (BT-25).
    pub number: InvoiceNumber,
    /// Its issue date (BT-26).
    pub issue_date: NaiveDate,
}

/// One line (BG-25). Its number (BT-126) is its place, from 1; its net (BT-131) is derived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceLine {
    /// The charge that it bills, if it comes from a schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<ChargeKey>,
    /// What is billed (BT-153).
    pub description: String,
    /// The time of service (BG-26).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Period>,
    /// How much (BT-129); negative for what is taken back.
    pub quantity: Quantity,
    /// The net price of one (BT-146); zero or above (BR-27).
    pub price: Price,
    /// The tax rate (BT-151, BT-152).
    pub tax: TaxRate,
}

impl InvoiceLine {
    /// A line over a whole amount: one piece at that price; a negative amount is minus one piece, because a
    /// price is never negative (BR-27).
    ///
    /// # Errors
    /// [`InvoicingError::Money`] beyond the bounds of a price.
    pub fn of_amount(
        description: impl Into<String>,
        net: &Money,
        tax: TaxRate,
    ) -> Result<Self, InvoicingError> {
        let count = if net.is_negative() {
            Decimal::NEGATIVE_ONE
        } else {
            Decimal::ONE
        };
        Ok(Self {
            charge: None,
            description: description.into(),
            service: None,
            quantity: Quantity::new(count, Unit::ONE)?,
            price: Price::new(net.abs().amount(), net.currency())?,
            tax,
        })
    }
}

/// The inputs of an invoice or a credit note; every total follows from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceDocument {
    /// Invoice, or credit note with what it corrects.
    pub kind: InvoiceKind,
    /// What is billed together: the contract or order behind the document (BT-12).
    pub account: BillingAccountId,
    /// The legal entity that bills (BG-4).
    pub seller: LegalEntity,
    /// Who is billed (BG-7), by id; name and address live in the party record.
    pub buyer: PartyId,
    /// The currency of every amount (BT-5).
    pub currency: Currency,
    /// The date that decides the tax rate (BT-7).
    pub tax_point: NaiveDate,
    /// When it is due (BT-20).
    pub terms: PaymentTerms,
    /// The lines, at least one (BR-16).
    pub lines: Vec<InvoiceLine>,
    /// Where the tax rates come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_rates: Option<Source>,
    /// The conventions by which the figures are computed.
    pub policy: BillingPolicy,
}

/// A checked document with its figures.
///
/// In serde `{"document": ..., "totals": ...}`. The figures are computed again when it is read, and a document
/// that states others is refused: a stored total cannot disagree with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "InvoiceFile", into = "InvoiceFile")]
pub struct Invoice {
    document: InvoiceDocument,
    line_nets: Vec<Money>,
    totals: Totals,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InvoiceFile {
    document: InvoiceDocument,
    #[serde(default)]
    totals: Option<Totals>,
}

impl Invoice {
    /// Checks the inputs and computes the figures.
    ///
    /// # Errors
    /// [`InvoicingError::InvalidDocument`] with every fault: no lines (BR-16), a line without a name (BR-25), with
    /// a negative price (BR-27), in another currency, a charge twice, category O beside another one (BR-O-12), a
    /// credit note without a reason. [`InvoicingError::Money`] if a figure is beyond the bounds.
    pub fn new(document: InvoiceDocument) -> Result<Self, InvoicingError> {
        check(&document)?;
        let (line_nets, totals) = calculate(&document, &mut NoTrace)?.totals(document.currency)?;
        Ok(Self {
            document,
            line_nets,
            totals,
        })
    }

    /// The inputs.
    #[must_use]
    pub const fn document(&self) -> &InvoiceDocument {
        &self.document
    }

    /// The net of every line (BT-131), in order of the lines.
    #[must_use]
    pub fn line_nets(&self) -> &[Money] {
        &self.line_nets
    }

    /// The figures, as the document states them: positive on an ordinary credit note.
    #[must_use]
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Whether this is a credit note.
    #[must_use]
    pub const fn is_credit_note(&self) -> bool {
        matches!(self.document.kind, InvoiceKind::CreditNote { .. })
    }

    /// What the document adds to what the buyer owes: the gross, negated for a credit note.
    #[must_use]
    pub fn effect(&self) -> Money {
        if self.is_credit_note() {
            self.totals.gross.negated()
        } else {
            self.totals.gross
        }
    }

    /// Why the amount due is what it is: lines, tax by rate, totals, each with its rule.
    ///
    /// # Errors
    /// None for a document that was built; the signature leaves room for the bounds of figures.
    pub fn explain(&self) -> Result<Explanation, InvoicingError> {
        let mut trace = Trace::new();
        let calculation = calculate(&self.document, &mut trace)?;
        Ok(trace.finish(&calculation.gross))
    }

    /// The credit note that takes back the whole of this invoice: the same lines under the same policy.
    pub(crate) fn mirror(&self, corrects: PrecedingInvoice, reason: String) -> Result<Self, InvoicingError> {
        Self::new(InvoiceDocument {
            kind: InvoiceKind::CreditNote { corrects, reason },
            ..self.document.clone()
        })
    }
}

fn check(document: &InvoiceDocument) -> Result<(), Faults> {
    let mut check = Check::new("invoice");
    if let InvoiceKind::CreditNote { reason, .. } = &document.kind
        && reason.trim().is_empty()
    {
        check.fault(
            "kind.credit_note.reason",
            "invalid_text",
            "is empty: say why the invoice is taken back",
        );
    }
    if document.lines.is_empty() {
        check.fault(
            "lines",
            "no_lines",
            "is empty: a document has at least one line (BR-16)",
        );
    }
    let out_of_scope = |line: &InvoiceLine| line.tax.category() == TaxCategory::OutOfScope;
    let mixed = document.lines.iter().any(out_of_scope) && !document.lines.iter().all(out_of_scope);
    let mut charges = BTreeSet::new();
    for (index, line) in document.lines.iter().enumerate() {
        let mut fault = |field: &str, code: &'static str, message: String| {
            check.fault(format!("lines[{index}].{field}"), code, message);
        };
        if let Some(charge) = &line.charge
            && !charges.insert(charge)
        {
            fault("charge", "duplicate_charge", format!("{charge} occurs twice"));
        }
        if line.description.trim().is_empty() {
            let message = "is empty: a line has a name (BR-25)".to_owned();
            fault("description", "invalid_text", message);
        }
        if line.price.currency() != document.currency {
            fault(
                "price",
                "currency_mismatch",
                format!(
                    "is in {}: the document is in {}",
                    line.price.currency(),
                    document.currency
                ),
            );
        }
        if line.price.amount().is_sign_negative() && !line.price.amount().is_zero() {
            fault(
                "price",
                "negative_price",
                format!("is {}: make the quantity negative instead (BR-27)", line.price),
            );
        }
        if mixed && !out_of_scope(line) {
            fault(
                "tax",
                "mixed_categories",
                format!("is {}: category O admits no other beside it (BR-O-12)", line.tax),
            );
        }
    }
    check.finish(())
}

impl TryFrom<InvoiceFile> for Invoice {
    type Error = InvoicingError;
    fn try_from(file: InvoiceFile) -> Result<Self, InvoicingError> {
        let invoice = Self::new(file.document)?;
        let Some(stated) = file.totals else {
            return Ok(invoice);
        };
        let computed = &invoice.totals;
        for (field, stated, computed) in [
            ("sum_of_lines", stated.sum_of_lines, computed.sum_of_lines),
            ("net", stated.net, computed.net),
            ("tax", stated.tax, computed.tax),
            ("gross", stated.gross, computed.gross),
            ("payable", stated.payable, computed.payable),
        ] {
            if stated != computed {
                return Err(InvoicingError::StatedOtherwise {
                    field,
                    stated: stated.to_string(),
                    computed: computed.to_string(),
                });
            }
        }
        if stated.tax_breakdown == computed.tax_breakdown {
            Ok(invoice)
        } else {
            Err(InvoicingError::StatedOtherwise {
                field: "tax_breakdown",
                stated: breakdown_text(&stated),
                computed: breakdown_text(computed),
            })
        }
    }
}

fn breakdown_text(totals: &Totals) -> String {
    let group = |g: &crate::TaxBreakdown| format!("{} on {}: {}", g.rate, g.basis, g.tax);
    totals
        .tax_breakdown
        .iter()
        .map(group)
        .collect::<Vec<_>>()
        .join("; ")
}

impl From<Invoice> for InvoiceFile {
    fn from(invoice: Invoice) -> Self {
        Self {
            document: invoice.document,
            totals: Some(invoice.totals),
        }
    }
}
