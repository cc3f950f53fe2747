use std::fmt;

use l2c_explain::Citation;
use serde::{Deserialize, Serialize, Serializer};

/// The standard by which a contract is read. Both rest on one stream of events and differ only in what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Book {
    /// US GAAP, ASC 606.
    #[default]
    Asc606,
    /// IFRS 15.
    Ifrs15,
}

impl Book {
    /// The citation of a paragraph in this book; a rule that stands in the other book alone is cited from there.
    #[must_use]
    pub fn cite(self, paragraph: Paragraph) -> Citation {
        match (self, paragraph.0) {
            (Self::Asc606, Numbers::Both { asc606, .. }) | (_, Numbers::Asc606(asc606)) => {
                Citation::asc606(asc606)
            }
            (Self::Ifrs15, Numbers::Both { ifrs15, .. }) | (_, Numbers::Ifrs15(ifrs15)) => {
                Citation::ifrs15(ifrs15)
            }
        }
    }

    /// The paragraph as journals and derivations name it: "ASC 606-10-45-1", "IFRS 15.105".
    pub(crate) fn reference(self, paragraph: Paragraph) -> String {
        self.cite(paragraph).to_string()
    }
}

impl fmt::Display for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Asc606 => "ASC 606",
            Self::Ifrs15 => "IFRS 15",
        })
    }
}

