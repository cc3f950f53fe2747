use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::CalendarError;
use crate::error::excerpt;

/// A day, or an instant of it on the clock of the host.
///
/// In serde and as text `2017-03-05` or `2017-03-05T09:30:00`.
///
/// ```
/// use l2c_calendar::Moment;
///
/// let noon: Moment = "2017-03-05T12:00:00".parse()?;
/// let day: Moment = "2017-03-05".parse()?;
/// assert_eq!((noon.day(), day.instant() < noon.instant()), (day.day(), true));
/// assert!("2017-3-5".parse::<Moment>().is_err());
/// # Ok::<(), l2c_calendar::CalendarError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// A calendar day.
    Day(NaiveDate),
    /// An instant; the host has chosen the time zone.
    Instant(NaiveDateTime),
}

/// From when until when something holds, both bounds included; either may be open.
///
/// A bound that is a day compares calendar days, so the last day counts until its end. A bound that is an
/// instant compares instants; a day that is asked for is its midnight.
///
/// ```
/// use l2c_calendar::{Moment, Validity};
///
/// let until_sunday = Validity { until: Some("2017-03-05".parse()?), ..Validity::ALWAYS };
/// let at = |text: &str| text.parse::<Moment>().map(Some);
/// assert!(until_sunday.contains(at("2017-03-05T23:59:59")?));
/// assert!(!until_sunday.contains(at("2017-03-06")?));
/// assert!(!until_sunday.contains(None)); // nothing to test the bound with
/// # Ok::<(), l2c_calendar::CalendarError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// The first day or instant; absent: always has been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Moment>,
    /// The last day or instant; absent: until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

impl Moment {
    /// The calendar day.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        match self {
            Self::Day(day) => *day,
            Self::Instant(instant) => instant.date(),
        }
    }

    /// The instant; of a day its midnight, with which it begins.
    #[must_use]
    pub fn instant(&self) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.and_time(NaiveTime::MIN),
            Self::Instant(instant) => *instant,
        }
    }

    /// The last instant that belongs to it.
    fn last_instant(&self) -> NaiveDateTime {
        match self {
            Self::Day(day) => NaiveDateTime::new(*day, last_of_day()),
            Self::Instant(instant) => *instant,
        }
    }
}

/// The last nanosecond of a day, a leap second included.
fn last_of_day() -> NaiveTime {
    NaiveTime::from_hms_nano_opt(23, 59, 59, 1_999_999_999).unwrap_or(NaiveTime::MIN)
}

impl Validity {
    /// Without bounds.
    pub const ALWAYS: Self = Self {
        from: None,
        until: None,
    };

    /// Whether it holds then. Without a moment to test, a bound does not hold.
    #[must_use]
    pub fn contains(&self, at: Option<Moment>) -> bool {
        let Some(at) = at else {
            return *self == Self::ALWAYS;
        };
        let begun = self.from.is_none_or(|from| from.instant() <= at.instant());
        let ended = self
            .until
            .is_some_and(|until| until.last_instant() < at.instant());
        begun && !ended
    }

    /// The first instant; the earliest that there is if the bound is open.
    #[must_use]
    pub fn first_instant(&self) -> NaiveDateTime {
        self.from.map_or(NaiveDateTime::MIN, |from| from.instant())
    }

    /// The last instant, included; the latest that there is if the bound is open.
    #[must_use]
    pub fn last_instant(&self) -> NaiveDateTime {
        self.until
            .map_or(NaiveDateTime::MAX, |until| until.last_instant())
    }

    /// Whether it ends before it begins, so that it never holds.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.last_instant() < self.first_instant()
    }

    /// Whether both hold at some instant.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let first = self.first_instant().max(other.first_instant());
        first <= self.last_instant().min(other.last_instant())
    }
}

impl From<NaiveDate> for Moment {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl From<NaiveDateTime> for Moment {
    fn from(instant: NaiveDateTime) -> Self {
        Self::Instant(instant)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => f.pad(&day.to_string()),
            Self::Instant(instant) => f.pad(&format!("{instant:?}")),
        }
    }
}

impl FromStr for Moment {
    type Err = CalendarError;

    /// One spelling: what [`Display`](fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let day = text.parse().ok().map(Self::Day);
        let moment = day.or_else(|| text.parse().ok().map(Self::Instant));
        moment
            .filter(|moment| moment.to_string() == text)
            .ok_or_else(|| CalendarError::InvalidMoment { text: excerpt(text) })
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A day, `2017-03-05`, or an instant of it, `2017-03-05T09:30:00`.",
            "pattern": r"^-?\d{4,}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?)?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    fn validity(from: Option<&str>, until: Option<&str>) -> Validity {
        let (from, until) = (from.map(at), until.map(at));
        Validity { from, until }
    }

    #[test]
    fn days_compare_days_and_instants_instants() {
        let days = validity(Some("2011-12-27"), Some("2011-12-31"));
        for (text, holds) in [
            ("2011-12-26T23:59:59", false),
            ("2011-12-27", true),
            ("2011-12-31", true),
            ("2011-12-31T23:59:59.999", true),
            ("2012-01-01", false),
        ] {
            assert_eq!(days.contains(Some(at(text))), holds, "{text}");
        }
        let instants = validity(Some("2020-04-06T09:00:00"), Some("2020-04-09T12:00:00"));
        for (text, holds) in [
            ("2020-04-06", false), // its midnight
            ("2020-04-06T09:00:00", true),
            ("2020-04-09", true),
            ("2020-04-09T12:00:00", true),
            ("2020-04-09T12:00:00.000000001", false),
        ] {
            assert_eq!(instants.contains(Some(at(text))), holds, "{text}");
        }
        assert!(Validity::ALWAYS.contains(None));
        assert!(!days.contains(None));
    }

    #[test]
    fn a_leap_second_belongs_to_its_day() {
        let until = validity(None, Some("2016-12-31"));
        assert!(until.contains(Some(at("2016-12-31T23:59:60"))));
    }

    #[test]
    fn bounds_that_touch_overlap() {
        let morning = validity(None, Some("2017-03-05T12:00:00"));
        let day = validity(Some("2017-03-05"), Some("2017-03-05"));
        assert!(morning.overlaps(&day));
        assert!(morning.overlaps(&validity(Some("2017-03-05T12:00:00"), None)));
        assert!(!morning.overlaps(&validity(Some("2017-03-05T12:00:01"), None)));
        assert!(!day.overlaps(&validity(Some("2017-03-06"), None)));
        assert!(validity(Some("2017-03-06"), Some("2017-03-05")).is_empty());
        assert!(!day.is_empty());
    }

    #[test]
    fn there_is_one_spelling() {
        for text in [
            "2017-3-5",
            "2017-03-05T9:00:00",
            "2017-03-05 09:00:00",
            "2017-03-05T09:00",
            "x",
            "",
        ] {
            assert_eq!(
                text.parse::<Moment>().unwrap_err().code(),
                "invalid_moment",
                "{text}"
            );
        }
        let json = r#"{"from":"2017-03-05","until":"2017-03-05T09:30:00"}"#;
        let validity: Validity = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&validity).unwrap(), json);
        assert!(serde_json::from_str::<Validity>(r#"{"to":"2017-03-05"}"#).is_err());
    }
}
