use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::excerpt;
use crate::fiscal_month::Year;
use crate::{CalendarError, FiscalMonth, MAX_PERIODS, Period, Quarter};

/// A period of the books, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NamedPeriod {
    /// Its name: `2025-03`, `P07`.
    pub id: String,
    /// Its days.
    pub period: Period,
}

/// Periods of the books, each with a name of its own: calendar months, quarters or years, the periods of a year of
/// weeks, or any others.
///
/// In serde one of
/// - `{"calendar": {"unit": "month", "from": "2025-01-01", "count": 12}}`,
/// - `{"weeks": {"pattern": "4-4-5", "from": "2024-12-30", "count": 12, "weeks": 53}}`,
/// - `{"listed": [{"id": "H1", "period": {"start": "2025-01-01", "end": "2025-07-01"}}]}`.
///
/// ```
/// # use l2c_calendar::{CalendarUnit, FiscalPeriods, WeekPattern};
/// let quarters = FiscalPeriods::calendar(CalendarUnit::Quarter, "2025-04-01".parse()?, 2)?;
/// let names: Vec<&str> = quarters.iter().map(|named| named.id.as_str()).collect();
/// assert_eq!(names, ["2025-Q2", "2025-Q3"]);
///
/// let year = FiscalPeriods::weeks("4-4-5".parse::<WeekPattern>()?, 53, "2024-12-30".parse()?, 12)?;
/// let last = year.iter().last().map(|named| (named.id.clone(), named.period.days()));
/// assert_eq!(last, Some(("P12".to_owned(), 42)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(!try_from, !into, with = "Document"))]
#[serde(try_from = "Document", into = "Document")]
pub struct FiscalPeriods(Vec<NamedPeriod>);

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Document {
    /// Consecutive calendar months, quarters or years.
    Calendar {
        /// What is counted.
        unit: CalendarUnit,
        /// The first day, the first of a month.
        from: NaiveDate,
        /// How many.
        count: u32,
    },
    /// Consecutive periods of a year of weeks.
    Weeks {
        /// The weeks of the three periods of a quarter.
        pattern: WeekPattern,
        /// The weeks of a year: 52, or 53 if its last period has a week more.
        #[serde(default = "fifty_two")]
        weeks: u32,
        /// The first day.
        from: NaiveDate,
        /// How many.
        count: u32,
    },
    /// Periods as they are named; they may leave gaps and overlap.
    Listed(Vec<NamedPeriod>),
}

/// What consecutive periods of the calendar are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CalendarUnit {
    /// Months, named `2025-03`.
    Month,
    /// Three months, named after the quarter in which they begin: `2025-Q2`.
    Quarter,
    /// Twelve months, named `2025`, or after the month in which they begin if it is not January: `2025-07`.
    Year,
}

/// How a quarter of 13 weeks is cut into three periods. As text and in serde `4-4-5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WeekPattern {
    /// 4, 4 and 5 weeks.
    FourFourFive,
    /// 4, 5 and 4 weeks.
    FourFiveFour,
    /// 5, 4 and 4 weeks.
    FiveFourFour,
}

impl WeekPattern {
    const ALL: [Self; 3] = [Self::FourFourFive, Self::FourFiveFour, Self::FiveFourFour];

    const fn text(self) -> &'static str {
        match self {
            Self::FourFourFive => "4-4-5",
            Self::FourFiveFour => "4-5-4",
            Self::FiveFourFour => "5-4-4",
        }
    }

    /// The weeks of a period of its year, counted from 0.
    const fn weeks_of(self, period: u32) -> u32 {
        match (self, period % 3) {
            (Self::FourFourFive, 2) | (Self::FourFiveFour, 1) | (Self::FiveFourFour, 0) => 5,
            _ => 4,
        }
    }
}

impl FiscalPeriods {
    /// Consecutive months, quarters or years from the first day of a month.
    ///
    /// # Errors
    /// [`CalendarError::InvalidPeriods`] for another day, no period, or more than [`MAX_PERIODS`];
    /// [`CalendarError::DateOutOfRange`] beyond the range of dates.
    pub fn calendar(unit: CalendarUnit, from: NaiveDate, count: u32) -> Result<Self, CalendarError> {
        check_count(count)?;
        if from.day() != 1 {
            return Err(invalid(from, "the first day of a month"));
        }
        let months = match unit {
            CalendarUnit::Month => 1,
            CalendarUnit::Quarter => 3,
            CalendarUnit::Year => 12,
        };
        let (mut periods, mut start) = (Vec::new(), from);
        for _ in 0..count {
            let period = Period::months(start, months)?;
            let month = FiscalMonth::of(start);
            let id = match unit {
                CalendarUnit::Month => month.to_string(),
                CalendarUnit::Quarter => Quarter::of(start).to_string(),
                CalendarUnit::Year if month.month() == 1 => Year(month.year()).to_string(),
                CalendarUnit::Year => month.to_string(),
            };
            periods.push(NamedPeriod { id, period });
            start = period.end();
        }
        Ok(Self(periods))
    }

