//! Writing the rows of bills into a year's file.

use super::billed::Interned;
use super::connect::{At as _, failure};
use super::reader::YearHandle;
use crate::domain::{Bill, BillNumber, MAX_ITEMS, Reference};
use crate::storage::checksum::checksum;
use crate::storage::{Result, StorageError};
use chrono::{Datelike as _, NaiveDate};
use rusqlite::{OptionalExtension as _, Statement, ffi, params};

const INSERT: &str = "INSERT INTO {y}.billings
    (id, customer_id, date, total_amount, status, reference, billed_customer_id, checksum)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const UPDATE: &str =
    "UPDATE {y}.billings SET customer_id = ?2, date = ?3, total_amount = ?4, status = ?5,
    reference = ?6, billed_customer_id = ?7, checksum = ?8 WHERE id = ?1";
const INSERT_ITEM: &str = "INSERT INTO {y}.billing_items
    (id, billing_id, product_id, quantity, unit_price, total_price, billed_product_id)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
/// By the items' own numbers: in a load there is no index that would find them by their bill's.
const DELETE_ITEMS: &str = "DELETE FROM {y}.billing_items WHERE id BETWEEN ?1 AND ?2";
const BY_REFERENCE: &str = "SELECT id FROM {y}.billings WHERE reference = ?1";

/// Adds bills; where one cannot be added, those before it are.
pub(super) fn insert(
    handle: &YearHandle<'_>,
    interned: &mut Interned,
    bills: &[Bill],
) -> Result<()> {
    let prepare = |sql| {
        handle
            .connection
            .prepare_cached(&handle.sql(sql))
            .at(&handle.path)
    };
    let (mut insert, mut insert_item) = (prepare(INSERT)?, prepare(INSERT_ITEM)?);
    let mut scratch = Vec::new();
    for (index, bill) in bills.iter().enumerate() {
        debug_assert_eq!(bill.number().year(), handle.year);
        write_bill(handle, &mut insert, interned, bill, &mut scratch)?
            .map_err(|error| refused(handle, index, bill, error))?;
        write_items(handle, &mut insert_item, interned, bill)?;
    }
    Ok(())
}

/// Replaces `old` by `new`, which has the same number.
pub(super) fn update(
    handle: &YearHandle<'_>,
    interned: &mut Interned,
    old: &Bill,
    new: &Bill,
) -> Result<()> {
    debug_assert_eq!(old.number(), new.number());
    let prepare = |sql| {
        handle
            .connection
            .prepare_cached(&handle.sql(sql))
            .at(&handle.path)
    };
    let number = new.number();
    let mut update = prepare(UPDATE)?;
    write_bill(handle, &mut update, interned, new, &mut Vec::new())?
        .map_err(|error| refused(handle, 0, new, error))?;
    if old.items() != new.items() {
        prepare(DELETE_ITEMS)?
            .execute([number.item_id(1), number.item_id(MAX_ITEMS)])
            .at(&handle.path)?;
        let mut insert_item = prepare(INSERT_ITEM)?;
        write_items(handle, &mut insert_item, interned, new)?;
    }
    Ok(())
}

/// Runs a statement with the columns of a bill.
fn write_bill(
    handle: &YearHandle<'_>,
    statement: &mut Statement<'_>,
    interned: &mut Interned,
    bill: &Bill,
    scratch: &mut Vec<u8>,
) -> Result<rusqlite::Result<usize>> {
    let version = interned.customer(handle, bill.customer())?;
    Ok(statement.execute(params![
        bill.number().id(),
        bill.customer().customer_id.get(),
        DateText::of(bill.date()).as_str(),
        bill.total().ten_thousandths(),
        bill.status().as_str(),
        bill.reference().map(Reference::as_str),
        version,
        checksum(bill, scratch),
    ]))
}

fn write_items(
    handle: &YearHandle<'_>,
    statement: &mut Statement<'_>,
    interned: &mut Interned,
    bill: &Bill,
) -> Result<()> {
    let number = bill.number();
    for (index, item) in bill.items().iter().enumerate() {
        let version = interned.product(handle, item.product())?;
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

/// A date as it is stored, `2026-02-28`, in bytes of its own: a load writes millions.
struct DateText([u8; 10]);

impl DateText {
    fn of(date: NaiveDate) -> Self {
        let mut text = *b"0000-00-00";
        let mut put = |end: usize, mut number: u32| {
            let mut at = end;
            while number > 0 {
                text[at] = b'0' + u8::try_from(number % 10).unwrap_or(0);
                (at, number) = (at.saturating_sub(1), number / 10);
            }
        };
        put(3, date.year().unsigned_abs());
        put(6, date.month());
        put(9, date.day());
        Self(text)
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
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
