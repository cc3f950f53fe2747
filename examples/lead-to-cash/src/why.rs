//! Deals from lead to commission, each figure with its derivation down to the inputs: `why.md` has one, the report a
//! few.

pub mod changes;

use std::collections::BTreeMap;
use std::fmt::Write;

use l2c::calendar::{FiscalMonth, Quarter};
use l2c::commissions::Plan;
use l2c::explain::Explanation;
use l2c::leads::ScoreExplanation;
use l2c::money::Exact;
use l2c::revenue::contract_cost::{CostQuestion, CostScope, explain_costs};
use l2c::revenue::{Question, explain};

use crate::billing::Billing;
use crate::commissioning::Commissioning;
use crate::contracting::Agreed;
use crate::costing::Costing;
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
    pub score: ScoreExplanation,
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
    /// Contract costs.
    pub costing: &'a Costing,
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
    /// The figures of the deal; recomputing the steps gave each.
    ///
    /// # Errors
    /// What a room refuses, a derivation that does not recompute to its figure.
    pub fn derivations(&self) -> Result<Vec<(String, Explanation)>, Failure> {
        let all = self.unproved()?;
        for (title, explanation) in &all {
            recomputed(title, explanation, &explanation.value())?;
        }
        Ok(all)
    }

    fn unproved(&self) -> Result<Vec<(String, Explanation)>, Failure> {
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
        self.costs(&mut all)?;
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

    /// What of the commissions is an expense at once, and what is carried on the day of the run.
    fn costs(&self, all: &mut Vec<(String, Explanation)>) -> Result<(), Failure> {
        let deal = &self.agreed.contract.key;
        let Some(costs) = self.costing.contracts.get(deal) else {
            return Ok(());
        };
        let view = view(self.known.as_of);
        let mut ask = |title: String, question: CostQuestion| {
            let derivation = explain_costs(costs, &[], &BTreeMap::new(), &view, &question);
            all.push((title, derivation.map_err(Failure::stage("derivation", deal))?));
            Ok::<(), Failure>(())
        };
        for cost in costs.costs() {
            ask(
                format!("What of the {} of {deal} is an expense at once", cost.id),
                CostQuestion::Expensed {
                    cost: cost.id.clone(),
                },
            )?;
            ask(
                format!("What of the {} of {deal} is carried forward", cost.id),
                CostQuestion::Carrying {
                    of: CostScope::Cost(cost.id.clone()),
                    on: view.as_of,
                },
            )?;
        }
        Ok(())
    }
}

/// A deal whose figures are derived.
pub struct Sample {
    /// By which rule it was chosen.
    pub rule: String,
    /// Its contract.
    pub deal: String,
    /// Its figures.
    pub derivations: Vec<(String, Explanation)>,
}

/// Writes `why.md`.
///
/// # Errors
/// A folder that cannot be written.
pub fn write(samples: &[Sample], output: &mut Output) -> Result<(), Failure> {
    let mut text = String::from(
        "# Why\n\nA few deals from lead to commission, then a contract that was modified and one whose price was \
         reassessed. Every figure is derived from its inputs, and recomputing the steps gave the figure before this \
         was written.\n",
    );
    for Sample {
        rule,
        deal,
        derivations,
    } in samples
    {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n## {deal}: {rule}\n");
        for (title, explanation) in derivations {
            let _ = write!(text, "\n### {title}\n\n{}", explanation.markdown());
        }
    }
    output.text("why.md", &text)
}

/// The deals whose figures are derived.
pub struct Choice<'a> {
    /// The first with a contract.
    pub first: Chosen<'a>,
    /// The one with the deepest discount.
    pub deepest: Chosen<'a>,
    /// The largest.
    pub largest: Chosen<'a>,
}

/// A deal and its contract.
#[derive(Clone, Copy)]
pub struct Chosen<'a> {
    /// The deal.
    pub deal: &'a Deal,
    /// Its contract.
    pub agreed: &'a Agreed,
}

impl<'a> Choice<'a> {
    /// Chooses among the deals that have a contract, of equals the first; none if none has.
    pub fn new(deals: &'a [Deal], contracts: &'a [Agreed]) -> Option<Self> {
        let by_row: BTreeMap<usize, &Deal> = deals.iter().map(|deal| (deal.row, deal)).collect();
        let both = contracts.iter().filter_map(|agreed| {
            let deal = *by_row.get(&agreed.row)?;
            let priced = deal.quote.state.latest()?.priced()?;
            let (discount, net) = (priced.discount_percent(), priced.net_total().amount());
            Some((Chosen { deal, agreed }, discount, net))
        });
        let mut both = both.peekable();
        let (first, discount, net) = both.peek().cloned()?;
        let (mut deepest, mut largest) = ((first, discount), (first, net));
        for (chosen, discount, net) in both {
            if discount > deepest.1 {
                deepest = (chosen, discount);
            }
            if net > largest.1 {
                largest = (chosen, net);
            }
        }
        Some(Self {
            first,
            deepest: deepest.0,
            largest: largest.0,
        })
    }

    /// Each deal once, with the rules by which it was chosen.
    pub fn distinct(&self) -> Vec<(String, Chosen<'a>)> {
        let mut distinct: Vec<(String, Chosen<'a>)> = Vec::new();
        for (rule, chosen) in [
            ("the first deal", self.first),
            ("the deepest discount", self.deepest),
            ("the largest deal", self.largest),
        ] {
            match distinct
                .iter_mut()
                .find(|(_, other)| other.deal.row == chosen.deal.row)
            {
                Some((rules, _)) => *rules = format!("{rules}, {rule}"),
                None => distinct.push((rule.to_owned(), chosen)),
            }
        }
        distinct
    }
}
