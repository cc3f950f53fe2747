use serde::{Deserialize, Serialize};

use super::{
    Acceptance, BillAndHold, Combination, Consignment, ContractExistence, CustomerOption, DiscountAllocation,
    Distinct, Financing, Judged, Licence, Modification, PrincipalAgent, ReceiptBeforeContract, Repurchase,
    Royalty, Satisfaction, Shipping, UpfrontFee, VariableAllocation, Warranty,
};
use crate::{Book, RevenueError};

/// The questions, each with its name; `(?)` marks one whose facts may not suffice under a book.
macro_rules! questions {
    ($($(#[$doc:meta])* $question:ident $(($fallible:tt))? = $name:literal,)+) => {
        /// Any question with its facts, as a host stores judgements.
        ///
        /// ```
        /// use l2c_revenue::Book;
        /// use l2c_revenue::judgement::Judgement;
        ///
        /// let stored = r#"{"question": "warranty",
        ///     "facts": {"separately_purchasable": false, "service_beyond_specification": true}}"#;
        /// let judgement: Judgement = serde_json::from_str(stored)?;
        /// assert_eq!(judgement.judge(Book::Ifrs15)?.treatment, "service_warranty");
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(tag = "question", content = "facts", deny_unknown_fields)]
        #[non_exhaustive]
        pub enum Judgement {
            $($(#[$doc])* #[serde(rename = $name)] $question($question),)+
        }

        impl Judgement {
            /// The names of the questions.
            pub const QUESTIONS: [&'static str; [$($name),+].len()] = [$($name),+];

            /// The name of the question.
            #[must_use]
            pub const fn question(&self) -> &'static str {
                match self {
                    $(Self::$question(_) => $name,)+
                }
            }

            /// The treatment by its name, and the tests that decided it.
            ///
            /// # Errors
            /// As the question itself.
            pub fn judge(&self, book: Book) -> Result<Judged<&'static str>, RevenueError> {
                Ok(match self {
                    $(Self::$question(facts) => {
                        let judged = facts.judge(book)$($fallible)?;
                        Judged { treatment: judged.treatment.code(), book: judged.book, because: judged.because }
                    })+
                })
            }
        }

        $(impl From<$question> for Judgement {
            fn from(facts: $question) -> Self {
                Self::$question(facts)
            }
        })+
    };
}

questions! {
    /// Whether an agreement is a contract.
    ContractExistence = "contract_existence",
    /// What becomes of money received while there is no contract.
    ReceiptBeforeContract = "receipt_before_contract",
    /// Whether contracts are accounted for as one.
    Combination = "combination",
    /// Whether a promise is an obligation of its own.
    Distinct = "distinct",
    /// Whether an obligation is satisfied over time.
    Satisfaction = "satisfaction",
    /// How a change of a contract is accounted for.
    Modification = "modification",
    /// Who sells.
    PrincipalAgent = "principal_agent",
    /// What a sale with a repurchase is.
    Repurchase(?) = "repurchase",
    /// What a licence promises.
    Licence(?) = "licence",
    /// When a royalty is recognised.
    Royalty = "royalty",
    /// What a warranty is.
    Warranty = "warranty",
    /// Whether control of goods that are billed and held has passed.
    BillAndHold = "bill_and_hold",
    /// Whether revenue waits for the customer's acceptance.
    Acceptance = "acceptance",
    /// Whether the price is adjusted for the time value of money.
    Financing = "financing",
    /// What an upfront fee is for.
    UpfrontFee = "upfront_fee",
    /// Whether an option for more goods or services is a promise.
    CustomerOption = "customer_option",
    /// Which obligations a discount belongs to.
    DiscountAllocation = "discount_allocation",
    /// Which obligations a variable amount belongs to.
    VariableAllocation = "variable_allocation",
    /// Whether goods delivered to a dealer are sold to it.
    Consignment = "consignment",
    /// Whether shipping is a service of its own.
    Shipping(?) = "shipping",
}
