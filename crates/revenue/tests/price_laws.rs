//! What holds for every transaction price, allocation, schedule and financing component.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_calendar::{CalendarUnit, FiscalPeriods, NaiveDate, NamedPeriod, Period};
use l2c_money::{Currency, Decimal, Exact, Money, Price, Remainder, Rounding, RoundingPolicy, dec};
use l2c_revenue::*;
use proptest::prelude::*;
use proptest::sample::{Index, select};

fn currency() -> impl Strategy<Value = Currency> {
    select(vec![Currency::USD, Currency::JPY, Currency::KWD])
}

fn money(units: i64, currency: Currency) -> Money {
    Money::from_minor(units, currency).unwrap()
}

/// A part of one in hundredths.
fn hundredths(of: i64) -> Decimal {
    Decimal::new(of, 2)
}

/// Evidence of a stand-alone price of one minor unit at least.
fn evidence(currency: Currency) -> impl Strategy<Value = StandalonePrice> {
    let money = move |units| money(units, currency);
    prop_oneof![
        (1..1_000_000_i64).prop_map(move |price| StandalonePrice::observable(money(price))),
        (100..100_000_i64, -50..100_i64).prop_map(move |(price, adjustment)| {
            StandalonePrice::AdjustedMarket {
                market_price: money(price),
                adjustment: hundredths(adjustment),
            }
        }),
        (100..100_000_i64, -50..100_i64).prop_map(move |(cost, margin)| StandalonePrice::CostPlusMargin {
            cost: money(cost),
            margin: hundredths(margin),
        }),
        (1..1000_i64, 0..1000_i64, 0..1000_i64).prop_map(move |(low, above, more)| StandalonePrice::Range {
            low: money(low),
            mid: money(low + above),
            high: money(low + above + more),
            outside: OutsideRange::Nearest,
        }),
        (prop::collection::vec(100..200_i64, 1..8), any::<bool>()).prop_map(move |(prices, mean)| {
            StandalonePrice::Observed {
                prices: prices.into_iter().map(money).collect(),
                centre: if mean { Centre::Mean } else { Centre::Median },
                band: dec!(1),
                minimum_share: dec!(0.5),
            }
        }),
        (1..10_000_i64, 1..100_i64).prop_map(move |(points, value)| StandalonePrice::Points {
            expected_redeemed: Decimal::from(points),
            value_per_point: Price::new(money(value).amount(), currency).unwrap(),
        }),
    ]
}

/// A request with parts for all and parts for some, and bundles that may count.
fn request() -> impl Strategy<Value = AllocationDocument> {
    currency().prop_flat_map(|currency| {
        let obligations = prop::collection::vec((evidence(currency), prop::option::of(1..2000_i64)), 1..6);
        let price = prop_oneof![-1_000_000..1_000_000_i64, -20..20_i64];
        let part = (
            -10_000..10_000_i64,
            prop::collection::vec(any::<Index>(), 1..3),
            any::<(bool, bool)>(),
        );
        let bundle = (any::<(Index, Index)>(), 0..100_000_i64, any::<bool>());
        (
            obligations,
            price,
            prop::collection::vec(part, 0..3),
            prop::option::of(bundle),
            select(vec![Remainder::Largest, Remainder::First, Remainder::Last]),
            any::<bool>(),
        )
            .prop_map(move |(obligations, price, parts, bundle, remainder, keep)| {
                let name = |index: &Index| format!("o{}", index.index(obligations.len()));
                let targeted = parts.iter().enumerate().map(|(at, (amount, to, tests))| {
                    let mut to: Vec<String> = to.iter().map(name).collect();
                    to.dedup();
                    TargetedPart {
                        id: format!("p{at}"),
                        amount: money(*amount, currency),
                        allocate_to: to,
                        relates_specifically: tests.0,
                        objective_met: tests.1,
                    }
                });
                let targeted = targeted.collect();
                let bundles = bundle.iter().filter_map(|((a, b), price, regularly_sold)| {
                    let members = vec![name(a), name(b)];
                    (members[0] != members[1]).then(|| Bundle {
                        members,
                        price: money(*price, currency),
                        regularly_sold: *regularly_sold,
                    })
                });
                let bundles = bundles.collect();
                let numbered = obligations.iter().enumerate();
                let obligations = numbered.map(|(at, (ssp, price))| PricedObligation {
                    id: format!("o{at}"),
                    ssp: ssp.clone(),
                    price: price.map(|price| money(price, currency)),
                });
                AllocationDocument {
                    id: "request".into(),
                    currency,
                    book: Book::Asc606,
                    rounding: Rounding::HalfUp,
                    remainder,
                    transaction_price: money(price, currency),
                    obligations: obligations.collect(),
                    targeted,
                    allocation: AllocationRules {
                        bundles,
                        reallocate: if keep {
                            Reallocate::OutsideRangeOnly
                        } else {
                            Reallocate::Always
                        },
                        discount_tolerance: dec!(0.5),
                    },
                }
            })
    })
}

