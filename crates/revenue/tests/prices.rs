//! What is refused about prices, with what would be right; how figures are derived; and figures at the edge.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_money::{Currency, Decimal, Money, Price, Remainder, Rounding, dec};
use l2c_revenue::*;

fn usd(amount: Decimal) -> Money {
    Money::new(amount, Currency::USD).unwrap()
}

fn eur(amount: Decimal) -> Money {
    Money::new(amount, Currency::EUR).unwrap()
}

fn priced(id: &str, ssp: StandalonePrice, price: Option<Decimal>) -> PricedObligation {
    PricedObligation {
        id: id.into(),
        ssp,
        price: price.map(usd),
    }
}

fn alone(price: Decimal) -> StandalonePrice {
    StandalonePrice::observable(usd(price))
}

fn range(low: Decimal, mid: Decimal, high: Decimal, outside: OutsideRange) -> StandalonePrice {
    StandalonePrice::Range {
        low: usd(low),
        mid: usd(mid),
        high: usd(high),
        outside,
    }
}

fn residual(low: Option<Decimal>, high: Option<Decimal>) -> StandalonePrice {
    StandalonePrice::Residual {
        highly_variable: true,
        not_yet_priced: false,
        low: low.map(usd),
        high: high.map(usd),
    }
}

fn observed(prices: &[Decimal], minimum_share: Decimal) -> StandalonePrice {
    StandalonePrice::Observed {
        prices: prices.iter().copied().map(usd).collect(),
        centre: Centre::Median,
        band: dec!(0.1),
        minimum_share,
    }
}

fn list(obligations: Vec<PricedObligation>) -> StandalonePriceDocument {
    StandalonePriceDocument {
        id: "2025".into(),
        currency: Currency::USD,
        book: Book::Asc606,
        rounding: Rounding::HalfUp,
        obligations,
    }
}

fn request(price: Decimal, obligations: Vec<PricedObligation>) -> AllocationDocument {
    AllocationDocument {
        id: "quote 7".into(),
        currency: Currency::USD,
        book: Book::Asc606,
        rounding: Rounding::HalfUp,
        remainder: Remainder::Largest,
        transaction_price: usd(price),
        obligations,
        targeted: Vec::new(),
        allocation: AllocationRules::default(),
    }
}

fn promised(consideration: Vec<Consideration>) -> TransactionPriceDocument {
    TransactionPriceDocument {
        id: "quote 7".into(),
        currency: Currency::USD,
        book: Book::Asc606,
        rounding: Rounding::HalfUp,
        exclude_sales_tax: true,
        one_year_expedient: false,
        consideration,
    }
}

fn financing(compounding: Compounding, terms: FinancingTerms) -> FinancingDocument {
    FinancingDocument {
        id: "machine".into(),
        currency: Currency::USD,
        book: Book::Asc606,
        rounding: Rounding::HalfUp,
        compounding,
        step: None,
        one_year_expedient: false,
        terms,
    }
}

fn due(month: u32, amount: Decimal) -> PaymentPlan {
    PaymentPlan {
        payments: vec![DeferredPayment {
            month,
            amount: usd(amount),
        }],
        instalments: None,
    }
}

