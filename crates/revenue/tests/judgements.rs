//! Every question on every combination of its facts, against the rule written down another way: as the list of
//! combinations that lead to each treatment, with `_` for what does not matter.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_revenue::Book;
use l2c_revenue::judgement::*;

const BOOKS: [Book; 2] = [Book::Asc606, Book::Ifrs15];

/// Every combination of `N` facts under each book.
fn every<const N: usize>() -> impl Iterator<Item = (Book, [bool; N])> {
    let facts = (0..1_u32 << N).map(|bits| std::array::from_fn(|fact| bits >> fact & 1 == 1));
    facts.flat_map(|facts| BOOKS.map(|book| (book, facts)))
}

#[test]
fn contracts_are_combined_by_parties_time_and_a_link() {
    for (book, facts) in every::<5>() {
        let [
            same_customer,
            near_same_time,
            negotiated_as_package,
            price_interdependent,
            single_obligation,
        ] = facts;
        let judged = Combination {
            same_customer,
            near_same_time,
            negotiated_as_package,
            price_interdependent,
            single_obligation,
        }
        .judge(book);
        let expected = match facts {
            [true, true, true, _, _] | [true, true, _, true, _] | [true, true, _, _, true] => {
                CombinationTreatment::Combine
            }
            _ => CombinationTreatment::Separate,
        };
        assert_eq!(judged.treatment, expected, "{judged}");
        assert_eq!(judged.because.len(), 5, "every condition is looked at: {judged}");
    }
}

#[test]
fn a_modification_is_treated_by_what_it_adds_and_what_remains() {
    use ModificationTreatment::*;
    for (book, facts) in every::<4>() {
        for remaining_distinct in [
            RemainingDistinct::All,
            RemainingDistinct::Some,
            RemainingDistinct::None,
        ] {
            let [approved, adds_goods, added_distinct, price_reflects_ssp] = facts;
            let judged = Modification {
                approved,
                adds_goods,
                added_distinct,
                price_reflects_ssp,
                remaining_distinct,
            }
            .judge(book);
            let expected = match (facts, remaining_distinct) {
                ([false, ..], _) => NotAModification,
                ([true, true, true, true], _) => SeparateContract,
                (_, RemainingDistinct::All) => Prospective,
                (_, RemainingDistinct::None) => CumulativeCatchUp,
                (_, RemainingDistinct::Some) => Mixed,
            };
            assert_eq!(judged.treatment, expected, "{judged}");
            let last = judged.because.last().unwrap();
            assert_eq!(
                last.met,
                expected != NotAModification,
                "the last test decides: {judged}"
            );
        }
    }
}

#[test]
fn what_remains_is_distinct_by_each_of_it() {
    assert_eq!(RemainingDistinct::of([]), RemainingDistinct::All);
    for (_, facts) in every::<3>() {
        let distinct = facts.iter().filter(|fact| **fact).count();
        let expected = [
            RemainingDistinct::None,
            RemainingDistinct::Some,
            RemainingDistinct::Some,
            RemainingDistinct::All,
        ][distinct];
        assert_eq!(RemainingDistinct::of(facts), expected);
    }
}

#[test]
fn a_judgement_says_why() {
    let judged = Modification {
        approved: true,
        adds_goods: true,
        added_distinct: true,
        price_reflects_ssp: false,
        remaining_distinct: RemainingDistinct::All,
    }
    .judge(Book::Ifrs15);
    insta::assert_snapshot!(judged, @r"
    prospective (IFRS 15)
      met:     the parties have approved the change [ASC 606-10-25-10, IFRS 15.18]
      met:     the scope grows by added goods or services, and nothing else changes [ASC 606-10-25-12(a), IFRS 15.20(a)]
      met:     what is added is distinct [ASC 606-10-25-12(a), IFRS 15.20(a)]
      not met: the price grows by the stand-alone selling prices of what is added [ASC 606-10-25-12(b), IFRS 15.20(b)]
      met:     all that remains is distinct from what was transferred [ASC 606-10-25-13(a), IFRS 15.21(a)]
    ");
}
