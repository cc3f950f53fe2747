//! What holds for the costs of every contract.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeMap;

use l2c_calendar::{FiscalCalendar, FiscalMonth, NaiveDate, Period};
use l2c_host::{DateTime, Utc};
use l2c_ledger::{JournalEntry, LegalEntity, Role, TrialBalance};
use l2c_money::{Currency, Decimal, Exact, Money, Rounding};
use l2c_revenue::chrono::Days;
use l2c_revenue::contract_cost::*;
use l2c_revenue::{Book, Convention, View};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const MOVEMENTS: [CostMovement; 5] = [
    CostMovement::Capitalised,
    CostMovement::Amortised,
    CostMovement::Impaired,
    CostMovement::Reversed,
    CostMovement::WrittenOff,
];

/// Day `n` after the first on which anything can happen.
fn date(n: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 15).unwrap() + Days::new(u64::from(n))
}

fn eur(cents: i64) -> Money {
    Money::from_minor(cents, Currency::EUR).unwrap()
}

/// The costs of a contract and what happened to them.
#[derive(Debug, Clone)]
struct Story {
    costs: ContractCosts,
    events: Vec<CostEvent>,
    progress: BTreeMap<String, Vec<ProgressPoint>>,
}

impl Story {
    fn project(&self, book: Book) -> CostProjection {
        project_costs(&self.costs, &self.events, &self.progress, &view(LAST, book)).unwrap()
    }

    fn at(&self, book: Book, n: u32) -> CostFigures {
        self.project(book).at(&CostScope::All, date(n)).unwrap()
    }
}

/// A day on which every schedule is over.
const LAST: u32 = 6_000;

fn view(n: u32, book: Book) -> View {
    View {
        as_of: date(n),
        known_at: DateTime::<Utc>::MAX_UTC,
        book,
    }
}

fn convention() -> impl Strategy<Value = Convention> {
    select(vec![
        Convention::Daily,
        Convention::MonthsTouched,
        Convention::MonthsProrated,
        Convention::MonthsHalf,
    ])
}

fn amortisation() -> impl Strategy<Value = Amortisation> {
    let days = (1..900_u32).prop_map(|n| Span::Until(date(500 + n)));
    let span = prop_oneof![(1..40_u32).prop_map(Span::Months), days];
    let step = (1..60_u32, 0..50_i64, 0..90_i64);
    prop_oneof![
        4 => (proptest::option::of(0..500_u32), span, convention()).prop_map(|(start, span, convention)| {
            Amortisation::StraightLine { start: start.map(date), span, convention }
        }),
        1 => proptest::collection::vec(step, 0..8).prop_map(|steps| {
            let mut on = 0;
            let step = |(days, done, later): (u32, i64, i64)| {
                on += days;
                UseStep { on: date(on), done: Decimal::from(done), later: Decimal::from(later) }
            };
            Amortisation::Use { steps: steps.into_iter().map(step).collect() }
        }),
        1 => Just(Amortisation::Progress { obligation: "build".to_owned() }),
    ]
}

fn cost() -> impl Strategy<Value = Cost> {
    let renewal = (any::<bool>(), 1..30_u32).prop_map(|(commensurate, months)| AnticipatedRenewal {
        commission: RenewalCommission::Judged { commensurate },
        life: Some(RenewedLife::AddsMonths(months)),
    });
    (
        0..400_u32,
        0..10_000_000_i64,
        any::<bool>(),
        0..9_i64,
        amortisation(),
        proptest::option::weighted(0.2, renewal),
    )
        .prop_map(|(incurred, cents, obtain, tax, amortisation, renewal)| {
            let item = |what: &str, cents, incremental| CostItem {
                what: what.to_owned(),
                amount: eur(cents),
                incremental,
                explicitly_chargeable: false,
            };
            let nature = if obtain {
                CostNature::Obtain {
                    items: vec![item("commission", cents, true), item("travel", cents / 7, false)],
                    payroll_tax_rate: Decimal::new(tax * 153, 4),
                    recoverable: true,
                }
            } else {
                CostNature::Fulfil {
                    amount: eur(cents),
                    relates_directly: true,
                    enhances_resources: true,
                    recoverable: cents % 11 != 0,
                }
            };
            Cost {
                id: String::new(),
                incurred: date(incurred),
                nature,
                amortisation: Some(amortisation),
                renewal,
            }
        })
}