fn amounts(document: &AllocationDocument) -> Vec<i64> {
    let allocation = AllocationRequest::new(document.clone())
        .unwrap()
        .allocate()
        .unwrap();
    allocation
        .shares
        .iter()
        .map(|share| share.amount.minor().unwrap())
        .collect()
}

/// Without what can make a request impossible: stated prices that must be the price.
fn reallocated(mut document: AllocationDocument) -> AllocationDocument {
    document.allocation.reallocate = Reallocate::Always;
    document
}

proptest! {
    #[test]
    fn what_is_allocated_is_the_price(document in request()) {
        match AllocationRequest::new(document.clone()).unwrap().allocate() {
            Ok(allocation) => {
                let amounts: Vec<Money> = allocation.shares.iter().map(|share| share.amount).collect();
                prop_assert_eq!(Money::sum(&amounts, document.currency).unwrap(), document.transaction_price);
            }
            Err(error) => prop_assert_eq!(error.code(), "prices_do_not_sum"),
        }
    }

    #[test]
    fn a_residual_takes_what_is_left(document in request(), above in 1..100_000_i64) {
        let mut document = reallocated(document);
        document.targeted.clear();
        document.obligations.push(PricedObligation {
            id: "residual".into(),
            ssp: StandalonePrice::Residual { highly_variable: true, not_yet_priced: false, low: None, high: None },
            price: None,
        });
        // What the others take with a price of nothing left to divide: their prices, alone or bundled.
        let bundled = |id: &String| {
            let sold = document.allocation.bundles.iter().filter(|bundle| bundle.regularly_sold);
            sold.flat_map(|bundle| &bundle.members).any(|member| member == id)
        };
        let list = StandalonePriceDocument {
            id: "list".into(), currency: document.currency, book: Book::Asc606, rounding: Rounding::HalfUp,
            obligations: document.obligations.iter().filter(|o| !o.ssp.is_residual()).cloned().collect(),
        };
        let alone = StandalonePriceList::new(list).unwrap().figures().unwrap();
        let others: i64 = alone.iter().filter(|o| !bundled(&o.id)).map(|o| o.price.minor().unwrap()).sum();
        let sold = document.allocation.bundles.iter().filter(|bundle| bundle.regularly_sold);
        let others = others + sold.map(|bundle| bundle.price.minor().unwrap()).sum::<i64>();
        document.transaction_price = money(others + above, document.currency);
        let request = AllocationRequest::new(document.clone()).unwrap();
        let allocation = request.allocate().unwrap();
        prop_assert_eq!(allocation.method, AllocationMethod::Residual);
        prop_assert_eq!(allocation.residual, Some(money(above, document.currency)));
        prop_assert_eq!(amounts(&document).iter().sum::<i64>(), others + above);
        document.transaction_price = money(others, document.currency);
        let refused = AllocationRequest::new(document).unwrap().allocate().unwrap_err();
        prop_assert_eq!(refused.code(), "residual_not_faithful");
    }

    #[test]
    fn another_order_moves_a_minor_unit_at_most(document in request(), by in any::<Index>()) {
        let mut document = reallocated(document);
        document.targeted.clear();
        document.allocation.bundles.clear();
        document.remainder = Remainder::Largest;
        let before = amounts(&document);
        let by = by.index(before.len());
        document.obligations.rotate_left(by);
        let mut after = amounts(&document);
        after.rotate_right(by);
        for (one, other) in before.iter().zip(&after) {
            prop_assert!((one - other).abs() <= 1);
        }
        // Where no two shares are cut off by the same fraction, nothing moves at all.
        let shares = AllocationRequest::new(document.clone()).unwrap().allocate().unwrap().shares;
        let alone: Vec<Exact> = shares.iter().map(|share| share.ssp.unwrap().exact()).collect();
        let total: Exact = alone.iter().sum();
        let units = Exact::integer(document.transaction_price.minor().unwrap().abs());
        let fraction = |ssp: &Exact| {
            let share = (&units * ssp).checked_div(&total).unwrap();
            &share - share.floor()
        };
        let fractions: std::collections::BTreeSet<Exact> = alone.iter().map(fraction).collect();
        if fractions.len() == alone.len() {
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn prices_count_only_relative_to_each_other(units in prop::collection::vec(0..10_000_i64, 1..6), price in -100_000..100_000_i64, factor in 2..1_000_i64) {
        prop_assume!(units.iter().any(|units| *units > 0));
        let priced = |factor: i64, price: i64| AllocationDocument {
            id: "request".into(), currency: Currency::USD, book: Book::Ifrs15, rounding: Rounding::HalfUp,
            remainder: Remainder::Largest, transaction_price: money(price, Currency::USD),
            obligations: units.iter().enumerate().map(|(at, units)| PricedObligation {
                id: format!("o{at}"), ssp: StandalonePrice::observable(money(units * factor, Currency::USD)), price: None,
            }).collect(),
            targeted: Vec::new(), allocation: AllocationRules::default(),
        };
        prop_assert_eq!(amounts(&priced(1, price)), amounts(&priced(factor, price)));
        // Where shares come out even, a price by a factor gives shares by the factor.
        let even: i64 = units.iter().sum();
        let scaled: Vec<i64> = units.iter().map(|units| units * factor).collect();
        prop_assert_eq!(amounts(&priced(1, even)), units.clone());
        prop_assert_eq!(amounts(&priced(1, even * factor)), scaled);
        // A gift changes nothing.
        let mut with = priced(1, price);
        with.obligations.push(PricedObligation { id: "gift".into(), ssp: StandalonePrice::observable(money(0, Currency::USD)), price: None });
        let mut with = amounts(&with);
        prop_assert_eq!(with.pop(), Some(0));
        prop_assert_eq!(with, amounts(&priced(1, price)));
    }

    #[test]
    fn a_derivation_leads_to_the_amount(document in request()) {
        let request = AllocationRequest::new(reallocated(document)).unwrap();
        for share in request.allocate().unwrap().shares {
            let why = request.explain(&share.obligation).unwrap();
            prop_assert_eq!(why.recompute().unwrap(), share.amount.exact());
        }
    }
}

/// Something a customer promises.
fn element(currency: Currency) -> impl Strategy<Value = Consideration> {
    let money = move |units| money(units, currency);
    let outcomes = prop::collection::vec(-10_000..10_000_i64, 1..5).prop_map(move |amounts| {
        let last = amounts.len() - 1;
        // Probabilities of ten percent each, and the rest for the last.
        let likely = |at| {
            if at == last {
                100 - 10 * i64::try_from(last).unwrap()
            } else {
                10
            }
        };
        amounts
            .into_iter()
            .enumerate()
            .map(|(at, amount)| Outcome {
                amount: money(amount),
                probability: hundredths(likely(at)),
            })
            .collect::<Vec<_>>()
    });
    let estimate = prop_oneof![
        (-10_000..10_000_i64).prop_map(move |amount| Estimate::Stated {
            amount: money(amount)
        }),
        outcomes
            .clone()
            .prop_map(|outcomes| Estimate::ExpectedValue { outcomes }),
        outcomes.prop_map(|outcomes| Estimate::MostLikelyAmount { outcomes }),
    ];
    let constraint = prop_oneof![
        Just(Constraint::None),
        Just(Constraint::Full),
        (-10_000..10_000_i64).prop_map(move |amount| Constraint::Amount(money(amount))),
    ];
    let (id, to) = (|| "part".to_owned(), Vec::<String>::new);
    prop_oneof![
        (-100_000..100_000_i64).prop_map(move |amount| Consideration::fixed("part", money(amount))),
        (estimate, constraint).prop_map(move |(estimate, constraint)| Consideration::Variable {
            id: id(),
            estimate,
            constraint,
            allocate_to: to(),
        }),
        (0..10_000_i64, 0..100_000_i64).prop_map(move |(quantity, value)| Consideration::NonCash {
            id: id(),
            quantity: hundredths(quantity),
            fair_value_at_inception: Price::new(hundredths(value), currency).unwrap(),
            fair_value_at_receipt: None,
            measured_at: MeasurementDate::Inception,
            allocate_to: to(),
        }),
        (0..10_000_i64, prop::option::of(0..10_000_i64)).prop_map(move |(amount, value)| {
            Consideration::PayableToCustomer {
                id: id(),
                amount: money(amount),
                allocate_to: to(),
                distinct_goods: value.map_or(DistinctGoods::NotEstimable, |value| {
                    DistinctGoods::FairValue(money(value))
                }),
            }
        }),
        (0..10_000_i64).prop_map(move |amount| Consideration::SalesTax {
            id: id(),
            amount: money(amount),
            allocate_to: to()
        }),
        (0..10_000_i64).prop_map(move |estimate| Consideration::Royalty {
            id: id(),
            estimate: money(estimate),
            allocate_to: to()
        }),
        (plan(currency), 0..30_i64).prop_map(move |(plan, rate)| Consideration::DeferredPayments {
            id: id(),
            plan,
            annual_rate: hundredths(rate),
            compounding: Compounding::Monthly,
            allocate_to: to(),
        }),
    ]
}

fn price_document() -> impl Strategy<Value = TransactionPriceDocument> {
    (currency(), any::<bool>(), any::<bool>()).prop_flat_map(|(currency, tax, expedient)| {
        prop::collection::vec(element(currency), 0..5).prop_map(move |mut consideration| {
            for (at, part) in consideration.iter_mut().enumerate() {
                match part {
                    Consideration::Fixed { id, .. }
                    | Consideration::Variable { id, .. }
                    | Consideration::NonCash { id, .. }
                    | Consideration::PayableToCustomer { id, .. }
                    | Consideration::SalesTax { id, .. }
                    | Consideration::Royalty { id, .. }
                    | Consideration::DeferredPayments { id, .. } => *id = format!("part {at}"),
                    other => panic!("{other:?} is not drawn"),
                }
            }
            TransactionPriceDocument {
                id: "price".into(),
                currency,
                book: Book::Asc606,
                rounding: Rounding::HalfUp,
                exclude_sales_tax: tax,
                one_year_expedient: expedient,
                consideration,
            }
        })
    })
}

fn figures(document: &TransactionPriceDocument) -> TransactionPriceFigures {
    TransactionPrice::new(document.clone())
        .unwrap()
        .figures()
        .unwrap()
}

proptest! {
    #[test]
    fn the_price_is_what_is_included_and_a_constraint_only_takes_away(document in price_document()) {
        let price = TransactionPrice::new(document.clone()).unwrap();
        let found = price.figures().unwrap();
        let included: Vec<Money> = found.elements.iter().map(|element| element.included).collect();
        prop_assert_eq!(Money::sum(&included, document.currency).unwrap(), found.transaction_price);
        prop_assert_eq!(price.explain().unwrap().recompute().unwrap(), found.transaction_price.exact());
        for (part, element) in document.consideration.iter().zip(&found.elements) {
            prop_assert_eq!(element.included.checked_add(&element.excluded).unwrap(), element.estimate);
            if let Consideration::Variable { constraint, .. } = part {
                prop_assert!(!element.excluded.is_negative());
                prop_assert!(*constraint != Constraint::None || element.excluded.is_zero());
            }
        }
    }

    #[test]
    fn a_higher_cap_never_lowers_the_price(document in price_document(), cap in -10_000..10_000_i64, more in 0..10_000_i64) {
        let capped = |cap: i64| {
            let mut document = document.clone();
            for part in &mut document.consideration {
                if let Consideration::Variable { constraint, .. } = part {
                    *constraint = Constraint::Amount(money(cap, document.currency));
                }
            }
            figures(&document).transaction_price.minor().unwrap()
        };
        prop_assert!(capped(cap) <= capped(cap + more));
    }
}

fn day(n: u32) -> NaiveDate {
    "2023-12-15".parse::<NaiveDate>().unwrap() + chrono::Days::new(u64::from(n))
}

fn service() -> impl Strategy<Value = ScheduleDocument> {
    let conventions = vec![
        Convention::Daily,
        Convention::MonthsTouched,
        Convention::MonthsProrated,
        Convention::MonthsHalf,
    ];
    (
        currency(),
        select(conventions),
        0..800_u32,
        1..1500_u32,
        -100_000..100_000_i64,
        any::<(bool, bool)>(),
    )
        .prop_map(|(currency, convention, from, days, amount, (monthly, even))| {
            let amount = money(amount, currency);
            ScheduleDocument {
                id: "service".into(),
                currency,
                book: Book::Ifrs15,
                rounding: if even {
                    Rounding::HalfEven
                } else {
                    Rounding::HalfUp
                },
                service: Period::new(day(from), day(from + days)).unwrap(),
                convention,
                price: if monthly && convention != Convention::Daily {
                    ServicePrice::MonthlyAmount(amount)
                } else {
                    ServicePrice::Amount(amount)
                },
                periods: None,
            }
        })
}

fn schedule(document: &ScheduleDocument, periods: Option<FiscalPeriods>) -> ServiceScheduleFigures {
    let document = ScheduleDocument {
        periods,
        ..document.clone()
    };
    ServiceSchedule::new(document).unwrap().figures().unwrap()
}

fn earned(rows: &[EarnedPeriod], through: NaiveDate) -> Exact {
    rows.iter()
        .filter(|row| row.period.period.last_day() <= through)
        .map(|row| row.amount.exact())
        .sum()
}

proptest! {
    #[test]
    fn a_service_earns_its_whole_price_over_its_months(document in service()) {
        let found = schedule(&document, None);
        let sum = Money::sum(&found.periods.iter().map(|row| row.amount).collect::<Vec<_>>(), document.currency).unwrap();
        prop_assert_eq!(sum, found.total);
        prop_assert!(found.outside_periods.is_zero());
        if let ServicePrice::Amount(amount) = document.price {
            prop_assert_eq!(found.total, amount);
        }
        let schedule = ServiceSchedule::new(document).unwrap();
        for row in &found.periods {
            prop_assert_eq!(schedule.explain(&row.period.id).unwrap().recompute().unwrap(), row.amount.exact());
        }
    }

    #[test]
    fn finer_periods_keep_every_common_cumulative(document in service()) {
        let months = schedule(&document, None);
        let first = months.periods[0].period.period.start();
        let count = u32::try_from(months.periods.len()).unwrap();
        let quarters = FiscalPeriods::calendar(CalendarUnit::Quarter, first, count.div_ceil(3)).unwrap();
        let quarters = schedule(&document, Some(quarters));
        prop_assert_eq!(&quarters.total, &months.total);
        prop_assert!(quarters.outside_periods.is_zero());
        for row in &quarters.periods {
            let through = row.period.period.last_day();
            prop_assert_eq!(earned(&quarters.periods, through), earned(&months.periods, through));
        }
        if document.convention == Convention::Daily {
            let days = document.service.start().iter_days().take_while(|day| *day < document.service.end());
            let days = days.map(|day| NamedPeriod { id: day.to_string(), period: Period::inclusive(day, day).unwrap() });
            let days = schedule(&document, Some(FiscalPeriods::listed(days.collect()).unwrap()));
            for row in &months.periods {
                let through = row.period.period.last_day();
                prop_assert_eq!(earned(&days.periods, through), earned(&months.periods, through));
            }
        }
    }

    #[test]
    fn what_lies_outside_the_periods_is_the_rest(document in service(), cut in 1..40_u32) {
        let whole = schedule(&document, None);
        let first = whole.periods[0].period.period.start();
        let cut = schedule(&document, Some(FiscalPeriods::calendar(CalendarUnit::Month, first, cut).unwrap()));
        let inside: Exact = cut.periods.iter().map(|row| row.amount.exact()).sum();
        prop_assert_eq!(inside + cut.outside_periods.exact(), whole.total.exact());
        for (one, other) in cut.periods.iter().zip(&whole.periods) {
            prop_assert_eq!(one, other);
        }
    }
}

fn plan(currency: Currency) -> impl Strategy<Value = PaymentPlan> {
    let payment = (0..60_u32, -20_000..100_000_i64);
    let equal = (1..24_u32, 0..12_u32, 1..10_000_i64, 1..7_u32);
    (
        prop::collection::vec(payment, 0..4),
        prop::option::of(equal),
        1..100_000_i64,
    )
        .prop_map(move |(payments, equal, last)| {
            let payment = |(month, amount)| DeferredPayment {
                month,
                amount: money(amount, currency),
            };
            let mut payments: Vec<DeferredPayment> = payments.into_iter().map(payment).collect();
            payments.push(payment((12, last)));
            PaymentPlan {
                payments,
                instalments: equal.map(|(count, first_month, amount, every_months)| Instalments {
                    count,
                    first_month,
                    amount: money(amount, currency),
                    every_months,
                }),
            }
        })
}

/// Every payment with its month, one by one.
fn payments(plan: &PaymentPlan) -> Vec<(u32, Exact)> {
    let mut all: Vec<(u32, Exact)> = plan
        .payments
        .iter()
        .map(|due| (due.month, due.amount.exact()))
        .collect();
    if let Some(equal) = &plan.instalments {
        all.extend(
            (0..equal.count).map(|at| (equal.first_month + at * equal.every_months, equal.amount.exact())),
        );
    }
    all
}

fn component(
    currency: Currency,
    compounding: Compounding,
    step: FinancingStep,
    terms: FinancingTerms,
) -> FinancingDocument {
    FinancingDocument {
        id: "plan".into(),
        currency,
        book: Book::Asc606,
        rounding: Rounding::HalfUp,
        compounding,
        step: Some(step),
        one_year_expedient: false,
        terms,
    }
}

fn compounding() -> impl Strategy<Value = Compounding> {
    select(vec![Compounding::Annual, Compounding::Monthly])
}

fn step() -> impl Strategy<Value = FinancingStep> {
    select(vec![FinancingStep::Month, FinancingStep::Year])
}

fn financed(document: FinancingDocument) -> FinancingFigures {
    FinancingComponent::new(document).unwrap().figures().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn price_and_interest_are_the_cash(
        (currency, plan) in currency().prop_flat_map(|currency| (Just(currency), plan(currency))),
        rate in 0..4_000_i64, compounding in compounding(), step in step(), advance in 0..1_000_000_i64, transfer_month in 0..120_u32,
    ) {
        let annual_rate = Decimal::new(rate, 4);
        let discount = DiscountRate::AnnualRate(annual_rate);
        let found = financed(component(currency, compounding, step, FinancingTerms::Deferred { plan: plan.clone(), discount }));
        let cash: Exact = payments(&plan).into_iter().map(|(_, amount)| amount).sum();
        prop_assert_eq!(found.payments_total.unwrap().exact(), cash.clone());
        prop_assert_eq!(found.transaction_price.exact() + found.interest_total.exact(), cash);
        prop_assert!(found.steps.last().unwrap().balance.is_zero());
        let pays_back = plan.payments.iter().any(|due| due.amount.is_negative());
        prop_assert!(pays_back || !found.interest_total.is_negative());

        let amount = money(advance, currency);
        let found = financed(component(currency, compounding, step, FinancingTerms::Advance { amount, annual_rate, transfer_month }));
        prop_assert_eq!(found.transaction_price.exact() - found.interest_total.exact(), amount.exact());
        prop_assert_eq!(found.steps.last().map_or(amount, |step| step.balance), found.transaction_price);
    }

    #[test]
    fn a_plain_sum_of_fractions_gives_the_same_value(
        (currency, plan) in currency().prop_flat_map(|currency| (Just(currency), plan(currency))),
        // 1.04, 1.2 and 1.6 have factors of two: values fall on halves of minor units.
        rate in select(vec![dec!(0), dec!(0.04), dec!(0.12), dec!(0.2), dec!(0.6), dec!(2.4), dec!(0.0499)]),
        monthly in any::<bool>(),
    ) {
        let (compounding, months) = if monthly { (Compounding::Monthly, 12) } else { (Compounding::Annual, 1) };
        let base = Exact::ONE + Exact::from(rate).checked_div(&Exact::integer(months)).unwrap();
        // Whole years have whole powers.
        let mut plan = plan;
        plan.instalments = None;
        for due in &mut plan.payments {
            due.month = due.month / 12 * 12;
        }
        let value = |at: u32| -> Exact {
            let later = payments(&plan).into_iter().filter(|(month, _)| at == 0 || *month > at);
            later.map(|(month, amount)| {
                let times = i32::try_from(if monthly { month - at } else { (month - at) / 12 }).unwrap();
                amount.checked_div(&base.pow(times).unwrap()).unwrap()
            }).sum()
        };
        let rounded = |value: &Exact| RoundingPolicy::HALF_UP.money(value, currency).unwrap();
        let discount = DiscountRate::AnnualRate(rate);
        let document = component(currency, compounding, FinancingStep::Year, FinancingTerms::Deferred { plan: plan.clone(), discount });
        let found = FinancingComponent::new(document).unwrap();
        let figures = found.figures().unwrap();
        prop_assert_eq!(figures.transaction_price, rounded(&value(0)));
        prop_assert_eq!(found.explain_price().unwrap().recompute().unwrap(), figures.transaction_price.exact());
        for step in &figures.steps {
            prop_assert_eq!(step.balance, rounded(&value(step.month)));
            prop_assert_eq!(found.balance_at(step.month).unwrap(), step.balance);
            prop_assert_eq!(found.explain_balance(step.month).unwrap().recompute().unwrap(), step.balance.exact());
            prop_assert_eq!(found.explain_interest(step.month).unwrap().recompute().unwrap(), step.interest.exact());
        }
    }
}

proptest! {
    // Each case looks for a rate.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn an_implied_rate_lies_between_its_neighbours(
        plan in plan(Currency::USD), share in 1..100_i64, compounding in compounding(),
    ) {
        // Several rates may fit where something is paid back.
        let mut plan = plan;
        plan.payments.retain(|due| !due.amount.is_negative());
        let total: Exact = payments(&plan).into_iter().map(|(_, amount)| amount).sum();
        let cash = (total * Exact::ratio(share, 100).unwrap()).round(2, Rounding::Ceiling);
        let price = Money::try_from_exact(&cash, Currency::USD).unwrap();
        let with = |discount| component(Currency::USD, compounding, FinancingStep::Year, FinancingTerms::Deferred { plan: plan.clone(), discount });
        let component = match FinancingComponent::new(with(DiscountRate::CashPrice(price))) {
            Ok(component) => component,
            Err(faults) => {
                // Not even 1000 % makes it worth so little.
                prop_assert_eq!(faults.code(), "no_rate");
                let worth = financed(with(DiscountRate::AnnualRate(dec!(10)))).transaction_price;
                prop_assert!(worth.amount() >= price.amount());
                return Ok(());
            }
        };
        let figures = component.figures().unwrap();
        prop_assert_eq!(figures.transaction_price, price);
        let rate = figures.implied_annual_rate.unwrap().to_decimal().unwrap();
        let worth = |rate: Decimal| financed(with(DiscountRate::AnnualRate(rate))).transaction_price.amount();
        let near = Decimal::new(1, 12);
        prop_assert!(worth(rate + near) <= price.amount());
        if rate >= near {
            prop_assert!(worth(rate - near) >= price.amount());
        }
    }
}
