//! What every stage is given: what the run knows, and where it writes.

use chrono::NaiveDate;

use crate::books::Books;
use crate::import::Crm;
use crate::offer::Offer;
use crate::output::Output;
use crate::parties::Parties;
use crate::progress::Progress;
use crate::record::Record;
use crate::terms::Terms;

/// What the run knows before its first stage.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The export.
    pub crm: &'a Crm,
    /// Who takes part.
    pub parties: &'a Parties,
    /// Prices and make-up.
    pub offer: &'a Offer,
    /// Terms of the deals.
    pub terms: &'a Terms,
    /// The date of the run.
    pub as_of: NaiveDate,
}

/// Where the stages write.
pub struct Kept<'a> {
    /// The store.
    pub record: &'a mut Record,
    /// The general ledger.
    pub books: &'a mut Books,
    /// The output folder.
    pub output: &'a mut Output,
    /// The screen.
    pub progress: &'a Progress,
}
