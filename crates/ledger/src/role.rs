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
    // Assets.
    /// Money received and not yet moved on.
    Cash = "cash",
    /// An unconditional right to payment: invoiced and not yet paid (ASC 606-10-45-4, IFRS 15.108).
    Receivable = "receivable",
    /// An unconditional right to payment that is not invoiced yet (ASC 606-10-45-4, IFRS 15.108).
    UnbilledReceivable = "unbilled_receivable",
    /// A right to payment that depends on more than time (ASC 606-10-45-3, IFRS 15.107).
    ContractAsset = "contract_asset",
    /// Goods held for sale (ASC 330, IAS 2).
    Inventory = "inventory",
    /// The right to take back goods from a customer who returns them (ASC 606-10-55-27, IFRS 15.B25).
    ReturnAsset = "return_asset",
    /// Paid or promised to a customer and not yet taken off revenue (ASC 606-10-32-25, IFRS 15.70).
    CustomerIncentiveAsset = "customer_incentive_asset",
    /// Commissions and other incremental costs of obtaining a contract, carried forward (ASC 340-40-25-1,
    /// IFRS 15.91).
    CostToObtainAsset = "cost_to_obtain_asset",
    /// Costs of fulfilling a contract that no other standard covers, carried forward (ASC 340-40-25-5, IFRS 15.95).
    CostToFulfilAsset = "cost_to_fulfil_asset",
    /// Property, plant and equipment (ASC 360, IAS 16).
    PropertyPlantEquipment = "property_plant_equipment",
    /// Intangible assets, among them software (ASC 350, ASC 985-20, IAS 38).
    IntangibleAsset = "intangible_asset",
    // Liabilities.
    /// Billed and paid or due, but not yet performed: deferred revenue (ASC 606-10-45-2, IFRS 15.106).
    ContractLiability = "contract_liability",
    /// Money of a customer that is not applied to an invoice.
    CustomerAdvance = "customer_advance",
    /// Received or due and expected to be paid back: returns, rebates (ASC 606-10-32-10, IFRS 15.55).
    RefundLiability = "refund_liability",
    /// Received before there is a contract (ASC 606-10-25-8, IFRS 15.16).
    DepositLiability = "deposit_liability",
    /// Promised to a customer as a part of the bargain and not yet paid (ASC 606-10-32-25, IFRS 15.70).
    ConsiderationPayableToCustomer = "consideration_payable_to_customer",
    /// Received for rights that customers did not use, owed to a state (ASC 606-10-55-49, IFRS 15.B47).
    EscheatPayable = "escheat_payable",
    /// Received as a loan: a sale that is a financing in substance (ASC 606-10-55-70, IFRS 15.B68).
    FinancialLiability = "financial_liability",
    /// Received as rent and not yet earned: a sale that is a lease in substance (ASC 842, IFRS 16).
    DeferredLeaseIncome = "deferred_lease_income",
    /// Between what is invoiced and what the revenue side takes over; zero when both have posted.
    BillingClearing = "billing_clearing",
    /// Between what the purchasing or payroll side books as cost and what the revenue side takes over; zero when
    /// both have posted.
    CostClearing = "cost_clearing",
    /// Tax collected for an authority.
    SalesTaxPayable = "sales_tax_payable",
    /// Owed to the supplier for whom goods or services are sold as an agent (ASC 606-10-55-38, IFRS 15.B36).
    PayableToSupplier = "payable_to_supplier",
    /// Commission earned by sellers and not yet paid.
    CommissionPayable = "commission_payable",
    /// Expected cost of assurance warranties (ASC 460-10, IAS 37).
    WarrantyProvision = "warranty_provision",
    /// Expected loss on an onerous contract (ASC 605-35-25-45, IAS 37.66).
    LossProvision = "loss_provision",
    // Income.
    /// Revenue from contracts with customers.
    Revenue = "revenue",
    /// Rent of a sale that is a lease in substance (ASC 842, IFRS 16).
    LeaseIncome = "lease_income",
    /// Interest earned by granting a customer time to pay (ASC 606-10-32-20, IFRS 15.65).
    InterestIncome = "interest_income",
    /// Gains of translating currencies (ASC 830-20, IAS 21).
    FxGain = "fx_gain",
    // Expenses.
    /// The cost of the goods and services transferred.
    CostOfRevenue = "cost_of_revenue",
    /// Capitalised contract costs carried to the income statement as the goods or services transfer
    /// (ASC 340-40-35-1, IFRS 15.99).
    ContractCostAmortisation = "contract_cost_amortisation",
    /// Capitalised contract costs that will not be recovered (ASC 340-40-35-3, IFRS 15.101).
    ContractCostImpairment = "contract_cost_impairment",
    /// Commission as an expense.
    CommissionExpense = "commission_expense",
    /// Cost of assurance warranties (ASC 460-10, IAS 37).
    WarrantyExpense = "warranty_expense",
    /// Expected losses on onerous contracts (ASC 605-35-25-45, IAS 37.66).
    LossExpense = "loss_expense",
    /// Expected credit losses on receivables and contract assets (ASC 326-20, IFRS 9.5.5).
    CreditLossExpense = "credit_loss_expense",
    /// Any other expense.
    Expense = "expense",
    /// Differences of rounding.
    Rounding = "rounding",
    /// Receivables given up.
    WriteOff = "write_off",
    /// Fees that a bank kept back.
    BankCharges = "bank_charges",
    /// Interest borne for being paid in advance (ASC 606-10-32-20, IFRS 15.65).
    InterestExpense = "interest_expense",
    /// Losses of translating currencies (ASC 830-20, IAS 21).
    FxLoss = "fx_loss",
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
