use std::collections::BTreeMap;

use l2c_calendar::Quarter;
use l2c_documents::{Fault, Faults};
use l2c_explain::{Citation, Measure};
use l2c_host::PartyId;
use l2c_money::{Currency, Decimal, Money, Percent};
use l2c_rating::{Charge, Legend, MAX_TIERS, ModelDocument, TierDocument, Words};

use crate::{
    CommissionError, ComponentDocument, CreditKind, PlanDocument, PlanId, PlanVersionDocument, QuotaAmount,
    QuotaDocument, RateDocument,
};

const MAX_COMPONENTS: usize = 100;
const MAX_COMPONENT_ID: usize = 40;
const MAX_LAG_MONTHS: u32 = 120;

/// A checked commission plan.
///
/// Its versions do not overlap; every rate table reaches from zero without end, so that any attainment pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    id: PlanId,
    currency: Currency,
    versions: Vec<Version>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) number: u32,
    from: Quarter,
    through: Option<Quarter>,
    pub(crate) payment_lag_months: u32,
    pub(crate) components: Vec<Component>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Component {
    pub(crate) id: String,
    pub(crate) credits: CreditKind,
    pub(crate) parts: Option<Vec<String>>,
    pub(crate) quota: Option<Quota>,
    /// Over attainment where there is a quota, else over the credited amount.
    pub(crate) rates: Charge,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quota {
    common: Option<Money>,
    payees: BTreeMap<PartyId, Money>,
}

impl Quota {
    /// The quota of a payee and where it stands in its component.
    pub(crate) fn of(&self, payee: &PartyId) -> Option<(Money, String)> {
        let own = self
            .payees
            .get(payee)
            .map(|amount| (*amount, format!("quota.payees.{payee}")));
        own.or_else(|| self.common.map(|amount| (amount, "quota.amount".to_owned())))
    }
}

impl Plan {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault: no version, versions that do not rise or overlap;
    /// component ids that are malformed or double; quotas that are not above zero; rate tables whose steps do
    /// not rise, that end, or that have steps without a quota.
    pub fn new(document: &PlanDocument) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        if document.versions.is_empty() {
            faults.push(Fault::new(
                "versions",
                "no_versions",
                "there is no version: write at least one",
            ));
        }
        let mut versions: Vec<Version> = Vec::new();
        for (index, version) in document.versions.iter().enumerate() {
            let path = format!("versions[{index}]");
            if let Some(before) = versions.last_mut() {
                follow(before, version, &path, &mut faults);
            }
            versions.push(Version::new(version, document.currency, &path, &mut faults));
        }
        let plan = Self {
            id: document.id.clone(),
            currency: document.currency,
            versions,
        };
        Faults::of(format!("plan {}", plan.id), faults).map_or(Ok(plan), Err)
    }

    /// The plan's id.
    #[must_use]
    pub const fn id(&self) -> &PlanId {
        &self.id
    }

    /// The currency of quotas, credits and commissions.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The number of the version in force in a quarter.
    ///
    /// # Errors
    /// [`CommissionError::NoVersion`].
    pub fn version_number(&self, quarter: Quarter) -> Result<u32, CommissionError> {
        self.version(quarter).map(|version| version.number)
    }

    /// A payee's quota of a quarter for a component; `None` for a component without quotas.
    ///
    /// # Errors
    /// [`CommissionError::NoVersion`]; [`CommissionError::NoQuota`] if the component has quotas, but none for
    /// this payee.
    pub fn quota(
        &self,
        component: &str,
        payee: &PartyId,
        quarter: Quarter,
    ) -> Result<Option<Money>, CommissionError> {
        let version = self.version(quarter)?;
        let quota = version
            .component(component)
            .and_then(|component| component.quota.as_ref());
        let Some(quota) = quota else { return Ok(None) };
        let found = quota.of(payee).map(|(amount, _)| Some(amount));
        found.ok_or_else(|| CommissionError::NoQuota {
            component: component.to_owned(),
            quarter,
            payee: payee.clone(),
        })
    }

    pub(crate) fn version(&self, quarter: Quarter) -> Result<&Version, CommissionError> {
        let in_force = |v: &&Version| v.from <= quarter && v.through.is_none_or(|through| quarter <= through);
        let found = self.versions.iter().find(in_force);
        found.ok_or_else(|| CommissionError::NoVersion {
            plan: self.id.clone(),
            quarter,
        })
    }

    /// The place of something in a version of this plan, for derivations.
    pub(crate) fn cite(&self, version: &Version, path: &str) -> Citation {
        Citation::document(self.id.as_str(), version.number, path)
    }
}

