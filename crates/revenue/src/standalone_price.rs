use l2c_documents::Fault;
use l2c_explain::NoTrace;
use l2c_money::{Currency, Decimal, Money, Price, dec};
use serde::{Deserialize, Serialize};

use crate::observed_price::{Band, Centre, MAX_OBSERVED_PRICES, ObservedPrices};
use crate::price_context::PriceContext;
use crate::terms::fault;
use crate::{Paragraph, RevenueError};

/// What an obligation would sell for alone, by the evidence there is (606-10-32-32 to 32-34). Rates are parts of one:
/// 0.25 is 25 %.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum StandalonePrice {
    /// A price at which it is sold separately; zero or above, of any precision.
    Observable {
        /// The price.
        price: Money,
    },
    /// What the market would pay, adjusted to the entity (606-10-32-34(a)): price x (1 + adjustment), rounded.
    AdjustedMarket {
        /// The price in the market.
        market_price: Money,
        /// What the entity adds to it, or below zero takes off.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        adjustment: Decimal,
    },
    /// Expected cost and an appropriate margin (606-10-32-34(b)): cost x (1 + margin), rounded.
    CostPlusMargin {
        /// The expected cost.
        cost: Money,
        /// The margin on the cost.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        margin: Decimal,
    },
    /// A range of prices. A stated price inside it, ends included, is the stand-alone price; without a stated price the
    /// middle is.
    Range {
        /// The lower end, zero or above.
        low: Money,
        /// The point in between that stands for the range.
        mid: Money,
        /// The upper end.
        high: Money,
        /// What a stated price outside the range becomes.
        #[serde(default)]
        outside: OutsideRange,
    },
    /// Prices of separate sales: their centre, rounded, if enough of them lie close to it.
    Observed {
        /// The prices.
        prices: Vec<Money>,
        /// Which price is their centre.
        #[serde(default)]
        centre: Centre,
        /// How far from the centre a price may lie, as a part of the centre; the ends belong to the band.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        band: Decimal,
        /// The part of the prices that must lie in the band; a half if nothing is said.
        #[serde(with = "l2c_money::decimal_string", default = "half")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
        minimum_share: Decimal,
    },
    /// An option that gives a material right (606-10-55-44): expected purchases x the discount beyond what others get x
    /// likelihood of exercise, rounded.
    MaterialRight {
        /// What the customer is expected to buy at the discount, before it.
        expected_purchases: Money,
        /// The discount of the option.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        discount: Decimal,
        /// The discount that the customer would get without the option.
        #[serde(with = "l2c_money::decimal_string", default)]
        #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
        general_discount: Decimal,
        /// How likely the exercise is, from 0 to 1.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        likelihood: Decimal,
    },
    /// Points that the customer collects (606-10-55-44): points x value of one, rounded.
    Points {
        /// The points that are expected to be redeemed.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        expected_redeemed: Decimal,
        /// What one is worth.
        #[cfg_attr(feature = "schema", schemars(with = "Money"))]
        value_per_point: Price,
    },
    /// What an allocation leaves (606-10-32-34(c)). One of the two reasons must be given.
    Residual {
        /// The good is sold at a broad range of prices.
        #[serde(default)]
        highly_variable: bool,
        /// No price is set yet, and it has not been sold separately.
        #[serde(default)]
        not_yet_priced: bool,
        /// The least that faithfully depicts its price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low: Option<Money>,
        /// The most that faithfully depicts its price.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        high: Option<Money>,
    },
}

/// What a stated price outside the range of stand-alone prices becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OutsideRange {
    /// The nearer end.
    #[default]
    Nearest,
    /// The lower end.
    Low,
    /// The middle.
    Mid,
    /// The upper end.
    High,
}

impl StandalonePrice {
    /// A price at which the obligation is sold separately.
    #[must_use]
    pub const fn observable(price: Money) -> Self {
        Self::Observable { price }
    }

    /// Whether it is what an allocation leaves.
    #[must_use]
    pub const fn is_residual(&self) -> bool {
        matches!(self, Self::Residual { .. })
    }

    /// Whether a price lies in the range, ends included; none where there is no range.
    pub(crate) fn contains(&self, price: Money) -> Option<bool> {
        match self {
            Self::Range { low, high, .. } => Some(lies_in(*low, *high, price)),
            _ => None,
        }
    }

    /// The band around the centre of observed prices; none of other evidence.
    pub(crate) fn band(&self) -> Option<Band> {
        match self {
            Self::Observed {
                prices,
                centre,
                band,
                minimum_share,
            } => ObservedPrices::of(prices, *centre, *band, *minimum_share).band(),
            _ => None,
        }
    }

