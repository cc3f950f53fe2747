mod table;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::MoneyError;
use crate::error::excerpt;
use table::{Row, TABLE};

/// A currency of ISO 4217, with the number of decimals of its minor unit.
///
/// All of the current list is known, and of the withdrawn codes (DEM, HRK, ANG, VEF, ...) those of about the
/// last 35 years, so that old documents can be read; [`Currency::is_superseded`] tells them apart. Codes
/// that ISO 4217 gives no minor unit (XAU and the other metals, XDR, XXX, XTS, ...) are not currencies one
/// can post in: parsing one is [`MoneyError::UnknownCurrency`].
///
/// In serde and as text: the three-letter code, in capitals. `usd` is refused.
///
/// ```
/// use l2c_money::Currency;
///
/// let dinar: Currency = "KWD".parse()?;
/// assert_eq!((dinar.minor_units(), dinar.numeric(), dinar.name()), (3, 414, "Kuwaiti Dinar"));
/// assert!("DEM".parse::<Currency>()?.is_superseded());
/// assert_eq!("XAU".parse::<Currency>().unwrap_err().code(), "unknown_currency");
/// # Ok::<(), l2c_money::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; 3],
    minor_units: u8,
}

impl Currency {
    /// Australian dollar.
    pub const AUD: Self = Self::constant(*b"AUD", 2);
    /// Bahraini dinar; three decimals.
    pub const BHD: Self = Self::constant(*b"BHD", 3);
    /// Brazilian real.
    pub const BRL: Self = Self::constant(*b"BRL", 2);
    /// Canadian dollar.
    pub const CAD: Self = Self::constant(*b"CAD", 2);
    /// Swiss franc.
    pub const CHF: Self = Self::constant(*b"CHF", 2);
    /// Unidad de Fomento; four decimals.
    pub const CLF: Self = Self::constant(*b"CLF", 4);
    /// Chilean peso; no decimals.
    pub const CLP: Self = Self::constant(*b"CLP", 0);
    /// Yuan renminbi.
    pub const CNY: Self = Self::constant(*b"CNY", 2);
    /// Czech koruna.
    pub const CZK: Self = Self::constant(*b"CZK", 2);
    /// Danish krone.
    pub const DKK: Self = Self::constant(*b"DKK", 2);
    /// Euro.
    pub const EUR: Self = Self::constant(*b"EUR", 2);
    /// Pound sterling.
    pub const GBP: Self = Self::constant(*b"GBP", 2);
    /// Hong Kong dollar.
    pub const HKD: Self = Self::constant(*b"HKD", 2);
    /// Forint.
    pub const HUF: Self = Self::constant(*b"HUF", 2);
    /// Indian rupee.
    pub const INR: Self = Self::constant(*b"INR", 2);
    /// Japanese yen; no decimals.
    pub const JPY: Self = Self::constant(*b"JPY", 0);
    /// Won; no decimals.
    pub const KRW: Self = Self::constant(*b"KRW", 0);
    /// Kuwaiti dinar; three decimals.
    pub const KWD: Self = Self::constant(*b"KWD", 3);
    /// Mexican peso.
    pub const MXN: Self = Self::constant(*b"MXN", 2);
    /// Norwegian krone.
    pub const NOK: Self = Self::constant(*b"NOK", 2);
    /// New Zealand dollar.
    pub const NZD: Self = Self::constant(*b"NZD", 2);
    /// Zloty.
    pub const PLN: Self = Self::constant(*b"PLN", 2);
    /// Romanian leu.
    pub const RON: Self = Self::constant(*b"RON", 2);
    /// Swedish krona.
    pub const SEK: Self = Self::constant(*b"SEK", 2);
    /// Singapore dollar.
    pub const SGD: Self = Self::constant(*b"SGD", 2);
    /// Tunisian dinar; three decimals.
    pub const TND: Self = Self::constant(*b"TND", 3);
    /// Turkish lira.
    pub const TRY: Self = Self::constant(*b"TRY", 2);
    /// United States dollar.
    pub const USD: Self = Self::constant(*b"USD", 2);
    /// Rand.
    pub const ZAR: Self = Self::constant(*b"ZAR", 2);

    const fn constant(code: [u8; 3], minor_units: u8) -> Self {
        Self { code, minor_units }
    }

    fn from_row(row: &Row) -> Option<Self> {
        Some(Self {
            code: row.0.as_bytes().try_into().ok()?,
            minor_units: row.2,
        })
    }

    fn row(code: &str) -> Option<&'static Row> {
        TABLE
            .binary_search_by_key(&code, |row| row.0)
            .ok()
            .and_then(|index| TABLE.get(index))
    }

    /// Every currency known here, superseded ones included, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().filter_map(Self::from_row)
    }

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

    /// The three-digit code: 840 for USD. A superseded currency may share it with its successor.
    #[must_use]
    pub fn numeric(&self) -> u16 {
        Self::row(self.code()).map_or(0, |row| row.1)
    }

    /// The English name: "US Dollar".
    #[must_use]
    pub fn name(&self) -> &'static str {
        Self::row(self.code()).map_or("", |row| row.3)
    }

    /// Whether the code has been withdrawn. Figures in it stay readable; new documents should not use it.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        Self::row(self.code()).is_some_and(|row| row.4)
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        Self::row(code)
            .and_then(Self::from_row)
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

