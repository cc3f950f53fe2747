use std::fmt;

use serde::Serialize;

/// An entry whose attributes fit a request, and whether it won.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The book, by id and version.
    pub book: String,
    /// The entry: its place and its id.
    pub entry: String,
    /// Whether it won, and why not.
    pub standing: Standing,
}

/// How an entry fared. Displays as a sentence: `lost to entries[4]: that one is more specific`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its price holds.
    Won,
    /// It holds on other days.
    NotValid,
    /// It was not recorded yet, or withdrawn already.
    NotKnown,
    /// The quantity is below or above its bounds.
    OutsideQuantity,
    /// It is not sold in the unit that is asked for.
    OtherUnit,
    /// Its price is 0, which counts as no price.
    ZeroPrice,
    /// It names other attributes than any access.
    NoAccess,
    /// Another entry went before it.
    Lost {
        /// The other: its place and its id.
        to: String,
        /// Why.
        because: Because,
    },
    /// It cannot be told apart from another entry.
    Tied {
        /// The other: its place and its id.
        with: String,
    },
}

/// Why an entry lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The other names attributes that come earlier in the order.
    MoreSpecific,
    /// The other has the larger least quantity.
    LargerMinimum,
    /// The access of the other comes earlier.
    EarlierAccess,
    /// The other has the higher priority.
    HigherPriority,
    /// The other is cheaper.
    Cheaper,
    /// The other costs as much and is written earlier.
    WrittenEarlier,
    /// The other is written later.
    Newer,
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Won => "won",
            Self::NotValid => "does not hold then",
            Self::NotKnown => "not known then",
            Self::OutsideQuantity => "the quantity is outside its bounds",
            Self::OtherUnit => "not sold in this unit",
            Self::ZeroPrice => "a price of 0 counts as none",
            Self::NoAccess => "names other attributes than any access",
            Self::Lost { to, because } => return write!(f, "lost to {to}: that one is {because}"),
            Self::Tied { with } => return write!(f, "tied with {with}"),
        })
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MoreSpecific => "more specific",
            Self::LargerMinimum => "for larger quantities",
            Self::EarlierAccess => "found by an earlier access",
            Self::HigherPriority => "of higher priority",
            Self::Cheaper => "cheaper",
            Self::WrittenEarlier => "as cheap and written earlier",
            Self::Newer => "written later",
        })
    }
}
