//! One writer at a time.

use super::connect::Files;
use crate::context::Interrupt;
use crate::storage::{Result, StorageError};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How often a waiting writer looks whether the user has had enough.
const GLANCE: Duration = Duration::from_millis(50);

/// The right to write, until it is dropped. The system takes it back from a process that dies.
#[derive(Debug)]
pub(super) struct WriteLock {
    _file: File,
}

/// Takes the lock, waiting as long as allowed.
///
/// A blocking lock hands over as soon as it is free, where polling (SQLite's busy handler) sleeps past the moment: with 16
/// writers the worst wait is a twentieth. The wait needs a thread, since a blocking lock knows no time limit.
pub(super) fn acquire(
    files: &Files,
    timeout: Duration,
    interrupt: &Interrupt,
) -> Result<WriteLock> {
    let path = files.lock();
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            StorageError::ReadOnly { path: path.clone() }
        }
        _ => StorageError::io("lock", &path, error),
    };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => return Ok(WriteLock { _file: file }),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    let started = Instant::now();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let locked = file.lock().map(|()| file);
        // Nobody listens any more when the wait was given up; then the file, and with it the lock, is dropped here.
        let _ = sender.send(locked);
    });
    loop {
        let left = timeout.saturating_sub(started.elapsed());
        match receiver.recv_timeout(left.min(GLANCE)) {
            Ok(locked) => return locked.map(|file| WriteLock { _file: file }).map_err(failed),
            Err(RecvTimeoutError::Timeout) if interrupt.is_raised() => {
                return Err(StorageError::Interrupted);
            }
            Err(RecvTimeoutError::Timeout) if !left.is_zero() => {}
            Err(_) => {
                return Err(StorageError::Locked {
                    holder: "another writer is at work",
                });
            }
        }
    }
}
