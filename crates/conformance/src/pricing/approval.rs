//! `approval`: who has to approve what, in chains side by side.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use l2c_host::{Decider, PartyId};
use l2c_money::{Currency, Exact};
use l2c_quotes::{
    Actor, Approval, ApprovalCommand, ApprovalContext, ApprovalFigures, ApprovalPolicy,
    ApprovalPolicyDocument, ApprovalRuleDocument, Approver, DelegationDocument, DelegationMode,
    GroupDocument, LineAmounts, OwnRequest, Quorum, Repeat,
};
use l2c_rules::{Condition, FactType, Facts, Literal, Test, Value as Fact};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::given::{Number, Stop, answer, read, stated};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    policy: Policy,
    commands: Vec<Command>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    rules: Vec<Rule>,
    smart: Option<bool>,
    #[serde(default)]
    groups: BTreeMap<String, Group>,
    #[serde(default)]
    delegations: Vec<Delegation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    id: String,
    #[serde(default)]
    when: Vec<FieldTest>,
    approvers: Vec<String>,
    chain: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    members: Vec<String>,
    unanimous: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delegation {
    from: String,
    to: String,
    start: NaiveDate,
    end: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldTest {
    field: String,
    op: String,
    value: Wanted,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Wanted {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    #[serde(rename = "do")]
    name: String,
    on: Option<NaiveDate>,
    by: Option<String>,
    facts: Option<BTreeMap<String, String>>,
    quote: Option<Lines>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    lines: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    list_total: Number,
    net_total: Number,
    cost_total: Option<Number>,
}

/// The people of a case, each with an id for their name.
#[derive(Default)]
struct People(Vec<String>);

impl People {
    fn id(&mut self, name: &str) -> Result<PartyId, Stop> {
        let position = self.0.iter().position(|known| known == name);
        let position = position.unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len().saturating_sub(1)
        });
        PartyId::from_key(&position.to_string()).map_err(|error| Stop::Unknown(error.to_string()))
    }

    fn name<'a>(&'a self, approver: &'a Approver) -> &'a str {
        match approver {
            Approver::Person(id) => {
                let position: Option<usize> = id.key().parse().ok();
                position
                    .and_then(|position| self.0.get(position))
                    .map_or("", String::as_str)
            }
            Approver::Role(name) | Approver::Group(name) => name,
        }
    }
}

/// `approval`.
pub(crate) fn approval(given: &Value) -> Result<Value, String> {
    let run = || {
        let given: Given = read(given)?;
        let mut people = People::default();
        let submitter = PartyId::from_key("submitter").map_err(|error| Stop::Unknown(error.to_string()))?;
        let mut fields: Vec<&str> = given
            .policy
            .rules
            .iter()
            .flat_map(|rule| &rule.when)
            .map(|t| &*t.field)
            .collect();
        fields.extend(DERIVED.iter().map(|(field, ..)| field));
        for command in &given.commands {
            fields.extend(command.facts.iter().flatten().map(|(field, _)| field.as_str()));
        }
        let policy = policy(&given.policy, &fields, &mut people)?;
        let policy = Arc::new(policy);
        let mut approval = Approval::default();
        let mut after = Vec::new();
        for command in &given.commands {
            let by = match &command.by {
                Some(name) => people.id(name)?,
                None => submitter.clone(),
            };
            let context = ApprovalContext {
                today: command.on.unwrap_or(NaiveDate::MIN),
                actor: Actor::new(by, Vec::<String>::new()),
                policy: Arc::clone(&policy),
            };
            let what = match command.name.as_str() {
                "submit" => ApprovalCommand::Submit(vec![ApprovalFigures::new(facts(command))]),
                "approve" => ApprovalCommand::Approve { comment: None },
                "reject" => ApprovalCommand::Reject {
                    reason: String::new(),
                },
                "recall" => ApprovalCommand::Recall,
                other => return Err(Stop::Unknown(format!("unknown command `{other}`"))),
            };
            after.push(match approval.decide(&what, &context) {
                Ok(events) => {
                    approval = events.iter().fold(approval, Approval::evolve);
                    shown(&approval, &people, matches!(what, ApprovalCommand::Submit(_)))
                }
                Err(refusal) => json!({ "error": refusal.code() }),
            });
        }
        let approved: Vec<&str> = approval.approved_rules(&policy).collect();
        let status = approval.status().to_string();
        Ok(json!({"after": after, "status": status, "approved_rules": approved}))
    };
    answer(run())
}

