//! The years' files: the catalog, where they are, and what a killed write left behind.

use super::connect::{At as _, Files};
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

/// How long a reader that may not rename waits for whoever may, in tries.
pub(super) const PATIENCE: u32 = 50;

/// The path of a year that the catalog expects at that stamp. Where the commit that made or replaced the file was not
/// followed by the renaming, that is done now; another process may be doing it at the same moment, with the same outcome.
///
/// One who may only read waits for that as long as `patience` lasts, and then reads the file under its temporary name.
pub(super) fn locate(
    files: &Files,
    year: BillingYear,
    stamp: u64,
    patience: &mut u32,
) -> Result<PathBuf> {
    let (path, waiting) = (files.year(year), files.unpublished_year(year, stamp));
    while waiting.exists() {
        if std::fs::rename(&waiting, &path).is_ok() {
            return Ok(path);
        }
        if *patience == 0 {
            return Ok(waiting);
        }
        *patience -= 1;
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

/// The year and commit of a file that waits for its name, as [`Files::unpublished_year`] says them.
fn waiting(name: &str) -> Option<(BillingYear, u64)> {
    let (year, stamp) = name.strip_suffix(".new")?.split_once(".db.")?;
    let stamp = Some(stamp).filter(|stamp| stamp.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((year.parse().ok()?, stamp.parse().ok()?))
}

/// Whether a file's name is one that only an unpublished file has.
pub(super) fn is_unpublished(name: &str) -> bool {
    name == "book.db.new" || waiting(name).is_some()
}

/// Finishes what a killed write committed and removes what it did not. Only the holder of the write lock may call this.
pub(super) fn settle(files: &Files, catalog: &Catalog) -> Result<()> {
    let dir = &files.dir;
    let failed = |error| StorageError::io("read", dir, error);
    let mut renamed = false;
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let Some(name) = name.to_str().filter(|name| is_unpublished(name)) else {
            continue;
        };
        let path = dir.join(name);
        let settled = match waiting(name) {
            Some((year, stamp)) if catalog.get(&year) == Some(&stamp) => {
                renamed = true;
                std::fs::rename(&path, files.year(year))
            }
            _ => std::fs::remove_file(&path),
        };
        match settled {
            // A reader was quicker.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            settled => settled.map_err(|error| StorageError::io("clean up", &path, error))?,
        }
    }
    if renamed {
        sync_dir(dir)?;
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
