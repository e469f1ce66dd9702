//! Putting a bill together from its rows, and finding out whether they agree.

use super::connect::At as _;
use super::reader::YearHandle;
use super::versions::Versions;
use super::wanted::{StoredItem, StoredItems, Wanted};
use crate::domain::{
    Bill, BillNumber, BillStatus, Currency, Item, Money, Quantity, Reference, parse_date,
};
use crate::storage::checksum::checksum;
use crate::storage::{DamagedBill, Result, Visit};
use rusqlite::{Row, params_from_iter};

const BILLS: &str = "SELECT b.id, b.customer_id, b.date, b.total_amount, b.status, b.reference,
    b.billed_customer_id, b.checksum FROM {y}.billings AS b";

/// Visits the bills that are wanted, by number, each put together and verified.
pub(super) fn each_in(
    handle: &YearHandle<'_>,
    currency: Currency,
    wanted: &Wanted,
    versions: &mut Versions,
    visit: Visit<Result<Bill, DamagedBill>>,
) -> Result<()> {
    let path = &handle.path;
    let prepared = |sql: String| handle.connection.prepare_cached(&handle.sql(&sql)).at(path);
    let conditions = &wanted.bills;
    let mut bills = prepared(format!("{BILLS}{} ORDER BY b.id", conditions.clause()))?;
    let mut rows = bills
        .query(params_from_iter(&conditions.parameters))
        .at(path)?;
    if wanted.are_many() {
        versions.read_ahead(handle)?;
    }
    let mut items = prepared(wanted.items_sql())?;
    let mut items = wanted.items(&mut items, path)?;
    let mut reader = BillReader {
        handle,
        currency,
        versions,
        items: Vec::new(),
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

/// Why a bill is damaged: the kind of finding, and what is wrong.
type Damage = (&'static str, String);

/// Puts bills together from their rows.
struct BillReader<'a> {
    handle: &'a YearHandle<'a>,
    currency: Currency,
    versions: &'a mut Versions,
    /// The rows of the bill's items.
    items: Vec<StoredItem>,
    scratch: Vec<u8>,
}

impl BillReader<'_> {
    /// Reads a bill and its items. Whatever does not fit makes it a damaged one; an error means that reading itself failed.
    fn read(
        &mut self,
        row: &Row<'_>,
        items: &mut StoredItems<'_, '_>,
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
        items.of(number, path, &mut self.items)?;
        let items = match self.put_items(number)? {
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

    /// Makes items of the rows read.
    fn put_items(&mut self, number: BillNumber) -> Result<std::result::Result<Vec<Item>, Damage>> {
        let mut put = Vec::with_capacity(self.items.len());
        for (index, stored) in self.items.iter().enumerate() {
            let line = index + 1;
            let Some([product_id, quantity, unit_price, total, version]) = stored.values else {
                return Ok(Err((
                    "value",
                    format!("item {line} holds a value of the wrong kind"),
                )));
            };
            if stored.id != number.item_id(line) {
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
                Ok(item) => put.push(item),
                Err(mismatch) => return Ok(Err(("total", format!("item {line}: {mismatch}")))),
            }
        }
        Ok(Ok(put))
    }
}

/// A bill's row.
struct StoredBill<'r> {
    customer_id: i64,
    date: &'r str,
    total: i64,
    status: &'r str,
    reference: Option<&'r str>,
    version: i64,
    checksum: i64,
}

impl<'r> StoredBill<'r> {
    fn read(row: &'r Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            customer_id: row.get(1)?,
            date: row.get_ref(2)?.as_str()?,
            total: row.get(3)?,
            status: row.get_ref(4)?.as_str()?,
            reference: row.get_ref(5)?.as_str_or_null()?,
            version: row.get(6)?,
            checksum: row.get(7)?,
        })
    }

    fn date(&self) -> Option<chrono::NaiveDate> {
        parse_date(self.date, None).ok()
    }

    fn status(&self) -> Option<BillStatus> {
        self.status.parse().ok()
    }

    fn reference(&self) -> Option<Option<Reference>> {
        self.reference.map(Reference::new).transpose().ok()
    }
}
