use std::fmt;

/// How many characters of a message are kept.
const MAX_MESSAGE: usize = 2_000;

/// One thing that is wrong with a document: where, what kind, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The place: `rules[3].when.all[0].gt`. Empty for the document as a whole.
    pub path: String,
    /// What kind of fault, for programs; it stays when the text of the message changes.
    pub code: &'static str,
    /// What is wrong there and what would be right.
    pub message: String,
    /// The names that would be right, where the fault is a name that there is not.
    pub choices: Vec<String>,
}

impl Fault {
    /// A fault at a place. Of a message that quotes a text without end the beginning is kept.
    pub fn new(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
            message.truncate(end);
            message.push('…');
        }
        Self {
            path: path.into(),
            code,
            message,
            choices: Vec::new(),
        }
    }

    /// With the names that would be right: a report names the nearest.
    #[must_use]
    pub fn among<T: Into<String>>(mut self, choices: impl IntoIterator<Item = T>) -> Self {
        self.choices = choices.into_iter().map(Into::into).collect();
        self
    }

    /// The same fault in a document that holds this one at `prefix`: `tiers[2].up_to` becomes
    /// `entries[4].charge.tiers[2].up_to`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.path = match self.path.chars().next() {
            None => prefix.to_owned(),
            Some('[') => format!("{prefix}{}", self.path),
            Some(_) if prefix.is_empty() => self.path,
            Some(_) => format!("{prefix}.{}", self.path),
        };
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

/// Everything that is wrong with a document: at least one fault, in the order in which they were found.
#[derive(Clone, PartialEq, Eq)]
pub struct Faults {
    document: String,
    // Boxed, so that a result that carries it stays small.
    first: Box<Fault>,
    rest: Vec<Fault>,
}

impl Faults {
    /// The faults of a document, named by its kind and id ("price book `list-usd`"); `None` if there is none.
    pub fn of(document: impl Into<String>, faults: Vec<Fault>) -> Option<Self> {
        let mut faults = faults.into_iter();
        let first = Box::new(faults.next()?);
        Some(Self {
            document: document.into(),
            first,
            rest: faults.collect(),
        })
    }

    /// One fault of a document.
    pub fn one(document: impl Into<String>, fault: Fault) -> Self {
        Self {
            document: document.into(),
            first: Box::new(fault),
            rest: Vec::new(),
        }
    }

    /// The same faults where they stand in the document that this one was put together from. Faults that fall
    /// together are told once.
    #[must_use]
    pub fn moved(mut self, place: impl Fn(&str) -> String) -> Self {
        self.first.path = place(&self.first.path);
        let mut rest: Vec<Fault> = Vec::new();
        for mut fault in self.rest {
            fault.path = place(&fault.path);
            if fault != *self.first && !rest.contains(&fault) {
                rest.push(fault);
            }
        }
        self.rest = rest;
        self
    }

    /// Which document: its kind and id.
    #[must_use]
    pub fn document(&self) -> &str {
        &self.document
    }

    /// The first fault.
    #[must_use]
    pub fn first(&self) -> &Fault {
        &self.first
    }

    /// The code of the document: that of its first fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.first.code
    }

    /// The faults in order.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        std::iter::once(self.first()).chain(&self.rest)
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::iter::Chain<std::iter::Once<Fault>, std::vec::IntoIter<Fault>>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(*self.first).chain(self.rest)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rest.is_empty() {
            return write!(f, "{}: {}", self.document, self.first);
        }
        let count = self.rest.len().saturating_add(1);
        write!(f, "{}, {count} faults:", self.document)?;
        self.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

/// As [`Display`](fmt::Display): a `main` that ends with `?`, and `unwrap`, show this.
impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Faults {}

/// Gathers the faults of one document while it is checked, so that all are reported and not only the first.
#[derive(Clone, Debug)]
pub struct Check {
    document: String,
    faults: Vec<Fault>,
}

impl Check {
    /// Begins the check of a document, named by its kind and id.
    pub fn new(document: impl Into<String>) -> Self {
        Self {
            document: document.into(),
            faults: Vec::new(),
        }
    }

    /// Notes a fault at a place.
    pub fn fault(&mut self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.faults.push(Fault::new(path, code, message));
    }

    /// Notes faults whose paths begin at the root of this document.
    pub fn extend(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.extend(faults);
    }

    /// Whether nothing was found so far.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    /// The checked document if there is no fault.
    ///
    /// # Errors
    /// Every fault that was noted.
    pub fn finish<T>(self, checked: T) -> Result<T, Faults> {
        Faults::of(self.document, self.faults).map_or(Ok(checked), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_moves_under_the_place_that_holds_its_document() {
        let under = |path: &str, prefix: &str| Fault::new(path, "code", "message").under(prefix).path;
        assert_eq!(under("tiers[2].up_to", "charge"), "charge.tiers[2].up_to");
        assert_eq!(under("[2].up_to", "tiers"), "tiers[2].up_to");
        assert_eq!(under("", "charge"), "charge");
        assert_eq!(under("tiers", ""), "tiers");
    }

    #[test]
    fn the_first_fault_is_the_code_and_all_are_listed() {
        let mut check = Check::new("price book `list`");
        assert!(check.is_clean());
        check.fault("entries[0].price", "below_zero", "-5 is below zero");
        let one = check.clone().finish(()).unwrap_err();
        assert_eq!(
            one.to_string(),
            "price book `list`: entries[0].price: -5 is below zero"
        );
        check.extend([Fault::new("", "empty", "there is nothing")]);
        let faults = check.finish(()).unwrap_err();
        assert_eq!(faults.code(), "below_zero");
        assert_eq!(
            faults.to_string(),
            "price book `list`, 2 faults:\n  entries[0].price: -5 is below zero\n  there is nothing"
        );
        assert_eq!(
            faults.into_iter().map(|fault| fault.code).collect::<Vec<_>>(),
            ["below_zero", "empty"]
        );
    }
}
