//! Writing customers, products and bills as CSV that an import reads back to the letter.

use super::bills::BILL_FIELDS;
use super::parties::Tabular;
use super::progress::{Progress, Watch};
use super::sheet::Sheet;
use crate::app::bill::{Selection, intact};
use crate::app::visit;
use crate::domain::{Bill, Currency, Customer, Product};
use crate::storage::{CustomerFilter, ProductFilter, Scope, Storage};
use anyhow::Result;
use std::io::{self, Write};

/// Writes the customers that a filter finds, and tells how many there were.
pub fn export_customers(
    storage: &mut dyn Storage,
    filter: &CustomerFilter,
    out: &mut dyn Write,
    progress: &mut dyn Progress,
) -> Result<u64> {
    export_parties::<Customer>(storage, filter, out, progress)
}

/// Writes the products that a filter finds, and tells how many there were.
pub fn export_products(
    storage: &mut dyn Storage,
    filter: &ProductFilter,
    out: &mut dyn Write,
    progress: &mut dyn Progress,
) -> Result<u64> {
    export_parties::<Product>(storage, filter, out, progress)
}

fn export_parties<P: Tabular>(
    storage: &mut dyn Storage,
    filter: &P::Filter,
    out: &mut dyn Write,
    progress: &mut dyn Progress,
) -> Result<u64> {
    let mut tx = storage.begin(&Scope::Read)?;
    let currency = tx.info()?.currency;
    let mut sheet = Sheet::new(out, P::LAYOUT.fields)?;
    let total = P::count(&mut *tx, filter)?;
    let mut watch = Watch::begin(progress, "exporting", Some(total));
    let mut count = 0;
    visit(
        |each| P::each(&mut *tx, filter, each),
        |party| {
            sheet.row(&party.cells(currency))?;
            count += 1;
            watch.row(count)
        },
    )?;
    watch.reach(count)?;
    sheet.finish()?;
    Ok(count)
}

/// Writes the bills that a selection finds, by number, one row for each item, and tells how many bills there were.
pub fn export_bills(
    storage: &mut dyn Storage,
    selection: &Selection,
    out: &mut dyn Write,
    progress: &mut dyn Progress,
) -> Result<u64> {
    let mut tx = storage.begin(&Scope::Read)?;
    let filter = selection.resolve(&mut *tx)?;
    let currency = tx.info()?.currency;
    let mut sheet = Sheet::new(out, BILL_FIELDS)?;
    let mut watch = Watch::begin(progress, "exporting", Some(tx.count_bills(&filter)?));
    let mut count = 0;
    for year in tx
        .years()?
        .into_iter()
        .filter(|year| filter.may_match(*year))
    {
        let filter = filter.within(year);
        visit(
            |each| tx.each_bill(year, &filter, each),
            |bill| {
                write_bill(&mut sheet, &intact(bill)?, currency)?;
                count += 1;
                watch.row(count)
            },
        )?;
    }
    watch.reach(count)?;
    sheet.finish()?;
    Ok(count)
}

/// Writes the rows of a bill, one for each item, with the columns of [`BILL_FIELDS`].
pub fn write_bill(sheet: &mut Sheet<'_>, bill: &Bill, currency: Currency) -> io::Result<()> {
    let reference = bill.reference().map_or("", |reference| reference.as_str());
    let (number, customer) = (
        bill.number().to_string(),
        bill.customer().customer_id.to_string(),
    );
    let (date, total) = (bill.date().to_string(), bill.total().text(currency));
    for item in bill.items() {
        sheet.row([
            reference,
            &number,
            &customer,
            &date,
            bill.status().as_str(),
            &item.product().product_id.to_string(),
            &item.quantity().to_string(),
            &item.unit_price().text(currency),
            &item.total().text(currency),
            &total,
        ])?;
    }
    Ok(())
}
