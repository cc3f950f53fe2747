//! What a statement posts.

use std::collections::BTreeMap;

use l2c_calendar::{NaiveDate, Quarter};
use l2c_ledger::{Header, JournalEntry, LegalEntity, Line, Role};
use l2c_money::Money;

use crate::{CommissionError, Statement};

impl Statement {
    /// The entries that earning it posts: Dr cost clearing, Cr commission payable; the other way round for a sum below
    /// zero.
    ///
    /// Revenue accounting takes the cost out of clearing: as an asset, if it obtained a contract of more than a year
    /// (ASC 340-40-25-1, IFRS 15.91), or as an expense. Who expenses every commission at once gives the role the
    /// account of that expense.
    ///
    /// One entry for the quarter and one for each earlier quarter that it adjusts, each with the last day of its
    /// quarter as effective date. `posting_date` is a day of the first open month. The payable is kept by payee,
    /// the cost by statement. A quarter whose amounts come to zero has no entry.
    ///
    /// # Errors
    /// [`CommissionError::Ledger`] for a statement from elsewhere whose amounts are finer than the minor unit.
    pub fn earning_entries(
        &self,
        entity: LegalEntity,
        posting_date: NaiveDate,
    ) -> Result<Vec<JournalEntry>, CommissionError> {
        let mut by_origin: BTreeMap<Quarter, Money> = BTreeMap::new();
        let own = self.lines().iter().map(|line| (self.quarter(), &line.commission));
        let earlier = self
            .adjustments()
            .iter()
            .map(|adjustment| (adjustment.origin, &adjustment.amount));
        for (origin, amount) in own.chain(earlier) {
            let sum = by_origin.entry(origin).or_insert(Money::zero(amount.currency()));
            *sum = sum.checked_add(amount)?;
        }
        let posted = by_origin.into_iter().filter(|(_, amount)| !amount.is_zero());
        posted
            .map(|(origin, amount)| self.earning_entry(entity, posting_date, origin, amount))
            .collect()
    }

    fn earning_entry(
        &self,
        entity: LegalEntity,
        posting_date: NaiveDate,
        origin: Quarter,
        amount: Money,
    ) -> Result<JournalEntry, CommissionError> {
        let memo = if origin == self.quarter() {
            format!("Commission earned in {origin}")
        } else {
            format!("Commission of {origin}, adjusted in {}", self.quarter())
        };
        let header = Header {
            id: format!("{}/earned/{origin}", self.id()),
            posting_date,
            effective_date: origin.last_day(),
            source: format!("{} closed", self.id()),
            memo,
            citations: Vec::new(),
        };
        let lines = vec![
            Line::debit(entity, Role::CostClearing, amount, self.id().as_str()),
            Line::credit(entity, Role::CommissionPayable, amount, self.payee().as_str()),
        ];
        Ok(JournalEntry::new(header, lines)?)
    }

    /// The entry that its payment posts: Dr commission payable, Cr cash. Without lines if nothing is payable.
    ///
    /// # Errors
    /// [`CommissionError::Ledger`] for a statement from elsewhere whose amounts are finer than the minor unit.
    pub fn payment_entry(
        &self,
        entity: LegalEntity,
        paid_on: NaiveDate,
    ) -> Result<JournalEntry, CommissionError> {
        let header = Header {
            id: format!("{}/paid", self.id()),
            posting_date: paid_on,
            effective_date: paid_on,
            source: format!("{} paid", self.id()),
            memo: format!("Commission of {} paid", self.quarter()),
            citations: Vec::new(),
        };
        let lines = vec![
            Line::debit(
                entity,
                Role::CommissionPayable,
                self.payable(),
                self.payee().as_str(),
            ),
            Line::credit(entity, Role::Cash, self.payable(), self.id().as_str()),
        ];
        Ok(JournalEntry::new(header, lines)?)
    }
}
