//! Finding and reading bills.

use super::billed::Versions;
use super::connect::At as _;
use super::query::{Conditions, limit, order_by};
use super::tx::{SqliteTx, YearHandle};
use crate::domain::{
    Bill, BillNumber, BillStatus, BillingYear, Currency, CustomerId, Item, Money, Quantity,
    Reference, parse_date,
};
use crate::storage::checksum::checksum;
use crate::storage::{BillFilter, BillSort, BillSummary, DamagedBill, Result, StorageError, Visit};
use rusqlite::{OptionalExtension as _, Row, params_from_iter};
use std::ops::ControlFlow;

const LAST: &str = "SELECT max(id) FROM {y}.billings";
const COUNT: &str = "SELECT count(*) FROM {y}.billings AS b";
const SUMMARY: &str =
    "SELECT b.id, b.customer_id, c.name, b.date, b.status, b.total_amount, b.reference
    FROM {y}.billings AS b JOIN {y}.billed_customers AS c ON c.id = b.billed_customer_id";
const BILLS: &str = "SELECT b.id, b.customer_id, b.date, b.total_amount, b.status, b.reference,
    b.billed_customer_id, b.checksum FROM {y}.billings AS b";
const ITEMS_OF_BILL: &str =
    "SELECT id, product_id, quantity, unit_price, total_price, billed_product_id
    FROM {y}.billing_items WHERE id BETWEEN ?1 AND ?2 ORDER BY id";

/// The last place used in a year's series.
pub(super) fn last_sequence(tx: &mut SqliteTx, year: BillingYear) -> Result<u32> {
    let Some(handle) = tx.year(year)? else {
        return Ok(0);
    };
    let last: Option<i64> = handle
        .connection
        .query_row(&handle.sql(LAST), [], |row| row.get(0))
        .at(&handle.path)?;
    let Some(last) = last else { return Ok(0) };
    BillNumber::from_id(last)
        .map(BillNumber::sequence)
        .ok_or_else(|| {
            StorageError::corrupt_year(year, format!("it holds a bill with the id {last}"))
        })
}

