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
use l2c_revenue::{Book, MAX_RENEWALS, Renewal, RenewalAllocation, RenewalFigure, RenewalRight, RenewedTerm};
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