#[cfg(test)]
mod tests {
    use super::*;

    const CONSTANTS: &[Currency] = &[
        Currency::AUD,
        Currency::BHD,
        Currency::BRL,
        Currency::CAD,
        Currency::CHF,
        Currency::CLF,
        Currency::CLP,
        Currency::CNY,
        Currency::CZK,
        Currency::DKK,
        Currency::EUR,
        Currency::GBP,
        Currency::HKD,
        Currency::HUF,
        Currency::INR,
        Currency::JPY,
        Currency::KRW,
        Currency::KWD,
        Currency::MXN,
        Currency::NOK,
        Currency::NZD,
        Currency::PLN,
        Currency::RON,
        Currency::SEK,
        Currency::SGD,
        Currency::TND,
        Currency::TRY,
        Currency::USD,
        Currency::ZAR,
    ];

    #[test]
    fn the_table_is_sorted_and_well_formed() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
        for row in TABLE {
            assert!(
                row.0.len() == 3 && row.0.bytes().all(|b| b.is_ascii_uppercase()),
                "{row:?}"
            );
            assert!(
                (1..1000).contains(&row.1) && row.2 <= 4 && !row.3.is_empty(),
                "{row:?}"
            );
        }
        assert_eq!(Currency::all().filter(|c| !c.is_superseded()).count(), 165);
        assert_eq!(size_of::<Currency>(), 4);
    }

    #[test]
    fn the_constants_agree_with_the_table() {
        for constant in CONSTANTS {
            assert_eq!(constant.code().parse(), Ok(*constant));
            assert!(!constant.is_superseded());
        }
    }

    #[test]
    fn current_codes_do_not_share_a_number() {
        let mut numbers: Vec<u16> = Currency::all()
            .filter(|c| !c.is_superseded())
            .map(|c| c.numeric())
            .collect();
        numbers.sort_unstable();
        assert!(numbers.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn minor_units_of_every_size() {
        for (code, decimals) in [
            ("JPY", 0),
            ("ISK", 0),
            ("USD", 2),
            ("KWD", 3),
            ("TND", 3),
            ("CLF", 4),
            ("UYW", 4),
        ] {
            assert_eq!(
                code.parse::<Currency>().map(|c| c.minor_units()),
                Ok(decimals),
                "{code}"
            );
        }
    }

    #[test]
    fn withdrawn_codes_are_known_as_such() {
        for code in [
            "DEM", "FRF", "ITL", "HRK", "BGN", "ANG", "CUC", "SLL", "VEB", "VEF", "ZWL",
        ] {
            assert_eq!(
                code.parse::<Currency>().map(|c| c.is_superseded()),
                Ok(true),
                "{code}"
            );
        }
        for code in ["EUR", "XCG", "SLE", "VES", "VED", "ZWG"] {
            assert_eq!(
                code.parse::<Currency>().map(|c| c.is_superseded()),
                Ok(false),
                "{code}"
            );
        }
    }

    #[test]
    fn codes_without_a_minor_unit_and_anything_inexact_are_refused() {
        for code in [
            "XAU", "XAG", "XPD", "XPT", "XDR", "XXX", "XTS", "XSU", "XUA", "XBA", "usd", "US", "USDX",
            " USD", "",
        ] {
            assert_eq!(
                code.parse::<Currency>().map_err(|e| e.code()),
                Err("unknown_currency"),
                "{code}"
            );
        }
    }

    #[test]
    fn numbers_and_names() {
        assert_eq!(
            (Currency::USD.numeric(), Currency::USD.name()),
            (840, "US Dollar")
        );
        assert_eq!((Currency::EUR.numeric(), Currency::EUR.name()), (978, "Euro"));
    }

    /// An independent table. It takes its data from an encyclopedia; where it differs from ISO 4217, that is
    /// stated here with the reason.
    #[test]
    fn agrees_with_an_independent_table() {
        use iso_currency::{Currency as Other, IntoEnumIterator};
        for other in Other::iter() {
            let Some(minor_units) = other.exponent() else {
                assert!(
                    other.code().parse::<Currency>().is_err(),
                    "{} has no minor unit",
                    other.code()
                );
                continue;
            };
            let ours: Currency = other.code().parse().unwrap();
            assert_eq!(ours.numeric(), other.numeric(), "{ours}");
            assert_eq!(ours.minor_units(), u32::from(minor_units), "{ours}");
            // VED was added beside VES in 2021; both stand in list one.
            if ours.code() != "VES" {
                assert_eq!(ours.is_superseded(), other.is_superseded().is_some(), "{ours}");
            }
        }
        // It knows few withdrawn codes, but every current one.
        for ours in Currency::all().filter(|c| !c.is_superseded()) {
            assert!(Other::from_code(ours.code()).is_some(), "{ours}");
        }
    }
}
