use std::collections::{BTreeMap, BTreeSet};

use l2c_money::{AllocationPolicy, Exact, Money, ZeroWeights};
use serde::{Deserialize, Serialize};

use crate::{LineAmounts, OrderAmounts, OrderError};

/// A part of an order that is to be split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitPart {
    /// Its id, unique among the parts.
    pub part: String,
    /// What it takes of each line; above zero.
    pub lines: Vec<LineQuantity>,
}

/// Some units of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineQuantity {
    /// The line.
    pub line: String,
    /// How much of it.
    pub quantity: Exact,
}

/// Which amounts of a line are split cumulatively; the third follows from `net = gross - discount`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitBy {
    /// Gross, net and tax; the discount follows. A split and a part invoice then have the same cents.
    #[default]
    Net,
    /// Gross, discount and tax; the net follows.
    Discount,
}

/// A part of an order with its amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPart {
    /// Its id.
    pub part: String,
    /// Its lines with their amounts.
    pub lines: Vec<LineAmounts>,
    /// The sum of the nets.
    pub net: Money,
    /// The sum of the taxes.
    pub tax: Money,
    /// Its share of the shipping charge.
    pub shipping: Money,
    /// Net, tax and shipping.
    pub total: Money,
}

impl OrderAmounts {
    /// Splits an order. The parts of a line carry its amounts cumulatively, in the order of the parts; shipping is
    /// spread by their nets, by largest remainder, or goes to the first part if all nets are zero. The totals of the
    /// parts add up to the total of the order.
    ///
    /// # Errors
    /// Two parts with one id, a line that there is not, a quantity that is not above zero; a line whose parts do not add
    /// up to it, `split_mismatch`.
    pub fn split(&self, parts: &[SplitPart], by: SplitBy) -> Result<Vec<OrderPart>, OrderError> {
        let mut seen = BTreeSet::new();
        let mut done: BTreeMap<&str, Exact> = BTreeMap::new();
        let mut split = Vec::with_capacity(parts.len());
        for part in parts {
            if !seen.insert(part.part.as_str()) {
                return Err(OrderError::DuplicatePart {
                    part: part.part.clone(),
                });
            }
            let mut lines = Vec::with_capacity(part.lines.len());
            for taken in &part.lines {
                let line = self.line(&taken.line).ok_or_else(|| OrderError::NotFound {
                    line: taken.line.clone(),
                })?;
                OrderError::above_zero(|| format!("line {}, quantity", taken.line), &taken.quantity)?;
                let before = done.entry(line.line.as_str()).or_default();
                let after = &*before + &taken.quantity;
                lines.push(line.between(before, &after, by)?);
                *before = after;
            }
            split.push((part.part.clone(), lines));
        }
        for line in &self.lines {
            let parts = done.get(line.line.as_str()).cloned().unwrap_or_default();
            if parts != line.quantity {
                return Err(OrderError::SplitMismatch {
                    line: line.line.clone(),
                    ordered: Box::new(line.quantity.clone()),
                    parts: Box::new(parts),
                });
            }
        }
        self.parts(split)
    }

    fn parts(&self, split: Vec<(String, Vec<LineAmounts>)>) -> Result<Vec<OrderPart>, OrderError> {
        let currency = self.total.currency();
        let mut nets = Vec::with_capacity(split.len());
        for (_, lines) in &split {
            nets.push(Money::sum(lines.iter().map(|line| &line.net), currency)?);
        }
        let mut weights: Vec<Exact> = nets.iter().map(Money::exact).collect();
        if weights.iter().all(Exact::is_zero)
            && let Some(first) = weights.first_mut()
        {
            *first = Exact::ONE;
        }
        let policy = AllocationPolicy {
            zero_weights: ZeroWeights::Equal,
            ..AllocationPolicy::default()
        };
        let shipping = self.shipping.allocate(&weights, policy)?;
        let mut parts = Vec::with_capacity(split.len());
        for (((part, lines), net), shipping) in split.into_iter().zip(nets).zip(shipping) {
            let tax = Money::sum(lines.iter().map(|line| &line.tax), currency)?;
            parts.push(OrderPart {
                part,
                total: net.checked_add(&tax)?.checked_add(&shipping)?,
                lines,
                net,
                tax,
                shipping,
            });
        }
        Ok(parts)
    }
}

impl LineAmounts {
    fn between(&self, before: &Exact, after: &Exact, by: SplitBy) -> Result<Self, OrderError> {
        let gross = self.part_of(&self.gross, before, after)?;
        let (net, discount) = match by {
            SplitBy::Net => {
                let net = self.part_of(&self.net, before, after)?;
                (net, gross.checked_sub(&net)?)
            }
            SplitBy::Discount => {
                let discount = self.part_of(&self.discount, before, after)?;
                (gross.checked_sub(&discount)?, discount)
            }
        };
        Ok(Self {
            line: self.line.clone(),
            quantity: after - before,
            gross,
            discount,
            net,
            tax: self.part_of(&self.tax, before, after)?,
        })
    }
}
