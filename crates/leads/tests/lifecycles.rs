//! The two lifecycles: every command in every state.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeSet;

use chrono::NaiveDate;
use insta::assert_snapshot;
use l2c_host::{Decider, DomainEvent, PartyId};
use l2c_leads::*;
use l2c_money::{Currency, Exact, Money};
use proptest::prelude::*;

fn day(n: u32) -> NaiveDate {
    NaiveDate::from_yo_opt(2017, n).unwrap()
}

fn party(key: &str) -> PartyId {
    PartyId::from_key(key).unwrap()
}

fn thresholds() -> Thresholds {
    Thresholds::new(Exact::integer(50), Exact::integer(40)).unwrap()
}

fn score(total: i64) -> LeadScore {
    LeadScore {
        model: "scoring".to_owned(),
        version: 1,
        total: Exact::integer(total),
        grade: None,
        disqualified_by: None,
    }
}

/// Every command there is, the score at, between and below the thresholds.
fn lead_commands(on: NaiveDate) -> Vec<LeadCommand> {
    let assignment = |owner: &str| Assignment {
        owner: Some(party(owner)),
        territory: None,
        by: AssignedBy::ExistingOwner,
    };
    let ruled_out = LeadScore {
        disqualified_by: Some("rival".to_owned()),
        ..score(0)
    };
    let reason = || "said so".to_owned();
    vec![
        LeadCommand::Create {
            on,
            lead: LeadId::from_key("1").unwrap(),
            account: Some(party("acme")),
        },
        LeadCommand::Score { on, score: score(50) },
        LeadCommand::Score { on, score: score(45) },
        LeadCommand::Score { on, score: score(39) },
        LeadCommand::Score { on, score: ruled_out },
        LeadCommand::Assign {
            on,
            assignment: assignment("ann"),
        },
        LeadCommand::Assign {
            on,
            assignment: assignment("bob"),
        },
        LeadCommand::Qualify { on, reason: reason() },
        LeadCommand::Accept { on },
        LeadCommand::Reject { on, reason: reason() },
        LeadCommand::Disqualify { on, reason: reason() },
        LeadCommand::Requalify { on },
        LeadCommand::Convert {
            on,
            opportunity: OpportunityId::from_key("1").unwrap(),
        },
    ]
}

fn after<D: Decider>(state: D, events: &[D::Event]) -> D {
    events.iter().fold(state, D::evolve)
}

/// Every state of a lifecycle that commands lead to.
fn reachable<D: Decider + PartialEq>(commands: &[D::Command], context: &D::Context) -> Vec<D> {
    let mut found = vec![D::default()];
    let mut next = 0;
    while next < found.len() {
        for command in commands {
            if let Ok(events) = found[next].decide(command, context) {
                let state = after(found[next].clone(), &events);
                if !found.contains(&state) {
                    found.push(state);
                }
            }
        }
        next += 1;
    }
    found
}

#[test]
fn the_tables_are_sound() {
    assert_eq!(LEAD_MACHINE.check(), []);
    assert_eq!(OPPORTUNITY_MACHINE.check(), []);
}

#[test]
fn the_tables_as_diagrams() {
    assert_snapshot!("lead", LEAD_MACHINE.mermaid());
    assert_snapshot!("opportunity", OPPORTUNITY_MACHINE.mermaid());
}

#[test]
fn every_command_on_every_lead() {
    let context = thresholds();
    let commands = lead_commands(day(10));
    let mut seen = BTreeSet::new();
    for lead in reachable::<Lead>(&commands, &context) {
        for command in &commands {
            match lead.decide(command, &context) {
                Ok(events) => {
                    let mut state = lead.clone();
                    for event in &events {
                        let from = state.status;
                        state = state.evolve(event);
                        // The table knows the event and says where it leads.
                        assert_eq!(
                            LEAD_MACHINE.target(from, event.name()),
                            Some(state.status),
                            "{event:?}"
                        );
                        seen.insert((from, event.name()));
                    }
                    let already = matches!(command, LeadCommand::Assign { .. });
                    assert!(!events.is_empty() || already, "{command:?} on {lead:?}");
                }
                Err(refusal) => {
                    assert_eq!(refusal.code(), "illegal_transition");
                    let event = match command {
                        LeadCommand::Create { .. } => "created",
                        LeadCommand::Score { .. } => "scored",
                        LeadCommand::Assign { .. } => "assigned",
                        LeadCommand::Qualify { .. } => "qualified",
                        LeadCommand::Accept { .. } => "accepted",
                        LeadCommand::Reject { .. } => "recycled",
                        LeadCommand::Disqualify { .. } => "disqualified",
                        LeadCommand::Requalify { .. } => "requalified",
                        LeadCommand::Convert { .. } => "converted",
                    };
                    assert_eq!(
                        LEAD_MACHINE.target(lead.status, event),
                        None,
                        "{command:?} on {lead:?}"
                    );
                }
            }
        }
    }
    // Nothing in the table is out of reach.
    assert_eq!(seen.len(), LEAD_MACHINE.transitions.len());
}