fn policy(given: &Policy, fields: &[&str], people: &mut People) -> Result<ApprovalPolicy, Stop> {
    let mut groups = BTreeMap::new();
    for (name, group) in &given.groups {
        let mut members = Vec::new();
        for member in &group.members {
            members.push(people.id(member)?.as_str().to_owned());
        }
        let quorum = match group.unanimous {
            Some(true) => Quorum::All,
            _ => Quorum::Any,
        };
        groups.insert(name.clone(), GroupDocument { members, quorum });
    }
    let mut delegations = Vec::new();
    // Groups are not delegated.
    for delegation in given
        .delegations
        .iter()
        .filter(|d| !given.groups.contains_key(&d.from))
    {
        delegations.push(DelegationDocument {
            from: people.id(&delegation.from)?.as_str().to_owned(),
            to: people.id(&delegation.to)?.as_str().to_owned(),
            start: delegation.start,
            end: delegation.end,
        });
    }
    let mut rules = Vec::new();
    for rule in &given.rules {
        let mut approvers = Vec::new();
        for name in &rule.approvers {
            approvers.push(match given.groups.contains_key(name) {
                true => name.clone(),
                false => people.id(name)?.as_str().to_owned(),
            });
        }
        let tests: Result<Vec<Condition>, Stop> = rule.when.iter().map(FieldTest::condition).collect();
        rules.push(ApprovalRuleDocument {
            id: rule.id.clone(),
            reason: rule.id.clone(),
            when: Some(Condition::All(tests?)),
            any_line: None,
            approvers,
            chain: rule.chain.clone(),
            escalation: None,
        });
    }
    let types = |field: &&str| {
        [
            (number(field), FactType::Number),
            (word(field), FactType::Text),
            (text(field), FactType::Text),
        ]
    };
    let document = ApprovalPolicyDocument {
        id: "policy".to_owned(),
        version: 1,
        currency: Currency::USD,
        own_request: OwnRequest::Refuse,
        repeat: match given.smart {
            Some(true) => Repeat::WhenWorse,
            _ => Repeat::Always,
        },
        delegation: DelegationMode::Replaces,
        facts: fields.iter().flat_map(types).collect(),
        groups,
        delegations,
        limits: Vec::new(),
        rules,
    };
    ApprovalPolicy::new(&document).map_err(|faults| match faults.code() {
        "duplicate_id" | "no_approvers" | "empty_group" => Stop::Refused("invalid_policy"),
        "reversed_period" => Stop::Refused("invalid_period"),
        _ => Stop::Unknown(faults.to_string()),
    })
}

fn shown(approval: &Approval, people: &People, submitted: bool) -> Value {
    let open: Vec<&str> = approval
        .open()
        .iter()
        .map(|open| people.name(open.approver))
        .collect();
    let mut shown = Map::new();
    shown.insert("status".to_owned(), json!(approval.status().to_string()));
    shown.insert("open".to_owned(), json!(open));
    if let (true, Some(request)) = (submitted, approval.request()) {
        let fired: Vec<&str> = request.fired.iter().map(|fired| fired.rule.as_str()).collect();
        let required: Vec<&str> = request
            .required()
            .map(|required| required.rule.as_str())
            .collect();
        let approvers = request.approvers().into_iter();
        let approvers: Vec<&str> = approvers.map(|approver| people.name(approver)).collect();
        shown.insert("fired".to_owned(), json!(fired));
        shown.insert("required".to_owned(), json!(required));
        shown.insert("approvers".to_owned(), json!(approvers));
    }
    Value::from(shown)
}

// Two decimals compare by value, anything else as text: a field is a number where it can be, a word where it is none,
// and a text always.
fn number(field: &str) -> String {
    format!("number {field}")
}

