//! Prints every event of a store, one per line: two stores hold the same if their prints are the same, however their
//! pages came about.
//!
//! `cargo run -p l2c-sqlite --example print_events FILE`

use std::io::{BufWriter, Write};

use l2c_host::all_events;
use l2c_sqlite::SqliteStore;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("name the file of a store")?;
    if !std::path::Path::new(&file).is_file() {
        return Err(format!("{file} is no file").into());
    }
    let store = SqliteStore::open(&file)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for event in all_events(&store, 0, 1_000) {
        writeln!(out, "{:?}", event?)?;
    }
    Ok(out.flush()?)
}
