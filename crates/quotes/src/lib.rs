//! Quotes: versions of an offer, the approvals that it needs, and the customer's answer.
//!
//! A [`Quote`] is a [`Decider`](l2c_host::Decider): commands are decided into events, events make the state.
//! Its figures come from [`l2c_pricing`]; which approvals it needs, an [`ApprovalPolicy`] says.
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
//! let policy = r#"{"id": "approvals", "version": 2, "currency": "USD", "rules": [
//!     {"id": "deep", "reason": "More than 10 % off list", "when": {"fact": "discount_percent", "gt": "10"}, "approvers": ["manager"]}]}"#;
//! # let engine = Engine::new(
//! #     Catalogue::new(&serde_json::from_str(catalogue)?)?,
//! #     PriceBook::new(&serde_json::from_str(book)?)?,
//! #     Waterfall::new(&serde_json::from_str(waterfall)?)?,
//! # )?;
//! # let (engine, approvals) = (Arc::new(engine), Arc::new(ApprovalPolicy::new(&serde_json::from_str(policy)?)?));
//! # let context = |party: &str, role: &str| -> Result<QuoteContext, Box<dyn std::error::Error>> {
//! #     let actor = Actor::new(PartyId::from_key(party)?, [role]);
//! #     let (engine, approvals, policy) = (engine.clone(), approvals.clone(), QuotePolicy::default());
//! #     Ok(QuoteContext { today: "2017-03-05".parse()?, actor, engine, approvals, policy })
//! # };
//! #
//! # let line = RequestLine::new("1", ProductId::new("prd_GTXPro")?, Quantity::pieces(1));
//! # let request = PriceRequest::new("2017-03-05".parse()?, vec![line])
//! #     .with_target(Money::from_minor(500_000, Currency::USD)?);
//! # let (id, parties) = (QuoteId::new("quo_67HY0MW7")?, PartyRoles::new(PartyId::from_key("acme")?));
//! # let terms = QuoteTerms::new(request, "2017-03-31".parse()?);
//! #
//! // The engine is one of l2c_pricing; a context holds it with the policies, the day and who acts.
//! let mut quote = Quote::default();
//! for (command, who, role) in [
//!     (QuoteCommand::Draft { id, parties, opportunity: None, terms }, "moses", "agent"),
//!     (QuoteCommand::Submit, "moses", "agent"),
//!     (QuoteCommand::Approve { comment: None }, "dustin", "manager"),
//!     (QuoteCommand::Present, "moses", "agent"),
//!     (QuoteCommand::Accept {
//!         version: 1, reference: Some("PO-12".into()), alternative: None, selected: None,
//!     }, "moses", "agent"),
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
//! - [`QuoteTerms`], [`Alternative`], [`LineEdit`]: what is offered, with optional lines and other offers beside it.
//! - [`QuoteStatus`], [`QUOTE_MACHINE`]: the life of a version, as a table.
//! - [`QuotePolicy`], [`expiry_due`]: what the house has decided about prices in a draft, late acceptance and the other
//!   quotes of an opportunity; which quotes have to expire.
//! - [`ApprovalPolicy`], [`RequiredApproval`]: which quotes need whose approval, and why; [`ApprovalReason`]: which steps
//!   of the price made the figures that a rule tests. [`Approval`]: the machine
//!   that asks for them ([`APPROVAL_MACHINE`]), of use for other things than quotes.
//! - [`Comparison`]: why one version costs more than another, in price, quantity, mix, term and currency.
//! - [`Conversion`]: outcomes, win rate by discount, time in each status, from the events. [`follow_ups`]: what to do
//!   on a day. [`QuoteDocument`]: what the customer reads, for the host to lay out.
//! - [`RunningContract`], [`AmendmentAction`], [`AmendmentPolicy`], [`Amendment`]: what runs, what is to become of it,
//!   and what that costs. [`AmendmentOffer`]: that as a version of a quote; [`Quote::amended`] hands it over. [`LineChange`], [`RenewalTerms`]: changes of lines, another term.
//!
//! # How a quote lives
//! - A **draft** holds what is asked for. Its prices change when it is refreshed, and the event says what moved; on
//!   every edit, or by the moment, if the policy says so. **Submitting** freezes them, with the ids and versions of the
//!   documents that they come from.
//! - The **approval policy** is asked once, at submission. Every rule that holds asks for its approvers, one after the
//!   other; chains of rules run beside each other. What no rule names is approved at once. Who submitted a quote may
//!   not answer for it, unless the policy allows that.
//! - An **approval** answers everything that is open for who gives it, each once.
//! - A version that was **presented** never changes; a change is a new version. The customer answers a version
//!   by its number, so that an answer never meets figures that the customer has not seen. A counter-offer is recorded.
//! - It can be **accepted** to the last day of its validity, later as a recorded override only; then it becomes an
//!   order, with the figures that were frozen.
//!
//! # Errors
//! | code | what the caller does |
//! |---|---|
//! | codes of a policy (`duplicate_id`, `no_approvers`, `unknown_fact`, ...) | mend it; all [`Faults`] are listed with their paths |
//! | `empty_group`, `quorum_out_of_range` | give the group members, and a quorum that they can reach |
//! | `invalid_person`, `no_group_here` | name a person as `pty_...`, or a role |
//! | `reversed_period`, `below_zero` | put the days in order; write a limit of zero or more |
//! | `already_drafted`, `not_drafted`, `illegal_transition` | look at the status; [`QUOTE_MACHINE`] and [`APPROVAL_MACHINE`] say what is legal there |
//! | `superseded`, `unknown_version` | ask the customer about the latest version |
//! | `expired` | revise the quote with a new validity |
//! | `not_expired` | wait for the day after the last one |
//! | `unknown_line`, `duplicate_line` | name a line that there is; of those to choose, an optional one |
//! | `unknown_alternative`, `duplicate_alternative` | name an alternative of the version, each once |
//! | `mixed_offer` | offer the amendment alone, and the rest by another quote |
//! | `unknown_product` | name products of a contract by their ids of the catalogue |
//! | `no_amendment` | make an order of it |
//! | `contract_moved` | revise the quote for the contract as it runs now |
//! | `own_request`, `not_open`, `already_voted` | let somebody answer whose turn it is |
//! | `beyond_limit` | let somebody with a higher limit answer |
//! | `currency_mismatch` | use a policy and a price book in the currency of the quote |
//! | codes of [`AmendmentError`] | mend the amendment, as below |
//! | codes of [`PricingError`](l2c_pricing::PricingError) | mend the terms or the pricing documents |
//!
//! Of [`AmendmentError`]:
//!
//! | code | what the caller does |
//! |---|---|
//! | codes of a contract (`duplicate_line`, `negative_quantity`, `invalid_period`, ...) | mend it; all [`Faults`] are listed with their paths |
//! | `before_contract_start`, `after_contract_end` | take a day on which the contract runs, or renew it |
//! | `unknown_line`, `line_ended` | change a line that runs, or add one |
//! | `duplicate_line` | give the new line another id |
//! | `negative_quantity`, `invalid_period` | mend the change; a quantity of 0 ends a line |
//! | `overlaps_contract` | start the renewal after the contract, or credit the rest |
//! | `no_price` | give the list price of the product |
//! | `currency_mismatch` | merge contracts of one currency |
//! | codes of [`CalendarError`](l2c_calendar::CalendarError) and [`MoneyError`](l2c_money::MoneyError) | a period that the policy cannot prorate, a figure outside its bounds |
//!
//! # What it is not
//! No document layout, no names or addresses of people.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod amended;
mod amendment;
mod approval;
mod approval_reason;
mod co_termination;
mod command;
mod comparison;
mod conversion;
mod decide;
mod document;
mod event;
mod follow_up;
mod quote;
mod quote_policy;
mod refusal;
mod renewal;
mod running_contract;
mod status;
mod terms;
mod version;

