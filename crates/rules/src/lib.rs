//! Predicates over named facts: a small closed expression tree.
