use l2c_money::Exact;
use serde::{Deserialize, Serialize};

use crate::LeadsError;

/// The score that qualifies a lead (`up`), and the score below which a qualified one is recycled (`down`).
///
/// `down` is at most `up`: between them a lead stays what it is, so that a score that wavers does not move a
/// lead to and fro.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "ThresholdsDocument", into = "ThresholdsDocument")]
pub struct Thresholds {
    up: Exact,
    down: Exact,
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct ThresholdsDocument {
    up: Exact,
    down: Exact,
}

impl Thresholds {
    /// Qualified from `up` on, recycled below `down`.
    ///
    /// # Errors
    /// [`LeadsError::InvalidThresholds`] if `down` lies above `up`.
    pub fn new(up: Exact, down: Exact) -> Result<Self, LeadsError> {
        if down > up {
            let (up, down) = (up.to_string(), down.to_string());
            return Err(LeadsError::InvalidThresholds { up, down });
        }
        Ok(Self { up, down })
    }

    /// The score that qualifies.
    #[must_use]
    pub const fn up(&self) -> &Exact {
        &self.up
    }

    /// The score below which a qualified lead is recycled.
    #[must_use]
    pub const fn down(&self) -> &Exact {
        &self.down
    }
}

impl TryFrom<ThresholdsDocument> for Thresholds {
    type Error = LeadsError;
    fn try_from(document: ThresholdsDocument) -> Result<Self, LeadsError> {
        Self::new(document.up, document.down)
    }
}

impl From<Thresholds> for ThresholdsDocument {
    fn from(thresholds: Thresholds) -> Self {
        Self {
            up: thresholds.up,
            down: thresholds.down,
        }
    }
}
