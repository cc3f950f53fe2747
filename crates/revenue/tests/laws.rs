//! What holds for every contract.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod contract;

use contract::*;
use l2c_calendar::{FiscalCalendar, FiscalMonth, NaiveDate, Period};
use l2c_host::{DateTime, Decider, Utc};
use l2c_ledger::{JournalEntry, Role, TrialBalance};
use l2c_money::{Currency, Exact, Money};
use l2c_revenue::*;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Day `n` after the inception of every contract here.
fn date(n: u32) -> NaiveDate {
    day("2020-01-15") + chrono::Days::new(u64::from(n))
}

/// The facts of one contract, inception first.
#[derive(Debug, Clone)]
struct Story {
    events: Vec<RevenueEvent>,
}

impl Story {
    fn terms(&self) -> &Terms {
        match &self.events[0].fact {
            Fact::Inception { terms } => terms,
            _ => panic!("the inception comes first"),
        }
    }

    fn project(&self, view: &View) -> Projection {
        project(&self.events, view).unwrap()
    }

    /// The same facts about other terms.
    fn retold(&self, change: impl FnOnce(&mut TermsDocument)) -> Self {
        let mut document = TermsDocument::from(self.terms().clone());
        change(&mut document);
        let mut events = self.events.clone();
        events[0].fact = Fact::Inception {
            terms: Box::new(Terms::new(document).unwrap()),
        };
        Self { events }
    }
}

fn view(n: u32) -> View {
    View {
        as_of: date(n),
        known_at: DateTime::<Utc>::MAX_UTC,
        book: Book::Asc606,
    }
}

/// What happens to an obligation: nothing yet, delivery on a day, or service from a day for some days.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Nothing,
    Delivered(u32),
    Served(u32, u32),
    Agreed(u32, u32),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        1 => Just(Happening::Nothing),
        2 => (0..500_u32).prop_map(Happening::Delivered),
        3 => (0..300_u32, 1..700_u32).prop_map(|(from, days)| Happening::Served(from, days)),
        1 => (0..300_u32, 1..700_u32).prop_map(|(from, days)| Happening::Agreed(from, days)),
    ]
}

fn period(from: u32, days: u32) -> Period {
    Period::new(date(from), date(from + days)).unwrap()
}

fn story() -> impl Strategy<Value = Story> {
    let minor = prop_oneof![-2_000_000_i64..2_000_000, -1_000_i64..1_000];
    let obligation = (
        prop_oneof![1 => Just(0), 5 => 1..1_000_000_i64],
        happening(),
        0..900_u32,
    );
    let billing = (0..500_u32, minor.clone(), 0..900_u32);
    (
        select(vec![Currency::USD, Currency::JPY, Currency::KWD]),
        prop::collection::vec(minor, 1..3),
        prop::collection::vec(obligation, 1..5),
        prop::collection::vec(billing, 0..6),
        select(vec![l2c_money::Rounding::HalfUp, l2c_money::Rounding::HalfEven]),
    )
        .prop_filter("a basis to allocate on", |(_, _, obligations, ..)| {
            obligations.iter().any(|(ssp, ..)| *ssp > 0)
        })
        .prop_map(|(currency, prices, obligations, billings, rounding)| {
            let money = |units| Money::from_minor(units, currency).unwrap();
            let mut facts = Vec::new();
            let mut document = bundle(money(0), &[]);
            document.policy.rounding = rounding;
            document.consideration = (0..)
                .zip(prices)
                .map(|(index, price)| Consideration::fixed(format!("price {index}"), money(price)))
                .collect();
            for (index, (ssp, happening, known)) in (0..).zip(obligations) {
                let id = format!("obligation {index}");
                let measure = match happening {
                    Happening::Nothing | Happening::Delivered(_) => AT_ONCE,
                    Happening::Served(..) => SERVICE,
                    Happening::Agreed(from, days) => Measure::time(period(from, days)),
                };
                match happening {
                    Happening::Nothing | Happening::Agreed(..) => {}
                    Happening::Delivered(on) => {
                        facts.push((
                            on,
                            known,
                            Fact::Satisfied {
                                obligation: id.clone(),
                            },
                        ));
                    }
                    Happening::Served(from, days) => {
                        let fact = Fact::ServiceStarted {
                            obligation: id.clone(),
                            period: period(from, days),
                        };
                        facts.push((from, known, fact));
                    }
                }
                let ssp = StandalonePrice::observable(money(ssp));
                document.obligations.push(Obligation::new(id, ssp, measure));
            }
            for (index, (on, amount, known)) in (0..).zip(billings) {
                let fact = Fact::billed(format!("document {index}"), money(amount));
                facts.push((on, known, fact));
            }
            let terms = Box::new(Terms::new(document).unwrap());
            let mut events = vec![RevenueEvent::new(
                date(0),
                noon(date(0)),
                0,
                Fact::Inception { terms },
            )];
            events.extend((1..).zip(facts).map(|(sequence, (on, known, fact))| {
                RevenueEvent::new(date(on), noon(date(on.max(known))), sequence, fact)
            }));
            Story { events }
        })
}