#[test]
fn every_fault_of_stand_alone_prices_is_listed() {
    let document = list(vec![
        priced("a", alone(dec!(-1)), None),
        priced("a", StandalonePrice::observable(eur(dec!(1))), None),
        priced(
            "b",
            StandalonePrice::AdjustedMarket {
                market_price: usd(dec!(10)),
                adjustment: dec!(-1.01),
            },
            None,
        ),
        priced(
            "c",
            StandalonePrice::CostPlusMargin {
                cost: usd(dec!(-5)),
                margin: dec!(-2),
            },
            None,
        ),
        priced("d", range(dec!(90), dec!(85), dec!(110), OutsideRange::Mid), None),
        priced("e", observed(&[dec!(1), dec!(2), dec!(3)], dec!(0.5)), None),
        priced("f", observed(&[], dec!(0)), None),
        priced(
            "g",
            StandalonePrice::MaterialRight {
                expected_purchases: usd(dec!(50)),
                discount: dec!(0.4),
                general_discount: dec!(0),
                likelihood: dec!(1.1),
            },
            None,
        ),
        priced(
            "h",
            StandalonePrice::Points {
                expected_redeemed: dec!(-1),
                value_per_point: Price::new(dec!(1), Currency::EUR).unwrap(),
            },
            None,
        ),
        priced(
            "i",
            StandalonePrice::Residual {
                highly_variable: false,
                not_yet_priced: false,
                low: Some(usd(dec!(2))),
                high: Some(usd(dec!(1))),
            },
            None,
        ),
        PricedObligation {
            price: Some(eur(dec!(1))),
            ..priced("", alone(dec!(1)), None)
        },
        priced(
            "j",
            StandalonePrice::Points {
                expected_redeemed: dec!(9000000000000000000),
                value_per_point: Price::new(dec!(1000000000), Currency::USD).unwrap(),
            },
            None,
        ),
    ]);
    insta::assert_snapshot!(StandalonePriceList::new(document).unwrap_err(), @r"
    stand-alone prices 2025, 18 faults:
      obligations[0].ssp.price: -1.00 USD; expected zero or above (ASC 606-10-32-32, IFRS 15.77)
      obligations[1].id: a; expected an obligation named once (ASC 606-10-25-14, IFRS 15.22)
      obligations[1].ssp.price: 1.00 EUR; expected a price in USD (ASC 606-10-32-32, IFRS 15.77)
      obligations[2].ssp.adjustment: -1.01; expected -1 or above, so that the price is not below zero (ASC 606-10-32-34(a), IFRS 15.79(a))
      obligations[3].ssp.cost: -5.00 USD; expected zero or above (ASC 606-10-32-32, IFRS 15.77)
      obligations[3].ssp.margin: -2; expected -1 or above, so that the price is not below zero (ASC 606-10-32-34(b), IFRS 15.79(b))
      obligations[4].ssp: 90.00 USD, 85.00 USD, 110.00 USD; expected 0 <= low <= mid <= high (ASC 606-10-32-33, IFRS 15.78)
      obligations[5].ssp: 1 of 3 prices near their centre; expected a part of 0.5 of them at least (ASC 606-10-32-33, IFRS 15.78)
      obligations[6].ssp: 0 of 0 prices near their centre; expected a part of 0 of them at least (ASC 606-10-32-33, IFRS 15.78)
      obligations[7].ssp.likelihood: 1.1; expected a probability from 0 to 1 (ASC 606-10-55-44, IFRS 15.B42)
      obligations[8].ssp.value_per_point: 1 EUR; expected a price in USD (ASC 606-10-32-32, IFRS 15.77)
      obligations[8].ssp.expected_redeemed: -1; expected zero or above (ASC 606-10-55-44, IFRS 15.B42)
      obligations[9].ssp: neither; expected a price that is highly variable or not set yet (ASC 606-10-32-34(c), IFRS 15.79(c))
      obligations[9].ssp: 2.00 USD, 1.00 USD; expected low <= high (ASC 606-10-32-34(c), IFRS 15.79(c))
      obligations[10].id: 0 characters; expected 1 to 200 characters
      obligations[10].price: 1.00 EUR; expected a price in USD
      obligations[11].ssp: amount 9000000000000000000000000000 is outside the limit of +/-9000000000000000000; expected other evidence (ASC 606-10-32-32, IFRS 15.77)
      obligations[9].ssp: residual; expected a price of its own (ASC 606-10-32-34(c), IFRS 15.79(c))
    ");
}

#[test]
fn every_fault_of_an_allocation_is_listed() {
    let mut document = request(
        dec!(10.005),
        vec![
            priced("a", alone(dec!(1)), None),
            priced("b", residual(None, None), None),
        ],
    );
    let part = |id: &str, amount: Money, to: &[&str]| TargetedPart {
        id: id.into(),
        amount,
        allocate_to: to.iter().map(ToString::to_string).collect(),
        relates_specifically: true,
        objective_met: true,
    };
    document.targeted = vec![
        part("fee", usd(dec!(0.001)), &["a", "a", "z"]),
        part("fee", eur(dec!(1)), &[]),
    ];
    let bundle = |members: &[&str], price| Bundle {
        members: members.iter().map(ToString::to_string).collect(),
        price,
        regularly_sold: true,
    };
    document.allocation = AllocationRules {
        bundles: vec![
            bundle(&["a", "z"], usd(dec!(-1))),
            bundle(&["a", "b"], eur(dec!(1))),
            bundle(&[], usd(dec!(1))),
        ],
        reallocate: Reallocate::Always,
        discount_tolerance: dec!(1.1),
    };
    insta::assert_snapshot!(AllocationRequest::new(document).unwrap_err(), @r"
    allocation quote 7, 14 faults:
      transaction_price: 10.005 USD; expected whole minor units of the currency
      targeted[0].amount: 0.001 USD; expected whole minor units of the currency
      targeted[0].allocate_to[1]: a; expected an obligation named once
      targeted[0].allocate_to[2]: z; expected an obligation of the document
      targeted[1].id: fee; expected an id used once
      targeted[1].amount: 1.00 EUR; expected an amount in USD
      targeted[1].allocate_to: none; expected obligations (ASC 606-10-32-40, IFRS 15.85)
      allocation.discount_tolerance: 1.1; expected a part from 0 to 1 (ASC 606-10-32-37, IFRS 15.82)
      allocation.bundles[0].members[1]: z; expected an obligation that takes part in the allocation (ASC 606-10-32-37, IFRS 15.82)
      allocation.bundles[0].price: -1.00 USD; expected whole minor units of the currency, zero or above (ASC 606-10-32-37, IFRS 15.82)
      allocation.bundles[1].members[0]: a; expected an obligation bundled once (ASC 606-10-32-37, IFRS 15.82)
      allocation.bundles[1].members[1]: b; expected an obligation with a stand-alone price, not a residual (ASC 606-10-32-37, IFRS 15.82)
      allocation.bundles[1].price: 1.00 EUR; expected a price in USD (ASC 606-10-32-37, IFRS 15.82)
      allocation.bundles[2].members: none; expected obligations (ASC 606-10-32-37, IFRS 15.82)
    ");
}

#[test]
fn an_allocation_that_the_standard_does_not_permit_is_refused() {
    let refused = |document: AllocationDocument| {
        let error = AllocationRequest::new(document).unwrap().allocate().unwrap_err();
        format!("{}: {error}", error.code())
    };
    let nothing = request(dec!(10), Vec::new());
    let gifts = request(
        dec!(10),
        vec![
            priced("a", alone(dec!(0)), None),
            priced("b", alone(dec!(0)), None),
        ],
    );
    let two = request(
        dec!(10),
        vec![
            priced("a", residual(None, None), None),
            priced("b", residual(None, None), None),
        ],
    );
    let third = residual(Some(dec!(15)), Some(dec!(45)));
    let little = request(
        dec!(105),
        vec![priced("a", alone(dec!(100)), None), priced("b", third, None)],
    );
    let negative = request(
        dec!(90),
        vec![
            priced("a", alone(dec!(100)), None),
            priced("b", residual(None, None), None),
        ],
    );
    let inside = range(dec!(90), dec!(100), dec!(120), OutsideRange::Nearest);
    let mut stated = request(dec!(90), vec![priced("a", inside, Some(dec!(100)))]);
    stated.allocation.reallocate = Reallocate::OutsideRangeOnly;
    let all = [nothing, gifts, two, little, negative, stated]
        .map(refused)
        .join("\n");
    insta::assert_snapshot!(all, @r"
    no_allocation_basis: `quote 7` has no stand-alone selling price above zero to allocate by (ASC 606-10-32-31, IFRS 15.76)
    no_allocation_basis: `quote 7` has no stand-alone selling price above zero to allocate by (ASC 606-10-32-31, IFRS 15.76)
    residual_ambiguous: `b` is a second residual: estimate the price of all but one (ASC 606-10-32-34(c), IFRS 15.79(c))
    residual_not_faithful: the residual for `b` is 5; expected 15.00 USD to 45.00 USD: estimate its price by another method (ASC 606-10-32-34(c), IFRS 15.79(c))
    residual_not_faithful: the residual for `b` is -10; expected an amount above zero: estimate its price by another method (ASC 606-10-32-34(c), IFRS 15.79(c))
    prices_do_not_sum: the stated prices of `quote 7` sum to 100, but 90 is to be allocated: correct the prices, or always reallocate (ASC 606-10-32-28, IFRS 15.73)
    ");
}

#[test]
fn every_fault_of_a_promise_is_listed() {
    let (id, to) = (|id: &str| id.to_owned(), Vec::<String>::new);
    let outcome = |amount: Money, probability| Outcome { amount, probability };
    let document = promised(vec![
        Consideration::fixed("a", usd(dec!(1.005))),
        Consideration::fixed("a", eur(dec!(1))),
        Consideration::Variable {
            id: id("b"),
            estimate: Estimate::ExpectedValue {
                outcomes: vec![
                    outcome(eur(dec!(1)), dec!(-0.1)),
                    outcome(usd(dec!(1)), dec!(1.2)),
                ],
            },
            constraint: Constraint::Amount(usd(dec!(0.001))),
            allocate_to: to(),
        },
        Consideration::Variable {
            id: id("c"),
            estimate: Estimate::MostLikelyAmount {
                outcomes: vec![outcome(usd(dec!(0.001)), dec!(1))],
            },
            constraint: Constraint::None,
            allocate_to: to(),
        },
        Consideration::NonCash {
            id: id("d"),
            quantity: dec!(-1),
            fair_value_at_inception: Price::new(dec!(1), Currency::EUR).unwrap(),
            fair_value_at_receipt: None,
            measured_at: MeasurementDate::Receipt,
            allocate_to: to(),
        },
        Consideration::PayableToCustomer {
            id: id("e"),
            amount: usd(dec!(-1)),
            distinct_goods: DistinctGoods::FairValue(eur(dec!(1))),
            allocate_to: to(),
        },
        Consideration::DeferredPayments {
            id: id("f"),
            plan: PaymentPlan {
                payments: vec![DeferredPayment {
                    month: 1201,
                    amount: usd(dec!(-1)),
                }],
                instalments: Some(Instalments {
                    count: 1300,
                    first_month: 1,
                    amount: eur(dec!(1)),
                    every_months: 0,
                }),
            },
            annual_rate: dec!(-1),
            compounding: Compounding::Annual,
            allocate_to: to(),
        },
        Consideration::DeferredPayments {
            id: id("g"),
            plan: PaymentPlan::default(),
            annual_rate: dec!(0),
            compounding: Compounding::Annual,
            allocate_to: to(),
        },
        Consideration::fixed("", usd(dec!(8000000000000000000))),
        Consideration::Usage {
            id: id("h"),
            rate: Price::new(dec!(1), Currency::USD).unwrap(),
            allocate_to: to(),
        },
    ]);
    insta::assert_snapshot!(TransactionPrice::new(document).unwrap_err(), @r"
    transaction price quote 7, 24 faults:
      consideration[0].amount: 1.005 USD; expected whole minor units of the currency
      consideration[1].id: a; expected an id used once
      consideration[1].amount: 1.00 EUR; expected an amount in USD
      consideration[2].estimate.outcomes[0].amount: 1.00 EUR; expected an amount in USD (ASC 606-10-32-5, IFRS 15.50)
      consideration[2].estimate.outcomes[0].probability: -0.1; expected a probability from 0 to 1 (ASC 606-10-32-8(a), IFRS 15.53(a))
      consideration[2].estimate.outcomes[1].probability: 1.2; expected a probability from 0 to 1 (ASC 606-10-32-8(a), IFRS 15.53(a))
      consideration[2].estimate.outcomes: probabilities that sum to 1.1; expected a sum of 1 (ASC 606-10-32-8(a), IFRS 15.53(a))
      consideration[2].constraint.amount: 0.001 USD; expected whole minor units of the currency (ASC 606-10-32-11, IFRS 15.56)
      consideration[3]: 0.001 is not a whole number of units of 10^-2; expected an amount that can be computed (ASC 606-10-32-2, IFRS 15.47)
      consideration[4].fair_value_at_inception: 1 EUR; expected a price in USD
      consideration[4].quantity: -1; expected zero or above (ASC 606-10-32-21, IFRS 15.66)
      consideration[4].fair_value_at_receipt: none; expected a value, as it is measured at receipt
      consideration[4].measured_at: receipt; expected inception (ASC 606-10-32-21, IFRS 15.66)
      consideration[5].distinct_goods.fair_value: 1.00 EUR; expected an amount in USD
      consideration[5].amount: -1.00 USD; expected zero or above (ASC 606-10-32-25, IFRS 15.70)
      consideration[6].plan.instalments.every_months: 0; expected 1 month or more (ASC 606-10-32-15, IFRS 15.60)
      consideration[6].plan.instalments.count: 1300; expected at most 1200 (ASC 606-10-32-15, IFRS 15.60)
      consideration[6].plan.payments[0]: month 1201; expected a payment within 1200 months (ASC 606-10-32-15, IFRS 15.60)
      consideration[6].plan.instalments.amount: 1.00 EUR; expected an amount in USD (ASC 606-10-32-15, IFRS 15.60)
      consideration[6].annual_rate: -1; expected a rate above -1, which is -100 % (ASC 606-10-32-19, IFRS 15.64)
      consideration[7].plan: no payment; expected a payment (ASC 606-10-32-15, IFRS 15.60)
      consideration[8].id: 0 characters; expected 1 to 200 characters
      consideration[8].amount: 8000000000000000000.00 USD; expected whole minor units of the currency
      consideration[9]: h; expected a part with an amount: prices by unit and fees by usage arise in a contract
    ");
}

#[test]
fn a_constraint_is_never_left_out() {
    let text = r#"{"kind": "variable", "id": "bonus", "estimate": {"method": "stated", "amount": {"amount": "1.00", "currency": "USD"}}}"#;
    let error = serde_json::from_str::<Consideration>(text).unwrap_err();
    assert!(
        error.to_string().contains("missing field `constraint`"),
        "{error}"
    );
}

#[test]
fn every_fault_of_a_schedule_is_listed() {
    let service = |text: &str| serde_json::from_str(text).unwrap();
    let document = |convention, price, service| ScheduleDocument {
        id: "support".into(),
        currency: Currency::USD,
        book: Book::Asc606,
        rounding: Rounding::HalfUp,
        service,
        convention,
        price,
        periods: serde_json::from_str(r#"{"weeks": {"pattern": "4-4-5", "from": "2025-01-06", "count": 4}}"#)
            .unwrap(),
    };
    let long = service(r#"{"start": "1900-01-01", "end": "2025-01-01"}"#);
    let short = service(r#"{"start": "2024-01-01", "end": "2025-01-01"}"#);
    let all = [
        document(
            Convention::MonthsHalf,
            ServicePrice::Amount(usd(dec!(0.001))),
            long,
        ),
        document(
            Convention::Daily,
            ServicePrice::MonthlyAmount(eur(dec!(1))),
            short,
        ),
    ];
    let all = all.map(|document| ServiceSchedule::new(document).unwrap_err().to_string());
    insta::assert_snapshot!(all.join("\n"), @r"
    schedule support, 3 faults:
      price.amount: 0.001 USD; expected whole minor units of the currency
      periods: parts of months; expected periods of whole calendar months, or the convention daily
      service: 1900-01-01 to 2024-12-31; expected a service of at most 1200 months
    schedule support, 2 faults:
      price.monthly_amount: 1.00 EUR; expected an amount in USD
      price.monthly_amount: a monthly amount; expected an amount for the whole service, as days have no monthly price
    ");
}

#[test]
fn every_fault_of_financing_is_listed() {
    let deferred =
        |plan, discount| financing(Compounding::Monthly, FinancingTerms::Deferred { plan, discount });
    let advance = FinancingTerms::Advance {
        amount: usd(dec!(-0.001)),
        annual_rate: dec!(-2),
        transfer_month: 1201,
    };
    let all = [
        deferred(PaymentPlan::default(), DiscountRate::CashPrice(eur(dec!(1)))),
        deferred(due(24, dec!(121)), DiscountRate::AnnualRate(dec!(-1))),
        deferred(due(24, dec!(121)), DiscountRate::CashPrice(usd(dec!(200)))),
        deferred(due(1, dec!(121)), DiscountRate::CashPrice(usd(dec!(1)))),
        deferred(due(0, dec!(121)), DiscountRate::CashPrice(usd(dec!(1)))),
        deferred(due(0, dec!(-1)), DiscountRate::CashPrice(usd(dec!(1)))),
        financing(Compounding::Annual, advance),
    ];
    let all = all.map(|document| FinancingComponent::new(document).unwrap_err().to_string());
    insta::assert_snapshot!(all.join("\n"), @r"
    financing machine, 2 faults:
      terms.deferred.plan: no payment; expected a payment (ASC 606-10-32-15, IFRS 15.60)
      terms.deferred.discount.cash_price: 1.00 EUR; expected an amount in USD (ASC 606-10-32-15, IFRS 15.60)
    financing machine: terms.deferred.discount.annual_rate: -1; expected a rate above -1, which is -100 % (ASC 606-10-32-19, IFRS 15.64)
    financing machine: terms.deferred.discount.cash_price: 200.00 USD; expected a price to which a rate from 0 to 1000 % discounts payments of 121 (ASC 606-10-32-19, IFRS 15.64)
    financing machine: terms.deferred.discount.cash_price: 1.00 USD; expected a price to which a rate from 0 to 1000 % discounts payments of 121 (ASC 606-10-32-19, IFRS 15.64)
    financing machine: terms.deferred.discount.cash_price: 1.00 USD; expected a price to which a rate from 0 to 1000 % discounts payments of 121 (ASC 606-10-32-19, IFRS 15.64)
    financing machine: terms.deferred.plan: a payment below zero; expected payments of zero or above, or a stated rate: a cash price then implies no single rate (ASC 606-10-32-19, IFRS 15.64)
    financing machine, 3 faults:
      terms.advance.amount: -0.001 USD; expected whole minor units of the currency, zero or above (ASC 606-10-32-15, IFRS 15.60)
      terms.advance.annual_rate: -2; expected a rate above -1, which is -100 % (ASC 606-10-32-19, IFRS 15.64)
      terms.advance.transfer_month: 1201; expected a transfer within 1200 months
    ");
}

#[test]
fn figures_are_derived_step_by_step() {
    let prices = StandalonePriceList::new(list(vec![
        priced(
            "seat",
            observed(&[dec!(100), dec!(98), dec!(103), dec!(140)], dec!(0.5)),
            None,
        ),
        priced(
            "setup",
            range(dec!(90), dec!(100), dec!(110), OutsideRange::Nearest),
            Some(dec!(80)),
        ),
    ]));
    insta::assert_snapshot!(prices.unwrap().explain("seat").unwrap().text(), @r"
    stand-alone selling price of seat, in minor units: 101.50 USD (rounded half up to 2 decimals, residue 0.00 USD) [ASC 606-10-32-32]
      stand-alone selling price of seat: 101.50 USD (rounded half up to 2 decimals, residue 0.00 USD) [2025 obligations[seat]; ASC 606-10-32-32; ASC 606-10-32-33]
        median of 4 prices, of which 3 lie close to it, seat: 101.50 USD (quotient) [2025 obligations[seat]]
          sum of these prices, seat: 203.00 USD (sum) [2025 obligations[seat]]
            price observed in the middle, seat: 100.00 USD [2025 obligations[seat]]
            price observed in the middle, seat: 103.00 USD [2025 obligations[seat]]
          number of these prices: 2
    ");

    let mut document = request(
        dec!(130),
        vec![
            priced("a", alone(dec!(40)), None),
            priced("b", alone(dec!(55)), None),
            priced("c", alone(dec!(45)), None),
            priced("d", residual(Some(dec!(15)), Some(dec!(45))), None),
        ],
    );
    document.allocation.bundles.push(Bundle {
        members: vec!["b".into(), "c".into()],
        price: usd(dec!(60)),
        regularly_sold: true,
    });
    let request = AllocationRequest::new(document).unwrap();
    insta::assert_snapshot!(request.explain("d").unwrap().text(), @r"
    residual, allocated to d: 30.00 USD (difference) [ASC 606-10-32-34(c)]
      transaction price: 130.00 USD [ASC 606-10-32-2]
      allocated to the others: 100.00 USD (sum) [ASC 606-10-32-34(c)]
        allocated at its stand-alone selling price to a: 40.00 USD (rounded half up to 2 decimals, residue 0.00 USD) [ASC 606-10-32-34(c)]
          stand-alone selling price of a: 40.00 USD [quote 7 obligations[a]; ASC 606-10-32-32]
        allocated to b: 33.00 USD (part 1) [ASC 606-10-32-37]
          split: 60.00 USD (split by weights, units left over to the largest cut-off fractions) #6
            price of b and c together: 60.00 USD [ASC 606-10-32-37]
            stand-alone selling price of b: 55.00 USD [quote 7 obligations[b]; ASC 606-10-32-32]
            stand-alone selling price of c: 45.00 USD [quote 7 obligations[c]; ASC 606-10-32-32]
        allocated to c: 27.00 USD (part 2) [ASC 606-10-32-37]
          split: 60.00 USD see #6
    ");
    insta::assert_snapshot!(request.explain("c").unwrap().text(), @r"
    allocated to c: 27.00 USD (part 2) [ASC 606-10-32-37]
      split: 60.00 USD (split by weights, units left over to the largest cut-off fractions)
        price of b and c together: 60.00 USD [ASC 606-10-32-37]
        stand-alone selling price of b: 55.00 USD [quote 7 obligations[b]; ASC 606-10-32-32]
        stand-alone selling price of c: 45.00 USD [quote 7 obligations[c]; ASC 606-10-32-32]
    ");

    let price = promised(vec![
        Consideration::fixed("base", usd(dec!(1000))),
        Consideration::Variable {
            id: "bonus".into(),
            estimate: Estimate::ExpectedValue {
                outcomes: vec![
                    Outcome {
                        amount: usd(dec!(100)),
                        probability: dec!(0.7),
                    },
                    Outcome {
                        amount: usd(dec!(0)),
                        probability: dec!(0.3),
                    },
                ],
            },
            constraint: Constraint::Amount(usd(dec!(50))),
            allocate_to: Vec::new(),
        },
        Consideration::PayableToCustomer {
            id: "marketing".into(),
            amount: usd(dec!(90)),
            distinct_goods: DistinctGoods::FairValue(usd(dec!(80))),
            allocate_to: Vec::new(),
        },
        Consideration::DeferredPayments {
            id: "later".into(),
            plan: due(24, dec!(121)),
            annual_rate: dec!(0.1),
            compounding: Compounding::Annual,
            allocate_to: Vec::new(),
        },
    ]);
    let price = TransactionPrice::new(price).unwrap();
    insta::assert_snapshot!(price.explain().unwrap().text(), @r"
    transaction price: 1140.00 USD (sum) [ASC 606-10-32-2]
      fixed consideration base: 1000.00 USD [quote 7 consideration[base]]
      included, of bonus: 50.00 USD (smallest) [ASC 606-10-32-11]
        expected value of bonus: 70.00 USD (rounded half up to 2 decimals, residue 0.00 USD) [ASC 606-10-32-8(a); quote 7 consideration[bonus]]
          all possible amounts: 70.00 USD (sum)
            by its probability: 70.00 USD (product)
              possible amount of bonus: 100.00 USD [ASC 606-10-32-5; quote 7 consideration[bonus]]
              its probability: 70 %
            by its probability: 0.00 USD (product)
              possible amount of bonus: 0.00 USD [ASC 606-10-32-5; quote 7 consideration[bonus]]
              its probability: 30 %
        probable not to be reversed, of bonus: 50.00 USD [ASC 606-10-32-11]
      less, for what is paid above the fair value, marketing: -10.00 USD (negated) [quote 7 consideration[marketing]; ASC 606-10-32-26]
        paid above their fair value, marketing: 10.00 USD (difference) [quote 7 consideration[marketing]; ASC 606-10-32-26]
          payable to the customer marketing: 90.00 USD [quote 7 consideration[marketing]; ASC 606-10-32-25] #11
          paid for goods of the customer, marketing: 80.00 USD (smallest) [quote 7 consideration[marketing]; ASC 606-10-32-26]
            payable to the customer marketing: 90.00 USD see #11
            fair value of what the customer gives for marketing: 80.00 USD [quote 7 consideration[marketing]; ASC 606-10-32-26]
      present value of payments of later: 100.00 USD (rounded half up to 2 decimals, residue 0.00 USD) [quote 7 consideration[later]; ASC 606-10-32-15]
        in 30 decimals: 100.00 USD (power, rounded half even to 30 decimals)
          in 60 decimals: 99.999999999999999999999999999999999999999999999999999999999955 USD (power, rounded half even to 60 decimals)
            discounted to month 0: 99.999999999999999999999999999999999999999999999999999999999955 USD (product) [ASC 606-10-32-15]
              due in month 24: 121.00 USD [ASC 606-10-32-15]
              discount for 24 months: 0.826446280991735537190082644628099173553719008264462809917355 (power, rounded half even to 60 decimals)
                growth in a year: 1.1 (sum)
                  one: 1 #16
                  annual rate: 10 % [ASC 606-10-32-19]
                years: -2
            one: 1 see #16
          one: 1 see #16
    ");
}

#[test]
fn a_value_that_is_half_a_minor_unit_is_rounded_as_one() {
    // 0.03 / 1.2 = 0.025, 1.17 / 1.04 = 1.125, 0.36 / 2.4^2 = 0.0625: through factors whose decimals do not end.
    for (amount, rate, months, value) in [
        (dec!(0.03), dec!(0.2), 12, dec!(0.03)),
        (dec!(1.17), dec!(0.04), 12, dec!(1.13)),
        (dec!(1.17), dec!(0.0816), 6, dec!(1.13)),
        (dec!(0.09), dec!(0.2), 24, dec!(0.06)),
    ] {
        let terms = FinancingTerms::Deferred {
            plan: due(months, amount),
            discount: DiscountRate::AnnualRate(rate),
        };
        let document = financing(Compounding::Annual, terms);
        let price = FinancingComponent::new(document)
            .unwrap()
            .figures()
            .unwrap()
            .transaction_price;
        assert_eq!(price, usd(value), "{amount} in {months} months at {rate}");
    }
}

#[test]
fn a_rate_is_found_to_its_twelfth_decimal() {
    let rate = |plan: PaymentPlan, price, compounding| {
        let terms = FinancingTerms::Deferred {
            plan,
            discount: DiscountRate::CashPrice(usd(price)),
        };
        let component = FinancingComponent::new(financing(compounding, terms)).unwrap();
        component
            .figures()
            .unwrap()
            .implied_annual_rate
            .unwrap()
            .to_string()
    };
    // 2^(1/2) - 1 = 0.414213562373(095), 12 (2^(1/24) - 1) = 0.351626839721(904)
    assert_eq!(
        rate(due(24, dec!(200)), dec!(100), Compounding::Annual),
        "0.414213562373"
    );
    assert_eq!(
        rate(due(24, dec!(200)), dec!(100), Compounding::Monthly),
        "0.351626839722"
    );
    assert_eq!(rate(due(12, dec!(1100)), dec!(100), Compounding::Annual), "10");
    assert_eq!(rate(due(12, dec!(100)), dec!(100), Compounding::Annual), "0");
    assert_eq!(rate(due(0, dec!(100)), dec!(100), Compounding::Annual), "0");
    // 10^12 + 1 for 10^12 a year earlier: a step exactly; a half of one more is rounded up.
    let (cash, more) = (dec!(1000000000000), dec!(1000000000001));
    assert_eq!(rate(due(12, more), cash, Compounding::Annual), "0.000000000001");
    let (cash, more) = (dec!(2000000000000), dec!(2000000000003));
    assert_eq!(rate(due(12, more), cash, Compounding::Annual), "0.000000000002");
}

#[test]
fn what_is_left_out_of_account_is_owed_without_interest() {
    let within_a_year = |terms| {
        let document = FinancingDocument {
            one_year_expedient: true,
            ..financing(Compounding::Monthly, terms)
        };
        FinancingComponent::new(document).unwrap()
    };
    let later = within_a_year(FinancingTerms::Deferred {
        plan: PaymentPlan {
            payments: vec![
                DeferredPayment {
                    month: 6,
                    amount: usd(dec!(60)),
                },
                DeferredPayment {
                    month: 12,
                    amount: usd(dec!(40)),
                },
            ],
            instalments: None,
        },
        discount: DiscountRate::CashPrice(usd(dec!(90))),
    });
    let figures = later.figures().unwrap();
    assert!(!figures.financing_component && figures.steps.is_empty());
    assert_eq!(
        (figures.transaction_price, figures.interest_total),
        (usd(dec!(100)), usd(dec!(0)))
    );
    assert!(figures.implied_annual_rate.is_some());
    assert_eq!(
        [0, 6, 12].map(|month| later.balance_at(month).unwrap()),
        [usd(dec!(100)), usd(dec!(40)), usd(dec!(0))]
    );
    let before = within_a_year(FinancingTerms::Advance {
        amount: usd(dec!(100)),
        annual_rate: dec!(0.06),
        transfer_month: 12,
    });
    assert_eq!(before.figures().unwrap().transaction_price, usd(dec!(100)));
    assert_eq!(before.balance_at(6).unwrap(), usd(dec!(100)));
    assert_eq!(
        before.explain_price().unwrap().recompute().unwrap(),
        dec!(100).into()
    );
}

#[test]
fn a_document_is_read_as_it_was_written() {
    let text = r#"{"id": "machine", "currency": "USD", "compounding": "monthly", "step": "year",
        "terms": {"deferred": {"discount": {"annual_rate": "0.06"}, "plan": {
            "instalments": {"count": 12, "first_month": 1, "amount": {"amount": "10.00", "currency": "USD"}}}}}}"#;
    let document: FinancingDocument = serde_json::from_str(text).unwrap();
    let again = serde_json::to_string(&document).unwrap();
    assert_eq!(
        serde_json::from_str::<FinancingDocument>(&again).unwrap(),
        document
    );
    for unknown in [
        text.replace("\"step\"", "\"steps\""),
        text.replace("\"annual_rate\"", "\"rate\""),
        text.replace("\"count\"", "\"counts\""),
        text.replace("\"0.06\"", "0.06"),
    ] {
        assert!(
            serde_json::from_str::<FinancingDocument>(&unknown).is_err(),
            "{unknown}"
        );
    }
    let text = r#"{"id": "a", "method": "residual"}"#;
    assert!(serde_json::from_str::<StandalonePrice>(text).is_err(), "{text}");
}
