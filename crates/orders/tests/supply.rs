//! Laws of what can be promised and allocated, and figures worked by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, Weekday};
use l2c_calendar::BusinessCalendar;
use l2c_money::Exact;
use l2c_orders::{
    AllocationRule, DatedQuantity, DeliveryRoute, DiscreteAvailability, StockAllocation, StockReceipt,
    Supply, WaitingLine, WaitingOrder,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn day(offset: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + Days::new(offset)
}

fn tenths(tenths: i64) -> Exact {
    Exact::ratio(tenths, 10).unwrap()
}

fn dated() -> impl Strategy<Value = Vec<DatedQuantity>> {
    let entry = (0_u64..40, 0_i64..300).prop_map(|(at, quantity)| DatedQuantity {
        date: day(at),
        quantity: tenths(quantity),
    });
    vec(entry, 0..8)
}

fn supply() -> impl Strategy<Value = Supply> {
    let lead_time = proptest::option::of(0_u32..40);
    (0_i64..400, 0_i64..100, 0_i64..100, dated(), dated(), lead_time).prop_map(
        |(on_hand, reserved, safety, receipts, demands, lead_time)| Supply {
            today: day(5),
            on_hand: tenths(on_hand),
            reserved: tenths(reserved),
            safety_stock: tenths(safety),
            receipts,
            demands,
            replenishment_lead_time_days: lead_time,
        },
    )
}

/// What a day has, by its definition.
fn projected(supply: &Supply, on: NaiveDate) -> Exact {
    let up_to = |entries: &[DatedQuantity]| -> Exact {
        let due = entries.iter().filter(|entry| entry.date.max(supply.today) <= on);
        due.map(|entry| &entry.quantity).sum()
    };
    &supply.on_hand - &supply.reserved - &supply.safety_stock + up_to(&supply.receipts)
        - up_to(&supply.demands)
}

/// The first day on which a projected stock falls below zero.
fn first_shortage(supply: &Supply) -> Option<NaiveDate> {
    (5..60)
        .map(day)
        .find(|date| projected(supply, *date).is_negative())
}

proptest! {
    #[test]
    fn available_to_promise_is_the_least_of_all_later_days(supply in supply()) {
        let found = supply.available_to_promise().unwrap();
        prop_assert_eq!(found[0].date, supply.today);
        for pair in found.windows(2) {
            prop_assert!(pair[0].quantity <= pair[1].quantity, "it never falls");
        }
        for entry in &found {
            let later = (0..60).map(|offset| entry.date + Days::new(offset));
            let least = later.map(|date| projected(&supply, date)).min().unwrap();
            prop_assert_eq!(&entry.quantity, &least.max(Exact::ZERO));
        }
    }

    #[test]
    fn a_promise_makes_no_commitment_late(supply in supply(), quantity in 1_i64..600, requested in 0_u64..40) {
        prop_assume!(first_shortage(&supply).is_none());
        let promise = supply.promise(day(requested), &tenths(quantity)).unwrap();
        let promised: Exact = promise.schedule.iter().map(|line| &line.quantity).sum();
        prop_assert_eq!(promised + &promise.unpromised, tenths(quantity));
        let replenished = supply.replenishment_lead_time_days.map(|days| supply.today + Days::new(u64::from(days)));
        let mut after = supply.clone();
        for line in promise.schedule {
            // What is promised from the lead time on comes from supply that is not listed.
            if replenished.is_none_or(|replenished| line.date < replenished.max(day(requested))) {
                after.demands.push(line);
            }
        }
        prop_assert_eq!(first_shortage(&after), None);
    }

    #[test]
    fn more_supply_never_makes_a_promise_later_and_more_demand_never_earlier(
        supply in supply(), more in dated(), quantity in 1_i64..600,
    ) {
        let ask = |supply: &Supply| {
            let promise = supply.promise(supply.today, &tenths(quantity)).unwrap();
            (promise.full_promise_date.unwrap_or(NaiveDate::MAX), promise.unpromised)
        };
        let now = ask(&supply);
        let mut richer = supply.clone();
        richer.receipts.extend(more.clone());
        let mut poorer = supply;
        poorer.demands.extend(more);
        let (richer, poorer) = (ask(&richer), ask(&poorer));
        prop_assert!(richer.0 <= now.0 && richer.1 <= now.1);
        prop_assert!(poorer.0 >= now.0 && poorer.1 >= now.1);
    }

    #[test]
    fn periods_neither_gain_nor_lose_units(
        on_hand in 0_i64..200, periods in vec((0_i64..100, 0_i64..100), 1..10),
    ) {
        let (receipts, demands): (Vec<Exact>, Vec<Exact>) =
            periods.iter().map(|(receipt, demand)| (tenths(*receipt), tenths(*demand))).unzip();
        let found = DiscreteAvailability::new(&tenths(on_hand), &receipts, &demands).unwrap();
        let left: Exact = tenths(on_hand) + receipts.iter().sum::<Exact>() - demands.iter().sum::<Exact>();
        prop_assert_eq!(found.uncorrected.iter().sum::<Exact>(), left.clone());
        prop_assert_eq!(found.corrected.iter().sum::<Exact>(), left);
        prop_assert!(found.corrected[1..].iter().all(|left| !left.is_negative()));
    }

    #[test]
    fn no_unit_of_stock_is_given_twice(
        stock in vec(0_i64..200, 3),
        orders in vec((0_i64..3, 0_u64..5, 0_usize..3, vec((0_usize..3, 1_i64..80), 1..4)), 0..6),
        receipts in vec((0_u64..9, 0_usize..3, 1_i64..90), 0..4),
    ) {
        let articles = ["a", "b", "c"];
        let rules = [AllocationRule::Partial, AllocationRule::LineComplete, AllocationRule::ShipComplete];
        let stock: BTreeMap<String, Exact> =
            articles.iter().zip(stock).map(|(article, quantity)| ((*article).into(), tenths(quantity))).collect();
        let orders: Vec<WaitingOrder> = orders.into_iter().enumerate().map(|(index, (priority, on, rule, lines))| {
            let lines = lines.into_iter().enumerate().map(|(line, (article, quantity))| WaitingLine {
                line: line.to_string(), article: articles[article].into(), quantity: tenths(quantity),
            });
            WaitingOrder {
                order: index.to_string(), priority, order_date: day(on), rule: rules[rule], lines: lines.collect(),
            }
        }).collect();
        let receipts: Vec<StockReceipt> = receipts.into_iter().map(|(on, article, quantity)| StockReceipt {
            date: day(on), article: articles[article].into(), quantity: tenths(quantity),
        }).collect();
        let found = StockAllocation::new(&stock, &orders, &receipts).unwrap();
        let lines: Vec<&WaitingLine> = orders.iter().flat_map(|order| &order.lines).collect();
        for article in articles {
            let came: Exact = receipts.iter().filter(|it| it.article == article).map(|it| &it.quantity).sum();
            let given: Exact = found.lines.iter().zip(&lines).filter(|(_, line)| line.article == article)
                .map(|(found, _)| &found.allocated).sum();
            let left = found.runs.last().unwrap().free.get(article).cloned().unwrap_or_default();
            prop_assert!(!left.is_negative());
            prop_assert_eq!(stock[article].clone() + came, given + left);
        }
        for (line, waiting) in found.lines.iter().zip(&lines) {
            prop_assert_eq!(&(&line.allocated + &line.backordered), &waiting.quantity);
            prop_assert!(!line.allocated.is_negative() && !line.backordered.is_negative());
        }
        for order in orders.iter().filter(|order| order.rule == AllocationRule::ShipComplete) {
            let mut of_order = found.lines.iter().filter(|line| line.order == order.order);
            let all = of_order.clone().all(|line| line.backordered.is_zero());
            prop_assert!(all || of_order.all(|line| line.allocated.is_zero()));
        }
    }
}

#[test]
fn shipper_carrier_and_receiver_each_work_on_their_own_days() {
    let plain = BusinessCalendar::default();
    let route = DeliveryRoute {
        shipper: plain.clone(),
        // The carrier does not drive on Mondays, and does on Saturdays.
        carrier: BusinessCalendar {
            weekend: vec![Weekday::Sun, Weekday::Mon],
            ..plain.clone()
        },
        receiver: BusinessCalendar {
            holidays: [day(11)].into(),
            ..plain
        },
        pick_pack_days: 1,
        transit_days: 1,
    };
    // 6 March 2026 is a Friday: packed on Monday, driven from Tuesday, there on Wednesday.
    let dates = route.from_material(day(5)).unwrap();
    assert_eq!((dates.ship_date, dates.delivery_date), (day(9), day(10)));
    // Wanted on Thursday, a holiday there: it has to come on Wednesday.
    let latest = route.to_wanted(day(11)).unwrap();
    assert_eq!((latest.ship_date, latest.material_date), (day(9), day(8)));
}

#[test]
fn days_that_never_come_are_refused() {
    let never = BusinessCalendar {
        weekend: vec![
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
            Weekday::Sat,
            Weekday::Sun,
        ],
        ..BusinessCalendar::default()
    };
    let refused = DeliveryRoute::new(&never, 0, 0)
        .from_material(day(0))
        .unwrap_err();
    assert_eq!(refused.code(), "no_business_day");
    let endless = DeliveryRoute::new(&BusinessCalendar::default(), u32::MAX, 0);
    assert_eq!(endless.from_material(day(0)).unwrap_err().code(), "invalid_days");
    let last = DeliveryRoute::new(&BusinessCalendar::default(), 5, 0);
    assert_eq!(
        last.from_material(NaiveDate::MAX).unwrap_err().code(),
        "date_out_of_range"
    );
}
