//! Writing bills.

use super::billed::Interned;
use super::bills_read;
use super::connect::{At as _, failure};
use super::history;
use super::scan::Scanner;
use super::tx::{SqliteTx, YearHandle};
use crate::domain::{Bill, BillNumber, BillingYear, CustomerId, HistoryEntry, ProductId};
use crate::storage::checksum::checksum;
use crate::storage::{
    BillFilter, BillRows, BillScan, BillSummary, DamagedBill, Result, StorageError, Visit,
};
use rusqlite::{OptionalExtension as _, ffi, params};

const INSERT: &str = "INSERT INTO {y}.billings
    (id, customer_id, date, total_amount, status, reference, billed_customer_id, checksum)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const UPDATE: &str =
    "UPDATE {y}.billings SET customer_id = ?2, date = ?3, total_amount = ?4, status = ?5,
    reference = ?6, billed_customer_id = ?7, checksum = ?8 WHERE id = ?1";
const INSERT_ITEM: &str = "INSERT INTO {y}.billing_items
    (id, billing_id, product_id, quantity, unit_price, total_price, billed_product_id)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const DELETE_ITEMS: &str = "DELETE FROM {y}.billing_items WHERE billing_id = ?1";
const BY_REFERENCE: &str = "SELECT id FROM {y}.billings WHERE reference = ?1";

/// Runs `sql` with the columns of a bill.
fn write_bill(
    handle: &YearHandle<'_>,
    statement: &mut rusqlite::Statement<'_>,
    interned: &mut Interned,
    bill: &Bill,
    scratch: &mut Vec<u8>,
) -> Result<rusqlite::Result<usize>> {
    let version = interned.customer(bill.number().year(), handle, bill.customer())?;
    Ok(statement.execute(params![
        bill.number().id(),
        bill.customer().customer_id.get(),
        bill.date().to_string(),
        bill.total().ten_thousandths(),
        bill.status().as_str(),
        bill.reference().map(crate::domain::Reference::as_str),
        version,
        checksum(bill, scratch),
    ]))
}

fn write_items(
    handle: &YearHandle<'_>,
    statement: &mut rusqlite::Statement<'_>,
    interned: &mut Interned,
    bill: &Bill,
) -> Result<()> {
    let number = bill.number();
    for (index, item) in bill.items().iter().enumerate() {
        let version = interned.product(number.year(), handle, item.product())?;
        statement
            .execute(params![
                number.item_id(index + 1),
                number.id(),
                item.product().product_id.get(),
                item.quantity().ten_thousandths(),
                item.unit_price().ten_thousandths(),
                item.total().ten_thousandths(),
                version,
            ])
            .at(&handle.path)?;
    }
    Ok(())
}

/// What a bill that could not be written ran into.
fn refused(
    handle: &YearHandle<'_>,
    index: usize,
    bill: &Bill,
    error: rusqlite::Error,
) -> StorageError {
    let number = bill.number();
    match (
        error.sqlite_error().map(|error| error.extended_code),
        bill.reference(),
    ) {
        (Some(ffi::SQLITE_CONSTRAINT_PRIMARYKEY), _) => {
            StorageError::DuplicateNumber { index, number }
        }
        (Some(ffi::SQLITE_CONSTRAINT_UNIQUE), Some(reference)) => {
            let sql = handle.sql(BY_REFERENCE);
            let existing = handle
                .connection
                .query_row(&sql, [reference.as_str()], |row| row.get(0))
                .optional();
            match existing.map(|id| id.and_then(BillNumber::from_id)) {
                Ok(Some(existing)) => StorageError::DuplicateReference {
                    index,
                    reference: reference.clone(),
                    existing,
                },
                _ => failure(&handle.path, error),
            }
        }
        _ => failure(&handle.path, error),
    }
}

impl BillRows for SqliteTx {
    fn bill(&mut self, number: BillNumber) -> Result<Option<Bill>> {
        bills_read::bill(self, number)
    }

    fn history(&mut self, number: BillNumber) -> Result<Vec<HistoryEntry>> {
        history::of(self, number)
    }

    fn last_sequence(&mut self, year: BillingYear) -> Result<u32> {
        bills_read::last_sequence(self, year)
    }

    fn count_bills(&mut self, filter: &BillFilter) -> Result<u64> {
        bills_read::count(self, filter)
    }

    fn list_bills(&mut self, filter: &BillFilter) -> Result<Vec<BillSummary>> {
        bills_read::list(self, filter)
    }

    fn each_bill(
        &mut self,
        year: BillingYear,
        filter: &BillFilter,
        visit: Visit<Result<Bill, DamagedBill>>,
    ) -> Result<()> {
        bills_read::each(self, year, filter, visit)
    }

    fn scanner(&self) -> Result<Box<dyn BillScan>> {
        Ok(Box::new(Scanner::of(self)?))
    }

    fn bill_of_customer(&mut self, id: CustomerId) -> Result<Option<BillNumber>> {
        const SQL: &str = "SELECT id FROM {y}.billings WHERE customer_id = ?1 ORDER BY id LIMIT 1";
        bills_read::first_in_any_year(self, SQL, id.get())
    }

    fn bill_of_product(&mut self, id: ProductId) -> Result<Option<BillNumber>> {
        const SQL: &str =
            "SELECT billing_id FROM {y}.billing_items WHERE product_id = ?1 ORDER BY id LIMIT 1";
        bills_read::first_in_any_year(self, SQL, id.get())
    }

    fn insert_bills(&mut self, year: BillingYear, bills: &[Bill]) -> Result<()> {
        let (handle, interned) = self.year_to_write(year)?;
        let mut insert = handle
            .connection
            .prepare_cached(&handle.sql(INSERT))
            .at(&handle.path)?;
        let mut insert_item = handle
            .connection
            .prepare_cached(&handle.sql(INSERT_ITEM))
            .at(&handle.path)?;
        let mut scratch = Vec::new();
        for (index, bill) in bills.iter().enumerate() {
            debug_assert_eq!(bill.number().year(), year);
            write_bill(&handle, &mut insert, interned, bill, &mut scratch)?
                .map_err(|error| refused(&handle, index, bill, error))?;
            write_items(&handle, &mut insert_item, interned, bill)?;
        }
        Ok(())
    }

    fn update_bill(&mut self, old: &Bill, new: &Bill) -> Result<()> {
        debug_assert_eq!(old.number(), new.number());
        let (handle, interned) = self.year_to_write(new.number().year())?;
        let mut update = handle
            .connection
            .prepare_cached(&handle.sql(UPDATE))
            .at(&handle.path)?;
        write_bill(&handle, &mut update, interned, new, &mut Vec::new())?
            .map_err(|error| refused(&handle, 0, new, error))?;
        if old.items() != new.items() {
            handle
                .connection
                .execute(&handle.sql(DELETE_ITEMS), [new.number().id()])
                .at(&handle.path)?;
            let mut insert_item = handle
                .connection
                .prepare_cached(&handle.sql(INSERT_ITEM))
                .at(&handle.path)?;
            write_items(&handle, &mut insert_item, interned, new)?;
        }
        Ok(())
    }

    fn append_history(&mut self, number: BillNumber, entry: &HistoryEntry) -> Result<()> {
        let (handle, _) = self.year_to_write(number.year())?;
        history::append(&handle, number, entry)
    }
}