#[test]
fn a_score_that_wavers_between_the_thresholds_moves_nothing() {
    let context = thresholds();
    let mut lead = Lead::default();
    let mut statuses = Vec::new();
    let create = LeadCommand::Create {
        on: day(1),
        lead: LeadId::from_key("1").unwrap(),
        account: None,
    };
    let scores = [49, 50, 41, 40, 39, 45, 50].map(|n| LeadCommand::Score {
        on: day(1),
        score: score(n),
    });
    for command in std::iter::once(create).chain(scores) {
        let events = lead.decide(&command, &context).unwrap();
        lead = after(lead, &events);
        statuses.push(lead.status.to_string());
    }
    assert_eq!(
        statuses,
        [
            "new",
            "new",
            "qualified",
            "qualified",
            "qualified",
            "recycled",
            "recycled",
            "qualified"
        ]
    );
}

#[test]
fn what_comes_before_what_has_happened_is_refused_first() {
    let create = LeadCommand::Create {
        on: day(5),
        lead: LeadId::from_key("1").unwrap(),
        account: None,
    };
    let lead = after(
        Lead::default(),
        &Lead::default().decide(&create, &thresholds()).unwrap(),
    );
    let refusal = lead
        .decide(&LeadCommand::Accept { on: day(4) }, &thresholds())
        .unwrap_err();
    assert_snapshot!(refusal, @"accept on 2017-01-04 comes before what happened on 2017-01-05; date it 2017-01-05 or later");
    let refusal = lead
        .decide(&LeadCommand::Accept { on: day(5) }, &thresholds())
        .unwrap_err();
    assert_snapshot!(refusal, @"accept is not possible: the lead is new; it applies to qualified");
}

#[test]
fn events_are_stored_as_they_are() {
    let commands = lead_commands(day(10));
    for lead in reachable::<Lead>(&commands, &thresholds()) {
        for event in commands
            .iter()
            .filter_map(|c| lead.decide(c, &thresholds()).ok())
            .flatten()
        {
            let json = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<LeadEvent>(&json).unwrap(), event);
        }
    }
    let stored = r#"{"event":"qualified","on":"2017-01-10","reason":"said so"}"#;
    let event = LeadEvent::Qualified {
        on: day(10),
        reason: Some("said so".to_owned()),
    };
    assert_eq!(serde_json::to_string(&event).unwrap(), stored);
    let stranger = stored.replace("reason", "motive");
    assert!(serde_json::from_str::<LeadEvent>(&stranger).is_err());
}

fn process() -> SalesProcess {
    let stage = |id: &str, percent: Option<&str>, won| StageEntry {
        id: id.to_owned(),
        win_percent: percent.map(|text| text.parse().unwrap()),
        won,
    };
    SalesProcess::new(&SalesProcessDocument {
        id: "process".to_owned(),
        version: 1,
        stages: vec![
            stage("talk", Some("20"), false),
            stage("offer", None, false),
            stage("signed", Some("100"), true),
            stage("paid", None, true),
        ],
    })
    .unwrap()
}

fn profile() -> Box<OpportunityProfile> {
    Box::new(OpportunityProfile {
        opportunity: OpportunityId::from_key("1").unwrap(),
        lead: Some(LeadId::from_key("1").unwrap()),
        account: Some(party("acme")),
        owner: Some(party("ann")),
        product: Some("GTXPro".to_owned()),
        value: None,
        expected_close: None,
    })
}

fn opportunity_actions() -> Vec<OpportunityAction> {
    use OpportunityAction::*;
    let p = |n, d| Probability::new(Exact::ratio(n, d).unwrap()).unwrap();
    let to = |stage: &str| MoveStage {
        stage: stage.to_owned(),
    };
    vec![
        Open {
            profile: profile(),
            stage: None,
        },
        Open {
            profile: profile(),
            stage: Some("signed".to_owned()),
        },
        to("talk"),
        to("offer"),
        to("signed"),
        to("paid"),
        MarkWon,
        MarkLost {
            reason: "price".to_owned(),
        },
        ObserveProbability { probability: p(1, 3) },
        ObserveProbability {
            probability: Probability::ZERO,
        },
        SetProbability { probability: p(1, 2) },
        SetProbability {
            probability: Probability::ZERO,
        },
        ResetProbability,
        Archive,
        Restore,
        Revalue {
            value: Some(Money::from_minor(50_000, Currency::USD).unwrap()),
        },
        Reschedule {
            expected_close: Some(day(200)),
        },
        Assign { owner: party("bob") },
    ]
}

