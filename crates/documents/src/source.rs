use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::Segment;

use crate::place::{Child, find, inside, unquoted, value_at};
use crate::report::{Finding, Report};
use crate::{Fault, Faults, nearest};

/// The text of a JSON document and the name that it is reported by.
///
/// A byte order mark at the beginning is left out, line ends may be `\n` or `\r\n`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
}

impl Source {
    /// A text; `name` is what reports call it, as a rule its path.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if text.starts_with(MARK) {
            text = text.split_off(MARK.len_utf8());
        }
        Self {
            name: name.into(),
            text,
        }
    }

    /// A text as it stands in a file.
    ///
    /// # Errors
    /// Bytes that are not UTF-8: the first of them, and how to save the file.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, Report> {
        let name = name.into();
        if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            let message = "the text is UTF-16: save it as UTF-8";
            return Err(Report::new(vec![Finding::new(
                &name,
                "",
                0..0,
                "not_utf8",
                message.to_owned(),
                None,
            )]));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(error) => {
                let start = error.utf8_error().valid_up_to();
                let bytes = error.as_bytes();
                let byte = bytes.get(start).copied().unwrap_or_default();
                let message = format!("the byte {byte:02X} is not UTF-8: save the text as UTF-8");
                let text = String::from_utf8_lossy(bytes);
                let span = start..start.saturating_add(char::REPLACEMENT_CHARACTER.len_utf8());
                Err(Report::new(vec![Finding::new(
                    &name, &text, span, "not_utf8", message, None,
                )]))
            }
        }
    }

    /// The name that it is reported by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads the document.
    ///
    /// # Errors
    /// What is not JSON, or not a `T`: an unknown or missing field, a value of another type. Reading stops at the
    /// first fault.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Report> {
        let mut reader = serde_json::Deserializer::from_str(&self.text);
        match serde_path_to_error::deserialize::<_, T>(&mut reader) {
            Ok(read) => match reader.end() {
                Ok(()) => Ok(read),
                Err(error) => Err(self.refused("", &error)),
            },
            Err(error) => {
                let path = written(error.path());
                Err(self.refused(&path, error.inner()))
            }
        }
    }

    /// Shows each fault at its place in the text. A path that is not there points at the nearest parent that is.
    #[must_use]
    pub fn report(&self, faults: &Faults) -> Report {
        Report::new(faults.iter().map(|fault| self.finding(fault)).collect())
    }

    fn finding(&self, fault: &Fault) -> Finding {
        let place = find(&self.text, &fault.path);
        let found = self.text.get(place.value.clone()).map(unquoted);
        let choices = fault.choices.iter().map(String::as_str);
        let help = found.and_then(|found| meant(nearest(&found, choices)));
        let help = help.or_else(|| {
            let path: String = fault.path.chars().take(100).collect();
            (!place.whole).then(|| format!("there is no `{path}` in the document"))
        });
        let span = self.mark(place.value);
        Finding::new(
            &self.name,
            &self.text,
            span,
            fault.code,
            fault.message.clone(),
            help,
        )
    }

    /// What serde says, at the place that it means.
    fn refused(&self, path: &str, error: &serde_json::Error) -> Report {
        let told = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let message = told.strip_suffix(&place).unwrap_or(&told);
        let message = if OF_DATES.contains(&message) {
            "not a date of the calendar: write it as YYYY-MM-DD"
        } else {
            message
        }
        .to_owned();
        let offset = self.offset(error.line(), error.column());
        let (code, span) = match error.classify() {
            _ if self.text.trim().is_empty() => {
                let message = "the document is empty".to_owned();
                return self.single("empty_document", message, 0..0, None);
            }
            Category::Eof => {
                let end = self.text.trim_end().len();
                ("unexpected_end", end..end)
            }
            Category::Syntax | Category::Io => ("syntax", self.word(offset)),
            Category::Data => (kind(&message), self.meant_by(path, &message, offset)),
        };
        let mut names = message.split('`').skip(1).step_by(2);
        let help = match code {
            "unknown_field" | "unknown_variant" => {
                names.next().and_then(|unknown| meant(nearest(unknown, names)))
            }
            _ => None,
        };
        self.single(code, message, span, help)
    }

    fn single(
        &self,
        code: &'static str,
        message: String,
        span: Range<usize>,
        help: Option<String>,
    ) -> Report {
        Report::new(vec![Finding::new(
            &self.name, &self.text, span, code, message, help,
        )])
    }

    /// The place of a message about data. Its path ends at an object that serde has held back to read its tag
    /// first; then what the message quotes is looked for inside.
    fn meant_by(&self, path: &str, message: &str, offset: usize) -> Range<usize> {
        let place = find(&self.text, path);
        if let Some(key) = &place.key
            && key.start < offset
            && offset <= key.end
        {
            return key.clone();
        }
        if let Some(key) = &place.key
            && matches!(kind(message), "unknown_field" | "duplicate_field")
            && self.text.get(key.clone()).map(unquoted).as_deref() == quoted(message)
        {
            return key.clone();
        }
        let start = place.value.start;
        if !matches!(self.text.as_bytes().get(start), Some(b'{' | b'[')) {
            return place.value;
        }
        let named = quoted(message).unwrap_or_default();
        let key = |child: &Child| child.key.clone().filter(|key| self.is(key.clone(), named));
        let value = |child: &Child| {
            let value = value_at(&self.text, child.value);
            let token = self.text.get(value.clone()).unwrap_or_default();
            (token == named || self.is(value.clone(), named)).then_some(value)
        };
        let among = |wanted: &dyn Fn(&Child) -> Option<Range<usize>>| -> Option<Range<usize>> {
            inside(&self.text, start).iter().rev().find_map(wanted)
        };
        let found = match kind(message) {
            "unknown_field" | "duplicate_field" => among(&key),
            "missing_field" | "invalid_document" => None,
            _ if named.is_empty() => None,
            _ => among(&value),
        };
        found.unwrap_or_else(|| self.mark(place.value))
    }

    fn is(&self, span: Range<usize>, name: &str) -> bool {
        self.text.get(span).map(unquoted).as_deref() == Some(name)
    }

    /// What is marked for a value: all of it, or the opening bracket of one that is long.
    fn mark(&self, value: Range<usize>) -> Range<usize> {
        let text = self.text.get(value.clone()).unwrap_or_default();
        let long = text.len() > 60 || text.contains('\n');
        if long && text.starts_with(['{', '[']) {
            value.start..value.start.saturating_add(1)
        } else {
            value
        }
    }

    /// The byte that a line and a column of serde_json name; columns count bytes, from 1.
    fn offset(&self, line: usize, column: usize) -> usize {
        let before: usize = self
            .text
            .split_inclusive('\n')
            .take(line.saturating_sub(1))
            .map(str::len)
            .sum();
        before.saturating_add(column).min(self.text.len())
    }

    /// The word that ends at or runs over the byte before `offset`; else its character.
    fn word(&self, offset: usize) -> Range<usize> {
        let last = offset.saturating_sub(1);
        let at = (0..=last)
            .rev()
            .find(|at| self.text.is_char_boundary(*at))
            .unwrap_or(0);
        let (before, after) = self.text.split_at_checked(at).unwrap_or_default();
        let in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.');
        let start = before.trim_end_matches(in_word).len();
        let length = after
            .len()
            .saturating_sub(after.trim_start_matches(in_word).len());
        if length == 0 {
            let width = after.chars().next().map_or(0, char::len_utf8);
            return at..at.saturating_add(width);
        }
        start..at.saturating_add(length)
    }
}

