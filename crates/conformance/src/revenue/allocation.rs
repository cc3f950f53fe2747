//! A transaction price allocated to obligations.

use l2c_money::{Currency, Decimal, Remainder, Rounding};
use l2c_revenue::{
    AllocationDocument, AllocationRequest, AllocationRules, Book, Bundle, Reallocate, TargetedPart,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::ssp::Line;
use super::{faulty, money, refused};
use crate::given::{Number, Stop, answer, read};

/// Obligations that sell together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Together {
    members: Vec<String>,
    price: Number,
    regularly_sold: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Targeted {
    id: String,
    amount: Number,
    allocate_to: Vec<String>,
    relates_specifically: Option<bool>,
    objective_met: Option<bool>,
}

/// `allocation`: who gets how much.
pub(crate) fn allocation(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        currency: Currency,
        transaction_price: Number,
        obligations: Vec<Line>,
        #[serde(default)]
        bundles: Vec<Together>,
        #[serde(default)]
        targeted: Vec<Targeted>,
        reallocate: Option<Reallocate>,
    }
    let run = || {
        let given: Given = read(given)?;
        let currency = given.currency;
        let obligations = given.obligations.into_iter().map(|line| line.priced(currency));
        let targeted = given.targeted.into_iter().map(|part| {
            Ok(TargetedPart {
                id: part.id,
                amount: money(&part.amount, currency)?,
                allocate_to: part.allocate_to,
                relates_specifically: part.relates_specifically.unwrap_or(true),
                objective_met: part.objective_met.unwrap_or(true),
            })
        });
        let document = AllocationDocument {
            id: "price".to_owned(),
            currency,
            book: Book::Asc606,
            rounding: Rounding::HalfUp,
            remainder: Remainder::Largest,
            transaction_price: money(&given.transaction_price, currency)?,
            obligations: obligations.collect::<Result<_, _>>()?,
            targeted: targeted.collect::<Result<_, Stop>>()?,
            allocation: rules(given.bundles, given.reallocate, currency)?,
        };
        let found = AllocationRequest::new(document)
            .map_err(faulty)?
            .allocate()
            .map_err(refused)?;
        let (mut amounts, mut ssp) = (Map::new(), Map::new());
        for share in found.shares {
            amounts.insert(share.obligation.clone(), json!(share.amount.amount().to_string()));
            if let Some(price) = share.ssp {
                ssp.insert(share.obligation, json!(price.amount().to_string()));
            }
        }
        let mut shown = json!({ "allocation": amounts, "method": found.method, "ssp": ssp });
        for (key, amount) in [("residual", found.residual), ("discount", found.discount)] {
            if let (Some(amount), Some(shown)) = (amount, shown.as_object_mut()) {
                shown.insert(key.to_owned(), json!(amount.amount().to_string()));
            }
        }
        Ok(shown)
    };
    answer(run())
}

/// The rules of the page: the discount of a bundle is the contract's to the cent, or it is not.
pub(super) fn rules(
    bundles: Vec<Together>,
    reallocate: Option<Reallocate>,
    currency: Currency,
) -> Result<AllocationRules, Stop> {
    let bundle = |bundle: Together| {
        Ok(Bundle {
            members: bundle.members,
            price: money(&bundle.price, currency)?,
            regularly_sold: bundle.regularly_sold.unwrap_or(true),
        })
    };
    Ok(AllocationRules {
        bundles: bundles.into_iter().map(bundle).collect::<Result<_, Stop>>()?,
        reallocate: reallocate.unwrap_or_default(),
        discount_tolerance: Decimal::ZERO,
    })
}
