//! Quotes: versions of an offer, the approvals that it needs, and the customer's answer.
//!
//! A [`Quote`] is a [`Decider`](l2c_host::Decider): commands are decided into events, events make the state.
//! Its figures come from [`l2c_pricing`]; which approvals it needs, an [`ApprovalMatrix`] says.
//!
//! ```
//! # use std::sync::Arc;
//! # use l2c_host::{Decider, PartyId, PartyRoles};
//! # use l2c_money::{Currency, Money, Quantity};
//! # use l2c_pricing::{Catalogue, Engine, PriceBook, PriceRequest, ProductId, RequestLine, Waterfall};
//! # use l2c_quotes::*;
//! #
//! # let catalogue = r#"{"id": "catalogue", "version": 1, "products": [{"id": "prd_GTXPro", "name": "GTX Pro"}]}"#;
//! # let book = r#"{"id": "list-usd", "version": 4, "currency": "USD", "entries": [{"product": "prd_GTXPro", "price": "5624"}]}"#;
//! # let waterfall = r#"{"id": "standard", "version": 1, "steps": [{"op": "negotiated", "id": "deal", "label": "Negotiated"}]}"#;
//! let matrix = r#"{"id": "approvals", "version": 2, "currency": "USD", "rules": [
//!     {"id": "deep", "reason": "More than 10 % off list", "when": {"fact": "discount_percent", "gt": "10"}, "approvers": ["manager"]}]}"#;
//! # let engine = Engine::new(
//! #     Catalogue::new(&serde_json::from_str(catalogue)?)?,
//! #     PriceBook::new(&serde_json::from_str(book)?)?,
//! #     Waterfall::new(&serde_json::from_str(waterfall)?)?,
//! # )?;
//! # let (engine, matrix) = (Arc::new(engine), Arc::new(ApprovalMatrix::new(&serde_json::from_str(matrix)?)?));
//! # let context = |party: &str, role: &str| -> Result<QuoteContext, Box<dyn std::error::Error>> {
//! #     let actor = Actor::new(PartyId::from_key(party)?, [role]);
//! #     Ok(QuoteContext { today: "2017-03-05".parse()?, actor, engine: engine.clone(), matrix: matrix.clone() })
//! # };
//! #
//! # let line = RequestLine::new("1", ProductId::new("prd_GTXPro")?, Quantity::pieces(1));
//! # let request = PriceRequest::new("2017-03-05".parse()?, vec![line])
//! #     .with_target(Money::from_minor(500_000, Currency::USD)?);
//! # let (id, parties) = (QuoteId::new("quo_67HY0MW7")?, PartyRoles::new(PartyId::from_key("acme")?));
//! # let terms = QuoteTerms { request, valid_until: "2017-03-31".parse()? };
//! #
//! // The engine is one of l2c_pricing; a context holds it with the matrix, the day and who acts.
//! let mut quote = Quote::default();
//! for (command, who, role) in [
//!     (QuoteCommand::Draft { id, parties, opportunity: None, terms }, "moses", "agent"),
//!     (QuoteCommand::Submit, "moses", "agent"),
//!     (QuoteCommand::Approve, "dustin", "manager"),
//!     (QuoteCommand::Present, "moses", "agent"),
//!     (QuoteCommand::Accept { version: 1, reference: Some("PO-12".into()) }, "moses", "agent"),
//! ] {
//!     for event in quote.decide(&command, &context(who, role)?)? {
//!         quote = quote.evolve(&event);
//!     }
//! }
//! assert_eq!(quote.status(), Some(QuoteStatus::Accepted));
//! let submission = quote.latest().and_then(|version| version.submission()).ok_or("not submitted")?;
//! assert_eq!(submission.priced.net_total().to_string(), "5000.00 USD");
//! let why = submission.required().map(|required| required.because.as_str()).collect::<Vec<_>>();
//! assert_eq!(why, ["discount_percent > 10; discount_percent is about 11.0953"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - [`Quote`], [`QuoteVersion`], [`Submission`]: the state.
//! - [`QuoteCommand`], [`QuoteContext`], [`QuoteEvent`], [`QuoteRefusal`]: what is asked, what is known, what
//!   happens, what is refused.
//! - [`QuoteStatus`], [`QUOTE_MACHINE`]: the life of a version, as a table.
//! - [`ApprovalMatrix`], [`RequiredApproval`]: which quotes need whose approval, and why.
//!
//! # How a quote lives
//! - A **draft** holds what is asked for, not what it costs. **Submitting** prices it with the engine of the
//!   context and freezes the figures, with the ids and versions of the documents that they come from.
//! - The **matrix** is asked once, at submission. Every rule that holds asks for its approvers, one after the
//!   other; rules run beside each other. What no rule names is approved at once. Who submitted a quote may not
//!   answer for it, unless the matrix allows that.
//! - An **approval** answers everything that is open for the roles of who gives it, each once.
//! - A version that was **presented** never changes; a change is a new version. The customer answers a version
//!   by its number, so that an answer never meets figures that the customer has not seen.
//! - It can be **accepted** to the last day of its validity; after that it expires.
//!
//! # Errors
//! | code | what the caller does |
//! |---|---|
//! | codes of a matrix (`duplicate_id`, `no_approvers`, `unknown_fact`, ...) | mend it; all [`Faults`] are listed with their paths |
//! | `already_drafted`, `not_drafted`, `illegal_transition` | look at the status; [`QUOTE_MACHINE`] says what is legal there |
//! | `superseded` | ask the customer about the latest version |
//! | `expired` | revise the quote with a new validity |
//! | `not_expired` | wait for the day after the last one |
//! | `own_request`, `not_open` | let somebody answer whose role is open |
//! | `currency_mismatch` | use a matrix in the currency of the quote |
//! | codes of [`PricingError`](l2c_pricing::PricingError) | mend the terms or the pricing documents |
//!
//! # What it is not
//! No document layout, no delegation or quorum of approvers, no amendment of running contracts, no quote that
//! closes its siblings.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod approval;
mod command;
mod decide;
mod event;
mod quote;
mod refusal;
mod status;

// What the public API names of other crates, so that a program needs this one alone.
pub use chrono;
pub use l2c_host as host;
pub use l2c_money as money;
pub use l2c_pricing as pricing;
pub use l2c_rules as rules;

pub use approval::{
    ApprovalMatrix, ApprovalMatrixDocument, ApprovalRuleDocument, OpenApproval, OwnRequest, RequiredApproval,
};
pub use command::{Actor, QuoteCommand, QuoteContext, QuoteTerms};
pub use event::{QuoteEvent, QuoteFact};
pub use l2c_documents::{Fault, Faults};
pub use quote::{Quote, QuoteId, QuoteVersion, Submission};
pub use refusal::QuoteRefusal;
pub use status::{QUOTE_MACHINE, QuoteStatus};
