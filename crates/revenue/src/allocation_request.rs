use std::collections::{BTreeMap, BTreeSet};

use l2c_documents::{Fault, Faults};
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_money::{AllocationPolicy, Currency, Exact, Money, Remainder, Rounding, RoundingPolicy, ZeroWeights};
use serde::{Deserialize, Serialize};

use crate::allocation::{Candidate, allocate, split_by_ssp};
use crate::price_context::PriceContext;
use crate::standalone_price_list::check_obligations;
use crate::terms::{bad_text, fault};
use crate::{
    AllocationMethod, AllocationRules, Book, MAX_OBLIGATIONS, Paragraph, PricedObligation, RevenueError,
};

/// A transaction price and the obligations that share it, as a host writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AllocationDocument {
    /// Its name, for explanations.
    pub id: String,
    /// The currency of every amount.
    pub currency: Currency,
    /// The standard whose paragraphs are cited.
    #[serde(default)]
    pub book: Book,
    /// How estimates of stand-alone prices are rounded to the minor unit.
    #[serde(default)]
    pub rounding: Rounding,
    /// Which obligations take the minor units that a split leaves over. Ties go to the earlier obligation.
    #[serde(default)]
    pub remainder: Remainder,
    /// What is allocated, in whole minor units.
    pub transaction_price: Money,
    /// Who shares it.
    pub obligations: Vec<PricedObligation>,
    /// Parts of the price that are said to belong to some obligations alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targeted: Vec<TargetedPart>,
    /// What is agreed or judged beyond that.
    #[serde(default)]
    pub allocation: AllocationRules,
}

/// A part of the transaction price that is said to belong to some obligations (606-10-32-40). If one of the two tests is
/// not met, it belongs to all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TargetedPart {
    /// Its name in the document.
    pub id: String,
    /// The part, in whole minor units.
    pub amount: Money,
    /// The obligations.
    pub allocate_to: Vec<String>,
    /// Whether its terms relate specifically to the work on these obligations.
    pub relates_specifically: bool,
    /// Whether the allocation then depicts what the entity expects for each obligation (606-10-32-28).
    pub objective_met: bool,
}

/// A checked request to allocate a transaction price (606-10-32-28 to 32-41).
///
/// ```
/// use l2c_revenue::{AllocationDocument, AllocationRequest};
///
/// let document: AllocationDocument = serde_json::from_str(r#"{"id": "quote 7", "currency": "USD",
///     "transaction_price": {"amount": "100.00", "currency": "USD"}, "obligations": [
///     {"id": "A", "ssp": {"method": "observable", "price": {"amount": "50.00", "currency": "USD"}}},
///     {"id": "B", "ssp": {"method": "observable", "price": {"amount": "25.00", "currency": "USD"}}},
///     {"id": "C", "ssp": {"method": "observable", "price": {"amount": "75.00", "currency": "USD"}}}]}"#)?;
/// let request = AllocationRequest::new(document)?;
/// let shares = request.allocate()?.shares;
/// let amounts: Vec<String> = shares.iter().map(|share| share.amount.to_string()).collect();
/// assert_eq!(amounts, ["33.33 USD", "16.67 USD", "50.00 USD"]);
/// println!("{}", request.explain("B")?.text());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationRequest(AllocationDocument);

/// Who gets how much of a transaction price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Allocation {
    /// By which rule.
    pub method: AllocationMethod,
    /// One for each obligation, in their order; the amounts add up to the transaction price.
    pub shares: Vec<AllocatedShare>,
    /// What the residual obligation takes of the general amount.
    pub residual: Option<Money>,
    /// The stand-alone prices less the transaction price, rounded; below zero for a surcharge. None where a residual, parts
    /// for some obligations or stated prices leave no such figure.
    pub discount: Option<Money>,
}

/// What an obligation gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AllocatedShare {
    /// The obligation.
    pub obligation: String,
    /// Its stand-alone selling price, rounded; none for a residual.
    pub ssp: Option<Money>,
    /// Its share of the transaction price.
    pub amount: Money,
}

/// What an allocation comes to, before it is read off.
struct Outcome<M> {
    method: AllocationMethod,
    ssp: Vec<Option<Figure<M>>>,
    amounts: Vec<Figure<M>>,
    residual: Option<Figure<M>>,
    discount: Option<Exact>,
}