fn policy() -> impl Strategy<Value = ContractCostPolicy> {
    (
        select(vec![
            Rounding::HalfUp,
            Rounding::HalfEven,
            Rounding::Down,
            Rounding::Up,
        ]),
        any::<bool>(),
        select(vec![TakesEffect::Opening, TakesEffect::Closing]),
        select(vec![StepRounding::Cumulative, StepRounding::Carrying]),
    )
        .prop_map(
            |(rounding, one_year_expedient, takes_effect, steps)| ContractCostPolicy {
                rounding,
                one_year_expedient,
                takes_effect,
                steps,
                ..ContractCostPolicy::standard()
            },
        )
}

fn fact() -> impl Strategy<Value = CostFact> {
    let id = || (0..4_usize).prop_map(|index| format!("cost {index}"));
    prop_oneof![
        4 => (proptest::option::of(id()), -500_000..6_000_000_i64).prop_map(|(cost, cents)| CostFact::ImpairmentTest {
            costs: cost.map(|cost| vec![cost]),
            recoverable: Recoverable::Amount(eur(cents)),
        }),
        1 => (id(), 1..60_u32).prop_map(|(cost, months)| CostFact::LifeRevised { cost, span: Span::Months(months) }),
        1 => (id(), 300..2_000_u32).prop_map(|(cost, n)| CostFact::LifeRevised { cost, span: Span::Until(date(n)) }),
        1 => (proptest::option::of(id()), 0..9_000_i64).prop_map(|(cost, cents)| CostFact::Terminated {
            costs: cost.map(|cost| vec![cost]),
            clawback: Some(eur(cents)),
        }),
        2 => (0..500_000_i64, proptest::collection::vec((id(), 1..9_i64), 1..4)).prop_map(|(cents, shares)| {
            let share = |(cost, value)| PoolShare { cost, value: eur(value) };
            CostFact::BonusPool { amount: eur(cents), by_value: shares.into_iter().map(share).collect() }
        }),
    ]
}

prop_compose! {
    fn story()(
        mut costs in proptest::collection::vec(cost(), 1..5),
        policy in policy(),
        facts in proptest::collection::vec((0..900_u32, fact()), 0..10),
        points in proptest::collection::vec((1..90_u32, 0..=12_i64), 0..8),
    ) -> Story {
        for (index, cost) in costs.iter_mut().enumerate() {
            cost.id = format!("cost {index}");
        }
        let costs = ContractCosts::new(ContractCostsDocument {
            contract: l2c_revenue::RevenueContractId::from_key("law").unwrap(),
            entity: LegalEntity::new("DE01").unwrap(),
            currency: Currency::EUR,
            costs,
            policy,
        }).unwrap();
        let mut on = 0;
        let point = |(days, twelfths): (u32, i64)| {
            on += days;
            ProgressPoint { on: date(on), progress: Exact::ratio(twelfths, 12).unwrap() }
        };
        let progress = BTreeMap::from([("build".to_owned(), points.into_iter().map(point).collect())]);
        let mut story = Story { costs, events: Vec::new(), progress };
        // A fact that does not fit those before it is left out: both books have to accept it.
        for (sequence, (n, fact)) in (0..).zip(facts) {
            let event = CostEvent { effective: date(n), recorded_at: DateTime::<Utc>::default(), sequence, fact };
            story.events.push(event);
            let fits = |book| project_costs(&story.costs, &story.events, &story.progress, &view(LAST, book)).is_ok();
            if !(fits(Book::Asc606) && fits(Book::Ifrs15)) {
                story.events.pop();
            }
        }
        story
    }
}

