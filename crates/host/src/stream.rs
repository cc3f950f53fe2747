//! Streams: where the events of one thing stand, in order.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::id::{legal_key, shortened};
use crate::{DomainEvent, HostError};

/// The stream of one thing: a category (`order`) and a key (`ord_67HY0MW7`).
///
/// ```
/// # use l2c_host::StreamId;
/// let stream = StreamId::new("order", "ord_7")?;
/// assert_eq!(stream.to_string(), "order/ord_7");
/// assert!(StreamId::new("Order", "ord_7").is_err());
/// # Ok::<(), l2c_host::HostError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    category: Cow<'static, str>,
    key: Arc<str>,
}

impl StreamId {
    /// A stream. The category is 1 to 64 characters out of `a-z 0-9 _`, the key is made like the key of an id.
    ///
    /// # Errors
    /// [`HostError::Stream`] if either is malformed.
    pub fn new(category: impl Into<Cow<'static, str>>, key: &str) -> Result<Self, HostError> {
        let category = category.into();
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if category.is_empty() || category.len() > 64 || !category.bytes().all(legal) || !legal_key(key) {
            return Err(HostError::Stream {
                category: shortened(&category),
                key: shortened(key),
            });
        }
        Ok(Self {
            category,
            key: Arc::from(key),
        })
    }

    /// The stream of a thing whose events are of type `E`.
    ///
    /// # Errors
    /// [`HostError::Stream`] if the key is malformed.
    pub fn of<E: DomainEvent>(key: &str) -> Result<Self, HostError> {
        Self::new(E::CATEGORY, key)
    }

    /// The category.
    pub fn category(&self) -> &str {
        &self.category
    }

    /// The key, which is unique within the category.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.category, self.key)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// At which version a stream must stand for a write to succeed. The version is the number of its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Any version: the write never conflicts.
    Any,
    /// Exactly this version; 0 for a stream that does not exist yet. A later version conflicts, and so does an
    /// earlier one.
    Exactly(u64),
}

impl Expected {
    /// The stream must be new.
    pub const NEW: Self = Self::Exactly(0);

    /// True if a stream at `version` may be written.
    pub fn admits(self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(expected) => expected == version,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any version"),
            Self::Exactly(version) => write!(f, "version {version}"),
        }
    }
}

/// The head of a stream: how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamHead {
    /// The stream.
    pub stream: StreamId,
    /// Its version, the number of its events; at least 1.
    pub version: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_streams_are_refused() {
        for (category, key) in [
            ("", "a"),
            ("a b", "a"),
            ("A", "a"),
            ("a", ""),
            ("a", "a b"),
            ("a/b", "c"),
        ] {
            assert_eq!(
                StreamId::new(category, key).unwrap_err().code(),
                "stream",
                "{category} {key}"
            );
        }
        assert!(StreamId::new("x".repeat(64), &"k".repeat(128)).is_ok());
        assert!(StreamId::new("x".repeat(65), "k").is_err());
        assert!(StreamId::new("x", &"k".repeat(129)).is_err());
    }

    #[test]
    fn expectations() {
        assert!(Expected::Any.admits(7) && Expected::NEW.admits(0) && Expected::Exactly(3).admits(3));
        assert!(
            !Expected::NEW.admits(1) && !Expected::Exactly(3).admits(2) && !Expected::Exactly(3).admits(4)
        );
    }
}
