use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::LedgerError;
use crate::error::excerpt;

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What an account is for. The rooms post to roles; a [`ChartOfAccounts`](crate::ChartOfAccounts)
        /// says which account of the host a role is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Role {
            $($(#[$doc])* $name,)*
        }

        impl Role {
            /// Every role, in the order of a balance sheet and then of an income statement.
            pub const ALL: [Self; [$($code),*].len()] = [$(Self::$name),*];

            /// The role's name in documents and exports: "contract_liability".
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

roles! {
    /// Money received and not yet moved on.
    Cash = "cash",
    /// An unconditional right to payment: invoiced and not yet paid (ASC 606-10-45-4).
    Receivable = "receivable",
    /// An unconditional right to payment that is not invoiced yet.
    UnbilledReceivable = "unbilled_receivable",
    /// A right to payment that depends on more than time (ASC 606-10-45-3).
    ContractAsset = "contract_asset",
    /// Commissions and other costs of obtaining a contract, carried forward (ASC 340-40-25-1).
    CapitalizedContractCost = "capitalized_contract_cost",
    /// Billed and paid or due, but not yet performed: deferred revenue (ASC 606-10-45-2).
    ContractLiability = "contract_liability",
    /// Money of a customer that is not applied to an invoice.
    CustomerAdvance = "customer_advance",
    /// Between what is invoiced and what the revenue side takes over; zero when both have posted.
    BillingClearing = "billing_clearing",
    /// Tax collected for an authority.
    SalesTaxPayable = "sales_tax_payable",
    /// Commission earned by sellers and not yet paid.
    CommissionPayable = "commission_payable",
    /// Revenue from contracts with customers.
    Revenue = "revenue",
    /// Commission as an expense.
    CommissionExpense = "commission_expense",
    /// Differences of rounding.
    Rounding = "rounding",
    /// Receivables given up.
    WriteOff = "write_off",
    /// Fees that a bank kept back.
    BankCharges = "bank_charges",
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Role {
    type Err = LedgerError;
    fn from_str(code: &str) -> Result<Self, LedgerError> {
        let found = Self::ALL.into_iter().find(|role| role.code() == code);
        found.ok_or_else(|| LedgerError::UnknownRole { value: excerpt(code) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LegalEntity;

    #[test]
    fn roles_and_entities_stand_in_columns() {
        let entity = LegalEntity::new("US01").unwrap();
        assert_eq!(
            format!("[{:<8}] [{entity:>6}]", Role::Cash),
            "[cash    ] [  US01]"
        );
    }
}
