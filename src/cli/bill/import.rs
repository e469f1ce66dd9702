//! `billbook bill import`.

use crate::cli::csv_args::{self, ModeArgs, ReadArgs};
use crate::cli::exit::Exit;
use crate::cli::progress::Unit;
use crate::cli::session::Session;
use crate::cli::values;
use crate::domain::Note;
use crate::render;
use crate::transfer::{self, BillImport, Source};

/// Import bills from CSV: all of them, or none and a list of what is wrong; harmless to repeat
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Fields: reference, number, customer, date, status, product, quantity, unit_price, total_price, \
total_amount. A bill is one row for each item, its own columns repeated, or a row of one file with its items in another, \
joined by reference. A new bill needs customer, date, product, quantity and one of reference and number; without a unit \
price the product's own holds; totals are checked. With two files, items.FIELD maps a field of the items alone.

A bill of the book is known by its reference, else by its number. One that is the same stays as it is; a field that the file \
has no column for counts as the same. With --on-existing update a pending bill is changed, paid or cancelled as the file says.

Examples:
  billbook bill import bills.csv --dry-run
  billbook bill import bills.csv --items items.csv --date-format %d.%m.%Y --decimal-comma
  billbook bill import payments.csv --on-existing update
  billbook bill import shop.csv --create-missing --rejects bad.csv
  billbook bill import invoices.csv --items lines.csv \\
    --map reference=InvoiceId --map date=InvoiceDate --map customer=CustomerId \\
    --map product=TrackId --map quantity=Quantity --map unit_price=UnitPrice"
)]
pub struct Args {
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    mode: ModeArgs,
    /// The items, in a CSV file of their own; - for standard input
    #[arg(long, value_name = "FILE")]
    items: Option<Source>,
    /// How dates are written [default: %Y-%m-%d]
    #[arg(long, value_name = "FORMAT", value_parser = values::date_format)]
    date_format: Option<String>,
    /// Give the bills the next numbers; a number in the file becomes the reference of a bill that has none
    #[arg(long)]
    renumber: bool,
    /// Make the customers and products that bills mention by e-mail address or name and that the book lacks
    #[arg(long)]
    create_missing: bool,
}

impl Args {
    /// Imports the bills.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let options = self.read.options(self.date_format)?;
        let reason = Note::new(&format!("import of {}", self.read.file))?;
        let import = BillImport {
            bills: self.read.file,
            items: self.items,
            options,
            mode: self.mode.mode(),
            renumber: self.renumber,
            create_missing: self.create_missing,
            deed: session.deed(Some(reason))?,
        };
        let mut progress = session.progress(Unit::Bytes);
        let plan = transfer::import_bills(&mut *session.storage()?, &import, &mut progress)?;
        drop(progress);
        session.say_guesses(&plan.remarks)?;
        session.data(|out, style| render::imported_bills(out, style, &plan))?;
        csv_args::finish_import(session, plan.remarks, import.mode.dry_run)
    }
}