/// A version follows on the one before: higher number, later quarters. One without end ends where the next begins.
fn follow(before: &mut Version, version: &PlanVersionDocument, path: &str, faults: &mut Vec<Fault>) {
    if version.version <= before.number {
        let message = format!(
            "{} is not above {}, the version before",
            version.version, before.number
        );
        faults.push(Fault::new(
            format!("{path}.version"),
            "version_not_higher",
            message,
        ));
    }
    if version.from <= before.from {
        let message = format!(
            "{} is not after {}, where the version before begins",
            version.from, before.from
        );
        faults.push(Fault::new(format!("{path}.from"), "versions_overlap", message));
    } else if let Some(through) = before.through.filter(|through| version.from <= *through) {
        let message = format!(
            "{} is not after {through}, where the version before ends",
            version.from
        );
        faults.push(Fault::new(format!("{path}.from"), "versions_overlap", message));
    } else if before.through.is_none() {
        before.through = version.from.previous().ok();
    }
}

impl Version {
    fn new(document: &PlanVersionDocument, currency: Currency, path: &str, faults: &mut Vec<Fault>) -> Self {
        let mut fault = |field: &str, code: &'static str, message: String| {
            faults.push(Fault::new(format!("{path}.{field}"), code, message));
        };
        if let Some(through) = document.through.filter(|through| *through < document.from) {
            fault(
                "through",
                "reversed_validity",
                format!("{through} is before {}, the first quarter", document.from),
            );
        }
        if document.payment_lag_months > MAX_LAG_MONTHS {
            let found = document.payment_lag_months;
            fault(
                "payment_lag_months",
                "lag_too_long",
                format!("{found} months are more than {MAX_LAG_MONTHS}"),
            );
        }
        let count = document.components.len();
        if count == 0 {
            fault(
                "components",
                "no_components",
                "there is no component: write at least one".to_owned(),
            );
        }
        if count > MAX_COMPONENTS {
            fault(
                "components",
                "too_many",
                format!("{count} components are more than {MAX_COMPONENTS}"),
            );
        }
        let mut components: Vec<Component> = Vec::new();
        for (index, component) in document.components.iter().take(MAX_COMPONENTS).enumerate() {
            let path = format!("{path}.components[{index}]");
            if document
                .components
                .iter()
                .take(index)
                .any(|other| other.id == component.id)
            {
                let message = format!("`{}` is the id of an earlier component", component.id);
                faults.push(Fault::new(format!("{path}.id"), "duplicate_id", message));
            }
            let (found, checked) = Component::new(component, currency);
            faults.extend(found.into_iter().map(|fault| fault.under(&path)));
            components.extend(checked);
        }
        Self {
            number: document.version,
            from: document.from,
            through: document.through,
            payment_lag_months: document.payment_lag_months,
            components,
        }
    }

    pub(crate) fn component(&self, id: &str) -> Option<&Component> {
        self.components.iter().find(|component| component.id == id)
    }

    /// Where a component stands in the version.
    pub(crate) fn path(&self, id: &str) -> String {
        let index = self
            .components
            .iter()
            .position(|component| component.id == id)
            .unwrap_or_default();
        format!("components[{index}]")
    }
}

impl Component {
    fn new(document: &ComponentDocument, currency: Currency) -> (Vec<Fault>, Option<Self>) {
        let mut faults = Vec::new();
        let key = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let id = &document.id;
        if id.is_empty() || id.len() > MAX_COMPONENT_ID || !id.bytes().all(key) {
            let message = format!("write 1 to {MAX_COMPONENT_ID} characters out of A-Z a-z 0-9 - _");
            faults.push(Fault::new("id", "invalid_text", message));
        }
        for (index, part) in document.parts.iter().flatten().enumerate() {
            if document
                .parts
                .iter()
                .flatten()
                .take(index)
                .any(|other| other == part)
            {
                faults.push(Fault::new(
                    format!("parts[{index}]"),
                    "duplicate_id",
                    format!("`{part}` is there twice"),
                ));
            }
        }
        if document.parts.as_ref().is_some_and(Vec::is_empty) {
            faults.push(Fault::new(
                "parts",
                "no_parts",
                "no part counts: name one, or leave `parts` out to count all",
            ));
        }
        let quota = document
            .quota
            .as_ref()
            .map(|quota| Quota::new(quota, currency, &mut faults));
        let rates = rate_table(&document.rates, quota.is_some(), currency, &mut faults);
        let checked = rates.map(|rates| Self {
            id: document.id.clone(),
            credits: document.credits,
            parts: document.parts.clone(),
            quota,
            rates,
        });
        (faults, checked)
    }

