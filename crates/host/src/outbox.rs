//! The relay: brings what waits in the outbox to its consumer, at least once, in order.

use crate::{OutboxMessage, Store, StoreError};

/// How many messages are read at once.
const PAGE: usize = 100;

/// Delivers every waiting message in order and marks each as delivered afterwards. Returns how many it delivered.
///
/// If the process dies between the delivery and the mark, the next run delivers that message again: the consumer
/// must ignore what it has handled. The ids grow, so the last id handled is all it has to remember
/// ([`Inbox`] does).
///
/// # Errors
/// The first delivery that fails ends the run; that message and the later ones wait for the next run.
pub fn relay<S: Store + ?Sized, E: std::error::Error>(
    store: &S,
    mut deliver: impl FnMut(&OutboxMessage) -> Result<(), E>,
) -> Result<u64, RelayError<E>> {
    let mut delivered: u64 = 0;
    loop {
        let messages = store.pending(PAGE).map_err(RelayError::Store)?;
        if messages.is_empty() {
            return Ok(delivered);
        }
        for message in messages {
            deliver(&message).map_err(|error| RelayError::Delivery {
                id: message.id,
                error,
            })?;
            store.mark_delivered(message.id).map_err(RelayError::Store)?;
            delivered = delivered.saturating_add(1);
        }
    }
}

/// Why a relay stopped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RelayError<E: std::error::Error> {
    /// A message could not be delivered.
    #[error("message {id} was not delivered: {error}")]
    Delivery {
        /// The message.
        id: u64,
        /// Why.
        error: E,
    },
    /// The store failed. The last message may be delivered again.
    #[error(transparent)]
    Store(StoreError),
}

/// The consumer's side: what it has handled already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Inbox {
    last: u64,
}

impl Inbox {
    /// Nothing handled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// True the first time that a message comes. Keep the inbox together with the effect of the message.
    pub fn accept(&mut self, message: &OutboxMessage) -> bool {
        let first_time = message.id > self.last;
        self.last = self.last.max(message.id);
        first_time
    }
}
