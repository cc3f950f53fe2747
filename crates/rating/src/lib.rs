//! Charge models: from a quantity to an amount.
