/// Why something cannot be handed over. Nothing has happened then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandoverError {
    /// It lacks what the next room needs.
    #[error("{thing} {id} has no {field}, which {next} needs")]
    Missing {
        /// What is handed over: an opportunity, a quote.
        thing: &'static str,
        /// Its id.
        id: String,
        /// What is missing.
        field: &'static str,
        /// The room that needs it.
        next: &'static str,
    },
    /// It does not stand where it can be handed over.
    #[error("{thing} {id} is {found}: only one that is {expected} goes to {next}")]
    NotReady {
        /// What is handed over.
        thing: &'static str,
        /// Its id.
        id: String,
        /// Where it stands.
        found: String,
        /// Where it has to stand.
        expected: &'static str,
        /// The room that it would go to.
        next: &'static str,
    },
    /// The next room cannot take a value.
    #[error("{thing} {id}, {field}: {reason}")]
    Unfit {
        /// What is handed over.
        thing: &'static str,
        /// Its id.
        id: String,
        /// The field.
        field: &'static str,
        /// Why, in the words of the next room.
        reason: String,
    },
}

impl HandoverError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::NotReady { .. } => "not_ready",
            Self::Unfit { .. } => "unfit",
        }
    }
}

/// What is handed over, for the errors of one hand-over.
#[derive(Clone, Copy)]
pub(crate) struct Thing<'a> {
    pub(crate) thing: &'static str,
    pub(crate) id: &'a str,
    pub(crate) next: &'static str,
}

impl Thing<'_> {
    pub(crate) fn needs<T>(self, field: &'static str, value: Option<T>) -> Result<T, HandoverError> {
        let Self { thing, id, next } = self;
        value.ok_or_else(|| HandoverError::Missing {
            thing,
            id: id.to_owned(),
            field,
            next,
        })
    }

    pub(crate) fn fits<T, E: std::fmt::Display>(
        self,
        field: &'static str,
        value: Result<T, E>,
    ) -> Result<T, HandoverError> {
        let Self { thing, id, .. } = self;
        value.map_err(|fault| HandoverError::Unfit {
            thing,
            id: id.to_owned(),
            field,
            reason: fault.to_string(),
        })
    }

    pub(crate) fn is(
        self,
        ready: bool,
        expected: &'static str,
        found: impl std::fmt::Display,
    ) -> Result<(), HandoverError> {
        let Self { thing, id, next } = self;
        let fault = || HandoverError::NotReady {
            thing,
            id: id.to_owned(),
            // A status says `in_fulfilment`, as programs read it; this is for people.
            found: found.to_string().replace('_', " "),
            expected,
            next,
        };
        ready.then_some(()).ok_or_else(fault)
    }
}
