//! The embedded engine: a directory of SQLite files, `book.db` and one per billing year.
//!
//! # How a write stays whole
//!
//! A writer holds `book.lock`, attaches the years it will change to its connection on `book.db` and begins. Its commit
//! raises the commit counter in `book.db` and stamps the counter into each year it touched; SQLite's super-journal makes
//! the commit over these files one step, which holds in rollback-journal mode and not in WAL mode.
//!
//! A year that does not exist yet is built as `2026.db.57.new`, complete and synced, before the commit of number 57 that
//! puts it into the catalog; then it is renamed. A load that adds much to a year builds a copy of its file in the same way,
//! and the renaming puts it in place of the old one.
//!
//! The name tells what a file is. Where the catalog expects the year at that commit, the commit took place and only the
//! renaming is missing: whoever opens the year does it, and so does the next writer for all of them. Each name is used by one
//! commit at the most, so it does not matter how many do it at once or how late: a file of another commit has another name.
//! One who may not rename reads the file where it is. A temporary file that the catalog does not expect belonged to a write
//! that never was; the next writer removes it.
//!
//! A file is only replaced when no journal lies beside it: SQLite would play the old file's into the new one. The write that
//! makes the copy locks the old file against other programs, which rolls back what a killed write left there, and syncs the
//! directory before its commit. Readers have the old file open only in transactions, which keep the commit out.
//!
//! # How a read stays consistent
//!
//! A reader begins on `book.db` and holds its shared lock. Every commit writes `book.db`, so none can happen meanwhile, and
//! the years can be attached to a second connection one after the other, as many as there are: only ten at a time. The second
//! connection locks nothing of `book.db`, for a writer that waits to commit lets nobody lock it a second time.
//!
//! Scanners read the same state on other threads, each with a connection of its own, to which it attaches the years alone:
//! the transaction's lock on `book.db` is enough, and no other has to be waited for.
//! Before a year is opened its file is looked at without SQLite, once in a transaction: to close a file that this process has
//! open elsewhere would drop the locks on it.

mod additions;
mod assemble;
mod billed;
mod bills;
mod bills_read;
mod bills_write;
mod book;
mod commit;
mod connect;
mod crew;
mod customers;
mod heads;
mod history;
mod load;
mod lock;
mod products;
mod query;
mod reader;
mod rows;
mod scan;
mod schema;
mod staged;
mod tx;
mod verify;
mod versions;
mod wanted;
mod years;

pub use connect::Durability;
pub use load::copy_pays;

use crate::context::Interrupt;
use crate::domain::Currency;
use crate::storage::{BookInfo, BookRows as _, Result, Scope, Storage, StorageError, Tx};
use chrono::{DateTime, Utc};
use connect::{Connector, Files};
use schema::FileKind;
use std::path::PathBuf;
use std::time::Duration;
use tx::SqliteTx;

/// Where a book is.
#[derive(Clone, Debug)]
pub struct Location {
    /// Its directory.
    pub path: PathBuf,
    /// Whether the first write makes it, as for the default book.
    pub makes_itself: bool,
}

/// A book of SQLite files.
#[derive(Debug)]
pub struct SqliteStorage {
    files: Files,
    makes_itself: bool,
    now: DateTime<Utc>,
    connector: Connector,
    fewest_copied: u64,
}