fn word(field: &str) -> String {
    format!("word {field}")
}

fn text(field: &str) -> String {
    format!("text {field}")
}

fn decimal(text: &str) -> Option<Exact> {
    let number: Result<Number, _> = serde_json::from_value(Value::from(text));
    number.ok().map(|number| number.0)
}

/// Fields that follow from the lines: their names in the library, and what they are without list price.
const DERIVED: [(&str, &str, Option<i64>); 6] = [
    ("list_total", "list_total", None),
    ("net_total", "net_total", None),
    ("line_count", "line_count", None),
    (
        "max_line_discount_percent",
        "largest_line_discount_percent",
        Some(0),
    ),
    ("quote_discount_percent", "discount_percent", Some(0)),
    ("margin_percent", "margin_percent", None),
];

fn facts(command: &Command) -> Facts {
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    let mut facts = Facts::new();
    if let Some(quote) = &command.quote {
        let amounts = |line: &Line| LineAmounts {
            list: line.list_total.0.clone(),
            net: line.net_total.0.clone(),
            cost: line.cost_total.as_ref().map(|cost| cost.0.clone()),
        };
        let derived = ApprovalFigures::of_lines(&quote.lines.iter().map(amounts).collect::<Vec<_>>());
        for (field, name, without) in DERIVED {
            let figure = match (derived.get(name), without) {
                (Some(Fact::Number(figure)), _) => figure.clone(),
                (_, Some(without)) => Exact::from(without),
                _ => continue,
            };
            facts = facts
                .text(text(field), stated(&figure))
                .number(number(field), figure);
        }
    }
    known.extend(
        command
            .facts
            .iter()
            .flatten()
            .map(|(field, value)| (field.as_str(), value.clone())),
    );
    known.into_iter().fold(facts, |facts, (field, value)| {
        let facts = match decimal(&value) {
            Some(figure) => facts.number(number(field), figure),
            None => facts.text(word(field), value.clone()),
        };
        facts.text(text(field), value)
    })
}

impl FieldTest {
    fn condition(&self) -> Result<Condition, Stop> {
        let test = |of: fn(Literal) -> Test, value: &str| {
            let on = |field: String| Condition::test(field, of(Literal::from(value)));
            match decimal(value) {
                Some(_) => Condition::Any(vec![on(number(&self.field)), on(word(&self.field))]),
                None => on(text(&self.field)),
            }
        };
        let of: fn(Literal) -> Test = match self.op.as_str() {
            "eq" | "in" => Test::Eq,
            "ne" => Test::Ne,
            "lt" => Test::Lt,
            "lte" => Test::Lte,
            "gt" => Test::Gt,
            "gte" => Test::Gte,
            "between" => return self.between(),
            _ => return Err(Stop::MALFORMED),
        };
        match (&self.value, self.op.as_str()) {
            (Wanted::Several(values), "in") => {
                Ok(Condition::Any(values.iter().map(|v| test(of, v)).collect()))
            }
            (Wanted::One(value), op) if op != "in" => Ok(test(of, value)),
            _ => Err(Stop::MALFORMED),
        }
    }

    fn between(&self) -> Result<Condition, Stop> {
        let Wanted::Several(ends) = &self.value else {
            return Err(Stop::MALFORMED);
        };
        let [low, high] = ends.as_slice() else {
            return Err(Stop::MALFORMED);
        };
        let on = |field: String| {
            let (low, high) = (Literal::from(low.as_str()), Literal::from(high.as_str()));
            Condition::test(field, Test::Between(low, high))
        };
        // Nothing lies between two ends in the wrong order.
        let mut parts = Vec::new();
        match (decimal(low), decimal(high)) {
            (Some(from), Some(to)) => {
                parts.extend((from <= to).then(|| on(number(&self.field))));
                parts.extend((low <= high).then(|| on(word(&self.field))));
            }
            (None, None) => parts.extend((low <= high).then(|| on(text(&self.field)))),
            _ => return Err(Stop::Unknown("between a decimal and a text".to_owned())),
        }
        Ok(Condition::Any(parts))
    }
}
