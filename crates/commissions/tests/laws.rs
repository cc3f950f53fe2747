//! The laws of commissions, with a naive model of the curve beside the engine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeMap;

use l2c_calendar::{NaiveDate, Quarter};
use l2c_commissions::{
    ComponentDocument, Credit, CreditId, CreditKind, Deal, PayeeBalance, Plan, PlanDocument, PlanId,
    PlanVersionDocument, QuotaAmount, QuotaDocument, RateDocument, Statement, StatementCommand,
    StatementEvent, StatementState,
};
use l2c_host::{Decider, PartyId};
use l2c_ledger::{JournalEntry, LegalEntity, Role, TrialBalance};
use l2c_money::{Currency, Decimal, Exact, Money, Percent, RoundingPolicy};
use proptest::prelude::*;

const USD: Currency = Currency::USD;
const QUARTERS: [&str; 3] = ["2017-Q1", "2017-Q2", "2017-Q3"];
const PEOPLE: [&str; 3] = ["pty_Ada", "pty_Ben", "pty_Max"];

fn person(index: usize) -> PartyId {
    PartyId::new(PEOPLE[index]).unwrap()
}

fn quarter(index: usize) -> Quarter {
    QUARTERS[index].parse().unwrap()
}

fn cents(amount: i64) -> Money {
    Money::from_minor(amount, USD).unwrap()
}

fn percent(hundredths: i64) -> Percent {
    Percent::new(Decimal::new(hundredths, 2)).unwrap()
}

/// Steps in hundredths of a percent of quota, each with its rate in hundredths of a percent; the last is open.
#[derive(Debug, Clone)]
struct Terms {
    quota: i64,
    steps: Vec<(i64, i64)>,
    override_rate: i64,
}

impl Terms {
    fn plan(&self) -> Plan {
        let last = self.steps.len() - 1;
        let mut end = 0;
        let rate = |(index, (width, rate)): (usize, &(i64, i64))| {
            end += width;
            RateDocument {
                up_to_percent: (index < last).then(|| percent(end)),
                rate_percent: percent(*rate),
            }
        };
        let rates = self.steps.iter().enumerate().map(rate).collect();
        let quota = QuotaDocument {
            amount: Some(QuotaAmount(Decimal::new(self.quota, 2))),
            payees: [(person(1), QuotaAmount(Decimal::new(self.quota * 2, 2)))].into(),
        };
        let own = ComponentDocument {
            id: "own".to_owned(),
            credits: CreditKind::Primary,
            parts: Some(vec!["licence".to_owned()]),
            quota: Some(quota),
            rates,
        };
        let rollup = ComponentDocument {
            id: "override".to_owned(),
            credits: CreditKind::Rollup,
            parts: None,
            quota: None,
            rates: vec![RateDocument {
                up_to_percent: None,
                rate_percent: percent(self.override_rate),
            }],
        };
        let version = PlanVersionDocument {
            version: 1,
            from: quarter(0),
            through: None,
            payment_lag_months: 1,
            components: vec![own, rollup],
        };
        let id = PlanId::new("pln_sales").unwrap();
        Plan::new(&PlanDocument {
            id,
            currency: USD,
            versions: vec![version],
        })
        .unwrap()
    }

    /// The definition over amounts: of the credits between two multiples of the quota, a rate. Below zero the first
    /// rate goes on.
    fn curve(&self, who: usize, component: &str, credited: Money) -> Money {
        let credited = credited.exact();
        let hundred = |value: i64| Exact::ratio(value, 10_000).unwrap();
        let exact = if component == "override" {
            credited * hundred(self.override_rate)
        } else if credited.is_negative() {
            credited * hundred(self.steps[0].1)
        } else {
            let quota = cents(if who == 1 { self.quota * 2 } else { self.quota }).exact();
            let (mut above, mut total) = (Exact::ZERO, Exact::ZERO);
            for (index, (width, rate)) in self.steps.iter().enumerate() {
                let end = &above + &quota * hundred(*width);
                let top = if index + 1 == self.steps.len() {
                    credited.clone()
                } else {
                    end.clone().min(credited.clone())
                };
                total += &((top - &above).max(Exact::ZERO) * hundred(*rate));
                above = end;
            }
            total
        };
        RoundingPolicy::HALF_UP.money(&exact, USD).unwrap()
    }
}

