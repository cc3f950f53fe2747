//! What one room passes to the next: plain functions, one file per hand-over.
//!
//! A room knows nothing of its neighbours. Who has a CRM, an order system or a billing of their own writes the
//! hand-over next to it anew, and keeps the rest.

#[cfg(all(feature = "commissions", feature = "contracts", feature = "revenue"))]
mod commissions_to_contract_costs;
#[cfg(all(feature = "contracts", feature = "invoicing"))]
mod contract_to_billing;
#[cfg(all(feature = "commissions", feature = "contracts"))]
mod contract_to_commissions;
#[cfg(all(feature = "contracts", feature = "revenue"))]
mod contract_to_revenue;
// Which of its helpers are in use depends on the hand-overs that the features leave.
#[cfg_attr(not(feature = "default"), allow(dead_code))]
mod error;
#[cfg(all(feature = "invoicing", feature = "receivables"))]
mod invoice_to_open_item;
#[cfg(all(feature = "invoicing", feature = "revenue"))]
mod invoice_to_revenue;
#[cfg(all(feature = "leads", feature = "quotes"))]
mod opportunity_to_quote;
#[cfg(all(feature = "contracts", feature = "orders"))]
mod order_to_contract;
#[cfg(all(feature = "orders", feature = "quotes"))]
mod quote_to_order;

#[cfg(all(feature = "commissions", feature = "contracts", feature = "revenue"))]
pub use commissions_to_contract_costs::commissions_to_contract_costs;
#[cfg(all(feature = "contracts", feature = "invoicing"))]
pub use contract_to_billing::contract_to_billing;
#[cfg(all(feature = "commissions", feature = "contracts"))]
pub use contract_to_commissions::contract_to_commissions;
#[cfg(all(feature = "contracts", feature = "revenue"))]
pub use contract_to_revenue::contract_to_revenue;
pub use error::HandoverError;
#[cfg(all(feature = "invoicing", feature = "receivables"))]
pub use invoice_to_open_item::invoice_to_open_item;
#[cfg(all(feature = "invoicing", feature = "revenue"))]
pub use invoice_to_revenue::invoice_to_revenue;
#[cfg(all(feature = "leads", feature = "quotes"))]
pub use opportunity_to_quote::opportunity_to_quote;
#[cfg(all(feature = "contracts", feature = "orders"))]
pub use order_to_contract::order_to_contract;
#[cfg(all(feature = "orders", feature = "quotes"))]
pub use quote_to_order::quote_to_order;
