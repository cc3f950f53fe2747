//! What holds for every contract, by whatever measures it is performed and however it is changed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::manual_is_multiple_of,
    clippy::cast_possible_truncation,
    missing_docs
)]

mod contract;

use std::collections::BTreeMap;

use contract::*;
use l2c_calendar::{FiscalMonth, NaiveDate, Period};
use l2c_host::{DateTime, Decider, Utc};
use l2c_ledger::{Role, TrialBalance};
use l2c_money::{Currency, Decimal, Money, Price};
use l2c_revenue::*;
use proptest::prelude::*;
use proptest::sample::select;

/// Day `n` after the inception of every contract here.
fn date(n: u32) -> NaiveDate {
    day("2020-01-15") + chrono::Days::new(u64::from(n))
}

/// A day by which everything here is over.
const LAST: u32 = 3_000;

fn view(n: u32) -> View {
    View {
        as_of: date(n),
        known_at: DateTime::<Utc>::MAX_UTC,
        book: Book::Asc606,
    }
}

fn term(from: u32, days: u32) -> Period {
    Period::new(date(from), date(from + days)).unwrap()
}

fn tenths(n: u32) -> Decimal {
    Decimal::new(i64::from(n), 1)
}

/// Amounts and prices of a currency, from minor units.
#[derive(Debug, Clone, Copy)]
struct Coin(Currency);

impl Coin {
    fn of(self, units: i64) -> Money {
        Money::from_minor(units, self.0).unwrap()
    }

    fn price(self, units: i64) -> Price {
        Price::new(self.of(units).amount(), self.0).unwrap()
    }
}

/// Raw numbers of an obligation: measure, stand-alone price, and three more.
type Promise = (u8, i64, u32, u32, u32);

/// Raw numbers of something that happens: day, delay until it is known, kind, which obligation, and two more.
type Step = (u32, u32, u8, usize, u32, u32);

fn measure(coin: Coin, (kind, _, a, b, c): Promise) -> Measure {
    let convention = [
        None,
        Some(Convention::MonthsTouched),
        Some(Convention::MonthsProrated),
        Some(Convention::MonthsHalf),
    ][(c % 4) as usize];
    match kind {
        0 => Measure::PointInTime,
        1 => Measure::Units {
            total: Some(Decimal::from(a % 40 + 1)),
        },
        2 => Measure::Percent,
        3 => Measure::Milestones {
            milestones: [("m0", 2), ("m1", 3), ("m2", 5)]
                .map(|(id, weight)| Milestone {
                    id: id.to_owned(),
                    weight: tenths(weight),
                })
                .to_vec(),
        },
        4 => Measure::CostToCost {
            estimated_total: (c % 4 > 0).then(|| coin.of(i64::from(a) * 1_000 + 100_000)),
            uninstalled_total: (b % 3 == 0).then(|| coin.of(i64::from(b) * 100)),
        },
        5 => Measure::Redemption {
            expected: Decimal::from(a % 90 + 1),
        },
        6 => Measure::MaterialRight,
        7 => Measure::TakeOrPay {
            minimum: coin.of(i64::from(a) * 100),
            unit_price: coin.of(i64::from(b % 700) + 1).amount(),
            overage_price: coin.of(i64::from(c)).amount(),
            end: date(a % 600),
            expected_units: None,
        },
        8 => Measure::Units { total: None },
        9 => Measure::Time {
            period: None,
            convention,
        },
        _ => Measure::Time {
            period: Some(term(a % 300, b % 700 + 1)),
            convention,
        },
    }
}

fn obligation(coin: Coin, id: String, raw: Promise) -> Obligation {
    let (kind, ssp, a, b, c) = raw;
    let ssp = StandalonePrice::observable(coin.of(ssp));
    Obligation {
        unit_cost: (kind < 2 && a % 2 == 0).then(|| coin.of(i64::from(b))),
        returns: (kind < 2 && c % 3 == 0).then(|| Returns {
            expected_units: Decimal::from(b % 3),
            recovery_cost_per_unit: (a % 2 == 0).then(|| coin.of(i64::from(b / 2))),
        }),
        usable_from: (kind == 0 && b % 4 == 0).then(|| date(b % 500)),
        acceptance: if kind == 0 && a % 4 == 0 {
            Acceptance::Subjective
        } else {
            Acceptance::Objective
        },
        expected_date: (a % 3 == 0).then(|| date(b)),
        ..Obligation::new(id, ssp, measure(coin, raw))
    }
}

fn promise() -> impl Strategy<Value = Promise> {
    (0..13_u8, 1..500_000_i64, 0..1_000_u32, 0..1_000_u32, 0..1_000_u32)
}

fn price() -> impl Strategy<Value = i64> {
    prop_oneof![6 => 0..3_000_000_i64, 1 => -2_000_000..0_i64, 1 => -500..500_i64]
}

fn terms() -> impl Strategy<Value = TermsDocument> {
    (
        select(vec![Currency::USD, Currency::JPY, Currency::KWD]),
        prop::collection::vec(price(), 1..3),
        (0..4_u8, 0..400_000_i64, -400_000..0_i64, 0..4_u8),
        prop::collection::vec(promise(), 1..5),
        any::<[bool; 8]>(),
        0..4_u8,
    )
        .prop_map(
            |(currency, prices, (variable, high, low, cap), promises, flags, options)| {
                let coin = Coin(currency);
                let mut document = bundle(coin.of(0), &[]);
                document.consideration = (0..)
                    .zip(prices)
                    .map(|(n, price)| Consideration::fixed(format!("price {n}"), coin.of(price)))
                    .collect();
                document.obligations = (0..)
                    .zip(promises)
                    .map(|(n, raw)| obligation(coin, format!("o{n}"), raw))
                    .collect();
                if document.obligations.iter().all(|o| !takes_part(&o.measure)) {
                    document
                        .obligations
                        .push(obligation(coin, "licence".to_owned(), (0, 100, 1, 1, 1)));
                }
                let first = document
                    .obligations
                    .iter()
                    .find(|o| takes_part(&o.measure))
                    .map(|o| o.id.clone());
                if variable > 0 {
                    let outcome = |units, probability| Outcome {
                        amount: coin.of(units),
                        probability: tenths(probability),
                    };
                    document.consideration.push(Consideration::Variable {
                        id: "bonus".to_owned(),
                        estimate: if variable == 1 {
                            Estimate::Stated {
                                amount: coin.of(high),
                            }
                        } else {
                            Estimate::ExpectedValue {
                                outcomes: vec![outcome(high, 3), outcome(low, 7)],
                            }
                        },
                        constraint: match cap {
                            0 => Constraint::None,
                            1 => Constraint::Full,
                            _ => Constraint::Amount(coin.of(low.min(high))),
                        },
                        allocate_to: first.iter().filter(|_| variable == 3).cloned().collect(),
                    });
                }
                for open in document
                    .obligations
                    .iter()
                    .filter(|o| matches!(o.measure, Measure::Units { total: None }))
                {
                    document.consideration.push(Consideration::PerUnit {
                        id: format!("each {}", open.id),
                        obligation: open.id.clone(),
                        unit_price: coin.price(high % 900),
                        retrospective_tiers: vec![RetrospectiveTier {
                            above_units: Decimal::from(5),
                            unit_price: coin.price(high % 700),
                        }],
                        expected_units: Decimal::from(cap),
                    });
                }
                if options & 1 > 0 {
                    document.consideration.push(Consideration::Usage {
                        id: "fee".to_owned(),
                        rate: coin.price(high % 300),
                        allocate_to: Vec::new(),
                    });
                }
                if options & 2 > 0 {
                    document.consideration.push(Consideration::PayableToCustomer {
                        id: "incentive".to_owned(),
                        amount: coin.of(high / 10),
                        distinct_goods: DistinctGoods::None,
                        allocate_to: Vec::new(),
                    });
                }
                let policy = &mut document.policy;
                policy.rounding = if flags[0] {
                    l2c_money::Rounding::HalfUp
                } else {
                    l2c_money::Rounding::HalfEven
                };
                policy.billing = if flags[1] {
                    BillingSide::Erp
                } else {
                    BillingSide::Engine
                };
                policy.revenue_base = if flags[2] {
                    RevenueBase::Posted
                } else {
                    RevenueBase::Unrounded
                };
                policy.loss_provision = if flags[3] {
                    LossProvision::Obligation
                } else {
                    LossProvision::None
                };
                document.enforceable_before_performance = flags[4] || flags[5];
                document.criteria_met = flags[6] || flags[7];
                document
            },
        )
}

