use chrono::NaiveDate;
use l2c_calendar::BusinessCalendar;

use crate::OrderError;

/// Who works on which days, and how long they take: from the material to the customer's door.
///
/// Goods leave on a day on which the shipper and the carrier work, and arrive on one on which the carrier and the
/// receiver do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeliveryRoute {
    /// Where it is picked and packed.
    pub shipper: BusinessCalendar,
    /// Who carries it.
    pub carrier: BusinessCalendar,
    /// Who takes it in.
    pub receiver: BusinessCalendar,
    /// How many business days of the shipper picking and packing take.
    pub pick_pack_days: u32,
    /// How many business days of the carrier the way takes.
    pub transit_days: u32,
}

/// When goods leave and arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryDates {
    /// When they leave.
    pub ship_date: NaiveDate,
    /// When they arrive.
    pub delivery_date: NaiveDate,
}

/// The last days on which goods may be there and leave, for a day on which they are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatestDates {
    /// When they must leave.
    pub ship_date: NaiveDate,
    /// When the material must be there.
    pub material_date: NaiveDate,
}

impl DeliveryRoute {
    /// A route on which all work on the same days.
    #[must_use]
    pub fn new(calendar: &BusinessCalendar, pick_pack_days: u32, transit_days: u32) -> Self {
        Self {
            shipper: calendar.clone(),
            carrier: calendar.clone(),
            receiver: calendar.clone(),
            pick_pack_days,
            transit_days,
        }
    }

    /// Forward from the day on which the material is there.
    ///
    /// ```
    /// use l2c_calendar::BusinessCalendar;
    /// use l2c_orders::DeliveryRoute;
    ///
    /// let route = DeliveryRoute::new(&BusinessCalendar::default(), 1, 3);
    /// let dates = route.from_material("2026-03-06".parse()?)?; // a Friday
    /// assert_eq!(dates.ship_date, "2026-03-09".parse()?);
    /// assert_eq!(dates.delivery_date, "2026-03-12".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OrderError::Calendar`] if there is no business day, there are too many to count, or the range of dates is left.
    pub fn from_material(&self, available: NaiveDate) -> Result<DeliveryDates, OrderError> {
        let packed = self.shipper.after(available, self.pick_pack_days)?;
        let ship_date = BusinessCalendar::common_on_or_after(&[&self.shipper, &self.carrier], packed)?;
        let arrived = self.carrier.after(ship_date, self.transit_days)?;
        let delivery_date = BusinessCalendar::common_on_or_after(&[&self.carrier, &self.receiver], arrived)?;
        Ok(DeliveryDates {
            ship_date,
            delivery_date,
        })
    }

    /// Backward from the day on which the goods are wanted.
    ///
    /// # Errors
    /// As [`DeliveryRoute::from_material`].
    pub fn to_wanted(&self, wanted: NaiveDate) -> Result<LatestDates, OrderError> {
        let arrives = BusinessCalendar::common_on_or_before(&[&self.carrier, &self.receiver], wanted)?;
        let leaves = self.carrier.before(arrives, self.transit_days)?;
        let ship_date = BusinessCalendar::common_on_or_before(&[&self.shipper, &self.carrier], leaves)?;
        Ok(LatestDates {
            ship_date,
            material_date: self.shipper.before(ship_date, self.pick_pack_days)?,
        })
    }
}