    /// How the rate table stands in a derivation.
    pub(crate) fn legend<'a>(&self, cite: &'a dyn Fn(&str) -> Citation, currency: Currency) -> Legend<'a> {
        let (quantity, within, total) = if self.quota.is_some() {
            (
                Measure::Percent,
                "attainment within",
                "commission in percent of quota",
            )
        } else {
            (Measure::Money(currency), "credits within", "commission")
        };
        let words = Words {
            tier: "step",
            within,
            total,
        };
        Legend {
            quantity,
            cite,
            words,
        }
    }
}

impl Quota {
    fn new(document: &QuotaDocument, currency: Currency, faults: &mut Vec<Fault>) -> Self {
        let mut checked = |path: String, amount: Decimal| match Money::new(amount, currency) {
            Ok(amount) if amount.is_positive() => Some(amount),
            Ok(_) => {
                faults.push(Fault::new(
                    path,
                    "quota_not_positive",
                    format!("{amount} is not above zero"),
                ));
                None
            }
            Err(error) => {
                faults.push(Fault::new(path, error.code(), error.to_string()));
                None
            }
        };
        let common = document
            .amount
            .and_then(|QuotaAmount(amount)| checked("quota.amount".to_owned(), amount));
        let own = |(payee, QuotaAmount(amount)): (&PartyId, &QuotaAmount)| {
            checked(format!("quota.payees.{payee}"), *amount).map(|amount| (payee.clone(), amount))
        };
        let payees = document.payees.iter().filter_map(own).collect();
        if document.amount.is_none() && document.payees.is_empty() {
            faults.push(Fault::new(
                "quota",
                "no_quota",
                "there is no quota: give an `amount`, or quotas of `payees`",
            ));
        }
        Self { common, payees }
    }
}

/// A rate table is a graduated charge. Over attainment: a step up to 50 % ends at 0.5.
fn rate_table(
    rates: &[RateDocument],
    has_quota: bool,
    currency: Currency,
    faults: &mut Vec<Fault>,
) -> Option<Charge> {
    let found = faults.len();
    if !has_quota && rates.len() > 1 {
        let message = "steps are by attainment: give a `quota`, or one rate without `up_to_percent`";
        faults.push(Fault::new("rates", "steps_without_quota", message));
    }
    if rates.is_empty() {
        faults.push(Fault::new(
            "rates",
            "no_tiers",
            "there is no rate: write at least one",
        ));
    }
    if rates.len() > MAX_TIERS {
        faults.push(Fault::new(
            "rates",
            "too_many",
            format!("{} steps are more than {MAX_TIERS}", rates.len()),
        ));
    }
    let last = rates.len().saturating_sub(1);
    let mut above = Percent::ZERO;
    for (index, rate) in rates.iter().take(MAX_TIERS).enumerate() {
        let message = match rate.up_to_percent {
            Some(_) if index == last => {
                "the last step has no end: what lies above it would earn nothing".to_owned()
            }
            Some(up_to) if up_to <= above => format!("{up_to} is not above {above}, where the step starts"),
            None if index < last => "missing: only the last step has no end".to_owned(),
            _ => String::new(),
        };
        if !message.is_empty() {
            faults.push(Fault::new(
                format!("rates[{index}].up_to_percent"),
                "tiers_not_ascending",
                message,
            ));
        }
        above = rate.up_to_percent.map_or(above, |up_to| up_to.max(above));
    }
    if faults.len() > found {
        return None;
    }
    let tier = |rate: &RateDocument| TierDocument {
        up_to: rate.up_to_percent.map(as_fraction),
        rate_percent: Some(rate.rate_percent),
        ..TierDocument::default()
    };
    let tiers: Vec<TierDocument> = rates.iter().map(tier).collect();
    let model = ModelDocument::Graduated(tiers.into());
    match Charge::new(&model.into(), currency) {
        Ok(charge) => Some(charge),
        Err(found) => {
            faults.extend(
                found
                    .into_iter()
                    .map(|fault| Fault::new(rates_path(&fault.path), fault.code, fault.message)),
            );
            None
        }
    }
}

fn as_fraction(percent: Percent) -> Decimal {
    // A percentage has at most 12 decimals and 9 digits before them, so two more fit.
    percent
        .fraction()
        .to_decimal()
        .unwrap_or_else(|_| percent.value())
}

/// A path of the charge in the words of the plan.
pub(crate) fn rates_path(path: &str) -> String {
    path.replacen("tiers", "rates", 1)
        .replace(".up_to", ".up_to_percent")
}
