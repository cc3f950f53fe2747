use std::collections::BTreeMap;

use l2c_documents::{Check, Fault, Faults};
use serde::{Deserialize, Serialize};

use crate::error::excerpt;
use crate::{LedgerError, LegalEntity, Role};

/// A chart of accounts as a user writes it.
///
/// ```
/// # use l2c_ledger::{ChartDocument, ChartOfAccounts};
/// let document: ChartDocument = serde_json::from_str(
///     r#"{"accounts": [{"role": "receivable", "account": "1200", "name": "Trade receivables"}]}"#,
/// )?;
/// let chart = ChartOfAccounts::new(&document)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(description = "A chart of accounts: which account of the ledger each role is.")
)]
#[serde(deny_unknown_fields)]
pub struct ChartDocument {
    /// The accounts; one with an entity goes before one without.
    pub accounts: Vec<AccountDocument>,
}

/// Which account a role is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountDocument {
    /// The role's name, such as `contract_liability`.
    pub role: String,
    /// The legal entity this holds for; for all that have no account of their own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// The account's number in the host's ledger.
    pub account: String,
    /// The account's name in the host's ledger.
    pub name: String,
}

/// Which account of a host's ledger each role is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartOfAccounts {
    accounts: BTreeMap<(Role, Option<LegalEntity>), Account>,
}

/// An account of a host's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Its number.
    pub code: String,
    /// Its name.
    pub name: String,
}

impl ChartOfAccounts {
    /// Checks a document.
    ///
    /// # Errors
    /// Every fault: unknown roles, entities that are none, empty numbers
    /// and names, and roles that have two accounts for one entity.
    pub fn new(document: &ChartDocument) -> Result<Self, Faults> {
        let mut check = Check::new("chart of accounts");
        let mut accounts = BTreeMap::new();
        let mut places: BTreeMap<(Role, Option<LegalEntity>), usize> = BTreeMap::new();
        for (index, row) in document.accounts.iter().enumerate() {
            let fault = |field: &str, code: &'static str, found: &str, expected: &str| {
                let path = format!("accounts[{index}].{field}");
                Fault::new(path, code, format!("`{}`; expected {expected}", excerpt(found)))
            };
            let role: Option<Role> = row.role.parse().ok();
            if role.is_none() {
                let roles = Role::ALL.map(Role::code);
                let expected = format!("one of {}", roles.join(", "));
                check.extend([fault("role", "unknown_role", &row.role, &expected).among(roles)]);
            }
            let entity = row.entity.as_deref().map(LegalEntity::new).transpose().ok();
            if entity.is_none() {
                let found = row.entity.as_deref().unwrap_or_default();
                let expected = "1 to 20 ASCII letters, digits, `-`, `_` or `.`";
                check.extend([fault("entity", "invalid_entity", found, expected)]);
            }
            for (field, text) in [("account", &row.account), ("name", &row.name)] {
                if text.trim().is_empty() {
                    check.extend([fault(field, "invalid_text", text, "a text that is not empty")]);
                }
            }
            let (Some(role), Some(entity)) = (role, entity) else {
                continue;
            };
            if let Some(first) = places.get(&(role, entity)) {
                let expected = format!("one account per role and entity; accounts[{first}] has it already");
                check.extend([fault("role", "duplicate_role", &row.role, &expected)]);
                continue;
            }
            places.insert((role, entity), index);
            let account = Account {
                code: row.account.trim().to_owned(),
                name: row.name.trim().to_owned(),
            };
            accounts.insert((role, entity), account);
        }
        check.finish(Self { accounts })
    }

    /// The account of a role for an entity: its own, else the one for all.
    ///
    /// # Errors
    /// [`LedgerError::NoAccount`] if the chart has neither.
    pub fn account(&self, entity: LegalEntity, role: Role) -> Result<&Account, LedgerError> {
        let own = self.accounts.get(&(role, Some(entity)));
        own.or_else(|| self.accounts.get(&(role, None)))
            .ok_or(LedgerError::NoAccount { entity, role })
    }
}
