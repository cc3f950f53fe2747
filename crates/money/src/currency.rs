use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::MoneyError;
use crate::error::excerpt;

/// A currency of ISO 4217, with the number of decimals of its minor unit.
///
/// In serde and as text: the three-letter code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; 3],
    minor_units: u8,
}

impl Currency {
    /// United States dollar.
    pub const USD: Self = Self {
        code: *b"USD",
        minor_units: 2,
    };
    /// Euro.
    pub const EUR: Self = Self {
        code: *b"EUR",
        minor_units: 2,
    };
    /// Pound sterling.
    pub const GBP: Self = Self {
        code: *b"GBP",
        minor_units: 2,
    };
    /// Swiss franc.
    pub const CHF: Self = Self {
        code: *b"CHF",
        minor_units: 2,
    };
    /// Japanese yen; no decimals.
    pub const JPY: Self = Self {
        code: *b"JPY",
        minor_units: 0,
    };
    /// Kuwaiti dinar; three decimals.
    pub const KWD: Self = Self {
        code: *b"KWD",
        minor_units: 3,
    };

    /// The three-letter code.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// Decimals of the minor unit: 2 for USD, 0 for JPY, 3 for KWD, 4 for CLF.
    #[must_use]
    pub const fn minor_units(&self) -> u32 {
        self.minor_units as u32
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        [Self::USD, Self::EUR, Self::GBP, Self::CHF, Self::JPY, Self::KWD]
            .into_iter()
            .find(|currency| currency.code() == code)
            .ok_or_else(|| MoneyError::UnknownCurrency { code: excerpt(code) })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({self})")
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::decimal::from_text(deserializer, "a currency code of ISO 4217")
    }
}
