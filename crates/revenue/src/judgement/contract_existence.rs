use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::{Book, Paragraph};

/// Whether an agreement is a contract that revenue is recognised under (606-10-25-1, IFRS 15.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ContractExistence {
    /// The parties have approved it and are committed to it.
    pub approved: bool,
    /// Each party's rights to what is transferred can be identified.
    pub rights_identified: bool,
    /// The payment terms can be identified.
    pub payment_terms_identified: bool,
    /// The entity's cash flows are expected to change as a result of it.
    pub commercial_substance: bool,
    /// How likely it is that substantially all that the entity will be entitled to is collected.
    pub collection_likelihood: CollectionLikelihood,
}

/// How likely it is that an amount is collected, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CollectionLikelihood {
    /// Slight.
    Remote,
    /// More than remote.
    Possible,
    /// Over one half: "probable" in IFRS.
    MoreLikelyThanNot,
    /// Likely to occur: "probable" in US GAAP.
    Likely,
}

treatments! {
    /// Whether there is a contract.
    ContractExistenceTreatment {
        /// There is: the five steps apply.
        Contract = "contract",
        /// There is none yet: what is received is a liability, as [`ReceiptBeforeContract`] says.
        NoContract = "no_contract",
    }
}

const APPROVED: Test = Test::new(
    "606-10-25-1(a)",
    "9(a)",
    "the parties have approved it and are committed to it",
);
const RIGHTS: Test = Test::new("606-10-25-1(b)", "9(b)", "each party's rights can be identified");
const PAYMENT_TERMS: Test = Test::new("606-10-25-1(c)", "9(c)", "the payment terms can be identified");
const SUBSTANCE: Test = Test::new("606-10-25-1(d)", "9(d)", "it has commercial substance");
const LIKELY: Test = Test::new(
    "606-10-25-1(e)",
    "9(e)",
    "collection is probable, which is likely to occur",
);
const MORE_LIKELY_THAN_NOT: Test = Test::new(
    "606-10-25-1(e)",
    "9(e)",
    "collection is probable, which is more likely than not",
);

impl ContractExistence {
    /// A contract if all five criteria are met. Collection that is more likely than not, and no more, is probable
    /// under IFRS and not under US GAAP.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<ContractExistenceTreatment> {
        let (enough, probable) = match book {
            Book::Asc606 => (CollectionLikelihood::Likely, LIKELY),
            Book::Ifrs15 => (CollectionLikelihood::MoreLikelyThanNot, MORE_LIKELY_THAN_NOT),
        };
        let mut findings = Findings::new();
        let contract = findings.test(self.approved, APPROVED)
            & findings.test(self.rights_identified, RIGHTS)
            & findings.test(self.payment_terms_identified, PAYMENT_TERMS)
            & findings.test(self.commercial_substance, SUBSTANCE)
            & findings.test(self.collection_likelihood >= enough, probable);
        let treatment = if contract {
            ContractExistenceTreatment::Contract
        } else {
            ContractExistenceTreatment::NoContract
        };
        findings.lead_to(treatment, book)
    }
}

/// What becomes of money received while there is no contract (606-10-25-7, 25-8, IFRS 15.15, 15.16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReceiptBeforeContract {
    /// It need not be paid back.
    pub non_refundable: bool,
    /// Nothing remains to be transferred to the customer.
    pub no_remaining_obligations: bool,
    /// All, or substantially all, that the customer promised is received.
    pub substantially_all_received: bool,
    /// The agreement is terminated.
    pub terminated: bool,
    /// What it pays for is transferred, and the entity has stopped transferring and is not obliged to go on.
    pub stopped_transferring: bool,
}

treatments! {
    /// What becomes of money received while there is no contract.
    ReceiptBeforeContractTreatment {
        /// It is revenue.
        Recognise = "recognise",
        /// It stays a liability.
        Liability = "liability",
    }
}

const NON_REFUNDABLE: Test = Test::new("606-10-25-7", "15", "what is received need not be paid back");
const NOTHING_REMAINS: Test = Test::new("606-10-25-7(a)", "15(a)", "nothing remains to be transferred");
const ALL_RECEIVED: Test = Test::new(
    "606-10-25-7(a)",
    "15(a)",
    "substantially all of the consideration is received",
);
const TERMINATED: Test = Test::new("606-10-25-7(b)", "15(b)", "the agreement is terminated");
const STOPPED: Test = Test(
    Paragraph::asc606("606-10-25-7(c)"),
    "what was paid for is transferred, and the entity has stopped and need not go on",
);

impl ReceiptBeforeContract {
    /// Revenue if it need not be paid back and one of the events has happened; that the entity has stopped
    /// transferring is such an event under US GAAP alone.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<ReceiptBeforeContractTreatment> {
        let mut findings = Findings::new();
        let kept = findings.test(self.non_refundable, NON_REFUNDABLE);
        let fulfilled = findings.test(self.no_remaining_obligations, NOTHING_REMAINS)
            & findings.test(self.substantially_all_received, ALL_RECEIVED);
        let terminated = findings.test(self.terminated, TERMINATED);
        let stopped = book == Book::Asc606 && findings.test(self.stopped_transferring, STOPPED);
        let treatment = if kept && (fulfilled || terminated || stopped) {
            ReceiptBeforeContractTreatment::Recognise
        } else {
            ReceiptBeforeContractTreatment::Liability
        };
        findings.lead_to(treatment, book)
    }
}
