//! `billbook customer import`.

use crate::cli::csv_args::{self, ModeArgs, ReadArgs};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::transfer;

/// Import customers from a CSV file: all of them, or none and a list of what is wrong; harmless to repeat
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Fields: id, name, email, address. A new customer needs a name. A customer of the book is known by its id, else by its
e-mail address or, where it has none, its exact name; a field that the file has no column for stays as it is.

Examples:
  billbook customer import customers.csv
  billbook customer import foreign.csv --map name='{First} {Last}' --map email=Mail --dry-run
  billbook customer import changes.csv --on-existing update --rejects bad.csv"
)]
pub struct Args {
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

impl Args {
    /// Imports the customers.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let args = (self.read, self.mode);
        csv_args::import(session, "customers", args, transfer::import_customers)
    }
}
