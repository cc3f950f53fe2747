//! Crediting, quotas, payout, statements.
