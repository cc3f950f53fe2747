//! Statements by hand: figures a person can check, what a plan refuses, and the life of a statement.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_calendar::{NaiveDate, Quarter};
use l2c_commissions::{
    CommissionError, Credit, CreditId, Deal, PayeeBalance, Plan, PlanDocument, STATEMENT_MACHINE, Statement,
    StatementCommand, StatementState, StatementStatus,
};
use l2c_host::{Decider, PartyId};
use l2c_ledger::LegalEntity;
use l2c_money::{Currency, Exact};

const PLAN: &str = r#"{"id": "pln_sales", "currency": "USD", "versions": [
    {"version": 1, "from": "2017-Q1", "through": "2017-Q4", "payment_lag_months": 1,
     "components": [
        {"id": "own", "credits": "primary", "parts": ["licence"],
         "quota": {"amount": "100000", "payees": {"pty_Ben": "50000"}},
         "rates": [{"up_to_percent": "50", "rate_percent": "4"}, {"up_to_percent": "100", "rate_percent": "6"},
                   {"rate_percent": "9"}]},
        {"id": "override", "credits": "rollup", "rates": [{"rate_percent": "1.5"}]}]},
    {"version": 2, "from": "2018-Q1", "payment_lag_months": 0, "components": [
        {"id": "own", "credits": "primary", "quota": {"payees": {"pty_Ada": "120000"}},
         "rates": [{"rate_percent": "5"}]}]}]}"#;

