use l2c_calendar::{FiscalCalendar, FiscalMonth};
use l2c_ledger::{Header, JournalEntry, Line, Role, post_difference};
use l2c_money::Money;

use crate::{BillingSide, ContractMonth, NetPosition, Paragraph, Projection, RevenueError};

impl Projection {
    /// The journal entries that should stand in the books: one per month in which something moved.
    ///
    /// Billing is taken out of clearing (or, where this crate posts the billing side, becomes a receivable), revenue
    /// is credited per obligation under the subject `contract/obligation`, and the contract asset or liability moves
    /// by the net position, under the subject of the contract.
    ///
    /// # Errors
    /// [`RevenueError::Ledger`] and [`RevenueError::Money`] outside the bounds of the ledger.
    pub fn postings(&self) -> Result<Vec<JournalEntry>, RevenueError> {
        let mut before = NetPosition::new(Money::zero(self.currency));
        let mut entries = Vec::with_capacity(self.months.len());
        for row in &self.months {
            let date = self.as_of.min(row.month.last_day());
            let mut lines = self.lines(row, before)?;
            lines.retain(|line| !line.amount.is_zero());
            let header = Header {
                id: format!("{}/{}", self.contract, row.month),
                posting_date: date,
                effective_date: date,
                source: format!("{} through {date}", self.contract),
                memo: format!("Revenue of {}", row.month),
                citations: self.citations(&lines),
            };
            entries.push(JournalEntry::new(header, lines)?);
            before = row.position;
        }
        Ok(entries)
    }

    fn lines(&self, row: &ContractMonth, before: NetPosition) -> Result<Vec<Line>, RevenueError> {
        let contract = self.contract.as_str();
        let asset = row
            .position
            .contract_asset()
            .checked_sub(&before.contract_asset())?;
        let liability = row
            .position
            .contract_liability()
            .checked_sub(&before.contract_liability())?;
        let mut lines = vec![
            Line::debit(self.entity, self.billing_role(), row.billed, contract),
            Line::debit(self.entity, Role::ContractAsset, asset, contract),
            Line::credit(self.entity, Role::ContractLiability, liability, contract),
        ];
        for (obligation, amount) in self.obligations.iter().zip(&row.by_obligation) {
            if !amount.is_zero() {
                let subject = self.revenue_subject(&obligation.id);
                lines.push(Line::credit(self.entity, Role::Revenue, *amount, subject));
            }
        }
        Ok(lines)
    }

    /// The paragraphs that lines rest on.
    fn citations(&self, lines: &[Line]) -> Vec<String> {
        let recognised = |over_time| {
            let mut obligations = self.obligations.iter().filter(|o| o.over_time == over_time);
            obligations.any(|o| lines.iter().any(|line| self.is_revenue_of(line, &o.id)))
        };
        let moves = |role| lines.iter().any(|line| line.role == role);
        [
            (Paragraph::POINT_IN_TIME, recognised(false)),
            (Paragraph::PROGRESS, recognised(true)),
            (Paragraph::POSITION, moves(self.billing_role())),
            (Paragraph::LIABILITY, moves(Role::ContractLiability)),
            (Paragraph::ASSET, moves(Role::ContractAsset)),
        ]
        .into_iter()
        .filter(|(_, applies)| *applies)
        .map(|(paragraph, _)| self.book.reference(paragraph))
        .collect()
    }

    fn billing_role(&self) -> Role {
        match self.billing {
            BillingSide::Erp => Role::BillingClearing,
            BillingSide::Engine => Role::Receivable,
        }
    }

    fn revenue_subject(&self, obligation: &str) -> String {
        format!("{}/{obligation}", self.contract)
    }

    fn is_revenue_of(&self, line: &Line, obligation: &str) -> bool {
        let of_contract = line.subject.strip_prefix(self.contract.as_str());
        line.role == Role::Revenue && of_contract.and_then(|rest| rest.strip_prefix('/')) == Some(obligation)
    }

    /// The entries still to be posted for this contract: what should stand in the books less what does.
    ///
    /// A difference of an open month is posted in it, a difference of a closed one in the first open month after it,
    /// with the closed month as its origin; closed months never move. `posted` holds what was posted for this
    /// contract and nothing else. `run` names the posting run and makes the ids of its entries unique.
    ///
    /// # Errors
    /// As [`Projection::postings`].
    pub fn post(
        &self,
        posted: &[JournalEntry],
        calendar: &FiscalCalendar,
        run: &str,
    ) -> Result<Vec<JournalEntry>, RevenueError> {
        let should_be = self.postings()?;
        let header = |posting: FiscalMonth, origin: FiscalMonth| {
            let late = if posting == origin { "" } else { ", known late" };
            Header {
                id: format!("{}/{origin}/{run}", self.contract),
                posting_date: self.as_of.clamp(posting.first_day(), posting.last_day()),
                effective_date: self.as_of.clamp(origin.first_day(), origin.last_day()),
                source: format!("{} through {}", self.contract, self.as_of),
                memo: format!("Revenue of {origin}{late}"),
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
