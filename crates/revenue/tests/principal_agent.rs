//! Sales for another party: what the two roles have in common, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_revenue::judgement::{PrincipalAgent, PrincipalAgentTreatment};
use l2c_revenue::money::{Currency, Decimal, Exact, Money, Price, Rounding, dec};
use l2c_revenue::{Book, SupplierTerms, ThirdPartyFigure, ThirdPartyFigures, ThirdPartySale};
use proptest::prelude::*;

const PRINCIPAL: PrincipalAgent = PrincipalAgent {
    obtains_asset_first: true,
    directs_service_of_other_party: false,
    combines_into_own_output: false,
};
const AGENT: PrincipalAgent = PrincipalAgent {
    obtains_asset_first: false,
    ..PRINCIPAL
};

fn price(amount: Decimal) -> Price {
    Price::new(amount, Currency::USD).unwrap()
}

fn sale(
    control: PrincipalAgent,
    quantity: Decimal,
    unit: Decimal,
    supplier: SupplierTerms,
) -> ThirdPartySale {
    ThirdPartySale {
        control,
        quantity_sold: quantity,
        unit_price: price(unit),
        supplier,
        rounding: Rounding::HalfUp,
    }
}

fn figures(sale: &ThirdPartySale) -> ThirdPartyFigures {
    sale.figures(Book::Ifrs15).unwrap()
}

fn bought(unit_cost: Decimal, quantity_purchased: Option<Decimal>) -> SupplierTerms {
    SupplierTerms::UnitCost {
        unit_cost: price(unit_cost),
        quantity_purchased,
    }
}

/// Whole cents and whole pieces, or anything with up to four decimals.
fn amounts() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        (0_i64..1_000_000).prop_map(|units| Decimal::new(units, 2)),
        (0_i64..1_000_000).prop_map(|units| Decimal::new(units, 4)),
    ]
}

fn suppliers() -> impl Strategy<Value = SupplierTerms> {
    prop_oneof![
        amounts().prop_map(|cost| bought(cost, None)),
        (0_i64..=10_000).prop_map(|rate| SupplierTerms::Commission {
            rate: Decimal::new(rate, 4)
        }),
    ]
}

proptest! {
    #[test]
    fn what_customers_pay_goes_to_the_agent_and_the_supplier(
        quantity in amounts(), unit in amounts(), supplier in suppliers(),
    ) {
        let gross = figures(&sale(PRINCIPAL, quantity, unit, supplier));
        let net = figures(&sale(AGENT, quantity, unit, supplier));
        prop_assert_eq!(gross.role, PrincipalAgentTreatment::Principal);
        prop_assert_eq!(net.role, PrincipalAgentTreatment::Agent);
        let paid = net.revenue.checked_add(&net.payable_to_supplier).unwrap();
        prop_assert_eq!(gross.revenue, paid);
        prop_assert_eq!(gross.cost_of_revenue, net.payable_to_supplier);
        // The role moves figures between lines; the profit is the same.
        prop_assert_eq!(gross.gross_profit, net.gross_profit);
        prop_assert_eq!(net.gross_profit, net.revenue);
    }

    #[test]
    fn whole_units_at_prices_in_cents_scale(
        quantity in 0_i64..1_000, times in 1_i64..50, unit in 0_i64..100_000, cost in 0_i64..100_000,
    ) {
        let supplier = bought(Decimal::new(cost, 2), None);
        for control in [PRINCIPAL, AGENT] {
            let of = |quantity| figures(&sale(control, Decimal::from(quantity), Decimal::new(unit, 2), supplier));
            let (once, often) = (of(quantity), of(quantity * times));
            let scaled = once.gross_profit.exact() * Exact::integer(times);
            prop_assert_eq!(often.gross_profit.exact(), scaled);
        }
    }

    #[test]
    fn a_derivation_recomputes_to_the_figure(
        quantity in amounts(), more in amounts(), unit in amounts(), cost in amounts(), agent in any::<bool>(),
    ) {
        let supplier = bought(cost, Some(quantity + more));
        let sale = sale(if agent { AGENT } else { PRINCIPAL }, quantity, unit, supplier);
        let figures = figures(&sale);
        for (figure, amount) in [
            (ThirdPartyFigure::Revenue, figures.revenue),
            (ThirdPartyFigure::CostOfRevenue, figures.cost_of_revenue),
            (ThirdPartyFigure::UnsoldCost, figures.unsold_cost),
            (ThirdPartyFigure::PayableToSupplier, figures.payable_to_supplier),
            (ThirdPartyFigure::GrossProfit, figures.gross_profit),
        ] {
            let why = sale.explain(figure, Book::Ifrs15).unwrap();
            prop_assert_eq!(why.recompute().unwrap(), amount.exact());
        }
    }
}

