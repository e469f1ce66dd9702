//! A great many customers or products at once.

use super::connect::At as _;
use super::schema::section;
use super::tx::SqliteTx;
use crate::storage::{Result, StorageError};
use std::collections::BTreeSet;

/// A table of `book.db` that is added to, and what finds its rows.
#[derive(Debug)]
pub(super) struct Table {
    name: &'static str,
    index: &'static str,
    /// The section of schema.sql that makes the index.
    pub indexes: &'static str,
}

/// Both of them.
pub(super) const TABLES: [Table; 2] = [
    Table {
        name: "customers",
        index: "customers_email",
        indexes: "customers indexes",
    },
    Table {
        name: "products",
        index: "products_name",
        indexes: "products indexes",
    },
];

/// The fewest additions for which an index is made anew at the end: below, there is nothing to gain.
const FEWEST: u64 = 10_000;

/// What is kept of `book.db` in memory meanwhile, in KiB: 64 MiB.
const CACHE: u32 = 65_536;

impl SqliteTx {
    /// See [`crate::storage::Tx::expect_additions`].
    ///
    /// # Panics
    /// In a transaction that reads: a mistake in the program.
    pub(super) fn put_off_indexes(&mut self, additions: [u64; 2]) -> Result<()> {
        let path = self.book_path();
        for (table, added) in TABLES.iter().zip(additions) {
            let count = format!("SELECT count(*) FROM main.{}", table.name);
            let there: u64 = self
                .book
                .query_row(&count, [], |row| row.get(0))
                .at(&path)?;
            if added < FEWEST || added < there {
                continue;
            }
            self.book
                .execute_batch(&format!(
                    "PRAGMA main.cache_size = -{CACHE}; DROP INDEX main.{}",
                    table.index
                ))
                .at(&path)?;
            let writing = self.writing.as_mut().expect("a write");
            writing.put_off.insert(table.indexes);
        }
        Ok(())
    }

    /// Makes what was put off.
    pub(super) fn make_put_off(
        &self,
        sections: &BTreeSet<&'static str>,
    ) -> Result<(), StorageError> {
        let path = self.book_path();
        sections
            .iter()
            .try_for_each(|name| self.book.execute_batch(section(name)).at(&path))
    }
}