impl AllocationRequest {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault, with its path and its paragraph.
    pub fn new(document: AllocationDocument) -> Result<Self, Faults> {
        let mut faults = bad_text("id".to_owned(), &document.id).into_iter().collect();
        whole_amount(
            "transaction_price".to_owned(),
            &document.transaction_price,
            document.currency,
            &mut faults,
        );
        check_obligations(&document.obligations, document.currency, &mut faults);
        check_targeted(&document, &mut faults);
        let known = document
            .obligations
            .iter()
            .map(|known| (known.id.as_str(), &known.ssp));
        faults.extend(
            document
                .allocation
                .faults(document.currency, "allocation.", known),
        );
        Faults::of(format!("allocation {}", document.id), faults).map_or(Ok(Self(document)), Err)
    }

    /// The allocation.
    ///
    /// # Errors
    /// [`RevenueError::NoAllocationBasis`] without a stand-alone price above zero to allocate by;
    /// [`RevenueError::ResidualAmbiguous`] and [`RevenueError::ResidualNotFaithful`] for residuals that the standard does
    /// not permit; [`RevenueError::PricesDoNotSum`] for stated prices that are to stay and are not the price.
    pub fn allocate(&self) -> Result<Allocation, RevenueError> {
        let Outcome {
            method,
            ssp,
            amounts,
            residual,
            discount,
        } = self.outcome(&mut NoTrace)?;
        let currency = self.0.currency;
        let rounding = self.context().rounding;
        let rounded = |figure: &Figure<()>| rounding.money(&figure.value, currency);
        let shares = self.0.obligations.iter().zip(&ssp).zip(&amounts);
        let shares = shares.map(|((obligation, ssp), amount)| {
            Ok(AllocatedShare {
                obligation: obligation.id.clone(),
                ssp: ssp.as_ref().map(rounded).transpose()?,
                amount: Money::try_from_exact(&amount.value, currency)?,
            })
        });
        Ok(Allocation {
            method,
            shares: shares.collect::<Result<_, RevenueError>>()?,
            residual: residual.as_ref().map(rounded).transpose()?,
            discount: discount
                .map(|discount| rounding.money(&discount, currency))
                .transpose()?,
        })
    }

    /// Why an obligation gets what it gets.
    ///
    /// # Errors
    /// [`RevenueError::UnknownReference`] for an obligation that takes no part; else as [`AllocationRequest::allocate`].
    pub fn explain(&self, obligation: &str) -> Result<Explanation, RevenueError> {
        let mut trace = Trace::new();
        let amounts = self.outcome(&mut trace)?.amounts;
        let mut named = self.0.obligations.iter().zip(amounts);
        let found = named.find(|(known, _)| known.id == obligation);
        let (_, amount) = found.ok_or_else(|| RevenueError::UnknownReference {
            document: self.0.id.clone(),
            reference: obligation.to_owned(),
        })?;
        Ok(trace.finish(&amount))
    }

