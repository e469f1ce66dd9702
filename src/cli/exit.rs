//! Exit codes, and the one place where a failure becomes one.

use super::UsageError;
use crate::app::AppError;
use crate::domain::{Refusal, ValueError};
use crate::storage::StorageError;
use crate::transfer::{ExportError, ImportError};
use std::io;
use std::process::ExitCode;

/// How a command ended. A caller must take a code it does not know for a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// A failure that no other code tells of.
    Failure = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A rule of billing forbids it.
    Refused = 3,
    /// What was named is not there.
    NotFound = 4,
    /// Verification failed, or something is damaged.
    Damaged = 5,
    /// Done in part: what could not be imported was written to the file of rejects.
    Partly = 6,
    /// Somebody else holds the book.
    Locked = 11,
    /// Whether the change was committed is not known.
    CommitUnknown = 12,
    /// The disk is full.
    DiskFull = 13,
    /// Ended by Ctrl-C or SIGTERM.
    Interrupted = 130,
}

impl Exit {
    /// As the process returns it.
    pub fn code(self) -> ExitCode {
        ExitCode::from(self as u8)
    }

    /// The code of a failure, from the first cause in its chain that tells.
    pub fn of(error: &anyhow::Error) -> Self {
        error
            .chain()
            .find_map(Self::of_cause)
            .unwrap_or(Self::Failure)
    }

    /// The code of an I/O failure. A closed pipe is none: its reader has seen enough.
    pub fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Ok,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::NotFound => Self::NotFound,
            _ => Self::Failure,
        }
    }

    fn of_cause(cause: &(dyn std::error::Error + 'static)) -> Option<Self> {
        if let Some(error) = cause.downcast_ref::<StorageError>() {
            return Some(Self::of_storage(error));
        }
        if let Some(error) = cause.downcast_ref::<AppError>() {
            return Some(match error {
                AppError::NotFound { .. } => Self::NotFound,
                AppError::Ambiguous { .. } => Self::Usage,
                AppError::Archived { .. } | AppError::InUse { .. } => Self::Refused,
            });
        }
        if let Some(error) = cause.downcast_ref::<ImportError>() {
            return Some(match error {
                ImportError::Refused(_) => Self::Refused,
                ImportError::Rejected(_) => Self::Failure,
            });
        }
        if cause.is::<Refusal>() || cause.is::<ExportError>() {
            return Some(Self::Refused);
        }
        if cause.is::<ValueError>() || cause.is::<UsageError>() {
            return Some(Self::Usage);
        }
        cause.downcast_ref::<io::Error>().map(Self::of_io)
    }

    fn of_storage(error: &StorageError) -> Self {
        match error {
            StorageError::NoBook { .. } => Self::NotFound,
            StorageError::CannotInit { .. }
            | StorageError::DuplicateId { .. }
            | StorageError::DuplicateReference { .. }
            | StorageError::DuplicateNumber { .. }
            | StorageError::TooManyYears { .. } => Self::Refused,
            StorageError::Corrupt { .. } | StorageError::OutOfStep { .. } => Self::Damaged,
            StorageError::Locked { .. } => Self::Locked,
            StorageError::CommitUnknown { .. } => Self::CommitUnknown,
            StorageError::DiskFull { .. } => Self::DiskFull,
            StorageError::Interrupted => Self::Interrupted,
            StorageError::Io { source, .. } => Self::of_io(source),
            StorageError::Foreign { .. }
            | StorageError::ReadOnly { .. }
            | StorageError::Engine { .. } => Self::Failure,
        }
    }
}
