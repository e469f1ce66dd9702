//! Looking for damage: in the files themselves, between them, and beside them.

use super::connect::At as _;
use super::reader::YearHandle;
use super::rows::BookFile;
use super::tx::SqliteTx;
use crate::domain::{BillNumber, BillingYear};
use crate::storage::{
    CustomerFilter, CustomerRows as _, Finding, ProductFilter, ProductRows as _, Result,
    StorageError, file_name,
};
use rusqlite::Connection;
use std::ops::ControlFlow;
use std::path::Path;

/// What a year refers to in `book.db`: each id once, with a bill that does, and whether there is such a row. They are asked
/// on two connections, for a year is not attached where `book.db` is.
const REFERENCES: [(&str, &str, &str); 2] = [
    (
        "customer",
        "SELECT min(id), customer_id FROM {y}.billings GROUP BY customer_id",
        "SELECT 1 FROM main.customers WHERE id = ?1",
    ),
    // The bill is taken from the item's own id, so that the index alone answers.
    (
        "product",
        "SELECT min(id) / 100000, product_id FROM {y}.billing_items GROUP BY product_id",
        "SELECT 1 FROM main.products WHERE id = ?1",
    ),
];
const SERIES: &str = "SELECT count(*), max(id) FROM {y}.billings";
const NUMBERS: &str = "SELECT id FROM {y}.billings ORDER BY id";
const STRAY_ITEMS: &str = "SELECT DISTINCT billing_id FROM {y}.billing_items
    WHERE billing_id NOT IN (SELECT id FROM {y}.billings)";

type Found<'a> = &'a mut dyn FnMut(Finding);

fn finding(kind: &'static str, place: impl Into<String>, what: impl Into<String>) -> Finding {
    Finding {
        kind,
        place: place.into(),
        what: what.into(),
    }
}

/// SQLite's own two checks of one schema.
fn check_file(connection: &Connection, schema: &str, path: &Path, found: Found<'_>) -> Result<()> {
    let place = file_name(path);
    let mut statement = connection
        .prepare(&format!("PRAGMA {schema}.integrity_check(100)"))
        .at(path)?;
    let mut rows = statement.query([]).at(path)?;
    while let Some(row) = rows.next().at(path)? {
        let message: String = row.get(0).at(path)?;
        if message != "ok" {
            found(finding("integrity", &place, message));
        }
    }
    let mut statement = connection
        .prepare(&format!("PRAGMA {schema}.foreign_key_check"))
        .at(path)?;
    let mut rows = statement.query([]).at(path)?;
    while let Some(row) = rows.next().at(path)? {
        let (table, rowid, parent): (String, Option<i64>, String) = (
            row.get(0).at(path)?,
            row.get(1).at(path)?,
            row.get(2).at(path)?,
        );
        let rowid = rowid.unwrap_or_default();
        found(finding(
            "reference",
            &place,
            format!("row {rowid} of {table} refers to a row of {parent} that is not there"),
        ));
    }
    Ok(())
}

impl SqliteTx {
    /// Everything but the years: `book.db`, its rows, and what lies in the directory.
    pub(super) fn find_in_book(&mut self, found: Found<'_>) -> Result<()> {
        let path = self.book_path();
        check_file(&self.book, "main", &path, found)?;
        // Reading a row verifies it; its error tells of the first that cannot be.
        let customers = CustomerFilter {
            archived: true,
            ..CustomerFilter::default()
        };
        self.each_customer(&customers, &mut |_| ControlFlow::Continue(()))?;
        let products = ProductFilter {
            archived: true,
            ..ProductFilter::default()
        };
        self.each_product(&products, &mut |_| ControlFlow::Continue(()))?;
        let late: Vec<_> = self
            .catalog
            .iter()
            .filter(|(_, stamp)| **stamp > self.info.commits)
            .collect();
        for (year, stamp) in late {
            let what = format!(
                "the catalog expects commit {stamp}, and the book is at {}",
                self.info.commits
            );
            found(finding("stamp", format!("{year}.db"), what));
        }
        self.find_strays(found)
    }

