//! Price books and the price waterfall.