fn takes_part(measure: &Measure) -> bool {
    !matches!(
        measure,
        Measure::TakeOrPay { .. } | Measure::Units { total: None }
    )
}

/// Everything promised by a contract so far: at inception, by modifications, on the exercise of rights.
fn promised(contract: &RevenueContract) -> Vec<Obligation> {
    let mut all = Vec::new();
    for event in contract.facts() {
        match &event.fact {
            Fact::Inception { terms } => all.extend(terms.obligations().iter().cloned()),
            Fact::Modified { modification } => all.extend(modification.adds.iter().cloned()),
            Fact::RightExercised { delivers, .. } => all.push((**delivers).clone()),
            _ => {}
        }
    }
    all
}

/// What happens to an obligation by its own measure.
fn performs(coin: Coin, on: u32, obligation: &Obligation, a: u32, b: u32) -> Fact {
    let id = obligation.id.clone();
    let amount = |units: u32| coin.of(i64::from(units));
    match &obligation.measure {
        Measure::PointInTime if b % 3 == 0 => Fact::Accepted { obligation: id },
        Measure::Units { .. } | Measure::PointInTime if b % 5 == 1 => Fact::Returned {
            obligation: id,
            quantity: Decimal::from(a % 3),
            settlement: if a % 2 == 0 {
                Settlement::Cash
            } else {
                Settlement::Receivable
            },
        },
        Measure::Units { .. } | Measure::PointInTime if b % 11 == 2 => Fact::ReturnLapsed { obligation: id },
        Measure::PointInTime => Fact::satisfied(id),
        Measure::Units { .. } if b % 13 == 3 => Fact::Consigned {
            obligation: id,
            quantity: Decimal::from(a % 20 + 10),
        },
        Measure::Units { .. } => Fact::Delivered {
            obligation: id,
            quantity: Decimal::from(a % 9),
            expected_returns: (obligation.returns.is_some() && b % 2 == 0).then(|| Decimal::from(b % 3)),
        },
        Measure::Percent => Fact::Progressed {
            obligation: id,
            cumulative: Decimal::new(i64::from(a % 101), 2),
        },
        Measure::Milestones { .. } => Fact::MilestoneReached {
            obligation: id,
            milestone: format!("m{}", a % 3),
        },
        Measure::CostToCost {
            uninstalled_total, ..
        } => Fact::CostIncurred {
            obligation: id,
            amount: amount(a * 100),
            waste: (b % 5 == 0).then(|| amount(b % 90)),
            uninstalled: (uninstalled_total.is_some() && b % 4 == 0).then(|| amount(b % 10)),
            estimated_total: (b % 3 == 0).then(|| amount(b * 1_000 + 200_000)),
        },
        Measure::Redemption { .. } if b % 9 == 4 => Fact::RedemptionRemote {
            obligation: id,
            escheat_rate: (a % 2 == 0).then(|| tenths(a % 11)),
        },
        Measure::Redemption { .. } => Fact::Redeemed {
            obligation: id,
            quantity: Decimal::from(a % 30),
            expected: (b % 4 == 0).then(|| Decimal::from(a % 30 + 40)),
        },
        Measure::MaterialRight if a % 3 == 0 => Fact::RightExpired { obligation: id },
        Measure::MaterialRight => Fact::RightExercised {
            delivers: Box::new(self::obligation(
                coin,
                format!("{id} exercised"),
                (b as u8 % 6, 100 + i64::from(a), a, b, a),
            )),
            obligation: id,
            additional_price: amount(b * 10),
            share: (b % 3 == 0).then(|| Decimal::new(i64::from(a % 100 + 1), 2)),
        },
        Measure::TakeOrPay { .. } => Fact::UnitsTaken {
            obligation: id,
            quantity: Decimal::from(a % 50),
        },
        _ => Fact::ServiceStarted {
            obligation: id,
            period: term(on, b % 500 + 1),
        },
    }
}

fn modifies(
    coin: Coin,
    name: String,
    obligation: &Obligation,
    on: u32,
    a: u32,
    b: u32,
) -> ContractModification {
    let mut modification = ContractModification::new(name.clone());
    modification.remaining_distinct = b % 3 > 0;
    modification.price_change = (a % 4 > 0).then(|| coin.of(i64::from(a) * 50 - 10_000));
    if a % 3 == 0 {
        modification.added_distinct = b % 4 > 0;
        modification.price_reflects_ssp = b % 2 == 0;
        let added = (b as u8 % 13, i64::from(b) * 100 + 1, a, b, a);
        let mut added = self::obligation(coin, format!("{name} added"), added);
        if matches!(added.measure, Measure::Units { total: None }) {
            added.measure = Measure::Percent;
        }
        if let Measure::Time {
            period: Some(period), ..
        } = &mut added.measure
        {
            *period = term(on + a % 60, b % 500 + 1);
        }
        if let Measure::TakeOrPay { end, .. } = &mut added.measure {
            *end = date(on + a);
        }
        modification.adds.push(added);
    }
    if a % 5 < 2 {
        let mut change = ObligationChange::of(obligation.id.clone());
        match &obligation.measure {
            Measure::Units { total: Some(total) } => change.total = Some(*total + Decimal::from(a % 7)),
            Measure::Time { .. } => {
                change.last_day = Some(date(on + b));
                change.first_day = (a % 3 == 0).then(|| date(on + a % 90));
            }
            Measure::CostToCost { .. } => {
                change.estimated_total = Some(coin.of(i64::from(b) * 1_000 + 300_000))
            }
            _ => {}
        }
        match b % 4 {
            0 => change.ssp = Some(coin.of(i64::from(b) * 70 + 1)),
            1 | 2 => change.ssp_remaining = Some(coin.of(i64::from(a) * 30 + 1)),
            _ => {}
        }
        change.remaining_distinct = (a % 7 == 0).then_some(b % 2 == 0);
        modification.changes.push(change);
    }
    if a % 11 == 0 {
        modification.concession = Some(Concession {
            obligation: obligation.id.clone(),
            amount: coin.of(i64::from(b) * 5),
        });
    }
    modification
}

