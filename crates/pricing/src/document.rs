use std::fmt;

use l2c_explain::Citation;
use serde::{Deserialize, Serialize};

/// Which version of which document a figure comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentRef {
    /// Id of the document.
    pub id: String,
    /// Version of the document.
    pub version: u32,
}

impl DocumentRef {
    /// A version of a document.
    pub fn new(id: impl Into<String>, version: u32) -> Self {
        Self {
            id: id.into(),
            version,
        }
    }

    /// A place in the document.
    pub(crate) fn cite(&self, path: &str) -> Citation {
        Citation::document(&self.id, self.version, path)
    }
}

impl fmt::Display for DocumentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} v{}", self.id, self.version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_stands_in_a_column() {
        let list = DocumentRef::new("list", 4);
        assert_eq!(format!("[{list:>9}] [{list:<9}]"), "[  list v4] [list v4  ]");
    }
}
