use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::Book;

/// Whether control of goods that are billed and held has passed (606-10-55-83, IFRS 15.B81).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BillAndHold {
    /// The reason is substantive; for example, the customer has asked for it.
    pub substantive_reason: bool,
    /// The product is identified separately as the customer's.
    pub identified_separately: bool,
    /// It is ready to be handed over.
    pub ready_for_transfer: bool,
    /// The entity can use it, or direct it to another customer.
    pub entity_can_use_or_redirect: bool,
}

treatments! {
    /// Whether control of goods that are billed and held has passed.
    BillAndHoldTreatment {
        /// It has: revenue is recognised; holding the goods may be a service of its own.
        ControlTransferred = "control_transferred",
        /// It has not.
        ControlNotTransferred = "control_not_transferred",
    }
}

const SUBSTANTIVE: Test = Test::new(
    "606-10-55-83(a)",
    "B81(a)",
    "the reason for holding the product is substantive",
);
const IDENTIFIED: Test = Test::new(
    "606-10-55-83(b)",
    "B81(b)",
    "the product is identified as the customer's",
);
const READY: Test = Test::new("606-10-55-83(c)", "B81(c)", "it is ready to be handed over");
const NOT_USABLE: Test = Test::new(
    "606-10-55-83(d)",
    "B81(d)",
    "the entity can neither use it nor direct it to another customer",
);

impl BillAndHold {
    /// Passed if all four criteria are met.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<BillAndHoldTreatment> {
        let mut findings = Findings::new();
        let passed = findings.test(self.substantive_reason, SUBSTANTIVE)
            & findings.test(self.identified_separately, IDENTIFIED)
            & findings.test(self.ready_for_transfer, READY)
            & findings.test(!self.entity_can_use_or_redirect, NOT_USABLE);
        let treatment = if passed {
            BillAndHoldTreatment::ControlTransferred
        } else {
            BillAndHoldTreatment::ControlNotTransferred
        };
        findings.lead_to(treatment, book)
    }
}

/// Whether revenue waits for the customer's acceptance (606-10-55-85 to 55-88, IFRS 15.B83-B86).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// Acceptance depends on specifications that can be tested objectively.
    pub objective_specifications: bool,
    /// That they are met can be established before delivery.
    pub verifiable_before_delivery: bool,
}

treatments! {
    /// When control passes where the customer has a right to accept or refuse.
    AcceptanceTreatment {
        /// On delivery: acceptance is a formality.
        AtDelivery = "at_delivery",
        /// When the customer accepts, or the trial period ends.
        AtAcceptance = "at_acceptance",
    }
}

const OBJECTIVE: Test = Test::new(
    "606-10-55-86",
    "B84",
    "acceptance depends on specifications that are objective",
);
const VERIFIABLE: Test = Test::new(
    "606-10-55-86",
    "B84",
    "that they are met can be established before delivery",
);

impl Acceptance {
    /// A formality if both facts hold.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<AcceptanceTreatment> {
        let mut findings = Findings::new();
        let formality = findings.test(self.objective_specifications, OBJECTIVE)
            && findings.test(self.verifiable_before_delivery, VERIFIABLE);
        let treatment = if formality {
            AcceptanceTreatment::AtDelivery
        } else {
            AcceptanceTreatment::AtAcceptance
        };
        findings.lead_to(treatment, book)
    }
}

/// Whether goods delivered to a dealer are sold to it (606-10-55-79, 55-80, IFRS 15.B77, B78).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Consignment {
    /// The entity controls them until an event, such as a sale to an end customer or the end of a period.
    pub controlled_until_event: bool,
    /// The entity can require their return, or transfer them to another.
    pub can_require_return: bool,
    /// The dealer has an unconditional obligation to pay for them; a deposit is none.
    pub dealer_must_pay: bool,
}

treatments! {
    /// What a delivery to a dealer is.
    ConsignmentTreatment {
        /// On consignment: revenue waits for the event.
        Consignment = "consignment",
        /// A sale to the dealer.
        Sale = "sale",
    }
}

const CONTROLLED: Test = Test::new(
    "606-10-55-80(a)",
    "B78(a)",
    "the entity controls the product until an event",
);
const RETURNABLE: Test = Test::new(
    "606-10-55-80(b)",
    "B78(b)",
    "the entity can require its return, or transfer it to another",
);
const NOT_OWED: Test = Test::new(
    "606-10-55-80(c)",
    "B78(c)",
    "the dealer has no unconditional obligation to pay for it",
);

impl Consignment {
    /// On consignment if the entity keeps control until an event and either can take the goods back or cannot
    /// demand payment.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<ConsignmentTreatment> {
        let mut findings = Findings::new();
        let consignment = findings.test(self.controlled_until_event, CONTROLLED)
            && (findings.test(self.can_require_return, RETURNABLE)
                | findings.test(!self.dealer_must_pay, NOT_OWED));
        let treatment = if consignment {
            ConsignmentTreatment::Consignment
        } else {
            ConsignmentTreatment::Sale
        };
        findings.lead_to(treatment, book)
    }
}
