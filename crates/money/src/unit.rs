mod table;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::MoneyError;
use crate::error::excerpt;
use table::TABLE;

/// A unit of measure by its code in UN/ECE Recommendation 20, such as `C62` (one), `HUR` (hour), `MON`
/// (month), `ANN` (year), `KGM` (kilogram).
///
/// Known are the codes that EN 16931 accepts for a quantity (BT-130): those of Recommendation 20 and, with an
/// `X` before them, the packages of Recommendation 21 (`XBX`, a box). Any other code is
/// [`MoneyError::UnknownUnit`]. Units do not convert into each other.
///
/// In serde and as text: the code, in capitals.
///
/// ```
/// use l2c_money::Unit;
///
/// assert_eq!("KWH".parse::<Unit>()?.name(), "kilowatt hour");
/// assert_eq!("XBX".parse::<Unit>()?.name(), "box");
/// assert_eq!("box".parse::<Unit>().unwrap_err().code(), "unknown_unit");
/// # Ok::<(), l2c_money::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unit([u8; 3]);

impl Unit {
    /// One; a seat, a licence.
    pub const ONE: Self = Self(*b"C62");
    /// Piece.
    pub const PIECE: Self = Self(*b"H87");
    /// Each.
    pub const EACH: Self = Self(*b"EA ");
    /// Hour.
    pub const HOUR: Self = Self(*b"HUR");
    /// Day.
    pub const DAY: Self = Self(*b"DAY");
    /// Week.
    pub const WEEK: Self = Self(*b"WEE");
    /// Month.
    pub const MONTH: Self = Self(*b"MON");
    /// Quarter of a year.
    pub const QUARTER: Self = Self(*b"QAN");
    /// Year.
    pub const YEAR: Self = Self(*b"ANN");
    /// Kilogram.
    pub const KILOGRAM: Self = Self(*b"KGM");
    /// Kilowatt hour.
    pub const KILOWATT_HOUR: Self = Self(*b"KWH");
    /// Gigabyte.
    pub const GIGABYTE: Self = Self(*b"E34");

    /// Every unit known here, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().filter_map(|(code, _)| Self::pack(code))
    }

    fn pack(code: &str) -> Option<Self> {
        match *code.as_bytes() {
            [a, b] => Some(Self([a, b, b' '])),
            [a, b, c] => Some(Self([a, b, c])),
            _ => None,
        }
    }

    fn row(code: &str) -> Option<&'static (&'static str, &'static str)> {
        TABLE
            .binary_search_by_key(&code, |row| row.0)
            .ok()
            .and_then(|index| TABLE.get(index))
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default().trim_end()
    }

    /// The English name, such as "kilowatt hour".
    #[must_use]
    pub fn name(&self) -> &'static str {
        Self::row(self.code()).map_or("", |row| row.1)
    }
}

impl FromStr for Unit {
    type Err = MoneyError;
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        Self::row(code)
            .and_then(|(code, _)| Self::pack(code))
            .ok_or_else(|| MoneyError::UnknownUnit { code: excerpt(code) })
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({self})")
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::decimal::from_text(deserializer, "a unit code of UN/ECE Recommendation 20")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_well_formed() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(TABLE.len(), 2162);
        for (code, name) in TABLE {
            assert!(matches!(code.len(), 2 | 3), "{code}");
            assert!(
                code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
                "{code}"
            );
            assert!(!name.is_empty() && name.trim() == *name, "{code}");
            assert_eq!(
                code.parse::<Unit>().map(|unit| unit.code().to_owned()),
                Ok((*code).to_owned())
            );
        }
        assert_eq!(Unit::all().count(), TABLE.len());
    }

    #[test]
    fn the_constants_are_in_the_table() {
        for (unit, name) in [
            (Unit::ONE, "one"),
            (Unit::PIECE, "piece"),
            (Unit::EACH, "each"),
            (Unit::HOUR, "hour"),
            (Unit::DAY, "day"),
            (Unit::WEEK, "week"),
            (Unit::MONTH, "month"),
            (Unit::QUARTER, "quarter (of a year)"),
            (Unit::YEAR, "year"),
            (Unit::KILOGRAM, "kilogram"),
            (Unit::KILOWATT_HOUR, "kilowatt hour"),
            (Unit::GIGABYTE, "gigabyte"),
        ] {
            assert_eq!(unit.name(), name);
            assert_eq!(unit.code().parse(), Ok(unit));
        }
    }

    #[test]
    fn unknown_codes_are_refused() {
        for code in ["", "C", "c62", "C62 ", " C62", "EA ", "QQQ", "C622", "hour"] {
            assert_eq!(
                code.parse::<Unit>().map_err(|e| e.code()),
                Err("unknown_unit"),
                "{code}"
            );
        }
    }
}