    /// Everything that is wrong with it, at a path of a document in a currency.
    pub(crate) fn faults(&self, currency: Currency, path: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut refuse = |field: &str, code, found: String, expected: String, paragraph: Paragraph| {
            let path = if field.is_empty() {
                path.to_owned()
            } else {
                format!("{path}.{field}")
            };
            faults.push(fault(path, code, &found, &format!("{expected} ({paragraph})")));
        };
        let price = Paragraph::STANDALONE_PRICE;
        for (field, amount, of, negative) in self.amounts() {
            if of != currency {
                refuse(
                    &field,
                    "currency_mismatch",
                    amount,
                    format!("a price in {currency}"),
                    price,
                );
            } else if negative && !matches!(self, Self::Range { .. }) {
                refuse(
                    &field,
                    "negative_standalone_price",
                    amount,
                    "zero or above".to_owned(),
                    price,
                );
            }
        }
        match self {
            Self::AdjustedMarket { adjustment: rate, .. } | Self::CostPlusMargin { margin: rate, .. }
                if *rate < dec!(-1) =>
            {
                let (field, paragraph) = match self {
                    Self::AdjustedMarket { .. } => ("adjustment", Paragraph::ADJUSTED_MARKET),
                    _ => ("margin", Paragraph::COST_PLUS_MARGIN),
                };
                let expected = "-1 or above, so that the price is not below zero".to_owned();
                refuse(
                    field,
                    "negative_standalone_price",
                    rate.to_string(),
                    expected,
                    paragraph,
                );
            }
            Self::Range { low, mid, high, .. } => {
                let ends = [Decimal::ZERO, low.amount(), mid.amount(), high.amount()];
                if !ends.is_sorted() {
                    let found = format!("{low}, {mid}, {high}");
                    let expected = "0 <= low <= mid <= high".to_owned();
                    refuse("", "invalid_range", found, expected, Paragraph::ESTIMATE);
                }
            }
            Self::Observed { prices, .. } if prices.len() > MAX_OBSERVED_PRICES => {
                let expected = format!("1 to {MAX_OBSERVED_PRICES}");
                refuse("prices", "count", prices.len().to_string(), expected, price);
            }
            Self::MaterialRight { likelihood, .. }
                if *likelihood < Decimal::ZERO || *likelihood > Decimal::ONE =>
            {
                let expected = "a probability from 0 to 1".to_owned();
                refuse(
                    "likelihood",
                    "invalid_probability",
                    likelihood.to_string(),
                    expected,
                    Paragraph::OPTION_PRICE,
                );
            }
            Self::Points {
                expected_redeemed, ..
            } if expected_redeemed.is_sign_negative() => {
                let found = expected_redeemed.to_string();
                let expected = "zero or above".to_owned();
                refuse(
                    "expected_redeemed",
                    "negative_standalone_price",
                    found,
                    expected,
                    Paragraph::OPTION_PRICE,
                );
            }
            Self::Residual {
                highly_variable,
                not_yet_priced,
                low,
                high,
            } => {
                if !highly_variable && !not_yet_priced {
                    let expected = "a price that is highly variable or not set yet".to_owned();
                    refuse(
                        "",
                        "residual_not_permitted",
                        "neither".to_owned(),
                        expected,
                        Paragraph::RESIDUAL,
                    );
                }
                if let (Some(low), Some(high)) = (low, high)
                    && low.amount() > high.amount()
                {
                    let found = format!("{low}, {high}");
                    refuse(
                        "",
                        "invalid_range",
                        found,
                        "low <= high".to_owned(),
                        Paragraph::RESIDUAL,
                    );
                }
            }
            _ => {}
        }
        if faults.is_empty()
            && let Err(error) = self.in_bounds(currency)
        {
            let (found, expected) = match &error {
                RevenueError::StandalonePriceNotEstablished {
                    inside,
                    observed,
                    required,
                    ..
                } => (
                    format!("{inside} of {observed} prices near their centre"),
                    format!("a part of {required} of them at least ({})", Paragraph::ESTIMATE),
                ),
                other => (other.to_string(), format!("other evidence ({price})")),
            };
            faults.push(fault(path, error.code(), &found, &expected));
        }
        faults
    }

    /// Whether it can be computed, whatever price is stated.
    fn in_bounds(&self, currency: Currency) -> Result<(), RevenueError> {
        let context = PriceContext::plain(currency);
        if let Some(price) = self.figure(&mut NoTrace, &context, "", None)? {
            Money::try_from_exact(&price.value, currency)?;
        }
        Ok(())
    }

