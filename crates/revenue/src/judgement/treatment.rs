/// An enum of treatments with a name for each, as documents, texts and `Display` write it.
macro_rules! treatments {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// Every treatment.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$variant),+];

            /// Its name in documents and texts.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.code())
            }
        }
    };
}

pub(super) use treatments;
