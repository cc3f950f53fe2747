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
use l2c_revenue::money::{Currency, Money, dec};
use serde_json::{Value, json};

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
fn a_contract_needs_five_criteria_and_collection_that_its_book_calls_probable() {
    use CollectionLikelihood::*;
    for (book, facts) in every::<4>() {
        for collection_likelihood in [Remote, Possible, MoreLikelyThanNot, Likely] {
            let [
                approved,
                rights_identified,
                payment_terms_identified,
                commercial_substance,
            ] = facts;
            let judged = ContractExistence {
                approved,
                rights_identified,
                payment_terms_identified,
                commercial_substance,
                collection_likelihood,
            }
            .judge(book);
            let expected = match (facts, book, collection_likelihood) {
                ([true, true, true, true], _, Likely)
                | ([true, true, true, true], Book::Ifrs15, MoreLikelyThanNot) => {
                    ContractExistenceTreatment::Contract
                }
                _ => ContractExistenceTreatment::NoContract,
            };
            assert_eq!(judged.treatment, expected, "{judged}");
        }
    }
}

#[test]
fn a_receipt_before_a_contract_is_revenue_after_an_event_of_its_book() {
    for (book, facts) in every::<5>() {
        let [
            non_refundable,
            no_remaining_obligations,
            substantially_all_received,
            terminated,
            stopped_transferring,
        ] = facts;
        let judged = ReceiptBeforeContract {
            non_refundable,
            no_remaining_obligations,
            substantially_all_received,
            terminated,
            stopped_transferring,
        }
        .judge(book);
        let expected = match (book, facts) {
            (_, [true, true, true, _, _])
            | (_, [true, _, _, true, _])
            | (Book::Asc606, [true, _, _, _, true]) => ReceiptBeforeContractTreatment::Recognise,
            _ => ReceiptBeforeContractTreatment::Liability,
        };
        assert_eq!(judged.treatment, expected, "{judged}");
    }
}

#[test]
fn a_promise_is_distinct_unless_something_ties_it() {
    use DistinctTreatment::*;
    for (book, facts) in every::<7>() {
        let [
            capable_of_being_distinct,
            significant_integration,
            modifies_other_goods,
            highly_interdependent,
            substantially_same_over_time,
            same_pattern_and_measure,
            immaterial_promise,
        ] = facts;
        let judged = self::Distinct {
            capable_of_being_distinct,
            significant_integration,
            modifies_other_goods,
            highly_interdependent,
            substantially_same_over_time,
            same_pattern_and_measure,
            immaterial_promise,
        }
        .judge(book);
        let expected = match (book, facts) {
            (Book::Asc606, [.., true]) => NotAssessed,
            (_, [true, false, false, false, true, true, _]) => Series,
            (_, [true, false, false, false, ..]) => DistinctTreatment::Distinct,
            _ => NotDistinct,
        };
        assert_eq!(judged.treatment, expected, "{judged}");
    }
}

#[test]
fn an_obligation_is_satisfied_over_time_by_one_of_three_criteria() {
    for (book, facts) in every::<4>() {
        let [
            benefits_consumed_as_performed,
            customer_controls_asset_as_created,
            no_alternative_use,
            right_to_payment_to_date,
        ] = facts;
        let judged = Satisfaction {
            benefits_consumed_as_performed,
            customer_controls_asset_as_created,
            no_alternative_use,
            right_to_payment_to_date,
        }
        .judge(book);
        let expected = match facts {
            [false, false, false, _] | [false, false, _, false] => SatisfactionTreatment::PointInTime,
            _ => SatisfactionTreatment::OverTime,
        };
        assert_eq!(judged.treatment, expected, "{judged}");
    }
}

#[test]
fn a_principal_controls_in_one_of_three_ways() {
    for (book, facts) in every::<3>() {
        let [
            obtains_asset_first,
            directs_service_of_other_party,
            combines_into_own_output,
        ] = facts;
        let judged = PrincipalAgent {
            obtains_asset_first,
            directs_service_of_other_party,
            combines_into_own_output,
        }
        .judge(book);
        let expected = if facts == [false; 3] {
            PrincipalAgentTreatment::Agent
        } else {
            PrincipalAgentTreatment::Principal
        };
        assert_eq!(judged.treatment, expected, "{judged}");
    }
}