    fn context(&self) -> PriceContext<'_> {
        PriceContext {
            rounding: RoundingPolicy::minor_unit(self.0.rounding),
            book: self.0.book,
            source: &self.0.id,
            ..PriceContext::plain(self.0.currency)
        }
    }

    fn outcome<R: Recorder>(&self, rec: &mut R) -> Result<Outcome<R::Mark>, RevenueError> {
        let (document, context) = (&self.0, self.context());
        let policy = AllocationPolicy {
            remainder: document.remainder,
            zero_weights: ZeroWeights::Refuse,
        };
        let mut candidates = Vec::with_capacity(document.obligations.len());
        for obligation in &document.obligations {
            candidates.push(Candidate {
                id: &obligation.id,
                standalone: &obligation.ssp,
                ssp: obligation
                    .ssp
                    .figure(rec, &context, &obligation.id, obligation.price)?,
                stated: obligation.price,
            });
        }
        let price = rec.input(document.transaction_price.exact(), || {
            context.note("transaction price", Paragraph::TRANSACTION_PRICE)
        });
        let alone: Exact = candidates
            .iter()
            .filter_map(|candidate| Some(&candidate.ssp.as_ref()?.value))
            .sum();
        let (targeted, general) = self.targeted(rec, &context, policy, &candidates, price)?;
        let (method, residual, parts) = if !targeted.is_empty() && general.value.is_zero() {
            (AllocationMethod::Targeted, None, Vec::new())
        } else {
            let general = allocate(rec, &general, &candidates, &document.allocation, &context, policy)?;
            (general.method, general.residual, general.amounts)
        };
        let simple = matches!(
            method,
            AllocationMethod::Relative | AllocationMethod::BundleDiscount
        );
        let discount = (simple && targeted.is_empty()).then(|| alone - document.transaction_price.exact());
        let mut amounts = Vec::with_capacity(candidates.len());
        for (place, candidate) in candidates.iter().enumerate() {
            let for_all = parts.get(place);
            let for_some = targeted
                .iter()
                .filter(|(to, _)| *to == place)
                .map(|(_, part)| part);
            let parts: Vec<_> = for_all.into_iter().chain(for_some).collect();
            amounts.push(match parts.as_slice() {
                [only] => (*only).clone(),
                parts => rec.sum(parts, || {
                    context.note(format!("allocated to {}", candidate.id), Paragraph::ALLOCATION)
                }),
            });
        }
        Ok(Outcome {
            method,
            ssp: candidates.into_iter().map(|candidate| candidate.ssp).collect(),
            amounts,
            residual,
            discount,
        })
    }

    /// The parts that belong to some obligations, by the places of these; and what is left for all.
    #[expect(clippy::type_complexity, reason = "read in one place")]
    fn targeted<R: Recorder>(
        &self,
        rec: &mut R,
        context: &PriceContext<'_>,
        policy: AllocationPolicy,
        candidates: &[Candidate<'_, R::Mark>],
        price: Figure<R::Mark>,
    ) -> Result<(Vec<(usize, Figure<R::Mark>)>, Figure<R::Mark>), RevenueError> {
        let places = candidates.iter().enumerate();
        let places: BTreeMap<&str, usize> = places.map(|(place, candidate)| (candidate.id, place)).collect();
        let (mut parts, mut general) = (Vec::new(), price);
        for part in &self.0.targeted {
            if !(part.relates_specifically && part.objective_met) {
                continue;
            }
            let amount = rec.input(part.amount.exact(), || {
                let label = format!("part of the price for some, {}", part.id);
                context
                    .note(label, Paragraph::TARGETED)
                    .cite(context.place("targeted", &part.id))
            });
            general = rec.difference(&general, &amount, || {
                context.note(format!("left for all after {}", part.id), Paragraph::TARGETED)
            });
            let to = part
                .allocate_to
                .iter()
                .filter_map(|id| places.get(id.as_str()).copied());
            let to: Vec<usize> = to.collect();
            let nothing = rec.input(Exact::ZERO, || Note::new("a residual weighs nothing"));
            let weight = |place: &usize| {
                candidates
                    .get(*place)
                    .and_then(|candidate| candidate.ssp.as_ref())
            };
            let weights: Vec<_> = to.iter().map(|place| weight(place).unwrap_or(&nothing)).collect();
            let split = split_by_ssp(rec, &amount, &weights, policy, context, |index| {
                let id = part.allocate_to.get(index).map_or("", String::as_str);
                context.note(format!("part of {} for {id}", part.id), Paragraph::TARGETED)
            })?;
            parts.extend(to.into_iter().zip(split));
        }
        Ok((parts, general))
    }
}

fn check_targeted(document: &AllocationDocument, faults: &mut Vec<Fault>) {
    if document.targeted.len() > MAX_OBLIGATIONS {
        let expected = format!("at most {MAX_OBLIGATIONS} ({})", Paragraph::TARGETED);
        faults.push(fault(
            "targeted",
            "count",
            &document.targeted.len().to_string(),
            &expected,
        ));
        return;
    }
    let known: BTreeSet<&str> = document
        .obligations
        .iter()
        .map(|known| known.id.as_str())
        .collect();
    let mut ids = BTreeSet::new();
    for (index, part) in document.targeted.iter().enumerate() {
        let path = |field: &str| format!("targeted[{index}].{field}");
        if let Some(fault) = bad_text(path("id"), &part.id) {
            faults.push(fault);
        } else if !ids.insert(&part.id) {
            faults.push(fault(path("id"), "duplicate_id", &part.id, "an id used once"));
        }
        whole_amount(path("amount"), &part.amount, document.currency, faults);
        if part.allocate_to.is_empty() {
            let expected = format!("obligations ({})", Paragraph::TARGETED);
            faults.push(fault(
                path("allocate_to"),
                "no_allocation_basis",
                "none",
                &expected,
            ));
        }
        let mut named = BTreeSet::new();
        for (at, id) in part.allocate_to.iter().enumerate() {
            let (code, expected) = if !known.contains(id.as_str()) {
                ("unknown_reference", "an obligation of the document")
            } else if !named.insert(id) {
                ("duplicate_id", "an obligation named once")
            } else {
                continue;
            };
            faults.push(fault(path(&format!("allocate_to[{at}]")), code, id, expected));
        }
    }
}

/// An amount that is allocated is one of whole minor units.
fn whole_amount(path: String, amount: &Money, currency: Currency, faults: &mut Vec<Fault>) {
    if amount.currency() != currency {
        let expected = format!("an amount in {currency}");
        faults.push(fault(path, "currency_mismatch", &amount.to_string(), &expected));
    } else if amount.minor().is_err() {
        let expected = "whole minor units of the currency";
        faults.push(fault(path, "invalid_amount", &amount.to_string(), expected));
    }
}
