//! How storage can fail, each case as far apart as the exit codes need it.

use crate::domain::{BillNumber, BillingYear, Reference};
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// A failure of an engine. Every message says what happened, where, and what to do next.
#[derive(Debug, Error)]
pub enum StorageError {
    /// There is no book at that place.
    #[error("there is no book at {}: {hint}", path.display())]
    NoBook {
        /// Where it was looked for.
        path: PathBuf,
        /// How to make one.
        hint: &'static str,
    },
    /// `init` found something.
    #[error("{} {what}", path.display())]
    CannotInit {
        /// Where the book was to be.
        path: PathBuf,
        /// What is there, and the way out.
        what: &'static str,
    },
    /// A file that is no part of a billbook book.
    #[error("{} {what}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is instead, and what to do.
        what: String,
    },
    /// Somebody else is writing.
    #[error("the book is locked: {holder}; try again, or wait longer with --lock-timeout")]
    Locked {
        /// Who holds it, as a sentence.
        holder: &'static str,
    },
    /// A write was asked of a book that cannot be written.
    #[error("{} cannot be written: check its permissions and those of its directory", path.display())]
    ReadOnly {
        /// The file or directory.
        path: PathBuf,
    },
    /// No room for what was to be written.
    #[error("the disk is full ({}): nothing was changed; free some space and try again", path.display())]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
    },
    /// What is stored is damaged.
    #[error(
        "{place} is damaged: {what}; run 'billbook check' for everything that is wrong, and restore from a backup"
    )]
    Corrupt {
        /// The file or bill.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// A year's file is of another moment than `book.db`.
    #[error(
        "{} is of another moment than the book: it carries commit {found}, and the book expects {expected}; was it \
         copied here by hand, or the book moved without its journal files? Restore both from one backup",
        path.display()
    )]
    OutOfStep {
        /// The year's file.
        path: PathBuf,
        /// The stamp in the catalog.
        expected: u64,
        /// The stamp in the file.
        found: u64,
    },
    /// The commit failed and what became of it cannot be read.
    #[error(
        "whether the change was committed is not known ({why}): look before you repeat it ('billbook check', then 'list')"
    )]
    CommitUnknown {
        /// Why it cannot be read.
        why: String,
    },
    /// Ctrl-C, or a polite kill.
    #[error("interrupted: nothing was changed")]
    Interrupted,
    /// A given id is taken.
    #[error(
        "there is a {noun} {id} already: leave the id out to get a new one, or change the {noun} with '{noun} edit {id}'"
    )]
    DuplicateId {
        /// `customer` or `product`.
        noun: &'static str,
        /// The id.
        id: i64,
    },
    /// The year has a bill of that reference.
    #[error("reference '{reference}' is taken in {}: bill {existing} has it", existing.year())]
    DuplicateReference {
        /// Which of the bills given could not be stored, from 0.
        index: usize,
        /// The reference.
        reference: Reference,
        /// The bill that has it.
        existing: BillNumber,
    },
    /// A given bill number is taken.
    #[error("there is a bill {number} already")]
    DuplicateNumber {
        /// Which of the bills given could not be stored, from 0.
        index: usize,
        /// The number.
        number: BillNumber,
    },
    /// More existing years than one transaction can span.
    #[error(
        "this changes {given} existing years at once, and at most {max} can change in one atomic step: do it in parts, \
         by year"
    )]
    TooManyYears {
        /// How many were to change.
        given: usize,
        /// How many can.
        max: usize,
    },
    /// A file operation failed.
    #[error("cannot {verb} {}", path.display())]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The database engine failed in a way that no other case describes.
    #[error("{place}: {message}")]
    Engine {
        /// The file or server.
        place: String,
        /// The engine's own words.
        message: String,
    },
}

impl StorageError {
    /// Wraps an I/O error, telling a full disk and a missing permission apart from the rest.
    pub fn io(verb: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            _ => Self::Io { verb, path, source },
        }
    }

    /// Damage in one year.
    pub fn corrupt_year(year: BillingYear, what: impl Into<String>) -> Self {
        Self::Corrupt {
            place: format!("{year}.db"),
            what: what.into(),
        }
    }
}
