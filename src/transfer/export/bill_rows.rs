//! A bill as rows.

use crate::domain::{Bill, Currency, Item, write_date, write_padded};
use crate::transfer::rows::Rows;

/// The fields of a bill whose items are in another file.
pub(super) const HEAD_FIELDS: [&str; 6] = [
    "reference",
    "number",
    "customer",
    "date",
    "status",
    "total_amount",
];
/// The fields of an item in a file of its own.
pub(super) const ITEM_FIELDS: [&str; 5] = [
    "reference",
    "product",
    "quantity",
    "unit_price",
    "total_price",
];

/// Writes the rows of a bill, one for each item, with the columns of [`crate::transfer::BILL_FIELDS`].
pub fn write_bill(rows: &mut Rows, bill: &Bill, currency: Currency) {
    write_head(rows, bill);
    let head = rows.cells_so_far();
    let mut total = None;
    for item in bill.items() {
        if total.is_some() {
            rows.again(head.clone());
        }
        write_item(rows, item, currency);
        match total.clone() {
            Some(total) => rows.same(total),
            None => total = Some(rows.plain(|text| bill.total().write(currency, text))),
        }
        rows.end();
    }
}

/// Writes the row of a bill, with the columns of [`HEAD_FIELDS`], and those of its items, with [`ITEM_FIELDS`].
pub(super) fn write_apart(bills: &mut Rows, items: &mut Rows, bill: &Bill, currency: Currency) {
    write_head(bills, bill);
    bills.plain(|text| bill.total().write(currency, text));
    bills.end();
    for item in bill.items() {
        write_reference(items, bill);
        write_item(items, item, currency);
        items.end();
    }
}

fn write_reference(rows: &mut Rows, bill: &Bill) {
    rows.text(bill.reference().map_or("", |reference| reference.as_str()));
}

fn write_head(rows: &mut Rows, bill: &Bill) {
    write_reference(rows, bill);
    rows.plain(|text| bill.number().write(text));
    write_id(rows, bill.customer().customer_id.get());
    rows.plain(|text| write_date(bill.date(), text));
    rows.plain(|text| text.extend_from_slice(bill.status().as_str().as_bytes()));
}

fn write_item(rows: &mut Rows, item: &Item, currency: Currency) {
    write_id(rows, item.product().product_id.get());
    rows.plain(|text| item.quantity().write(text));
    rows.plain(|text| item.unit_price().write(currency, text));
    rows.plain(|text| item.total().write(currency, text));
}

/// An id, which is above zero.
fn write_id(rows: &mut Rows, id: i64) {
    rows.plain(|text| write_padded(id.unsigned_abs(), 1, text));
}