fn at(on: NaiveDate) -> Vec<OpportunityCommand> {
    opportunity_actions()
        .into_iter()
        .map(|action| OpportunityCommand { on, action })
        .collect()
}

#[test]
fn every_command_on_every_opportunity() {
    let (process, commands) = (process(), at(day(10)));
    let mut seen = BTreeSet::new();
    let states = reachable::<Opportunity>(&commands, &process);
    for opportunity in &states {
        // Closed exactly as long as it is won or lost.
        let closed = matches!(
            opportunity.status(),
            OpportunityStatus::Won | OpportunityStatus::Lost
        );
        assert_eq!(opportunity.closed_on.is_some(), closed);
        for command in &commands {
            match opportunity.decide(command, &process) {
                Ok(events) => {
                    assert!(events.len() <= 1);
                    for event in &events {
                        let (from, name) = (opportunity.status(), event.name());
                        let to = opportunity.clone().evolve(event);
                        assert_eq!(
                            OPPORTUNITY_MACHINE.target(from, name),
                            Some(to.status()),
                            "{event:?}"
                        );
                        assert_ne!(&to, opportunity, "an event changes something");
                        seen.insert((from, name));
                        let json = serde_json::to_string(event).unwrap();
                        assert_eq!(&serde_json::from_str::<OpportunityEvent>(&json).unwrap(), event);
                    }
                }
                Err(refusal) => assert_eq!(refusal.code(), "illegal_transition"),
            }
        }
    }
    // Nothing in the table is out of reach.
    assert_eq!(seen.len(), OPPORTUNITY_MACHINE.transitions.len());
    assert!(states.len() > 100, "{} states", states.len());
}

