//! Files that are made under a temporary name, complete and on disk before the commit that the book knows them by.

use super::connect::{At as _, Connector, Files};
use super::schema::{FileKind, SCHEMA_VERSION, late_indexes, section};
use super::years;
use crate::domain::BillingYear;
use crate::storage::{BookInfo, Result, StorageError};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::path::{Path, PathBuf};

/// Pages copied between two looks at the user's wish to end: some milliseconds.
const PAGES_BETWEEN_INTERRUPTS: std::ffi::c_int = 4_096;

/// A load writes what the domain's types and the versions as billed vouch for, so it does without the last line of defence,
/// which takes as long as the rest of an insertion. Whoever doubts it asks `check`, which looks at all of it again.
const UNDEFENDED: &str = "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;";

/// What the making of a year's file needs to know.
#[derive(Clone, Debug)]
pub(super) struct Maker {
    pub connector: Connector,
    pub files: Files,
    pub info: BookInfo,
}

impl Maker {
    /// One that makes years for the transaction of these.
    pub fn new(connector: &Connector, files: &Files, info: &BookInfo) -> Self {
        Self {
            connector: connector.clone(),
            files: files.clone(),
            info: info.clone(),
        }
    }

    /// The number of the commit that is under way.
    pub fn stamp(&self) -> u64 {
        self.info.commits + 1
    }
}

/// A file that is being made under a temporary name. Unless it is published, dropping it removes it.
#[derive(Debug)]
pub(super) struct Staged {
    /// `None` once the file is finished.
    connection: Option<Connection>,
    path: PathBuf,
    destination: PathBuf,
    expected: bool,
    /// What is run at the end.
    completion: String,
    /// Keeps other programs from writing to the file that is to be replaced.
    guard: Option<Connection>,
}

impl Staged {
    /// Begins `book.db`.
    pub fn book(connector: &Connector, files: &Files) -> Result<Self> {
        let (path, destination) = (files.unpublished_book(), files.book());
        let staged = Self::open(connector, path, destination, String::new())?;
        staged.lay_out(FileKind::Book, "", section("book"))?;
        for table in super::additions::TABLES {
            staged.run(section(table.indexes))?;
        }
        Ok(staged)
    }

    /// Begins a year's file that has every index from the beginning.
    pub fn year(maker: &Maker, year: BillingYear) -> Result<Self> {
        let mut staged = Self::new_year(maker, year, "")?;
        staged.run(section("year indexes"))?;
        staged.completion = stamp(maker);
        Ok(staged)
    }

    /// Begins a new year's file for a load, without the indexes that are cheaper to make at the end.
    pub fn loaded_year(maker: &Maker, year: BillingYear) -> Result<Self> {
        Self::new_year(maker, year, UNDEFENDED)
    }

    fn new_year(maker: &Maker, year: BillingYear, pragmas: &str) -> Result<Self> {
        let destination = maker.files.year(year);
        if destination.exists() {
            return Err(StorageError::Foreign {
                path: destination,
                what: "stands where a new file of the book must go, and the book does not know it: move it away".to_owned(),
            });
        }
        let staged = Self::open_year(maker, year)?;
        staged.lay_out(FileKind::Year, pragmas, section("year"))?;
        staged
            .connection()
            .execute(
                "INSERT INTO year_file VALUES (1, ?1, ?2, 0)",
                rusqlite::params![maker.info.id, year.get()],
            )
            .at(staged.path())?;
        Ok(staged)
    }

    /// Begins the file that will replace an existing year's in a load: a copy, without the indexes that are cheaper to make
    /// at the end. `expected` is the stamp in the catalog.
    ///
    /// No journal of the old file may outlive it, for SQLite would play it back into the new one. So the old file is locked
    /// against other programs until it is replaced. The locking rolls a killed write back and removes its journal; what is
    /// left under that name then is one that SQLite does not take for a journal, and it goes, too.
    pub fn copied_year(maker: &Maker, year: BillingYear, expected: u64) -> Result<Self> {
        let source = maker.files.year(year);
        maker.connector.probe(&source, FileKind::Year)?;
        let guard = maker.connector.open(&source)?;
        guard.execute_batch("BEGIN IMMEDIATE").at(&source)?;
        years::verify_stamp(&guard, "main", &source, &maker.info, year, expected)?;
        remove_if_there(&Files::journal_of(&source))?;
        let mut staged = Self::open_year(maker, year)?;
        copy(&maker.connector, &source, &mut staged)?;
        staged.run(UNDEFENDED)?;
        staged.run("BEGIN")?;
        for index in late_indexes() {
            staged.run(&format!("DROP INDEX IF EXISTS {index}"))?;
        }
        staged.guard = Some(guard);
        Ok(staged)
    }

