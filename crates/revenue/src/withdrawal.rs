//! Facts that were told by mistake.

use std::collections::BTreeSet;

use crate::refusal::Flaw;
use crate::{Fact, RevenueError, RevenueEvent, RevenueRefusal};

/// The numbers of facts that are withdrawn.
pub(crate) fn withdrawn<'a>(events: impl IntoIterator<Item = &'a RevenueEvent>) -> BTreeSet<u64> {
    let number = |event: &RevenueEvent| match event.fact {
        Fact::Withdrawn { sequence } => Some(sequence),
        _ => None,
    };
    events.into_iter().filter_map(number).collect()
}

/// Leaves what is withdrawn out of what is known, and the withdrawals with it.
pub(crate) fn leave_out(known: &mut Vec<&RevenueEvent>) -> Result<(), RevenueError> {
    let gone = withdrawn(known.iter().copied());
    if gone.is_empty() {
        return Ok(());
    }
    for event in known.iter() {
        let Fact::Withdrawn { sequence } = event.fact else {
            continue;
        };
        let refuse = |refusal: RevenueRefusal| Err(Flaw::from(refusal).of(event));
        match known.iter().find(|other| other.sequence == sequence) {
            None => {
                return refuse(RevenueRefusal::UnknownReference {
                    what: "known fact with the number",
                    name: sequence.to_string(),
                });
            }
            Some(other) if !other.fact.may_be_withdrawn() => {
                return refuse(RevenueRefusal::NotWithdrawable {
                    fact: other.fact.name(),
                    effective: other.effective,
                    sequence,
                });
            }
            Some(_) => {}
        }
    }
    known.retain(|event| !gone.contains(&event.sequence) && !matches!(event.fact, Fact::Withdrawn { .. }));
    Ok(())
}

impl Fact {
    /// What a contract begins and ends with stands, and so does a withdrawal.
    const fn may_be_withdrawn(&self) -> bool {
        !matches!(
            self,
            Self::Inception { .. }
                | Self::TakenOver { .. }
                | Self::Terminated { .. }
                | Self::Withdrawn { .. }
        )
    }
}
