use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::LedgerError;
use crate::error::excerpt;

/// The legal entity that keeps the books: its code in the host's system, such as a company code or an LEI.
///
/// 1 to 20 ASCII letters, digits, `-`, `_` or `.`; small and `Copy`, because every line carries one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegalEntity([u8; 20]);

impl LegalEntity {
    /// From a code.
    ///
    /// # Errors
    /// [`LedgerError::InvalidEntity`].
    pub fn new(code: &str) -> Result<Self, LedgerError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let mut bytes = [0; 20];
        match bytes.get_mut(..code.len()) {
            Some(slot) if !code.is_empty() && code.bytes().all(plain) => {
                slot.copy_from_slice(code.as_bytes())
            }
            _ => return Err(LedgerError::InvalidEntity { value: excerpt(code) }),
        }
        Ok(Self(bytes))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let used = self.0.split(|&b| b == 0).next().unwrap_or_default();
        std::str::from_utf8(used).unwrap_or_default()
    }
}

impl fmt::Display for LegalEntity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for LegalEntity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LegalEntity({self})")
    }
}

impl FromStr for LegalEntity {
    type Err = LedgerError;
    fn from_str(code: &str) -> Result<Self, LedgerError> {
        Self::new(code)
    }
}

impl Serialize for LegalEntity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for LegalEntity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
