use l2c_explain::{Figure, Note, Recorder};
use l2c_money::{Currency, Exact};

/// On which side of zero a line stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side {
    pub(crate) currency: Currency,
    /// Whether amounts are taken with the other sign.
    pub(crate) turned: bool,
    /// Whether a figure below zero is treated as the mirror of one above.
    pub(crate) mirrored: bool,
}

impl Side {
    /// Where nothing is left, the sign of the quantity says which side it was.
    pub(crate) fn below_zero(self, figure: &Exact) -> bool {
        figure.is_negative() || (figure.is_zero() && self.turned)
    }

    /// A discount never turns a figure round, on neither side of zero: what exceeds the figure is cut.
    pub(crate) fn cut<R: Recorder>(
        self,
        rec: &mut R,
        running: &Figure<R::Mark>,
        amount: &Figure<R::Mark>,
        label: &str,
    ) -> Figure<R::Mark> {
        let note = || Note::new(format!("{label}, at most what is left")).money(self.currency);
        let below_zero = self.below_zero(&running.value);
        if !below_zero && amount.value > running.value {
            return rec.minimum(&[amount, running], note);
        }
        if below_zero && self.mirrored && amount.value < running.value {
            return rec.maximum(&[amount, running], note);
        }
        amount.clone()
    }
}
