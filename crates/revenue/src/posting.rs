use std::collections::{BTreeMap, BTreeSet};

use l2c_calendar::{FiscalCalendar, FiscalMonth};
use l2c_ledger::{Header, JournalEntry, Line, Role, post_difference};
use l2c_money::Money;

use crate::{BillingSide, ContractMonth, Paragraph, Projection, RevenueError};

impl Projection {
    /// The journal entries that should stand in the books: one per month in which something moved.
    ///
    /// Each role moves by the change of its balance, under the subject of the contract; revenue is credited per
    /// obligation under the subject `contract/obligation`. Receivable, cash, tax and credit losses are taken out of
    /// clearing where the ERP posts the billing side.
    ///
    /// # Errors
    /// [`RevenueError::Ledger`] and [`RevenueError::Money`] outside the bounds of the ledger.
    pub fn postings(&self) -> Result<Vec<JournalEntry>, RevenueError> {
        let nothing = BTreeMap::new();
        let mut before = self.taken_over.as_ref().map_or(&nothing, |day| &day.balances);
        let mut entries = Vec::with_capacity(self.months.len());
        for row in &self.months {
            let date = self.as_of.min(row.month.last_day());
            let lines = self.lines(row, before)?;
            before = &row.balances;
            if lines.is_empty() {
                continue;
            }
            let header = Header {
                id: format!("{}/{}", self.contract, row.month),
                posting_date: date,
                effective_date: date,
                source: format!("{} through {date}", self.contract),
                memo: format!("Revenue of {}", row.month),
                citations: self.citations(&lines),
            };
            entries.push(JournalEntry::new(header, lines)?);
        }
        Ok(entries)
    }

    /// What moved in a month, by role; revenue by obligation.
    fn lines(&self, row: &ContractMonth, before: &BTreeMap<Role, Money>) -> Result<Vec<Line>, RevenueError> {
        let contract = self.contract.as_str();
        let zero = Money::zero(self.currency);
        let mut moved: BTreeMap<Role, Money> = BTreeMap::new();
        let roles: BTreeSet<Role> = before.keys().chain(row.balances.keys()).copied().collect();
        for role in roles.into_iter().filter(|role| *role != Role::Revenue) {
            let now = row.balances.get(&role).copied().unwrap_or(zero);
            let then = before.get(&role).copied().unwrap_or(zero);
            let total = moved.entry(self.posted_as(role)).or_insert(zero);
            *total = total.checked_add(&now.checked_sub(&then)?)?;
        }
        let mut lines: Vec<Line> = moved
            .into_iter()
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(role, amount)| Line::debit(self.entity, role, amount, contract))
            .collect();
        // The billing side first: what it posted is taken over.
        lines.sort_by_key(|line| line.role != self.posted_as(Role::Receivable));
        for (obligation, amount) in self.obligations.iter().zip(&row.by_obligation) {
            if !amount.is_zero() {
                let subject = self.revenue_subject(&obligation.id);
                lines.push(Line::credit(self.entity, Role::Revenue, *amount, subject));
            }
        }
        Ok(lines)
    }

    /// The role that this side posts to. Where the ERP posts the billing side, everything that it posts is taken over
    /// from clearing.
    fn posted_as(&self, role: Role) -> Role {
        match (self.billing, role) {
            (
                BillingSide::Erp,
                Role::Cash | Role::Receivable | Role::SalesTaxPayable | Role::CreditLossExpense,
            ) => Role::BillingClearing,
            _ => role,
        }
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
            (Paragraph::POSITION, moves(self.posted_as(Role::Receivable))),
            (Paragraph::LIABILITY, moves(Role::ContractLiability)),
            (Paragraph::ASSET, moves(Role::ContractAsset)),
            (Paragraph::REFUND_LIABILITY, moves(Role::RefundLiability)),
            (Paragraph::RETURNS, moves(Role::ReturnAsset)),
            (Paragraph::LOSS, moves(Role::LossProvision)),
            (Paragraph::BEFORE_CONTRACT, moves(Role::DepositLiability)),
            (
                Paragraph::PAYABLE_TO_CUSTOMER,
                moves(Role::CustomerIncentiveAsset),
            ),
        ]
        .into_iter()
        .filter(|(_, applies)| *applies)
        .map(|(paragraph, _)| self.book.reference(paragraph))
        .collect()
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