/// The first bill that `sql` finds for `key` in any year.
pub(super) fn first_in_any_year(
    tx: &mut SqliteTx,
    sql: &str,
    key: i64,
) -> Result<Option<BillNumber>> {
    for year in tx.known_years() {
        let Some(handle) = tx.year(year)? else {
            continue;
        };
        let found: Option<i64> = handle
            .connection
            .query_row(&handle.sql(sql), [key], |row| row.get(0))
            .optional()
            .at(&handle.path)?;
        if let Some(number) = found.and_then(BillNumber::from_id) {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// The years in which a filter can find something, in the order of the list.
fn years_of(tx: &SqliteTx, filter: &BillFilter) -> Vec<BillingYear> {
    let mut years: Vec<_> = tx
        .known_years()
        .into_iter()
        .filter(|year| filter.may_match(*year))
        .collect();
    if filter.descending {
        years.reverse();
    }
    years
}

/// Counts what a filter finds. A whole year is not counted: its numbers have no gaps.
pub(super) fn count(tx: &mut SqliteTx, filter: &BillFilter) -> Result<u64> {
    let mut count = 0;
    for year in years_of(tx, filter) {
        let filter = filter.within(year);
        if filter.is_everything() {
            count += u64::from(last_sequence(tx, year)?);
            continue;
        }
        let Some(handle) = tx.year(year)? else {
            continue;
        };
        let conditions = Conditions::of_bills(&filter);
        let sql = handle.sql(&format!("{COUNT}{}", conditions.clause()));
        let found: u64 = handle
            .connection
            .query_row(&sql, params_from_iter(conditions.parameters), |row| {
                row.get(0)
            })
            .at(&handle.path)?;
        count += found;
    }
    Ok(count)
}

/// Lists what a filter finds: filter, order and limit go down to each year. Ordered by number or date, the years follow
/// each other, and those behind the limit are not opened.
pub(super) fn list(tx: &mut SqliteTx, filter: &BillFilter) -> Result<Vec<BillSummary>> {
    let in_year_order = matches!(filter.sort, BillSort::Id | BillSort::Date);
    let most = filter.limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    });
    let mut found: Vec<BillSummary> = Vec::new();
    for year in years_of(tx, filter) {
        if in_year_order && found.len() >= most {
            break;
        }
        list_year(tx, year, &filter.within(year), &mut found)?;
    }
    if !in_year_order {
        match filter.sort {
            BillSort::Total => found.sort_by_key(|bill| (bill.total, bill.number)),
            BillSort::Customer => found.sort_by_key(|bill| (bill.customer_id, bill.number)),
            BillSort::Id | BillSort::Date => {}
        }
        if filter.descending {
            found.reverse();
        }
    }
    found.truncate(most);
    Ok(found)
}

fn list_year(
    tx: &mut SqliteTx,
    year: BillingYear,
    filter: &BillFilter,
    found: &mut Vec<BillSummary>,
) -> Result<()> {
    let Some(handle) = tx.year(year)? else {
        return Ok(());
    };
    let columns: &[&str] = match filter.sort {
        BillSort::Id => &["b.id"],
        BillSort::Date => &["b.date", "b.id"],
        BillSort::Total => &["b.total_amount", "b.id"],
        BillSort::Customer => &["b.customer_id", "b.id"],
    };
    let conditions = Conditions::of_bills(filter);
    let order = order_by(columns, filter.descending);
    let sql = handle.sql(&format!(
        "{SUMMARY}{}{order}{}",
        conditions.clause(),
        limit(filter.limit)
    ));
    let mut statement = handle.connection.prepare(&sql).at(&handle.path)?;
    let mut rows = statement
        .query(params_from_iter(conditions.parameters))
        .at(&handle.path)?;
    while let Some(row) = rows.next().at(&handle.path)? {
        let id: i64 = row.get(0).at(&handle.path)?;
        let summary = summary(row, id).ok().flatten();
        found.push(summary.ok_or_else(|| {
            StorageError::corrupt_year(
                year,
                format!("the bill with the id {id} holds a value that cannot be"),
            )
        })?);
    }
    Ok(())
}

fn summary(row: &Row<'_>, id: i64) -> rusqlite::Result<Option<BillSummary>> {
    let (customer_id, total): (i64, i64) = (row.get(1)?, row.get(5)?);
    let (date, status, reference): (String, String, Option<String>) =
        (row.get(3)?, row.get(4)?, row.get(6)?);
    let customer_name = row.get(2)?;
    let decode = || {
        Some(BillSummary {
            number: BillNumber::from_id(id)?,
            customer_id: CustomerId::new(customer_id)?,
            customer_name,
            date: parse_date(&date, None).ok()?,
            status: status.parse().ok()?,
            total: Money::from_ten_thousandths(total)?,
            reference: reference
                .map(|reference| reference.parse())
                .transpose()
                .ok()?,
        })
    };
    Ok(decode())
}

/// Reads one bill and verifies it.
pub(super) fn bill(tx: &mut SqliteTx, number: BillNumber) -> Result<Option<Bill>> {
    let currency = tx.currency();
    let Some(handle) = tx.year(number.year())? else {
        return Ok(None);
    };
    let mut conditions = Conditions::default();
    conditions.add("b.id = ?", number.id());
    let mut found = None;
    each_in(&handle, currency, &conditions, &mut |bill| {
        found = Some(bill);
        ControlFlow::Break(())
    })?;
    found.transpose().map_err(|damaged| StorageError::Corrupt {
        place: format!("bill {number}"),
        what: damaged.what,
    })
}

/// Visits the bills that a filter finds in a year, by number.
pub(super) fn each(
    tx: &mut SqliteTx,
    year: BillingYear,
    filter: &BillFilter,
    visit: Visit<Result<Bill, DamagedBill>>,
) -> Result<()> {
    if !filter.may_match(year) {
        return Ok(());
    }
    let currency = tx.currency();
    let Some(handle) = tx.year(year)? else {
        return Ok(());
    };
    each_in(
        &handle,
        currency,
        &Conditions::of_bills(&filter.within(year)),
        visit,
    )
}

fn each_in(
    handle: &YearHandle<'_>,
    currency: Currency,
    conditions: &Conditions,
    visit: Visit<Result<Bill, DamagedBill>>,
) -> Result<()> {
    let path = &handle.path;
    let sql = handle.sql(&format!("{BILLS}{} ORDER BY b.id", conditions.clause()));
    let mut bills = handle.connection.prepare(&sql).at(path)?;
    let mut items = handle
        .connection
        .prepare(&handle.sql(ITEMS_OF_BILL))
        .at(path)?;
    let mut rows = bills
        .query(params_from_iter(&conditions.parameters))
        .at(path)?;
    let mut reader = BillReader {
        handle,
        currency,
        versions: Versions::default(),
        scratch: Vec::new(),
    };
    while let Some(row) = rows.next().at(path)? {
        let bill = reader.read(row, &mut items)?;
        if visit(bill).is_break() {
            break;
        }
    }
    Ok(())
}

/// Puts bills together from their rows.
struct BillReader<'a> {
    handle: &'a YearHandle<'a>,
    currency: Currency,
    versions: Versions,
    scratch: Vec<u8>,
}

