//! Repurchases: balance at every day and outcome, interest against figures worked out by hand, the time value of money.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_revenue::calendar::{NaiveDate, Period};
use l2c_revenue::judgement::{RepurchaseRight, RepurchaseTreatment};
use l2c_revenue::ledger::{LegalEntity, Role};
use l2c_revenue::money::{Currency, Decimal, Money, Rounding, dec};
use l2c_revenue::{
    Book, Convention, InterestAccrual, RepurchaseAgreement, RepurchaseFigure, RepurchaseOutcome,
    RepurchasePosition, TimeValue,
};
use proptest::prelude::*;

fn usd(amount: Decimal) -> Money {
    Money::new(amount, Currency::USD).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A forward over the year 2027, as the prices are.
fn forward(sale: Decimal, repurchase: Decimal) -> RepurchaseAgreement {
    RepurchaseAgreement {
        right: RepurchaseRight::Forward,
        sale_date: day("2027-01-01"),
        sale_price: usd(sale),
        repurchase_date: day("2027-12-31"),
        repurchase_price: usd(repurchase),
        sale_and_leaseback: false,
        time_value: TimeValue::Immaterial,
        accrual: Convention::MonthsTouched,
        interest: InterestAccrual::Effective,
        rounding: Rounding::HalfUp,
    }
}

fn position(agreement: &RepurchaseAgreement, on: &str, outcome: RepurchaseOutcome) -> RepurchasePosition {
    agreement
        .position(day(on), outcome, Book::Asc606)
        .unwrap()
        .unwrap()
}

fn treatment(agreement: &RepurchaseAgreement) -> RepurchaseTreatment {
    agreement.judge(Book::Asc606).unwrap().treatment
}

#[test]
fn half_the_time_at_the_effective_rate_is_the_geometric_mean() {
    // 100.00 grows to 144.00 in two months, so to 120.00 in one; by straight line to 122.00.
    let two_months = RepurchaseAgreement {
        repurchase_date: day("2027-02-28"),
        ..forward(dec!(100), dec!(144))
    };
    let open = RepurchaseOutcome::Open;
    assert_eq!(
        position(&two_months, "2027-01-31", open).financial_liability,
        usd(dec!(120))
    );
    let even = RepurchaseAgreement {
        interest: InterestAccrual::StraightLine,
        ..two_months
    };
    assert_eq!(
        position(&even, "2027-01-31", open).financial_liability,
        usd(dec!(122))
    );
    for agreement in [two_months, even] {
        assert_eq!(
            position(&agreement, "2027-01-30", open).financial_liability,
            usd(dec!(100))
        );
        assert_eq!(
            position(&agreement, "2027-02-28", open).financial_liability,
            usd(dec!(144))
        );
    }
}

#[test]
fn a_price_of_zero_accrues_evenly() {
    let free = RepurchaseAgreement {
        sale_and_leaseback: true,
        ..forward(dec!(120), dec!(0))
    };
    let june = position(&free, "2027-06-30", RepurchaseOutcome::Open);
    assert_eq!(
        (june.financial_liability, june.interest_expense),
        (usd(dec!(60)), usd(dec!(-60)))
    );
}

/// 1,050,000 in 365 days is 954,545.45 at 10 %: less than the 1,000,000 of the sale, though the price is more.
#[test]
fn the_prices_are_compared_with_the_time_value_of_money() {
    let nominal = RepurchaseAgreement {
        repurchase_date: day("2028-01-01"),
        ..forward(dec!(1000000), dec!(1050000))
    };
    assert_eq!(treatment(&nominal), RepurchaseTreatment::Financing);
    let at = |annual_rate| RepurchaseAgreement {
        time_value: TimeValue::AtRate { annual_rate },
        ..nominal
    };
    assert_eq!(treatment(&at(dec!(0))), RepurchaseTreatment::Financing);
    assert_eq!(treatment(&at(dec!(0.05))), RepurchaseTreatment::Financing); // just equal
    assert_eq!(treatment(&at(dec!(0.0500001))), RepurchaseTreatment::Lease);

    let lease = at(dec!(0.10));
    insta::assert_snapshot!(lease.judge(Book::Ifrs15).unwrap(), @r"
    lease (IFRS 15)
      not met: the repurchase price, 954545.45 USD (1050000.00 USD discounted to the sale), is at least the sale price, 1000000.00 USD [ASC 606-10-55-68, IFRS 15.B66]
      not met: it is part of a sale and leaseback [ASC 606-10-55-68(a), IFRS 15.B66(a)]
    ");
    let sold = position(&lease, "2027-01-01", RepurchaseOutcome::Open);
    assert_eq!(sold.financial_liability, usd(dec!(954545.45)));
    assert_eq!(sold.deferred_lease_income, usd(dec!(45454.55)));
    let end = position(&lease, "2028-01-01", RepurchaseOutcome::Open);
    assert_eq!(end.financial_liability, usd(dec!(1050000)));
    assert_eq!(end.interest_expense, usd(dec!(95454.55)));
    assert_eq!(end.lease_income, usd(dec!(45454.55)));

    let put = |annual_rate| RepurchaseAgreement {
        right: RepurchaseRight::Put {
            expected_market_value: Some(usd(dec!(1040000))),
            significant_economic_incentive: false,
        },
        ..at(annual_rate)
    };
    assert_eq!(treatment(&put(dec!(0.05))), RepurchaseTreatment::Financing);
    assert_eq!(
        treatment(&put(dec!(0.06))),
        RepurchaseTreatment::SaleWithRightOfReturn
    );
}

#[test]
fn a_discounted_half_of_a_cent_is_a_half() {
    // 0.03 / 1.2 is 0.025 just so, though 1 / 1.2 has no end.
    let tie = |rounding| RepurchaseAgreement {
        repurchase_date: day("2028-01-01"),
        time_value: TimeValue::AtRate {
            annual_rate: dec!(0.2),
        },
        rounding,
        ..forward(dec!(1), dec!(0.03))
    };
    let owed = |rounding| position(&tie(rounding), "2027-01-01", RepurchaseOutcome::Open).financial_liability;
    assert_eq!(owed(Rounding::HalfUp), usd(dec!(0.03)));
    assert_eq!(owed(Rounding::HalfEven), usd(dec!(0.02)));
}

#[test]
fn a_sale_with_a_right_of_return_has_no_position_of_its_own() {
    let put = RepurchaseAgreement {
        right: RepurchaseRight::Put {
            expected_market_value: None,
            significant_economic_incentive: false,
        },
        ..forward(dec!(1000), dec!(900))
    };
    let on = day("2027-06-30");
    assert_eq!(put.position(on, RepurchaseOutcome::Open, Book::Asc606), Ok(None));
    assert!(
        put.explain(RepurchaseFigure::Cash, on, RepurchaseOutcome::Open, Book::Asc606)
            .unwrap()
            .is_none()
    );
    let year = Period::inclusive(day("2027-01-01"), day("2027-12-31")).unwrap();
    let entity = LegalEntity::new("US01").unwrap();
    assert_eq!(
        put.entry("rep_1", entity, year, RepurchaseOutcome::Open, Book::Asc606),
        Ok(None)
    );
}

#[test]
fn a_lapse_is_revenue_and_cites_its_paragraph() {
    let entity = LegalEntity::new("US01").unwrap();
    let december = Period::inclusive(day("2027-12-01"), day("2027-12-31")).unwrap();
    let entry = |agreement: &RepurchaseAgreement, book| {
        agreement
            .entry("rep_1", entity, december, RepurchaseOutcome::Lapse, book)
            .unwrap()
            .unwrap()
    };
    let financing = entry(&forward(dec!(1000), dec!(1120)), Book::Asc606);
    assert_eq!(
        financing.header().citations,
        ["ASC 606-10-55-70", "ASC 606-10-55-71"]
    );
    let revenue = financing
        .lines()
        .iter()
        .find(|line| line.role == Role::Revenue)
        .unwrap();
    assert_eq!(revenue.amount, usd(dec!(-1120)));
    let put = RepurchaseAgreement {
        right: RepurchaseRight::Put {
            expected_market_value: None,
            significant_economic_incentive: true,
        },
        ..forward(dec!(1000), dec!(880))
    };
    let lease = entry(&put, Book::Ifrs15);
    assert_eq!(lease.header().citations, ["IFRS 15.B70", "IFRS 15.B76"]);
    assert_eq!(lease.header().posting_date, day("2027-12-31"));
}

#[test]
fn an_agreement_that_cannot_be_is_refused_with_its_place() {
    let sane = forward(dec!(1000), dec!(900));
    for (agreement, code, place) in [
        (
            RepurchaseAgreement {
                repurchase_date: sane.sale_date,
                ..sane
            },
            "invalid_term",
            "expected a day after 2027-01-01",
        ),
        (
            RepurchaseAgreement {
                repurchase_date: day("2026-12-31"),
                ..sane
            },
            "invalid_term",
            "repurchase_date: 2026-12-31",
        ),
        (
            RepurchaseAgreement {
                sale_price: usd(dec!(-1)),
                ..sane
            },
            "invalid_amount",
            "sale_price: -1.00 USD",
        ),
        (
            RepurchaseAgreement {
                repurchase_price: usd(dec!(0.001)),
                ..sane
            },
            "invalid_amount",
            "repurchase_price: 0.001 USD",
        ),
        (
            RepurchaseAgreement {
                repurchase_price: Money::new(dec!(5), Currency::EUR).unwrap(),
                ..sane
            },
            "currency_mismatch",
            "expected a price in USD",
        ),
        (
            RepurchaseAgreement {
                time_value: TimeValue::AtRate {
                    annual_rate: dec!(-1),
                },
                ..sane
            },
            "invalid_rate",
            "above -1",
        ),
    ] {
        let error = agreement.judge(Book::Asc606).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(place), "{error}");
        let at = agreement.position(sane.sale_date, RepurchaseOutcome::Open, Book::Asc606);
        assert_eq!(at.unwrap_err(), error);
    }
}

#[test]
fn interest_says_why() {
    let agreement = RepurchaseAgreement {
        time_value: TimeValue::AtRate {
            annual_rate: dec!(0.05),
        },
        ..forward(dec!(1000), dec!(1102.50))
    };
    let on = day("2027-06-30");
    let why = agreement.explain(
        RepurchaseFigure::InterestExpense,
        on,
        RepurchaseOutcome::Open,
        Book::Asc606,
    );
    insta::assert_snapshot!(why.unwrap().unwrap().text(), @r"
    interest expense: 50.00 USD (rounded half up to 2 decimals, residue 0.00 USD) [ASC 606-10-55-70]
      in 30 decimals: 50.00 USD (power, rounded half even to 30 decimals)
        interest expense, exact: 50.00 USD (difference)
          owed with interest, exact: 1050.00 USD (product)
            sale price: 1000.00 USD #0
            growth in the part of the time: 1.05 (power, rounded half even to 60 decimals)
              growth over the whole time: 1.1025 (quotient)
                repurchase price: 1102.50 USD
                sale price: 1000.00 USD see #0
              part of the time passed by the end of 2027-06-30: 50 % (quotient)
                time passed by the end of 2027-06-30: 6
                time of 2027-01-01 to 2027-12-31: 12
          sale price: 1000.00 USD see #0
        one: 1
    ");
}

fn agreements() -> impl Strategy<Value = RepurchaseAgreement> {
    let cents = prop_oneof![0_i64..100_000_000, 0_i64..100];
    let right = prop_oneof![
        Just(RepurchaseRight::Forward),
        Just(RepurchaseRight::Call),
        (0_i64..100_000_000, any::<bool>()).prop_map(|(market, incentive)| RepurchaseRight::Put {
            expected_market_value: Some(usd(Decimal::new(market, 2))),
            significant_economic_incentive: incentive,
        }),
    ];
    let time_value = prop_oneof![
        Just(TimeValue::Immaterial),
        (-500_i64..5_000).prop_map(|rate| TimeValue::AtRate {
            annual_rate: Decimal::new(rate, 4)
        }),
    ];
    let accrual = prop::sample::select(vec![
        Convention::Daily,
        Convention::MonthsTouched,
        Convention::MonthsProrated,
        Convention::MonthsHalf,
    ]);
    let interest = prop::sample::select(vec![InterestAccrual::Effective, InterestAccrual::StraightLine]);
    let policy = (time_value, accrual, interest, any::<bool>(), any::<bool>());
    (right, cents.clone(), cents, 0_u64..40, 1_u64..900, policy).prop_map(
        |(
            right,
            sale,
            repurchase,
            start,
            days,
            (time_value, accrual, interest, sale_and_leaseback, even),
        )| {
            let sale_date = day("2027-01-15") + chrono_days(start);
            RepurchaseAgreement {
                right,
                sale_date,
                sale_price: usd(Decimal::new(sale, 2)),
                repurchase_date: sale_date + chrono_days(days),
                repurchase_price: usd(Decimal::new(repurchase, 2)),
                sale_and_leaseback,
                time_value,
                accrual,
                interest,
                rounding: if even {
                    Rounding::HalfEven
                } else {
                    Rounding::HalfUp
                },
            }
        },
    )
}

fn chrono_days(days: u64) -> l2c_revenue::chrono::Days {
    l2c_revenue::chrono::Days::new(days)
}

fn outcomes() -> impl Strategy<Value = RepurchaseOutcome> {
    prop::sample::select(vec![
        RepurchaseOutcome::Open,
        RepurchaseOutcome::Lapse,
        RepurchaseOutcome::Exercise,
    ])
}

proptest! {
    #[test]
    fn debits_are_credits_at_every_day(
        agreement in agreements(), outcome in outcomes(), after in 0_u64..1_000,
    ) {
        let on = agreement.sale_date - chrono_days(5) + chrono_days(after);
        let Some(at) = agreement.position(on, outcome, Book::Asc606).unwrap() else {
            return Ok(());
        };
        let debits = at.cash.exact() + at.interest_expense.exact();
        let credits = at.financial_liability.exact()
            + at.deferred_lease_income.exact()
            + at.revenue.exact()
            + at.lease_income.exact();
        prop_assert_eq!(debits, credits);
        // What is owed lies between where it begins and where it ends.
        if (agreement.sale_date..agreement.repurchase_date).contains(&on) {
            let (sale, repurchase) = (agreement.sale_price.amount(), agreement.repurchase_price.amount());
            let begins = agreement.position(agreement.sale_date.pred_opt().unwrap(), outcome, Book::Asc606);
            prop_assert!(begins.unwrap().unwrap().cash.is_zero());
            if treatment(&agreement) == RepurchaseTreatment::Financing {
                let owed = at.financial_liability.amount();
                prop_assert!(sale.min(repurchase) <= owed && owed <= sale.max(repurchase), "{owed}");
            }
        }
    }

    #[test]
    fn entries_add_up_to_the_position(
        agreement in agreements(), outcome in outcomes(), cuts in prop::collection::btree_set(1_u64..950, 1..6),
    ) {
        let entity = LegalEntity::new("US01").unwrap();
        let mut from = agreement.sale_date;
        let (mut cash, mut owed) = (Money::zero(Currency::USD), Money::zero(Currency::USD));
        for cut in cuts {
            let until = agreement.sale_date + chrono_days(cut);
            let days = Period::new(from, until).unwrap();
            from = until;
            let entry = agreement.entry("rep_1", entity, days, outcome, Book::Ifrs15).unwrap();
            for line in entry.iter().flat_map(|entry| entry.lines()) {
                prop_assert_eq!(line.subject.as_str(), "rep_1");
                match line.role {
                    Role::Cash => cash = cash.checked_add(&line.amount).unwrap(),
                    Role::FinancialLiability => owed = owed.checked_sub(&line.amount).unwrap(),
                    _ => {}
                }
            }
        }
        let at = agreement.position(from.pred_opt().unwrap(), outcome, Book::Ifrs15).unwrap();
        if let Some(at) = at {
            prop_assert_eq!((at.cash, at.financial_liability), (cash, owed));
        } else {
            prop_assert!(cash.is_zero() && owed.is_zero());
        }
    }

    #[test]
    fn when_it_is_over_nothing_is_owed_or_deferred(agreement in agreements(), lapse in any::<bool>()) {
        let outcome = if lapse { RepurchaseOutcome::Lapse } else { RepurchaseOutcome::Exercise };
        let end = agreement.position(agreement.repurchase_date, outcome, Book::Asc606).unwrap();
        let Some(end) = end else { return Ok(()) };
        prop_assert!(end.financial_liability.is_zero() && end.deferred_lease_income.is_zero());
        let (sale, repurchase) = (agreement.sale_price, agreement.repurchase_price);
        if lapse {
            prop_assert_eq!((end.cash, end.revenue), (sale, repurchase));
        } else {
            prop_assert_eq!((end.cash, end.revenue), (sale.checked_sub(&repurchase).unwrap(), usd(dec!(0))));
        }
    }

    #[test]
    fn a_derivation_recomputes_to_the_figure(
        agreement in agreements(), outcome in outcomes(), after in 0_u64..1_000,
    ) {
        let on = agreement.sale_date + chrono_days(after);
        let Some(at) = agreement.position(on, outcome, Book::Asc606).unwrap() else {
            return Ok(());
        };
        for (figure, amount) in [
            (RepurchaseFigure::Cash, at.cash),
            (RepurchaseFigure::FinancialLiability, at.financial_liability),
            (RepurchaseFigure::DeferredLeaseIncome, at.deferred_lease_income),
            (RepurchaseFigure::Revenue, at.revenue),
            (RepurchaseFigure::LeaseIncome, at.lease_income),
            (RepurchaseFigure::InterestExpense, at.interest_expense),
        ] {
            let why = agreement.explain(figure, on, outcome, Book::Asc606).unwrap().unwrap();
            prop_assert_eq!(why.recompute().unwrap(), amount.exact());
        }
    }
}
