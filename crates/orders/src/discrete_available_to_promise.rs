use l2c_money::Exact;

use crate::OrderError;

/// Available to promise in periods, each with its own figure: what the supply of a period leaves until the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscreteAvailability {
    /// What each supply leaves of the demands up to the next; below zero where it does not last. Zero in a period
    /// without supply.
    pub uncorrected: Vec<Exact>,
    /// The same after every shortage was taken from the supplies before it; what none of them covers stays below zero
    /// in the first period.
    pub corrected: Vec<Exact>,
}

impl DiscreteAvailability {
    /// By what is on hand and, for each period, what comes in and what is promised. The first period has a supply by
    /// what is on hand.
    ///
    /// ```
    /// use l2c_money::Exact;
    /// use l2c_orders::DiscreteAvailability;
    ///
    /// let [none, ten, fifteen] = [0, 10, 15].map(Exact::integer);
    /// let found = DiscreteAvailability::new(&ten, &[none.clone(), ten.clone()], &[none.clone(), fifteen])?;
    /// assert_eq!(found.uncorrected, [ten, Exact::integer(-5)]);
    /// assert_eq!(found.corrected, [Exact::integer(5), none]); // the 15 take 5 of the first
    /// # Ok::<(), l2c_orders::OrderError>(())
    /// ```
    ///
    /// # Errors
    /// [`OrderError::LengthMismatch`]; [`OrderError::InvalidQuantity`] for a quantity below zero.
    pub fn new(on_hand: &Exact, receipts: &[Exact], demands: &[Exact]) -> Result<Self, OrderError> {
        if receipts.len() != demands.len() {
            return Err(OrderError::LengthMismatch {
                receipts: receipts.len(),
                demands: demands.len(),
            });
        }
        OrderError::not_below_zero(|| "on_hand".to_owned(), on_hand)?;
        for (name, quantities) in [("receipts", receipts), ("demands", demands)] {
            for (index, quantity) in quantities.iter().enumerate() {
                OrderError::not_below_zero(|| format!("{name}[{index}]"), quantity)?;
            }
        }
        let mut uncorrected: Vec<Exact> = Vec::with_capacity(receipts.len());
        let mut supplied = 0;
        for (period, (receipt, demand)) in receipts.iter().zip(demands).enumerate() {
            let mut left = Exact::ZERO;
            if period == 0 {
                left = on_hand + receipt;
            } else if !receipt.is_zero() {
                supplied = period;
                left = receipt.clone();
            }
            uncorrected.push(left);
            if let Some(left) = uncorrected.get_mut(supplied) {
                *left -= demand;
            }
        }
        let mut corrected = uncorrected.clone();
        let mut shortage = Exact::ZERO;
        for (period, left) in corrected.iter_mut().enumerate().rev() {
            let supply = period == 0 || receipts.get(period).is_some_and(|receipt| !receipt.is_zero());
            if !supply {
                continue;
            }
            *left += &shortage;
            shortage = Exact::ZERO;
            if left.is_negative() && period > 0 {
                shortage = std::mem::take(left);
            }
        }
        Ok(Self {
            uncorrected,
            corrected,
        })
    }
}