    /// Consecutive periods of years of weeks from any day, named `P01`, `P02` and so on. In years of 53 weeks every
    /// twelfth period has a week more.
    ///
    /// # Errors
    /// [`CalendarError::InvalidPeriods`] for years of other than 52 or 53 weeks, no period, or more than
    /// [`MAX_PERIODS`]; [`CalendarError::DateOutOfRange`] beyond the range of dates.
    pub fn weeks(
        pattern: WeekPattern,
        weeks_of_year: u32,
        from: NaiveDate,
        count: u32,
    ) -> Result<Self, CalendarError> {
        check_count(count)?;
        let extra = match weeks_of_year {
            52 => 0,
            53 => 1,
            other => return Err(invalid(other, "52 or 53 weeks")),
        };
        let (mut periods, mut start) = (Vec::new(), from);
        for index in 0..count {
            let longer = if index % 12 == 11 { extra } else { 0 };
            let days = u64::from(pattern.weeks_of(index).saturating_add(longer)).saturating_mul(7);
            let end = start.checked_add_days(Days::new(days));
            let end = end.ok_or_else(|| CalendarError::DateOutOfRange {
                date: start,
                moved_by: format!("{days} days"),
            })?;
            periods.push(NamedPeriod {
                id: format!("P{:02}", index.saturating_add(1)),
                period: Period::new(start, end)?,
            });
            start = end;
        }
        Ok(Self(periods))
    }

    /// Periods by any names. They may leave gaps and overlap.
    ///
    /// # Errors
    /// [`CalendarError::InvalidPeriods`] for no period, more than [`MAX_PERIODS`], an empty name, or one used twice.
    pub fn listed(periods: Vec<NamedPeriod>) -> Result<Self, CalendarError> {
        check_count(u32::try_from(periods.len()).unwrap_or(u32::MAX))?;
        let mut ids = BTreeSet::new();
        for named in &periods {
            if named.id.is_empty() {
                return Err(invalid("an empty name", "a name"));
            }
            if !ids.insert(named.id.as_str()) {
                return Err(invalid(excerpt(&named.id), "a name used once"));
            }
        }
        Ok(Self(periods))
    }

    /// The calendar months that a span of days touches.
    ///
    /// # Errors
    /// [`CalendarError::InvalidPeriods`] for more than [`MAX_PERIODS`]; [`CalendarError::DateOutOfRange`] at the end of the
    /// range of dates.
    pub fn months_of(span: &Period) -> Result<Self, CalendarError> {
        // A month has at most 31 days: a span that is too long is not cut first.
        let limit = u32::try_from(MAX_PERIODS).unwrap_or(u32::MAX).saturating_mul(31);
        let count = if span.days() > limit {
            u32::MAX
        } else {
            u32::try_from(span.fiscal_months().len()).unwrap_or(u32::MAX)
        };
        Self::calendar(
            CalendarUnit::Month,
            FiscalMonth::of(span.start()).first_day(),
            count,
        )
    }

    /// The periods, in order.
    pub fn iter(&self) -> impl Iterator<Item = &NamedPeriod> {
        self.0.iter()
    }

    /// Whether every one is made of whole calendar months.
    #[must_use]
    pub fn are_whole_months(&self) -> bool {
        self.0.iter().all(|named| named.period.is_whole_months())
    }
}

fn check_count(count: u32) -> Result<(), CalendarError> {
    if count > 0 && usize::try_from(count).is_ok_and(|count| count <= MAX_PERIODS) {
        Ok(())
    } else {
        Err(invalid(format!("{count} periods"), "1 to 10000 periods"))
    }
}

fn invalid(found: impl fmt::Display, expected: &'static str) -> CalendarError {
    CalendarError::InvalidPeriods {
        found: found.to_string(),
        expected,
    }
}

impl TryFrom<Document> for FiscalPeriods {
    type Error = CalendarError;

    fn try_from(document: Document) -> Result<Self, CalendarError> {
        match document {
            Document::Calendar { unit, from, count } => Self::calendar(unit, from, count),
            Document::Weeks {
                pattern,
                weeks,
                from,
                count,
            } => Self::weeks(pattern, weeks, from, count),
            Document::Listed(periods) => Self::listed(periods),
        }
    }
}

impl From<FiscalPeriods> for Document {
    fn from(periods: FiscalPeriods) -> Self {
        Self::Listed(periods.0)
    }
}

impl fmt::Display for WeekPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

impl FromStr for WeekPattern {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let known = Self::ALL.into_iter().find(|pattern| pattern.text() == text);
        known.ok_or_else(|| invalid(excerpt(text), "4-4-5, 4-5-4 or 5-4-4"))
    }
}

impl Serialize for WeekPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WeekPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for WeekPattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WeekPattern".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "enum": ["4-4-5", "4-5-4", "5-4-4"]})
    }
}

