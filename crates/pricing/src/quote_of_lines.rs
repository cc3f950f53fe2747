use l2c_money::Currency;

use crate::priced_quote::Parts;
use crate::{Engine, PriceRequest, PricedLine, PricedQuote, PricingError};

impl Engine {
    /// A priced quote of lines that something else has priced, such as the difference that an amendment of a contract
    /// makes. Its day and price book are those of the request, its other documents those of this engine.
    ///
    /// # Errors
    /// A price book that there is not; a line whose rows do not lead to its net, whose net is finer than the minor unit, or in another currency; a
    /// total outside the bounds of money.
    pub fn quote_of_lines(
        &self,
        request: &PriceRequest,
        currency: Currency,
        lines: Vec<PricedLine>,
    ) -> Result<PricedQuote, PricingError> {
        let place = match &request.price_book {
            Some(id) => self.price_books().position(id)?,
            None => 0,
        };
        lines.iter().try_for_each(|line| line.check(currency))?;
        PricedQuote::new(Parts {
            date: request.date,
            currency,
            price_book: self.price_books().at(place)?.document().clone(),
            catalogue: self.catalogue().document().clone(),
            waterfall: self.waterfall().document().clone(),
            adjustments: None,
            lines,
            adjusted: Vec::new(),
            tax_total: None,
            violations: Vec::new(),
        })
    }
}

impl PricedLine {
    /// Whether it is sold, not given back: its quantity is not below zero.
    #[must_use]
    pub fn is_sold(&self) -> bool {
        !self.quantity.exact().is_negative()
    }
}
