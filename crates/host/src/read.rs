//! Reading in pages: however long a stream or a store is, one page is in memory at a time.

use crate::{Decider, Envelope, HostError, Store, StoreError, StreamId, Upcasters};

/// How many events of a stream are read at once.
pub(crate) const PAGE: usize = 1000;

/// All events after a position, in order, read in pages.
///
/// After an error the iterator ends.
pub fn all_events<S: Store + ?Sized>(
    store: &S,
    after: u64,
    page: usize,
) -> impl Iterator<Item = Result<Envelope, StoreError>> {
    pages(
        after,
        page,
        |event| event.position,
        move |after, limit| store.read_all(after, limit),
    )
}

/// All events of a stream, in order, read in pages. A stream that does not exist has none.
///
/// After an error the iterator ends. It keeps no borrow of `stream`, so that it can be made per
/// [head](Store::heads) in a `flat_map`.
pub fn stream_events<'s, S: Store + ?Sized>(
    store: &'s S,
    stream: &StreamId,
    page: usize,
) -> impl Iterator<Item = Result<Envelope, StoreError>> + use<'s, S> {
    let stream = stream.clone();
    pages(
        0,
        page,
        |event| event.version,
        move |after, limit| store.read_stream(&stream, after, limit),
    )
}

/// The state of a lifecycle and the version of its stream: all of its events, however many, replayed.
///
/// A stream that does not exist gives the default state and version 0.
///
/// ```
/// # use l2c_host::*;
/// # use serde::{Serialize, Deserialize};
/// # #[derive(Clone, Default, PartialEq, Debug)] struct Switch { on: bool }
/// # #[derive(Clone, Serialize, Deserialize)] enum SwitchEvent { TurnedOn }
/// # impl DomainEvent for SwitchEvent {
/// #     const CATEGORY: &'static str = "switch"; const VERSION: u32 = 1;
/// #     fn name(&self) -> &'static str { "turned_on" }
/// # }
/// # impl Decider for Switch {
/// #     type Command = (); type Event = SwitchEvent; type Context = ();
/// #     type Refusal = std::convert::Infallible;
/// #     fn decide(&self, _: &(), _: &()) -> Result<Vec<SwitchEvent>, Self::Refusal> { Ok(vec![SwitchEvent::TurnedOn]) }
/// #     fn evolve(self, _: &SwitchEvent) -> Self { Switch { on: true } }
/// # }
/// # let store = MemoryStore::new();
/// # let stream = StreamId::of::<SwitchEvent>("1")?;
/// # run(&store, &CommandOn::<Switch>::new(stream.clone(), (), NaiveDate::default(), |_| ()), &Recording::new(DateTime::default()))?;
/// let (switch, version) = load::<Switch>(&store, &stream, &Upcasters::new())?;
/// assert!(switch.on && version == 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LoadError::Store`] if the store cannot be read, [`LoadError::Host`] if an event cannot be.
pub fn load<D: Decider>(
    store: &(impl Store + ?Sized),
    stream: &StreamId,
    upcasters: &Upcasters,
) -> Result<(D, u64), LoadError> {
    stream_events(store, stream, PAGE).try_fold((D::default(), 0), |(state, _), stored| {
        let stored = stored?;
        let event = upcasters.read::<D::Event>(&stored)?;
        Ok((state.evolve(&event), stored.version))
    })
}

/// Why a state could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored event could not be read.
    #[error(transparent)]
    Host(#[from] HostError),
}

impl LoadError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Host(error) => error.code(),
        }
    }
}

/// The one pager: `read` gives at most so many events after a place, `place` says where an event stands.
fn pages(
    after: u64,
    page: usize,
    place: impl Fn(&Envelope) -> u64,
    read: impl Fn(u64, usize) -> Result<Vec<Envelope>, StoreError>,
) -> impl Iterator<Item = Result<Envelope, StoreError>> {
    let limit = page.max(1);
    let mut last = after;
    let mut more = true;
    let mut buffer: std::vec::IntoIter<Envelope> = Vec::new().into_iter();
    std::iter::from_fn(move || {
        loop {
            if let Some(event) = buffer.next() {
                last = place(&event);
                return Some(Ok(event));
            }
            if !more {
                return None;
            }
            match read(last, limit) {
                Ok(events) => {
                    more = events.len() >= limit;
                    buffer = events.into_iter();
                }
                Err(error) => {
                    more = false;
                    return Some(Err(error));
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Append, DateTime, Expected, MemoryStore, NaiveDate, NewEvent, StreamWrite};
    use std::cell::Cell;

    #[test]
    fn after_an_error_nothing_more_is_read() {
        let reads = Cell::new(0);
        let failed = StoreError::Failed("down".into());
        let read = |_, _| {
            reads.set(reads.get() + 1);
            Err(failed.clone())
        };
        let got: Vec<_> = pages(0, 10, |event| event.version, read).collect();
        assert_eq!((got, reads.get()), (vec![Err(failed.clone())], 1));
    }

    #[test]
    fn a_short_page_is_the_last() {
        let store = MemoryStore::new();
        let stream = StreamId::new("counter", "1").unwrap();
        let event = NewEvent {
            name: "counted".into(),
            schema_version: 1,
            effective: NaiveDate::default(),
            payload: "null".into(),
        };
        let mut append = Append::new(DateTime::default());
        append
            .writes
            .push(StreamWrite::new(stream.clone(), Expected::NEW, vec![event; 5]));
        store.append(&append).unwrap();
        let asked = std::cell::RefCell::new(Vec::new());
        let read = |after, limit| {
            asked.borrow_mut().push((after, limit));
            store.read_stream(&stream, after, limit)
        };
        assert_eq!(pages(0, 3, |event| event.version, read).count(), 5);
        assert_eq!(asked.into_inner(), [(0, 3), (3, 3)]);
    }
}
