use std::fmt;

use chrono::NaiveDate;
use l2c_host::NumberSeries;
use serde::{Deserialize, Serialize};

/// The number of an issued document (BT-1), with its place in the host's gap-free sequence.
///
/// The host claims the value in the same append that issues the document; that is what keeps a series without
/// gaps. Invoices and credit notes have a series each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceNumber {
    sequence: String,
    value: u64,
    text: String,
}

impl InvoiceNumber {
    /// The number for a value of the sequence that documents issued on `date` count in.
    #[must_use]
    pub fn new(series: &NumberSeries, date: NaiveDate, value: u64) -> Self {
        Self {
            sequence: series.sequence(date),
            value,
            text: series.number(date, value),
        }
    }

    /// The host's sequence that the value was taken from.
    #[must_use]
    pub fn sequence(&self) -> &str {
        &self.sequence
    }

    /// The value in the sequence.
    #[must_use]
    pub const fn value(&self) -> u64 {
        self.value
    }

    /// The number as it stands on the document.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for InvoiceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChargeKey, TaxCategory, TaxRate};
    use l2c_money::{Percent, dec};

    #[test]
    fn a_number_knows_its_sequence_and_its_place_in_it() {
        let series = NumberSeries::new("INV", 6, 1).unwrap();
        let number = InvoiceNumber::new(&series, "2017-03-09".parse().unwrap(), 42);
        let seen = (number.as_str(), number.sequence(), number.value());
        assert_eq!(seen, ("INV-2017-000042", "INV-2017", 42));
    }

    #[test]
    fn numbers_charges_and_rates_stand_in_columns() {
        let series = NumberSeries::new("INV", 6, 1).unwrap();
        let number = InvoiceNumber::new(&series, "2017-03-09".parse().unwrap(), 42);
        assert_eq!(format!("[{number:>17}]"), "[  INV-2017-000042]");
        let charge: ChargeKey = "bit_x#1".parse().unwrap();
        let rate = TaxRate::new(TaxCategory::Standard, Percent::new(dec!(20)).unwrap(), "AT").unwrap();
        assert_eq!(format!("[{charge:<9}] [{rate:>11}]"), "[bit_x#1  ] [  AT S 20 %]");
    }
}