const fn fifty_two() -> u32 {
    52
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    fn shown(periods: &FiscalPeriods) -> Vec<String> {
        let show = |named: &NamedPeriod| format!("{} {}", named.id, named.period);
        periods.iter().map(show).collect()
    }

    #[test]
    fn months_quarters_and_years_are_named_after_their_beginning() {
        let of = |unit, from| shown(&FiscalPeriods::calendar(unit, day(from), 2).unwrap());
        let quarters = of(CalendarUnit::Quarter, "2025-11-01");
        assert_eq!(
            of(CalendarUnit::Month, "2024-12-01"),
            [
                "2024-12 2024-12-01 to 2024-12-31",
                "2025-01 2025-01-01 to 2025-01-31"
            ]
        );
        assert_eq!(
            quarters,
            [
                "2025-Q4 2025-11-01 to 2026-01-31",
                "2026-Q1 2026-02-01 to 2026-04-30"
            ]
        );
        assert_eq!(
            of(CalendarUnit::Year, "2025-01-01"),
            ["2025 2025-01-01 to 2025-12-31", "2026 2026-01-01 to 2026-12-31"]
        );
        assert_eq!(
            of(CalendarUnit::Year, "2025-07-01"),
            [
                "2025-07 2025-07-01 to 2026-06-30",
                "2026-07 2026-07-01 to 2027-06-30"
            ]
        );
    }

    #[test]
    fn a_year_of_weeks_has_52_or_53_of_them() {
        for pattern in WeekPattern::ALL {
            for weeks in [52, 53] {
                let years = FiscalPeriods::weeks(pattern, weeks, day("2024-02-04"), 24).unwrap();
                let days: Vec<u32> = years.iter().map(|named| named.period.days() / 7).collect();
                assert_eq!(days.iter().take(12).sum::<u32>(), weeks);
                assert_eq!(days.iter().skip(12).sum::<u32>(), weeks);
                let quarter: Vec<String> = days.iter().take(3).map(ToString::to_string).collect();
                assert_eq!(quarter.join("-"), pattern.to_string());
            }
        }
    }

    #[test]
    fn other_periods_are_refused() {
        let code = |result: Result<FiscalPeriods, CalendarError>| result.map_err(|error| error.code());
        let refused = Err("invalid_period");
        let calendar = |from, count| code(FiscalPeriods::calendar(CalendarUnit::Year, day(from), count));
        assert_eq!(calendar("2025-01-02", 1), refused);
        assert_eq!(calendar("2025-01-01", 0), refused);
        assert_eq!(calendar("2025-01-01", 10_001), refused);
        let weeks = |weeks, count| {
            code(FiscalPeriods::weeks(
                WeekPattern::FourFourFive,
                weeks,
                day("2025-01-01"),
                count,
            ))
        };
        assert_eq!(weeks(51, 1), refused);
        assert_eq!(weeks(52, 0), refused);
        assert_eq!(
            code(FiscalPeriods::weeks(
                WeekPattern::FourFourFive,
                52,
                NaiveDate::MAX,
                1
            )),
            Err("date_out_of_range")
        );
        let named = |id: &str| NamedPeriod {
            id: id.to_owned(),
            period: Period::months(day("2025-01-01"), 1).unwrap(),
        };
        assert_eq!(code(FiscalPeriods::listed(vec![named("a"), named("a")])), refused);
        assert_eq!(code(FiscalPeriods::listed(vec![named("")])), refused);
        assert_eq!(code(FiscalPeriods::listed(Vec::new())), refused);
        assert_eq!(
            "4-4-4".parse::<WeekPattern>().map_err(|error| error.code()),
            Err("invalid_period")
        );
        let long = Period::new(NaiveDate::MIN, NaiveDate::MAX).unwrap();
        assert_eq!(code(FiscalPeriods::months_of(&long)), refused);
    }

    #[test]
    fn periods_are_read_in_their_three_forms_and_written_in_one() {
        for text in [
            r#"{"calendar": {"unit": "quarter", "from": "2025-01-01", "count": 4}}"#,
            r#"{"weeks": {"pattern": "4-4-5", "from": "2024-12-30", "count": 12}}"#,
            r#"{"listed": [{"id": "H1", "period": {"start": "2025-01-01", "end": "2025-07-01"}}]}"#,
        ] {
            let periods: FiscalPeriods = serde_json::from_str(text).unwrap();
            let written = serde_json::to_string(&periods).unwrap();
            assert_eq!(serde_json::from_str::<FiscalPeriods>(&written).unwrap(), periods);
        }
        for text in [
            r#"{"calendar": {"unit": "month", "from": "2025-01-01", "count": 1, "weeks": 53}}"#,
            r#"{"weeks": {"pattern": "4-4-5", "from": "2025-01-01", "count": 1, "unit": "month"}}"#,
        ] {
            assert!(serde_json::from_str::<FiscalPeriods>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_period_is_whole_months_or_not() {
        let whole = |first, last| {
            Period::inclusive(day(first), day(last))
                .unwrap()
                .is_whole_months()
        };
        assert!(whole("2024-02-01", "2024-02-29"));
        assert!(whole("2024-02-01", "2025-03-31"));
        assert!(!whole("2024-02-01", "2024-02-28"));
        assert!(!whole("2024-02-02", "2024-03-31"));
    }
}
