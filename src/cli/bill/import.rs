//! `billbook bill import`.

use crate::cli::csv_args::ReadArgs;
use crate::cli::exit::Exit;
use crate::cli::progress::Unit;
use crate::cli::session::Session;
use crate::cli::values;
use crate::render;
use crate::transfer::{self, BillImport, Source};

/// Import bills from CSV: all of them, or none and a list of what is wrong
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Fields: reference, number, customer, date, status, product, quantity, unit_price, total_price, \
total_amount. A bill is one row for each item, its own columns repeated, or a row of one file with its items in another, \
joined by reference. Customer, date, product, quantity and one of reference and number must be there; without a unit \
price the product's own holds; totals are checked. With two files, items.FIELD maps a field of the items alone.

Examples:
  billbook bill import bills.csv
  billbook bill import bills.csv --items items.csv --date-format %d.%m.%Y --delimiter ';'
  billbook bill import invoices.csv --items lines.csv \\
    --map reference=InvoiceId --map date=InvoiceDate --map customer=CustomerId \\
    --map product=TrackId --map quantity=Quantity --map unit_price=UnitPrice"
)]
pub struct Args {
    #[command(flatten)]
    read: ReadArgs,
    /// The items, in a CSV file of their own; - for standard input
    #[arg(long, value_name = "FILE")]
    items: Option<Source>,
    /// How dates are written [default: %Y-%m-%d]
    #[arg(long, value_name = "FORMAT", value_parser = values::date_format)]
    date_format: Option<String>,
    /// Give the bills the next numbers, whatever numbers the file has
    #[arg(long)]
    renumber: bool,
}

impl Args {
    /// Imports the bills.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let options = self.read.options(self.date_format)?;
        let import = BillImport {
            bills: self.read.file,
            items: self.items,
            options,
            renumber: self.renumber,
        };
        let mut progress = session.progress(Unit::Bytes);
        let imported = transfer::import_bills(&mut *session.storage()?, &import, &mut progress)?;
        session.say_ignored(&imported.ignored_columns)?;
        session.data(|out, style| render::imported_bills(out, style, &imported))?;
        Ok(Exit::Ok)
    }
}
