//! Opening database files so that a commit survives what may come, and telling SQLite's errors apart.

use super::schema::{self, FileKind};
use crate::context::Interrupt;
use crate::storage::{Result, StorageError};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often a long statement asks whether the user wants to end, in virtual-machine steps: some tens of microseconds.
const STEPS_BETWEEN_INTERRUPTS: std::ffi::c_int = 10_000;

/// How a file's changes reach the disk. There is one right way and the tool offers no other; the fault tests use worse
/// ones, to show that they would notice.
#[derive(Clone, Copy, Debug)]
pub struct Durability {
    /// SQLite's `journal_mode`.
    pub journal_mode: &'static str,
    /// SQLite's `synchronous`, by number.
    pub synchronous: i64,
}

impl Durability {
    /// A rollback journal, because in WAL mode a commit over several files is torn by a crash; and `EXTRA`, because with
    /// `FULL` the journal's removal may not outlive a power cut, which undoes the commit.
    pub const SAFE: Self = Self {
        journal_mode: "delete",
        synchronous: 3,
    };
}

impl Default for Durability {
    fn default() -> Self {
        Self::SAFE
    }
}

/// What every connection of a transaction is opened with.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    pub busy_timeout: Duration,
    pub interrupt: Interrupt,
    /// Ends what the threads of a load still do when their work is not wanted any more.
    pub given_up: Interrupt,
    pub durability: Durability,
    /// The years' files that were probed: each once, before anything of this transaction had it open. To open and close a
    /// file drops the locks that this process holds on it, those of other connections and threads too.
    pub probed: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Connector {
    /// The same for another transaction, which may find other files.
    pub fn anew(&self) -> Self {
        Self {
            probed: Arc::default(),
            ..self.clone()
        }
    }

    /// Looks at a file before SQLite does: see [`schema::probe`]. Only a fault test that commits in WAL mode expects it.
    pub fn probe(&self, path: &Path, kind: FileKind) -> Result<()> {
        schema::probe(path, kind, self.durability.journal_mode == "wal")
    }

    /// Opens an existing database file that [`Self::probe`] has passed.
    pub fn open(&self, path: &Path) -> Result<Connection> {
        // A read-only file is opened for reading: SQLite falls back by itself.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |error| failure(path, error);
        let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        self.prepare(&mut connection).map_err(failed)?;
        self.make_durable(&connection, "main", path)?;
        Ok(connection)
    }

    /// Opens a database in memory, to which years are attached to be read. Its main schema takes no lock on any file, as
    /// `book.db` would: a reader that waits for a second lock while a writer waits for the end of its first stops both.
    pub fn open_in_memory(&self, place: &Path) -> Result<Connection> {
        // Not to create: what is attached must be there.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |error| failure(place, error);
        let mut connection = Connection::open_in_memory_with_flags(flags).map_err(failed)?;
        self.prepare(&mut connection).map_err(failed)?;
        Ok(connection)
    }

    /// Creates a database file that nobody else knows yet: it needs no journal, for until it is published it can be thrown
    /// away.
    pub fn create_unpublished(&self, path: &Path) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |error| failure(path, error);
        let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        self.prepare(&mut connection).map_err(failed)?;
        connection
            .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;")
            .map_err(failed)?;
        Ok(connection)
    }

    /// Probes a year's file unless that was done. The lock is held meanwhile, so that no other thread opens it.
    fn probe_year(&self, path: &Path) -> Result<()> {
        let mut probed = self.probed.lock().unwrap_or_else(PoisonError::into_inner);
        if !probed.contains(path) {
            self.probe(path, FileKind::Year)?;
            probed.insert(path.to_owned());
        }
        Ok(())
    }

    /// Attaches a year's file under a schema name.
    pub fn attach(&self, connection: &Connection, path: &Path, schema: &str) -> Result<()> {
        self.probe_year(path)?;
        let file = path.to_str().ok_or_else(|| StorageError::Foreign {
            path: path.to_owned(),
            what: "has a name that is not UTF-8, which SQLite cannot open".to_owned(),
        })?;
        connection
            .execute(&format!("ATTACH DATABASE ?1 AS {schema}"), [file])
            .map_err(|error| failure(path, error))?;
        self.make_durable(connection, schema, path)
    }

    fn prepare(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        connection.busy_timeout(self.busy_timeout)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.execute_batch(
            "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;",
        )?;
        let (interrupt, given_up) = (self.interrupt.clone(), self.given_up.clone());
        connection.progress_handler(
            STEPS_BETWEEN_INTERRUPTS,
            Some(move || interrupt.is_raised() || given_up.is_raised()),
        )
    }

    /// Ctrl-C ends loops that run between statements, too.
    pub fn heed_interrupt(&self) -> Result<()> {
        if self.interrupt.is_raised() || self.given_up.is_raised() {
            Err(StorageError::Interrupted)
        } else {
            Ok(())
        }
    }

    /// Sets both pragmas on one schema and reads them back: SQLite ignores what it cannot do, and says nothing.
    fn make_durable(&self, connection: &Connection, schema: &str, path: &Path) -> Result<()> {
        let Durability {
            journal_mode,
            synchronous,
        } = self.durability;
        let failed = |error| failure(path, error);
        let mode: String = connection
            .query_row(
                &format!("PRAGMA {schema}.journal_mode = {journal_mode}"),
                [],
                |row| row.get(0),
            )
            .map_err(failed)?;
        connection
            .execute_batch(&format!("PRAGMA {schema}.synchronous = {synchronous}"))
            .map_err(failed)?;
        let level: i64 = connection
            .query_row(&format!("PRAGMA {schema}.synchronous"), [], |row| {
                row.get(0)
            })
            .map_err(failed)?;
        if mode == journal_mode && level == synchronous {
            return Ok(());
        }
        Err(StorageError::Engine {
            place: path.display().to_string(),
            message: format!(
                "SQLite stays at journal_mode={mode}, synchronous={level}, with which commits are not safe"
            ),
        })
    }
}

