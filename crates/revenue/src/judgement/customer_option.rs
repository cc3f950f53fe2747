use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::Book;

/// Whether an option for more goods or services is a promise (606-10-55-42, 55-43, IFRS 15.B40, B41).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CustomerOption {
    /// Its discount exceeds what that class of customer gets anyway in that market.
    pub discount_exceeds_general: bool,
    /// The customer would not have it without this contract.
    pub arises_from_contract: bool,
}

treatments! {
    /// What a customer's option is.
    CustomerOptionTreatment {
        /// A material right: an obligation, which is allocated a part of the price.
        MaterialRight = "material_right",
        /// An offer, accounted for when the customer takes it up.
        MarketingOffer = "marketing_offer",
    }
}

const INCREMENTAL: Test = Test::new(
    "606-10-55-42",
    "B40",
    "the discount exceeds what that class of customer gets anyway in that market",
);
const FROM_CONTRACT: Test = Test::new(
    "606-10-55-42",
    "B40",
    "the customer would not have the option without this contract",
);

impl CustomerOption {
    /// A material right if both facts hold.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<CustomerOptionTreatment> {
        let mut findings = Findings::new();
        let right = findings.test(self.discount_exceeds_general, INCREMENTAL)
            & findings.test(self.arises_from_contract, FROM_CONTRACT);
        let treatment = if right {
            CustomerOptionTreatment::MaterialRight
        } else {
            CustomerOptionTreatment::MarketingOffer
        };
        findings.lead_to(treatment, book)
    }
}

/// What an upfront fee that is not paid back is for (606-10-55-50 to 55-53, IFRS 15.B48-B51).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UpfrontFee {
    /// It pays for a distinct good or service that is transferred at or near inception.
    pub transfers_distinct_good: bool,
    /// Not paying it again on renewal is a material right.
    pub renewal_is_material_right: bool,
}

treatments! {
    /// How an upfront fee is recognised.
    UpfrontFeeTreatment {
        /// With the good or service that it pays for.
        SeparateObligation = "separate_obligation",
        /// Over the time that customers are expected to stay.
        OverCustomerLife = "over_customer_life",
        /// Over the term of the contract, as an advance for what it promises.
        OverContractTerm = "over_contract_term",
    }
}

const TRANSFERS: Test = Test::new(
    "606-10-55-51",
    "B49",
    "the fee pays for a good or service that is transferred",
);
const RENEWAL_RIGHT: Test = Test::new(
    "606-10-55-51",
    "B49",
    "the option to renew without it is a material right",
);

impl UpfrontFee {
    /// By what it pays for, and else by whether renewing without it is a material right.
    #[must_use]
    pub fn judge(&self, book: Book) -> Judged<UpfrontFeeTreatment> {
        let mut findings = Findings::new();
        let treatment = if findings.test(self.transfers_distinct_good, TRANSFERS) {
            UpfrontFeeTreatment::SeparateObligation
        } else if findings.test(self.renewal_is_material_right, RENEWAL_RIGHT) {
            UpfrontFeeTreatment::OverCustomerLife
        } else {
            UpfrontFeeTreatment::OverContractTerm
        };
        findings.lead_to(treatment, book)
    }
}
