use l2c_calendar::Quarter;
use l2c_money::Money;

use crate::{CommissionError, StatementState};

/// What a payee has earned, has been paid and is still owed: `earned = paid + accrued`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayeeBalance {
    /// The commission of all closed statements.
    pub earned: Money,
    /// The payable amounts of those that are paid.
    pub paid: Money,
    /// The payable amounts of those that are not, and what the last one carries forward; below zero if the payee
    /// owes it.
    pub accrued: Money,
}

impl PayeeBalance {
    /// The balance over the statements of one payee, in any order; drafts do not count.
    ///
    /// `accrued` is summed up from what is open, not derived from the other two: each statement takes over what the
    /// one before carried forward, so the three agree.
    ///
    /// # Errors
    /// [`CommissionError::ForeignStatement`] for a statement of another payee or plan, or one whose brought forward
    /// is not what the one before it carried forward, so that one in between is missing;
    /// [`CommissionError::Money`] beyond the bounds of money. `None` for no closed statement.
    pub fn of(states: &[StatementState]) -> Result<Option<Self>, CommissionError> {
        let mut closed: Vec<_> = states
            .iter()
            .filter_map(|s| s.statement().map(|st| (st, s.paid_on())))
            .collect();
        closed.sort_by_key(|(statement, _)| statement.quarter());
        let Some((first, _)) = closed.first() else {
            return Ok(None);
        };
        let zero = Money::zero(first.earned().currency());
        let mut balance = Self {
            earned: zero,
            paid: zero,
            accrued: zero,
        };
        let mut carried = zero;
        let mut before: Option<Quarter> = None;
        for (statement, paid_on) in &closed {
            let own = statement.payee() == first.payee() && statement.plan() == first.plan();
            let next = before.is_none_or(|before| before < statement.quarter());
            if !own || !next || statement.brought_forward() != carried {
                return Err(CommissionError::ForeignStatement {
                    statement: statement.id().clone(),
                    quarter: statement.quarter(),
                    before: closed
                        .last()
                        .map_or(statement.quarter(), |(last, _)| last.quarter()),
                });
            }
            balance.earned = balance.earned.checked_add(&statement.earned())?;
            let side = if paid_on.is_some() {
                &mut balance.paid
            } else {
                &mut balance.accrued
            };
            *side = side.checked_add(&statement.payable())?;
            carried = statement.carried_forward();
            before = Some(statement.quarter());
        }
        balance.accrued = balance.accrued.checked_add(&carried)?;
        Ok(Some(balance))
    }
}
