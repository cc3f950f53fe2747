#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeMap;

use l2c_money::{Currency, Decimal, Exact, Money, Percent, Quantity, Rounding, Unit};
use l2c_pricing::rules::FactTypes;
use l2c_pricing::{
    Catalogue, CatalogueDocument, ChangeStepDocument, ComponentDocument, Engine, Operand, PriceBook,
    PriceBookDocument, PriceEntryDocument, PriceRequest, PricedQuote, ProductDocument, ProductId,
    RequestLine, StepDocument, Waterfall, WaterfallDocument,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Three products: a whole one, one of shares, one whose components are priced.
#[derive(Debug, Clone)]
struct Shop {
    currency: Currency,
    prices: Vec<Decimal>,
    share: i64,
    /// Raises, percentage in hundredths, whether of list.
    steps: Vec<(bool, i64, bool)>,
    quantities: Vec<(usize, i64)>,
    /// Whether every other step applies to large quantities only.
    conditional: bool,
}

fn shop() -> impl Strategy<Value = Shop> {
    let currency = prop_oneof![Just(Currency::USD), Just(Currency::JPY), Just(Currency::KWD)];
    let price = (0_i64..2_000_000, 0_u32..5).prop_map(|(units, scale)| Decimal::new(units, scale));
    let steps = vec((any::<bool>(), 0_i64..=10_000, any::<bool>()), 0..4);
    let quantities = vec((0_usize..3, 1_i64..2_000), 1..7);
    let shop = (
        currency,
        vec(price, 4),
        0_i64..=10_000,
        steps,
        quantities,
        any::<bool>(),
    );
    shop.prop_map(|(currency, prices, share, steps, quantities, conditional)| Shop {
        currency,
        prices,
        share,
        steps,
        quantities,
        conditional,
    })
}

fn product(index: usize) -> ProductId {
    ProductId::from_key(["whole", "shared", "priced"][index]).unwrap()
}

impl Shop {
    fn engine(&self, negotiated: bool) -> Engine {
        let component = |id: &str, share: Option<i64>| ComponentDocument {
            id: id.into(),
            name: id.into(),
            share_of_list: share.map(|share| Percent::new(Decimal::new(share, 2)).unwrap()),
        };
        let shares = vec![
            component("x", Some(self.share)),
            component("y", Some(10_000 - self.share)),
        ];
        let parts = [vec![], shares, vec![component("x", None), component("y", None)]];
        let products = parts
            .into_iter()
            .enumerate()
            .map(|(index, components)| ProductDocument {
                id: product(index),
                name: "name".into(),
                components,
                units: BTreeMap::new(),
                attributes: BTreeMap::new(),
                configuration: None,
            });
        let catalogue = CatalogueDocument {
            id: "c".into(),
            version: 1,
            attributes: FactTypes::new(),
            products: products.collect(),
        };
        let keys = [(0, None), (1, None), (2, Some("x")), (2, Some("y"))];
        let entries = keys
            .iter()
            .zip(&self.prices)
            .map(|((index, component), price)| PriceEntryDocument {
                product: Some(product(*index)),
                component: component.map(str::to_owned),
                price: Some(*price),
                floor: Some(*price),
                ..PriceEntryDocument::default()
            });
        let (currency, entries) = (self.currency, entries.collect());
        let book = PriceBookDocument {
            id: "b".into(),
            version: 1,
            currency,
            entries,
        };
        let mut steps: Vec<StepDocument> = Vec::new();
        for (index, (raises, percent, of_list)) in self.steps.iter().enumerate() {
            let step = ChangeStepDocument {
                id: format!("s{index}"),
                label: "step".into(),
                percent: Some(Operand::Literal(Decimal::new(*percent, 2).into())),
                of: of_list.then(|| "list".to_owned()),
                when: (self.conditional && index % 2 == 1).then(|| {
                    let json = r#"{"fact": "quantity", "gte": "1000"}"#;
                    serde_json::from_str(json).unwrap()
                }),
                ..ChangeStepDocument::default()
            };
            steps.push(if *raises {
                StepDocument::Surcharge(step)
            } else {
                StepDocument::Discount(step)
            });
        }
        if negotiated {
            let (id, label) = ("n".into(), "negotiated".into());
            steps.push(StepDocument::Negotiated {
                id,
                label,
                spread: Default::default(),
            });
        }
        let waterfall = WaterfallDocument {
            id: "w".into(),
            version: 1,
            attributes: vec![],
            steps,
            line_rounding: Default::default(),
            ..WaterfallDocument::default()
        };
        Engine::new(
            Catalogue::new(&catalogue).unwrap(),
            PriceBook::new(&book).unwrap(),
            Waterfall::new(&waterfall).unwrap(),
        )
        .unwrap()
    }

    fn request(&self, sign: i64) -> PriceRequest {
        let lines = self
            .quantities
            .iter()
            .enumerate()
            .map(|(position, (index, quantity))| {
                let quantity = Quantity::new(Decimal::from(sign * quantity), Unit::ONE).unwrap();
                RequestLine::new(position.to_string(), product(*index), quantity)
            });
        PriceRequest::new("2017-03-05".parse().unwrap(), lines.collect())
    }
}

/// A total between nothing and twice the total.
fn target(total: &Money, thousandths: i64) -> Money {
    let part = (total.exact() * Exact::ratio(thousandths, 1000).unwrap())
        .round(total.currency().minor_units(), Rounding::Down);
    Money::try_from_exact(&part, total.currency()).unwrap()
}

fn sum(quote: &PricedQuote) -> Money {
    Money::sum(quote.lines().iter().map(|line| &line.net), quote.currency()).unwrap()
}

fn nets(quote: &PricedQuote) -> Vec<(String, Money)> {
    let mut nets: Vec<_> = quote
        .lines()
        .iter()
        .map(|line| (line.id.clone(), line.net))
        .collect();
    nets.sort_by(|a, b| a.0.cmp(&b.0));
    nets
}

proptest! {
    #[test]
    fn nets_add_up_to_the_target(shop in shop(), thousandths in 0_i64..2_000, back in any::<bool>()) {
        let engine = shop.engine(true);
        let request = shop.request(if back { -1 } else { 1 });
        let plain = engine.price(&request).unwrap();
        prop_assume!(!plain.net_total().is_zero());
        let target = target(&plain.net_total(), thousandths);
        let quote = engine.price(&request.with_target(target)).unwrap();
        prop_assert_eq!(sum(&quote), target);
        prop_assert_eq!(quote.net_total(), target);
        prop_assert_eq!(quote.list_total(), plain.list_total());
        for (before, after) in plain.lines().iter().zip(quote.lines()) {
            prop_assert!(after.net.minor().is_ok());
            let (before, after) = (before.net.abs().exact(), after.net.abs().exact());
            let down = thousandths <= 1_000;
            prop_assert!(if down { after <= before } else { after >= before }, "{before} to {after}");
        }
    }

    #[test]
    fn each_net_is_within_one_minor_unit_of_its_exact_share(shop in shop(), thousandths in 0_i64..2_000) {
        let engine = shop.engine(true);
        let plain = engine.price(&shop.request(1)).unwrap();
        prop_assume!(!plain.net_total().is_zero());
        let target = target(&plain.net_total(), thousandths);
        let quote = engine.price(&shop.request(1).with_target(target)).unwrap();
        let unit = Exact::ONE.checked_div(&Exact::power_of_ten(shop.currency.minor_units())).unwrap();
        for (before, after) in plain.lines().iter().zip(quote.lines()) {
            let share = (before.net.exact() * target.exact()).checked_div(&plain.net_total().exact()).unwrap();
            prop_assert!((after.net.exact() - share).abs() < unit);
        }
    }

    #[test]
    fn a_target_of_the_list_total_is_list(mut shop in shop()) {
        shop.steps.clear();
        let engine = shop.engine(true);
        let plain = engine.price(&shop.request(1)).unwrap();
        let quote = engine.price(&shop.request(1).with_target(plain.list_total())).unwrap();
        for line in quote.lines() {
            prop_assert_eq!(line.net, line.list);
        }
        prop_assert!(quote.violations().is_empty());
        prop_assert!(quote.discount_percent().is_none_or(|percent| percent.is_zero()));
    }

    #[test]
    fn a_step_of_zero_changes_nothing(mut shop in shop(), raises in any::<bool>(), of_list in any::<bool>()) {
        let without = shop.engine(false).price(&shop.request(1)).unwrap();
        shop.steps.push((raises, 0, of_list));
        let with = shop.engine(false).price(&shop.request(1)).unwrap();
        prop_assert_eq!(nets(&with), nets(&without));
    }

    #[test]
    fn a_return_mirrors_its_sale(shop in shop(), thousandths in 0_i64..2_000) {
        let engine = shop.engine(true);
        let plain = engine.price(&shop.request(1)).unwrap();
        prop_assume!(!plain.net_total().is_zero());
        let target = target(&plain.net_total(), thousandths);
        let sale = engine.price(&shop.request(1).with_target(target)).unwrap();
        let back = engine.price(&shop.request(-1).with_target(target.negated())).unwrap();
        for (sale, back) in sale.lines().iter().zip(back.lines()) {
            prop_assert_eq!(sale.net, back.net.negated());
            prop_assert_eq!(sale.list, back.list.negated());
            for (sale, back) in sale.rows.iter().zip(&back.rows) {
                prop_assert_eq!(&sale.amount, &-&back.amount);
            }
        }
        prop_assert_eq!(sale.discount_percent(), back.discount_percent());
        // Low for a sale is high for a return: both are below the floor, by the same amount.
        let shortfalls = |quote: &PricedQuote| -> Vec<(String, Money)> {
            let found = quote.violations().iter();
            found.map(|v| (v.request_line.clone(), v.shortfall().unwrap())).collect()
        };
        prop_assert_eq!(shortfalls(&sale), shortfalls(&back));
    }

    #[test]
    fn the_order_of_lines_does_not_matter_but_for_ties(shop in shop(), thousandths in 0_i64..2_000, turn in 0_usize..6) {
        let engine = shop.engine(true);
        let request = shop.request(1);
        let mut turned = request.clone();
        turned.lines.rotate_left(turn % request.lines.len());
        turned.lines.reverse();
        let plain = engine.price(&request).unwrap();
        prop_assert_eq!(nets(&plain), nets(&engine.price(&turned).unwrap()));
        prop_assume!(!plain.net_total().is_zero());
        let target = target(&plain.net_total(), thousandths);
        let difference = target.exact() - plain.net_total().exact();
        let unit = Exact::power_of_ten(shop.currency.minor_units());
        let fraction = |line: &l2c_pricing::PricedLine| {
            let share = (&difference * line.net.exact()).checked_div(&plain.net_total().exact()).unwrap();
            let units = share.abs() * &unit;
            &units - units.floor()
        };
        let mut fractions: Vec<Exact> = plain.lines().iter().map(fraction).collect();
        fractions.sort();
        let ties = fractions.windows(2).any(|pair| pair[0] == pair[1]);
        let first = engine.price(&request.with_target(target)).unwrap();
        let second = engine.price(&turned.with_target(target)).unwrap();
        prop_assert_eq!(first.net_total(), second.net_total());
        if !ties {
            prop_assert_eq!(nets(&first), nets(&second));
        }
    }

    #[test]
    fn an_explanation_recomputes_to_every_net(shop in shop(), thousandths in 0_i64..2_000) {
        let engine = shop.engine(true);
        let plain = engine.price(&shop.request(1)).unwrap();
        prop_assume!(!plain.net_total().is_zero());
        let request = shop.request(1).with_target(target(&plain.net_total(), thousandths));
        let explained = engine.explain(&request).unwrap();
        prop_assert_eq!(explained.quote(), &engine.price(&request).unwrap());
        prop_assert_eq!(explained.net_total().recompute().unwrap(), explained.quote().net_total().exact());
        for line in explained.quote().lines() {
            prop_assert_eq!(explained.line(&line.id).unwrap().recompute().unwrap(), line.net.exact());
        }
    }

    #[test]
    fn a_whole_line_is_list_times_its_factors_rounded_once(price in 0_i64..2_000_000, percents in vec(0_i64..=100, 0..5), quantity in 1_i64..500) {
        let shop = Shop {
            currency: Currency::USD,
            prices: vec![Decimal::new(price, 3); 4],
            share: 0,
            steps: percents.iter().map(|percent| (false, percent * 100, false)).collect(),
            quantities: vec![(0, quantity)],
            conditional: false,
        };
        let quote = shop.engine(false).price(&shop.request(1)).unwrap();
        let hundred = i64::pow(100, u32::try_from(percents.len()).unwrap());
        let left: i64 = percents.iter().map(|percent| 100 - percent).product();
        // Thousandths of a dollar to cents, half up, in whole numbers.
        let (over, under) = (i128::from(price) * i128::from(quantity) * i128::from(left), i128::from(hundred) * 10);
        let cents = (2 * over + under) / (2 * under);
        prop_assert_eq!(i128::from(quote.net_total().minor().unwrap()), cents);
    }

    #[test]
    fn the_components_of_a_product_add_up_to_its_list_price(shop in shop()) {
        let mut whole = shop.clone();
        whole.prices[0] = shop.prices[1];
        for (index, _) in &mut whole.quantities {
            *index = 0;
        }
        let mut shared = shop.clone();
        for (index, _) in &mut shared.quantities {
            *index = 1;
        }
        let whole = whole.engine(false).price(&whole.request(1)).unwrap();
        let shared = shared.engine(false).price(&shared.request(1)).unwrap();
        prop_assert_eq!(whole.list_total(), shared.list_total());
    }

    #[test]
    fn a_priced_quote_survives_storage(shop in shop()) {
        let request = shop.request(1);
        let json = serde_json::to_string(&request).unwrap();
        prop_assert_eq!(&serde_json::from_str::<PriceRequest>(&json).unwrap(), &request);
        let quote = shop.engine(true).price(&request).unwrap();
        let json = serde_json::to_string(&quote).unwrap();
        prop_assert_eq!(serde_json::from_str::<PricedQuote>(&json).unwrap(), quote);
    }

    #[test]
    fn the_waterfall_of_the_document_is_the_sum_of_its_lines(shop in shop()) {
        let quote = shop.engine(true).price(&shop.request(1)).unwrap();
        let rows = quote.waterfall();
        let subtotal = rows.last().unwrap().subtotal.clone();
        prop_assert_eq!(subtotal, quote.net_total().exact());
        prop_assert_eq!(&rows[0].step, "list");
    }
}
