//! A contract in a foreign currency, in the functional currency of the entity (ASC 830, IAS 21, IFRIC 22).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use l2c_calendar::NaiveDate;
use l2c_host::{DateTime, Utc};
use l2c_ledger::Role;
use l2c_money::{Currency, Decimal, Exact, Money, RoundingPolicy};
use serde::{Deserialize, Serialize};

use crate::history::History;
use crate::{Book, ContractDay, RevenueError, RevenueEvent, project_days};

/// A rate of exchange: units of the functional currency for one of the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionalRate {
    /// The day.
    pub on: NaiveDate,
    /// The rate; above zero.
    #[serde(with = "l2c_money::decimal_string")]
    pub rate: Decimal,
    /// What it is for.
    #[serde(default)]
    pub kind: RateKind,
}

/// What a rate of exchange is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateKind {
    /// Transactions from its day until the next.
    #[default]
    Spot,
    /// Revenue of its day, such as the average of the month that ends on it.
    Revenue,
    /// Monetary items at the end of its day.
    Closing,
}

/// A contract at the end of a day, in the functional currency. Amounts are cumulative, in whole minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FunctionalDay {
    /// The day.
    pub on: NaiveDate,
    /// Received.
    pub cash: Money,
    /// Billed and not received; a monetary item.
    pub receivable: Money,
    /// Recognised and not billed; monetary by policy.
    pub contract_asset: Money,
    /// Billed and not recognised, zero or above; each layer stays at the rate of its day.
    pub contract_liability: Money,
    /// Recognised.
    pub revenue: Money,
    /// Gains on exchange; a loss is below zero.
    pub exchange_gain: Money,
}

impl FunctionalDay {
    /// What moved since an earlier day, by role; a debit is above zero. Exchange is a gain or a loss as a whole.
    ///
    /// # Errors
    /// [`RevenueError::Money`] outside the bounds of [`Money`].
    pub fn movement_since(&self, earlier: &Self) -> Result<BTreeMap<Role, Money>, RevenueError> {
        let exchange = self.exchange_gain.checked_sub(&earlier.exchange_gain)?;
        let role = if exchange.is_negative() {
            Role::FxLoss
        } else {
            Role::FxGain
        };
        let mut moved = BTreeMap::from([(role, exchange.negated())]);
        for (role, now, before) in [
            (Role::Cash, self.cash, earlier.cash),
            (Role::Receivable, self.receivable, earlier.receivable),
            (Role::ContractAsset, self.contract_asset, earlier.contract_asset),
            (
                Role::ContractLiability,
                earlier.contract_liability,
                self.contract_liability,
            ),
            (Role::Revenue, earlier.revenue, self.revenue),
        ] {
            moved.insert(role, now.checked_sub(&before)?);
        }
        moved.retain(|_, amount| !amount.is_zero());
        Ok(moved)
    }
}

/// A contract at the end of each of some days in the functional currency, in the order asked for.
///
/// Billing is taken at the spot rate of its day; it first takes over the contract asset at what it is carried at, the
/// rest is an advance that keeps its rate (IFRIC 22.8). Revenue uses up advances first in, first out, and then takes
/// the rate of its day. Receivables, and contract assets by policy, are remeasured at closing rates.
///
/// # Errors
/// As [`project`](crate::project); [`RevenueError::MissingRate`] where a transaction has none;
/// [`RevenueError::NotInFunctionalCurrency`] for contracts with more than billing, payments and revenue, or where one
/// of these falls.
pub fn project_functional(
    events: &[RevenueEvent],
    known_at: DateTime<Utc>,
    book: Book,
    functional: Currency,
    rates: &[FunctionalRate],
    days: &[NaiveDate],
) -> Result<Vec<FunctionalDay>, RevenueError> {
    let history = History::of(events, known_at)?;
    if let Some(taken_over) = history.taken_over() {
        return Err(RevenueError::NotInFunctionalCurrency {
            contract: history.terms.contract().as_str().to_owned(),
            what: "opening balances of another system, whose rates are not known",
            on: taken_over.effective,
        });
    }
    let last = days.iter().max().copied().unwrap_or(history.inception);
    let mut dates: BTreeSet<NaiveDate> = days.iter().copied().collect();
    dates.extend(history.events.iter().map(|event| event.effective));
    dates.extend(rates.iter().map(|rate| rate.on));
    let dates: Vec<NaiveDate> = dates.into_iter().filter(|day| *day <= last).collect();
    let rates = Rates::of(rates)?;
    let mut books = Books {
        currency: functional,
        rounding: history.terms.policy().rounding_policy(),
        monetary_asset: history.terms.policy().contract_asset_monetary,
        cash: Exact::ZERO,
        receivable: Carried::default(),
        asset: Carried::default(),
        layers: VecDeque::new(),
        revenue: Exact::ZERO,
        gain: Exact::ZERO,
    };
    let mut before: Option<ContractDay> = None;
    let mut known = BTreeMap::new();
    for day in project_days(events, known_at, book, &dates)? {
        let moved = Moved::between(before.as_ref(), &day, history.terms.contract().as_str())?;
        books.take(&moved, day.on, &rates)?;
        known.insert(day.on, books.day(day.on)?);
        before = Some(day);
    }
    Ok(days.iter().filter_map(|day| known.get(day).cloned()).collect())
}

