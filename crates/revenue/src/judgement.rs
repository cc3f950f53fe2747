//! Judgements that the standard asks for, recorded as facts and decided by its tests.
//!
//! Each question is a struct of the facts that people have established; `judge` applies the tests of the standard to
//! them and gives a [`Judged`]: the treatment, and each test that was looked at with its paragraphs, met or not. A
//! treatment is never set by a switch.
//!
//! ```
//! use l2c_revenue::Book;
//! use l2c_revenue::judgement::{Combination, CombinationTreatment};
//!
//! let facts = Combination {
//!     same_customer: true,
//!     near_same_time: true,
//!     negotiated_as_package: false,
//!     price_interdependent: true,
//!     single_obligation: false,
//! };
//! let judged = facts.judge(Book::Asc606);
//! assert_eq!(judged.treatment, CombinationTreatment::Combine);
//! println!("{judged}"); // for the file of the auditor
//! ```

mod allocation;
mod combination;
mod contract_existence;
mod customer_option;
mod distinct;
mod financing;
mod licence;
mod modification;
mod principal_agent;
mod record;
mod repurchase;
mod satisfaction;
mod shipping;
mod transfer_of_control;
mod treatment;
mod warranty;

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

pub use allocation::{
    DiscountAllocation, DiscountAllocationTreatment, VariableAllocation, VariableAllocationTreatment,
};
pub use combination::{Combination, CombinationTreatment};
pub use contract_existence::{
    CollectionLikelihood, ContractExistence, ContractExistenceTreatment, ReceiptBeforeContract,
    ReceiptBeforeContractTreatment,
};
pub use customer_option::{CustomerOption, CustomerOptionTreatment, UpfrontFee, UpfrontFeeTreatment};
pub use distinct::{Distinct, DistinctTreatment};
pub use financing::{Financing, FinancingTreatment};
pub use licence::{
    Licence, LicenceTreatment, LicensedFunction, LicensorActivities, Royalty, RoyaltyTreatment,
};
pub use modification::{Modification, ModificationTreatment, RemainingDistinct};
pub use principal_agent::{PrincipalAgent, PrincipalAgentTreatment};
pub use record::Judgement;
pub use repurchase::{Repurchase, RepurchaseRight, RepurchaseTreatment};
pub use satisfaction::{Satisfaction, SatisfactionTreatment};
pub use shipping::{Shipping, ShippingTreatment};
pub use transfer_of_control::{
    Acceptance, AcceptanceTreatment, BillAndHold, BillAndHoldTreatment, Consignment, ConsignmentTreatment,
};
pub use warranty::{Warranty, WarrantyTreatment};

use crate::{Book, Paragraph};

/// A treatment, and the tests that decided it.
///
/// As text, the treatment and a line for each test: what an auditor asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Judged<T> {
    /// What the facts lead to.
    pub treatment: T,
    /// The book that it was judged under.
    pub book: Book,
    /// The tests, in the order in which they were looked at; a test that could change nothing is not among them.
    pub because: Vec<Finding>,
}

/// A test of the standard, and whether the facts meet it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Whether the facts meet it.
    pub met: bool,
    /// What is tested.
    pub test: Cow<'static, str>,
    /// Where the standard asks for it.
    pub paragraph: Paragraph,
}

impl<T: fmt::Display> fmt::Display for Judged<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.treatment, self.book)?;
        for finding in &self.because {
            write!(f, "\n  {finding}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let met = if self.met { "met:" } else { "not met:" };
        write!(f, "{met:<9}{} [{}]", self.test, self.paragraph)
    }
}

/// A test of the standard: where it stands, and what it asks.
struct Test(Paragraph, &'static str);

impl Test {
    /// A test that both books have.
    const fn new(asc606: &'static str, ifrs15: &'static str, text: &'static str) -> Self {
        Self(Paragraph::new(asc606, ifrs15), text)
    }
}

/// Keeps the tests as they are looked at.
///
/// `&` and `|` between two tests look at both, `&&` and `||` leave out the second where the first decides.
struct Findings(Vec<Finding>);

impl Findings {
    const fn new() -> Self {
        Self(Vec::new())
    }

    /// Looks at a test, and gives back whether it is met.
    fn test(&mut self, met: bool, Test(paragraph, text): Test) -> bool {
        self.keep(met, paragraph, text)
    }

    fn keep(&mut self, met: bool, paragraph: Paragraph, test: impl Into<Cow<'static, str>>) -> bool {
        self.0.push(Finding {
            met,
            test: test.into(),
            paragraph,
        });
        met
    }

    fn lead_to<T>(self, treatment: T, book: Book) -> Judged<T> {
        Judged {
            treatment,
            book,
            because: self.0,
        }
    }
}
