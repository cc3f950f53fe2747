use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_documents::{Check, Fault, Faults};
use l2c_host::PartyId;
use l2c_money::{Currency, Exact};
use l2c_pricing::DocumentRef;
use l2c_rules::{Condition, FactTypes, Facts, Predicate};

use super::approver::{Actor, Approver, Delegation, Escalation, Group, Limit, Quorum};
use super::document::{ApprovalPolicyDocument, ApprovalRuleDocument, DelegationMode, OwnRequest, Repeat};
use super::figures::ApprovalFigures;
use super::requirement::{RequiredApproval, Tried, because, tested};

/// A checked approval policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalPolicy {
    document: DocumentRef,
    currency: Currency,
    own_request: OwnRequest,
    pub(super) repeat: Repeat,
    pub(super) delegation: DelegationMode,
    quote_types: FactTypes,
    line_types: FactTypes,
    own_types: FactTypes,
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) delegations: Vec<Delegation>,
    limits: Vec<Limit>,
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    id: String,
    reason: String,
    when: Predicate,
    any_line: Option<Predicate>,
    approvers: Vec<Approver>,
    chain: String,
    escalation: Option<Escalation>,
}

impl ApprovalPolicy {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault: an empty or repeated id, a rule without a reason or without approvers, a condition on facts that
    /// there are not, a group without members or with a quorum that it cannot reach, a delegation or an escalation to
    /// a group or to nobody, a delegation that ends before it starts, a limit below zero.
    pub fn new(document: &ApprovalPolicyDocument) -> Result<Self, Faults> {
        let mut check = Check::new(format!("approval policy `{}`", document.id));
        named(&mut check, "id".to_owned(), &document.id);
        let own = document.facts.iter().fold(FactTypes::new(), |types, (name, of)| {
            types.with(name.clone(), *of)
        });
        let quote_types = extended(&mut check, ApprovalFigures::quote_types(), document);
        let line_types = extended(&mut check, ApprovalFigures::line_types(), document);
        let mut policy = Self {
            document: DocumentRef::new(document.id.clone(), document.version),
            currency: document.currency,
            own_request: document.own_request,
            repeat: document.repeat,
            delegation: document.delegation,
            quote_types,
            line_types,
            own_types: own,
            groups: BTreeMap::new(),
            delegations: Vec::new(),
            limits: Vec::new(),
            rules: Vec::new(),
        };
        policy.check_people(&mut check, document);
        let mut seen = BTreeMap::new();
        for (index, rule) in document.rules.iter().enumerate() {
            let path = format!("rules[{index}]");
            if let Some(first) = seen.insert(rule.id.as_str(), index) {
                let message = format!("`{}` stands at rules[{first}] already", rule.id);
                check.fault(format!("{path}.id"), "duplicate_id", message);
            }
            let rule = policy.rule(&mut check, &path, rule);
            policy.rules.push(rule);
        }
        check.finish(policy)
    }

    /// Id and version of the document.
    #[must_use]
    pub const fn document(&self) -> &DocumentRef {
        &self.document
    }

    /// The currency of the amounts in its conditions.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Whether who submits a quote may also approve it.
    #[must_use]
    pub const fn own_request(&self) -> OwnRequest {
        self.own_request
    }

