//! The book itself: its making, its settings and its years in figures.

use super::connect::{At as _, Connector, Files};
use super::schema::SCHEMA_VERSION;
use super::staged::Staged;
use super::tx::SqliteTx;
use super::years;
use crate::domain::{BillStatus, BillingYear, Currency, Money};
use crate::storage::{BookInfo, BookRows, Finding, Result, StorageError, YearSummary};
use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::Connection;
use std::collections::HashMap;

const INSERT_SETTINGS: &str = "INSERT INTO settings (name, value) VALUES
    ('book_id', lower(hex(randomblob(16)))), ('currency', ?1), ('created_at', ?2)";
const SETTINGS: &str = "SELECT name, value FROM main.settings";
const COUNTER: &str = "SELECT counter FROM main.commits";
const YEAR_TALLIES: &str =
    "SELECT status, count(*), sum(total_amount) FROM {y}.billings GROUP BY status";

/// A moment as every table keeps it: ISO 8601 in UTC.
pub(super) fn moment_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A moment read back.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.to_utc())
}

/// Makes `book.db`: complete under a temporary name, then renamed into place.
pub(super) fn create(
    connector: &Connector,
    files: &Files,
    currency: Currency,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut staged = Staged::book(connector, files)?;
    let values = [currency.code().to_owned(), moment_text(now)];
    staged
        .connection()
        .execute(INSERT_SETTINGS, values)
        .at(staged.path())?;
    staged.finish()?;
    staged
        .publish()
        .map_err(|error| StorageError::io("create", files.book(), error))?;
    years::sync_dir(&files.dir)
}

/// Reads what is known of the book. In a transaction this is what takes the shared lock.
pub(super) fn read_info(book: &Connection, files: &Files) -> Result<BookInfo> {
    let path = files.book();
    let mut statement = book.prepare(SETTINGS).at(&path)?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .at(&path)?;
    let settings: HashMap<String, String> = rows.collect::<rusqlite::Result<_>>().at(&path)?;
    let damaged = |name: &str| StorageError::Corrupt {
        place: path.display().to_string(),
        what: format!("its setting '{name}' is missing or unreadable"),
    };
    let setting = |name: &str| settings.get(name).ok_or_else(|| damaged(name));
    Ok(BookInfo {
        id: setting("book_id")?.clone(),
        engine: "sqlite",
        location: files.dir.display().to_string(),
        currency: setting("currency")?
            .parse()
            .map_err(|_| damaged("currency"))?,
        schema_version: SCHEMA_VERSION,
        commits: book.query_row(COUNTER, [], |row| row.get(0)).at(&path)?,
        created_at: moment(setting("created_at")?).ok_or_else(|| damaged("created_at"))?,
    })
}

impl BookRows for SqliteTx {
    fn info(&mut self) -> Result<BookInfo> {
        Ok(self.info.clone())
    }

    fn years(&mut self) -> Result<Vec<BillingYear>> {
        Ok(self.known_years())
    }

    fn year_summary(&mut self, year: BillingYear) -> Result<YearSummary> {
        let mut summary = YearSummary {
            year,
            bytes: 0,
            by_status: Default::default(),
        };
        let Some(handle) = self.year(year)? else {
            return Ok(summary);
        };
        let metadata = std::fs::metadata(&handle.path);
        summary.bytes = metadata
            .map_err(|error| StorageError::io("read", &handle.path, error))?
            .len();
        let mut statement = handle
            .connection
            .prepare(&handle.sql(YEAR_TALLIES))
            .at(&handle.path)?;
        let mut rows = statement.query([]).at(&handle.path)?;
        while let Some(row) = rows.next().at(&handle.path)? {
            let (status, bills, total): (String, u64, i64) = (
                row.get(0).at(&handle.path)?,
                row.get(1).at(&handle.path)?,
                row.get(2).at(&handle.path)?,
            );
            let status: BillStatus = status
                .parse()
                .map_err(|error| StorageError::corrupt_year(year, format!("{error}")))?;
            let tally = &mut summary.by_status[status as usize];
            tally.bills = bills;
            tally.total = Money::from_ten_thousandths(total).unwrap_or(Money::MAX);
        }
        Ok(summary)
    }

    fn verify_book(&mut self, found: &mut dyn FnMut(Finding)) -> Result<()> {
        self.find_in_book(found)
    }

    fn verify_year(&mut self, year: BillingYear, found: &mut dyn FnMut(Finding)) -> Result<()> {
        self.find_in_year(year, found)
    }
}