fn fact(coin: Coin, contract: &RevenueContract, number: usize, step: Step) -> Fact {
    let (on, _, kind, which, a, b) = step;
    let promised = promised(contract);
    let obligation = &promised[which % promised.len()];
    let amount = |units: u32| coin.of(i64::from(units) * 100);
    let separate = contract.facts().iter().find_map(|event| match &event.fact {
        Fact::Modified { modification } if modification.price_reflects_ssp => Some(modification.id.clone()),
        _ => None,
    });
    let separate = separate.filter(|_| b % 3 == 0);
    let billed = contract.facts().iter().find_map(|event| match &event.fact {
        Fact::Billed { document, .. } => Some(document.clone()),
        _ => None,
    });
    match kind {
        0..=11 => performs(coin, on, obligation, a, b),
        12..=15 => Fact::Billed {
            document: format!("inv {number}"),
            amount: coin.of(i64::from(a) * 400 - 40_000),
            tax: (b % 2 == 0).then(|| amount(b % 90)),
            obligation: (b % 5 == 0).then(|| obligation.id.clone()),
            separate_contract: separate,
        },
        16..=18 => Fact::Paid {
            amount: amount(a * 3),
            document: billed.filter(|_| b % 4 == 1),
            separate_contract: separate,
        },
        19 => Fact::EstimateChanged {
            estimate: match b % 5 {
                0 | 1 => Reassessment::Consideration {
                    element: "bonus".to_owned(),
                    amount: coin.of(i64::from(a) * 700 - 300_000),
                },
                2 => Reassessment::Volume {
                    element: format!("each {}", obligation.id),
                    expected_units: Decimal::from(a % 12),
                },
                3 => Reassessment::Returns {
                    obligation: obligation.id.clone(),
                    expected_units: Decimal::from(a % 4),
                    recovery_cost_per_unit: (b % 2 == 0).then(|| amount(a % 7)),
                },
                _ => Reassessment::Cost {
                    obligation: obligation.id.clone(),
                    estimated_total: coin.of(i64::from(a) * 1_000 + 200_000),
                },
            },
        },
        20 | 21 => Fact::UsageReported {
            element: "fee".to_owned(),
            quantity: Decimal::from(a % 70),
            period: (b % 2 == 0).then(|| format!("period {}", b % 6)),
        },
        22 => Fact::ServiceCredited {
            obligation: obligation.id.clone(),
            amount: amount(a % 50),
        },
        23 => Fact::Refunded {
            amount: amount(a % 20),
            document: billed.filter(|_| b % 2 == 1),
        },
        24 => Fact::CreditLoss {
            amount: amount(a % 20),
        },
        29 => Fact::CriteriaMet {},
        25 => Fact::IncentivePaid {
            amount: amount(a % 60),
        },
        _ => Fact::modified(modifies(coin, format!("mod {number}"), obligation, on, a, b)),
    }
}

/// Says a fact to a contract; what is refused leaves it as it is, and is impossible to compute with.
fn say(contract: RevenueContract, on: NaiveDate, recorded: NaiveDate, fact: Fact) -> RevenueContract {
    let command = RevenueCommand::new(on, fact);
    let context = RevenueContext {
        recorded_at: noon(recorded),
        sequence: contract.facts().len() as u64,
    };
    match contract.decide(&command, &context) {
        Ok(events) => events.iter().fold(contract, RevenueContract::evolve),
        Err(_) => contract,
    }
}

fn begin(terms: TermsDocument) -> RevenueContract {
    let terms = Terms::new(terms).unwrap();
    say(
        RevenueContract::default(),
        date(0),
        date(0),
        Fact::inception(terms),
    )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let lag = prop_oneof![4 => Just(0_u32), 1 => 0..90_u32];
    let step = (
        0..700_u32,
        lag,
        0..30_u8,
        any::<usize>(),
        0..1_000_u32,
        0..1_000_u32,
    );
    prop::collection::vec(step, 0..16).prop_map(|mut steps| {
        steps.sort_by_key(|(on, lag, ..)| on + lag);
        steps
    })
}

fn tell(terms: TermsDocument, steps: &[Step]) -> RevenueContract {
    let coin = Coin(terms.currency);
    steps
        .iter()
        .enumerate()
        .fold(begin(terms), |contract, (number, step)| {
            let fact = fact(coin, &contract, number, *step);
            say(contract, date(step.0), date(step.0 + step.1), fact)
        })
}

fn story() -> impl Strategy<Value = RevenueContract> {
    (terms(), steps()).prop_map(|(terms, steps)| tell(terms, &steps))
}

/// A story whose contract may end before all of it is performed.
fn ended_story() -> impl Strategy<Value = RevenueContract> {
    let end = (0..900_u32, 0..400_i64, 0..400_i64, 0..400_i64);
    let after = prop::collection::vec((0..60_u32, 0..900_i64, any::<bool>()), 0..3);
    (story(), end, after).prop_map(|(mut contract, (on, refund, credit, still), after)| {
        let coin = Coin(contract.terms().unwrap().currency());
        let ended = Fact::Terminated {
            refund: (refund % 2 == 0).then(|| coin.of(refund)),
            credit: (credit % 3 == 0).then(|| coin.of(credit)),
            still_billable: (still % 2 == 0).then(|| coin.of(still)),
        };
        contract = say(contract, date(on), date(on.max(800)), ended);
        for (number, (later, amount, pays)) in after.into_iter().enumerate() {
            let fact = if pays {
                Fact::Refunded {
                    amount: coin.of(amount / 3),
                    document: None,
                }
            } else {
                Fact::billed(format!("last {number}"), coin.of(amount / 3))
            };
            contract = say(contract, date(on + later), date(1_000), fact);
        }
        contract
    })
}

