//! SQLite's errors become those of the port here; nothing above this file sees them.

use l2c_host::StoreError;
use rusqlite::{Error, ErrorCode};

/// The error of a read, or of a write that was rolled back.
pub(crate) fn domain(error: Error) -> StoreError {
    let text = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy(format!(
            "it stayed locked longer than the busy timeout ({text}); try again, or end the other process"
        )),
        Some(ErrorCode::NotADatabase) => {
            StoreError::Incompatible(format!("the file is not an SQLite database ({text})"))
        }
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged(text),
        _ => match error {
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..) => StoreError::Damaged(text),
            _ => StoreError::Failed(text),
        },
    }
}

/// The error of a commit: unless SQLite says that it could not begin, nobody knows whether it reached the disk.
pub(crate) fn of_commit(error: Error) -> StoreError {
    match domain(error) {
        StoreError::Failed(text) => StoreError::Unknown(text),
        other => other,
    }
}
