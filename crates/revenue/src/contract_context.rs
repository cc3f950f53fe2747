//! What every figure of a contract rests on: its terms, the book, and the moment.

use l2c_calendar::NaiveDate;
use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_money::{Currency, RoundingPolicy};

use crate::refusal::Flaw;
use crate::{Book, RevenueError, RevenuePolicy, RevenueRefusal, Terms};

/// What every figure of a contract rests on.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) terms: &'a Terms,
    pub(crate) book: Book,
}

impl<'a> Context<'a> {
    pub(crate) const fn currency(&self) -> Currency {
        self.terms.currency()
    }

    pub(crate) const fn policy(&self) -> &'a RevenuePolicy {
        self.terms.policy()
    }

    pub(crate) const fn rounding(&self) -> RoundingPolicy {
        self.policy().rounding_policy()
    }

    pub(crate) fn money(&self, label: impl Into<String>) -> Note {
        Note::new(label).money(self.currency())
    }

    pub(crate) fn unknown_obligation(&self, id: &str) -> Flaw {
        RevenueRefusal::UnknownObligation {
            contract: self.terms.contract().clone(),
            obligation: id.to_owned(),
            promised: self.promised(),
        }
        .into()
    }

    /// The obligations of the terms by name, the first few of many.
    fn promised(&self) -> String {
        const SHOWN: usize = 8;
        let ids = self
            .terms
            .obligations()
            .iter()
            .map(|obligation| format!("`{}`", obligation.id));
        let mut ids: Vec<String> = ids.take(SHOWN).collect();
        if self.terms.obligations().len() > SHOWN {
            ids.push("others".to_owned());
        }
        ids.join(", ")
    }

    /// A place in the terms of the contract.
    pub(crate) fn in_terms(&self, list: &str, id: &str) -> Citation {
        Citation::new(self.terms.contract().as_str(), format!("{list}[{id}]"))
    }

    /// A convention of the policy that is stored with the contract.
    pub(crate) fn in_policy(&self, field: &str) -> Citation {
        let policy = self.policy();
        Citation::document(&policy.id, policy.version, field)
    }

    /// A figure in whole minor units, by the policy.
    pub(crate) fn rounded<R: Recorder>(
        &self,
        rec: &mut R,
        figure: &Figure<R::Mark>,
        label: impl FnOnce() -> String,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let (policy, currency) = (self.rounding(), self.currency());
        Ok(rec.round(figure, policy, currency, || {
            self.money(label()).cite(self.in_policy("rounding"))
        })?)
    }
}

/// Up to when something is looked at. Before a fact of a day takes effect, time has run through the day before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// What happened through this day counts.
    pub(crate) day: NaiveDate,
    /// Time has run through this day.
    pub(crate) time_through: NaiveDate,
}

impl Moment {
    pub(crate) const fn end_of(day: NaiveDate) -> Self {
        Self {
            day,
            time_through: day,
        }
    }

    pub(crate) fn before(day: NaiveDate) -> Self {
        Self {
            day,
            time_through: day.pred_opt().unwrap_or(day),
        }
    }
}
