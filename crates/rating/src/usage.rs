use std::collections::BTreeMap;

use l2c_money::Exact;

/// What was used in a window of a period, and what the period was charged before.
///
/// ```
/// # use l2c_money::Exact;
/// # use l2c_rating::Usage;
/// let whole_period = Usage::of(Exact::integer(130));
/// // 30 more after 100, with 95.00 billed and more to come
/// let window = Usage::window(Exact::integer(100), Exact::integer(30)).billed(Exact::integer(95)).not_last();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// What was measured.
    pub measured: Measured,
    /// What earlier windows of the period were charged; it counts against minimum and maximum.
    pub already_billed: Exact,
    /// Whether this is the last window of the period, in which the minimum is trued up.
    pub last: bool,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Measured {
    /// A quantity of the one unit that the charge prices.
    Quantity {
        /// The quantity of the window; zero or above.
        quantity: Exact,
        /// What the period had before this window; `None` if this is the whole period.
        previous: Option<Exact>,
    },
    /// The amounts of events in order of time, for a percentage charge.
    Events(Vec<Exact>),
    /// Quantities by the name of their unit of measure, for a capacity charge.
    Quantities(BTreeMap<String, Exact>),
}

impl Usage {
    const fn whole(measured: Measured) -> Self {
        Self {
            measured,
            already_billed: Exact::ZERO,
            last: true,
        }
    }

    /// The quantity of a whole period.
    #[must_use]
    pub const fn of(quantity: Exact) -> Self {
        Self::whole(Measured::Quantity {
            quantity,
            previous: None,
        })
    }

    /// The quantity of a window, after what the period had before; the last window unless said otherwise.
    #[must_use]
    pub const fn window(previous: Exact, quantity: Exact) -> Self {
        Self::whole(Measured::Quantity {
            quantity,
            previous: Some(previous),
        })
    }

    /// The amounts of events, in order of time.
    #[must_use]
    pub const fn events(events: Vec<Exact>) -> Self {
        Self::whole(Measured::Events(events))
    }

    /// Quantities by the name of their unit of measure.
    #[must_use]
    pub const fn quantities(quantities: BTreeMap<String, Exact>) -> Self {
        Self::whole(Measured::Quantities(quantities))
    }

    /// With what earlier windows of the period were charged.
    #[must_use]
    pub fn billed(mut self, already_billed: Exact) -> Self {
        self.already_billed = already_billed;
        self
    }

    /// More windows of the period follow: the minimum is not yet due.
    #[must_use]
    pub fn not_last(mut self) -> Self {
        self.last = false;
        self
    }
}
