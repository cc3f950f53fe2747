//! The bridge from an asynchronous store to the blocking trait.

use std::pin::Pin;

use crate::{
    Append, Appended, AsyncStore, Envelope, IdempotencyRecord, OutboxMessage, Store, StoreError, StreamHead,
    StreamId,
};

/// What an executor is given to run to its end.
pub type BoxedFuture<'f> = Pin<Box<dyn Future<Output = ()> + Send + 'f>>;

/// An asynchronous store behind the blocking trait, by an executor that the host has. It is how the
/// [`contract`](crate::contract) suite runs on an [`AsyncStore`]:
///
/// ```
/// # use l2c_host::{Blocking, BoxedFuture, Immediate, MemoryStore, contract};
/// # struct Runtime;
/// # impl Runtime {
/// #     fn block_on(&self, mut future: BoxedFuture<'_>) {
/// #         let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #         while future.as_mut().poll(&mut context).is_pending() {}
/// #     }
/// # }
/// # let runtime = Runtime;
/// # let open = || Immediate(MemoryStore::new());
/// contract::check(|| Blocking::new(open(), |future: BoxedFuture<'_>| runtime.block_on(future)))?;
/// # Ok::<(), contract::Broken>(())
/// ```
#[derive(Clone, Debug)]
pub struct Blocking<S, B> {
    store: S,
    block_on: B,
}

impl<S: AsyncStore, B: Fn(BoxedFuture<'_>)> Blocking<S, B> {
    /// Bridges a store. `block_on` must run a future to its end before it returns.
    pub fn new(store: S, block_on: B) -> Self {
        Self { store, block_on }
    }

    fn wait<T: Send>(
        &self,
        future: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let mut result = None;
        (self.block_on)(Box::pin(async { result = Some(future.await) }));
        result.unwrap_or_else(|| {
            Err(StoreError::Unknown(
                "the executor gave up before the end".to_owned(),
            ))
        })
    }
}

impl<S: AsyncStore, B: Fn(BoxedFuture<'_>)> Store for Blocking<S, B> {
    fn append(&self, append: &Append) -> Result<Appended, StoreError> {
        self.wait(self.store.append(append))
    }
    fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError> {
        self.wait(self.store.read_stream(stream, after, limit))
    }
    fn read_all(&self, after: u64, limit: usize) -> Result<Vec<Envelope>, StoreError> {
        self.wait(self.store.read_all(after, limit))
    }
    fn heads(
        &self,
        category: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StreamHead>, StoreError> {
        self.wait(self.store.heads(category, after, limit))
    }
    fn idempotency(&self, key: &str) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.wait(self.store.idempotency(key))
    }
    fn last_number(&self, sequence: &str) -> Result<u64, StoreError> {
        self.wait(self.store.last_number(sequence))
    }
    fn pending(&self, limit: usize) -> Result<Vec<OutboxMessage>, StoreError> {
        self.wait(self.store.pending(limit))
    }
    fn mark_delivered(&self, id: u64) -> Result<(), StoreError> {
        self.wait(self.store.mark_delivered(id))
    }
}
