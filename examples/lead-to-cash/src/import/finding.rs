//! What an export has that is not as it should be, row by row.

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// The row is not used.
    Refused,
    /// The row is used after a change.
    Repaired,
    /// The row is used as it is, but a reader should know.
    Noted,
}

/// A remark on a row.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Finding {
    /// File name.
    pub file: &'static str,
    /// Line, the header being line 1.
    pub line: u64,
    /// Id of the row, where it has one.
    pub id: String,
    /// Column.
    pub field: &'static str,
    /// What stands there.
    pub value: String,
    /// What became of the row.
    pub treatment: Treatment,
    /// Why.
    pub reason: String,
}

/// Columns that hold names of people or firms. A finding says where they stand, never what they say: `parties.csv`
/// is the only file with names.
const NAMES: &[&str] = &["account", "sales_agent", "manager"];

impl Finding {
    /// A remark on the row of an `id` at a line of a file.
    pub fn new(
        (file, line, id): (&'static str, u64, &str),
        field: &'static str,
        value: &str,
        treatment: Treatment,
        reason: impl Into<String>,
    ) -> Self {
        let value = match value {
            "" => "",
            _ if NAMES.contains(&field) => "(a name)",
            shown => shown,
        };
        Self {
            file,
            line,
            id: id.to_owned(),
            field,
            value: value.to_owned(),
            treatment,
            reason: reason.into(),
        }
    }
}
