//! Periods, billing cycles, proration, fiscal months.
