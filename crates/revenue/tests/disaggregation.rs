//! Disaggregation: sums, agreement of views, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_revenue::money::{Currency, Exact, Money, dec};
use l2c_revenue::{Book, DisaggregatedView, Disaggregation, TaggedRevenue};
use proptest::prelude::*;

fn line(cents: i64, tags: &[(&str, &str)]) -> TaggedRevenue {
    TaggedRevenue {
        amount: Money::from_minor(cents, Currency::USD).unwrap(),
        tags: tags
            .iter()
            .map(|(tag, value)| ((*tag).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

fn view(id: &str, dimensions: &[&str], lines: Vec<TaggedRevenue>) -> DisaggregatedView {
    DisaggregatedView {
        id: id.to_owned(),
        dimensions: dimensions.iter().map(|tag| (*tag).to_owned()).collect(),
        lines,
    }
}

fn lines() -> impl Strategy<Value = Vec<TaggedRevenue>> {
    let value = prop::sample::select(vec!["a", "b", "c"]);
    let one = (-100_000_i64..100_000, value.clone(), value);
    let tagged =
        one.prop_map(|(cents, region, timing)| line(cents, &[("region", region), ("timing", timing)]));
    prop::collection::vec(tagged, 0..30)
}

fn of(lines: Vec<TaggedRevenue>) -> Disaggregation {
    Disaggregation::new(&[view("v", &["region", "timing"], lines)], Currency::USD, None).unwrap()
}

proptest! {
    #[test]
    fn every_dimension_adds_up_to_the_total(lines in lines()) {
        let plain: i64 = lines.iter().map(|line| line.amount.minor().unwrap()).sum();
        let revenue = of(lines);
        prop_assert_eq!(revenue.total().minor().unwrap(), plain);
        for sums in revenue.views()[0].dimensions.values() {
            prop_assert_eq!(Money::sum(sums.values(), Currency::USD).unwrap(), revenue.total());
        }
    }

    #[test]
    fn order_does_not_matter_and_signs_turn_around(lines in lines()) {
        let forward = of(lines.clone());
        let mut backward = lines.clone();
        backward.reverse();
        prop_assert_eq!(&of(backward), &forward);
        let mut negated = lines;
        for line in &mut negated {
            line.amount = line.amount.negated();
        }
        let negated = of(negated);
        prop_assert_eq!(negated.total(), forward.total().negated());
        for value in ["a", "b", "c"] {
            let sum = |of: &Disaggregation| of.sum("v", "region", value);
            prop_assert_eq!(sum(&negated), sum(&forward).map(|sum| sum.negated()));
        }
    }

    #[test]
    fn views_of_the_same_lines_agree_and_a_cent_moved_is_seen(lines in lines(), moved in 1_i64..100) {
        let mut views = vec![view("a", &["region"], lines.clone()), view("b", &["timing"], lines)];
        let whole = Disaggregation::new(&views, Currency::USD, Some("region"));
        prop_assert!(whole.is_ok());
        views[1].lines.push(line(moved, &[("region", "a"), ("timing", "a")]));
        let error = Disaggregation::new(&views, Currency::USD, None).unwrap_err();
        prop_assert_eq!(error.code(), "dimensions_disagree");
        views[1].lines.push(line(-moved, &[("region", "b"), ("timing", "a")]));
        prop_assert!(Disaggregation::new(&views, Currency::USD, None).is_ok());
        let error = Disaggregation::new(&views, Currency::USD, Some("region")).unwrap_err();
        prop_assert_eq!(error.code(), "dimensions_disagree");
    }

    #[test]
    fn a_sum_is_derived_from_its_lines(lines in lines()) {
        let revenue = of(lines.clone());
        let view = view("v", &[], lines);
        for value in ["a", "b", "c"] {
            let why = view.explain("region", value, Currency::USD, Book::Asc606).unwrap();
            let sum = revenue.sum("v", "region", value);
            let recomputed: Option<Exact> = why.map(|why| why.recompute().unwrap());
            prop_assert_eq!(recomputed, sum.map(|sum| sum.exact()));
        }
    }
}

#[test]
fn a_value_that_sums_to_zero_need_not_be_in_every_view() {
    let segment = |cents, value| line(cents, &[("segment", value)]);
    let views = [
        view(
            "a",
            &["segment"],
            vec![
                segment(100, "x"),
                segment(0, "y"),
                segment(5, "z"),
                segment(-5, "z"),
            ],
        ),
        view("b", &["segment"], vec![segment(100, "x")]),
    ];
    assert!(Disaggregation::new(&views, Currency::USD, Some("segment")).is_ok());
}

#[test]
fn no_view_and_an_empty_one_have_no_revenue() {
    assert!(
        Disaggregation::new(&[], Currency::JPY, None)
            .unwrap()
            .total()
            .is_zero()
    );
    let empty =
        Disaggregation::new(&[view("v", &["region"], vec![])], Currency::USD, Some("segment")).unwrap();
    assert_eq!(empty.sum("v", "region", "Europe"), None);
    assert!(empty.total().is_zero());
}

#[test]
fn every_fault_is_named_with_its_place() {
    let euro = TaggedRevenue {
        amount: Money::new(dec!(1), Currency::EUR).unwrap(),
        ..line(0, &[("region", "EU")])
    };
    let views = [
        view(
            "v",
            &["region"],
            vec![
                line(100, &[("region", "EU"), ("segment", "x")]),
                line(50, &[("country", "FR")]),
            ],
        ),
        view("v", &["region"], vec![euro]),
    ];
    let error = Disaggregation::new(&views, Currency::USD, Some("segment")).unwrap_err();
    insta::assert_snapshot!(error, @r"
    disaggregation of revenue, 5 faults:
      views[0].lines[1].tags: expected a value of `region`, which is summed by
      views[0].lines[1].tags: expected a value of `segment`, which is summed by
      views[1].id: v; expected a name used once
      views[1].lines[0].amount: expected every line in USD
      views[1].lines[0].tags: expected a value of `segment`, which is summed by
    ");
    let views = [
        view(
            "a",
            &[],
            vec![line(1000, &[("segment", "x")]), line(500, &[("segment", "y")])],
        ),
        view(
            "b",
            &[],
            vec![line(900, &[("segment", "x")]), line(601, &[("segment", "y")])],
        ),
    ];
    let error = Disaggregation::new(&views, Currency::USD, Some("segment")).unwrap_err();
    insta::assert_snapshot!(error, @r"
    disaggregation of revenue, 3 faults:
      views[1]: total 15.01 USD; expected 15.00 USD, as in the first view (ASC 606-10-50-5, IFRS 15.114)
      views[1]: x 9.00 USD; expected 10.00 USD, as in the first view (ASC 606-10-50-5, IFRS 15.114)
      views[1]: y 6.01 USD; expected 5.00 USD, as in the first view (ASC 606-10-50-5, IFRS 15.114)
    ");
}
