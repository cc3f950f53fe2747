use l2c_documents::{Check, Faults};
use l2c_explain::Citation;
use l2c_money::{Rounding, RoundingPolicy};
use serde::{Deserialize, Serialize};

/// Over which amounts tax is computed and rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TaxBasis {
    /// Once for the sum of the lines of a rate (EN 16931 BR-CO-17).
    #[default]
    PerRate,
    /// For each line; the tax of a rate is the sum. Allowed where local law asks for it; its difference to
    /// `per_rate` stays within the slack that EN 16931 validators leave (BR-S-09).
    PerLine,
}

/// By what a partial service period is weighed against the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Proportion {
    /// Whole billing periods weigh the same; a cut one by its days over the days of the whole one.
    #[default]
    Months,
    /// Every period weighs its days.
    Days,
}

/// The conventions of billing that change cents, as a document with a name and a version.
///
/// It is stored with every invoice that was computed by it, so that an upgrade never changes a figure.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "BillingPolicyDocument", into = "BillingPolicyDocument")]
pub struct BillingPolicy(BillingPolicyDocument);

/// The conventions of billing as written; every field but the first two has the default of EN 16931.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BillingPolicyDocument {
    /// The name.
    pub id: String,
    /// The version; it rises with every change.
    pub version: u32,
    /// How line amounts, taxes and parts of an item are rounded to the minor unit. It must be symmetric in the
    /// sign, so that a credit mirrors its invoice: all modes but `ceiling` and `floor`.
    #[serde(default)]
    pub rounding: Rounding,
    /// Over which amounts tax is computed and rounded.
    #[serde(default)]
    pub tax_basis: TaxBasis,
    /// By what a partial service period is weighed.
    #[serde(default)]
    pub proportion: Proportion,
}

impl BillingPolicy {
    /// The policy of EN 16931: ties away from zero, tax once for each rate, whole periods weigh the same.
    #[must_use]
    pub fn en16931() -> Self {
        Self(BillingPolicyDocument {
            id: "en16931".to_owned(),
            version: 1,
            rounding: Rounding::HalfUp,
            tax_basis: TaxBasis::PerRate,
            proportion: Proportion::Months,
        })
    }

    /// A checked policy.
    ///
    /// # Errors
    /// An empty id, and a rounding mode that is not symmetric in the sign.
    pub fn new(document: BillingPolicyDocument) -> Result<Self, Faults> {
        let mut check = Check::new(format!("billing policy `{}`", document.id));
        if document.id.trim().is_empty() {
            check.fault("id", "invalid_text", "is empty: name the policy");
        }
        if matches!(document.rounding, Rounding::Ceiling | Rounding::Floor) {
            check.fault(
                "rounding",
                "asymmetric_rounding",
                "is not symmetric in the sign: use half_up, half_even, half_down, up or down",
            );
        }
        check.finish(Self(document))
    }

    /// The policy as written.
    #[must_use]
    pub const fn document(&self) -> &BillingPolicyDocument {
        &self.0
    }

    pub(crate) fn citation(&self, field: &str) -> Citation {
        Citation::document(&self.0.id, self.0.version, field)
    }

    pub(crate) const fn rounding(&self) -> RoundingPolicy {
        RoundingPolicy::minor_unit(self.0.rounding)
    }
}

impl TryFrom<BillingPolicyDocument> for BillingPolicy {
    type Error = Faults;
    fn try_from(document: BillingPolicyDocument) -> Result<Self, Faults> {
        Self::new(document)
    }
}

impl From<BillingPolicy> for BillingPolicyDocument {
    fn from(policy: BillingPolicy) -> Self {
        policy.0
    }
}