    /// A year's file that gets its late indexes and its stamp at the end.
    fn open_year(maker: &Maker, year: BillingYear) -> Result<Self> {
        let completion = format!("{}\n{}", section("year indexes"), stamp(maker));
        let path = maker.files.unpublished_year(year, maker.stamp());
        Self::open(&maker.connector, path, maker.files.year(year), completion)
    }

    fn open(
        connector: &Connector,
        path: PathBuf,
        destination: PathBuf,
        completion: String,
    ) -> Result<Self> {
        remove_if_there(&path)?;
        let mut staged = Self {
            connection: None,
            path,
            destination,
            expected: false,
            completion,
            guard: None,
        };
        staged.connection = Some(connector.create_unpublished(&staged.path)?);
        Ok(staged)
    }

    /// Makes the tables, in the transaction that [`Self::finish`] ends.
    fn lay_out(&self, kind: FileKind, pragmas: &str, ddl: &str) -> Result<()> {
        self.run(&format!(
            "{pragmas} BEGIN; PRAGMA application_id = {}; PRAGMA user_version = {SCHEMA_VERSION};",
            kind.application_id()
        ))?;
        self.run(ddl)
    }

    fn run(&self, sql: &str) -> Result<()> {
        self.connection().execute_batch(sql).at(&self.path)
    }

    /// Its connection.
    ///
    /// # Panics
    /// After [`Self::finish`].
    pub fn connection(&self) -> &Connection {
        self.connection
            .as_ref()
            .expect("a file that is not finished")
    }

    /// Its path until it is published.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Completes the file, closes it and makes its content durable.
    pub fn finish(&mut self) -> Result<()> {
        let Some(connection) = self.connection.take() else {
            return Ok(());
        };
        connection
            .execute_batch(&self.completion)
            .and_then(|()| connection.execute_batch("COMMIT"))
            .at(&self.path)?;
        connection
            .close()
            .map_err(|(_, error)| error)
            .at(&self.path)?;
        years::sync_file(&self.path)
    }

    /// From here on the catalog may expect the file: it is not removed any more.
    pub fn expect(&mut self) {
        self.expected = true;
    }

    /// The catalog does not expect it after all.
    pub fn forget(&mut self) {
        self.expected = false;
    }

    /// Gives the file its name.
    pub fn publish(&mut self) -> std::io::Result<()> {
        self.expected = true;
        let renamed = match std::fs::rename(&self.path, &self.destination) {
            // A reader that came between the commit and here has done it.
            Err(_) if !self.path.exists() && self.destination.exists() => Ok(()),
            renamed => renamed,
        };
        drop(self.guard.take());
        renamed
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        drop(self.connection.take());
        if !self.expected {
            // The next writer removes what cannot be removed now.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn stamp(maker: &Maker) -> String {
    format!("UPDATE year_file SET stamp = {};", maker.stamp())
}

/// Copies a database through SQLite, which knows when its pages may be read.
fn copy(connector: &Connector, source: &Path, staged: &mut Staged) -> Result<()> {
    // A connection that writes cannot be copied from, so it is not the one that guards the file.
    let from = connector.open(source)?;
    let path = staged.path.clone();
    let to = staged.connection.as_mut().expect("a file just begun");
    let backup = Backup::new(&from, to).at(&path)?;
    loop {
        connector.heed_interrupt()?;
        match backup.step(PAGES_BETWEEN_INTERRUPTS).at(&path)? {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            _ => {
                return Err(StorageError::Locked {
                    holder: "another program is using its files",
                });
            }
        }
    }
}

fn remove_if_there(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StorageError::io("replace", path, error))
        }
        _ => Ok(()),
    }
}
