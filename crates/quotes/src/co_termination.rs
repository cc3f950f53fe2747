use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_calendar::Period;

use crate::amendment::{LinePair, Plan};
use crate::running_contract::{RunningContract, RunningLine};
use crate::{AmendmentError, RunningContractDocument};

impl RunningContract {
    /// This contract and others as one from a day on, all ending together.
    ///
    /// A line that ends with its contract ends with the merged one; a line with an end of its own keeps it, and
    /// every line keeps its price and the months that it is for.
    pub(crate) fn merged(
        &self,
        on: NaiveDate,
        contracts: &[RunningContractDocument],
        end: Option<NaiveDate>,
    ) -> Result<Plan, AmendmentError> {
        self.check_day(on)?;
        let end = end.unwrap_or(self.term.end());
        let invalid = |what: String, start: NaiveDate| AmendmentError::InvalidPeriod { what, start, end };
        Period::new(on, end).map_err(|_| invalid(format!("the merged {}", self.id), on))?;
        let term = Period::new(self.term.start(), end)?;
        let mut pairs = self.pairs(on);
        for document in contracts {
            let other = Self::new(document)?;
            if other.currency != self.currency {
                return Err(AmendmentError::ContractCurrency {
                    contract: other.id,
                    found: other.currency,
                    expected: self.currency,
                });
            }
            other.check_day(on)?;
            pairs.extend(other.pairs(on));
        }
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let mut lines: Vec<RunningLine> = Vec::with_capacity(pairs.len());
        for LinePair { contract, after, .. } in &mut pairs {
            let Some(line) = after else { continue };
            if let Some(first) = seen.insert(line.id.clone(), contract.clone()) {
                return Err(AmendmentError::DuplicateLine {
                    contract: first,
                    line: line.id.clone(),
                });
            }
            if !line.own_end {
                let start = line.period.start();
                line.period =
                    Period::new(start, end).map_err(|_| invalid(format!("line `{}`", line.id), start))?;
            }
            lines.push(line.clone());
        }
        let target = Self { term, ..self.clone() };
        let after = Some(target.document(&lines));
        Ok(Plan { pairs, after })
    }
}
