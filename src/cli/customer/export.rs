//! `billbook customer export`.

use crate::cli::csv_args::{self, WriteArgs};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::storage::CustomerFilter;
use crate::transfer;

/// Export all customers as CSV, archived ones too
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What is written can be imported again. It is CSV whatever --format says.

Examples:
  billbook customer export --output customers.csv
  billbook customer export | head"
)]
pub struct Args {
    #[command(flatten)]
    write: WriteArgs,
}

impl Args {
    /// Exports the customers.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let filter = CustomerFilter {
            archived: true,
            ..CustomerFilter::default()
        };
        csv_args::export(
            session,
            "customers",
            &self.write,
            |storage, out, progress| transfer::export_customers(storage, &filter, out, progress),
        )
    }
}
