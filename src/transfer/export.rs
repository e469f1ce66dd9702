//! Writing customers, products and bills as CSV that an import reads back to the letter.

use super::bills::BILL_FIELDS;
use super::parties::{CUSTOMER_FIELDS, PRODUCT_FIELDS};
use super::progress::{Progress, Watch};
use crate::app::bill::{Selection, intact};
use crate::app::visit;
use crate::domain::{Bill, Currency};
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
    let mut tx = storage.begin(&Scope::Read)?;
    let mut sheet = Sheet::new(out, &CUSTOMER_FIELDS)?;
    let mut watch = Watch::begin(progress, "exporting", Some(tx.count_customers(filter)?));
    let mut count = 0;
    visit(
        |each| tx.each_customer(filter, each),
        |customer| {
            let email = customer.email.as_ref().map_or("", |email| email.as_str());
            let id = customer.id.to_string();
            sheet.row([
                &id,
                customer.name.as_str(),
                email,
                customer.address.as_str(),
            ])?;
            count += 1;
            watch.row(count)
        },
    )?;
    watch.reach(count)?;
    sheet.finish()?;
    Ok(count)
}

/// Writes the products that a filter finds, and tells how many there were.
pub fn export_products(
    storage: &mut dyn Storage,
    filter: &ProductFilter,
    out: &mut dyn Write,
    progress: &mut dyn Progress,
) -> Result<u64> {
    let mut tx = storage.begin(&Scope::Read)?;
    let currency = tx.info()?.currency;
    let mut sheet = Sheet::new(out, &PRODUCT_FIELDS)?;
    let mut watch = Watch::begin(progress, "exporting", Some(tx.count_products(filter)?));
    let mut count = 0;
    visit(
        |each| tx.each_product(filter, each),
        |product| {
            let (id, price) = (product.id.to_string(), product.price.text(currency));
            sheet.row([
                &id,
                product.name.as_str(),
                product.description.as_str(),
                &price,
            ])?;
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
    let mut sheet = Sheet::new(out, &BILL_FIELDS)?;
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

fn write_bill(sheet: &mut Sheet<'_>, bill: &Bill, currency: Currency) -> io::Result<()> {
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

/// A CSV file being written.
struct Sheet<'o> {
    writer: csv::Writer<&'o mut dyn Write>,
}

impl<'o> Sheet<'o> {
    fn new(out: &'o mut dyn Write, header: &[&str]) -> io::Result<Self> {
        let mut sheet = Self {
            writer: csv::Writer::from_writer(out),
        };
        sheet.row(header)?;
        Ok(sheet)
    }

    fn row<'c>(
        &mut self,
        cells: impl IntoIterator<Item = &'c (impl AsRef<[u8]> + ?Sized + 'c)>,
    ) -> io::Result<()> {
        self.writer
            .write_record(cells)
            .map_err(|error| match error.into_kind() {
                // The system's own error says whether a pipe was closed or a disk is full; the crate's would hide it.
                csv::ErrorKind::Io(error) => error,
                other => io::Error::other(format!("{other:?}")),
            })
    }

    fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
