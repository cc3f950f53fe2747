//! Laws of the amounts of an order and its parts, and of the states that follow from units and items.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_money::{Currency, Exact, Money, Percent};
use l2c_orders::{
    Exchange, ExchangeDirection, ItemState, LinePrice, LineQuantity, OrderAmounts, OrderPrices,
    RejectedAndCancelled, RolledUpState, SplitBy, SplitPart,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn cents(cents: i64) -> Money {
    Money::from_minor(cents, Currency::EUR).unwrap()
}

/// Lines of 1 to 9 units, prices finer than the cent, own discounts and taxes; discounts that fit.
fn prices() -> impl Strategy<Value = OrderPrices> {
    let line = (1_i64..10, 0_i64..50_000, 0_i64..100, 0_i64..26);
    (vec(line, 1..5), 0_i64..100, 0_i64..900).prop_map(|(lines, discount, shipping)| {
        let lines = lines
            .into_iter()
            .enumerate()
            .map(|(index, (quantity, price, part, tax))| {
                let gross = (price * quantity) / 10;
                LinePrice {
                    line: index.to_string(),
                    quantity: Exact::integer(quantity),
                    unit_price: Exact::ratio(price, 1_000).unwrap(),
                    discount: cents(gross * part / 100),
                    tax: tax.to_string().parse::<Percent>().unwrap(),
                }
            });
        let mut prices = OrderPrices {
            currency: Currency::EUR,
            lines: lines.collect(),
            discount: cents(0),
            shipping: cents(shipping),
        };
        let net = OrderAmounts::new(&prices).unwrap().net.minor().unwrap();
        prices.discount = cents(net * discount / 100);
        prices
    })
}

fn sum<'a>(amounts: impl IntoIterator<Item = &'a Money>) -> Money {
    Money::sum(amounts, Currency::EUR).unwrap()
}