#[test]
fn a_repurchase_is_treated_by_its_prices_and_its_right() {
    use RepurchaseTreatment::*;
    let sale_price = Money::new(dec!(1000), Currency::USD).unwrap();
    for (book, [leaseback, incentive]) in every::<2>() {
        for price in [dec!(900), dec!(1000), dec!(1100)] {
            let price = Money::new(price, Currency::USD).unwrap();
            for worth in [dec!(850), dec!(1000), dec!(1050)] {
                let judge = |right| {
                    self::Repurchase {
                        right,
                        sale_price,
                        repurchase_price: price,
                        repurchase_price_at_sale: Money::new(worth, Currency::USD).unwrap(),
                        sale_and_leaseback: leaseback,
                    }
                    .judge(book)
                };
                let low = worth < dec!(1000);
                let expected = match (low, leaseback) {
                    (true, false) => Lease,
                    _ => Financing,
                };
                for right in [RepurchaseRight::Forward, RepurchaseRight::Call] {
                    assert_eq!(
                        judge(right).unwrap().treatment,
                        expected,
                        "{right:?} {price} {worth}"
                    );
                }
                for market in [dec!(899.99), dec!(900), dec!(1100), dec!(1100.01)] {
                    let judged = judge(RepurchaseRight::Put {
                        expected_market_value: Some(Money::new(market, Currency::USD).unwrap()),
                        significant_economic_incentive: incentive,
                    })
                    .unwrap();
                    let expected = match (low, incentive, price.amount() > market) {
                        (true, true, _) => expected,
                        (true, false, _) | (false, false, false) => SaleWithRightOfReturn,
                        (false, true, _) | (false, false, true) => Financing,
                    };
                    assert_eq!(judged.treatment, expected, "{judged}");
                }
                let unknown = judge(RepurchaseRight::Put {
                    expected_market_value: None,
                    significant_economic_incentive: incentive,
                });
                match (low, incentive) {
                    (false, false) => {
                        let error = unknown.unwrap_err();
                        assert_eq!(error.code(), "missing_fact");
                        assert!(error.to_string().contains("606-10-55-75"), "{error}");
                    }
                    (true, false) => assert_eq!(unknown.unwrap().treatment, SaleWithRightOfReturn),
                    (_, true) => assert_eq!(unknown.unwrap().treatment, expected),
                }
            }
        }
    }
}

#[test]
fn prices_in_two_currencies_are_not_compared() {
    let usd = Money::new(dec!(1000), Currency::USD).unwrap();
    let eur = Money::new(dec!(1000), Currency::EUR).unwrap();
    let facts = self::Repurchase {
        right: RepurchaseRight::Call,
        sale_price: usd,
        repurchase_price: eur,
        repurchase_price_at_sale: eur,
        sale_and_leaseback: false,
    };
    assert_eq!(facts.judge(Book::Asc606).unwrap_err().code(), "currency_mismatch");
}

#[test]
fn a_licence_is_judged_by_the_facts_of_its_book() {
    use LicenceTreatment::*;
    for (_, facts) in every::<4>() {
        let [distinct_licence, one, two, three] = facts;
        let licence = Licence {
            distinct_licence,
            asc606: Some(LicensedFunction {
                functional: one,
                functionality_will_change: two,
                customer_must_use_update: three,
            }),
            ifrs15: Some(LicensorActivities {
                activities_significantly_affect_ip: one,
                customer_exposed_to_effects: two,
                activities_transfer_a_good: three,
            }),
        };
        let (us, ifrs) = match facts {
            [false, ..] => (NotDistinct, NotDistinct),
            [true, true, true, false] => (RightToUse, RightToAccess),
            [true, true, true, true] | [true, false, ..] => (RightToAccess, RightToUse),
            [true, true, false, _] => (RightToUse, RightToUse),
        };
        let judged = BOOKS.map(|book| licence.judge(book).unwrap().treatment);
        assert_eq!(judged, [us, ifrs], "{licence:?}");

        let only_us = Licence {
            ifrs15: None,
            ..licence
        };
        assert_eq!(only_us.judge(Book::Asc606).unwrap().treatment, us);
        let without = only_us.judge(Book::Ifrs15);
        if distinct_licence {
            let error = without.unwrap_err();
            assert_eq!(error.code(), "missing_fact");
            assert!(error.to_string().contains("IFRS 15.B58(a)"), "{error}");
        } else {
            assert_eq!(without.unwrap().treatment, NotDistinct);
        }
    }
}

