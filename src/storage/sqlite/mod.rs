//! The embedded engine: a directory of SQLite files, `book.db` and one per billing year.
//!
//! # How a write stays whole
//!
//! A writer holds `book.lock`, attaches the years it will change to its connection on `book.db` and begins. Its commit
//! raises the commit counter in `book.db` and stamps the counter into each year it touched; SQLite's super-journal makes
//! the commit over these files one step, which holds in rollback-journal mode and not in WAL mode.
//!
//! A year that does not exist yet is built as `2026.db.new`, complete and synced, before the commit that puts it into the
//! catalog; then it is renamed. A file that the catalog expects and that still has its temporary name was published by that
//! commit, and whoever opens it finishes the renaming. A temporary file that the catalog does not expect belonged to a
//! write that never was; the next writer removes it.
//!
//! # How a read stays consistent
//!
//! A reader begins on `book.db` and holds its shared lock. Every commit writes `book.db`, so none can happen meanwhile, and
//! the years can be attached to a second connection one after the other, as many as there are: only ten at a time.
//!
//! Scanners read the same state on other threads, each with a connection of its own, to which it attaches the years alone:
//! the transaction's lock on `book.db` is enough, and no other has to be waited for.
//! Before a year is opened its file is looked at without SQLite, once in a transaction: to close a file that this process has
//! open elsewhere would drop the locks on it.

mod assemble;
mod billed;
mod bills;
mod bills_read;
mod book;
mod commit;
mod connect;
mod customers;
mod history;
mod lock;
mod products;
mod query;
mod rows;
mod scan;
mod schema;
mod tx;
mod verify;
mod versions;
mod wanted;
mod years;

pub use connect::Durability;

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
                durability: Durability::SAFE,
                probed: std::sync::Arc::default(),
            },
        }
    }

    /// The same with another way of reaching the disk: for the fault tests.
    #[must_use]
    pub fn with_durability(mut self, durability: Durability) -> Self {
        self.connector.durability = durability;
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
            Scope::Read => Box::new(SqliteTx::read(connector, files)?),
            Scope::Write(years) => Box::new(SqliteTx::write(connector, files, years)?),
        })
    }
}
