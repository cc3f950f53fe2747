//! The living agreement: terms, items, versions.
