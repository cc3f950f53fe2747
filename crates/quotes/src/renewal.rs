use std::collections::BTreeMap;

use chrono::NaiveDate;
use l2c_calendar::{BillingCycle, Period, PriceTerm};
use l2c_explain::{Citation, Note, Recorder};
use l2c_money::{Exact, Percent};
use serde::{Deserialize, Serialize};

use crate::amendment::{Plan, Pricing};
use crate::running_contract::{RunningContract, RunningLine};
use crate::{AmendmentError, RunningContractDocument};

/// Another term of a contract.
///
/// Every line is renewed with the common days, but for cancelled lines and lines of quantity 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RenewalTerms {
    /// The months of the new term.
    pub months: u32,
    /// Its first day; absent: the day after the contract's last. Where that is the contract's anchor moved by
    /// whole months, the months go on counting from the anchor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<NaiveDate>,
    /// By how much prices rise; below zero they fall.
    #[serde(default = "no_percent")]
    pub uplift_percent: Percent,
    /// Which prices.
    #[serde(default)]
    pub price: RenewalPrice,
    /// What a start before the contract's end means.
    #[serde(default)]
    pub early: EarlyRenewal,
}

/// Which prices a renewal starts from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RenewalPrice {
    /// Those of the contract.
    #[default]
    Contract,
    /// Today's list prices, by product; each for the price term of the line.
    List(BTreeMap<String, Exact>),
}

/// What a renewal before the end of the contract means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EarlyRenewal {
    /// It is refused.
    #[default]
    Refuse,
    /// The rest of what runs is credited, and the new term takes its place.
    CreditRest,
}

/// A renewal that was checked, with its days.
pub(crate) struct Renewal<'a> {
    terms: &'a RenewalTerms,
    term: Period,
    /// The months go on counting from the contract's anchor.
    on_grid: bool,
}

impl RunningContract {
    pub(crate) fn renewal<'a>(&self, terms: &'a RenewalTerms) -> Result<Renewal<'a>, AmendmentError> {
        let start = terms.start.unwrap_or(self.term.end());
        if start < self.term.end() {
            if terms.early == EarlyRenewal::Refuse {
                return Err(AmendmentError::OverlapsContract {
                    contract: self.id.clone(),
                    start,
                    last_day: self.term.last_day(),
                });
            }
            self.check_day(start)?;
        }
        if terms.months == 0 {
            return Err(AmendmentError::InvalidPeriod {
                what: "a renewal by 0 months".to_owned(),
                start,
                end: start,
            });
        }
        let monthly = BillingCycle::new(self.anchor, 1)?;
        Ok(Renewal {
            terms,
            term: monthly.months_from(start, terms.months)?,
            on_grid: monthly.boundary(monthly.index_of(start)?)? == start,
        })
    }
}

impl Renewal<'_> {
    /// What is left of the contract when it is renewed early; nothing else.
    pub(crate) fn credits(&self, contract: &RunningContract) -> Plan {
        let mut pairs = Vec::new();
        if self.term.start() < contract.term.end() {
            pairs = contract.pairs(self.term.start());
            for pair in &mut pairs {
                pair.after = None;
            }
        }
        Plan { pairs, after: None }
    }

    /// The lines of the new term, and the contract that they make.
    pub(crate) fn price<R: Recorder>(
        &self,
        contract: &RunningContract,
        pricing: &mut Pricing<'_, R>,
    ) -> Result<RunningContractDocument, AmendmentError> {
        let anchor = if self.on_grid {
            contract.anchor
        } else {
            self.term.start()
        };
        let mut renewed = Vec::new();
        for line in &contract.lines {
            if line.cancelled || line.quantity.exact().is_zero() {
                continue;
            }
            let unit_price = self.line(contract, line, pricing)?;
            renewed.push(RunningLine {
                unit_price,
                period: self.term,
                own_end: false,
                price_term: PriceTerm {
                    months: line.price_term.months,
                    anchor: Some(anchor),
                },
                ..line.clone()
            });
        }
        let next = RunningContract {
            term: self.term,
            anchor,
            price_term: PriceTerm {
                months: contract.price_term.months,
                anchor: Some(anchor),
            },
            lines: Vec::new(),
            ..contract.clone()
        };
        Ok(next.document(&renewed))
    }

    /// A line of the new term; gives the new unit price for a price term.
    fn line<R: Recorder>(
        &self,
        contract: &RunningContract,
        line: &RunningLine,
        pricing: &mut Pricing<'_, R>,
    ) -> Result<Exact, AmendmentError> {
        let (currency, terms) = (pricing.currency, self.terms);
        let money = |label: &'static str| move || Note::new(label).money(currency);
        let mut price = match &terms.price {
            RenewalPrice::Contract => pricing.rec.input(line.unit_price.clone(), || {
                money("unit price")().cite(Citation::new(&contract.id, format!("line {}", line.id)))
            }),
            RenewalPrice::List(prices) => {
                let price = prices.get(&line.product).ok_or_else(|| AmendmentError::NoPrice {
                    line: line.id.clone(),
                    product: line.product.clone(),
                })?;
                pricing.rec.input(price.clone(), money("list price"))
            }
        };
        if terms.uplift_percent != Percent::ZERO {
            let rate = pricing.rec.input(terms.uplift_percent.fraction(), || {
                Note::new("uplift, rate").percent()
            });
            let uplift = pricing.rec.product(&price, &rate, money("uplift"));
            price = pricing
                .rec
                .sum(&[&price, &uplift], money("unit price with uplift"));
        }
        let unrounded = price.value.clone();
        if let Some(rounding) = pricing.policy.unit_rounding {
            let note = money("unit price, rounded");
            price = pricing.rec.round(&price, rounding, currency, note)?;
        }
        let unit_price = price.value.clone();
        let months = pricing
            .rec
            .input(terms.months.into(), || Note::new("months of the term"));
        let of = pricing.rec.input(line.price_term.months.get().into(), || {
            Note::new("months of the price")
        });
        let factor = pricing.rec.quotient(&months, &of, || Note::new("price terms"))?;
        let prorated = pricing
            .rec
            .product(&price, &factor, money("unit price of the term"));
        let unrounded = unrounded * &factor.value;
        let factors = (factor.value, None);
        let (period, quantity) = (self.term, line.quantity);
        let columns = unit_price.clone();
        pricing.close(
            &contract.id,
            line,
            period,
            quantity,
            columns,
            factors,
            prorated,
            &unrounded,
        )?;
        Ok(unit_price)
    }
}

const fn no_percent() -> Percent {
    Percent::ZERO
}
