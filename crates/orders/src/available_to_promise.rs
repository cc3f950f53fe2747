use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use l2c_calendar::CalendarError;
use l2c_money::Exact;
use serde::{Deserialize, Serialize};

use crate::OrderError;

/// The supply of an article at a place, and what is committed of it. Quantities are in its stock unit.
///
/// ```
/// use l2c_money::Exact;
/// use l2c_orders::{DatedQuantity, Supply};
///
/// let on = |date: &str, quantity| Ok::<_, Box<dyn std::error::Error>>(DatedQuantity {
///     date: date.parse()?, quantity: Exact::integer(quantity),
/// });
/// let supply = Supply {
///     receipts: vec![on("2026-03-16", 40)?],
///     demands: vec![on("2026-03-20", 45)?],
///     ..Supply::on_hand("2026-03-02".parse()?, Exact::integer(50))
/// };
/// let promise = supply.promise("2026-03-02".parse()?, &Exact::integer(48))?;
/// // 50 are there, but 45 of what comes are owed on the 20th: 45 may go now.
/// assert_eq!(promise.available, Exact::integer(45));
/// assert_eq!(promise.limited_by, Some("2026-03-20".parse()?));
/// assert_eq!(promise.unpromised, Exact::integer(3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supply {
    /// The day on which is asked. What is dated before it counts on it.
    pub today: NaiveDate,
    /// What is on the shelf.
    pub on_hand: Exact,
    /// What of it is reserved for somebody.
    #[serde(default)]
    pub reserved: Exact,
    /// What is kept back.
    #[serde(default)]
    pub safety_stock: Exact,
    /// What will come in.
    #[serde(default)]
    pub receipts: Vec<DatedQuantity>,
    /// What is promised to others.
    #[serde(default)]
    pub demands: Vec<DatedQuantity>,
    /// The days after which any quantity can be had; absent: nothing can be had beyond what is listed.
    #[serde(default)]
    pub replenishment_lead_time_days: Option<u32>,
}

/// A quantity on a day, zero or above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatedQuantity {
    /// The day.
    pub date: NaiveDate,
    /// How much.
    pub quantity: Exact,
}

/// What can be promised for a day, and later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// What is available on the day from which is promised: the requested one, or today if that is later.
    pub available: Exact,
    /// The later day whose commitments leave less than that day itself has; `None`: no later one does.
    pub limited_by: Option<NaiveDate>,
    /// The first day on which the whole quantity is available; `None`: there is none.
    pub full_promise_date: Option<NaiveDate>,
    /// The quantity in parts, each on the first day on which it is available.
    pub schedule: Vec<DatedQuantity>,
    /// What cannot be promised at all.
    pub unpromised: Exact,
}

/// The days on which something changes.
struct Timeline {
    days: Vec<Day>,
}

struct Day {
    date: NaiveDate,
    /// What the day has, by supply and demand up to it.
    projected: Exact,
    /// What may be promised on it: what this day and every later one has, never below zero.
    available: Exact,
    /// The day that leaves so little.
    limited_by: NaiveDate,
}

impl Supply {
    /// What is on the shelf today, and nothing else.
    #[must_use]
    pub const fn on_hand(today: NaiveDate, on_hand: Exact) -> Self {
        Self {
            today,
            on_hand,
            reserved: Exact::ZERO,
            safety_stock: Exact::ZERO,
            receipts: Vec::new(),
            demands: Vec::new(),
            replenishment_lead_time_days: None,
        }
    }

    /// Available to promise, today and on every day on which something changes: the least that this day and every
    /// later one has, so that a promise never starves a commitment. Zero or above, and never falling.
    ///
    /// # Errors
    /// [`OrderError::InvalidQuantity`] for a receipt or a demand below zero.
    pub fn available_to_promise(&self) -> Result<Vec<DatedQuantity>, OrderError> {
        let days = self.timeline()?.days.into_iter();
        let available = |day: Day| DatedQuantity {
            date: day.date,
            quantity: day.available,
        };
        Ok(days.map(available).collect())
    }

