use std::collections::BTreeSet;

use l2c_documents::Faults;
use l2c_explain::{Explanation, Figure, NoTrace, Recorder, Trace};
use l2c_money::{Currency, Money, Rounding, RoundingPolicy};
use serde::{Deserialize, Serialize};

use crate::included_consideration::Included;
use crate::price_context::PriceContext;
use crate::terms::{bad_text, fault};
use crate::{Book, Consideration, MAX_MINOR_UNITS, MAX_OBLIGATIONS, Paragraph, RevenueError};

/// What a customer promises, as a host writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TransactionPriceDocument {
    /// Its name, for explanations.
    pub id: String,
    /// The currency of every amount.
    pub currency: Currency,
    /// The standard.
    #[serde(default)]
    pub book: Book,
    /// How figures are rounded to the minor unit.
    #[serde(default)]
    pub rounding: Rounding,
    /// Whether taxes collected for an authority are left out of the price, as most do (606-10-32-2A).
    #[serde(default = "yes")]
    pub exclude_sales_tax: bool,
    /// Whether financing of at most a year is left out of account (606-10-32-18).
    #[serde(default)]
    pub one_year_expedient: bool,
    /// The parts of what is promised.
    pub consideration: Vec<Consideration>,
}

/// A checked promise of a customer, from which the transaction price follows (606-10-32-2 to 32-27).
///
/// ```
/// use l2c_revenue::{TransactionPrice, TransactionPriceDocument};
///
/// let document: TransactionPriceDocument = serde_json::from_str(r#"{"id": "quote 7", "currency": "USD", "consideration": [
///     {"kind": "fixed", "id": "fee", "amount": {"amount": "1000.00", "currency": "USD"}},
///     {"kind": "variable", "id": "bonus", "constraint": "none", "estimate": {"method": "most_likely_amount", "outcomes": [
///         {"amount": {"amount": "150.00", "currency": "USD"}, "probability": "0.6"},
///         {"amount": {"amount": "0.00", "currency": "USD"}, "probability": "0.4"}]}}]}"#)?;
/// let price = TransactionPrice::new(document)?;
/// assert_eq!(price.figures()?.transaction_price.to_string(), "1150.00 USD");
/// println!("{}", price.explain()?.text());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionPrice(TransactionPriceDocument);

/// A transaction price and what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TransactionPriceFigures {
    /// The sum of what is included.
    pub transaction_price: Money,
    /// One for each part, in their order.
    pub elements: Vec<ElementFigures>,
}

/// What a part of the consideration comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ElementFigures {
    /// The part.
    pub id: String,
    /// What it is expected to be.
    pub estimate: Money,
    /// What of it is in the transaction price.
    pub included: Money,
    /// Estimate less included.
    pub excluded: Money,
}

impl TransactionPrice {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault, with its path and its paragraph.
    pub fn new(document: TransactionPriceDocument) -> Result<Self, Faults> {
        let mut faults: Vec<_> = bad_text("id".to_owned(), &document.id).into_iter().collect();
        let count = document.consideration.len();
        if count > MAX_OBLIGATIONS {
            let expected = format!("at most {MAX_OBLIGATIONS} ({})", Paragraph::TRANSACTION_PRICE);
            let fault = fault("consideration", "count", &count.to_string(), &expected);
            return Err(Faults::one(format!("transaction price {}", document.id), fault));
        }
        let (mut ids, mut magnitude) = (BTreeSet::new(), 0_i64);
        for (index, part) in document.consideration.iter().enumerate() {
            let path = format!("consideration[{index}]");
            if let Some(fault) = bad_text(format!("{path}.id"), part.id()) {
                faults.push(fault);
            } else if !ids.insert(part.id()) {
                faults.push(fault(
                    format!("{path}.id"),
                    "duplicate_id",
                    part.id(),
                    "an id used once",
                ));
            }
            if part.is_priced_by_use() {
                let expected = "a part with an amount: prices by unit and fees by usage arise in a contract";
                faults.push(fault(path.clone(), "unknown_element", part.id(), expected));
            }
            faults.extend(part.faults(document.currency, Some(document.book), &path));
            magnitude = magnitude.saturating_add(part.magnitude(document.currency).unwrap_or(0));
        }
        if magnitude > MAX_MINOR_UNITS {
            let expected = format!("at most 10^18 minor units ({})", Paragraph::TRANSACTION_PRICE);
            let found = "magnitudes that sum to more";
            faults.push(fault("consideration", "invalid_amount", found, &expected));
        }
        Faults::of(format!("transaction price {}", document.id), faults).map_or(Ok(Self(document)), Err)
    }

    /// The transaction price, and each part of it.
    ///
    /// # Errors
    /// An amount beyond the bounds of [`Money`].
    pub fn figures(&self) -> Result<TransactionPriceFigures, RevenueError> {
        let rec = &mut NoTrace;
        let parts = self.parts(rec)?;
        let money = |figure: &Figure<()>| Money::try_from_exact(&figure.value, self.0.currency);
        let elements = self.0.consideration.iter().zip(&parts).map(|(part, figures)| {
            let excluded = rec.difference(&figures.estimate, &figures.included, || {
                self.context().note("excluded", Paragraph::CONSTRAINT)
            });
            Ok(ElementFigures {
                id: part.id().to_owned(),
                estimate: money(&figures.estimate)?,
                included: money(&figures.included)?,
                excluded: money(&excluded)?,
            })
        });
        let elements = elements.collect::<Result<_, RevenueError>>()?;
        Ok(TransactionPriceFigures {
            transaction_price: money(&self.total(&mut NoTrace, &parts))?,
            elements,
        })
    }

    /// Why the transaction price is what it is.
    ///
    /// # Errors
    /// As [`TransactionPrice::figures`].
    pub fn explain(&self) -> Result<Explanation, RevenueError> {
        let mut trace = Trace::new();
        let parts = self.parts(&mut trace)?;
        let total = self.total(&mut trace, &parts);
        Ok(trace.finish(&total))
    }

    fn context(&self) -> PriceContext<'_> {
        PriceContext {
            currency: self.0.currency,
            rounding: RoundingPolicy::minor_unit(self.0.rounding),
            book: self.0.book,
            exclude_sales_tax: self.0.exclude_sales_tax,
            one_year_expedient: self.0.one_year_expedient,
            source: &self.0.id,
        }
    }

    fn parts<R: Recorder>(&self, rec: &mut R) -> Result<Vec<Included<R::Mark>>, RevenueError> {
        let context = self.context();
        let parts = self.0.consideration.iter();
        parts.map(|part| part.included(rec, &context)).collect()
    }

    fn total<R: Recorder>(&self, rec: &mut R, parts: &[Included<R::Mark>]) -> Figure<R::Mark> {
        let included: Vec<_> = parts.iter().map(|part| &part.included).collect();
        rec.sum(&included, || {
            self.context()
                .note("transaction price", Paragraph::TRANSACTION_PRICE)
        })
    }
}

const fn yes() -> bool {
    true
}
