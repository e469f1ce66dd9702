//! The years' files: the catalog, the making of a new one, and what a killed write left behind.

use super::connect::{At as _, Connector, Files};
use super::schema::{FileKind, SCHEMA_VERSION, section};
use crate::domain::BillingYear;
use crate::storage::{BookInfo, Result, StorageError};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Each year, and the commit that last wrote it.
pub(super) type Catalog = BTreeMap<BillingYear, u64>;

/// Reads the catalog.
pub(super) fn catalog(book: &Connection, path: &Path) -> Result<Catalog> {
    const SQL: &str = "SELECT year, stamp FROM main.years";
    let mut statement = book.prepare(SQL).at(path)?;
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, i32>(0)?, row.get::<_, u64>(1)?)))
        .at(path)?;
    let mut catalog = Catalog::new();
    for row in rows {
        let (year, stamp) = row.at(path)?;
        let year = BillingYear::new(year).ok_or_else(|| StorageError::Corrupt {
            place: path.display().to_string(),
            what: format!("its catalog names the year {year}"),
        })?;
        catalog.insert(year, stamp);
    }
    Ok(catalog)
}

/// The path of a year that the catalog expects. Where the commit that made it was not followed by the renaming, that is
/// done now; another process may be doing it at the same moment.
pub(super) fn locate(files: &Files, year: BillingYear) -> Result<PathBuf> {
    let path = files.year(year);
    for _ in 0..50 {
        if path.exists() {
            return Ok(path);
        }
        if std::fs::rename(Files::unpublished(&path), &path).is_ok() {
            return Ok(path);
        }
        // Whoever committed it is about to rename it; one who may only read has to wait for that.
        if !Files::unpublished(&path).exists() && !path.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    if path.exists() {
        return Ok(path);
    }
    Err(StorageError::corrupt_year(
        year,
        "the file is missing, and the book's catalog expects it",
    ))
}

/// Whether a file's name is one that only an unpublished file has.
pub(super) fn is_unpublished(name: &Path) -> bool {
    let Some(base) = name.to_str().and_then(|name| name.strip_suffix(".new")) else {
        return false;
    };
    base == "book.db"
        || base
            .strip_suffix(".db")
            .is_some_and(|year| year.parse::<BillingYear>().is_ok())
}

/// Finishes what a killed write committed and removes what it did not. Only the holder of the write lock may call this.
pub(super) fn settle(files: &Files, catalog: &Catalog) -> Result<()> {
    let dir = &files.dir;
    let entries = std::fs::read_dir(dir).map_err(|error| StorageError::io("read", dir, error))?;
    for entry in entries {
        let path = entry
            .map_err(|error| StorageError::io("read", dir, error))?
            .path();
        if !path
            .file_name()
            .is_some_and(|name| is_unpublished(Path::new(name)))
        {
            continue;
        }
        let published = path.with_extension("");
        let year = published
            .file_stem()
            .and_then(|stem| stem.to_str())
            .and_then(|stem| stem.parse().ok());
        let expected = year.is_some_and(|year| catalog.contains_key(&year)) && !published.exists();
        let settled = if expected {
            std::fs::rename(&path, &published)
        } else {
            std::fs::remove_file(&path)
        };
        settled.map_err(|error| StorageError::io("clean up", &path, error))?;
    }
    Ok(())
}

/// Compares what a year's file says of itself with what the book expects.
pub(super) fn verify_stamp(
    connection: &Connection,
    schema: &str,
    path: &Path,
    info: &BookInfo,
    year: BillingYear,
    expected: u64,
) -> Result<()> {
    let sql = format!("SELECT book_id, year, stamp FROM {schema}.year_file");
    let (book_id, found_year, found): (String, i32, u64) = connection
        .query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .at(path)?;
    let foreign = |what: String| {
        Err(StorageError::Foreign {
            path: path.to_owned(),
            what,
        })
    };
    if book_id != info.id {
        return foreign(
            "belongs to another book: restore this book's own file from a backup".to_owned(),
        );
    }
    if found_year != i32::from(year.get()) {
        return foreign(format!(
            "holds the year {found_year}: restore the right file from a backup"
        ));
    }
    if found != expected {
        return Err(StorageError::OutOfStep {
            path: path.to_owned(),
            expected,
            found,
        });
    }
    Ok(())
}

/// Makes the names in a directory durable.
pub(super) fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(|error| StorageError::io("sync", dir, error))
}

/// Makes a file's content durable. SQLite must have closed it: see [`super::schema::probe`].
pub(super) fn sync_file(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| StorageError::io("sync", path, error))
}

/// A file that is being made under a temporary name. Unless it is published, dropping it removes it.
#[derive(Debug)]
pub(super) struct Staged {
    /// `None` once the file is finished.
    connection: Option<Connection>,
    path: PathBuf,
    destination: PathBuf,
    expected: bool,
}

impl Staged {
    /// Begins a year's file, without the indexes that are cheaper to make at the end.
    pub fn create(
        connector: &Connector,
        files: &Files,
        book_id: &str,
        year: BillingYear,
    ) -> Result<Self> {
        let staged = Self::begin(connector, files.year(year), FileKind::Year, section("year"))?;
        staged
            .connection()
            .execute(
                "INSERT INTO year_file VALUES (1, ?1, ?2, 0)",
                rusqlite::params![book_id, year.get()],
            )
            .at(staged.path())?;
        Ok(staged)
    }

    /// Begins a file that will be `destination`.
    pub fn begin(
        connector: &Connector,
        destination: PathBuf,
        kind: FileKind,
        ddl: &str,
    ) -> Result<Self> {
        if destination.exists() {
            return Err(StorageError::Foreign {
                path: destination,
                what: "stands where a new file of the book must go, and the book does not know it: move it away".to_owned(),
            });
        }
        let path = Files::unpublished(&destination);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StorageError::io("replace", &path, error));
            }
            _ => {}
        }
        let connection = connector.create_unpublished(&path)?;
        let header = format!(
            "BEGIN; PRAGMA application_id = {}; PRAGMA user_version = {SCHEMA_VERSION};",
            kind.application_id()
        );
        let begun = connection
            .execute_batch(&header)
            .and_then(|()| connection.execute_batch(ddl))
            .at(&path);
        let staged = Self {
            connection: Some(connection),
            path,
            destination,
            expected: false,
        };
        begun.map(|()| staged)
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

    /// Its path for now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Completes the file, closes it and makes its content durable.
    pub fn finish(&mut self, sql: &str) -> Result<()> {
        let Some(connection) = self.connection.take() else {
            return Ok(());
        };
        connection
            .execute_batch(sql)
            .and_then(|()| connection.execute_batch("COMMIT"))
            .at(&self.path)?;
        connection
            .close()
            .map_err(|(_, error)| error)
            .at(&self.path)?;
        sync_file(&self.path)
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
        match std::fs::rename(&self.path, &self.destination) {
            // A reader that came between the commit and here has done it.
            Err(_) if self.destination.exists() => Ok(()),
            renamed => renamed,
        }
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
