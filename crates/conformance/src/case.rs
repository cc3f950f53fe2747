use serde::Deserialize;
use serde_json::Value;

/// One case of a vector file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Names the case; unique in its file.
    pub id: String,
    /// Selects the interpreter.
    pub kind: String,
    /// Where the figures come from.
    #[serde(default)]
    pub source: String,
    /// What the case shows.
    #[serde(default)]
    pub title: String,
    /// The input.
    pub given: Value,
    /// The figures; only what stands here is compared.
    pub expect: Value,
    /// Remarks; a text or a list of texts.
    #[serde(default)]
    pub notes: Value,
}

/// Reads a vector file: a JSON array of cases.
///
/// # Errors
/// Text that is no such array, with its line and column.
pub fn cases(text: &str) -> Result<Vec<Case>, serde_json::Error> {
    serde_json::from_str(text)
}
