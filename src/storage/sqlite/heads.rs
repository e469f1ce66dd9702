//! Finding bills by what an import calls them, without their items: as fast as it can be, for there may be millions.

use super::connect::At as _;
use super::reader::YearHandle;
use super::tx::SqliteTx;
use super::versions::Versions;
use crate::domain::{BillNumber, BillingYear, Money, Reference, parse_date};
use crate::storage::{BillHead, BillKey, Result, StorageError};
use rusqlite::Row;

const BY_REFERENCE: &str =
    "SELECT id, customer_id, date, total_amount, status, reference, billed_customer_id, checksum
    FROM {y}.billings WHERE reference = ?1";
const BY_ID: &str =
    "SELECT id, customer_id, date, total_amount, status, reference, billed_customer_id, checksum
    FROM {y}.billings WHERE id = ?1";

/// Of how many years the versions that were read are kept: a file of bills goes through the years one after the other, or
/// through a few at once.
const YEARS_KEPT: usize = 8;

/// What is stored of the bills of these keys.
pub(super) fn find(
    tx: &mut SqliteTx,
    year: BillingYear,
    keys: &[BillKey],
) -> Result<Vec<Option<BillHead>>> {
    tx.connector.heed_interrupt()?;
    tx.make_readable(year)?;
    // Taken out while the year borrows the transaction.
    let mut versions = tx.versions.remove(&year).unwrap_or_default();
    let heads = match tx.readable(year) {
        Some(handle) => find_in(&handle, &mut versions, keys),
        None => Ok(keys.iter().map(|_| None).collect()),
    };
    if tx.versions.len() >= YEARS_KEPT {
        tx.versions.pop_first();
    }
    tx.versions.insert(year, versions);
    heads
}

fn find_in(
    handle: &YearHandle<'_>,
    versions: &mut Versions,
    keys: &[BillKey],
) -> Result<Vec<Option<BillHead>>> {
    let path = &handle.path;
    // One lock for all of them, where a transaction does not hold it already: locking takes longer than finding.
    let _locked = if handle.connection.is_autocommit() {
        Some(handle.connection.unchecked_transaction().at(path)?)
    } else {
        None
    };
    let prepare = |sql| handle.connection.prepare_cached(&handle.sql(sql)).at(path);
    let (mut by_reference, mut by_id) = (prepare(BY_REFERENCE)?, prepare(BY_ID)?);
    let mut heads = Vec::with_capacity(keys.len());
    for key in keys {
        let mut rows = match key {
            BillKey::Reference(reference) => by_reference.query([reference.as_str()]),
            BillKey::Number(number) => by_id.query([number.id()]),
        }
        .at(path)?;
        let head = match rows.next().at(path)? {
            Some(row) => Some(head(handle, versions, row)?),
            None => None,
        };
        heads.push(head);
    }
    Ok(heads)
}

fn head(handle: &YearHandle<'_>, versions: &mut Versions, row: &Row<'_>) -> Result<BillHead> {
    let path = &handle.path;
    let id: i64 = row.get(0).at(path)?;
    let damaged = || StorageError::Corrupt {
        place: BillNumber::from_id(id).map_or_else(
            || format!("{}.db", handle.year),
            |number| format!("bill {number}"),
        ),
        what: "its row holds a value that cannot be".to_owned(),
    };
    let version: i64 = row.get(6).map_err(|_| damaged())?;
    let customer = versions.customer(handle, version)?.ok_or_else(damaged)?;
    let text = |column| row.get_ref(column).ok()?.as_str().ok();
    let decode = || {
        let customer_id: i64 = row.get(1).ok()?;
        let reference = row.get_ref(5).ok()?.as_str_or_null().ok()?;
        Some(BillHead {
            number: BillNumber::from_id(id)?,
            customer: (customer.customer_id.get() == customer_id).then_some(customer)?,
            date: parse_date(text(2)?, None).ok()?,
            status: text(4)?.parse().ok()?,
            reference: reference.map(Reference::new).transpose().ok()?,
            total: Money::from_ten_thousandths(row.get(3).ok()?)?,
            checksum: row.get(7).ok()?,
        })
    };
    decode().ok_or_else(damaged)
}
