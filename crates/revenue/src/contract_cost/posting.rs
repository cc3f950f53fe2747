use l2c_calendar::{FiscalCalendar, FiscalMonth, NaiveDate, Period};
use l2c_ledger::{Header, JournalEntry, Line, Role, post_difference};
use l2c_money::Money;

use super::{CostMovement, CostProjection, CostScope};
use crate::{Paragraph, RevenueError};

impl CostProjection {
    /// The journal entries that should stand in the books: one per month in which something moved.
    ///
    /// Costs are taken out of [`Role::CostClearing`], where purchasing or payroll booked them, into the asset or the
    /// expense that they are; amortisation and impairment lead from the asset to their expenses, a write-off to that
    /// of impairment, less what payees pay back. Each line is under the subject `contract/cost`.
    ///
    /// # Errors
    /// [`RevenueError::Ledger`] and [`RevenueError::Money`] outside the bounds of the ledger.
    pub fn postings(&self) -> Result<Vec<JournalEntry>, RevenueError> {
        let mut entries = Vec::new();
        for month in self.months() {
            let date = self.as_of.min(month.last_day());
            let mut lines = self.lines(&Period::inclusive(month.first_day(), date)?)?;
            lines.retain(|line| !line.amount.is_zero());
            if lines.is_empty() {
                continue;
            }
            let header = Header {
                id: format!("{}/costs/{month}", self.contract),
                posting_date: date,
                effective_date: date,
                source: format!("costs of {} through {date}", self.contract),
                memo: format!("Contract costs of {month}"),
                citations: self.citations(&lines),
            };
            entries.push(JournalEntry::new(header, lines)?);
        }
        Ok(entries)
    }

    fn lines(&self, period: &Period) -> Result<Vec<Line>, RevenueError> {
        let mut lines = Vec::new();
        for (treatment, incurred) in self.treatments.iter().zip(&self.incurred) {
            if period.contains(*incurred) {
                let is_asset = self.assets.iter().any(|asset| asset.id == treatment.id);
                if !is_asset {
                    // What other standards carry is theirs to amortise.
                    self.pair(
                        &mut lines,
                        &treatment.id,
                        treatment.role,
                        Role::CostClearing,
                        treatment.capitalised,
                    );
                }
                self.pair(
                    &mut lines,
                    &treatment.id,
                    Role::Expense,
                    Role::CostClearing,
                    treatment.expensed,
                );
            }
        }
        for asset in &self.assets {
            let moved = self.roll_forward(&CostScope::Cost(asset.id.clone()), *period)?;
            let (carried, lost) = (asset.role, Role::ContractCostImpairment);
            for (debit, credit, amount) in [
                (carried, Role::CostClearing, moved.capitalised),
                (Role::ContractCostAmortisation, carried, moved.amortisation),
                (lost, carried, moved.impairment),
                (carried, lost, moved.reversal),
                (lost, carried, moved.written_off),
            ] {
                self.pair(&mut lines, &asset.id, debit, credit, amount);
            }
        }
        for clawback in self.clawbacks.iter().filter(|one| period.contains(one.on)) {
            let cost = clawback.cost.as_deref().unwrap_or("clawback");
            self.pair(
                &mut lines,
                cost,
                Role::CostClearing,
                Role::ContractCostImpairment,
                clawback.amount,
            );
        }
        Ok(lines)
    }

    fn pair(&self, lines: &mut Vec<Line>, cost: &str, debit: Role, credit: Role, amount: Money) {
        let subject = format!("{}/{cost}", self.contract);
        lines.push(Line::debit(self.entity, debit, amount, subject.clone()));
        lines.push(Line::credit(self.entity, credit, amount, subject));
    }

    /// The paragraphs that lines rest on.
    fn citations(&self, lines: &[Line]) -> Vec<String> {
        let moves = |role| lines.iter().any(|line| line.role == role);
        let mut paragraphs: Vec<Paragraph> = Vec::new();
        let treated = self.treatments.iter().filter(|treatment| {
            let subject = format!("{}/{}", self.contract, treatment.id);
            lines
                .iter()
                .any(|line| line.role == Role::CostClearing && line.subject == subject)
        });
        paragraphs.extend(treated.map(|treatment| treatment.paragraph));
        if moves(Role::ContractCostAmortisation) {
            paragraphs.push(CostMovement::Amortised.paragraph());
        }
        if moves(Role::ContractCostImpairment) {
            paragraphs.push(CostMovement::Impaired.paragraph());
        }
        let mut references: Vec<String> = Vec::with_capacity(paragraphs.len());
        for paragraph in paragraphs {
            let reference = self.book.reference(paragraph);
            if !references.contains(&reference) {
                references.push(reference);
            }
        }
        references
    }

    /// The entries still to be posted for these costs: what should stand in the books less what does.
    ///
    /// A difference of an open month is posted in it, a difference of a closed one in the first open month after it,
    /// with the closed month as its origin; closed months never move. `posted` holds what was posted for these costs
    /// and nothing else. `run` names the posting run and makes the ids of its entries unique.
    ///
    /// # Errors
    /// As [`CostProjection::postings`].
    pub fn post(
        &self,
        posted: &[JournalEntry],
        calendar: &FiscalCalendar,
        run: &str,
    ) -> Result<Vec<JournalEntry>, RevenueError> {
        let should_be = self.postings()?;
        let on = |month: FiscalMonth| -> NaiveDate { self.as_of.clamp(month.first_day(), month.last_day()) };
        let header = |posting: FiscalMonth, origin: FiscalMonth| {
            let late = if posting == origin { "" } else { ", known late" };
            Header {
                id: format!("{}/costs/{origin}/{run}", self.contract),
                posting_date: on(posting),
                effective_date: on(origin),
                source: format!("costs of {} through {}", self.contract, self.as_of),
                memo: format!("Contract costs of {origin}{late}"),
                citations: Vec::new(),
            }
        };
        post_difference(&should_be, posted, calendar, header)?
            .into_iter()
            .map(|entry| {
                let header = Header {
                    citations: self.citations(entry.lines()),
                    ..entry.header().clone()
                };
                Ok(JournalEntry::new(header, entry.lines().to_vec())?)
            })
            .collect()
    }
}