#[test]
fn a_royalty_waits_if_it_is_for_a_licence_by_sales_and_predominantly() {
    for (book, facts) in every::<3>() {
        let [
            promised_for_licence_of_ip,
            sales_or_usage_based,
            licence_predominant,
        ] = facts;
        let judged = Royalty {
            promised_for_licence_of_ip,
            sales_or_usage_based,
            licence_predominant,
        }
        .judge(book);
        let expected = if facts == [true; 3] {
            RoyaltyTreatment::OnSaleOrUsage
        } else {
            RoyaltyTreatment::VariableConsideration
        };
        assert_eq!(judged.treatment, expected, "{judged}");
    }
}

#[test]
fn of_two_facts_each_has_its_weight() {
    for (book, facts) in every::<2>() {
        let [one, two] = facts;
        let warranty = Warranty {
            separately_purchasable: one,
            service_beyond_specification: two,
        };
        let acceptance = Acceptance {
            objective_specifications: one,
            verifiable_before_delivery: two,
        };
        let fee = UpfrontFee {
            transfers_distinct_good: one,
            renewal_is_material_right: two,
        };
        let option = CustomerOption {
            discount_exceeds_general: one,
            arises_from_contract: two,
        };
        let variable = VariableAllocation {
            relates_specifically: one,
            meets_allocation_objective: two,
        };
        let treatments = [
            warranty.judge(book).treatment.code(),
            acceptance.judge(book).treatment.code(),
            fee.judge(book).treatment.code(),
            option.judge(book).treatment.code(),
            variable.judge(book).treatment.code(),
        ];
        let expected = match facts {
            [false, false] => [
                "assurance_warranty",
                "at_acceptance",
                "over_contract_term",
                "marketing_offer",
                "proportional",
            ],
            [false, true] => [
                "service_warranty",
                "at_acceptance",
                "over_customer_life",
                "marketing_offer",
                "proportional",
            ],
            [true, false] => [
                "service_warranty",
                "at_acceptance",
                "separate_obligation",
                "marketing_offer",
                "proportional",
            ],
            [true, true] => [
                "service_warranty",
                "at_delivery",
                "separate_obligation",
                "material_right",
                "to_target",
            ],
        };
        assert_eq!(treatments, expected);
    }
}

#[test]
fn goods_that_are_held_are_the_customers_by_four_criteria() {
    for (book, facts) in every::<4>() {
        let [
            substantive_reason,
            identified_separately,
            ready_for_transfer,
            entity_can_use_or_redirect,
        ] = facts;
        let judged = BillAndHold {
            substantive_reason,
            identified_separately,
            ready_for_transfer,
            entity_can_use_or_redirect,
        }
        .judge(book);
        let expected = if facts == [true, true, true, false] {
            BillAndHoldTreatment::ControlTransferred
        } else {
            BillAndHoldTreatment::ControlNotTransferred
        };
        assert_eq!(judged.treatment, expected, "{judged}");
    }
}

#[test]
fn a_dealer_holds_on_consignment_what_the_entity_still_controls() {
    for (book, facts) in every::<3>() {
        let [controlled_until_event, can_require_return, dealer_must_pay] = facts;
        let judged = self::Consignment {
            controlled_until_event,
            can_require_return,
            dealer_must_pay,
        }
        .judge(book);
        let expected = match facts {
            [true, true, _] | [true, false, false] => ConsignmentTreatment::Consignment,
            _ => ConsignmentTreatment::Sale,
        };
        assert_eq!(judged.treatment, expected, "{judged}");
    }
}