fn observed(ssp: &StandalonePrice) -> Money {
    match ssp {
        StandalonePrice::Observable { price } => *price,
        other => panic!("{other:?} is no observable price"),
    }
}

fn books(entries: &[JournalEntry]) -> TrialBalance {
    TrialBalance::of(entries).unwrap()
}

fn balance(books: &TrialBalance, figures: &Projection, role: Role) -> Money {
    books.balance(figures.entity, role, figures.currency)
}

fn sum<'a>(amounts: impl IntoIterator<Item = &'a Money>, currency: Currency) -> Money {
    Money::sum(amounts, currency).unwrap()
}

/// Half up or half even in integers, as the policy says: a second, plainer way to the same cents.
fn rounded_part(amount: i128, served: i128, days: i128, rounding: l2c_money::Rounding) -> i128 {
    let (twice, unit) = (2 * amount.abs() * served, 2 * days);
    let (whole, rest) = (twice / unit, twice % unit);
    let up = match rounding {
        l2c_money::Rounding::HalfEven => rest > days || (rest == days && whole % 2 == 1),
        _ => rest >= days,
    };
    amount.signum() * (whole + i128::from(up))
}

proptest! {
    #[test]
    fn allocation_adds_up_to_the_price(story in story()) {
        let figures = story.project(&view(0));
        let allocated = sum(figures.obligations.iter().map(|o| &o.allocated), figures.currency);
        prop_assert_eq!(allocated, figures.transaction_price);
        let fixed = |part: &Consideration| match part {
            Consideration::Fixed { amount, .. } => *amount,
            other => panic!("{other:?} is not fixed"),
        };
        let price = sum(&story.terms().consideration().iter().map(fixed).collect::<Vec<_>>(), figures.currency);
        prop_assert_eq!(price, figures.transaction_price);
    }

    #[test]
    fn an_allocation_is_within_a_minor_unit_of_the_exact_share(story in story()) {
        let figures = story.project(&view(0));
        let weights: Exact = figures.obligations.iter().map(|o| o.ssp.exact()).sum();
        let unit = Money::from_minor(1, figures.currency).unwrap().exact();
        for obligation in &figures.obligations {
            let exact = (figures.transaction_price.exact() * obligation.ssp.exact()).checked_div(&weights).unwrap();
            prop_assert!((obligation.allocated.exact() - exact).abs() < unit);
        }
    }

    #[test]
    fn stand_alone_prices_count_only_relative_to_each_other(story in story(), factor in 2..1_000_i64) {
        let scaled = story.retold(|terms| for obligation in &mut terms.obligations {
            let price = observed(&obligation.ssp).minor().unwrap() * factor;
            obligation.ssp = StandalonePrice::observable(Money::from_minor(price, terms.currency).unwrap());
        });
        let allocated = |story: &Story| -> Vec<Money> {
            story.project(&view(0)).obligations.iter().map(|o| o.allocated).collect()
        };
        prop_assert_eq!(allocated(&scaled), allocated(&story));
    }

    #[test]
    fn a_price_scaled_by_a_factor_scales_exact_shares(story in story(), factor in 2..100_i64) {
        // Where the shares come out even, to the cent.
        let weight: i64 = story.terms().obligations().iter().map(|o| observed(&o.ssp).minor().unwrap()).sum();
        let priced = |units: i64| story.retold(|terms| {
            let amount = Money::from_minor(units, terms.currency).unwrap();
            terms.consideration = vec![Consideration::fixed("price", amount)];
        }).project(&view(0));
        for (small, large) in priced(weight).obligations.iter().zip(&priced(weight * factor).obligations) {
            prop_assert_eq!(small.allocated, small.ssp);
            prop_assert_eq!(large.allocated.minor().unwrap(), small.allocated.minor().unwrap() * factor);
        }
    }

    #[test]
    fn an_obligation_that_is_worth_nothing_changes_nothing(story in story(), place in any::<Index>(), n in 0..1_200_u32) {
        let mut at = 0;
        let with = story.retold(|terms| {
            at = place.index(terms.obligations.len() + 1);
            let free = StandalonePrice::observable(Money::zero(terms.currency));
            terms.obligations.insert(at, Obligation::new("a gift", free, AT_ONCE));
        });
        let without = story.project(&view(n));
        let mut with = with.project(&view(n));
        prop_assert_eq!(with.postings().unwrap(), without.postings().unwrap());
        prop_assert!(with.obligations.remove(at).allocated.is_zero());
        for row in &mut with.months {
            prop_assert!(row.by_obligation.remove(at).is_zero());
        }
        prop_assert!(with.day.by_obligation.remove(at).is_zero());
        prop_assert!(with.at_inception.allocation.remove("a gift").unwrap().is_zero());
        prop_assert_eq!(with, without);
    }

    #[test]
    fn what_is_recognised_over_a_life_is_what_was_allocated(story in story()) {
        let figures = story.project(&view(5_000));
        for obligation in figures.obligations.iter().filter(|o| !o.schedule.is_empty()) {
            let lifetime = sum(obligation.schedule.iter().map(|row| &row.amount), figures.currency);
            prop_assert_eq!(lifetime, obligation.allocated);
            prop_assert_eq!(obligation.recognised, obligation.allocated);
            prop_assert!(obligation.is_satisfied && obligation.remaining.is_zero());
        }
    }

    #[test]
    fn a_schedule_cut_anywhere_is_what_is_recognised_by_then(story in story(), n in 0..1_200_u32) {
        let month_end = FiscalMonth::of(date(n)).last_day();
        let figures = story.project(&View { as_of: month_end, ..view(0) });
        for (index, obligation) in figures.obligations.iter().enumerate() {
            let by_then = obligation.schedule.iter().filter(|row| row.month.last_day() <= month_end);
            let scheduled = sum(by_then.map(|row| &row.amount), figures.currency);
            prop_assert_eq!(obligation.recognised, scheduled);
            let months = sum(figures.months.iter().map(|row| &row.by_obligation[index]), figures.currency);
            prop_assert_eq!(months, scheduled);
            prop_assert_eq!(obligation.recognised.checked_add(&obligation.remaining).unwrap(), obligation.allocated);
        }
    }

    #[test]
    fn looking_day_by_day_or_month_by_month_gives_the_same_cumulative(story in story(), n in 0..1_200_u32) {
        let later = story.project(&view(1_500));
        let early = story.project(&view(n));
        for (a, b) in early.obligations.iter().zip(&later.obligations) {
            prop_assert_eq!(&a.schedule, &b.schedule);
        }
        let closed = FiscalMonth::of(date(n));
        let before = |figures: &Projection| -> Vec<ContractMonth> {
            figures.months.iter().filter(|row| row.month < closed).cloned().collect()
        };
        prop_assert_eq!(before(&early), before(&later));
    }

    #[test]
    fn a_plain_count_in_integers_gives_the_same_cents(story in story(), n in 0..1_200_u32) {
        let figures = story.project(&view(n));
        let rounding = story.terms().policy().rounding;
        for obligation in &figures.obligations {
            let allocated = i128::from(obligation.allocated.minor().unwrap());
            let expected: i128 = story.events.iter().find_map(|event| match &event.fact {
                Fact::Satisfied { obligation: id } if *id == obligation.id => {
                    Some(if event.effective <= date(n) { allocated } else { 0 })
                }
                Fact::ServiceStarted { obligation: id, period } if *id == obligation.id => {
                    let served = period.start().iter_days().take_while(|d| *d <= date(n) && *d < period.end());
                    Some(rounded_part(allocated, served.count() as i128, i128::from(period.days()), rounding))
                }
                _ => None,
            }).unwrap_or_else(|| match &story.terms().obligation(&obligation.id).unwrap().measure {
                Measure::Time { period: Some(period), .. } => {
                    let served = period.start().iter_days().take_while(|d| *d <= date(n) && *d < period.end());
                    rounded_part(allocated, served.count() as i128, i128::from(period.days()), rounding)
                }
                _ => 0,
            });
            prop_assert_eq!(i128::from(obligation.recognised.minor().unwrap()), expected);
        }
    }

    #[test]
    fn postings_are_the_figures(story in story(), n in 0..1_200_u32) {
        let figures = story.project(&view(n));
        let books = books(&figures.postings().unwrap());
        prop_assert!(books.is_balanced());
        let recognised = sum(figures.obligations.iter().map(|o| &o.recognised), figures.currency);
        let billed = sum(figures.months.iter().map(|row| &row.billed), figures.currency);
        prop_assert_eq!(balance(&books, &figures, Role::Revenue).negated(), recognised);
        prop_assert_eq!(balance(&books, &figures, Role::BillingClearing), billed);
        let (asset, liability) = (balance(&books, &figures, Role::ContractAsset), balance(&books, &figures, Role::ContractLiability));
        prop_assert_eq!(asset, figures.position().contract_asset());
        prop_assert_eq!(liability.negated(), figures.position().contract_liability());
        prop_assert!(asset.is_zero() || liability.is_zero());
        prop_assert_eq!(figures.position().net(), recognised.checked_sub(&billed).unwrap());
        prop_assert_eq!((figures.recognised(), figures.billed()), (recognised, billed));
        prop_assert_eq!(figures.remaining().checked_add(&recognised).unwrap(), figures.transaction_price);
        for obligation in &figures.obligations {
            let subject = format!("{}/{}", figures.contract, obligation.id);
            let posted = books.subject_balance(figures.entity, Role::Revenue, figures.currency, &subject);
            prop_assert_eq!(posted.negated(), obligation.recognised);
        }
    }

    #[test]
    fn the_order_of_arrival_makes_no_difference(
        (story, shuffled) in story().prop_flat_map(|story| {
            let events = Just(story.events.clone()).prop_shuffle();
            (Just(story), events)
        }),
        n in 0..1_200_u32,
    ) {
        let figures = story.project(&view(n));
        prop_assert_eq!(&project(&shuffled, &view(n)).unwrap(), &figures);
        let states = [RevenueContract::replay(&story.events), RevenueContract::replay(&shuffled)];
        prop_assert_eq!(&states[0], &states[1]);
        prop_assert_eq!(project(states[0].facts(), &view(n)).unwrap(), figures);
    }

    #[test]
    fn what_was_known_then_is_what_was_told_by_then(story in story(), known in 0..900_u32, n in 0..1_200_u32) {
        let then = View { known_at: noon(date(known)), ..view(n) };
        let told: Vec<RevenueEvent> =
            story.events.iter().filter(|event| event.recorded_at <= noon(date(known))).cloned().collect();
        prop_assert_eq!(story.project(&then), project(&told, &view(n)).unwrap());
    }

    #[test]
    fn the_books_of_both_standards_agree(story in story(), n in 0..1_200_u32) {
        let mut ifrs = story.project(&View { book: Book::Ifrs15, ..view(n) });
        let asc = story.project(&view(n));
        prop_assert_eq!(ifrs.book, Book::Ifrs15);
        ifrs.book = Book::Asc606;
        prop_assert_eq!(ifrs, asc);
    }

    #[test]
    fn events_are_read_as_they_were_written(story in story()) {
        for event in &story.events {
            let text = serde_json::to_string(event).unwrap();
            prop_assert_eq!(&serde_json::from_str::<RevenueEvent>(&text).unwrap(), event);
        }
    }
}

