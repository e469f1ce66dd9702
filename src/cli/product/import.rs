//! `billbook product import`.

use crate::cli::csv_args::{self, ReadArgs};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::transfer;

/// Import products from a CSV file: all of them, or none and a list of what is wrong
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Fields: id, name, description, price. Only name and price must be there; a given id is kept.

Examples:
  billbook product import products.csv
  billbook product import foreign.csv --map name=Title --map price=UnitPrice --delimiter ';'"
)]
pub struct Args {
    #[command(flatten)]
    read: ReadArgs,
}

impl Args {
    /// Imports the products.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        csv_args::import(session, "products", &self.read, transfer::import_products)
    }
}
