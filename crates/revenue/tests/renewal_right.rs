//! Renewal rights: conservation, scale and order, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_revenue::money::{Currency, Decimal, Exact, Money, Price, Rounding, dec};
use l2c_revenue::{
    Book, MAX_RENEWALS, Renewal, RenewalAllocation, RenewalFigure, RenewalRight, RenewalTermFigures,
    RenewedTerm,
};
use proptest::prelude::*;

const PER_CONTRACT: RenewalAllocation = RenewalAllocation::PerContract { decimals: None };

fn term(price: Decimal, cost: Decimal) -> RenewedTerm {
    let usd = |amount| Price::new(amount, Currency::USD).unwrap();
    RenewedTerm {
        price: usd(price),
        cost: usd(cost),
    }
}

fn right(
    contracts: u32,
    allocation: RenewalAllocation,
    renewals: &[(Decimal, Decimal, Decimal)],
) -> RenewalRight {
    RenewalRight {
        contracts,
        first: term(dec!(1000), dec!(600)),
        renewals: renewals
            .iter()
            .map(|&(price, cost, likelihood)| Renewal {
                term: term(price, cost),
                likelihood,
            })
            .collect(),
        allocation,
        rounding: Rounding::HalfUp,
    }
}

fn renewals() -> impl Strategy<Value = Vec<(Decimal, Decimal, Decimal)>> {
    let one = (0_i64..200_000, 0_i64..200_000, 0_i64..=1_000).prop_map(|(price, cost, likelihood)| {
        (
            Decimal::new(price, 2),
            Decimal::new(cost, 2),
            Decimal::new(likelihood, 3),
        )
    });
    prop::collection::vec(one, 0..6)
}

fn allocations() -> impl Strategy<Value = RenewalAllocation> {
    prop_oneof![
        Just(RenewalAllocation::Cohort),
        Just(PER_CONTRACT),
        (0_u32..=2).prop_map(|decimals| RenewalAllocation::PerContract {
            decimals: Some(decimals)
        }),
    ]
}

fn total(amounts: impl Iterator<Item = Money>) -> Money {
    amounts.fold(Money::zero(Currency::USD), |sum, amount| {
        sum.checked_add(&amount).unwrap()
    })
}

proptest! {
    #[test]
    fn revenue_is_what_is_expected_to_be_paid(
        contracts in 0_u32..500, allocation in allocations(), renewals in renewals(),
    ) {
        let right = right(contracts, allocation, &renewals);
        let figures = right.figures(Book::Asc606).unwrap();
        prop_assert_eq!(figures.terms.len(), renewals.len() + 1);
        prop_assert_eq!(total(figures.terms.iter().map(|term| term.revenue)), figures.expected_consideration);
        if allocation == RenewalAllocation::Cohort {
            prop_assert!(figures.terms.last().unwrap().contract_liability.is_zero());
        }
    }

    #[test]
    fn contracts_that_are_rounded_one_by_one_scale(contracts in 0_u32..500, renewals in renewals()) {
        let one = right(1, PER_CONTRACT, &renewals).figures(Book::Asc606).unwrap();
        let many = right(contracts, PER_CONTRACT, &renewals).figures(Book::Asc606).unwrap();
        for (one, many) in one.terms.iter().zip(&many.terms) {
            prop_assert_eq!(one.revenue.exact() * Exact::integer(i64::from(contracts)), many.revenue.exact());
        }
    }

    #[test]
    fn a_renewal_that_nobody_takes_changes_nothing(
        contracts in 0_u32..500, allocation in allocations(), renewals in renewals(), price in 0_i64..100_000,
    ) {
        let before = right(contracts, allocation, &renewals).figures(Book::Asc606).unwrap();
        let mut more = renewals.clone();
        more.push((Decimal::new(price, 2), dec!(500), dec!(0)));
        let mut after = right(contracts, allocation, &more).figures(Book::Asc606).unwrap();
        let last = after.terms.pop().unwrap();
        prop_assert!(last.revenue.is_zero() && last.weighted_cost.is_zero());
        prop_assert_eq!(after, before);
    }

    #[test]
    fn a_derivation_recomputes_to_the_figure(
        contracts in 0_u32..500, allocation in allocations(), renewals in renewals(),
    ) {
        let right = right(contracts, allocation, &renewals);
        let figures = right.figures(Book::Ifrs15).unwrap();
        let recomputed = |figure| {
            right.explain(figure, Book::Ifrs15).unwrap().map(|why| why.recompute().unwrap())
        };
        prop_assert_eq!(
            recomputed(RenewalFigure::ExpectedConsideration),
            Some(figures.expected_consideration.exact())
        );
        for (index, term) in figures.terms.iter().enumerate() {
            prop_assert_eq!(recomputed(RenewalFigure::Revenue(index)), Some(term.revenue.exact()));
            prop_assert_eq!(recomputed(RenewalFigure::WeightedCost(index)), Some(term.weighted_cost.exact()));
            let liability = recomputed(RenewalFigure::ContractLiability(index));
            prop_assert_eq!(liability, Some(term.contract_liability.exact()));
        }
        prop_assert_eq!(recomputed(RenewalFigure::Revenue(figures.terms.len())), None);
    }
}