fn terms() -> impl Strategy<Value = Terms> {
    let steps = prop::collection::vec((1_i64..12_000, 0_i64..2_000), 1..5);
    (1_i64..2_000_000, steps, 0_i64..500).prop_map(|(quota, steps, override_rate)| Terms {
        quota,
        steps,
        override_rate,
    })
}

/// A sale, and how much of it goes back when: a share in quarters and a delay in days.
#[derive(Debug, Clone)]
struct Sale {
    deal: Deal,
    back: Option<(i64, u64)>,
}

fn sale() -> impl Strategy<Value = Sale> {
    let day = (0_u64..270).prop_map(|days| date("2017-01-01") + chrono::Days::new(days));
    let amounts = (-50_000_i64..400_000, -5_000_i64..50_000);
    let back = prop::option::weighted(0.4, (1_i64..=4, 0_u64..200));
    (0_usize..2, day, amounts, any::<bool>(), back).prop_map(
        |(who, date, (licence, support), managed, back)| {
            let parts = [
                ("licence".to_owned(), cents(licence)),
                ("support".to_owned(), cents(support)),
            ]
            .into();
            let manager = managed.then(|| person(2));
            Sale {
                deal: Deal {
                    id: String::new(),
                    date,
                    seller: person(who),
                    manager,
                    parts,
                },
                back,
            }
        },
    )
}

fn sales() -> impl Strategy<Value = Vec<Sale>> {
    prop::collection::vec(sale(), 0..12).prop_map(|mut sales| {
        for (index, sale) in sales.iter_mut().enumerate() {
            sale.deal.id = format!("ord_{index}");
        }
        sales
    })
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn credits(plan: &Plan, sales: &[Sale]) -> Vec<Credit> {
    let mut all = Vec::new();
    for sale in sales {
        for credit in plan.credits(&sale.deal).unwrap() {
            if let Some((quarters, delay)) = sale.back {
                let id = CreditId::from_key(&format!("{}.back", credit.id.key())).unwrap();
                let on = sale.deal.date + chrono::Days::new(delay);
                let part = RoundingPolicy::HALF_UP
                    .money(&(credit.amount.exact() * Exact::ratio(quarters, 4).unwrap()), USD)
                    .unwrap();
                all.push(credit.reversed_in_part(id, on, part));
            }
            all.push(credit);
        }
    }
    all
}

/// What the credits of a quarter come to by a day, by component; straight from the facts.
fn net(credits: &[Credit], who: &PartyId, quarter: Quarter, as_of: NaiveDate) -> BTreeMap<String, Money> {
    let mut totals = BTreeMap::new();
    for credit in credits
        .iter()
        .filter(|credit| credit.payee == *who && credit.date <= as_of)
    {
        let original = credit.reverses.as_ref().unwrap_or(&credit.id);
        let origin = credits.iter().find(|other| other.id == *original).unwrap();
        if Quarter::of(origin.date) == quarter {
            let total = totals.entry(credit.component.clone()).or_insert(Money::zero(USD));
            *total = total.checked_add(&credit.amount).unwrap();
        }
    }
    totals
}

fn sum<'a>(amounts: impl Iterator<Item = &'a Money>) -> Money {
    amounts.fold(Money::zero(USD), |total, amount| {
        total.checked_add(amount).unwrap()
    })
}

/// The statements of one payee, closed quarter by quarter.
fn close_all(plan: &Plan, who: &PartyId, credits: &[Credit]) -> Vec<Statement> {
    let mut closed = Vec::new();
    for index in 0..QUARTERS.len() {
        let statement = plan.statement(who, quarter(index), credits, &closed).unwrap();
        closed.push(statement);
    }
    closed
}

