//! Typed ids: one newtype per thing, a readable prefix, checked when made and when read.

use crate::HostError;

/// Characters that an id may hold after its prefix, at most.
pub const MAX_KEY_LENGTH: usize = 128;

/// Defines an id type: a newtype over a checked string of the form `prefix_key`.
///
/// The key is 1 to 128 characters out of `A-Z a-z 0-9 - . _ :`; case matters. The host mints ids; no code of this
/// house draws one.
///
/// ```
/// l2c_host::typed_id!(
///     /// An order.
///     OrderId, "ord"
/// );
/// let id = OrderId::new("ord_67HY0MW7")?;
/// assert_eq!(id, OrderId::from_key("67HY0MW7")?);
/// assert_eq!(id.key(), "67HY0MW7");
/// assert!(OrderId::new("inv_1").is_err());
/// # Ok::<(), l2c_host::HostError>(())
/// ```
#[macro_export]
macro_rules! typed_id {
    ($(#[$meta:meta])* $name:ident, $prefix:literal $(;)?) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(::std::sync::Arc<str>);

        // An id type takes what it needs of these.
        #[allow(dead_code)]
        impl $name {
            /// What every id of this type starts with, before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Reads an id with its prefix.
            ///
            /// # Errors
            /// [`HostError::Id`]($crate::HostError::Id) if the prefix is another one or the key is malformed.
            pub fn new(text: &str) -> ::std::result::Result<Self, $crate::HostError> {
                $crate::__private::check_id(stringify!($name), $prefix, text)?;
                Ok(Self(::std::sync::Arc::from(text)))
            }

            /// Makes an id from a key of another system by putting the prefix before it.
            ///
            /// # Errors
            /// [`HostError::Id`]($crate::HostError::Id) if the key is malformed.
            pub fn from_key(key: &str) -> ::std::result::Result<Self, $crate::HostError> {
                Self::new(&$crate::__private::join_id($prefix, key))
            }

            /// Makes an id from a UUID that the host drew.
            #[must_use]
            pub fn from_uuid(uuid: $crate::Uuid) -> Self {
                Self(::std::sync::Arc::from($crate::__private::join_id($prefix, &uuid.to_string())))
            }

            /// The whole id, with its prefix.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The id without its prefix.
            #[must_use]
            pub fn key(&self) -> &str {
                $crate::__private::id_key($prefix, &self.0)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::HostError;
            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl $crate::__private::Serialize for $name {
            fn serialize<S: $crate::__private::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> $crate::__private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                let text = $crate::__private::id_text(deserializer)?;
                Self::new(&text).map_err($crate::__private::custom)
            }
        }
    };
}

/// What the macro expands to; no part of the public API.
#[doc(hidden)]
pub mod private {
    pub use serde::de::Error as DeError;
    pub use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::HostError;

    pub fn join_id(prefix: &str, key: &str) -> String {
        format!("{prefix}_{key}")
    }

    pub fn id_key<'a>(prefix: &str, id: &'a str) -> &'a str {
        id.strip_prefix(prefix)
            .and_then(|rest| rest.strip_prefix('_'))
            .unwrap_or(id)
    }

    pub fn check_id(what: &'static str, prefix: &'static str, text: &str) -> Result<(), HostError> {
        let key = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
        match key {
            Some(key) if super::legal_key(key) => Ok(()),
            _ => Err(HostError::Id {
                what,
                prefix,
                value: super::shortened(text),
            }),
        }
    }

    pub fn id_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        String::deserialize(deserializer)
    }

    pub fn custom<E: DeError>(error: HostError) -> E {
        E::custom(error)
    }
}

/// 1 to 128 characters out of `A-Z a-z 0-9 - . _ :`.
pub(crate) fn legal_key(key: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':');
    !key.is_empty() && key.len() <= MAX_KEY_LENGTH && key.bytes().all(legal)
}

/// The start of a text, so that an error stays readable whatever came in.
pub(crate) fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(60).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    crate::typed_id!(
        /// A thing.
        ThingId, "thg"
    );

    #[test]
    fn an_id_keeps_its_prefix_and_gives_its_key() {
        let id = ThingId::from_key("67HY0MW7").unwrap();
        assert_eq!(id.as_str(), "thg_67HY0MW7");
        assert_eq!(id.key(), "67HY0MW7");
        assert_eq!(
            format!("{id} {id:?} {id:>14}"),
            "thg_67HY0MW7 thg_67HY0MW7   thg_67HY0MW7"
        );
        assert_eq!("thg_67HY0MW7".parse::<ThingId>().unwrap(), id);
    }

    #[test]
    fn a_uuid_makes_an_id() {
        let id = ThingId::from_uuid(crate::Uuid::nil());
        assert_eq!(id.as_str(), "thg_00000000-0000-0000-0000-000000000000");
        assert_eq!(ThingId::new(id.as_str()).unwrap(), id);
    }

    #[test]
    fn malformed_ids_are_refused_with_what_would_be_right() {
        let long = format!("thg_{}", "x".repeat(129));
        for text in [
            "",
            "thg",
            "thg_",
            "thg_a b",
            "ord_1",
            "THG_1",
            "thg_ä",
            "thg-1",
            long.as_str(),
        ] {
            let error = ThingId::new(text).unwrap_err();
            assert_eq!(error.code(), "id", "{text}");
        }
        // 60 characters of the value are quoted, however long it is.
        assert!(ThingId::new(&long).unwrap_err().to_string().len() < 160);
        insta::assert_snapshot!(ThingId::new("ord_1").unwrap_err(),
            @r#""ord_1" is no ThingId: it is "thg_" and 1 to 128 characters out of A-Z a-z 0-9 - . _ :"#);
    }

    #[test]
    fn serde_writes_a_string_and_checks_what_it_reads() {
        let id = ThingId::from_key("7").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""thg_7""#);
        assert_eq!(serde_json::from_str::<ThingId>(r#""thg_7""#).unwrap(), id);
        assert!(serde_json::from_str::<ThingId>(r#""ord_7""#).is_err());
        assert!(serde_json::from_str::<ThingId>("7").is_err());
    }
}
