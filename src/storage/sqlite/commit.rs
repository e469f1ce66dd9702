//! The commit: the one moment in which a write becomes true.

use super::connect::{At as _, Connector, failure};
use super::staged::Staged;
use super::tx::{SqliteTx, Writing};
use super::years;
use crate::context::Interrupt;
use crate::storage::{Result, StorageError};
use rusqlite::ErrorCode;

const RAISE_COUNTER: &str = "UPDATE main.commits SET counter = ?1";
const STAMP_CATALOG: &str = "INSERT INTO main.years (year, stamp) VALUES (?1, ?2) ON CONFLICT (year) DO UPDATE SET stamp = excluded.stamp";

impl SqliteTx {
    /// Commits. Files that were made anew are complete and on disk before; what remains after is to give
    /// them their names.
    pub(super) fn commit_all(mut self) -> Result<()> {
        let Some(mut writing) = self.writing.take() else {
            return Ok(());
        };
        self.connector.heed_interrupt()?;
        if let Some(loading) = writing.loading.take() {
            writing.staged = loading.finish()?;
        }
        let counter = self.info.commits + 1;
        self.prepare_commit(&mut writing, counter)?;
        let path = self.book_path();
        let Self {
            book,
            files,
            connector,
            ..
        } = self;
        for staged in writing.staged.values_mut() {
            staged.expect();
        }
        let committed = match book.execute_batch("COMMIT") {
            Ok(()) => Ok(()),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                // The transaction is still open, and dropping the connection undoes it.
                Err(StorageError::Locked {
                    holder: "somebody reads it for long",
                })
            }
            Err(error) => {
                drop(book);
                outcome(&connector, &path, counter, failure(&path, error))
            }
        };
        if let Err(error) = committed {
            if !matches!(error, StorageError::CommitUnknown { .. }) {
                writing.staged.values_mut().for_each(Staged::forget);
            }
            return Err(error);
        }
        let published = writing.staged.values_mut().try_for_each(Staged::publish);
        if published.is_ok() && !writing.staged.is_empty() {
            // The commit is durable without it: whoever opens the year next finishes the renaming.
            let _ = years::sync_dir(&files.dir);
        }
        Ok(())
    }

    /// Everything that can be done, and can fail, before the moment itself.
    fn prepare_commit(&self, writing: &mut Writing, counter: u64) -> Result<()> {
        let path = self.book_path();
        self.make_put_off(&writing.put_off)?;
        for staged in writing.staged.values_mut() {
            staged.finish()?;
        }
        if !writing.staged.is_empty() {
            years::sync_dir(&self.files.dir)?;
        }
        for year in &writing.touched {
            let sql = format!("UPDATE y{year}.year_file SET stamp = ?1");
            self.book
                .execute(&sql, [counter])
                .at(&self.files.year(*year))?;
        }
        for year in writing.touched.iter().chain(writing.staged.keys()) {
            self.book
                .execute(STAMP_CATALOG, rusqlite::params![year.get(), counter])
                .at(&path)?;
        }
        self.book.execute(RAISE_COUNTER, [counter]).at(&path)?;
        Ok(())
    }
}

/// What became of a commit that reported an error: it may have taken place all the same, when only what comes after the
/// point of no return failed. The counter in the file knows.
fn outcome(
    connector: &Connector,
    path: &std::path::Path,
    counter: u64,
    error: StorageError,
) -> Result<()> {
    // The user's wish to end must not keep us from finding out.
    let connector = Connector {
        interrupt: Interrupt::default(),
        ..connector.clone()
    };
    let found = connector.open(path).and_then(|book| {
        book.query_row("SELECT counter FROM main.commits", [], |row| {
            row.get::<_, u64>(0)
        })
        .at(path)
    });
    match found {
        Ok(found) if found == counter => Ok(()),
        Ok(_) => Err(error),
        Err(unreadable) => Err(StorageError::CommitUnknown {
            why: format!("{error}; then {unreadable}"),
        }),
    }
}