/// The rates by their kind and day.
struct Rates(BTreeMap<(RateKind, NaiveDate), Exact>);

impl Rates {
    fn of(rates: &[FunctionalRate]) -> Result<Self, RevenueError> {
        let mut known = BTreeMap::new();
        for rate in rates {
            if rate.rate <= Decimal::ZERO {
                return Err(RevenueError::InvalidRate {
                    on: rate.on,
                    rate: rate.rate,
                });
            }
            known.insert((rate.kind, rate.on), Exact::from(rate.rate));
        }
        Ok(Self(known))
    }

    fn spot(&self, on: NaiveDate) -> Result<&Exact, RevenueError> {
        let known = self
            .0
            .range((RateKind::Spot, NaiveDate::MIN)..=(RateKind::Spot, on));
        let last = known.last().map(|(_, rate)| rate);
        last.ok_or(RevenueError::MissingRate { on })
    }

    fn revenue(&self, on: NaiveDate) -> Result<&Exact, RevenueError> {
        match self.0.get(&(RateKind::Revenue, on)) {
            Some(rate) => Ok(rate),
            None => self.spot(on),
        }
    }

    fn closing(&self, on: NaiveDate) -> Option<&Exact> {
        self.0.get(&(RateKind::Closing, on))
    }
}

/// What a day moves, in the contract's currency.
struct Moved {
    billed: Exact,
    received: Exact,
    recognised: Exact,
}

impl Moved {
    fn between(
        before: Option<&ContractDay>,
        day: &ContractDay,
        contract: &str,
    ) -> Result<Self, RevenueError> {
        let refuse = |what: &'static str| RevenueError::NotInFunctionalCurrency {
            contract: contract.to_owned(),
            what,
            on: day.on,
        };
        let supported = [
            Role::Cash,
            Role::Receivable,
            Role::UnbilledReceivable,
            Role::ContractAsset,
            Role::ContractLiability,
            Role::Revenue,
        ];
        if day.balances.keys().any(|role| !supported.contains(role)) {
            return Err(refuse("more than billing, payments and revenue"));
        }
        let since = |now: Money, of: fn(&ContractDay) -> Money| {
            let earlier = before.map_or(Exact::ZERO, |before| of(before).exact());
            &now.exact() - &earlier
        };
        let moved = Self {
            billed: since(day.billed, |day| day.billed),
            received: since(day.balance(Role::Cash), |day| day.balance(Role::Cash)),
            recognised: since(day.recognised, |day| day.recognised),
        };
        for (amount, what) in [
            (&moved.billed, "billing that falls"),
            (&moved.received, "payments that fall"),
            (&moved.recognised, "revenue that falls"),
        ] {
            if amount.is_negative() {
                return Err(refuse(what));
            }
        }
        Ok(moved)
    }
}

/// A balance in the contract's currency, and what it is carried at in the functional one.
#[derive(Default)]
struct Carried {
    amount: Exact,
    carried: Exact,
}

/// Billed and not recognised: what is left of it, and what of its functional amount is used.
struct Layer {
    whole: Exact,
    used: Exact,
    functional: Exact,
    functional_used: Exact,
}

struct Books {
    currency: Currency,
    rounding: RoundingPolicy,
    monetary_asset: bool,
    cash: Exact,
    receivable: Carried,
    asset: Carried,
    layers: VecDeque<Layer>,
    revenue: Exact,
    gain: Exact,
}