fn plan() -> Plan {
    Plan::new(&serde_json::from_str(PLAN).unwrap()).unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn party(name: &str) -> PartyId {
    PartyId::from_key(name).unwrap()
}

fn quarter(text: &str) -> Quarter {
    text.parse().unwrap()
}

fn deal(id: &str, day: &str, seller: &str, licence: &str, support: &str) -> Deal {
    let text = format!(
        r#"{{"id": "{id}", "date": "{day}", "seller": "pty_{seller}", "manager": "pty_Max",
            "parts": {{"licence": {{"amount": "{licence}", "currency": "USD"}},
                       "support": {{"amount": "{support}", "currency": "USD"}}}}}}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn back(credits: &[Credit], id: &str, day: &str) -> Credit {
    let original = credits.iter().find(|credit| credit.id.key() == id).unwrap();
    original.reversed(CreditId::from_key(&format!("{id}.back")).unwrap(), date(day))
}

/// 120,000 sold in the first quarter and 30,000 in the second; the first sale is cancelled in the second.
fn credits() -> Vec<Credit> {
    let deals = [
        deal("ord_1", "2017-01-10", "Ada", "40000", "8000"),
        deal("ord_2", "2017-02-20", "Ada", "50000", "10000"),
        deal("ord_3", "2017-03-31", "Ada", "30000", "6000"),
        deal("ord_4", "2017-04-01", "Ada", "30000", "6000"),
        deal("ord_5", "2017-04-02", "Ben", "30000", "6000"),
    ];
    let mut credits: Vec<Credit> = deals
        .iter()
        .flat_map(|deal| plan().credits(deal).unwrap())
        .collect();
    credits.push(back(&credits, "sales.ord_1.own", "2017-05-15"));
    credits
}

fn table(statement: &Statement) -> String {
    let mut out = format!("{} due {}\n", statement.id(), statement.due());
    for line in statement.lines() {
        out += &format!(
            "  {} {} {} of {} -> {}\n",
            line.date, line.credit, line.credited, line.credited_to_date, line.commission
        );
    }
    for a in statement.adjustments() {
        out += &format!("  {} {} adjusted by {}\n", a.origin, a.credit, a.amount);
    }
    for c in statement.components() {
        let attainment = c
            .attainment
            .as_ref()
            .map_or("none".to_owned(), ToString::to_string);
        out += &format!(
            "  {}: credited {}, attainment {attainment}, earned {}\n",
            c.component, c.credited, c.earned
        );
    }
    out + &format!(
        "  earned {}, brought forward {}, payable {}, carried forward {}\n",
        statement.earned(),
        statement.brought_forward(),
        statement.payable(),
        statement.carried_forward()
    )
}

#[test]
fn a_cancelled_sale_is_taken_back_in_the_next_statement() {
    let (plan, credits, ada) = (plan(), credits(), party("Ada"));
    let first = plan.statement(&ada, quarter("2017-Q1"), &credits, &[]).unwrap();
    let second = plan
        .statement(&ada, quarter("2017-Q2"), &credits, std::slice::from_ref(&first))
        .unwrap();
    let max = plan
        .statement(&party("Max"), quarter("2017-Q2"), &credits, &[])
        .unwrap();
    insta::assert_snapshot!(table(&first) + &table(&second) + &table(&max));
}

#[test]
fn what_is_taken_back_is_carried_forward_and_never_paid() {
    let (plan, ada) = (plan(), party("Ada"));
    let deals = [
        deal("ord_1", "2017-01-10", "Ada", "50000", "0"),
        deal("ord_2", "2017-08-01", "Ada", "60000", "0"),
    ];
    let mut credits: Vec<Credit> = deals
        .iter()
        .flat_map(|deal| plan.credits(deal).unwrap())
        .collect();
    credits.push(back(&credits, "sales.ord_1.own", "2017-04-03"));
    let mut closed: Vec<Statement> = Vec::new();
    for name in ["2017-Q1", "2017-Q2", "2017-Q3"] {
        let next = plan.statement(&ada, quarter(name), &credits, &closed).unwrap();
        closed.push(next);
    }
    insta::assert_snapshot!(closed.iter().map(table).collect::<String>());
    // Payment of the first and the third settles everything.
    let states: Vec<StatementState> = closed
        .iter()
        .map(|statement| {
            let state = run(StatementState::default(), &close(statement)).unwrap();
            run(
                state,
                &StatementCommand::Pay {
                    date: statement.due(),
                },
            )
            .unwrap()
        })
        .collect();
    let balance = PayeeBalance::of(&states).unwrap().unwrap();
    assert_eq!((balance.earned, balance.accrued.is_zero()), (balance.paid, true));
    // A statement in between is missing: what it carried forward is not where it should be.
    let error = PayeeBalance::of(&[states[0].clone(), states[2].clone()]).unwrap_err();
    assert_eq!(error.code(), "foreign_statement");
}

#[test]
fn a_line_says_why() {
    let (plan, credits, ada) = (plan(), credits(), party("Ada"));
    let id = CreditId::from_key("sales.ord_3.own").unwrap();
    let first = plan.statement(&ada, quarter("2017-Q1"), &credits, &[]).unwrap();
    let line = plan
        .explain(&ada, quarter("2017-Q1"), &credits, &[], &id)
        .unwrap();
    assert_eq!(line.value(), Exact::integer(2_400));
    insta::assert_snapshot!("line", line.text());
    let adjustment = plan
        .explain(&ada, quarter("2017-Q2"), &credits, &[first], &id)
        .unwrap();
    insta::assert_snapshot!("adjustment", adjustment.text());
    let later = CreditId::from_key("sales.ord_4.own").unwrap();
    let error = plan
        .explain(&ada, quarter("2017-Q1"), &credits, &[], &later)
        .unwrap_err();
    assert_eq!(error.code(), "unknown_credit");
}

#[test]
fn the_journal_keeps_the_quarter_of_origin() {
    let (plan, credits, ada) = (plan(), credits(), party("Ada"));
    let first = plan.statement(&ada, quarter("2017-Q1"), &credits, &[]).unwrap();
    let second = plan
        .statement(&ada, quarter("2017-Q2"), &credits, &[first])
        .unwrap();
    let entity = LegalEntity::new("US01").unwrap();
    let mut entries = second.earning_entries(entity, date("2017-06-30")).unwrap();
    entries.push(second.payment_entry(entity, second.due()).unwrap());
    let mut shown = String::new();
    for entry in &entries {
        let header = entry.header();
        let cited = header.citations.join(", ");
        shown += &format!(
            "{} posted {} for {}: {} {cited}\n",
            header.id, header.posting_date, header.effective_date, header.memo
        );
        for line in entry.lines() {
            shown += &format!("  {} {} {}\n", line.role, line.amount, line.subject);
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn versions_follow_each_other() {
    let plan = plan();
    let ada = party("Ada");
    assert_eq!(plan.version_number(quarter("2017-Q4")), Ok(1));
    assert_eq!(plan.version_number(quarter("2018-Q1")), Ok(2));
    assert_eq!(
        plan.version_number(quarter("2016-Q4")).unwrap_err().code(),
        "no_version"
    );
    let usd = |amount| l2c_money::Money::from_minor(amount, Currency::USD).unwrap();
    assert_eq!(
        plan.quota("own", &ada, quarter("2017-Q4")).unwrap(),
        Some(usd(10_000_000))
    );
    assert_eq!(
        plan.quota("own", &party("Ben"), quarter("2017-Q4")).unwrap(),
        Some(usd(5_000_000))
    );
    assert_eq!(
        plan.quota("own", &ada, quarter("2018-Q1")).unwrap(),
        Some(usd(12_000_000))
    );
    assert_eq!(plan.quota("override", &ada, quarter("2017-Q1")).unwrap(), None);
    assert_eq!(
        plan.quota("own", &party("Ben"), quarter("2018-Q1"))
            .unwrap_err()
            .code(),
        "no_quota"
    );
    // Without `parts` all of the deal is credited.
    let credits = plan
        .credits(&deal("ord_9", "2018-02-01", "Ada", "100", "20"))
        .unwrap();
    assert_eq!(
        credits.iter().map(|c| c.amount).collect::<Vec<_>>(),
        [usd(12_000)]
    );
    let statement = plan.statement(&ada, quarter("2018-Q1"), &credits, &[]).unwrap();
    assert_eq!((statement.version(), statement.due()), (2, date("2018-03-31")));
}

#[test]
fn every_fault_of_a_plan_is_named_with_its_place() {
    let text = r#"{"id": "pln_x", "currency": "USD", "versions": [
        {"version": 2, "from": "2017-Q2", "through": "2017-Q1", "payment_lag_months": 121, "components": []},
        {"version": 2, "from": "2017-Q2", "payment_lag_months": 1, "components": [
          {"id": "a b", "credits": "primary", "parts": ["licence", "licence"], "quota": {}, "rates": []},
          {"id": "c", "credits": "primary", "parts": [],
           "quota": {"amount": "0", "payees": {"pty_Ada": "0.0000000001"}},
           "rates": [{"up_to_percent": "0", "rate_percent": "1"}, {"rate_percent": "1"},
                     {"up_to_percent": "50", "rate_percent": "1"}]},
          {"id": "c", "credits": "rollup",
           "rates": [{"up_to_percent": "50", "rate_percent": "1"}, {"rate_percent": "2"}]}]}]}"#;
    let document: PlanDocument = serde_json::from_str(text).unwrap();
    let Err(faults) = Plan::new(&document) else {
        panic!("accepted")
    };
    insta::assert_snapshot!(
        faults
            .iter()
            .map(|fault| format!("{fault}\n"))
            .collect::<String>()
    );
    for wrong in [
        PLAN.replace("\"100000\"", "100000"),
        PLAN.replace("2017-Q1", "2017-01"),
        PLAN.replace("own", "Own\",\"x\":\""),
    ] {
        assert!(serde_json::from_str::<PlanDocument>(&wrong).is_err());
    }
    let document: PlanDocument = serde_json::from_str(PLAN).unwrap();
    let written = serde_json::to_string(&document).unwrap();
    assert_eq!(serde_json::from_str::<PlanDocument>(&written).unwrap(), document);
}

#[test]
fn wrong_credits_and_deals_are_refused() {
    let (plan, ada, q1) = (plan(), party("Ada"), quarter("2017-Q1"));
    let code = |credits: &[Credit]| plan.statement(&ada, q1, credits, &[]).unwrap_err().code();
    let good = plan
        .credits(&deal("ord_1", "2017-01-10", "Ada", "100", "0"))
        .unwrap();
    assert_eq!(code(&[good[0].clone(), good[0].clone()]), "duplicate_credit");
    let back = back(&good, "sales.ord_1.own", "2017-02-01");
    assert_eq!(code(std::slice::from_ref(&back)), "unknown_credit");
    let twice = Credit {
        id: CreditId::from_key("again").unwrap(),
        ..back.clone()
    };
    assert_eq!(
        code(&[good[0].clone(), back.clone(), twice]),
        "reversal_too_large"
    );
    let more = Credit {
        amount: good[0].amount,
        ..back
    };
    assert_eq!(code(&[good[0].clone(), more]), "reversal_too_large");
    assert_eq!(
        code(&[Credit {
            component: "other".to_owned(),
            ..good[0].clone()
        }]),
        "unknown_component"
    );
    let euro = l2c_money::Money::from_minor(1, "EUR".parse().unwrap()).unwrap();
    assert_eq!(
        code(&[Credit {
            amount: euro,
            ..good[0].clone()
        }]),
        "wrong_currency"
    );

    // The credits of another plan are none of this one's business.
    let other = Credit {
        plan: l2c_commissions::PlanId::new("pln_other").unwrap(),
        ..good[0].clone()
    };
    assert_eq!(plan.statement(&ada, q1, &[other], &[]).unwrap().lines(), []);

    let mut foreign = deal("ord_1", "2017-01-10", "Ada", "100", "0");
    foreign.parts.insert("licence".to_owned(), euro);
    assert_eq!(plan.credits(&foreign).unwrap_err().code(), "wrong_currency");
    foreign.parts.remove("licence");
    assert_eq!(plan.credits(&foreign).unwrap_err().code(), "missing_part");
    let early = deal("ord_1", "2016-12-31", "Ada", "100", "0");
    assert_eq!(plan.credits(&early).unwrap_err().code(), "no_version");
    let odd = deal("ord 1", "2017-01-10", "Ada", "100", "0");
    assert!(matches!(plan.credits(&odd), Err(CommissionError::Host(_))));
}

#[test]
fn closed_statements_must_be_those_before() {
    let (plan, credits, ada) = (plan(), credits(), party("Ada"));
    let first = plan.statement(&ada, quarter("2017-Q1"), &credits, &[]).unwrap();
    let code = |who: &str, q: &str, closed: &[Statement]| {
        plan.statement(&party(who), quarter(q), &credits, closed)
            .unwrap_err()
            .code()
    };
    assert_eq!(
        code("Ada", "2017-Q1", std::slice::from_ref(&first)),
        "foreign_statement"
    );
    assert_eq!(
        code("Ben", "2017-Q2", std::slice::from_ref(&first)),
        "foreign_statement"
    );
    assert_eq!(
        code("Ada", "2017-Q2", &[first.clone(), first.clone()]),
        "foreign_statement"
    );
    // A statement that does not add up cannot be read.
    let text = serde_json::to_string(&first).unwrap();
    for (from, to) in [
        ("\"earned\":{\"amount\":\"6800", "\"earned\":{\"amount\":\"6801"),
        ("\"payable\":{\"amount\":\"6800", "\"payable\":{\"amount\":\"0"),
    ] {
        let altered = text.replacen(from, to, usize::MAX);
        assert_ne!(altered, text);
        assert!(
            serde_json::from_str::<Statement>(&altered)
                .unwrap_err()
                .to_string()
                .contains("does not add up")
        );
    }
}

fn close(statement: &Statement) -> StatementCommand {
    StatementCommand::Close(Box::new(statement.clone()))
}

fn run(state: StatementState, command: &StatementCommand) -> Result<StatementState, &'static str> {
    let events = state.decide(command, &()).map_err(|refusal| refusal.code())?;
    Ok(events.iter().fold(state, Decider::evolve))
}

#[test]
fn the_machine_is_sound_and_every_command_in_every_state_follows_it() {
    assert_eq!(STATEMENT_MACHINE.check(), []);
    let (plan, credits, ada) = (plan(), credits(), party("Ada"));
    let first = plan.statement(&ada, quarter("2017-Q1"), &credits, &[]).unwrap();
    let commands = [close(&first), StatementCommand::Pay { date: first.due() }];
    for command in &commands {
        let written = serde_json::to_string(command).unwrap();
        assert_eq!(
            serde_json::from_str::<StatementCommand>(&written).unwrap(),
            *command
        );
    }
    let mut states = vec![StatementState::default()];
    for command in &commands {
        let next = run(states.last().unwrap().clone(), command).unwrap();
        states.push(next);
    }
    let reached: Vec<StatementStatus> = states.iter().map(StatementState::status).collect();
    assert_eq!(reached, STATEMENT_MACHINE.states);
    for state in &states {
        for command in &commands {
            let target = STATEMENT_MACHINE.target(state.status(), command.name());
            match run(state.clone(), command) {
                // What is not in the table is refused, or changes nothing because it has happened already.
                Ok(after) => assert_eq!(after.status(), target.unwrap_or(state.status())),
                Err(_) => assert_eq!(target, None),
            }
        }
    }
    let other = plan.statement(&ada, quarter("2017-Q1"), &[], &[]).unwrap();
    let pay = |day: &str| StatementCommand::Pay { date: date(day) };
    assert_eq!(run(states[0].clone(), &commands[1]), Err("not_closed"));
    assert_eq!(run(states[1].clone(), &close(&other)), Err("figures_fixed"));
    assert_eq!(run(states[2].clone(), &close(&other)), Err("figures_fixed"));
    assert_eq!(run(states[1].clone(), &pay("2017-03-31")), Err("paid_too_early"));
    assert_eq!(run(states[2].clone(), &pay("2017-05-01")), Err("already_paid"));
    for (index, command) in [(1, &commands[0]), (2, &commands[0]), (2, &commands[1])] {
        assert_eq!(states[index].decide(command, &()), Ok(vec![]));
    }
    insta::assert_snapshot!(STATEMENT_MACHINE.mermaid(), @r"
    stateDiagram-v2
        [*] --> Draft
        Draft --> Closed: close
        Closed --> Paid: pay
        Paid --> [*]
    ");
}