#[test]
fn a_discount_belongs_to_a_bundle_by_three_criteria() {
    for (book, facts) in every::<3>() {
        let [
            each_regularly_sold_alone,
            bundle_regularly_sold_at_discount,
            discount_substantially_same,
        ] = facts;
        let judged = DiscountAllocation {
            each_regularly_sold_alone,
            bundle_regularly_sold_at_discount,
            discount_substantially_same,
        }
        .judge(book);
        let expected = if facts.iter().all(|fact| *fact) {
            DiscountAllocationTreatment::ToBundle
        } else {
            DiscountAllocationTreatment::Proportional
        };
        assert_eq!(judged.treatment, expected, "{judged}");
    }
}

#[test]
fn financing_has_an_expedient_three_exceptions_and_a_measure() {
    for (book, facts) in every::<5>() {
        for months_between in [0, 11, 12, 13, 24, u32::MAX] {
            let [expedient_elected, discretion, outside, other, significant] = facts;
            let judged = self::Financing {
                months_between,
                expedient_elected,
                timing_at_customer_discretion: discretion,
                variable_outside_control: outside,
                difference_for_other_reason: other,
                significant,
            }
            .judge(book);
            let expected = match (facts, months_between) {
                ([true, ..], 0..=12) => FinancingTreatment::NoFinancing,
                ([_, false, false, false, true], _) => FinancingTreatment::Financing,
                _ => FinancingTreatment::NoFinancing,
            };
            assert_eq!(judged.treatment, expected, "{judged}");
        }
    }
}

#[test]
fn shipping_after_control_is_a_service_unless_us_gaap_lets_one_elect() {
    for (book, [before_control_transfers, elect_fulfilment]) in every::<2>() {
        let judged = Shipping {
            before_control_transfers,
            elect_fulfilment,
        }
        .judge(book);
        let found = judged
            .map(|judged| judged.treatment)
            .map_err(|error| error.code());
        let expected = match (book, before_control_transfers, elect_fulfilment) {
            (_, true, _) | (Book::Asc606, false, true) => Ok(ShippingTreatment::FulfilmentActivity),
            (Book::Ifrs15, false, true) => Err("election_not_available"),
            (_, false, false) => Ok(ShippingTreatment::SeparateObligation),
        };
        assert_eq!(found, expected);
    }
}

/// One set of facts for each question.
fn one_of_each() -> Vec<Value> {
    let usd = |amount: &str| json!({"amount": amount, "currency": "USD"});
    [
        ("contract_existence", json!({"approved": true, "rights_identified": true,
            "payment_terms_identified": true, "commercial_substance": true, "collection_likelihood": "likely"})),
        ("receipt_before_contract", json!({"non_refundable": true, "no_remaining_obligations": false,
            "substantially_all_received": false, "terminated": true, "stopped_transferring": false})),
        ("combination", json!({"same_customer": true, "near_same_time": true, "negotiated_as_package": true,
            "price_interdependent": false, "single_obligation": false})),
        ("distinct", json!({"capable_of_being_distinct": true, "significant_integration": false,
            "modifies_other_goods": false, "highly_interdependent": false, "substantially_same_over_time": true,
            "same_pattern_and_measure": true, "immaterial_promise": false})),
        ("satisfaction", json!({"benefits_consumed_as_performed": false, "customer_controls_asset_as_created": false,
            "no_alternative_use": true, "right_to_payment_to_date": true})),
        ("modification", json!({"approved": true, "adds_goods": false, "added_distinct": false,
            "price_reflects_ssp": false, "remaining_distinct": "some"})),
        ("principal_agent", json!({"obtains_asset_first": false, "directs_service_of_other_party": true,
            "combines_into_own_output": false})),
        ("repurchase", json!({"right": {"put": {"expected_market_value": usd("800.00"),
            "significant_economic_incentive": true}}, "sale_price": usd("1000.00"), "repurchase_price": usd("950.00"),
            "repurchase_price_at_sale": usd("900.00"), "sale_and_leaseback": false})),
        ("licence", json!({"distinct_licence": true, "asc606": {"functional": true, "functionality_will_change": true,
            "customer_must_use_update": true}})),
        ("royalty", json!({"promised_for_licence_of_ip": true, "sales_or_usage_based": true,
            "licence_predominant": true})),
        ("warranty", json!({"separately_purchasable": true, "service_beyond_specification": false})),
        ("bill_and_hold", json!({"substantive_reason": true, "identified_separately": true, "ready_for_transfer": true,
            "entity_can_use_or_redirect": false})),
        ("acceptance", json!({"objective_specifications": true, "verifiable_before_delivery": true})),
        ("financing", json!({"months_between": 24, "expedient_elected": false, "timing_at_customer_discretion": false,
            "variable_outside_control": false, "difference_for_other_reason": false, "significant": true})),
        ("upfront_fee", json!({"transfers_distinct_good": false, "renewal_is_material_right": true})),
        ("customer_option", json!({"discount_exceeds_general": true, "arises_from_contract": true})),
        ("discount_allocation", json!({"each_regularly_sold_alone": true, "bundle_regularly_sold_at_discount": true,
            "discount_substantially_same": true})),
        ("variable_allocation", json!({"relates_specifically": true, "meets_allocation_objective": true})),
        ("consignment", json!({"controlled_until_event": true, "can_require_return": true, "dealer_must_pay": false})),
        ("shipping", json!({"before_control_transfers": false, "elect_fulfilment": true})),
    ]
    .map(|(question, facts)| json!({"question": question, "facts": facts}))
    .to_vec()
}