    fn find_strays(&self, found: Found<'_>) -> Result<()> {
        let dir = &self.files.dir;
        let failed = |error| StorageError::io("read", dir, error);
        let mut strays = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(failed)? {
            let name = entry
                .map_err(failed)?
                .file_name()
                .to_string_lossy()
                .into_owned();
            if !self.is_known_file(&name) {
                strays.push(name);
            }
        }
        strays.sort();
        for name in strays {
            found(finding(
                "stray",
                name,
                "is no part of the book: move it away",
            ));
        }
        Ok(())
    }

    /// One year: its file, what it refers to in `book.db`, and its numbers.
    pub(super) fn find_in_year(&mut self, year: BillingYear, found: Found<'_>) -> Result<()> {
        self.make_readable(year)?;
        let Some(handle) = self.readable(year) else {
            return Ok(());
        };
        check_file(handle.connection, &handle.sql("{y}"), &handle.path, found)?;
        for reference in REFERENCES {
            find_orphans(&self.book_file(), &handle, reference, found)?;
        }
        find_stray_items(&handle, found)?;
        find_gaps(&handle, year, found)
    }
}

fn bill_place(id: i64) -> String {
    BillNumber::from_id(id).map_or_else(
        || format!("the bill with the id {id}"),
        |number| format!("bill {number}"),
    )
}

fn find_orphans(
    book: &BookFile<'_>,
    handle: &YearHandle<'_>,
    (noun, referred, known): (&str, &str, &str),
    found: Found<'_>,
) -> Result<()> {
    let mut known = book.connection.prepare(known).at(&book.path)?;
    let mut statement = handle
        .connection
        .prepare(&handle.sql(referred))
        .at(&handle.path)?;
    let mut rows = statement.query([]).at(&handle.path)?;
    while let Some(row) = rows.next().at(&handle.path)? {
        let (bill, id): (i64, i64) = (row.get(0).at(&handle.path)?, row.get(1).at(&handle.path)?);
        if known.exists([id]).at(&book.path)? {
            continue;
        }
        let what =
            format!("it refers to {noun} {id}, and there is none (perhaps other bills do too)");
        found(finding("reference", bill_place(bill), what));
    }
    Ok(())
}

fn find_stray_items(handle: &YearHandle<'_>, found: Found<'_>) -> Result<()> {
    let mut statement = handle
        .connection
        .prepare(&handle.sql(STRAY_ITEMS))
        .at(&handle.path)?;
    let mut rows = statement.query([]).at(&handle.path)?;
    while let Some(row) = rows.next().at(&handle.path)? {
        let bill: i64 = row.get(0).at(&handle.path)?;
        found(finding(
            "reference",
            bill_place(bill),
            "there are items of it, and the bill itself is missing",
        ));
    }
    Ok(())
}

/// Counting is enough to know that there is no gap; only where there is one are the numbers gone through.
fn find_gaps(handle: &YearHandle<'_>, year: BillingYear, found: Found<'_>) -> Result<()> {
    let path = &handle.path;
    let (count, last): (u32, Option<i64>) = handle
        .connection
        .query_row(&handle.sql(SERIES), [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .at(path)?;
    let last = last
        .and_then(BillNumber::from_id)
        .map_or(0, BillNumber::sequence);
    if count == last {
        return Ok(());
    }
    let mut statement = handle.connection.prepare(&handle.sql(NUMBERS)).at(path)?;
    let mut rows = statement.query([]).at(path)?;
    let mut expected = 1;
    while let Some(row) = rows.next().at(path)? {
        let Some(number) = BillNumber::from_id(row.get(0).at(path)?) else {
            continue;
        };
        if number.sequence() != expected {
            let name = |sequence| {
                BillNumber::new(year, sequence).map_or(String::new(), |number| number.to_string())
            };
            let what = match number.sequence() - 1 {
                last if last == expected => format!("bill {} is missing", name(expected)),
                last => format!("bills {} to {} are missing", name(expected), name(last)),
            };
            found(finding("gap", file_name(path), what));
        }
        expected = number.sequence() + 1;
    }
    Ok(())
}