const MARK: char = '\u{FEFF}';

/// What chrono says about a date that it does not read. It tells an author neither what is wrong nor what is right.
const OF_DATES: [&str; 6] = [
    "input is out of range",
    "no possible date and time matching input",
    "input is not enough for unique date and time",
    "input contains invalid characters",
    "premature end of input",
    "trailing input",
];

/// The path as faults write it.
fn written(path: &serde_path_to_error::Path) -> String {
    path.iter().fold(String::new(), |path, segment| match segment {
        Segment::Seq { index } => format!("{path}[{index}]"),
        Segment::Map { key } | Segment::Enum { variant: key } if path.is_empty() => key.clone(),
        Segment::Map { key } | Segment::Enum { variant: key } => format!("{path}.{key}"),
        Segment::Unknown => path,
    })
}

/// The code of what serde says about data.
fn kind(message: &str) -> &'static str {
    let kinds = [
        ("unknown field", "unknown_field"),
        ("unknown variant", "unknown_variant"),
        ("missing field", "missing_field"),
        ("duplicate field", "duplicate_field"),
        ("invalid type", "wrong_type"),
    ];
    let found = kinds.iter().find(|(begin, _)| message.starts_with(begin));
    found.map_or("invalid_value", |(_, code)| code)
}

/// The first thing that a message quotes, as serde does it: `x`, or "x" for a text.
fn quoted(message: &str) -> Option<&str> {
    let quote = message.chars().find(|c| matches!(c, '`' | '"'))?;
    message.split(quote).nth(1)
}

fn meant(name: Option<&str>) -> Option<String> {
    name.map(|name| format!("did you mean `{name}`?"))
}
