//! Kinds of the orders page.

mod amounts;
mod lifecycle;
mod status;
mod supply;

pub(crate) use amounts::{exchange, split};
pub(crate) use lifecycle::state_machine;
pub(crate) use status::{item_rollup, order_status};
pub(crate) use supply::{allocation, credit_check, delivery_dates, discrete_atp, promise};