    /// What can be promised of a quantity from a day on.
    ///
    /// # Errors
    /// [`OrderError::InvalidQuantity`] for a quantity that is not above zero, a receipt or a demand below zero;
    /// [`OrderError::Calendar`] for a lead time that leaves the range of dates.
    pub fn promise(&self, requested: NaiveDate, quantity: &Exact) -> Result<Promise, OrderError> {
        OrderError::above_zero(|| "quantity".to_owned(), quantity)?;
        let timeline = self.timeline()?;
        let start = self.today.max(requested);
        let replenished = self.replenished()?.map(|day| day.max(start));
        let on_start = timeline.on(start);
        let later = timeline.days.iter().filter(|day| day.date > start);
        let from_start = [start].into_iter().chain(later.map(|day| day.date));
        let candidates: Vec<NaiveDate> = from_start
            .take_while(|date| replenished.is_none_or(|replenished| *date < replenished))
            .collect();
        let mut promised = Exact::ZERO;
        let mut schedule: Vec<DatedQuantity> = Vec::new();
        let mut full = None;
        for date in candidates {
            let available = timeline
                .on(date)
                .map(|day| day.available.clone())
                .unwrap_or_default();
            let part = (available.clone() - &promised).min(quantity - &promised);
            if part.is_positive() {
                promised += &part;
                schedule.push(DatedQuantity { date, quantity: part });
            }
            if full.is_none() && available >= *quantity {
                full = Some(date);
            }
        }
        let rest = quantity - &promised;
        let unpromised = match replenished {
            Some(date) if rest.is_positive() => {
                schedule.push(DatedQuantity { date, quantity: rest });
                Exact::ZERO
            }
            _ => rest,
        };
        Ok(Promise {
            available: on_start.map(|day| day.available.clone()).unwrap_or_default(),
            limited_by: on_start
                .filter(|day| day.limited_by > start && day.available < day.projected)
                .map(|day| day.limited_by),
            full_promise_date: full.or(replenished),
            schedule,
            unpromised,
        })
    }

    /// The day from which any quantity can be had.
    fn replenished(&self) -> Result<Option<NaiveDate>, OrderError> {
        let Some(days) = self.replenishment_lead_time_days else {
            return Ok(None);
        };
        let moved = self.today.checked_add_days(Days::new(u64::from(days)));
        let out_of_range = || CalendarError::DateOutOfRange {
            date: self.today,
            moved_by: format!("{days} days"),
        };
        Ok(Some(moved.ok_or_else(out_of_range)?))
    }

    fn timeline(&self) -> Result<Timeline, OrderError> {
        let mut changes: BTreeMap<NaiveDate, Exact> = BTreeMap::from([(self.today, Exact::ZERO)]);
        for (name, entries, sign) in [
            ("receipts", &self.receipts, Exact::ONE),
            ("demands", &self.demands, -Exact::ONE),
        ] {
            for (index, entry) in entries.iter().enumerate() {
                OrderError::not_below_zero(|| format!("{name}[{index}]"), &entry.quantity)?;
                *changes.entry(entry.date.max(self.today)).or_default() += &(&sign * &entry.quantity);
            }
        }
        let mut projected = &self.on_hand - &self.reserved - &self.safety_stock;
        let mut days = Vec::with_capacity(changes.len());
        for (date, change) in changes {
            projected += &change;
            days.push(Day {
                date,
                projected: projected.clone(),
                available: Exact::ZERO,
                limited_by: date,
            });
        }
        let mut least: Option<(Exact, NaiveDate)> = None;
        for day in days.iter_mut().rev() {
            let (found, by) = match least.take() {
                Some((least, by)) if least < day.projected => (least, by),
                _ => (day.projected.clone(), day.date),
            };
            day.available = found.clone().max(Exact::ZERO);
            day.limited_by = by;
            least = Some((found, by));
        }
        Ok(Timeline { days })
    }
}

impl Timeline {
    /// The last change up to a day; every day asked about is today or later.
    fn on(&self, date: NaiveDate) -> Option<&Day> {
        let after = self.days.partition_point(|day| day.date <= date);
        self.days.get(after.checked_sub(1)?)
    }
}
