use std::fmt;
use std::sync::Arc;

use l2c_host::typed_id;
use serde::{Deserialize, Serialize};

use crate::ReceivablesError;

typed_id!(
    /// What one customer owes one legal entity: a receivables account.
    CustomerAccountId, "rca"
);
typed_id!(
    /// A payment, by the id of its line on the bank statement.
    PaymentId, "pay"
);

/// The number of an invoice or a credit note, as the customer quotes it when paying.
///
/// 1 to 80 characters without control characters and outer blanks. Numbers are compared as written; the bank
/// matcher compares their letters and digits alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentNumber(Arc<str>);

impl DocumentNumber {
    /// A checked number.
    ///
    /// # Errors
    /// [`ReceivablesError::InvalidNumber`].
    pub fn new(text: &str) -> Result<Self, ReceivablesError> {
        let length = text.chars().count();
        if (1..=80).contains(&length) && text.trim() == text && !text.chars().any(char::is_control) {
            Ok(Self(Arc::from(text)))
        } else {
            Err(ReceivablesError::InvalidNumber {
                text: text.chars().take(60).collect(),
            })
        }
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for DocumentNumber {
    type Error = ReceivablesError;
    fn try_from(text: String) -> Result<Self, ReceivablesError> {
        Self::new(&text)
    }
}

impl From<DocumentNumber> for String {
    fn from(number: DocumentNumber) -> Self {
        number.as_str().to_owned()
    }
}

/// What can be applied to open items: a payment or a credit note.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceId {
    /// A payment.
    Payment(PaymentId),
    /// A credit note, by its number.
    Credit(DocumentNumber),
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Payment(id) => f.pad(id.as_str()),
            Self::Credit(number) => f.pad(number.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sources_stand_in_columns() {
        let number = DocumentNumber::new("INV-1").unwrap();
        let (payment, credit) = (
            SourceId::Payment(PaymentId::new("pay_1").unwrap()),
            SourceId::Credit(number.clone()),
        );
        assert_eq!(
            format!("[{number:>7}] [{payment:<7}] [{credit:^7}]"),
            "[  INV-1] [pay_1  ] [ INV-1 ]"
        );
    }
}