#[test]
fn refusals_of_opportunities() {
    let process = process();
    let ask = |opportunity: &Opportunity, action| {
        opportunity.decide(&OpportunityCommand { on: day(10), action }, &process)
    };
    let text = |opportunity: &Opportunity, action| ask(opportunity, action).unwrap_err().to_string();
    let none = Opportunity::default();
    let open = after(
        none.clone(),
        &ask(
            &none,
            OpportunityAction::Open {
                profile: profile(),
                stage: None,
            },
        )
        .unwrap(),
    );
    let lost = after(
        open.clone(),
        &ask(
            &open,
            OpportunityAction::MarkLost {
                reason: "price".to_owned(),
            },
        )
        .unwrap(),
    );
    let elsewhere = OpportunityAction::MoveStage {
        stage: "closing".to_owned(),
    };
    assert_snapshot!(text(&none, elsewhere), @r#"move_stage: no stage is "closing"; there are: talk, offer, signed, paid"#);
    assert_snapshot!(text(&none, OpportunityAction::MarkWon), @"mark_won is not possible: the opportunity is absent; open it first");
    assert_snapshot!(text(&lost, OpportunityAction::ResetProbability), @"reset_probability is not possible: the opportunity is lost and archived; only an open one that is not archived has a probability to reset");
    let early = OpportunityCommand {
        on: day(9),
        action: OpportunityAction::MarkWon,
    };
    assert_snapshot!(open.decide(&early, &process).unwrap_err(), @"mark_won on 2017-01-09 comes before what happened on 2017-01-10; date it 2017-01-10 or later");
    let endless = SalesProcess::new(&SalesProcessDocument {
        id: "endless".to_owned(),
        version: 1,
        stages: vec![StageEntry {
            id: "talk".to_owned(),
            win_percent: None,
            won: false,
        }],
    })
    .unwrap();
    let won = OpportunityCommand {
        on: day(10),
        action: OpportunityAction::MarkWon,
    };
    assert_snapshot!(open.decide(&won, &endless).unwrap_err(), @"mark_won: the sales process has no won stage");
    // Asking for what is so already is accepted and changes nothing.
    let stay = OpportunityAction::MoveStage {
        stage: "talk".to_owned(),
    };
    assert_eq!(ask(&open, stay).unwrap(), []);
    assert_eq!(
        ask(&open, OpportunityAction::Assign { owner: party("ann") }).unwrap(),
        []
    );
}

/// A deliberately naive model of probability and status, in percent.
#[derive(Clone, Debug, PartialEq)]
struct Naive {
    stage: String,
    archived: bool,
    probability: i64,
    automated: i64,
    overridden: bool,
}

impl Naive {
    fn won(&self) -> bool {
        self.stage == "signed" || self.stage == "paid"
    }
    fn pending(&self) -> bool {
        !self.won() && (!self.archived || self.probability != 0)
    }
    fn apply(&mut self, step: &Step) -> bool {
        let live = self.pending() && !self.archived;
        match step {
            Step::Observe(p) => {
                self.automated = *p;
                if live && !self.overridden {
                    self.probability = *p;
                }
            }
            Step::Set(p) if live => {
                self.probability = *p;
                self.overridden = true;
            }
            Step::Reset if live => {
                self.probability = self.automated;
                self.overridden = false;
            }
            Step::Move(stage) => {
                let was = self.won();
                self.stage = (*stage).to_owned();
                if *stage == "talk" {
                    self.automated = 20;
                }
                if !was && self.won() {
                    self.archived = false;
                    self.probability = 100;
                    self.overridden = false;
                } else if was && !self.won() {
                    self.probability = self.automated;
                    self.overridden = false;
                } else if *stage == "talk" && live && !self.overridden {
                    self.probability = 20;
                }
            }
            Step::Win if !self.won() => return self.apply(&Step::Move("signed")),
            Step::Lose if self.pending() => {
                self.archived = true;
                self.probability = 0;
                self.overridden = false;
            }
            Step::Archive if !self.archived => self.archived = true,
            Step::Restore if self.archived => {
                if !self.won() && !self.pending() {
                    self.probability = self.automated;
                    self.overridden = false;
                }
                self.archived = false;
            }
            _ => return false,
        }
        true
    }
}

#[derive(Clone, Debug)]
enum Step {
    Observe(i64),
    Set(i64),
    Reset,
    Move(&'static str),
    Win,
    Lose,
    Archive,
    Restore,
}

fn step() -> impl Strategy<Value = Step> {
    let percent = prop::sample::select(vec![0_i64, 0, 20, 35, 100]);
    prop_oneof![
        percent.clone().prop_map(Step::Observe),
        percent.prop_map(Step::Set),
        Just(Step::Reset),
        prop::sample::select(vec!["talk", "offer", "signed", "paid"]).prop_map(Step::Move),
        Just(Step::Win),
        Just(Step::Lose),
        Just(Step::Archive),
        Just(Step::Restore),
    ]
}

proptest! {
    #[test]
    fn an_opportunity_agrees_with_the_naive_model(steps in prop::collection::vec(step(), 0..30)) {
        let process = process();
        let p = |percent: &i64| Probability::new(Exact::ratio(*percent, 100).unwrap()).unwrap();
        let open = OpportunityAction::Open { profile: profile(), stage: Some("talk".to_owned()) };
        let mut log = Opportunity::default().decide(&OpportunityCommand { on: day(1), action: open }, &process).unwrap();
        let mut real = Opportunity::replay(&log);
        let mut naive = Naive { stage: "talk".to_owned(), archived: false, probability: 20, automated: 20, overridden: false };
        for step in &steps {
            let action = match step {
                Step::Observe(percent) => OpportunityAction::ObserveProbability { probability: p(percent) },
                Step::Set(percent) => OpportunityAction::SetProbability { probability: p(percent) },
                Step::Reset => OpportunityAction::ResetProbability,
                Step::Move(stage) => OpportunityAction::MoveStage { stage: (*stage).to_owned() },
                Step::Win => OpportunityAction::MarkWon,
                Step::Lose => OpportunityAction::MarkLost { reason: String::new() },
                Step::Archive => OpportunityAction::Archive,
                Step::Restore => OpportunityAction::Restore,
            };
            let decided = real.decide(&OpportunityCommand { on: day(1), action }, &process);
            prop_assert_eq!(decided.is_ok(), naive.apply(step), "{:?}", step);
            let events = decided.unwrap_or_default();
            real = after(real, &events);
            log.extend(events);
            let standing = &real.standing;
            let found = Naive {
                stage: standing.stage.id.clone(),
                archived: standing.archived,
                probability: standing.probability.percent().to_i64().unwrap(),
                automated: standing.automated_probability.percent().to_i64().unwrap(),
                overridden: standing.overridden,
            };
            prop_assert_eq!(&found, &naive, "{:?}", step);
            prop_assert_eq!(real.status() == OpportunityStatus::Open, naive.pending());
            prop_assert_eq!(real.status() == OpportunityStatus::Won, naive.won());
        }
        prop_assert_eq!(Opportunity::replay(&log), real);
    }
}
