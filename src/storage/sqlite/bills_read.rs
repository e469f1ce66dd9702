//! Finding and reading bills.

use super::assemble::each_in;
use super::connect::At as _;
use super::query::{Conditions, limit, order_by};
use super::tx::SqliteTx;
use super::versions::Versions;
use super::wanted::Wanted;
use crate::domain::{Bill, BillNumber, BillingYear, CustomerId, Money, parse_date};
use crate::storage::{BillFilter, BillSort, BillSummary, DamagedBill, Result, StorageError, Visit};
use rusqlite::{OptionalExtension as _, Row, params_from_iter};
use std::ops::ControlFlow;

const LAST: &str = "SELECT max(id) FROM {y}.billings";
const COUNT: &str = "SELECT count(*) FROM {y}.billings AS b";
const SUMMARY: &str =
    "SELECT b.id, b.customer_id, c.name, b.date, b.status, b.total_amount, b.reference
    FROM {y}.billings AS b JOIN {y}.billed_customers AS c ON c.id = b.billed_customer_id";

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
    let mut found = None;
    let wanted = Wanted::one(number);
    each_in(
        &handle,
        currency,
        &wanted,
        &mut Versions::default(),
        &mut |bill| {
            found = Some(bill);
            ControlFlow::Break(())
        },
    )?;
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
    let wanted = Wanted::all(&filter.within(year));
    each_in(&handle, currency, &wanted, &mut Versions::default(), visit)
}
