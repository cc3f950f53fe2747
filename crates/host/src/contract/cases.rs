//! One check per promise, each on an empty store.

use super::{reads, writes};
use crate::Store;

type Case = fn(&dyn Store) -> Result<(), String>;

pub(super) const CASES: &[(&str, Case)] = &[
    ("an empty store is empty", reads::empty),
    ("events come back as they were handed in", reads::round_trip),
    (
        "versions and positions count without a gap",
        reads::versions_and_positions,
    ),
    ("a wrong expected version conflicts", writes::expected_versions),
    ("a write without events checks its version", writes::empty_writes),
    (
        "a second write to a stream sees the first",
        writes::same_stream_twice,
    ),
    ("a refused append leaves nothing behind", writes::atomic),
    ("the first check that fails is the error", writes::order_of_checks),
    ("a key is kept, also by a no-op", writes::keys),
    ("a repetition writes nothing", writes::repetition),
    ("a key with another fingerprint is an error", writes::reused_key),
    ("a refused append does not use up its key", writes::refused_key),
    ("numbers have no gap and no duplicate", writes::numbers),
    ("messages wait until they are marked, in order", reads::outbox),
    ("reads stop at the limit and go on after it", reads::paging),
    ("heads are those of one category, sorted by key", reads::heads),
    ("names differ by every letter", reads::similar_names),
    ("dates and times keep their ends", reads::extreme_dates),
    ("many streams and large payloads fit in one append", reads::bulk),
];