#[test]
fn a_commission_of_nothing_and_of_all() {
    let commission = |rate| sale(AGENT, dec!(3), dec!(33.33), SupplierTerms::Commission { rate });
    let nothing = figures(&commission(dec!(0)));
    assert_eq!(
        (
            nothing.revenue.to_string(),
            nothing.payable_to_supplier.to_string()
        ),
        ("0.00 USD".into(), "99.99 USD".into())
    );
    let all = figures(&commission(dec!(1)));
    assert_eq!(
        (all.revenue.to_string(), all.payable_to_supplier.to_string()),
        ("99.99 USD".into(), "0.00 USD".into())
    );
}

#[test]
fn what_an_agent_has_not_sold_is_not_its_cost() {
    let of = |control| {
        figures(&sale(
            control,
            dec!(9),
            dec!(230),
            bought(dec!(180), Some(dec!(10))),
        ))
    };
    assert_eq!(of(PRINCIPAL).unsold_cost.to_string(), "180.00 USD");
    assert_eq!(of(PRINCIPAL).gross_profit.to_string(), "270.00 USD"); // 2,070 - 1,620 - 180
    assert_eq!(of(AGENT).unsold_cost.to_string(), "0.00 USD");
    let more_than_bought = sale(AGENT, dec!(11), dec!(230), bought(dec!(180), Some(dec!(10))));
    assert!(
        more_than_bought.figures(Book::Asc606).is_ok(),
        "an agent buys nothing"
    );
}

#[test]
fn a_sale_that_cannot_be_is_refused_with_its_place() {
    let eur = SupplierTerms::UnitCost {
        unit_cost: Price::new(dec!(3), Currency::EUR).unwrap(),
        quantity_purchased: None,
    };
    let commission = |rate| SupplierTerms::Commission { rate };
    for (sale, code, place) in [
        (
            sale(PRINCIPAL, dec!(-1), dec!(5), bought(dec!(3), None)),
            "invalid_amount",
            "quantity_sold: -1",
        ),
        (
            sale(PRINCIPAL, dec!(1), dec!(-5), bought(dec!(3), None)),
            "invalid_amount",
            "unit_price: -5",
        ),
        (
            sale(AGENT, dec!(1), dec!(5), bought(dec!(-3), None)),
            "invalid_amount",
            "supplier.unit_cost.unit_cost: -3",
        ),
        (
            sale(AGENT, dec!(1), dec!(5), eur),
            "currency_mismatch",
            "expected USD",
        ),
        (
            sale(AGENT, dec!(1), dec!(5), commission(dec!(1.01))),
            "invalid_rate",
            "supplier.commission.rate: 1.01",
        ),
        (
            sale(AGENT, dec!(1), dec!(5), commission(dec!(-0.01))),
            "invalid_rate",
            "from 0 to 1",
        ),
        (
            sale(PRINCIPAL, dec!(11), dec!(5), bought(dec!(3), Some(dec!(10)))),
            "quantity_exceeds_purchase",
            "10; expected at least 11",
        ),
        (
            sale(PRINCIPAL, Decimal::MAX, dec!(5), bought(dec!(3), None)),
            "out_of_range",
            "",
        ),
    ] {
        let error = sale.figures(Book::Asc606).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(place), "{error}");
        assert_eq!(
            sale.explain(ThirdPartyFigure::Revenue, Book::Asc606)
                .err()
                .map(|e| e.code()),
            match code {
                "out_of_range" => None, // A derivation has no bounds.
                code => Some(code),
            }
        );
    }
}

#[test]
fn a_sale_says_why_it_is_net() {
    let sale = sale(
        AGENT,
        dec!(3),
        dec!(33.33),
        SupplierTerms::Commission { rate: dec!(0.125) },
    );
    let why = sale
        .explain(ThirdPartyFigure::PayableToSupplier, Book::Asc606)
        .unwrap();
    insta::assert_snapshot!(why.text(), @r"
    due to the supplier: 87.49 USD (difference)
      paid by customers: 99.99 USD (rounded half up to 2 decimals, residue 0.00 USD) #3
        paid by customers, exact: 99.99 USD (product)
          quantity sold: 3
          price of one: 33.33 USD
      kept as a commission: 12.50 USD (rounded half up to 2 decimals, residue 0.00125 USD)
        kept as a commission, exact: 12.49875 USD (product)
          paid by customers: 99.99 USD see #3
          commission: 12.5 %
    ");
    let why = sale.explain(ThirdPartyFigure::Revenue, Book::Asc606).unwrap();
    assert!(why.text().contains("[ASC 606-10-55-38]"), "{}", why.text());
    assert_eq!(
        serde_json::from_str::<ThirdPartySale>(&serde_json::to_string(&sale).unwrap()).unwrap(),
        sale
    );
    let _: Money = figures(&sale).revenue;
}