impl SqliteStorage {
    /// The book at `location`. Nothing is opened or made yet. `lock_timeout` is how long a transaction waits for others.
    pub fn new(
        location: Location,
        lock_timeout: Duration,
        interrupt: Interrupt,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            files: Files { dir: location.path },
            makes_itself: location.makes_itself,
            now,
            connector: Connector {
                busy_timeout: lock_timeout,
                interrupt,
                given_up: Interrupt::default(),
                durability: Durability::SAFE,
                probed: std::sync::Arc::default(),
            },
            fewest_copied: load::FEWEST_COPIED,
        }
    }

    /// The same with another way of reaching the disk: for the fault tests.
    #[must_use]
    pub fn with_durability(mut self, durability: Durability) -> Self {
        self.connector.durability = durability;
        self
    }

    /// The same with another least number of bills for which a load copies a year: for the tests, whose years are small.
    #[must_use]
    pub fn with_copies_from(mut self, bills: u64) -> Self {
        self.fewest_copied = bills;
        self
    }

    /// Makes an empty book; fails where there is one already or the directory holds anything else.
    pub fn init(&mut self, currency: Currency) -> Result<BookInfo> {
        let dir = &self.files.dir;
        let refuse = |what| {
            Err(StorageError::CannotInit {
                path: dir.clone(),
                what,
            })
        };
        if self.files.book().exists() {
            self.connector.probe(&self.files.book(), FileKind::Book)?;
            return refuse("is a book already");
        }
        match std::fs::read_dir(dir) {
            Ok(mut entries) => {
                // A lock or an unfinished file is what an init that was cut short leaves.
                let ours = |name: std::ffi::OsString| name.to_string_lossy().starts_with("book.");
                if entries.any(|entry| entry.map_or(true, |entry| !ours(entry.file_name()))) {
                    return refuse(
                        "is not empty, and a book needs a directory of its own: name another",
                    );
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
                return refuse("is not a directory: name another place for the book");
            }
            Err(error) => return Err(StorageError::io("read", dir, error)),
        }
        std::fs::create_dir_all(dir).map_err(|error| StorageError::io("create", dir, error))?;
        let lock = lock::acquire(
            &self.files,
            self.connector.busy_timeout,
            &self.connector.interrupt,
        )?;
        if self.files.book().exists() {
            return refuse("is a book already");
        }
        book::create(&self.connector, &self.files, currency, self.now)?;
        drop(lock);
        SqliteTx::read(self.connector.clone(), self.files.clone())?.info()
    }
}

impl SqliteStorage {
    /// A transaction on an empty book that goes away with it.
    fn rehearse<'a>(&self) -> Result<Box<dyn Tx + 'a>> {
        let home = tempfile::tempdir().map_err(|error| {
            StorageError::io(
                "create",
                std::path::Path::new("a temporary directory"),
                error,
            )
        })?;
        let mut empty = Self {
            files: Files {
                dir: home.path().join("book"),
            },
            makes_itself: false,
            now: self.now,
            connector: self.connector.anew(),
            fewest_copied: self.fewest_copied,
        };
        empty.init(Currency::default())?;
        let mut tx = SqliteTx::read(empty.connector, empty.files)?;
        tx.home = Some(home);
        Ok(Box::new(tx))
    }
}

impl Storage for SqliteStorage {
    fn begin<'a>(&'a mut self, scope: &Scope) -> Result<Box<dyn Tx + 'a>> {
        let (connector, files) = (self.connector.anew(), self.files.clone());
        if !files.book().exists() {
            if !self.makes_itself {
                let hint = if files.dir.is_file() {
                    "this is a file, and a book is a directory: name one with --book"
                } else {
                    "make one with 'billbook init', or name another with --book"
                };
                return Err(StorageError::NoBook {
                    path: files.dir,
                    hint,
                });
            }
            if *scope == Scope::Rehearse {
                return self.rehearse();
            }
            if *scope == Scope::Read {
                let hint = "'billbook init' makes it, and so does the first write";
                return Err(StorageError::NoBook {
                    path: files.dir,
                    hint,
                });
            }
            match self.init(Currency::default()) {
                // Somebody else was quicker.
                Err(StorageError::CannotInit { .. }) if self.files.book().exists() => {}
                made => drop(made?),
            }
        }
        Ok(match scope {
            Scope::Read | Scope::Rehearse => Box::new(SqliteTx::read(connector, files)?),
            Scope::Write(years) => {
                let mut tx = SqliteTx::write(connector, files, years)?;
                tx.fewest_copied = self.fewest_copied;
                Box::new(tx)
            }
        })
    }
}
