use std::collections::BTreeSet;

use l2c_documents::{Fault, Faults};
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_money::{Currency, Exact, Money, Rounding, RoundingPolicy};
use serde::{Deserialize, Serialize};

use crate::price_context::PriceContext;
use crate::terms::{bad_text, fault};
use crate::{Book, MAX_OBLIGATIONS, Paragraph, RevenueError, StandalonePrice};

/// An obligation with what it would sell for alone, and the price that a contract states for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PricedObligation {
    /// Its name in the document.
    pub id: String,
    /// What it would sell for alone.
    pub ssp: StandalonePrice,
    /// The stated price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

/// Obligations whose stand-alone selling prices are asked for, as a host writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StandalonePriceDocument {
    /// Its name, for explanations.
    pub id: String,
    /// The currency of every amount.
    pub currency: Currency,
    /// The standard whose paragraphs are cited.
    #[serde(default)]
    pub book: Book,
    /// How prices are rounded to the minor unit.
    #[serde(default)]
    pub rounding: Rounding,
    /// The obligations.
    pub obligations: Vec<PricedObligation>,
}

/// A checked list of obligations with the evidence of what they would sell for alone (606-10-32-32 to 32-34).
///
/// ```
/// use l2c_revenue::{StandalonePriceDocument, StandalonePriceList};
///
/// let document: StandalonePriceDocument = serde_json::from_str(r#"{"id": "2025", "currency": "USD", "obligations": [
///     {"id": "seat", "price": {"amount": "80.00", "currency": "USD"},
///      "ssp": {"method": "range", "low": {"amount": "90.00", "currency": "USD"}, "mid": {"amount": "100.00", "currency": "USD"},
///              "high": {"amount": "110.00", "currency": "USD"}, "outside": "nearest"}}]}"#)?;
/// let list = StandalonePriceList::new(document)?;
/// let seat = &list.figures()?[0];
/// assert_eq!((seat.price.to_string().as_str(), seat.in_range), ("90.00 USD", Some(false)));
/// println!("{}", list.explain("seat")?.text());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandalonePriceList(StandalonePriceDocument);

/// What an obligation would sell for alone, and how the evidence stands to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StandalonePriceFigures {
    /// The obligation.
    pub id: String,
    /// Its stand-alone selling price, rounded.
    pub price: Money,
    /// Whether the stated price lies in the range; none without a range or a stated price.
    pub in_range: Option<bool>,
    /// The band around the centre of observed prices.
    pub band: Option<ObservedBand>,
}

/// What lies around the centre of observed prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ObservedBand {
    /// Its lower end, rounded.
    pub low: Money,
    /// Its upper end, rounded.
    pub high: Money,
    /// The part of the prices that lies in it, exact.
    pub share: Exact,
}

impl StandalonePriceList {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault, with its path and its paragraph. A residual is one: it has no price before an allocation.
    pub fn new(document: StandalonePriceDocument) -> Result<Self, Faults> {
        let mut faults = bad_text("id".to_owned(), &document.id).into_iter().collect();
        check_obligations(&document.obligations, document.currency, &mut faults);
        for (index, obligation) in document.obligations.iter().enumerate() {
            if obligation.ssp.is_residual() {
                let expected = format!("a price of its own ({})", Paragraph::RESIDUAL);
                let path = format!("obligations[{index}].ssp");
                faults.push(fault(path, "residual_not_permitted", "residual", &expected));
            }
        }
        let name = format!("stand-alone prices {}", document.id);
        Faults::of(name, faults).map_or(Ok(Self(document)), Err)
    }

    /// The prices, in the order of the document.
    ///
    /// # Errors
    /// An amount beyond the bounds of [`Money`].
    pub fn figures(&self) -> Result<Vec<StandalonePriceFigures>, RevenueError> {
        let (rec, context) = (&mut NoTrace, self.context());
        let money = |value: &Exact| context.rounding.money(value, context.currency);
        self.0
            .obligations
            .iter()
            .map(|obligation| {
                let band = match obligation.ssp.band() {
                    None => None,
                    Some(band) => Some(ObservedBand {
                        low: money(&band.low)?,
                        high: money(&band.high)?,
                        share: band.share,
                    }),
                };
                Ok(StandalonePriceFigures {
                    id: obligation.id.clone(),
                    price: money(&self.price(rec, obligation)?.value)?,
                    in_range: obligation.price.and_then(|price| obligation.ssp.contains(price)),
                    band,
                })
            })
            .collect()
    }

    /// Why the price of an obligation is what it is.
    ///
    /// # Errors
    /// [`RevenueError::UnknownReference`] for an obligation that is not in the list; else as
    /// [`StandalonePriceList::figures`].
    pub fn explain(&self, obligation: &str) -> Result<Explanation, RevenueError> {
        let known = self.0.obligations.iter().find(|known| known.id == obligation);
        let known = known.ok_or_else(|| RevenueError::UnknownReference {
            document: self.0.id.clone(),
            reference: obligation.to_owned(),
        })?;
        let mut trace = Trace::new();
        let price = self.price(&mut trace, known)?;
        Ok(trace.finish(&price))
    }

    fn price<R: Recorder>(
        &self,
        rec: &mut R,
        obligation: &PricedObligation,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let context = self.context();
        let price = obligation
            .ssp
            .figure(rec, &context, &obligation.id, obligation.price)?;
        // A checked list has no residual.
        let price = price.unwrap_or_else(|| rec.input(Exact::ZERO, || Note::new("residual")));
        context.round(rec, &price, || {
            let label = format!("stand-alone selling price of {}, in minor units", obligation.id);
            context.note(label, Paragraph::STANDALONE_PRICE)
        })
    }

    fn context(&self) -> PriceContext<'_> {
        PriceContext {
            rounding: RoundingPolicy::minor_unit(self.0.rounding),
            book: self.0.book,
            source: &self.0.id,
            ..PriceContext::plain(self.0.currency)
        }
    }
}

/// What is wrong with a list of obligations with prices.
pub(crate) fn check_obligations(
    obligations: &[PricedObligation],
    currency: Currency,
    faults: &mut Vec<Fault>,
) {
    if obligations.len() > MAX_OBLIGATIONS {
        let expected = format!("at most {MAX_OBLIGATIONS} ({})", Paragraph::OBLIGATIONS);
        faults.push(fault(
            "obligations",
            "count",
            &obligations.len().to_string(),
            &expected,
        ));
        return;
    }
    let mut ids = BTreeSet::new();
    for (index, obligation) in obligations.iter().enumerate() {
        let path = |field| format!("obligations[{index}].{field}");
        if let Some(fault) = bad_text(path("id"), &obligation.id) {
            faults.push(fault);
        } else if !ids.insert(&obligation.id) {
            let expected = format!("an obligation named once ({})", Paragraph::OBLIGATIONS);
            faults.push(fault(path("id"), "duplicate_id", &obligation.id, &expected));
        }
        faults.extend(obligation.ssp.faults(currency, &path("ssp")));
        if let Some(price) = obligation.price.filter(|price| price.currency() != currency) {
            let expected = format!("a price in {currency}");
            faults.push(fault(
                path("price"),
                "currency_mismatch",
                &price.to_string(),
                &expected,
            ));
        }
    }
}