#[test]
fn stored_judgements_come_back_as_they_were_and_lead_to_the_same_treatment() {
    let stored = one_of_each();
    let names: Vec<&str> = stored
        .iter()
        .map(|one| one["question"].as_str().unwrap())
        .collect();
    assert_eq!(names, Judgement::QUESTIONS);
    let treatments: Vec<&str> = stored
        .iter()
        .map(|one| {
            let judgement: Judgement = serde_json::from_value(one.clone()).unwrap();
            assert_eq!(serde_json::to_value(judgement).unwrap(), *one);
            assert_eq!(judgement.question(), one["question"]);
            judgement.judge(Book::Asc606).unwrap().treatment
        })
        .collect();
    assert_eq!(
        treatments.join(" "),
        "contract recognise combine series over_time mixed principal lease right_to_access on_sale_or_usage \
         service_warranty control_transferred at_delivery financing over_customer_life material_right to_bundle \
         to_target consignment fulfilment_activity"
    );
}

#[test]
fn a_fact_is_neither_left_out_nor_invented() {
    for one in one_of_each() {
        let facts = one["facts"].as_object().unwrap();
        let optional = [
            "asc606",
            "sale_and_leaseback",
            "substantially_same_over_time",
            "same_pattern_and_measure",
            "immaterial_promise",
        ];
        for name in facts.keys() {
            let mut without = one.clone();
            without["facts"].as_object_mut().unwrap().remove(name);
            let read = serde_json::from_value::<Judgement>(without);
            assert_eq!(read.is_ok(), optional.contains(&name.as_str()), "{name}");
            let mut wrong = one.clone();
            wrong["facts"][name] = json!("maybe");
            assert!(serde_json::from_value::<Judgement>(wrong).is_err(), "{name}");
        }
        let mut more = one.clone();
        more["facts"]["colour"] = json!(true);
        let error = serde_json::from_value::<Judgement>(more).unwrap_err();
        assert!(error.to_string().contains("unknown field `colour`"), "{error}");
    }
}

#[test]
fn each_test_of_a_book_is_cited_from_it() {
    for one in one_of_each() {
        let judgement: Judgement = serde_json::from_value(one).unwrap();
        for book in BOOKS {
            let Ok(judged) = judgement.judge(book) else {
                continue; // Two of them are of US GAAP alone.
            };
            assert!(!judged.because.is_empty());
            let source = match book {
                Book::Asc606 => "ASC",
                Book::Ifrs15 => "IFRS",
            };
            for finding in &judged.because {
                assert_eq!(book.cite(finding.paragraph).source, source, "{judged}");
            }
        }
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
    assert_eq!(
        serde_json::to_value(&judged).unwrap()["because"][3],
        json!({
            "met": false,
            "test": "the price grows by the stand-alone selling prices of what is added",
            "paragraph": "ASC 606-10-25-12(b), IFRS 15.20(b)"
        })
    );
}