/// Performs everything that is promised and not performed yet.
fn complete(mut contract: RevenueContract) -> RevenueContract {
    let coin = Coin(contract.terms().unwrap().currency());
    let (on, recorded) = (date(2_000), date(2_000));
    contract = say(contract, on, recorded, Fact::CriteriaMet {});
    for obligation in promised(&contract) {
        let id = obligation.id.clone();
        let facts: Vec<&Fact> = contract.facts().iter().map(|event| &event.fact).collect();
        let mut more = Vec::new();
        match &obligation.measure {
            Measure::PointInTime => {
                more.push(Fact::satisfied(id.clone()));
                more.push(Fact::Accepted { obligation: id });
            }
            Measure::Units { total: Some(total) } => {
                let mut total = *total;
                let (mut delivered, mut consigned) = (Decimal::ZERO, Decimal::ZERO);
                for fact in facts {
                    match fact {
                        Fact::Delivered {
                            obligation, quantity, ..
                        } if *obligation == id => delivered += quantity,
                        Fact::Consigned { obligation, quantity } if *obligation == id => {
                            consigned += quantity
                        }
                        Fact::Modified { modification } => {
                            let change = modification.changes.iter().find(|change| change.obligation == id);
                            total = change.and_then(|change| change.total).unwrap_or(total);
                        }
                        _ => {}
                    }
                }
                if consigned > Decimal::ZERO {
                    more.push(Fact::Consigned {
                        obligation: id.clone(),
                        quantity: Decimal::from(100),
                    });
                }
                more.push(Fact::Delivered {
                    obligation: id,
                    quantity: total - delivered,
                    expected_returns: None,
                });
            }
            Measure::Percent => more.push(Fact::Progressed {
                obligation: id,
                cumulative: Decimal::ONE,
            }),
            Measure::Milestones { milestones } => {
                more.extend(milestones.iter().map(|milestone| Fact::MilestoneReached {
                    obligation: id.clone(),
                    milestone: milestone.id.clone(),
                }))
            }
            Measure::CostToCost {
                uninstalled_total, ..
            } => {
                let (mut cost, mut uninstalled_so_far) = (1, 0);
                let minor = |amount: &Option<Money>| amount.map_or(0, |amount| amount.minor().unwrap());
                for fact in facts {
                    if let Fact::CostIncurred {
                        obligation,
                        amount,
                        waste,
                        uninstalled,
                        ..
                    } = fact
                        && *obligation == id
                    {
                        cost += amount.minor().unwrap() - minor(waste);
                        uninstalled_so_far += minor(uninstalled);
                    }
                }
                let rest = minor(uninstalled_total) - uninstalled_so_far;
                assert!(rest >= 0 || uninstalled_total.is_some());
                more.push(Fact::CostIncurred {
                    obligation: id,
                    amount: coin.of(rest.max(0) + 1),
                    waste: None,
                    uninstalled: Some(coin.of(rest.max(0))),
                    estimated_total: Some(
                        coin.of(cost + rest.max(0) - (uninstalled_so_far - minor(uninstalled_total)).max(0)),
                    ),
                });
            }
            Measure::Redemption { .. } => {
                more.push(Fact::Redeemed {
                    obligation: id,
                    quantity: Decimal::from(10_000),
                    expected: None,
                });
            }
            Measure::MaterialRight => more.push(Fact::RightExpired { obligation: id }),
            Measure::Time { period: None, .. } => {
                more.push(Fact::ServiceStarted {
                    obligation: id,
                    period: term(2_000, 30),
                });
            }
            _ => {}
        }
        for fact in more {
            contract = say(contract, on, recorded, fact);
        }
    }
    contract
}

