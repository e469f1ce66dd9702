//! `billbook product import`.

use crate::cli::csv_args::{self, ModeArgs, ReadArgs};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::transfer;

/// Import products from a CSV file: all of them, or none and a list of what is wrong; harmless to repeat
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Fields: id, name, description, price. A new product needs a name and a price. A product of the book is known by its id,
else by its exact name; a field that the file has no column for stays as it is.

Examples:
  billbook product import products.csv
  billbook product import foreign.csv --map name=Title --map price=UnitPrice --decimal-comma
  billbook product import prices.csv --on-existing update --dry-run"
)]
pub struct Args {
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

impl Args {
    /// Imports the products.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let args = (self.read, self.mode);
        csv_args::import(session, "products", args, transfer::import_products)
    }
}
