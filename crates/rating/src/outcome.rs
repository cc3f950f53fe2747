use l2c_explain::Figure;
use l2c_money::Exact;

/// A part of a rated amount: what a tier, a tier of blocks or an event contributes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// What it is the part of.
    pub of: PartOf,
    /// Its amount, with its fee; not rounded.
    pub amount: Exact,
    /// What the maximum takes off it, where the charge has one and does not round: the room below the maximum is
    /// given to the parts in order.
    pub discount: Option<Exact>,
}

/// What a part of a rated amount is the part of. Tiers are numbered from 1; overage is one above the last.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartOf {
    /// A tier of a graduated charge.
    Tier {
        /// Its number.
        tier: usize,
        /// The units inside it; for a window those that it gained.
        units: Exact,
    },
    /// A tier of a block charge.
    Blocks {
        /// Its number.
        tier: usize,
        /// The units inside it.
        units: Exact,
        /// The whole blocks that hold them.
        blocks: Exact,
    },
    /// An event of a percentage charge, in order.
    Event {
        /// The amount that the percentage is taken of.
        base: Exact,
        /// The fee, zero where it is waived.
        fee: Exact,
    },
}

impl Part {
    pub(crate) const fn new(of: PartOf, amount: Exact) -> Self {
        Self {
            of,
            amount,
            discount: None,
        }
    }
}

/// What a model makes of a quantity, before rounding and commitments.
pub(crate) struct Outcome<M> {
    pub(crate) amount: Figure<M>,
    pub(crate) tier: Option<usize>,
    pub(crate) unit_price: Option<Exact>,
    pub(crate) packages: Option<Exact>,
    pub(crate) parts: Vec<Part>,
}

impl<M> Outcome<M> {
    pub(crate) const fn of(amount: Figure<M>) -> Self {
        Self {
            amount,
            tier: None,
            unit_price: None,
            packages: None,
            parts: Vec::new(),
        }
    }
}

/// What each tier gained from one quantity to the next: tiers with gained units alone.
pub(crate) fn gained(before: &[Part], after: Vec<Part>) -> Vec<Part> {
    let mut earlier = before.iter().peekable();
    let mut parts = Vec::new();
    for Part { of, amount, .. } in after {
        let PartOf::Tier { tier, units } = of else {
            continue;
        };
        let same = |part: &&Part| matches!(&part.of, PartOf::Tier { tier: other, .. } if *other == tier);
        let (mut units, mut amount) = (units, amount);
        if let Some(Part {
            of: PartOf::Tier { units: had, .. },
            amount: paid,
            ..
        }) = earlier.next_if(|part| same(part))
        {
            units -= had;
            amount -= paid;
        }
        if units.is_positive() {
            parts.push(Part::new(PartOf::Tier { tier, units }, amount));
        }
    }
    parts
}