fn sum<'a>(amounts: impl IntoIterator<Item = &'a Money>, currency: Currency) -> Money {
    Money::sum(amounts, currency).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_performed_in_full_is_recognised_in_full(contract in story()) {
        let contract = complete(contract);
        let figures = project(contract.facts(), &view(LAST)).unwrap();
        prop_assert!(figures.is_fulfilled() || figures.obligations.iter().all(|o| o.is_satisfied || !o.progress.is_positive()));
        // What a state claims of unused rights is in the price and never revenue.
        let claimed = figures.day.balance(Role::EscheatPayable).negated();
        prop_assert_eq!(figures.remaining(), claimed);
        for obligation in &figures.obligations {
            prop_assert!(obligation.remaining.is_zero(), "{:?}", obligation);
            let lifetime = sum(obligation.schedule.iter().map(|row| &row.amount), figures.currency);
            prop_assert_eq!(lifetime, obligation.recognised);
        }
    }

    #[test]
    fn balances_come_to_zero_and_a_contract_has_one_position(contract in ended_story(), days in prop::collection::vec(0..1_500_u32, 1..12)) {
        let separate = contract.facts().iter().any(|event| matches!(&event.fact, Fact::Modified { modification } if modification.price_reflects_ssp));
        let days: Vec<NaiveDate> = days.into_iter().map(date).collect();
        let zero = Money::zero(contract.terms().unwrap().currency());
        for row in project_days(contract.facts(), DateTime::<Utc>::MAX_UTC, Book::Asc606, &days).unwrap() {
            prop_assert_eq!(sum(row.balances.values(), zero.currency()), zero, "{:?}", row);
            let revenue = row.balance(Role::Revenue).negated();
            prop_assert_eq!(revenue, row.recognised);
            prop_assert_eq!(sum(&row.by_obligation, zero.currency()), row.recognised);
            let position = row.position;
            prop_assert_eq!(position.contract_asset().checked_sub(&position.contract_liability()).unwrap(), position.net());
            let net = row.balance(Role::ContractAsset).checked_add(&row.balance(Role::ContractLiability)).unwrap();
            prop_assert_eq!(net, position.net());
            if !separate {
                prop_assert!(position.contract_asset().is_zero() || position.contract_liability().is_zero());
            }
        }
        let figures = project(contract.facts(), &view(1_600)).unwrap();
        let books = TrialBalance::of(&figures.postings().unwrap()).unwrap();
        for role in [Role::ContractAsset, Role::ContractLiability, Role::RefundLiability, Role::Inventory, Role::CostOfRevenue] {
            prop_assert_eq!(books.balance(figures.entity, role, figures.currency), figures.day.balance(role));
        }
        prop_assert_eq!(books.balance(figures.entity, Role::Revenue, figures.currency), figures.recognised().negated());
        if contract.status() == RevenueStatus::Terminated {
            prop_assert!(figures.remaining().is_zero());
        }
    }

    #[test]
    fn the_order_in_which_facts_arrive_changes_nothing(contract in ended_story(), keys in prop::collection::vec(any::<u32>(), 20), n in 0..1_200_u32) {
        let mut events: Vec<(u32, RevenueEvent)> = contract
            .facts()
            .iter()
            .zip(keys.into_iter().cycle())
            .map(|(event, key)| (key, RevenueEvent { recorded_at: noon(date(key % 2_000)), ..event.clone() }))
            .collect();
        events.sort_by_key(|(key, _)| *key);
        let events: Vec<RevenueEvent> = events.into_iter().map(|(_, event)| event).collect();
        prop_assert_eq!(project(&events, &view(n)).unwrap(), project(contract.facts(), &view(n)).unwrap());
    }

    #[test]
    fn a_refused_fact_is_one_that_has_no_figures(terms in terms(), steps in steps()) {
        let coin = Coin(terms.currency);
        let mut contract = begin(terms);
        for (number, step) in steps.into_iter().enumerate() {
            let fact = fact(coin, &contract, number, step);
            let command = RevenueCommand::new(date(step.0), fact.clone());
            let context = RevenueContext { recorded_at: noon(date(step.0)), sequence: contract.facts().len() as u64 };
            let event = RevenueEvent::new(command.on, context.recorded_at, context.sequence, fact);
            let told = contract.clone().evolve(&event);
            let figures = project(told.facts(), &view(LAST));
            match contract.decide(&command, &context) {
                Ok(events) => {
                    prop_assert!(figures.is_ok(), "{:?} {:?}", command, figures);
                    contract = events.iter().fold(contract, RevenueContract::evolve);
                }
                Err(refusal) => {
                    prop_assert!(figures.is_err(), "{}", refusal);
                    prop_assert!(!refusal.to_string().is_empty() && !refusal.code().is_empty());
                }
            }
        }
    }

    #[test]
    fn what_was_posted_in_a_closed_period_stays(contract in story(), closes in prop::collection::vec(0..60_u32, 9)) {
        let first = FiscalMonth::of(date(0));
        let months = first.through(first.plus(8).unwrap());
        let mut closed_at = date(0);
        let periods: Vec<BookPeriod> = months.iter().zip(closes).map(|(month, after)| {
            closed_at = closed_at.max(month.last_day() + chrono::Days::new(u64::from(after)));
            BookPeriod {
                period: Period::inclusive(month.first_day(), month.last_day()).unwrap(),
                closed_at: Some(noon(closed_at)),
            }
        }).collect();
        let posted = posted_by_period(contract.facts(), Book::Asc606, &periods).unwrap();
        for (index, period) in periods.iter().enumerate() {
            // Without what became known after its close, a period posted the same.
            let known: Vec<RevenueEvent> = contract.facts().iter().filter(|event| Some(event.recorded_at) <= period.closed_at).cloned().collect();
            let then = posted_by_period(&known, Book::Asc606, &periods[..=index]).unwrap();
            prop_assert_eq!(&then[..], &posted[..=index]);
            let cumulative = sum(posted[..=index].iter().map(|row| &row.revenue), posted[0].revenue.currency());
            let known_at = period.closed_at.unwrap();
            let day = project_days(contract.facts(), known_at, Book::Asc606, &[period.period.last_day()]).unwrap();
            prop_assert_eq!(cumulative, day[0].recognised);
        }
        let mut open = periods;
        open.push(BookPeriod { period: term(400, LAST), closed_at: None });
        let all = posted_by_period(contract.facts(), Book::Asc606, &open).unwrap();
        let posted = sum(all.iter().map(|row| &row.revenue), all[0].revenue.currency());
        prop_assert_eq!(posted, project(contract.facts(), &view(LAST + 500)).unwrap().recognised());
    }

    #[test]
    fn the_books_differ_by_elections_alone(contract in ended_story(), n in 0..1_200_u32) {
        // None of these contracts renews a licence, ships after control or measures what it receives at receipt.
        // A loss is tested by the contract under IFRS; where ours is tested by the obligation, the books differ in it.
        prop_assume!(contract.terms().unwrap().policy().loss_provision != LossProvision::Obligation);
        let asc = project(contract.facts(), &view(n)).unwrap();
        let ifrs = project(contract.facts(), &View { book: Book::Ifrs15, ..view(n) }).unwrap();
        prop_assert_eq!(&asc.day, &ifrs.day);
        prop_assert_eq!(&asc.months, &ifrs.months);
        prop_assert_eq!(&asc.obligations, &ifrs.obligations);
        prop_assert_eq!(&asc.at_inception, &ifrs.at_inception);
    }

    #[test]
    fn what_remains_and_what_is_earned_is_what_was_allocated(contract in story(), n in 0..900_u32) {
        let figures = project(contract.facts(), &view(n)).unwrap();
        let bands: Vec<Period> = (0..4_u32).map(|band| term(n + 1 + band * 100, 100)).collect();
        let left = remaining_obligations(contract.facts(), &view(n), &bands, DisclosureExpedients::default()).unwrap();
        // Nothing is disclosed until there is a contract.
        prop_assume!(left.is_some());
        let left = left.unwrap();
        let remaining = sum(figures.obligations.iter().map(|o| &o.remaining), figures.currency);
        prop_assert_eq!(left.total, remaining);
        let parts = left.bands.iter().chain([&left.outside, &left.unscheduled]);
        prop_assert_eq!(sum(parts, figures.currency), left.total);

        let mut waterfall = RevenueWaterfall::default();
        waterfall.add(&figures).unwrap();
        let entries = figures.postings().unwrap();
        let rows: Vec<&WaterfallRow> = waterfall.rows().collect();
        for row in &rows {
            let of_month = entries.iter().filter(|entry| entry.header().posting_month() == row.month);
            let posted = TrialBalance::of(of_month).unwrap().balance(figures.entity, Role::Revenue, figures.currency);
            prop_assert_eq!(row.recognised, posted.negated());
        }
        let scheduled = sum(rows.iter().map(|row| &row.scheduled), figures.currency);
        let unscheduled = waterfall.unscheduled(figures.entity, figures.currency);
        prop_assert_eq!(scheduled.checked_add(&unscheduled).unwrap(), remaining);
    }

    #[test]
    fn a_roll_forward_closes_where_the_next_one_opens(contract in story(), n in 0..700_u32) {
        let first = FiscalMonth::of(date(n));
        let periods: Vec<Period> = first.through(first.plus(5).unwrap()).into_iter()
            .map(|month| Period::inclusive(month.first_day(), month.last_day()).unwrap()).collect();
        let rows = project_periods(contract.facts(), DateTime::<Utc>::MAX_UTC, Book::Asc606, &periods).unwrap();
        let zero = Money::zero(contract.terms().unwrap().currency());
        for (index, row) in rows.iter().enumerate() {
            prop_assert_eq!(sum(row.movements.values(), zero.currency()), zero);
            prop_assert_eq!(sum(row.by_obligation.iter().map(|(_, amount)| amount), zero.currency()), row.recognised);
            let total = PeriodRollForward::of(std::slice::from_ref(row), zero.currency()).unwrap();
            prop_assert!(total.recognised_from_opening_liability.amount() <= total.opening_contract_liability.amount());
            if let Some(next) = rows.get(index + 1) {
                prop_assert_eq!(&next.opening.balances, &row.closing.balances);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_question_recomputes_to_the_figure(contract in ended_story(), n in 0..1_000_u32) {
        let view = view(n);
        let figures = project(contract.facts(), &view).unwrap();
        let value = |question: Question| explain(contract.facts(), &view, &question).unwrap().recompute().unwrap();
        prop_assert_eq!(value(Question::TransactionPrice), figures.transaction_price.exact());
        let month = FiscalMonth::of(view.as_of);
        for role in Role::ALL {
            prop_assert_eq!(value(Question::Balance { role, month }), figures.day.balance(role).exact());
        }
        prop_assert_eq!(value(Question::NetPosition { month }), figures.position().net().exact());
        for (index, obligation) in figures.obligations.iter().enumerate() {
            let named = || obligation.id.clone();
            prop_assert_eq!(value(Question::Allocation { obligation: named() }), obligation.allocated.exact());
            for row in figures.months.iter().rev().take(2) {
                if let Some(amount) = row.by_obligation.get(index) {
                    prop_assert_eq!(value(Question::Recognised { obligation: named(), month: row.month }), amount.exact());
                }
            }
        }
    }
}

/// Obligations whose shares come out even: their amounts are their stand-alone prices times a factor, in whole units
/// per month, unit and percent.
fn even(currency: Currency, factor: i64, sizes: &[(u8, i64)]) -> TermsDocument {
    let coin = Coin(currency);
    let mut document = bundle(coin.of(0), &[]);
    let mut price = 0;
    for (n, (kind, size)) in sizes.iter().enumerate() {
        let ssp = size * 1_200;
        price += ssp * factor;
        let months = Period::inclusive(day("2020-01-01"), day("2020-12-31")).unwrap();
        let measure = match kind {
            0 => Measure::PointInTime,
            1 => Measure::Units {
                total: Some(Decimal::from(12)),
            },
            2 => Measure::Percent,
            3 => Measure::MaterialRight,
            4 => Measure::Redemption {
                expected: Decimal::from(100),
            },
            n => Measure::Time {
                period: Some(months),
                convention: Some(
                    [
                        Convention::MonthsTouched,
                        Convention::MonthsProrated,
                        Convention::MonthsHalf,
                    ][*n as usize % 3],
                ),
            },
        };
        document.obligations.push(Obligation::new(
            format!("o{n}"),
            StandalonePrice::observable(coin.of(ssp)),
            measure,
        ));
    }
    document.consideration = vec![Consideration::fixed("price", coin.of(price))];
    document
}

fn sizes() -> impl Strategy<Value = Vec<(u8, i64)>> {
    prop::collection::vec((0..8_u8, 1..40_i64), 1..5)
}

/// Whole units and percents on the first days of months of 2020.
fn even_steps(sizes: &[(u8, i64)], steps: &[(u8, usize)]) -> Vec<(NaiveDate, Fact)> {
    let mut percent = BTreeMap::new();
    let mut facts: Vec<(u8, usize)> = steps.to_vec();
    facts.sort_unstable();
    facts
        .into_iter()
        .map(|(month, which)| {
            let which = which % sizes.len();
            let id = format!("o{which}");
            let on = NaiveDate::from_ymd_opt(2020, u32::from(month % 12) + 1, 1).unwrap();
            let fact = match sizes[which].0 {
                0 => Fact::satisfied(id),
                1 => Fact::Delivered {
                    obligation: id,
                    quantity: Decimal::ONE,
                    expected_returns: None,
                },
                2 => {
                    let done = percent.entry(which).or_insert(0);
                    *done += 5;
                    Fact::Progressed {
                        obligation: id,
                        cumulative: Decimal::new(*done, 2),
                    }
                }
                3 => Fact::RightExpired { obligation: id },
                _ => Fact::Redeemed {
                    obligation: id,
                    quantity: Decimal::ONE,
                    expected: None,
                },
            };
            (on, fact)
        })
        .collect()
}

fn tell_even(terms: TermsDocument, facts: &[(NaiveDate, Fact)]) -> RevenueContract {
    let terms = Terms::new(terms).unwrap();
    let begun = say(
        RevenueContract::default(),
        day("2020-01-01"),
        day("2020-01-01"),
        Fact::inception(terms),
    );
    facts.iter().fold(begun, |contract, (on, fact)| {
        say(contract, *on, *on, fact.clone())
    })
}

fn month_ends() -> Vec<NaiveDate> {
    FiscalMonth::of(day("2020-01-01"))
        .through(FiscalMonth::of(day("2021-02-01")))
        .iter()
        .map(|month| month.last_day())
        .collect()
}

fn days_of(contract: &RevenueContract) -> Vec<ContractDay> {
    project_days(
        contract.facts(),
        DateTime::<Utc>::MAX_UTC,
        Book::Asc606,
        &month_ends(),
    )
    .unwrap()
}

fn effect_of_modification(contract: &RevenueContract) -> Vec<Money> {
    effects(
        contract.facts(),
        &View {
            as_of: day("2021-02-01"),
            ..view(0)
        },
    )
    .unwrap()
    .into_iter()
    .filter(|effect| effect.fact == "modified")
    .map(|effect| effect.revenue)
    .collect()
}

/// A contract with a change of its price on the first of a month, and with the same change in two.
fn split_modification(
    plain: RevenueContract,
    month: u32,
    whole: (Money, bool),
    parts: [(Money, bool); 2],
) -> (RevenueContract, RevenueContract) {
    let on = NaiveDate::from_ymd_opt(2020, month + 1, 1).unwrap();
    let change = |contract, id: &str, (price_change, remaining_distinct)| {
        let modification = ContractModification {
            price_change: Some(price_change),
            remaining_distinct,
            ..ContractModification::new(id)
        };
        say(contract, on, on, Fact::modified(modification))
    };
    let one = change(plain.clone(), "all", whole);
    let [first, second] = parts;
    let two = change(change(plain, "first", first), "second", second);
    (one, two)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_modification_that_changes_nothing_changes_nothing(
        currency in select(vec![Currency::USD, Currency::JPY, Currency::KWD]),
        (factor, sizes) in (prop_oneof![-9..-1_i64, 1..9_i64], sizes()),
        steps in prop::collection::vec((0..12_u8, any::<usize>()), 0..20),
        months in prop::collection::vec(0..12_u32, 1..4),
    ) {
        let facts = even_steps(&sizes, &steps);
        let plain = tell_even(even(currency, factor, &sizes), &facts);
        let mut modified = plain.clone();
        for (n, month) in months.into_iter().enumerate() {
            let on = NaiveDate::from_ymd_opt(2020, month + 1, 1).unwrap();
            modified = say(modified, on, on, Fact::modified(ContractModification::new(format!("mod {n}"))));
        }
        for (with, without) in days_of(&modified).iter().zip(days_of(&plain)) {
            prop_assert_eq!(&with.by_obligation, &without.by_obligation);
            prop_assert_eq!(&with.balances, &without.balances);
        }
        prop_assert!(effect_of_modification(&modified).iter().all(Money::is_zero));
    }

    /// What is left is allocated anew over the same prices, whatever it comes to: twice is once.
    #[test]
    fn two_prospective_modifications_of_a_day_are_one(
        currency in select(vec![Currency::USD, Currency::JPY, Currency::KWD]),
        (price, sizes) in (-900_000..900_000_i64, sizes()),
        steps in prop::collection::vec((0..12_u8, any::<usize>()), 0..20),
        (month, a, b) in (0..12_u32, -300_000..300_000_i64, -300_000..300_000_i64),
        unrounded in any::<bool>(),
    ) {
        let coin = Coin(currency);
        let mut terms = even(currency, 1, &sizes);
        terms.consideration = vec![Consideration::fixed("price", coin.of(price))];
        if unrounded {
            terms.policy.revenue_base = RevenueBase::Unrounded;
        }
        let plain = tell_even(terms, &even_steps(&sizes, &steps));
        let change = |units| (coin.of(units), true);
        let (one, two) = split_modification(plain, month, change(a + b), [change(a), change(b)]);
        for (one, two) in days_of(&one).iter().zip(days_of(&two)) {
            prop_assert_eq!(one, &two);
        }
    }

    /// A catch-up adds to each obligation its share of the change, and each change is shared to the minor unit on its own.
    /// So two are one where both come out even over what remains, and in all, whatever they come to.
    #[test]
    fn two_catch_ups_of_a_day_are_one(
        (factor, sizes) in (1..9_i64, sizes()),
        steps in prop::collection::vec((0..12_u8, any::<usize>()), 0..20),
        (month, a, b) in (0..12_u32, -300..300_i64, -300..300_i64),
        even_out in any::<bool>(),
    ) {
        let coin = Coin(Currency::USD);
        let plain = tell_even(even(Currency::USD, factor, &sizes), &even_steps(&sizes, &steps));
        let on = NaiveDate::from_ymd_opt(2020, month + 1, 1).unwrap();
        let figures = project(plain.facts(), &View { as_of: on, ..view(0) }).unwrap();
        // No service ends before the last of December.
        let remaining: i64 = figures
            .obligations
            .iter()
            .filter(|known| !known.is_satisfied)
            .map(|known| known.ssp.minor().unwrap())
            .sum();
        let unit = if even_out { remaining } else { 1 };
        let change = |units: i64| (coin.of(units * unit), false);
        let (one, two) = split_modification(plain, month, change(a + b), [change(a), change(b)]);
        for (one, two) in days_of(&one).iter().zip(days_of(&two)) {
            if even_out {
                prop_assert_eq!(one, &two);
            }
            prop_assert_eq!(one.transaction_price, two.transaction_price);
        }
        let total = |contract: &RevenueContract| {
            let figures = project(contract.facts(), &view(LAST)).unwrap();
            sum(figures.obligations.iter().map(|known| &known.allocated), Currency::USD)
        };
        prop_assert_eq!(total(&one), total(&two));
    }

    #[test]
    fn a_separate_contract_leaves_the_first_as_it_was(contract in story(), (n, ssp, change) in (0..700_u32, 1..90_000_i64, -90_000..90_000_i64), raw in promise()) {
        let coin = Coin(contract.terms().unwrap().currency());
        let mut modification = ContractModification::new("more");
        modification.added_distinct = true;
        modification.price_reflects_ssp = true;
        let kind = if raw.0 == 8 { 2 } else { raw.0 };
        modification.adds = vec![obligation(coin, "more".to_owned(), (kind, ssp, raw.2, raw.3, 1))];
        if let Measure::Time { period: Some(period), .. } = &mut modification.adds[0].measure {
            *period = term(n + raw.2 % 300, raw.3 % 700 + 1);
        }
        modification.price_change = takes_part(&modification.adds[0].measure).then(|| coin.of(change));
        let with = say(contract.clone(), date(n), date(900), Fact::modified(modification));
        prop_assert_eq!(with.facts().len(), contract.facts().len() + 1);
        let (before, after) = (project(contract.facts(), &view(n + 300)).unwrap(), project(with.facts(), &view(n + 300)).unwrap());
        for obligation in &before.obligations {
            let same = after.obligation(&obligation.id).unwrap();
            prop_assert_eq!(same, obligation);
        }
    }

    #[test]
    fn a_prospective_modification_has_no_effect_on_its_day(terms in terms(), steps in steps(), (n, a, b) in (0..700_u32, 0..1_000_u32, 0..1_000_u32)) {
        let coin = Coin(terms.currency);
        let mut terms = terms;
        // A broken month is taken in by design; by days there is none.
        for obligation in &mut terms.obligations {
            if let Measure::Time { convention, .. } = &mut obligation.measure {
                *convention = None;
            }
        }
        let contract = tell(terms, &steps);
        let obligations = promised(&contract);
        let mut modification = modifies(coin, "prospective".to_owned(), &obligations[a as usize % obligations.len()], n, a, b);
        modification.remaining_distinct = true;
        modification.concession = None;
        modification.added_distinct = true;
        for change in &mut modification.changes {
            change.remaining_distinct = None;
        }
        let by_month = |o: &Obligation| matches!(o.measure, Measure::Time { convention: Some(_), .. });
        prop_assume!(!obligations.iter().any(by_month));
        let modified = say(contract, date(n), date(900), Fact::modified(modification));
        let effects = effects(modified.facts(), &view(LAST)).unwrap();
        let is_it = |sequence: u64| modified.facts().iter().any(|event| {
            event.sequence == sequence && matches!(&event.fact, Fact::Modified { modification } if modification.id == "prospective")
        });
        for effect in effects.iter().filter(|effect| is_it(effect.sequence)) {
            prop_assert!(effect.revenue.is_zero(), "{:?}", effect);
        }
    }

    #[test]
    fn a_catch_up_ends_with_progress_times_the_new_price(price in price(), change in price(), done in 0..100_i64, ssp in 1..90_000_i64, kind in 0..3_u8) {
        let coin = Coin(Currency::USD);
        let measure = match kind {
            0 => Measure::Percent,
            1 => Measure::Units { total: Some(Decimal::from(100)) },
            _ => Measure::CostToCost { estimated_total: Some(coin.of(10_000)), uninstalled_total: None },
        };
        let mut document = bundle(coin.of(price), &[]);
        document.obligations = vec![Obligation::new("work", StandalonePrice::observable(coin.of(ssp)), measure)];
        let work = || "work".to_owned();
        let fact = match kind {
            0 => Fact::Progressed { obligation: work(), cumulative: Decimal::new(done, 2) },
            1 => Fact::Delivered { obligation: work(), quantity: Decimal::from(done), expected_returns: None },
            _ => Fact::CostIncurred { obligation: work(), amount: coin.of(done * 100), waste: None, uninstalled: None, estimated_total: None },
        };
        let contract = say(begin(document), date(5), date(5), fact);
        let mut modification = ContractModification::new("more");
        modification.price_change = Some(coin.of(change));
        modification.remaining_distinct = false;
        let contract = say(contract, date(10), date(10), Fact::modified(modification));
        let figures = project(contract.facts(), &view(10)).unwrap();
        prop_assert_eq!(figures.modifications[0].judged.treatment, judgement::ModificationTreatment::CumulativeCatchUp);
        // Half up in integers: a second way to the same cents.
        let twice = 2 * (price + change).abs() * done;
        let expected = (price + change).signum() * ((twice + 100) / 200);
        prop_assert_eq!(figures.recognised(), coin.of(expected));
    }

    #[test]
    fn including_more_never_lowers_revenue(
        (factor, sizes) in (1..9_i64, sizes()),
        steps in prop::collection::vec((0..12_u8, any::<usize>()), 0..20),
        (month, low, more, targeted) in (0..12_u32, -5..50_i64, 0..50_i64, any::<bool>()),
    ) {
        let facts = even_steps(&sizes, &steps);
        let coin = Coin(Currency::KWD);
        let mut terms = even(Currency::KWD, factor, &sizes);
        // A raise that comes out even, for an allocation by largest remainders may take a unit from one for another.
        let whole: i64 = sizes.iter().map(|(_, size)| size * 1_200).sum();
        let start = coin.of(low * whole + 7);
        terms.consideration.push(Consideration::Variable {
            id: "bonus".to_owned(),
            estimate: Estimate::Stated { amount: start },
            constraint: Constraint::None,
            allocate_to: if targeted { vec!["o0".to_owned()] } else { Vec::new() },
        });
        let plain = tell_even(terms, &facts);
        let on = NaiveDate::from_ymd_opt(2020, month + 1, 1).unwrap();
        let raise = Fact::EstimateChanged { estimate: Reassessment::Consideration {
            element: "bonus".to_owned(),
            amount: coin.of((low + more) * whole + 7),
        } };
        let raised = say(plain.clone(), on, on, raise);
        for (with, without) in days_of(&raised).iter().zip(days_of(&plain)) {
            for (with, without) in with.by_obligation.iter().zip(&without.by_obligation) {
                prop_assert!(with.amount() >= without.amount());
            }
        }
    }

    #[test]
    fn layers_release_what_was_layered(
        events in prop::collection::vec((0..700_u32, 0..90_000_i64, any::<bool>()), 1..10),
        rates in prop::collection::vec((1..700_u32, 1..400_i64, 0..3_u8), 0..12),
        (price, monetary) in (1..900_000_i64, any::<bool>()),
    ) {
        let coin = Coin(Currency::USD);
        let service = Measure::time(term(0, 400));
        let mut document = bundle(coin.of(price), &[("service", coin.of(100), service), ("goods", coin.of(50), AT_ONCE)]);
        document.policy.billing = BillingSide::Engine;
        document.policy.contract_asset_monetary = monetary;
        let mut contract = begin(document);
        for (n, (on, amount, bills)) in events.into_iter().enumerate() {
            let fact = if bills { Fact::billed(format!("inv {n}"), coin.of(amount)) } else {
                Fact::Paid { amount: coin.of(amount), document: None, separate_contract: None }
            };
            contract = say(contract, date(on), date(on), fact);
        }
        contract = say(contract, date(200), date(200), Fact::satisfied("goods"));
        let mut rates: Vec<FunctionalRate> = rates.into_iter().map(|(on, rate, kind)| FunctionalRate {
            on: date(on),
            rate: Decimal::new(rate, 2),
            kind: [RateKind::Spot, RateKind::Revenue, RateKind::Closing][kind as usize],
        }).collect();
        rates.push(FunctionalRate { on: date(0), rate: Decimal::new(113, 2), kind: RateKind::Spot });
        let days: Vec<NaiveDate> = (0..30_u32).map(|n| date(n * 30)).collect();
        let rows = project_functional(contract.facts(), DateTime::<Utc>::MAX_UTC, Book::Asc606, Currency::EUR, &rates, &days).unwrap();
        let foreign = project_days(contract.facts(), DateTime::<Utc>::MAX_UTC, Book::Asc606, &days).unwrap();
        for (row, foreign) in rows.iter().zip(&foreign) {
            // Debits are credits.
            let debits = sum([&row.cash, &row.receivable, &row.contract_asset], Currency::EUR);
            let credits = sum([&row.contract_liability, &row.revenue, &row.exchange_gain], Currency::EUR);
            prop_assert_eq!(debits, credits);
            // What is released of all layers is what was layered: an emptied liability leaves nothing behind.
            if foreign.position.contract_liability().is_zero() {
                prop_assert!(row.contract_liability.is_zero(), "{:?}", row);
            }
            if foreign.position.contract_asset().is_zero() {
                prop_assert!(row.contract_asset.is_zero(), "{:?}", row);
            }
            if foreign.balance(Role::Receivable).is_zero() {
                prop_assert!(row.receivable.is_zero(), "{:?}", row);
            }
        }
        for pair in rows.windows(2) {
            let moved = pair[1].movement_since(&pair[0]).unwrap();
            prop_assert!(sum(moved.values(), Currency::EUR).is_zero());
        }
    }
}

#[test]
fn stories_reach_every_kind_of_fact() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..150 {
        let contract = ended_story().new_tree(&mut runner).unwrap().current();
        for event in contract.facts() {
            *seen.entry(event.fact.name()).or_default() += 1;
        }
    }
    let missing: Vec<&str> = [
        "satisfied",
        "delivered",
        "consigned",
        "accepted",
        "service_started",
        "progressed",
        "milestone_reached",
        "cost_incurred",
        "redeemed",
        "redemption_remote",
        "usage_reported",
        "units_taken",
        "estimate_changed",
        "returned",
        "return_lapsed",
        "service_credited",
        "right_expired",
        "right_exercised",
        "modified",
        "terminated",
        "billed",
        "paid",
        "refunded",
        "credit_loss",
        "incentive_paid",
        "criteria_met",
    ]
    .into_iter()
    .filter(|name| !seen.contains_key(name))
    .collect();
    assert!(missing.is_empty(), "{missing:?} of {seen:?}");
}