fn book() -> impl Strategy<Value = Book> {
    select(vec![Book::Asc606, Book::Ifrs15])
}

fn sum(amounts: impl IntoIterator<Item = Money>) -> Money {
    let amounts: Vec<Money> = amounts.into_iter().collect();
    Money::sum(&amounts, Currency::EUR).unwrap()
}

/// Whether what is carried ends with a time, and not when a last step comes.
fn ends(story: &Story) -> bool {
    let straight = |cost: &Cost| matches!(cost.amortisation, Some(Amortisation::StraightLine { .. }));
    story.costs.costs().iter().all(straight)
}

proptest! {
    // A story costs many projections.
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn all_that_is_capitalised_ends_as_expense(story in story().prop_filter("time", ends), book in book()) {
        let figures = story.at(book, LAST);
        prop_assert!(figures.carrying.is_zero());
        prop_assert_eq!(
            sum([figures.amortised, figures.impaired, figures.written_off]),
            sum([figures.capitalised, figures.reversed])
        );
    }

    #[test]
    fn what_is_carried_is_never_below_zero_nor_above_what_was_capitalised(story in story(), book in book(), n in 0..2_000_u32) {
        let projection = story.project(book);
        for cost in story.costs.costs() {
            let figures = projection.at(&CostScope::Cost(cost.id.clone()), date(n)).unwrap();
            prop_assert!(!figures.carrying.is_negative(), "{figures:?}");
            prop_assert!(figures.carrying.amount() <= figures.capitalised.amount(), "{figures:?}");
            prop_assert!(figures.reversed.amount() <= figures.impaired.amount(), "{figures:?}");
        }
    }

    #[test]
    fn no_movement_is_ever_taken_back(story in story(), book in book(), a in 0..2_000_u32, b in 0..2_000_u32) {
        let projection = story.project(book);
        let row = projection
            .roll_forward(&CostScope::All, Period::inclusive(date(a.min(b)), date(a.max(b))).unwrap())
            .unwrap();
        for moved in [row.capitalised, row.amortisation, row.impairment, row.reversal, row.written_off] {
            prop_assert!(!moved.is_negative(), "{row:?}");
        }
    }

    #[test]
    fn arrival_makes_no_difference(story in story(), book in book(), order in any::<[Index; 12]>()) {
        let mut shuffled = story.clone();
        let twice = shuffled.events.clone();
        shuffled.events.extend(twice);
        for (place, other) in order.iter().enumerate() {
            if place < shuffled.events.len() {
                let other = other.index(shuffled.events.len());
                shuffled.events.swap(place, other);
            }
        }
        let (told, retold) = (story.project(book), shuffled.project(book));
        prop_assert_eq!(&told.events, &retold.events);
        prop_assert_eq!(told.postings().unwrap(), retold.postings().unwrap());
    }

    #[test]
    fn finer_periods_add_up_to_coarser_ones(story in story(), book in book(), cuts in proptest::collection::btree_set(0..2_000_u32, 2..9)) {
        let projection = story.project(book);
        let cuts: Vec<NaiveDate> = cuts.into_iter().map(date).collect();
        let row = |from, to| projection.roll_forward(&CostScope::All, Period::new(from, to).unwrap()).unwrap();
        let parts: Vec<CostRollForward> = cuts.windows(2).map(|pair| row(pair[0], pair[1])).collect();
        let whole = row(cuts[0], cuts[cuts.len() - 1]);
        prop_assert_eq!(whole.opening, parts[0].opening);
        prop_assert_eq!(whole.closing, parts[parts.len() - 1].closing);
        for pair in parts.windows(2) {
            prop_assert_eq!(pair[0].closing, pair[1].opening);
        }
        prop_assert_eq!(whole.capitalised, sum(parts.iter().map(|row| row.capitalised)));
        prop_assert_eq!(whole.amortisation, sum(parts.iter().map(|row| row.amortisation)));
        prop_assert_eq!(whole.impairment, sum(parts.iter().map(|row| row.impairment)));
        prop_assert_eq!(whole.reversal, sum(parts.iter().map(|row| row.reversal)));
        prop_assert_eq!(whole.written_off, sum(parts.iter().map(|row| row.written_off)));
        prop_assert_eq!(
            sum([whole.closing, whole.amortisation, whole.impairment, whole.written_off]),
            sum([whole.opening, whole.capitalised, whole.reversal])
        );
    }

    #[test]
    fn us_gaap_never_reverses(story in story()) {
        prop_assert!(story.at(Book::Asc606, LAST).reversed.is_zero());
    }

    /// On the day of the reversal: later, each is rounded by its own schedule.
    #[test]
    fn a_reversal_leads_back_at_most_to_the_amount_without_impairment(story in story()) {
        let is_test = |event: &CostEvent| matches!(event.fact, CostFact::ImpairmentTest { .. });
        let untested = Story {
            events: story.events.iter().filter(|event| !is_test(event)).cloned().collect(),
            ..story.clone()
        };
        let (tested, untested) = (story.project(Book::Ifrs15), untested.project(Book::Ifrs15));
        let closing = story.costs.policy().takes_effect == TakesEffect::Closing;
        for event in story.events.iter().filter(|_| closing) {
            let day = Period::inclusive(event.effective, event.effective).unwrap();
            for cost in story.costs.costs() {
                let of = CostScope::Cost(cost.id.clone());
                let carried = |projection: &CostProjection| projection.at(&of, event.effective).unwrap().carrying.amount();
                if tested.roll_forward(&of, day).unwrap().reversal.is_positive() {
                    prop_assert!(carried(&tested) <= carried(&untested), "{} on {}", cost.id, event.effective);
                }
            }
        }
    }

    /// An outcome says what the schedule carries on; the figures of a day are sums of movements. Both are the same.
    #[test]
    fn outcomes_agree_with_the_figures_of_their_day(story in story(), book in book()) {
        let projection = story.project(book);
        let closing = story.costs.policy().takes_effect == TakesEffect::Closing;
        for CostEventFigures { effective, sequence, outcome, .. } in &projection.events {
            let event = story.events.iter().find(|event| event.sequence == *sequence).unwrap();
            prop_assert_eq!(event.effective, *effective);
            let last_of_day = story.events.iter().all(|other| other.effective != event.effective || other.sequence <= event.sequence);
            if let CostOutcome::ImpairmentTest { carrying, impairment, reversal, carrying_after, .. } = outcome {
                prop_assert_eq!(sum([*carrying, *reversal]), sum([*carrying_after, *impairment]));
                let CostFact::ImpairmentTest { costs, .. } = &event.fact else { panic!("a test") };
                let figures = match costs {
                    Some(costs) => projection.at(&CostScope::Cost(costs[0].clone()), event.effective),
                    None => projection.at(&CostScope::All, event.effective),
                }
                .unwrap();
                if closing && last_of_day {
                    prop_assert_eq!(figures.carrying, *carrying_after);
                }
            }
        }
    }

    #[test]
    fn every_derivation_recomputes_to_its_figure(story in story(), book in book(), n in 0..1_500_u32, days in 1..400_u32, one in any::<Index>(), kind in select(MOVEMENTS.to_vec())) {
        let projection = story.project(book);
        let cost = story.costs.costs()[one.index(story.costs.costs().len())].id.clone();
        let period = Period::new(date(n), date(n + days)).unwrap();
        for of in [CostScope::All, CostScope::Role(Role::CostToObtainAsset), CostScope::Cost(cost.clone())] {
            let explain = |question| {
                explain_costs(&story.costs, &story.events, &story.progress, &view(LAST, book), &question).unwrap()
            };
            let carrying = explain(CostQuestion::Carrying { of: of.clone(), on: date(n) });
            prop_assert_eq!(carrying.recompute().unwrap(), projection.at(&of, date(n)).unwrap().carrying.exact());
            let moved = explain(CostQuestion::Movement { of: of.clone(), movement: kind, period });
            let row = projection.roll_forward(&of, period).unwrap();
            let figure = match kind {
                CostMovement::Capitalised => row.capitalised,
                CostMovement::Amortised => row.amortisation,
                CostMovement::Impaired => row.impairment,
                CostMovement::Reversed => row.reversal,
                CostMovement::WrittenOff => row.written_off,
            };
            prop_assert_eq!(moved.recompute().unwrap(), figure.exact());
        }
        let question = CostQuestion::Expensed { cost: cost.clone() };
        let expensed = explain_costs(&story.costs, &story.events, &story.progress, &view(LAST, book), &question).unwrap();
        prop_assert_eq!(expensed.recompute().unwrap(), projection.treatment(&cost).unwrap().expensed.exact());
    }

    #[test]
    fn the_books_carry_what_the_figures_say(story in story(), book in book(), n in 0..1_500_u32) {
        let projection = project_costs(&story.costs, &story.events, &story.progress, &view(n, book)).unwrap();
        let books = TrialBalance::of(&projection.postings().unwrap()).unwrap();
        let balance = |role| books.balance(projection.entity, role, Currency::EUR);
        for role in [Role::CostToObtainAsset, Role::CostToFulfilAsset] {
            prop_assert_eq!(balance(role), projection.at(&CostScope::Role(role), date(n)).unwrap().carrying);
        }
        let figures = projection.at(&CostScope::All, date(n)).unwrap();
        prop_assert_eq!(balance(Role::ContractCostAmortisation), figures.amortised);
        for cost in story.costs.costs() {
            let figures = projection.at(&CostScope::Cost(cost.id.clone()), date(n)).unwrap();
            let subject = format!("rev_law/{}", cost.id);
            let asset = projection.treatment(&cost.id).unwrap().role;
            prop_assert!(asset == Role::Expense || books.subject_balance(projection.entity, asset, Currency::EUR, &subject) == figures.carrying);
        }
    }

    /// Month after month, or all at once at the end: the same balances, and closed months never move.
    #[test]
    fn posting_by_difference_ends_where_posting_at_once_does(story in story(), book in book()) {
        let mut posted: Vec<JournalEntry> = Vec::new();
        for (run, n) in [200_u32, 420, 640, 1_200].into_iter().enumerate() {
            // What became true later is not known yet.
            let known: Vec<CostEvent> = story.events.iter().filter(|event| event.effective <= date(n + 30)).cloned().collect();
            let calendar = FiscalCalendar::open_from(FiscalMonth::of(date(n)).previous().unwrap());
            let projection = project_costs(&story.costs, &known, &story.progress, &view(n, book)).unwrap();
            let entries = projection.post(&posted, &calendar, &format!("run {run}")).unwrap();
            for entry in &entries {
                prop_assert!(calendar.is_open(entry.header().posting_month()));
            }
            posted.extend(entries);
            let at_once = TrialBalance::of(&projection.postings().unwrap()).unwrap();
            let by_difference = TrialBalance::of(&posted).unwrap();
            for role in Role::ALL {
                let of = |books: &TrialBalance| books.balance(projection.entity, role, Currency::EUR);
                prop_assert_eq!(of(&at_once), of(&by_difference));
            }
        }
    }

    #[test]
    fn documents_and_facts_survive_serde(story in story()) {
        let text = serde_json::to_string(&story.costs).unwrap();
        prop_assert_eq!(&serde_json::from_str::<ContractCosts>(&text).unwrap(), &story.costs);
        let text = serde_json::to_string(&story.events).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Vec<CostEvent>>(&text).unwrap(), &story.events);
    }
}
