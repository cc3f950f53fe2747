use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{Approver, Quote, QuoteStatus, QuoteVersion};

/// After how many days somebody is reminded of a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FollowUpPolicy {
    /// After the presentation, without an answer of the customer.
    pub ask_after_days: u32,
    /// Before the last day of the validity.
    pub warn_before_days: u32,
}

impl Default for FollowUpPolicy {
    /// After a week, and three days before the end.
    fn default() -> Self {
        Self {
            ask_after_days: 7,
            warn_before_days: 3,
        }
    }
}

/// Something to do about a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    /// The day since when it is due.
    pub due: NaiveDate,
    /// What to do.
    pub action: NextAction,
}

/// What to do about a quote next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum NextAction {
    /// An approval is open.
    Approve {
        /// The rule that asks for it.
        rule: String,
        /// Who is asked.
        approver: Approver,
    },
    /// An approval has been open for too long: somebody else may answer too.
    Escalate {
        /// The rule that asks for it.
        rule: String,
        /// Who may answer too.
        to: Approver,
    },
    /// It was rejected inside: change it, or take it back.
    Rework,
    /// It is approved: hand it to the customer.
    Present,
    /// The customer has not answered yet.
    AskCustomer,
    /// The customer has made a counter-offer that no later version answers.
    AnswerCounterOffer,
    /// The validity ends soon.
    WarnOfExpiry,
    /// The validity has ended: revise it, or let it expire.
    Expire,
    /// It is accepted: make it an order.
    Order,
}

/// What is due about a quote on a day, the oldest first.
#[must_use]
pub fn follow_ups(quote: &Quote, on: NaiveDate, policy: &FollowUpPolicy) -> Vec<FollowUp> {
    let Some(version) = quote.latest() else {
        return Vec::new();
    };
    let since = version.since();
    let mut due = match version.status() {
        QuoteStatus::InApproval => approvals(quote, on),
        QuoteStatus::Rejected => vec![(since, NextAction::Rework)],
        QuoteStatus::Approved => vec![(since, NextAction::Present)],
        QuoteStatus::Presented => presented(version, on, policy),
        QuoteStatus::Accepted => vec![(since, NextAction::Order)],
        QuoteStatus::Draft
        | QuoteStatus::Ordered
        | QuoteStatus::Declined
        | QuoteStatus::Expired
        | QuoteStatus::Withdrawn
        | QuoteStatus::Superseded
        | QuoteStatus::Abandoned => Vec::new(),
    };
    due.retain(|(due, _)| *due <= on);
    due.sort_by_key(|(due, _)| *due);
    due.into_iter()
        .map(|(due, action)| FollowUp { due, action })
        .collect()
}

fn approvals(quote: &Quote, on: NaiveDate) -> Vec<(NaiveDate, NextAction)> {
    let mut due = Vec::new();
    for open in quote.open_approvals() {
        let rule = open.required.rule.clone();
        if let (Some(to), Some(escalation)) = (open.escalated_to(on), &open.required.escalation) {
            let (rule, to) = (rule.clone(), to.clone());
            let day = after(open.since, escalation.after_days);
            due.push((day, NextAction::Escalate { rule, to }));
        }
        let approver = open.approver.clone();
        due.push((open.since, NextAction::Approve { rule, approver }));
    }
    due
}

fn presented(version: &QuoteVersion, on: NaiveDate, policy: &FollowUpPolicy) -> Vec<(NaiveDate, NextAction)> {
    let valid_until = version.terms().valid_until;
    if on > valid_until {
        return vec![(after(valid_until, 1), NextAction::Expire)];
    }
    let warn = valid_until.checked_sub_days(Days::new(policy.warn_before_days.into()));
    let warn = warn.unwrap_or(NaiveDate::MIN).max(version.since());
    let answer = match version.counter_offers().last() {
        Some((day, _)) => (*day, NextAction::AnswerCounterOffer),
        None => (
            after(version.since(), policy.ask_after_days),
            NextAction::AskCustomer,
        ),
    };
    vec![answer, (warn, NextAction::WarnOfExpiry)]
}

fn after(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(days.into()))
        .unwrap_or(NaiveDate::MAX)
}
