//! Bills of one year on their way into the book.

use super::field;
use super::numbers::Series;
use crate::domain::Bill;
use crate::storage::{StorageError, Tx};
use crate::transfer::problems::Problems;
use crate::transfer::table::Table;

/// How many bills go into the book at once.
const BILLS: usize = 500;
/// How many items at the most they may have together before they go, so that memory stays flat with large bills.
const ITEMS: usize = 10_000;

/// The bills that wait.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bills: Vec<Bill>,
    lines: Vec<u64>,
    items: usize,
}

impl Batch {
    /// Adds a bill that begins on that line.
    pub fn push(&mut self, bill: Bill, line: u64) {
        self.items += bill.items().len();
        self.bills.push(bill);
        self.lines.push(line);
    }

    /// Whether it is time for [`Self::insert`].
    pub fn is_full(&self) -> bool {
        self.bills.len() >= BILLS || self.items >= ITEMS
    }

    /// Puts the bills that wait into the book. A reference or number that is taken is a problem of its row.
    pub fn insert(
        &mut self,
        tx: &mut dyn Tx,
        series: &Series,
        table: &Table,
        problems: &mut Problems,
    ) -> anyhow::Result<()> {
        let result = tx.insert_bills(series.year(), &self.bills);
        match result {
            Err(StorageError::DuplicateReference {
                index,
                reference,
                existing,
            }) if series.is_new(existing) => {
                let message = format!(
                    "'{reference}' stands on earlier rows of another bill of {}: rows of a bill must follow each other, \
                     and no two bills of a year have the same reference",
                    series.year()
                );
                problems.add(
                    table.place(self.lines[index], Some(field::REFERENCE)),
                    message,
                );
            }
            Err(StorageError::DuplicateNumber { index, number }) if series.is_new(number) => {
                let message = format!(
                    "bill {number} stands on earlier rows already: rows of a bill must follow each other, and no two \
                     bills have the same number"
                );
                problems.add(table.place(self.lines[index], Some(field::NUMBER)), message);
            }
            Err(error @ StorageError::DuplicateReference { index, .. }) => {
                problems.absorb(
                    table.place(self.lines[index], Some(field::REFERENCE)),
                    error.into(),
                )?;
            }
            Err(error @ StorageError::DuplicateNumber { index, .. }) => {
                problems.absorb(
                    table.place(self.lines[index], Some(field::NUMBER)),
                    error.into(),
                )?;
            }
            other => other?,
        }
        self.bills.clear();
        self.lines.clear();
        self.items = 0;
        Ok(())
    }
}