proptest! {
    #[test]
    fn the_seller_is_credited_with_the_whole_and_the_manager_over_it(terms in terms(), sale in sale()) {
        let plan = terms.plan();
        let deal = Deal { id: "ord_1".to_owned(), ..sale.deal };
        let credits = plan.credits(&deal).unwrap();
        prop_assert_eq!(&credits[0].payee, &deal.seller);
        prop_assert_eq!(credits[0].amount, deal.parts["licence"]);
        let rollup = credits.get(1).map(|credit| (&credit.payee, credit.amount));
        let expected = deal.manager.as_ref().map(|manager| (manager, sum(deal.parts.values())));
        prop_assert_eq!(rollup, expected);
    }

    #[test]
    fn the_lines_of_a_quarter_add_up_to_the_curve_of_its_total(terms in terms(), sales in sales()) {
        let plan = terms.plan();
        let credits = credits(&plan, &sales);
        for who in 0..PEOPLE.len() {
            for index in 0..QUARTERS.len() {
                let statement = plan.statement(&person(who), quarter(index), &credits, &[]).unwrap();
                let totals = net(&credits, &person(who), quarter(index), quarter(index).last_day());
                let names: Vec<&str> = statement.components().iter().map(|c| c.component.as_str()).collect();
                prop_assert_eq!(names, totals.keys().map(String::as_str).collect::<Vec<_>>());
                for result in statement.components() {
                    prop_assert_eq!(result.credited, totals[&result.component]);
                    prop_assert_eq!(result.earned, terms.curve(who, &result.component, result.credited));
                    let lines = statement.lines().iter().filter(|line| line.component == result.component);
                    prop_assert_eq!(sum(lines.clone().map(|line| &line.commission)), result.earned);
                    prop_assert_eq!(sum(lines.clone().map(|line| &line.credited)), result.credited);
                    for line in lines {
                        prop_assert!(quarter(index).period().unwrap().contains(line.date));
                    }
                    let attainment = result.quota.map(|q| result.credited.exact().checked_div(&q.exact()).unwrap());
                    prop_assert_eq!(&result.attainment, &attainment);
                }
            }
        }
    }

    #[test]
    fn the_order_in_which_credits_arrive_does_not_matter(
        terms in terms(), (sales, order) in sales().prop_flat_map(|sales| {
            let order = Just((0..sales.len() * 4).collect::<Vec<_>>()).prop_shuffle();
            (Just(sales), order)
        })
    ) {
        let plan = terms.plan();
        let credits = credits(&plan, &sales);
        let shuffled: Vec<Credit> = order.into_iter().filter_map(|at| credits.get(at).cloned()).collect();
        prop_assert_eq!(shuffled.len(), credits.len());
        for who in 0..PEOPLE.len() {
            prop_assert_eq!(
                close_all(&plan, &person(who), &credits), close_all(&plan, &person(who), &shuffled)
            );
        }
    }

    /// Whenever a reversal becomes known, all that was ever stated comes to what the facts now say.
    #[test]
    fn what_was_stated_adds_up_to_what_the_facts_say(terms in terms(), sales in sales()) {
        let plan = terms.plan();
        let credits = credits(&plan, &sales);
        for who in 0..PEOPLE.len() {
            let closed = close_all(&plan, &person(who), &credits);
            let end = quarter(2).last_day();
            for index in 0..QUARTERS.len() {
                let totals = net(&credits, &person(who), quarter(index), end);
                let right = totals.iter().map(|(c, total)| terms.curve(who, c, *total)).collect::<Vec<_>>();
                let lines = closed[index].lines().iter().map(|line| &line.commission);
                let later = closed.iter().flat_map(Statement::adjustments);
                let later = later.filter(|a| a.origin == quarter(index)).map(|a| &a.amount);
                prop_assert_eq!(sum(lines.chain(later)), sum(right.iter()));
            }
        }
    }

    #[test]
    fn without_a_change_there_is_no_adjustment(terms in terms(), sales in sales()) {
        let plan = terms.plan();
        let kept: Vec<Sale> = sales.into_iter().map(|sale| Sale { back: None, ..sale }).collect();
        let credits = credits(&plan, &kept);
        for who in 0..PEOPLE.len() {
            for statement in close_all(&plan, &person(who), &credits) {
                prop_assert_eq!(statement.adjustments(), []);
            }
        }
    }

    #[test]
    fn earned_is_paid_and_accrued_and_the_books_agree(
        terms in terms(), sales in sales(), paid in prop::collection::vec(any::<bool>(), 9)
    ) {
        let plan = terms.plan();
        let credits = credits(&plan, &sales);
        let entity = LegalEntity::new("US01").unwrap();
        let mut entries: Vec<JournalEntry> = Vec::new();
        let mut total = [Money::zero(USD); 3];
        for who in 0..PEOPLE.len() {
            let mut states = Vec::new();
            for (index, statement) in close_all(&plan, &person(who), &credits).into_iter().enumerate() {
                let posting = quarter(index).last_day();
                entries.extend(statement.earning_entries(entity, posting).unwrap());
                let mut state = run(StatementState::default(), &StatementCommand::Close(Box::new(statement.clone())));
                if paid[who * 3 + index] {
                    state = run(state, &StatementCommand::Pay { date: statement.due() });
                    entries.push(statement.payment_entry(entity, statement.due()).unwrap());
                }
                states.push(state);
            }
            let balance = PayeeBalance::of(&states).unwrap().unwrap();
            prop_assert_eq!(balance.earned, balance.paid.checked_add(&balance.accrued).unwrap());
            for (sum, part) in total.iter_mut().zip([balance.earned, balance.paid, balance.accrued]) {
                *sum = sum.checked_add(&part).unwrap();
            }
            states.reverse();
            prop_assert_eq!(PayeeBalance::of(&states).unwrap(), Some(balance));
        }
        let books = TrialBalance::of(&entries).unwrap();
        prop_assert!(books.is_balanced());
        prop_assert_eq!(books.balance(entity, Role::CostClearing, USD), total[0]);
        prop_assert_eq!(books.balance(entity, Role::Cash, USD), total[1].negated());
        prop_assert_eq!(books.balance(entity, Role::CommissionPayable, USD), total[2].negated());
    }

    #[test]
    fn every_line_and_adjustment_explains_itself(terms in terms(), sales in sales()) {
        let plan = terms.plan();
        let credits = credits(&plan, &sales);
        for who in 0..PEOPLE.len() {
            let mut closed: Vec<Statement> = Vec::new();
            for index in 0..QUARTERS.len() {
                let statement = plan.statement(&person(who), quarter(index), &credits, &closed).unwrap();
                let lines = statement.lines().iter().map(|line| (&line.credit, line.commission));
                let adjusted = statement.adjustments().iter().map(|a| (&a.credit, a.amount));
                for (credit, amount) in lines.chain(adjusted) {
                    let why = plan.explain(&person(who), quarter(index), &credits, &closed, credit).unwrap();
                    prop_assert_eq!(why.value(), amount.exact());
                    prop_assert_eq!(why.recompute().unwrap(), amount.exact());
                }
                closed.push(statement);
            }
        }
    }

    #[test]
    fn closing_is_idempotent_and_replay_gives_the_same_state(terms in terms(), sales in sales()) {
        let plan = terms.plan();
        let credits = credits(&plan, &sales);
        let statement = plan.statement(&person(0), quarter(0), &credits, &[]).unwrap();
        let close = StatementCommand::Close(Box::new(statement.clone()));
        let events = StatementState::default().decide(&close, &()).unwrap();
        let state = StatementState::replay(&events);
        prop_assert_eq!(state.decide(&close, &()).unwrap(), []);
        let text = serde_json::to_string(&events).unwrap();
        let read: Vec<StatementEvent> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(StatementState::replay(&read), state);
        let text = serde_json::to_string(&statement).unwrap();
        prop_assert_eq!(serde_json::from_str::<Statement>(&text).unwrap(), statement);
    }
}

fn run(state: StatementState, command: &StatementCommand) -> StatementState {
    let events = state.decide(command, &()).unwrap();
    events.iter().fold(state, Decider::evolve)
}
