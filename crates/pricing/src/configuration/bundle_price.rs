use std::collections::BTreeMap;

use l2c_money::{Exact, Percent, Quantity};
use serde::{Deserialize, Serialize};

use super::configurator::{Configurator, Selection};
use crate::{PricingError, ProductId, RequestLine};

/// What an option's price is taken times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OptionPricing {
    /// Its quantity for each bundle. What comes in a fixed number is shared by the bundles.
    #[default]
    TimesQuantity,
    /// Nothing: once, whatever its quantity.
    Once,
}

/// What a discount is taken of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DiscountScope {
    /// The base price and the options.
    #[default]
    All,
    /// The base price alone.
    Base,
}

/// The price of one bundle, exact, in the currency of its base price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundlePrice {
    /// Base price and options.
    pub price: Exact,
    /// After the discount.
    pub net: Exact,
}

impl Configurator<'_> {
    /// How many there are of each selected option, for all bundles together.
    #[must_use]
    pub fn quantities(&self, selection: &Selection) -> BTreeMap<String, Exact> {
        let chosen = self.chosen(selection);
        let options = self.model.options.iter().zip(&self.quantities).zip(chosen);
        options
            .filter(|(_, chosen)| *chosen)
            .map(|((option, quantity), _)| (option.id.clone(), quantity.clone()))
            .collect()
    }

    /// What one bundle costs, from its base price and the prices of the model. Nothing is rounded.
    ///
    /// # Errors
    /// `division_by_zero`, if there are no bundles that a fixed number could be shared by.
    pub fn price(
        &self,
        selection: &Selection,
        base: &Exact,
        pricing: OptionPricing,
        discount: Percent,
        scope: DiscountScope,
    ) -> Result<BundlePrice, PricingError> {
        let chosen = self.chosen(selection);
        let mut options = Exact::ZERO;
        for ((option, quantity), chosen) in self.model.options.iter().zip(&self.quantities).zip(chosen) {
            if !chosen || option.price.is_zero() {
                continue;
            }
            options += &match pricing {
                OptionPricing::Once => option.price.clone(),
                OptionPricing::TimesQuantity => {
                    (&option.price * quantity).checked_div(&self.circumstances.bundle_quantity)?
                }
            };
        }
        let price = base + &options;
        let off = match scope {
            DiscountScope::All => discount.of(&price),
            DiscountScope::Base => discount.of(base),
        };
        let net = &price - &off;
        Ok(BundlePrice { price, net })
    }

    /// The lines that price a configured bundle: the bundle as `line`, then each selected option that is a product, as
    /// `line.option`, in the order of the model, with its quantity for all bundles together.
    ///
    /// An option with a price of the model and without a product is part of [`Configurator::price`] alone: give it a
    /// product to have it on the quote.
    ///
    /// # Errors
    /// [`PricingError::InvalidSelection`] with the first violation of a selection that is not valid; a quantity outside
    /// the bounds of [`Quantity`].
    pub fn request_lines(
        &self,
        line: &str,
        bundle: &ProductId,
        selection: &Selection,
    ) -> Result<Vec<RequestLine>, PricingError> {
        if let Some(violation) = self.validate(selection).into_iter().next() {
            return Err(PricingError::InvalidSelection {
                bundle: bundle.clone(),
                violation: Box::new(violation),
            });
        }
        let pieces = |quantity: &Exact, unit| Quantity::new(quantity.to_decimal()?, unit);
        let bundles = pieces(&self.circumstances.bundle_quantity, l2c_money::Unit::ONE)?;
        let mut lines = vec![RequestLine::new(line, bundle.clone(), bundles)];
        let chosen = self.chosen(selection);
        for ((option, quantity), chosen) in self.model.options.iter().zip(&self.quantities).zip(chosen) {
            if let Some(product) = option.product.as_ref().filter(|_| chosen) {
                let quantity = pieces(quantity, option.unit)?;
                lines.push(RequestLine::new(
                    format!("{line}.{}", option.id),
                    product.clone(),
                    quantity,
                ));
            }
        }
        Ok(lines)
    }
}
