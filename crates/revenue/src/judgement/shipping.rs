use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::{Book, Paragraph, RevenueError};

/// Whether shipping and handling is a service of its own (606-10-25-18A, 25-18B, IFRS 15.25).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Shipping {
    /// It is done before the customer obtains control of the goods.
    pub before_control_transfers: bool,
    /// The entity elects to treat what it does after that as fulfilment, which US GAAP allows.
    pub elect_fulfilment: bool,
}

treatments! {
    /// What shipping is.
    ShippingTreatment {
        /// A part of fulfilling the promise of the goods; its cost is accrued when their revenue is recognised.
        FulfilmentActivity = "fulfilment_activity",
        /// A service, which is allocated a part of the price.
        SeparateObligation = "separate_obligation",
    }
}

const BEFORE_CONTROL: Test = Test::new(
    "606-10-25-18A",
    "25",
    "it is done before the customer obtains control of the goods",
);
const ELECTED: Test = Test(ELECTION, "the entity elects to treat it as fulfilment");
const ELECTION: Paragraph = Paragraph::asc606("606-10-25-18B");

impl Shipping {
    /// A service only after control has passed, and under US GAAP only if the entity does not elect otherwise.
    ///
    /// # Errors
    /// [`RevenueError::ElectionNotAvailable`] for the election under IFRS, where it would change the treatment.
    pub fn judge(&self, book: Book) -> Result<Judged<ShippingTreatment>, RevenueError> {
        let mut findings = Findings::new();
        if findings.test(self.before_control_transfers, BEFORE_CONTROL) {
            return Ok(findings.lead_to(ShippingTreatment::FulfilmentActivity, book));
        }
        match (book, self.elect_fulfilment) {
            (Book::Ifrs15, true) => Err(RevenueError::ElectionNotAvailable {
                election: "to treat shipping after control has passed as fulfilment",
                paragraph: ELECTION,
                book,
            }),
            (Book::Ifrs15, false) => Ok(findings.lead_to(ShippingTreatment::SeparateObligation, book)),
            (Book::Asc606, elected) => {
                let treatment = if findings.test(elected, ELECTED) {
                    ShippingTreatment::FulfilmentActivity
                } else {
                    ShippingTreatment::SeparateObligation
                };
                Ok(findings.lead_to(treatment, book))
            }
        }
    }
}
