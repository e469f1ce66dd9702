//! Customers and products.

use crate::app::visit;
use crate::domain::{Customer, Product};
use crate::storage::{CustomerFilter, ProductFilter, Scope, Storage};
use crate::transfer::parties::Tabular;
use crate::transfer::progress::{Progress, Watch};
use crate::transfer::sheet::Sheet;
use anyhow::Result;
use std::io::Write;

/// Writes the customers that a filter finds, texts guarded from spreadsheets unless they are to be `raw`, and tells how
/// many there were.
pub fn export_customers(
    storage: &mut dyn Storage,
    filter: &CustomerFilter,
    raw: bool,
    out: &mut dyn Write,
    progress: &mut dyn Progress,
) -> Result<u64> {
    export::<Customer>(storage, filter, raw, out, progress)
}

/// Writes the products that a filter finds, texts guarded from spreadsheets unless they are to be `raw`, and tells how
/// many there were.
pub fn export_products(
    storage: &mut dyn Storage,
    filter: &ProductFilter,
    raw: bool,
    out: &mut dyn Write,
    progress: &mut dyn Progress,
) -> Result<u64> {
    export::<Product>(storage, filter, raw, out, progress)
}

fn export<P: Tabular>(
    storage: &mut dyn Storage,
    filter: &P::Filter,
    raw: bool,
    out: &mut dyn Write,
    progress: &mut dyn Progress,
) -> Result<u64> {
    let mut tx = storage.begin(&Scope::Read)?;
    let currency = tx.info()?.currency;
    let mut sheet = Sheet::new(out, P::LAYOUT.fields, raw)?;
    let total = P::count(&mut *tx, filter)?;
    let mut watch = Watch::begin(progress, "exporting", Some(total));
    let mut count = 0;
    visit(
        |each| P::each(&mut *tx, filter, each),
        |party| {
            sheet.write(|rows| {
                for (field, cell) in party.cells(currency).into_iter().enumerate() {
                    if P::LAYOUT.texts.contains(&field) {
                        rows.text(&cell);
                    } else {
                        rows.cell(&cell);
                    }
                }
                rows.end();
            })?;
            count += 1;
            watch.row(count)
        },
    )?;
    watch.reach(count)?;
    sheet.finish()?;
    Ok(count)
}