    /// The ids of the rules, in their order.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.id.as_str())
    }

    /// The facts that [`when`](ApprovalRuleDocument::when) may test.
    #[must_use]
    pub const fn quote_facts(&self) -> &FactTypes {
        &self.quote_types
    }

    /// The facts that [`any_line`](ApprovalRuleDocument::any_line) may test.
    #[must_use]
    pub const fn line_facts(&self) -> &FactTypes {
        &self.line_types
    }

    /// The facts of the host that the policy declares.
    #[must_use]
    pub const fn own_facts(&self) -> &FactTypes {
        &self.own_types
    }

    /// The rules that hold, in their order; none: no approval is needed. Of several figures, those of alternatives side
    /// by side, one is enough.
    ///
    /// # Errors
    /// Facts that the policy does not declare or that have another type: a test on one would never hold.
    pub fn required(&self, figures: &[ApprovalFigures]) -> Result<Vec<RequiredApproval>, Faults> {
        for figures in figures {
            self.quote_types.check(&figures.quote)?;
            for (_, facts) in &figures.lines {
                self.line_types.check(facts)?;
            }
        }
        let worst = |rule: &Rule| {
            let required = figures.iter().filter_map(|figures| rule.required(figures));
            required.reduce(RequiredApproval::worse)
        };
        Ok(self.rules.iter().filter_map(worst).collect())
    }

    /// Who is asked when a step becomes open on a day.
    pub(super) fn assigned(&self, approver: &Approver, on: NaiveDate) -> Approver {
        let replaced = match self.delegation {
            DelegationMode::Adds => None,
            DelegationMode::Replaces => self
                .delegations
                .iter()
                .find(|d| d.from == *approver && d.covers(on)),
        };
        replaced.map_or_else(|| approver.clone(), |found| Approver::Person(found.to.clone()))
    }

    /// Whether somebody may answer for an approver on a day because of a delegation.
    pub(super) fn is_delegate(&self, actor: &Actor, approver: &Approver, on: NaiveDate) -> bool {
        self.delegation == DelegationMode::Adds
            && self
                .delegations
                .iter()
                .any(|d| d.to == actor.party && d.from == *approver && d.covers(on))
    }

    /// The limit that somebody who answers for an approver has; none: any amount. Who answers for another one has
    /// no more authority than the other.
    pub(super) fn limit(&self, actor: &Actor, approver: &Approver) -> Option<&Exact> {
        let of = |approver: &Approver| {
            let found = self.limits.iter().find(|limit| limit.approver == *approver);
            found.map(|limit| &limit.up_to)
        };
        of(&Approver::Person(actor.party.clone())).or_else(|| of(approver))
    }

    fn check_people(&mut self, check: &mut Check, document: &ApprovalPolicyDocument) {
        for (name, group) in &document.groups {
            let path = format!("groups.{name}");
            named(check, path.clone(), name);
            let place = |index: usize| format!("{path}.members[{index}]");
            let members: Vec<_> = group.members.iter().enumerate().collect();
            let members: std::collections::BTreeSet<PartyId> = members
                .into_iter()
                .filter_map(|(index, id)| person(check, place(index), id))
                .collect();
            if group.members.is_empty() {
                check.fault(
                    format!("{path}.members"),
                    "empty_group",
                    "name at least one member",
                );
            }
            if let Quorum::AtLeast(count) = group.quorum
                && !(1..=members.len()).contains(&usize::try_from(count).unwrap_or(usize::MAX))
            {
                let message = format!("{count} of {} members: write 1 to their number", members.len());
                check.fault(format!("{path}.quorum"), "quorum_out_of_range", message);
            }
            let quorum = group.quorum;
            self.groups.insert(name.clone(), Group { members, quorum });
        }
        for (index, delegation) in document.delegations.iter().enumerate() {
            let path = format!("delegations[{index}]");
            if delegation.end < delegation.start {
                let message = format!("{} is before {}: swap them", delegation.end, delegation.start);
                check.fault(format!("{path}.end"), "reversed_period", message);
            }
            let from = self.person_or_role(check, format!("{path}.from"), &delegation.from);
            let to = person(check, format!("{path}.to"), &delegation.to);
            if let (Some(from), Some(to)) = (from, to) {
                let (start, end) = (delegation.start, delegation.end);
                self.delegations.push(Delegation { from, to, start, end });
            }
        }
        for (index, limit) in document.limits.iter().enumerate() {
            let path = format!("limits[{index}]");
            let up_to = Exact::from(limit.up_to);
            if up_to.is_negative() {
                check.fault(format!("{path}.up_to"), "below_zero", "write zero or more");
            }
            if let Some(approver) = self.person_or_role(check, format!("{path}.approver"), &limit.approver) {
                if self.limits.iter().any(|other| other.approver == approver) {
                    let message = format!("`{approver}` has a limit already");
                    check.fault(format!("{path}.approver"), "duplicate_id", message);
                }
                self.limits.push(Limit { approver, up_to });
            }
        }
    }

    fn person_or_role(&self, check: &mut Check, path: String, name: &str) -> Option<Approver> {
        match self.approver(check, path.clone(), name)? {
            Approver::Group(_) => {
                check.fault(path, "no_group_here", "name a person or a role, no group");
                None
            }
            approver => Some(approver),
        }
    }

    fn approver(&self, check: &mut Check, path: String, name: &str) -> Option<Approver> {
        named(check, path.clone(), name);
        if self.groups.contains_key(name) {
            return Some(Approver::Group(name.to_owned()));
        }
        match name.starts_with("pty_") {
            true => person(check, path, name).map(Approver::Person),
            false => Some(Approver::Role(name.to_owned())),
        }
    }

    fn rule(&self, check: &mut Check, path: &str, rule: &ApprovalRuleDocument) -> Rule {
        named(check, format!("{path}.id"), &rule.id);
        named(check, format!("{path}.reason"), &rule.reason);
        if let Some(chain) = &rule.chain {
            named(check, format!("{path}.chain"), chain);
        }
        if rule.approvers.is_empty() {
            let message = "name at least one approver; a quote that no rule names is approved by itself";
            check.fault(format!("{path}.approvers"), "no_approvers", message);
        }
        let mut approvers = Vec::with_capacity(rule.approvers.len());
        for (index, name) in rule.approvers.iter().enumerate() {
            approvers.extend(self.approver(check, format!("{path}.approvers[{index}]"), name));
        }
        let mut checked = |condition: &Condition, types: &FactTypes, field: &str| {
            condition
                .check(types, &format!("{path}.{field}"))
                .unwrap_or_else(|found| {
                    check.extend(found);
                    Predicate::always()
                })
        };
        let when = rule.when.as_ref().map(|c| checked(c, &self.quote_types, "when"));
        let any_line = rule
            .any_line
            .as_ref()
            .map(|c| checked(c, &self.line_types, "any_line"));
        let escalation = rule.escalation.as_ref().and_then(|escalation| {
            let to = self.person_or_role(check, format!("{path}.escalation.to"), &escalation.to)?;
            let after_days = escalation.after_days;
            Some(Escalation { after_days, to })
        });
        Rule {
            id: rule.id.clone(),
            reason: rule.reason.clone(),
            when: when.unwrap_or_else(Predicate::always),
            any_line,
            approvers,
            chain: rule.chain.clone().unwrap_or_else(|| rule.id.clone()),
            escalation,
        }
    }
}

