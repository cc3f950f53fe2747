use std::collections::BTreeMap;
use std::fmt;

use l2c_documents::{Check, Faults};
use l2c_money::Exact;
use serde::{Deserialize, Serialize};

use crate::LeadsError;
use crate::document::{Source, ids, listed};

/// The probability of winning: an exact figure from 0 to 1. In serde a string: `"0.4"`, `"1/3"`; shown as
/// "40 %".
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Exact", into = "Exact")]
pub struct Probability(Exact);

impl Probability {
    /// Impossible.
    pub const ZERO: Self = Self(Exact::ZERO);
    /// Certain.
    pub const ONE: Self = Self(Exact::ONE);

    /// From a figure between 0 and 1.
    ///
    /// # Errors
    /// [`LeadsError::ProbabilityOutOfRange`].
    pub fn new(value: Exact) -> Result<Self, LeadsError> {
        if value.is_negative() || value > Exact::ONE {
            let value = value.to_string();
            return Err(LeadsError::ProbabilityOutOfRange { value });
        }
        Ok(Self(value))
    }

    /// From the number before the percent sign, between 0 and 100.
    ///
    /// # Errors
    /// [`LeadsError::ProbabilityOutOfRange`].
    pub fn from_percent(percent: &Exact) -> Result<Self, LeadsError> {
        let fraction = percent.checked_div(&Exact::integer(100))?;
        Self::new(fraction).map_err(|_| LeadsError::ProbabilityOutOfRange {
            value: format!("{percent} %"),
        })
    }

    /// The figure between 0 and 1.
    #[must_use]
    pub const fn value(&self) -> &Exact {
        &self.0
    }

    /// The number before the percent sign, between 0 and 100.
    #[must_use]
    pub fn percent(&self) -> Exact {
        &self.0 * Exact::integer(100)
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} %", self.percent()))
    }
}

impl TryFrom<Exact> for Probability {
    type Error = LeadsError;
    fn try_from(value: Exact) -> Result<Self, LeadsError> {
        Self::new(value)
    }
}

impl From<Probability> for Exact {
    fn from(probability: Probability) -> Self {
        probability.0
    }
}

/// The stages of a sales process as people write them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SalesProcessDocument {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// The stages in order; a new opportunity begins in the first.
    pub stages: Vec<StageEntry>,
}

/// A stage as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StageEntry {
    /// Its id.
    pub id: String,
    /// How often an opportunity in this stage is won: the number before the percent sign, as a string.
    /// Without it the stage says nothing about the probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub win_percent: Option<Exact>,
    /// Whether an opportunity in this stage is won.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub won: bool,
}

/// A stage as an opportunity keeps it: its id, and whether being there means won.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its id.
    pub id: String,
    /// Whether an opportunity in this stage is won.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub won: bool,
}

/// A checked sales process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalesProcess {
    pub(crate) source: Source,
    stages: Vec<(Stage, Option<Probability>)>,
    /// The position of a stage by its id.
    places: BTreeMap<String, usize>,
}

impl SalesProcess {
    /// Checks a document.
    ///
    /// # Errors
    /// All faults: ids that are empty or stand twice, percentages outside 0 to 100.
    pub fn new(document: &SalesProcessDocument) -> Result<Self, Faults> {
        let mut check = Check::new(format!("sales process `{}`", document.id));
        let stages = document.stages.iter().map(|stage| stage.id.as_str());
        let places = ids(&mut check, "stage", "stages", stages);
        let mut stages = Vec::with_capacity(document.stages.len());
        for (index, entry) in document.stages.iter().enumerate() {
            let probability = entry
                .win_percent
                .as_ref()
                .map(Probability::from_percent)
                .transpose();
            let probability = probability.unwrap_or_else(|error| {
                let path = format!("stages[{index}].win_percent");
                check.fault(path, error.code(), error.to_string());
                None
            });
            let (id, won) = (entry.id.clone(), entry.won);
            stages.push((Stage { id, won }, probability));
        }
        check.finish(Self {
            source: Source {
                id: document.id.clone(),
                version: document.version,
            },
            stages,
            places: places
                .into_iter()
                .map(|(id, place)| (id.to_owned(), place))
                .collect(),
        })
    }

    /// The stages in order.
    pub fn stages(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter().map(|(stage, _)| stage)
    }

    /// A stage by its id.
    ///
    /// # Errors
    /// [`LeadsError::UnknownStage`].
    pub fn stage(&self, id: &str) -> Result<&Stage, LeadsError> {
        self.entry(id).map(|(_, stage, _)| stage)
    }

    /// How probable it is that an opportunity in a stage is won, if the stage says so.
    ///
    /// # Errors
    /// [`LeadsError::UnknownStage`].
    pub fn probability(&self, id: &str) -> Result<Option<&Probability>, LeadsError> {
        self.entry(id).map(|(_, _, probability)| probability)
    }

    /// The first stage in which an opportunity is won.
    #[must_use]
    pub fn won_stage(&self) -> Option<&Stage> {
        self.stages().find(|stage| stage.won)
    }

    pub(crate) fn entry(&self, id: &str) -> Result<(usize, &Stage, Option<&Probability>), LeadsError> {
        let place = self.places.get(id).copied();
        let found = place.and_then(|place| Some((place, self.stages.get(place)?)));
        found
            .map(|(place, (stage, probability))| (place, stage, probability.as_ref()))
            .ok_or_else(|| LeadsError::UnknownStage {
                stage: id.to_owned(),
                known: listed(self.stages().map(|stage| stage.id.as_str())),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_stands_in_a_column() {
        let probability = Probability::from_percent(&Exact::integer(40)).unwrap();
        assert_eq!(format!("[{probability:>6}]"), "[  40 %]");
    }
}
