use std::fmt;

use l2c_explain::Citation;
use serde::{Deserialize, Serialize};

/// The standard by which a contract is read. Both rest on one stream of events and differ only in what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Book {
    /// US GAAP, ASC 606.
    #[default]
    Asc606,
    /// IFRS 15.
    Ifrs15,
}

impl Book {
    /// The citation of a paragraph in this book.
    #[must_use]
    pub fn cite(self, paragraph: Paragraph) -> Citation {
        match self {
            Self::Asc606 => Citation::asc606(paragraph.asc606),
            Self::Ifrs15 => Citation::ifrs15(paragraph.ifrs15),
        }
    }

    /// The paragraph as journals and derivations name it: "ASC 606-10-45-1", "IFRS 15.105".
    pub(crate) fn reference(self, paragraph: Paragraph) -> String {
        self.cite(paragraph).to_string()
    }
}

/// A paragraph of the converged standard under both of its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Paragraph {
    /// The number in the codification: "606-10-32-31".
    pub asc606: &'static str,
    /// The number in IFRS 15: "76".
    pub ifrs15: &'static str,
}

impl Paragraph {
    const fn new(asc606: &'static str, ifrs15: &'static str) -> Self {
        Self { asc606, ifrs15 }
    }

    /// The criteria that make a contract; nothing is recognised before they are met.
    pub(crate) const CONTRACT: Self = Self::new("606-10-25-1", "9");
    /// Obligations are identified at inception.
    pub(crate) const OBLIGATIONS: Self = Self::new("606-10-25-14", "22");
    /// Revenue is recognised when, or as, an obligation is satisfied.
    pub(crate) const SATISFACTION: Self = Self::new("606-10-25-23", "31");
    /// Indicators of a transfer at a point in time.
    pub(crate) const POINT_IN_TIME: Self = Self::new("606-10-25-30", "38");
    /// One measure of progress for an obligation satisfied over time.
    pub(crate) const PROGRESS: Self = Self::new("606-10-25-31", "39");
    /// Straight line where performance is spread evenly.
    pub(crate) const STRAIGHT_LINE: Self = Self::new("606-10-55-20", "B18");
    /// The transaction price.
    pub(crate) const TRANSACTION_PRICE: Self = Self::new("606-10-32-2", "47");
    /// Allocation by relative stand-alone selling price.
    pub(crate) const RELATIVE: Self = Self::new("606-10-32-31", "76");
    /// The stand-alone selling price and its best evidence.
    pub(crate) const STANDALONE_PRICE: Self = Self::new("606-10-32-32", "77");
    /// One net position of a contract.
    pub(crate) const POSITION: Self = Self::new("606-10-45-1", "105");
    /// The contract liability.
    pub(crate) const LIABILITY: Self = Self::new("606-10-45-2", "106");
    /// The contract asset.
    pub(crate) const ASSET: Self = Self::new("606-10-45-3", "107");
}

impl fmt::Display for Paragraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ASC {}, IFRS 15.{}", self.asc606, self.ifrs15)
    }
}