impl Rule {
    fn required(&self, figures: &ApprovalFigures) -> Option<RequiredApproval> {
        let facts = &figures.quote;
        if !self.when.holds(facts) {
            return None;
        }
        let mut because = because(&self.when, facts);
        let mut condition = self.when.to_string();
        let mut figures_tested = tested(&self.when, &[(None, facts)]);
        if let Some(any_line) = &self.any_line {
            let fitting: Vec<&(String, Facts)> = figures
                .lines
                .iter()
                .filter(|(_, facts)| any_line.holds(facts))
                .collect();
            let (line, first) = fitting.first()?;
            because = format!("{because}; in line {line}: {}", self::because(any_line, first));
            condition = format!("{condition}; in a line: {any_line}");
            let all: Vec<Tried<'_>> = fitting
                .iter()
                .map(|(line, facts)| (Some(line.as_str()), facts))
                .collect();
            figures_tested.extend(tested(any_line, &all));
        }
        for tested in &mut figures_tested {
            tested.alternative.clone_from(&figures.alternative);
        }
        Some(RequiredApproval {
            rule: self.id.clone(),
            reason: self.reason.clone(),
            because,
            approvers: self.approvers.clone(),
            chain: self.chain.clone(),
            escalation: self.escalation.clone(),
            condition,
            tested: figures_tested,
            approved_before: false,
        })
    }
}

/// The facts that there are always, and those of the policy.
fn extended(check: &mut Check, types: FactTypes, document: &ApprovalPolicyDocument) -> FactTypes {
    let mut all = types.clone();
    for (name, of) in &document.facts {
        named(check, format!("facts.{name}"), name);
        if types.get(name).is_some() {
            let message = format!("`{name}` is a fact of every quote or line: choose another name");
            let fault = Fault::new(format!("facts.{name}"), "duplicate_id", message);
            check.extend([fault]);
        }
        all = all.with(name.clone(), *of);
    }
    all
}

fn person(check: &mut Check, path: String, id: &str) -> Option<PartyId> {
    match PartyId::new(id) {
        Ok(person) => Some(person),
        Err(error) => {
            check.fault(path, "invalid_person", error.to_string());
            None
        }
    }
}

fn named(check: &mut Check, path: String, text: &str) {
    if text.is_empty()
        || text.trim() != text
        || text.chars().count() > 200
        || text.chars().any(char::is_control)
    {
        check.fault(
            path,
            "invalid_text",
            "write 1 to 200 characters without blanks around them",
        );
    }
}
