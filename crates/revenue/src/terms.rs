use std::collections::BTreeSet;

use l2c_documents::{Fault, Faults};
use l2c_explain::NoTrace;
use l2c_host::{PartyId, typed_id};
use l2c_ledger::LegalEntity;
use l2c_money::{Currency, Exact, Money};
use serde::{Deserialize, Serialize};

use crate::obligation::bad_amount;
use crate::price_context::PriceContext;
use crate::{AllocationRules, Consideration, Measure, Obligation, Paragraph, RevenuePolicy};

typed_id!(
    /// A revenue contract: one agreement with a customer, as revenue accounting sees it.
    RevenueContractId, "rev"
);

/// The largest number of obligations, and of parts of the consideration, in one contract.
pub const MAX_OBLIGATIONS: usize = 10_000;
/// The largest sum of the magnitudes of what a customer promises, and of what is billed, in minor units: 10^18. Within
/// it no figure of a contract leaves the bounds of [`Money`](l2c_money::Money), nor of 64-bit integers.
pub const MAX_MINOR_UNITS: i64 = 1_000_000_000_000_000_000;
/// The longest id or description, in characters.
pub(crate) const MAX_TEXT: usize = 200;

/// What a contract promises and for how much, as a host writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TermsDocument {
    /// The contract.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub contract: RevenueContractId,
    /// The customer.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub customer: PartyId,
    /// The legal entity whose books it is in.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub entity: LegalEntity,
    /// The currency of every amount in it.
    pub currency: Currency,
    /// What the customer promises: the transaction price is the sum.
    pub consideration: Vec<Consideration>,
    /// What the entity promises.
    pub obligations: Vec<Obligation>,
    /// The conventions it is accounted for under.
    pub policy: RevenuePolicy,
    /// How the price is allocated beyond relative stand-alone prices: bundles that are sold at a discount.
    #[serde(default)]
    pub allocation: AllocationRules,
    /// Whether the criteria of a contract are met at inception (606-10-25-1). Until they are, what is received is a
    /// liability and nothing is revenue.
    #[serde(default = "yes")]
    pub criteria_met: bool,
    /// Whether the entity has a right to payment before it performs. Without one a document counts as far as it is
    /// paid or earned (606-10-55-284).
    #[serde(default = "yes")]
    pub enforceable_before_performance: bool,
    /// What it would cost to get out of the contract, if that is less than a loss on fulfilling it (IAS 37.68).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_cost: Option<Money>,
    /// The expected duration at inception, for the one-year expedient of what remains (606-10-50-14).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_duration_months: Option<u32>,
}

const fn yes() -> bool {
    true
}

impl TermsDocument {
    /// A contract of one entity with one customer that promises nothing yet; its criteria are met and its documents
    /// enforceable.
    #[must_use]
    pub fn new(
        contract: RevenueContractId,
        customer: PartyId,
        entity: LegalEntity,
        currency: Currency,
        policy: RevenuePolicy,
    ) -> Self {
        Self {
            contract,
            customer,
            entity,
            currency,
            consideration: Vec::new(),
            obligations: Vec::new(),
            policy,
            allocation: AllocationRules::default(),
            criteria_met: true,
            enforceable_before_performance: true,
            exit_cost: None,
            original_duration_months: None,
        }
    }
}

/// Checked terms: every amount in one currency, every id once, a basis to allocate on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TermsDocument", into = "TermsDocument")]
pub struct Terms(TermsDocument);

impl Terms {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault, each with its path and the paragraph that asks for what is missing.
    pub fn new(document: TermsDocument) -> Result<Self, Faults> {
        let name = format!("terms of {}", document.contract);
        Faults::of(name, faults(&document)).map_or(Ok(Self(document)), Err)
    }

    /// The contract.
    #[must_use]
    pub const fn contract(&self) -> &RevenueContractId {
        &self.0.contract
    }