    /// Each amount with its field, its currency, and whether it is below zero.
    fn amounts(&self) -> Vec<(String, String, Currency, bool)> {
        let row = |field: &str, amount: &Money| {
            (
                field.to_owned(),
                amount.to_string(),
                amount.currency(),
                amount.is_negative(),
            )
        };
        match self {
            Self::Observable { price } => vec![row("price", price)],
            Self::AdjustedMarket { market_price, .. } => vec![row("market_price", market_price)],
            Self::CostPlusMargin { cost, .. } => vec![row("cost", cost)],
            Self::Range { low, mid, high, .. } => vec![row("low", low), row("mid", mid), row("high", high)],
            Self::Observed { prices, .. } => {
                let numbered = prices.iter().take(MAX_OBSERVED_PRICES).enumerate();
                numbered
                    .map(|(index, price)| row(&format!("prices[{index}]"), price))
                    .collect()
            }
            Self::MaterialRight {
                expected_purchases, ..
            } => vec![row("expected_purchases", expected_purchases)],
            Self::Points {
                value_per_point: value,
                ..
            } => {
                let negative = value.amount().is_sign_negative();
                vec![(
                    "value_per_point".to_owned(),
                    value.to_string(),
                    value.currency(),
                    negative,
                )]
            }
            Self::Residual { low, high, .. } => {
                let ends = [("low", low), ("high", high)];
                ends.into_iter()
                    .filter_map(|(field, end)| Some(row(field, end.as_ref()?)))
                    .collect()
            }
        }
    }
}

pub(crate) fn lies_in(low: Money, high: Money, price: Money) -> bool {
    low.amount() <= price.amount() && price.amount() <= high.amount()
}

fn half() -> Decimal {
    dec!(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(amount: &str) -> Money {
        Money::new(amount.parse().unwrap(), Currency::USD).unwrap()
    }

    fn price(ssp: &StandalonePrice, stated: Option<&str>) -> String {
        let figure = ssp.figure(
            &mut NoTrace,
            &PriceContext::plain(Currency::USD),
            "a",
            stated.map(usd),
        );
        figure
            .unwrap()
            .map_or_else(|| "residual".to_owned(), |figure| figure.value.to_string())
    }

    fn codes(ssp: &StandalonePrice) -> Vec<&'static str> {
        ssp.faults(Currency::USD, "ssp")
            .iter()
            .map(|fault| fault.code)
            .collect()
    }

    #[test]
    fn a_stated_price_outside_the_range_becomes_what_the_policy_says() {
        let range = |outside| StandalonePrice::Range {
            low: usd("90"),
            mid: usd("95.5"),
            high: usd("110"),
            outside,
        };
        for (outside, below, above) in [
            (OutsideRange::Nearest, "90", "110"),
            (OutsideRange::Low, "90", "90"),
            (OutsideRange::Mid, "95.5", "95.5"),
            (OutsideRange::High, "110", "110"),
        ] {
            let range = range(outside);
            assert_eq!(price(&range, Some("89.99")), below);
            assert_eq!(price(&range, Some("110.01")), above);
            assert_eq!(price(&range, Some("90")), "90");
            assert_eq!(price(&range, Some("110")), "110");
            assert_eq!(price(&range, None), "95.5");
        }
    }

    #[test]
    fn the_centre_of_prices_is_their_median_or_their_mean() {
        let observed = |prices: &[&str], statistic| StandalonePrice::Observed {
            prices: prices.iter().map(|price| usd(price)).collect(),
            centre: statistic,
            band: dec!(0.5),
            minimum_share: dec!(0.5),
        };
        assert_eq!(price(&observed(&["10", "30", "11"], Centre::Median), None), "11");
        assert_eq!(
            price(&observed(&["10", "30", "11", "12.01"], Centre::Median), None),
            "11.51"
        );
        assert_eq!(price(&observed(&["7"], Centre::Median), None), "7");
        assert_eq!(price(&observed(&["10", "13", "11"], Centre::Mean), None), "11.33");
        assert_eq!(codes(&observed(&[], Centre::Mean)), ["ssp_not_established"]);
        assert_eq!(
            codes(&observed(&["1", "2", "9"], Centre::Mean)),
            ["ssp_not_established"]
        );
        // Half of the prices are enough, and the ends of the band belong to it.
        assert_eq!(codes(&observed(&["5", "15", "0", "20"], Centre::Mean)), [""; 0]);
    }

    #[test]
    fn a_discount_that_everybody_gets_is_no_right() {
        let option = |general| StandalonePrice::MaterialRight {
            expected_purchases: usd("50"),
            discount: dec!(0.4),
            general_discount: general,
            likelihood: dec!(0.8),
        };
        assert_eq!(price(&option(dec!(0.1)), None), "12");
        assert_eq!(price(&option(dec!(0.5)), None), "0");
    }

    #[test]
    fn a_residual_has_no_price_before_the_allocation() {
        let residual = |highly_variable, low, high| StandalonePrice::Residual {
            highly_variable,
            not_yet_priced: false,
            low,
            high,
        };
        assert_eq!(price(&residual(true, None, None), None), "residual");
        assert_eq!(codes(&residual(true, Some(usd("1")), Some(usd("1")))), [""; 0]);
        assert_eq!(codes(&residual(false, None, None)), ["residual_not_permitted"]);
        assert_eq!(
            codes(&residual(true, Some(usd("2")), Some(usd("1")))),
            ["invalid_range"]
        );
    }
}