proptest! {
    #[test]
    fn the_discount_of_the_order_is_spread_whole(prices in prices()) {
        let amounts = OrderAmounts::new(&prices).unwrap();
        let own = sum(prices.lines.iter().map(|line| &line.discount));
        let all = sum(amounts.lines.iter().map(|line| &line.discount));
        prop_assert_eq!(all, own.checked_add(&prices.discount).unwrap());
        for line in &amounts.lines {
            prop_assert_eq!(line.net, line.gross.checked_sub(&line.discount).unwrap());
            prop_assert!(!line.net.is_negative() && !line.tax.is_negative());
        }
    }

    #[test]
    fn parts_add_up_to_the_order(prices in prices(), owners in vec(0_usize..3, 40)) {
        let amounts = OrderAmounts::new(&prices).unwrap();
        let mut parts: Vec<SplitPart> =
            (0..3).map(|part| SplitPart { part: part.to_string(), lines: Vec::new() }).collect();
        let mut owners = owners.into_iter();
        for line in &amounts.lines {
            let units = line.quantity.to_i64().unwrap();
            for _ in 0..units {
                parts[owners.next().unwrap_or(0)].lines.push(LineQuantity {
                    line: line.line.clone(), quantity: Exact::ONE,
                });
            }
        }
        let by_net = amounts.split(&parts, SplitBy::Net).unwrap();
        let by_discount = amounts.split(&parts, SplitBy::Discount).unwrap();
        for split in [&by_net, &by_discount] {
            prop_assert_eq!(sum(split.iter().map(|part| &part.total)), amounts.total);
            prop_assert_eq!(sum(split.iter().map(|part| &part.net)), amounts.net);
            prop_assert_eq!(sum(split.iter().map(|part| &part.tax)), amounts.tax);
            let discounts = split.iter().flat_map(|part| &part.lines).map(|line| &line.discount);
            prop_assert_eq!(sum(discounts), sum(amounts.lines.iter().map(|line| &line.discount)));
        }
        // By default a part has the cents of a part invoice of the same units.
        let mut done = vec![Exact::ZERO; amounts.lines.len()];
        for part in by_net.iter().flat_map(|part| &part.lines) {
            let index: usize = part.line.parse().unwrap();
            let after = &done[index] + &part.quantity;
            let invoice = amounts.lines[index].units(&done[index], &after).unwrap();
            prop_assert_eq!((part.net, part.tax), (invoice.net, invoice.tax));
            done[index] = after;
        }
    }

    #[test]
    fn what_all_units_are_credited_with_is_what_they_cost(prices in prices(), first in 1_i64..10) {
        let amounts = OrderAmounts::new(&prices).unwrap();
        let part = |units: &dyn Fn(i64) -> i64| -> Vec<LineQuantity> {
            let lines = amounts.lines.iter().filter_map(|line| {
                let quantity = Exact::integer(units(line.quantity.to_i64().unwrap()));
                quantity.is_positive().then(|| LineQuantity { line: line.line.clone(), quantity })
            });
            lines.collect()
        };
        let earlier = part(&|units| units.min(first));
        let rest = part(&|units| units - units.min(first));
        let credit = |earlier: &[LineQuantity], returned: &[LineQuantity]| {
            let exchange = Exchange { order: &amounts, earlier_returns: earlier, returned, new_lines: &prices.lines };
            exchange.settle().unwrap().credit.total().unwrap()
        };
        let goods = amounts.net.checked_add(&amounts.tax).unwrap();
        let both = credit(&[], &earlier).checked_add(&credit(&earlier, &rest)).unwrap();
        prop_assert_eq!(both, goods);
    }

    #[test]
    fn the_order_of_items_does_not_matter(items in vec(0_usize..8, 1..6), turn in 0_usize..6) {
        const STATES: [ItemState; 8] = [
            ItemState::Acknowledged, ItemState::InProgress, ItemState::Held, ItemState::Pending,
            ItemState::Completed, ItemState::Failed, ItemState::Cancelled, ItemState::Rejected,
        ];
        let items: Vec<ItemState> = items.into_iter().map(|item| STATES[item]).collect();
        let mut turned = items.clone();
        turned.rotate_left(turn % items.len());
        turned.reverse();
        for mixed in [RejectedAndCancelled::Rejected, RejectedAndCancelled::Failed] {
            prop_assert_eq!(RolledUpState::of(&items, mixed), RolledUpState::of(&turned, mixed));
        }
        let open = items.iter().any(|item| item.is_open());
        let rolled = RolledUpState::of(&items, RejectedAndCancelled::default()).unwrap();
        prop_assert_eq!(open, matches!(rolled, RolledUpState::Acknowledged | RolledUpState::InProgress));
    }
}

#[test]
fn an_order_of_rejected_and_cancelled_items_is_rejected() {
    use ItemState::{Cancelled, Completed, Failed, Rejected};
    let of = |items: &[ItemState]| RolledUpState::of(items, RejectedAndCancelled::default());
    assert_eq!(of(&[Rejected, Cancelled]), Some(RolledUpState::Rejected));
    assert_eq!(of(&[Rejected, Cancelled, Failed]), Some(RolledUpState::Failed));
    assert_eq!(of(&[Rejected, Completed]), Some(RolledUpState::Partial));
    assert_eq!(of(&[]), None);
}

#[test]
fn an_even_exchange_settles() {
    let prices = OrderPrices {
        currency: Currency::EUR,
        lines: vec![LinePrice {
            line: "1".into(),
            quantity: Exact::ONE,
            unit_price: Exact::integer(10),
            discount: cents(0),
            tax: "19".parse().unwrap(),
        }],
        discount: cents(0),
        shipping: cents(500),
    };
    let order = OrderAmounts::new(&prices).unwrap();
    let returned = [LineQuantity {
        line: "1".into(),
        quantity: Exact::ONE,
    }];
    let settled = Exchange {
        order: &order,
        earlier_returns: &[],
        returned: &returned,
        new_lines: &prices.lines,
    }
    .settle()
    .unwrap();
    assert_eq!(settled.direction, ExchangeDirection::Settled);
    // In advance: if the old one never comes, the new one is to be paid.
    assert_eq!(settled.in_advance().unwrap().due_if_not_received, cents(1_190));
}