    /// The customer.
    #[must_use]
    pub const fn customer(&self) -> &PartyId {
        &self.0.customer
    }

    /// The legal entity whose books it is in.
    #[must_use]
    pub const fn entity(&self) -> &LegalEntity {
        &self.0.entity
    }

    /// The currency of every amount.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.0.currency
    }

    /// What the customer promises.
    #[must_use]
    pub fn consideration(&self) -> &[Consideration] {
        &self.0.consideration
    }

    /// What the entity promises.
    #[must_use]
    pub fn obligations(&self) -> &[Obligation] {
        &self.0.obligations
    }

    /// The obligation of this name.
    #[must_use]
    pub fn obligation(&self, id: &str) -> Option<&Obligation> {
        self.0.obligations.iter().find(|obligation| obligation.id == id)
    }

    /// The conventions it is accounted for under.
    #[must_use]
    pub const fn policy(&self) -> &RevenuePolicy {
        &self.0.policy
    }

    /// How the price is allocated beyond relative stand-alone prices.
    #[must_use]
    pub const fn allocation(&self) -> &AllocationRules {
        &self.0.allocation
    }

    /// Whether the criteria of a contract are met at inception.
    #[must_use]
    pub const fn criteria_met(&self) -> bool {
        self.0.criteria_met
    }

    /// Whether the entity has a right to payment before it performs.
    #[must_use]
    pub const fn enforceable_before_performance(&self) -> bool {
        self.0.enforceable_before_performance
    }

    /// What it would cost to get out of the contract.
    #[must_use]
    pub const fn exit_cost(&self) -> Option<Money> {
        self.0.exit_cost
    }

    /// The expected duration at inception, in months.
    #[must_use]
    pub const fn original_duration_months(&self) -> Option<u32> {
        self.0.original_duration_months
    }
}

impl TryFrom<TermsDocument> for Terms {
    type Error = Faults;
    fn try_from(document: TermsDocument) -> Result<Self, Faults> {
        Self::new(document)
    }
}

impl From<Terms> for TermsDocument {
    fn from(terms: Terms) -> Self {
        terms.0
    }
}

/// Every fault, in the order of the document.
fn faults(document: &TermsDocument) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, count, paragraph) in [
        (
            "consideration",
            document.consideration.len(),
            Paragraph::TRANSACTION_PRICE,
        ),
        ("obligations", document.obligations.len(), Paragraph::OBLIGATIONS),
    ] {
        // A minimum that is due whether used or not is a price of its own.
        let has_minimum = document
            .obligations
            .iter()
            .any(|obligation| matches!(obligation.measure, Measure::TakeOrPay { .. }));
        if (count == 0 && !(path == "consideration" && has_minimum)) || count > MAX_OBLIGATIONS {
            let expected = format!("1 to {MAX_OBLIGATIONS} ({paragraph})");
            faults.push(fault(path, "count", &count.to_string(), &expected));
            if count > 0 {
                // Nothing more is read of a document that is too long.
                return faults;
            }
        }
    }
    check_consideration(document, &mut faults);
    check_obligations(document, &mut faults);
    if let Some(cost) = document.exit_cost {
        faults.extend(bad_amount("exit_cost".to_owned(), cost, document.currency));
    }
    faults.extend(bad_text("policy.id".to_owned(), &document.policy.id));
    faults
}