impl BillReader<'_> {
    /// Reads a bill and its items. Whatever does not fit makes it a damaged one; an error means that reading itself failed.
    fn read(
        &mut self,
        row: &Row<'_>,
        items: &mut rusqlite::Statement<'_>,
    ) -> Result<std::result::Result<Bill, DamagedBill>> {
        let path = &self.handle.path;
        let id: i64 = row.get(0).at(path)?;
        let number = BillNumber::from_id(id);
        let damaged = |kind, what: String| Ok(Err(DamagedBill { number, kind, what }));
        let Some(number) = number else {
            return damaged("value", format!("its id {id} is no bill number"));
        };
        let Ok(stored) = StoredBill::read(row) else {
            return damaged(
                "value",
                "a column holds a value of the wrong kind".to_owned(),
            );
        };
        let Some(customer) = self.versions.customer(self.handle, stored.version)? else {
            return damaged("reference", "the customer as billed is missing".to_owned());
        };
        if customer.customer_id.get() != stored.customer_id {
            let what = format!(
                "its customer is {}, and as billed {}",
                stored.customer_id, customer.customer_id
            );
            return damaged("reference", what);
        }
        let items = match self.read_items(number, items)? {
            Ok(items) => items,
            Err((kind, what)) => return damaged(kind, what),
        };
        let (Some(date), Some(status), Some(total), Some(reference)) = (
            stored.date(),
            stored.status(),
            Money::from_ten_thousandths(stored.total),
            stored.reference(),
        ) else {
            return damaged(
                "value",
                "date, status, total or reference is none that can be".to_owned(),
            );
        };
        let bill = match Bill::new(number, customer, date, status, reference, items) {
            Ok(bill) => bill,
            Err(refusal) => return damaged("total", refusal.to_string()),
        };
        match bill.stored(total) {
            Err(mismatch) => damaged("total", mismatch.to_string()),
            Ok(bill) if checksum(&bill, &mut self.scratch) != stored.checksum => damaged(
                "checksum",
                "its checksum does not fit what it holds: it was changed by other means".to_owned(),
            ),
            Ok(bill) => Ok(Ok(bill)),
        }
    }

    fn read_items(
        &mut self,
        number: BillNumber,
        items: &mut rusqlite::Statement<'_>,
    ) -> Result<std::result::Result<Vec<Item>, (&'static str, String)>> {
        let path = &self.handle.path;
        let mut read = Vec::new();
        let mut rows = items
            .query([number.item_id(1), number.item_id(crate::domain::MAX_ITEMS)])
            .at(path)?;
        while let Some(row) = rows.next().at(path)? {
            let line = read.len() + 1;
            let columns = || -> rusqlite::Result<[i64; 6]> {
                Ok([
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                    row.get(5)?,
                ])
            };
            let Ok([id, product_id, quantity, unit_price, total, version]) = columns() else {
                return Ok(Err((
                    "value",
                    format!("item {line} holds a value of the wrong kind"),
                )));
            };
            if id != number.item_id(line) {
                return Ok(Err(("gap", format!("item {line} is missing"))));
            }
            let Some(product) = self.versions.product(self.handle, version)? else {
                return Ok(Err((
                    "reference",
                    format!("the product of item {line} as billed is missing"),
                )));
            };
            if product.product_id.get() != product_id {
                let what = format!(
                    "the product of item {line} is {product_id}, and as billed {}",
                    product.product_id
                );
                return Ok(Err(("reference", what)));
            }
            let (Some(quantity), Some(unit_price), Some(total)) = (
                Quantity::from_ten_thousandths(quantity),
                Money::from_ten_thousandths(unit_price),
                Money::from_ten_thousandths(total),
            ) else {
                return Ok(Err((
                    "value",
                    format!("item {line} holds an amount that cannot be"),
                )));
            };
            match Item::stored(product, quantity, unit_price, total, self.currency) {
                Ok(item) => read.push(item),
                Err(mismatch) => return Ok(Err(("total", format!("item {line}: {mismatch}")))),
            }
        }
        Ok(Ok(read))
    }
}

/// A bill's row.
struct StoredBill {
    customer_id: i64,
    date: String,
    total: i64,
    status: String,
    reference: Option<String>,
    version: i64,
    checksum: i64,
}

impl StoredBill {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            customer_id: row.get(1)?,
            date: row.get(2)?,
            total: row.get(3)?,
            status: row.get(4)?,
            reference: row.get(5)?,
            version: row.get(6)?,
            checksum: row.get(7)?,
        })
    }

    fn date(&self) -> Option<chrono::NaiveDate> {
        parse_date(&self.date, None).ok()
    }

    fn status(&self) -> Option<BillStatus> {
        self.status.parse().ok()
    }

    fn reference(&self) -> Option<Option<Reference>> {
        self.reference
            .as_deref()
            .map(Reference::new)
            .transpose()
            .ok()
    }
}