/// A paragraph of the converged standard under both of its numbers; a few stand in one book alone.
///
/// As text, "ASC 606-10-32-31, IFRS 15.76"; [`Book::cite`] gives the number of one book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Paragraph(Numbers);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Numbers {
    Both {
        asc606: &'static str,
        ifrs15: &'static str,
    },
    Asc606(&'static str),
    Ifrs15(&'static str),
}

impl Paragraph {
    /// A paragraph with its number in the codification and in IFRS 15: "606-10-32-31" and "76".
    #[must_use]
    pub const fn new(asc606: &'static str, ifrs15: &'static str) -> Self {
        Self(Numbers::Both { asc606, ifrs15 })
    }

    /// A rule of US GAAP alone: "606-10-25-18B".
    #[must_use]
    pub const fn asc606(number: &'static str) -> Self {
        Self(Numbers::Asc606(number))
    }

    /// A rule of IFRS 15 alone: "B58".
    #[must_use]
    pub const fn ifrs15(number: &'static str) -> Self {
        Self(Numbers::Ifrs15(number))
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
    /// Output methods of progress.
    pub(crate) const OUTPUT: Self = Self::new("606-10-55-17", "B15");
    /// Input methods of progress.
    pub(crate) const INPUT: Self = Self::new("606-10-55-20", "B18");
    /// Costs that depict no performance.
    pub(crate) const INPUT_EXCLUDED: Self = Self::new("606-10-55-21", "B19");
    /// Revenue at cost while the outcome cannot be measured.
    pub(crate) const COST_RECOVERY: Self = Self::new("606-10-25-37", "45");
    /// Rights that are not exercised.
    pub(crate) const BREAKAGE: Self = Self::new("606-10-55-48", "B46");
    /// What an option that gives a material right would sell for.
    pub(crate) const OPTION_PRICE: Self = Self::new("606-10-55-44", "B42");
    /// An option that gives a material right.
    pub(crate) const MATERIAL_RIGHT: Self = Self::new("606-10-55-42", "B40");
    /// Sales with a right of return.
    pub(crate) const RETURNS: Self = Self::new("606-10-55-23", "B21");
    /// Royalties on licences.
    pub(crate) const ROYALTY: Self = Self::new("606-10-55-65", "B63");
    /// Variable consideration.
    pub(crate) const VARIABLE: Self = Self::new("606-10-32-5", "50");
    /// Variable consideration that belongs to a part of the contract.
    pub(crate) const TARGETED: Self = Self::new("606-10-32-40", "85");
    /// Estimates are made again at each reporting date.
    pub(crate) const REASSESSMENT: Self = Self::new("606-10-32-14", "59");
    /// The residual approach.
    pub(crate) const RESIDUAL: Self = Self::new("606-10-32-34(c)", "79(c)");
    /// Consideration payable to a customer.
    pub(crate) const PAYABLE_TO_CUSTOMER: Self = Self::new("606-10-32-25", "70");
    /// Refund liabilities.
    pub(crate) const REFUND_LIABILITY: Self = Self::new("606-10-32-10", "55");
    /// Modifications of a contract.
    pub(crate) const MODIFICATION: Self = Self::new("606-10-25-10", "18");
    /// A modification that is a contract of its own.
    pub(crate) const SEPARATE_CONTRACT: Self = Self::new("606-10-25-12", "20");
    /// A modification as the end of one contract and the beginning of another.
    pub(crate) const PROSPECTIVE: Self = Self::new("606-10-25-13(a)", "21(a)");
    /// A modification as part of the contract.
    pub(crate) const CATCH_UP: Self = Self::new("606-10-25-13(b)", "21(b)");
    /// A modification that is both.
    pub(crate) const MIXED: Self = Self::new("606-10-25-13(c)", "21(c)");
    /// What is received before there is a contract.
    pub(crate) const BEFORE_CONTRACT: Self = Self::new("606-10-25-7", "15");
    /// A warranty that a product is as agreed: a provision.
    pub(crate) const WARRANTY: Self = Self::new("606-10-55-32", "B30");
    /// The election for shipping.
    pub(crate) const SHIPPING: Self = Self::asc606("606-10-25-18B");
    /// Losses on work in progress.
    pub(crate) const LOSS: Self = Self::asc606("605-35-25-45");
    /// Onerous contracts under IFRS.
    pub(crate) const ONEROUS: Self = Self::ifrs15("IAS 37.66");
    /// Receivables.
    pub(crate) const RECEIVABLE: Self = Self::new("606-10-45-4", "108");
    /// Straight line where performance is spread evenly.
    pub(crate) const STRAIGHT_LINE: Self = Self::new("606-10-55-20", "B18");
    /// The transaction price.
    pub(crate) const TRANSACTION_PRICE: Self = Self::new("606-10-32-2", "47");
    /// Taxes that are collected for an authority.
    pub(crate) const SALES_TAX: Self = Self::new("606-10-32-2A", "47");
    /// The sum of possible amounts by their probabilities.
    pub(crate) const EXPECTED_VALUE: Self = Self::new("606-10-32-8(a)", "53(a)");
    /// The single most likely amount.
    pub(crate) const MOST_LIKELY: Self = Self::new("606-10-32-8(b)", "53(b)");
    /// The constraint: what is included is probable not to be reversed.
    pub(crate) const CONSTRAINT: Self = Self::new("606-10-32-11", "56");
    /// The time value of money in the price.
    pub(crate) const FINANCING: Self = Self::new("606-10-32-15", "60");
    /// Financing of at most a year may be left out of account.
    pub(crate) const ONE_YEAR: Self = Self::new("606-10-32-18", "63");
    /// The rate that discounts what is promised to the cash price; it is not changed after inception.
    pub(crate) const DISCOUNT_RATE: Self = Self::new("606-10-32-19", "64");
    /// Interest is shown apart from revenue.
    pub(crate) const INTEREST: Self = Self::new("606-10-32-20", "65");
    /// Consideration in another form than cash, at fair value.
    pub(crate) const NON_CASH: Self = Self::new("606-10-32-21", "66");
    /// What is paid to the customer.
    pub(crate) const PAYABLE: Self = Self::new("606-10-32-25", "70");
    /// What is paid to the customer for a good of theirs, up to its fair value.
    pub(crate) const PAID_FOR_GOODS: Self = Self::new("606-10-32-26", "71");
    /// An allocation depicts what the entity expects for each obligation.
    pub(crate) const ALLOCATION: Self = Self::new("606-10-32-28", "73");
    /// A discount that belongs to some of the obligations.
    pub(crate) const DISCOUNT: Self = Self::new("606-10-32-37", "82");
    /// Allocation by relative stand-alone selling price.
    pub(crate) const RELATIVE: Self = Self::new("606-10-32-31", "76");
    /// The stand-alone selling price and its best evidence.
    pub(crate) const STANDALONE_PRICE: Self = Self::new("606-10-32-32", "77");
    /// A stand-alone selling price that is estimated: as much of what can be observed as there is.
    pub(crate) const ESTIMATE: Self = Self::new("606-10-32-33", "78");
    /// The price that the market would pay.
    pub(crate) const ADJUSTED_MARKET: Self = Self::new("606-10-32-34(a)", "79(a)");
    /// Expected cost and a margin.
    pub(crate) const COST_PLUS_MARGIN: Self = Self::new("606-10-32-34(b)", "79(b)");
    /// The goods that are expected to be provided, instead of the price of an option to renew.
    pub(crate) const RENEWAL_ALTERNATIVE: Self = Self::new("606-10-55-45", "B43");
    /// A principal recognises what the customer pays.
    pub(crate) const GROSS: Self = Self::new("606-10-55-37B", "B35B");
    /// An agent recognises its fee or commission.
    pub(crate) const NET: Self = Self::new("606-10-55-38", "B36");
    /// Revenue is disaggregated into categories that depict its nature.
    pub(crate) const DISAGGREGATION: Self = Self::new("606-10-50-5", "114");
    /// One net position of a contract.
    pub(crate) const POSITION: Self = Self::new("606-10-45-1", "105");
    /// The contract liability.
    pub(crate) const LIABILITY: Self = Self::new("606-10-45-2", "106");
    /// The contract asset.
    pub(crate) const ASSET: Self = Self::new("606-10-45-3", "107");
}

impl fmt::Display for Paragraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Numbers::Both { asc606, ifrs15 } => write!(f, "ASC {asc606}, IFRS 15.{ifrs15}"),
            Numbers::Asc606(asc606) => write!(f, "ASC {asc606}"),
            Numbers::Ifrs15(ifrs15) => write!(f, "IFRS 15.{ifrs15}"),
        }
    }
}

impl Serialize for Paragraph {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_is_cited_by_the_number_of_the_book_that_has_it() {
        let both = Paragraph::new("606-10-32-31", "76");
        let (us, ifrs) = (Paragraph::asc606("606-10-25-18B"), Paragraph::ifrs15("B58"));
        let cited = |paragraph| [Book::Asc606, Book::Ifrs15].map(|book| book.reference(paragraph));
        assert_eq!(cited(both), ["ASC 606-10-32-31", "IFRS 15.76"]);
        assert_eq!(cited(us), ["ASC 606-10-25-18B"; 2]);
        assert_eq!(cited(ifrs), ["IFRS 15.B58"; 2]);
        assert_eq!(both.to_string(), "ASC 606-10-32-31, IFRS 15.76");
        assert_eq!(
            [us.to_string(), ifrs.to_string()],
            ["ASC 606-10-25-18B", "IFRS 15.B58"]
        );
    }
}
