//! The ports of l2c-host on one embedded SQLite file.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod append;
mod error;
mod read;
mod schema;
mod store;

pub use crate::store::{Durability, OpenOptions, SqliteStore};
