//! Open items, payments, application, bank matching and ageing.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::unwrap_used))]

mod account;
mod ageing;
mod error;
mod ids;
mod journal;
mod matching;
mod open_item;

pub use account::{AccountCommand, AccountEvent, AccountRefusal, CustomerAccount};
pub use ageing::{
    AgeBy, AgedItem, Ageing, AgeingPolicy, AgeingPolicyDocument, AgeingReport, CreditsIn, DisputesIn,
    LossRates, age,
};
pub use chrono::NaiveDate;
pub use error::ReceivablesError;
pub use ids::{CustomerAccountId, DocumentNumber, PaymentId, SourceId};
pub use journal::post;
pub use matching::{BankMatcher, Candidate, Fit, Proposal, StatementLine};
pub use open_item::{Application, ItemStatus, OpenItem, Source};
