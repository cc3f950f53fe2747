use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_calendar::Period;
use l2c_documents::Check;
use l2c_money::{Exact, Quantity};
use serde::{Deserialize, Serialize};

use super::{AmendmentError, LinePair, Plan};
use crate::running_contract::{RunningContract, RunningLine, RunningLineDocument};

/// A change of a line of a running contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum LineChange {
    /// Another quantity, at the same price.
    Quantity {
        /// The line.
        line: String,
        /// How much from now on; 0 ends the line.
        #[cfg_attr(feature = "schema", schemars(with = "crate::running_contract::QuantityText"))]
        quantity: Quantity,
    },
    /// Another price: what is left is credited at the old one and charged at the new one.
    Price {
        /// The line.
        line: String,
        /// The price of one unit for a price term.
        unit_price: Exact,
    },
    /// Another end: what is left is credited to the old one and charged to the new one.
    Term {
        /// The line.
        line: String,
        /// The day after its last.
        end: NaiveDate,
    },
    /// Another product in its place.
    Swap {
        /// The line that ends.
        line: String,
        /// The line that begins; it runs as long as the other would have if it does not say otherwise.
        to: RunningLineDocument,
    },
    /// Another line.
    Add {
        /// The line; it runs from the day of the change to the end of the contract if it does not say otherwise.
        line: RunningLineDocument,
    },
}

/// The lines as the changes before have left them.
struct Draft<'a> {
    contract: &'a RunningContract,
    on: NaiveDate,
    pairs: Vec<LinePair>,
    /// Where the line of an id stands now.
    places: BTreeMap<String, usize>,
}

impl RunningContract {
    /// The lines before and after changes.
    pub(crate) fn changed(&self, on: NaiveDate, changes: &[LineChange]) -> Result<Plan, AmendmentError> {
        self.check_day(on)?;
        let pairs = self.pairs(on);
        let ids = pairs.iter().filter_map(|pair| pair.after.as_ref());
        let places = ids.enumerate().map(|(at, line)| (line.id.clone(), at)).collect();
        let mut draft = Draft {
            contract: self,
            on,
            pairs,
            places,
        };
        for change in changes {
            draft.apply(change)?;
        }
        let Draft { pairs, .. } = draft;
        let left: Vec<RunningLine> = pairs
            .iter()
            .filter_map(|pair| pair.after.clone())
            .filter(|line| !line.quantity.exact().is_zero())
            .collect();
        let after = Some(self.document(&left));
        Ok(Plan { pairs, after })
    }
}

impl Draft<'_> {
    fn apply(&mut self, change: &LineChange) -> Result<(), AmendmentError> {
        match change {
            LineChange::Quantity { line, quantity } => {
                let place = self.find(line)?;
                not_negative(line, quantity)?;
                self.edit(place, |line| line.quantity = *quantity);
            }
            LineChange::Price { line, unit_price } => {
                let place = self.find(line)?;
                self.edit(place, |line| line.unit_price = unit_price.clone());
            }
            LineChange::Term { line, end } => {
                let place = self.find(line)?;
                let start = self.after(place).map_or(self.on, |line| line.period.start());
                let period = Period::new(start, *end).map_err(|_| AmendmentError::InvalidPeriod {
                    what: format!("line `{line}`"),
                    start,
                    end: *end,
                })?;
                self.edit(place, |line| {
                    line.period = period;
                    line.own_end = true;
                });
            }
            LineChange::Swap { line, to } => {
                let place = self.find(line)?;
                let (period, own_end) = match self.after(place) {
                    Some(line) => (line.period, line.own_end),
                    None => (self.contract.term, false),
                };
                let mut new = self.new_line(to, period)?;
                new.own_end |= own_end;
                self.places.remove(line);
                self.places.insert(new.id.clone(), place);
                self.edit(place, |line| *line = new);
            }
            LineChange::Add { line } => {
                let period = Period::new(self.on, self.contract.term.end())?;
                let new = self.new_line(line, period)?;
                self.places.insert(new.id.clone(), self.pairs.len());
                self.pairs.push(LinePair {
                    contract: self.contract.id.clone(),
                    before: None,
                    after: Some(new),
                });
            }
        }
        Ok(())
    }

    fn find(&self, id: &str) -> Result<usize, AmendmentError> {
        let (contract, line) = (self.contract.id.clone(), id.to_owned());
        match self.places.get(id) {
            Some(place) => Ok(*place),
            None if self.contract.lines.iter().any(|line| line.id == id) => Err(AmendmentError::LineEnded {
                contract,
                line,
                on: self.on,
            }),
            None => Err(AmendmentError::UnknownLine { contract, line }),
        }
    }

    fn after(&self, place: usize) -> Option<&RunningLine> {
        self.pairs.get(place)?.after.as_ref()
    }

    fn edit(&mut self, place: usize, change: impl FnOnce(&mut RunningLine)) {
        if let Some(line) = self.pairs.get_mut(place).and_then(|pair| pair.after.as_mut()) {
            change(line);
        }
    }

    fn new_line(&self, line: &RunningLineDocument, period: Period) -> Result<RunningLine, AmendmentError> {
        let taken = self.contract.lines.iter().any(|other| other.id == line.id);
        if taken || self.places.contains_key(&line.id) {
            return Err(AmendmentError::DuplicateLine {
                contract: self.contract.id.clone(),
                line: line.id.clone(),
            });
        }
        not_negative(&line.id, &line.quantity)?;
        let mut check = Check::new(format!("line `{}`", line.id));
        let new = self.contract.line(&mut check, "line", line, period);
        let new = check.finish(new)?;
        let rest = new.as_ref().and_then(|new| new.rest(self.on));
        rest.ok_or_else(|| AmendmentError::InvalidPeriod {
            what: format!("line `{}`", line.id),
            start: self.on,
            end: new.map_or(self.on, |new| new.period.end()),
        })
    }
}

fn not_negative(line: &str, quantity: &Quantity) -> Result<(), AmendmentError> {
    if quantity.exact().is_negative() {
        return Err(AmendmentError::NegativeQuantity {
            line: line.to_owned(),
            quantity: quantity.to_string(),
        });
    }
    Ok(())
}
