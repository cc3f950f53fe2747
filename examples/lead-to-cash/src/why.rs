//! `why.md`: one deal from lead to commission, each figure with its derivation down to the inputs.

use std::fmt::Write;

use l2c::calendar::{FiscalMonth, Quarter};
use l2c::commissions::Plan;
use l2c::explain::Explanation;
use l2c::leads::ScoreExplanation;
use l2c::money::Exact;
use l2c::revenue::{Question, explain};

use crate::billing::Billing;
use crate::commissioning::Commissioning;
use crate::contracting::Agreed;
use crate::error::Failure;
use crate::offer::Offer;
use crate::output::Output;
use crate::quoting::Deal;
use crate::recognising::{Recognising, view};
use crate::stage::Known;

/// Where the derivations come from.
pub struct Sources<'a> {
    /// What the run knows.
    pub known: &'a Known<'a>,
    /// The commission plan.
    pub plan: &'a Plan,
    /// The score of the lead.
    pub score: &'a ScoreExplanation,
    /// The deal.
    pub deal: &'a Deal,
    /// Its contract.
    pub agreed: &'a Agreed,
    /// All documents.
    pub billing: &'a Billing,
    /// All revenue contracts.
    pub recognising: &'a Recognising,
    /// All statements.
    pub commissioning: &'a Commissioning,
}

/// Recomputes a derivation from its inputs: it must give the figure that is stated elsewhere.
///
/// # Errors
/// A derivation that does not give the figure.
pub fn recomputed(title: &str, derivation: &Explanation, stated: &Exact) -> Result<(), Failure> {
    let again = derivation
        .recompute()
        .map_err(Failure::stage("derivation", title))?;
    if again == *stated && derivation.value() == again {
        return Ok(());
    }
    Err(Failure::Stage {
        stage: "derivation",
        subject: title.to_owned(),
        reason: format!(
            "recomputed {again}, derived {}, stated {stated}",
            derivation.value()
        ),
    })
}

impl Sources<'_> {
    /// Writes the derivations.
    ///
    /// # Errors
    /// What a room refuses, a derivation that does not recompute to its figure, a folder that cannot be written.
    pub fn write(&self, output: &mut Output) -> Result<(), Failure> {
        let mut text = format!(
            "# Why\n\nThe first deal with a contract, {}, from lead to commission. Every figure is derived from its \
             inputs, and recomputing the steps gives the figure.\n",
            self.agreed.contract.key
        );
        for (title, explanation) in self.derivations()? {
            recomputed(&title, &explanation, &explanation.value())?;
            // Writing to a String cannot fail.
            let _ = write!(text, "\n## {title}\n\n{}", explanation.markdown());
        }
        output.write("why.md", |file| {
            file.write_all(text.as_bytes()).map_err(|fault| fault.to_string())
        })
    }

    fn derivations(&self) -> Result<Vec<(String, Explanation)>, Failure> {
        let mut all = vec![("The score of the lead".to_owned(), self.score.derivation.clone())];
        let Offer { engine, .. } = self.known.offer;
        let quote = &self.deal.quote;
        if let Some(version) = quote.state.latest() {
            let priced = engine
                .explain(&version.terms().request)
                .map_err(Failure::stage("derivation", &quote.key))?;
            all.push((
                format!("The net total of quote {}", quote.key),
                priced.net_total(),
            ));
        }
        let account = self
            .agreed
            .contract
            .state
            .id()
            .map(|id| id.key())
            .unwrap_or_default();
        let issued = self
            .billing
            .documents
            .iter()
            .filter_map(|life| life.state.issued());
        if let Some(first) = issued
            .into_iter()
            .find(|i| i.invoice.document().account.key() == account)
        {
            let gross = first
                .invoice
                .explain()
                .map_err(Failure::stage("derivation", &first.number))?;
            all.push((format!("The gross amount of invoice {}", first.number), gross));
        }
        self.revenue(account, &mut all)?;
        self.commission(&mut all)?;
        Ok(all)
    }

    fn revenue(&self, key: &str, all: &mut Vec<(String, Explanation)>) -> Result<(), Failure> {
        let Some(life) = self
            .recognising
            .contracts
            .iter()
            .find(|life| life.key == format!("rev_{key}"))
        else {
            return Ok(());
        };
        let view = view(self.known.as_of);
        let obligations = life
            .state
            .terms()
            .map(|terms| terms.obligations())
            .unwrap_or_default();
        if let Some(obligation) = obligations.last().map(|obligation| obligation.id.clone()) {
            let month = FiscalMonth::of(self.agreed.agreed_on);
            let month = month.next().map_err(Failure::stage("derivation", &life.key))?;
            let mut ask = |title: String, question: Question| {
                let derivation = explain(life.state.facts(), &view, &question);
                all.push((
                    title,
                    derivation.map_err(Failure::stage("derivation", &life.key))?,
                ));
                Ok::<(), Failure>(())
            };
            let title = format!("What is allocated to {obligation}");
            ask(
                title,
                Question::Allocation {
                    obligation: obligation.clone(),
                },
            )?;
            ask(
                format!("The revenue of {obligation} in {month}"),
                Question::Recognised { obligation, month },
            )?;
        }
        Ok(())
    }

    fn commission(&self, all: &mut Vec<(String, Explanation)>) -> Result<(), Failure> {
        let deal = &self.agreed.contract.key;
        for (payee, credits) in &self.commissioning.credits {
            let Some(credit) = credits.iter().find(|credit| credit.deal == *deal) else {
                continue;
            };
            let quarter = Quarter::of(credit.date);
            let statements = self.commissioning.statements.get(payee).into_iter().flatten();
            let closed: Vec<_> = statements
                .filter_map(|life| life.state.statement())
                .filter(|statement| statement.quarter() < quarter)
                .cloned()
                .collect();
            let derivation = self
                .plan
                .explain(payee, quarter, credits, &closed, &credit.id)
                .map_err(Failure::stage("derivation", &credit.id))?;
            all.push((format!("The commission of {payee} on {deal}"), derivation));
        }
        Ok(())
    }
}