/// What an error of SQLite means for a book.
pub(super) fn failure(path: &Path, error: rusqlite::Error) -> StorageError {
    let place = || path.display().to_string();
    let Some(code) = error.sqlite_error_code() else {
        return match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::QueryReturnedNoRows => StorageError::Corrupt {
                place: place(),
                what: error.to_string(),
            },
            other => StorageError::Engine {
                place: place(),
                message: other.to_string(),
            },
        };
    };
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StorageError::Locked {
            holder: "another program is using its files",
        },
        ErrorCode::DiskFull => StorageError::DiskFull {
            path: path.to_owned(),
        },
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
            StorageError::ReadOnly {
                path: path.to_owned(),
            }
        }
        ErrorCode::OperationInterrupted => StorageError::Interrupted,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StorageError::Corrupt {
            place: place(),
            what: error.to_string(),
        },
        _ => StorageError::Engine {
            place: place(),
            message: error.to_string(),
        },
    }
}

/// Turns SQLite's errors into storage errors at one place: the file concerned.
pub(super) trait At<T> {
    /// Says where it happened.
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for rusqlite::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|error| failure(path, error))
    }
}

/// The files of a book's directory.
#[derive(Clone, Debug)]
pub(super) struct Files {
    /// The directory.
    pub dir: PathBuf,
}

impl Files {
    pub fn book(&self) -> PathBuf {
        self.dir.join("book.db")
    }

    pub fn lock(&self) -> PathBuf {
        self.dir.join("book.lock")
    }

    pub fn year(&self, year: crate::domain::BillingYear) -> PathBuf {
        self.dir.join(format!("{year}.db"))
    }

    /// Where SQLite keeps what a write to that file would need to be undone.
    pub fn journal_of(path: &Path) -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push("-journal");
        PathBuf::from(name)
    }

    /// Where `book.db` is made before it takes its place.
    pub fn unpublished_book(&self) -> PathBuf {
        self.dir.join("book.db.new")
    }

    /// Where a year's file is made before the commit of that number, and waits for its name behind it: `2026.db.57.new`.
    ///
    /// The number tells a file that was committed from every other: each name is used by one commit at the most.
    pub fn unpublished_year(&self, year: crate::domain::BillingYear, stamp: u64) -> PathBuf {
        self.dir.join(format!("{year}.db.{stamp}.new"))
    }
}