// What the public API names of other crates, so that a program needs this one alone.
pub use chrono;
pub use l2c_calendar as calendar;
pub use l2c_explain as explain;
pub use l2c_host as host;
pub use l2c_money as money;
pub use l2c_pricing as pricing;
pub use l2c_rules as rules;

pub use amendment::change::LineChange;
pub use amendment::{
    Amendment, AmendmentAction, AmendmentError, AmendmentLine, AmendmentOffer, AmendmentPolicy,
    CarriedQuantity, ExplainedAmendment, RunningDays,
};
pub use approval::{
    APPROVAL_MACHINE, Actor, Approval, ApprovalCommand, ApprovalContext, ApprovalEvent, ApprovalFact,
    ApprovalFigures, ApprovalGiven, ApprovalPolicy, ApprovalPolicyDocument, ApprovalRefusal, ApprovalRequest,
    ApprovalRuleDocument, ApprovalStatus, Approver, Capacity, DelegationDocument, DelegationMode, Escalation,
    EscalationDocument, FigureValue, GroupDocument, LimitDocument, LineAmounts, OpenApproval, OwnRequest,
    Quorum, Repeat, RequiredApproval, TestedFigure, Worse,
};
pub use approval_reason::{ApprovalReason, ReasonPart};
pub use command::{CounterOffer, QuoteCommand, QuoteContext};
pub use comparison::{ComparedLine, Comparison, ComparisonRates, DifferenceParts, LineDifference};
pub use conversion::{Conversion, DiscountBand, Stays};
pub use document::{OfferDocument, OfferLine, QuoteDocument};
pub use event::{PriceMove, QuoteEvent, QuoteFact};
pub use follow_up::{FollowUp, FollowUpPolicy, NextAction, follow_ups};
pub use l2c_documents::{Fault, Faults};
pub use quote::{Quote, QuoteId};
pub use quote_policy::{DraftPrices, LateAcceptance, QuotePolicy, Siblings, expiry_due};
pub use refusal::QuoteRefusal;
pub use renewal::{EarlyRenewal, RenewalPrice, RenewalTerms};
pub use running_contract::{RunningContract, RunningContractDocument, RunningLineDocument};
pub use status::{QUOTE_MACHINE, QuoteStatus};
pub use terms::{Alternative, LineEdit, OfferFigures, QuoteTerms};
pub use version::{Acceptance, QuoteVersion, Submission};
