//! One run at a time: what a run writes to is locked until it ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A lock that this process holds. The system gives it back when the process ends, killed or not; the file itself is
/// removed by a run that finishes.
pub struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock that a file stands for; `None` if another process has it.
    ///
    /// # Errors
    /// A file that cannot be created.
    pub fn take(path: &Path) -> io::Result<Option<Self>> {
        let own = std::process::id().to_string();
        loop {
            let mut file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(fault)) => return Err(fault),
            }
            file.set_len(0)?;
            file.write_all(own.as_bytes())?;
            // A run that ended between the two steps has removed the file; then this lock is on a file without a name.
            if fs::read_to_string(path).is_ok_and(|found| found == own) {
                return Ok(Some(Self {
                    path: path.to_owned(),
                    _file: file,
                }));
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is still held, so that nobody removes the lock of a run that starts now.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_and_leaves_nothing() {
        let path = std::env::temp_dir().join(format!("lead-to-cash-lock-{}", std::process::id()));
        let held = Lock::take(&path).unwrap();
        assert!(held.is_some());
        assert!(Lock::take(&path).unwrap().is_none());
        drop(held);
        assert!(!path.exists());
        assert!(Lock::take(&path).unwrap().is_some());
    }
}