fn check_consideration(document: &TermsDocument, faults: &mut Vec<Fault>) {
    let mut ids = BTreeSet::new();
    let obligations: BTreeSet<&str> = document.obligations.iter().map(|o| o.id.as_str()).collect();
    let mut magnitude = 0_i64;
    for (index, part) in document.consideration.iter().enumerate() {
        let path = |field| format!("consideration[{index}].{field}");
        if let Some(fault) = bad_text(path("id"), part.id()) {
            faults.push(fault);
        } else if !ids.insert(part.id()) {
            faults.push(fault(path("id"), "duplicate_id", part.id(), "an id used once"));
        }
        let path = format!("consideration[{index}]");
        faults.extend(element_faults(part, document.currency, &document.policy, &path));
        for (at, obligation) in part.allocate_to().iter().enumerate() {
            if !obligations.contains(obligation.as_str()) {
                let path = format!("{path}.allocate_to[{at}]");
                let expected = "an obligation of the contract";
                faults.push(fault(path, "unknown_reference", obligation, expected));
            }
        }
        if let Ok(units) = part.magnitude(document.currency) {
            magnitude = magnitude.saturating_add(units);
        }
    }
    if magnitude > MAX_MINOR_UNITS {
        let expected = format!("at most 10^18 minor units ({})", Paragraph::TRANSACTION_PRICE);
        let found = "magnitudes that sum to more";
        faults.push(fault("consideration", "invalid_amount", found, &expected));
    }
}

fn check_obligations(document: &TermsDocument, faults: &mut Vec<Fault>) {
    let mut ids = BTreeSet::new();
    let mut weights = Exact::ZERO;
    for (index, obligation) in document.obligations.iter().enumerate() {
        let path = format!("obligations[{index}]");
        if !ids.insert(&obligation.id) && !obligation.id.is_empty() {
            let expected = format!("an obligation named once ({})", Paragraph::OBLIGATIONS);
            faults.push(fault(
                format!("{path}.id"),
                "duplicate_id",
                &obligation.id,
                &expected,
            ));
        }
        faults.extend(obligation.faults(document.currency, &path));
        let plain = PriceContext::plain(document.currency);
        weights += &match obligation.ssp.figure(&mut NoTrace, &plain, "", obligation.price) {
            Ok(Some(price)) => price.value.abs(),
            Ok(None) | Err(_) => Exact::ONE,
        };
    }
    let mut elements = document.consideration.iter();
    let has_price = elements.any(|element| element.allocate_to().is_empty() && !element.is_priced_by_use());
    if has_price && weights.is_zero() && !document.obligations.is_empty() {
        let expected = format!(
            "at least one stand-alone selling price above zero ({})",
            Paragraph::RELATIVE
        );
        faults.push(fault("obligations", "no_allocation_basis", "all zero", &expected));
    }
}

/// Whether an obligation may join a contract on these terms.
pub(crate) fn check_joining(obligation: &Obligation, terms: &Terms) -> Result<(), Faults> {
    let name = format!("obligation {}", obligation.id);
    let faults = obligation.faults(terms.currency(), "obligation");
    Faults::of(name, faults).map_or(Ok(()), Err)
}

/// Whether an element may join the consideration of a contract on these terms.
pub(crate) fn check_joining_element(element: &Consideration, terms: &Terms) -> Result<(), Faults> {
    let name = format!("element {}", element.id());
    let faults = element_faults(element, terms.currency(), terms.policy(), "consideration");
    Faults::of(name, faults).map_or(Ok(()), Err)
}

/// Everything that is wrong with an element; how far its constraint may go is seen once its amounts are sound.
fn element_faults(
    element: &Consideration,
    currency: Currency,
    policy: &RevenuePolicy,
    path: &str,
) -> Vec<Fault> {
    let mut faults = element.faults(currency, None, path);
    if faults.is_empty() {
        let context = PriceContext {
            rounding: policy.rounding_policy(),
            ..PriceContext::plain(currency)
        };
        faults.extend(element.constraint_fault(&context, path));
    }
    faults
}

/// What is wrong with an id, if anything.
pub(crate) fn bad_text(path: String, text: &str) -> Option<Fault> {
    let count = text.chars().count();
    (count == 0 || count > MAX_TEXT).then(|| {
        let found = format!("{count} characters");
        fault(path, "invalid_text", &found, "1 to 200 characters")
    })
}

pub(crate) fn fault(path: impl Into<String>, code: &'static str, found: &str, expected: &str) -> Fault {
    Fault::new(path, code, format!("{found}; expected {expected}"))
}
