//! Quote versions, approvals, acceptance; stands on pricing.
