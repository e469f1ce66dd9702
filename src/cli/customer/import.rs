//! `billbook customer import`.

use crate::cli::csv_args::{self, ReadArgs};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::transfer;

/// Import customers from a CSV file: all of them, or none and a list of what is wrong
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Fields: id, name, email, address. Only name must be there; a given id is kept.

Examples:
  billbook customer import customers.csv
  billbook customer import foreign.csv --map name='{First} {Last}' --map email=Mail"
)]
pub struct Args {
    #[command(flatten)]
    read: ReadArgs,
}

impl Args {
    /// Imports the customers.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        csv_args::import(session, "customers", &self.read, transfer::import_customers)
    }
}