/// A plainer contract: what is known, by name, and what it would say to a command.
#[derive(Debug, Default)]
struct Model {
    begun: Option<NaiveDate>,
    known: std::collections::BTreeMap<String, String>,
}

impl Model {
    /// The number of facts added, or the code of the refusal.
    fn say(&mut self, command: &RevenueCommand) -> Result<usize, &'static str> {
        let on = command.on;
        let (name, content, clash, expected) = match &command.fact {
            Fact::Inception { .. } => {
                if self.begun.is_none() {
                    self.begun = Some(on);
                    return Ok(1);
                }
                return if self.begun == Some(on) {
                    Ok(0)
                } else {
                    Err("already_begun")
                };
            }
            Fact::Satisfied { obligation } => (obligation, on.to_string(), "already_satisfied", "licence"),
            Fact::ServiceStarted { obligation, period } => {
                (obligation, period.to_string(), "already_started", "support")
            }
            Fact::Billed { document, amount, .. } => (
                document,
                format!("{amount} {on}"),
                "document_recorded",
                document.as_str(),
            ),
            other => panic!("{other:?}"),
        };
        let begun = self.begun.ok_or("not_begun")?;
        let before = self.known.get(name);
        if before == Some(&content) && name == expected {
            return Ok(0);
        }
        if clash == "document_recorded" && before.is_some() {
            return Err(clash);
        }
        if on < begun {
            return Err("before_inception");
        }
        if name != expected {
            let is_promised = ["licence", "support"].contains(&name.as_str());
            return Err(if is_promised {
                "wrong_measure"
            } else {
                "unknown_obligation"
            });
        }
        if before.is_some() {
            return Err(clash);
        }
        self.known.insert(name.clone(), content);
        Ok(1)
    }
}

