//! Kinds of the orders page.

mod supply;

pub(crate) use supply::{allocation, credit_check, delivery_dates, discrete_atp, promise};
