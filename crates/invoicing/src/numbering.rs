use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::InvoicingError;
use crate::error::Fault;

/// The number of an issued document (BT-1), with its place in the host's gap-free sequence.
///
/// Made by [`NumberSeries::number`] from a value that the host's store hands out in the same append that
/// issues the document; that is what keeps a series without gaps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceNumber {
    sequence: String,
    value: u64,
    text: String,
}

impl InvoiceNumber {
    /// The host's sequence that the value was taken from.
    #[must_use]
    pub fn sequence(&self) -> &str {
        &self.sequence
    }

    /// The value in the sequence.
    #[must_use]
    pub const fn value(&self) -> u64 {
        self.value
    }

    /// The number as it stands on the document.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for InvoiceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// When a series begins again at its first value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesReset {
    /// Never.
    #[default]
    Never,
    /// With every calendar year of the issue date.
    Yearly,
    /// With every calendar month of the issue date.
    Monthly,
}

/// A numbering series: how a value of the host's sequence becomes the number of a document.
///
/// The pattern is text with `{seq}` or `{seq:N}` (at least N digits, 1 to 20) exactly once, and `{YYYY}`, `{YY}`,
/// `{MM}` of the issue date: `INV-{YYYY}-{seq:6}`. A series that begins again needs the year, or year and month,
/// in its pattern, so that no number occurs twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "SeriesDocument", into = "SeriesDocument")]
pub struct NumberSeries {
    document: SeriesDocument,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeriesDocument {
    id: String,
    pattern: String,
    #[serde(default)]
    reset: SeriesReset,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Token {
    Text(String),
    Sequence { digits: usize },
    Year,
    ShortYear,
    Month,
}

impl NumberSeries {
    /// A checked series.
    ///
    /// # Errors
    /// [`InvoicingError::InvalidDocument`] with every fault of the id, the pattern and the reset.
    pub fn new(
        id: impl Into<String>,
        pattern: impl Into<String>,
        reset: SeriesReset,
    ) -> Result<Self, InvoicingError> {
        Self::try_from(SeriesDocument {
            id: id.into(),
            pattern: pattern.into(),
            reset,
        })
    }

    /// The name of the series.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.document.id
    }

    /// The name of the host's gap-free sequence for documents issued on `date`: one for the whole series, or one
    /// for each year or month. A host keeps issue dates in order within a sequence.
    #[must_use]
    pub fn sequence(&self, date: NaiveDate) -> String {
        let id = &self.document.id;
        match self.document.reset {
            SeriesReset::Never => id.clone(),
            SeriesReset::Yearly => format!("{id}/{:04}", date.year()),
            SeriesReset::Monthly => format!("{id}/{:04}-{:02}", date.year(), date.month()),
        }
    }

    /// The number for a value of the sequence, on the issue date.
    #[must_use]
    pub fn number(&self, value: u64, date: NaiveDate) -> InvoiceNumber {
        let part = |token: &Token| match token {
            Token::Text(text) => text.clone(),
            Token::Sequence { digits } => format!("{value:0digits$}"),
            Token::Year => format!("{:04}", date.year()),
            Token::ShortYear => format!("{:02}", date.year().rem_euclid(100)),
            Token::Month => format!("{:02}", date.month()),
        };
        InvoiceNumber {
            sequence: self.sequence(date),
            value,
            text: self.tokens.iter().map(part).collect(),
        }
    }
}

/// The longest pattern that is read.
const MAX_PATTERN: usize = 80;
/// The most digits that `{seq:N}` pads to.
const MAX_DIGITS: usize = 20;

fn tokens(pattern: &str) -> Result<Vec<Token>, String> {
    if pattern.len() > MAX_PATTERN {
        return Err(format!("has {} bytes: {MAX_PATTERN} at most", pattern.len()));
    }
    let mut tokens = Vec::new();
    let mut rest = pattern;
    while !rest.is_empty() {
        let (text, tail) = rest
            .split_once('{')
            .map_or((rest, None), |(text, tail)| (text, Some(tail)));
        if text.contains('}') || text.chars().any(char::is_control) {
            return Err(format!("has an unexpected character in `{text}`"));
        }
        if !text.is_empty() {
            tokens.push(Token::Text(text.to_owned()));
        }
        let Some(tail) = tail else { break };
        let (name, after) = tail.split_once('}').ok_or("has a `{` without its `}`")?;
        tokens.push(match name {
            "YYYY" => Token::Year,
            "YY" => Token::ShortYear,
            "MM" => Token::Month,
            "seq" => Token::Sequence { digits: 1 },
            _ => match name.strip_prefix("seq:").and_then(|digits| digits.parse().ok()) {
                Some(digits) if (1..=MAX_DIGITS).contains(&digits) => Token::Sequence { digits },
                _ => {
                    return Err(format!(
                        "has `{{{name}}}`: write {{seq}}, {{seq:N}}, {{YYYY}}, {{YY}} or {{MM}}"
                    ));
                }
            },
        });
        rest = after;
    }
    Ok(tokens)
}

impl TryFrom<SeriesDocument> for NumberSeries {
    type Error = InvoicingError;
    fn try_from(document: SeriesDocument) -> Result<Self, InvoicingError> {
        let mut faults = Vec::new();
        if document.id.trim().is_empty() {
            faults.push(Fault::new("id", "is empty: name the series"));
        }
        let tokens = tokens(&document.pattern).unwrap_or_else(|problem| {
            faults.push(Fault::new("pattern", problem));
            vec![Token::Sequence { digits: 1 }, Token::Year, Token::Month]
        });
        let count = |wanted: fn(&Token) -> bool| tokens.iter().filter(|&token| wanted(token)).count();
        if count(|t| matches!(t, Token::Sequence { .. })) != 1 {
            faults.push(Fault::new("pattern", "needs {seq} or {seq:N} exactly once"));
        }
        let year = count(|t| matches!(t, Token::Year | Token::ShortYear)) > 0;
        let month = count(|t| matches!(t, Token::Month)) > 0;
        let missing = match document.reset {
            SeriesReset::Yearly if !year => Some("needs {YYYY} or {YY}: the series begins again every year"),
            SeriesReset::Monthly if !(year && month) => {
                Some("needs a year and {MM}: the series begins again every month")
            }
            _ => None,
        };
        if let Some(problem) = missing {
            faults.push(Fault::new("pattern", problem));
        }
        InvoicingError::unless_empty("number series", faults)?;
        Ok(Self { document, tokens })
    }
}

impl From<NumberSeries> for SeriesDocument {
    fn from(series: NumberSeries) -> Self {
        series.document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn a_value_becomes_a_number_by_the_pattern() {
        for (pattern, reset, value, text, sequence) in [
            (
                "INV-{YYYY}-{seq:6}",
                SeriesReset::Yearly,
                42,
                "INV-2017-000042",
                "inv/2017",
            ),
            ("{seq}", SeriesReset::Never, 1_234_567, "1234567", "inv"),
            (
                "{YY}{MM}/{seq:2}",
                SeriesReset::Monthly,
                123,
                "1703/123",
                "inv/2017-03",
            ),
        ] {
            let series = NumberSeries::new("inv", pattern, reset).unwrap();
            let number = series.number(value, day("2017-03-09"));
            assert_eq!(
                (number.as_str(), number.sequence(), number.value()),
                (text, sequence, value)
            );
        }
    }

    #[test]
    fn a_pattern_that_could_repeat_a_number_is_refused() {
        for (pattern, reset) in [
            ("INV", SeriesReset::Never),
            ("{seq}{seq}", SeriesReset::Never),
            ("{seq:0}", SeriesReset::Never),
            ("{seq:21}", SeriesReset::Never),
            ("{seq", SeriesReset::Never),
            ("seq}", SeriesReset::Never),
            ("{DD}{seq}", SeriesReset::Never),
            ("{seq}", SeriesReset::Yearly),
            ("{YYYY}{seq}", SeriesReset::Monthly),
        ] {
            let error = NumberSeries::new("inv", pattern, reset).unwrap_err();
            assert_eq!(error.code(), "invalid_document", "{pattern}");
        }
    }
}