fn command() -> impl Strategy<Value = RevenueCommand> {
    let obligations = [
        ("licence", usd("9.00"), AT_ONCE),
        ("support", usd("3.00"), SERVICE),
    ];
    let terms = Terms::new(bundle(usd("10.00"), &obligations)).unwrap();
    let obligation = || {
        select(vec![
            "licence".to_owned(),
            "support".to_owned(),
            "gadget".to_owned(),
        ])
    };
    let on = || (0..4_u32).prop_map(date);
    let documents = select(vec!["inv_1", "inv_2"]);
    let amounts = select(vec!["1.00", "-1.00"]);
    prop_oneof![
        (0..2_u32).prop_map(move |n| RevenueCommand::new(date(n + 1), Fact::inception(terms.clone()))),
        (obligation(), on()).prop_map(|(id, on)| RevenueCommand::new(on, Fact::satisfied(id))),
        (obligation(), 0..3_u32, 1..3_u32).prop_map(|(obligation, from, days)| {
            let period = period(from, days);
            RevenueCommand::new(period.start(), Fact::ServiceStarted { obligation, period })
        }),
        (documents, amounts, on())
            .prop_map(|(document, amount, on)| RevenueCommand::new(on, Fact::billed(document, usd(amount)))),
    ]
}

proptest! {
    #[test]
    fn decisions_are_those_of_a_plainer_contract(commands in prop::collection::vec(command(), 1..40)) {
        let (mut contract, mut model) = (RevenueContract::default(), Model::default());
        for (sequence, command) in (1..).zip(&commands) {
            let context = RevenueContext { recorded_at: noon(date(9)), sequence };
            let decided = contract.decide(command, &context);
            let said = decided.as_ref().map(Vec::len).map_err(RevenueRefusal::code);
            prop_assert_eq!(said, model.say(command), "{:?}", command);
            contract = decided.unwrap_or_default().iter().fold(contract, RevenueContract::evolve);
        }
        if model.begun.is_some() {
            prop_assert!(project(contract.facts(), &view(9)).is_ok());
            prop_assert_eq!(contract.facts().len(), model.known.len() + 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn closed_months_never_change_and_everything_is_posted_in_the_end(story in story(), step in 1..4_usize) {
        let first = FiscalMonth::of(date(0));
        let months = first.through(first.plus(48).unwrap());
        let mut posted: Vec<JournalEntry> = Vec::new();
        let mut first_open = first;
        for month in months.iter().copied().skip(step - 1).step_by(step) {
            let calendar = FiscalCalendar::open_from(first_open);
            let then = View { as_of: month.last_day(), known_at: noon(month.last_day()), book: Book::Asc606 };
            let figures = story.project(&then);
            let run = figures.post(&posted, &calendar, "run").unwrap();
            for entry in &run {
                let header = entry.header();
                prop_assert!(header.posting_month() >= first_open);
                prop_assert!(header.origin_month() <= header.posting_month());
                prop_assert!(header.posting_month() == header.origin_month() || header.origin_month() < first_open);
                prop_assert!(!header.citations.is_empty());
            }
            posted.extend(run);
            let books = books(&posted);
            prop_assert!(figures.post(&posted, &calendar, "again").unwrap().is_empty());
            for (role, expected) in [
                (Role::Revenue, sum(figures.obligations.iter().map(|o| &o.recognised), figures.currency).negated()),
                (Role::ContractAsset, figures.position().contract_asset()),
                (Role::ContractLiability, figures.position().contract_liability().negated()),
            ] {
                prop_assert_eq!(balance(&books, &figures, role), expected);
            }
            first_open = month.next().unwrap();
        }
    }

    #[test]
    fn reports_tie_to_the_postings(stories in prop::collection::vec(story(), 1..4), n in 0..900_u32) {
        let first = FiscalMonth::of(date(0)).previous().unwrap();
        let last = FiscalMonth::of(date(n)).next().unwrap();
        let (mut waterfall, mut balances) = (RevenueWaterfall::default(), BalanceRollForward::new(first, last));
        let mut contracts = Vec::new();
        for (index, story) in stories.iter().enumerate() {
            let own = story.retold(|terms| terms.contract = format!("rev_{index}").parse().unwrap());
            let figures = own.project(&view(n));
            waterfall.add(&figures).unwrap();
            balances.add(&figures).unwrap();
            contracts.push(figures);
        }
        for currency in [Currency::USD, Currency::JPY, Currency::KWD] {
            let own: Vec<&Projection> = contracts.iter().filter(|c| c.currency == currency).collect();
            let entries: Vec<JournalEntry> = own.iter().flat_map(|c| c.postings().unwrap()).collect();
            let entity = contracts[0].entity;
            let rows: Vec<&WaterfallRow> = waterfall.rows().filter(|row| row.recognised.currency() == currency).collect();
            for row in &rows {
                let of_month = entries.iter().filter(|entry| entry.header().posting_month() == row.month);
                let posted = TrialBalance::of(of_month).unwrap().balance(entity, Role::Revenue, currency);
                prop_assert_eq!(row.recognised, posted.negated());
            }
            let all = rows.iter().flat_map(|row| [&row.recognised, &row.scheduled]);
            let price = sum(own.iter().map(|c| &c.transaction_price), currency);
            prop_assert_eq!(sum(all, currency).checked_add(&waterfall.unscheduled(entity, currency)).unwrap(), price);

            let rows = balances.rows().filter(|row| row.billed.currency() == currency);
            let mut books = TrialBalance::new();
            for row in rows {
                let before = |role| books.balance(entity, role, currency);
                prop_assert_eq!(row.opening_contract_asset, before(Role::ContractAsset));
                prop_assert_eq!(row.opening_contract_liability, before(Role::ContractLiability).negated());
                let (revenue, clearing) = (before(Role::Revenue), before(Role::BillingClearing));
                for entry in entries.iter().filter(|entry| entry.header().posting_month() == row.month) {
                    books.add(entry).unwrap();
                }
                let now = |role| books.balance(entity, role, currency);
                prop_assert_eq!(row.closing_contract_asset, now(Role::ContractAsset));
                prop_assert_eq!(row.closing_contract_liability, now(Role::ContractLiability).negated());
                prop_assert_eq!(row.recognised, revenue.checked_sub(&now(Role::Revenue)).unwrap());
                prop_assert_eq!(row.billed, now(Role::BillingClearing).checked_sub(&clearing).unwrap());
            }
        }
    }

    #[test]
    fn explanations_recompute_to_what_is_posted(story in story(), n in 0..1_200_u32) {
        let view = view(n);
        let figures = story.project(&view);
        let value = |question: Question| explain(&story.events, &view, &question).unwrap().recompute().unwrap();
        prop_assert_eq!(value(Question::TransactionPrice), figures.transaction_price.exact());
        for (index, obligation) in figures.obligations.iter().enumerate() {
            let named = obligation.id.clone();
            prop_assert_eq!(value(Question::Allocation { obligation: named.clone() }), obligation.allocated.exact());
            for row in &figures.months {
                let question = Question::Recognised { obligation: named.clone(), month: row.month };
                prop_assert_eq!(value(question), row.by_obligation[index].exact());
            }
        }
        for row in &figures.months {
            let question = Question::NetPosition { month: row.month };
            prop_assert_eq!(value(question), row.position.net().exact());
        }
    }
}
