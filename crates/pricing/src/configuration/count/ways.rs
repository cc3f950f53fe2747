use l2c_money::Exact;

/// How many ways there are: a whole number of any size, quick while it is small.
#[derive(Clone)]
pub(super) enum Ways {
    Few(u128),
    Many(Exact),
}

impl Ways {
    pub(super) const ZERO: Self = Self::Few(0);
    pub(super) const ONE: Self = Self::Few(1);

    pub(super) const fn of(count: usize) -> Self {
        Self::Few(count as u128)
    }

    pub(super) const fn is_zero(&self) -> bool {
        matches!(self, Self::Few(0))
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        if let (Self::Few(one), Self::Few(other)) = (self, other)
            && let Some(sum) = one.checked_add(*other)
        {
            return Self::Few(sum);
        }
        Self::Many(self.exact() + other.exact())
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::ZERO;
        }
        if let (Self::Few(one), Self::Few(other)) = (self, other)
            && let Some(product) = one.checked_mul(*other)
        {
            return Self::Few(product);
        }
        Self::Many(self.exact() * other.exact())
    }

    pub(super) fn exact(&self) -> Exact {
        let half = |bits: u128| Exact::from(u64::try_from(bits & u128::from(u64::MAX)).unwrap_or(u64::MAX));
        match self {
            Self::Few(count) => {
                let high = half(count >> 64);
                if high.is_zero() {
                    return half(*count);
                }
                high * (Exact::from(u64::MAX) + Exact::ONE) + half(*count)
            }
            Self::Many(count) => count.clone(),
        }
    }
}