#[test]
fn one_term_earns_what_it_brings() {
    let figures = right(7, RenewalAllocation::Cohort, &[])
        .figures(Book::Asc606)
        .unwrap();
    assert_eq!(figures.expected_consideration.to_string(), "7000.00 USD");
    assert_eq!(figures.terms[0].revenue.to_string(), "7000.00 USD");
}

#[test]
fn each_renewal_is_as_likely_as_all_before_it_and_its_own() {
    // 100 + 100 x 0.5 + 100 x 0.5 x 0.5 = 175 for a contract; the cost is 50, 25 and 12.50 of 87.50.
    let mut right = right(
        10,
        RenewalAllocation::Cohort,
        &[(dec!(100), dec!(50), dec!(0.5)); 2],
    );
    right.first = term(dec!(100), dec!(50));
    let figures = right.figures(Book::Asc606).unwrap();
    assert_eq!(figures.expected_consideration.to_string(), "1750.00 USD");
    let shown = |of: fn(&RenewalTermFigures) -> Money| -> Vec<String> {
        figures.terms.iter().map(|term| of(term).amount_text()).collect()
    };
    assert_eq!(shown(|term| term.weighted_cost), ["500.00", "250.00", "125.00"]);
    assert_eq!(shown(|term| term.revenue), ["1000.00", "500.00", "250.00"]);
    assert_eq!(shown(|term| term.contract_liability), ["0.00", "0.00", "0.00"]);
}

#[test]
fn a_contract_is_rounded_before_there_are_many() {
    // 10 + 10.01 x 0.5 = 15.005, a third of it in the first term.
    let of = |rounding| {
        let mut right = right(2, PER_CONTRACT, &[(dec!(10.01), dec!(4), dec!(0.5))]);
        right.first = term(dec!(10), dec!(1));
        right.rounding = rounding;
        let figures = right.figures(Book::Asc606).unwrap();
        let first = figures.terms.first().unwrap().revenue;
        (figures.expected_consideration.amount_text(), first.amount_text())
    };
    assert_eq!(of(Rounding::HalfUp), ("30.02".to_owned(), "10.00".to_owned())); // 15.01, 5.00(3)
    assert_eq!(of(Rounding::HalfEven), ("30.00".to_owned(), "10.00".to_owned())); // 15.00, 5
    assert_eq!(of(Rounding::Up), ("30.02".to_owned(), "10.02".to_owned())); // 15.01, 5.01
}

#[test]
fn a_right_that_cannot_be_is_refused_with_its_place() {
    let cohort = |renewals: &[_]| right(3, RenewalAllocation::Cohort, renewals);
    let mut free = cohort(&[(dec!(10), dec!(5), dec!(0))]);
    free.first = term(dec!(10), dec!(0));
    let mut foreign = cohort(&[]);
    foreign.first.cost = Price::new(dec!(5), Currency::EUR).unwrap();
    let many = vec![(dec!(10), dec!(5), dec!(0.5)); MAX_RENEWALS + 1];
    let fine = RenewalAllocation::PerContract { decimals: Some(3) };
    for (right, code, place) in [
        (
            cohort(&[(dec!(10), dec!(5), dec!(1.01))]),
            "invalid_probability",
            "renewals[0].likelihood: 1.01",
        ),
        (
            cohort(&[(dec!(10), dec!(5), dec!(-0.01))]),
            "invalid_probability",
            "from 0 to 1",
        ),
        (
            cohort(&[(dec!(10), dec!(-5), dec!(1))]),
            "invalid_amount",
            "renewals[0].term.cost: -5",
        ),
        (foreign, "currency_mismatch", "first.cost: EUR; expected USD"),
        (free, "no_allocation_basis", "606-10-55-45"),
        (right(3, fine, &[]), "invalid_rounding", "at most 2, as USD has"),
        (cohort(&many), "count", "at most 100"),
        (
            right(
                u32::MAX,
                RenewalAllocation::Cohort,
                &[(dec!(1000000000000000), dec!(5), dec!(1))],
            ),
            "out_of_range",
            "",
        ),
    ] {
        let error = right.figures(Book::Asc606).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(place), "{error}");
    }
}
