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
        let mut start = 0;
        while start < self.bills.len() {
            let refused = match tx.insert_bills(series.year(), &self.bills[start..]) {
                Ok(()) => break,
                Err(error) => self.report(error, start, series, table, problems)?,
            };
            start = refused + 1;
        }
        self.bills.clear();
        self.lines.clear();
        self.items = 0;
        Ok(())
    }

    /// Makes a problem of a bill that was refused, and tells which it was. `start` is where the refused ones count from.
    fn report(
        &self,
        error: StorageError,
        start: usize,
        series: &Series,
        table: &Table,
        problems: &mut Problems,
    ) -> anyhow::Result<usize> {
        let (index, column, again) = match &error {
            StorageError::DuplicateReference {
                index,
                reference,
                existing,
            } => {
                let again = format!(
                    "'{reference}' stands on earlier rows of another bill of {}: rows of a bill must follow each other, \
                     and no two bills of a year have the same reference",
                    series.year()
                );
                (
                    start + index,
                    field::REFERENCE,
                    series.is_new(*existing).then_some(again),
                )
            }
            StorageError::DuplicateNumber { index, number } => {
                let again = format!(
                    "bill {number} stands on earlier rows already: rows of a bill must follow each other, and no two \
                     bills have the same number"
                );
                (
                    start + index,
                    field::NUMBER,
                    series.is_new(*number).then_some(again),
                )
            }
            _ => return Err(error.into()),
        };
        let place = table.place(self.lines[index], Some(column));
        match again {
            Some(message) => problems.add(place, message),
            None => problems.absorb(place, error.into())?,
        }
        Ok(index)
    }
}
