//! Workloads as loops by hand: no check, no error, one scale, one rounding, one calendar. What a library may cost is
//! measured against them.

pub mod pricing;
pub mod revenue;
