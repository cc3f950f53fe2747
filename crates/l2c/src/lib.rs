//! Lead to cash.