impl Books {
    fn take(&mut self, moved: &Moved, on: NaiveDate, rates: &Rates) -> Result<(), RevenueError> {
        if moved.billed.is_positive() {
            self.bill(&moved.billed, rates.spot(on)?)?;
        }
        if moved.received.is_positive() {
            let at_spot = self.round(&(&moved.received * rates.spot(on)?))?;
            let carried = self.release(&moved.received, |books| &mut books.receivable)?;
            self.cash += &at_spot;
            self.gain += &(&at_spot - &carried);
        }
        if moved.recognised.is_positive() {
            self.recognise(&moved.recognised, on, rates)?;
        }
        if let Some(rate) = rates.closing(on) {
            self.remeasure(rate, |books| &mut books.receivable)?;
            if self.monetary_asset {
                self.remeasure(rate, |books| &mut books.asset)?;
            }
        }
        Ok(())
    }

    /// The receivable is taken at spot. It replaces the contract asset; the rest is an advance of its own rate.
    fn bill(&mut self, amount: &Exact, spot: &Exact) -> Result<(), RevenueError> {
        let at_spot = self.round(&(amount * spot))?;
        self.receivable.amount += amount;
        self.receivable.carried += &at_spot;
        let from_asset = amount.clone().min(self.asset.amount.clone());
        let mut rest = at_spot;
        if from_asset.is_positive() {
            let taken = if from_asset == *amount {
                rest.clone()
            } else {
                self.round(&(&from_asset * spot))?
            };
            let carried = self.release(&from_asset, |books| &mut books.asset)?;
            self.gain += &(&taken - &carried);
            rest = &rest - &taken;
        }
        let advance = amount - &from_asset;
        if advance.is_positive() {
            self.layers.push_back(Layer {
                whole: advance,
                used: Exact::ZERO,
                functional: rest,
                functional_used: Exact::ZERO,
            });
        }
        Ok(())
    }

    fn recognise(&mut self, amount: &Exact, on: NaiveDate, rates: &Rates) -> Result<(), RevenueError> {
        let mut rest = amount.clone();
        while rest.is_positive() {
            let (rounding, currency) = (self.rounding, self.currency);
            let Some(layer) = self.layers.front_mut() else {
                break;
            };
            let part = rest.clone().min(&layer.whole - &layer.used);
            layer.used += &part;
            let share = (&layer.functional * &layer.used).checked_div(&layer.whole)?;
            let used = rounding.round(&share, currency)?;
            self.revenue += &(&used - &layer.functional_used);
            layer.functional_used = used;
            if layer.used == layer.whole {
                self.layers.pop_front();
            }
            rest = &rest - &part;
        }
        if rest.is_positive() {
            let functional = self.round(&(&rest * rates.revenue(on)?))?;
            self.asset.amount += &rest;
            self.asset.carried += &functional;
            self.revenue += &functional;
        }
        Ok(())
    }

    /// Takes an amount out of a balance, pro rata of what it is carried at.
    fn release(&mut self, amount: &Exact, of: fn(&mut Self) -> &mut Carried) -> Result<Exact, RevenueError> {
        let balance = of(self);
        let (whole, carried) = (balance.amount.clone(), balance.carried.clone());
        let part = if *amount == whole {
            carried
        } else {
            self.round(&(&carried * amount).checked_div(&whole)?)?
        };
        let balance = of(self);
        balance.amount = &balance.amount - amount;
        balance.carried = &balance.carried - &part;
        Ok(part)
    }

    fn remeasure(&mut self, rate: &Exact, of: fn(&mut Self) -> &mut Carried) -> Result<(), RevenueError> {
        let at_rate = &of(self).amount * rate;
        let now = self.round(&at_rate)?;
        let balance = of(self);
        let gain = &now - &balance.carried;
        balance.carried = now;
        self.gain += &gain;
        Ok(())
    }

    fn round(&self, value: &Exact) -> Result<Exact, RevenueError> {
        Ok(self.rounding.round(value, self.currency)?)
    }

    fn day(&self, on: NaiveDate) -> Result<FunctionalDay, RevenueError> {
        let money = |value: &Exact| Money::try_from_exact(value, self.currency);
        let liability = self.layers.iter().fold(Exact::ZERO, |sum, layer| {
            &sum + &(&layer.functional - &layer.functional_used)
        });
        Ok(FunctionalDay {
            on,
            cash: money(&self.cash)?,
            receivable: money(&self.receivable.carried)?,
            contract_asset: money(&self.asset.carried)?,
            contract_liability: money(&liability)?,
            revenue: money(&self.revenue)?,
            exchange_gain: money(&self.gain)?,
        })
    }
}
