//! `billbook bill export`.

use super::filter_args::FilterArgs;
use crate::cli::csv_args::{self, WriteArgs};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::transfer;

/// Export bills as CSV, by number, one row for each item
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What is written can be imported again, into a book that holds the customers and products. It is CSV \
whatever --format says.

Examples:
  billbook bill export --output bills.csv
  billbook bill export --year 2026 --status paid > paid.csv"
)]
pub struct Args {
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    write: WriteArgs,
}

impl Args {
    /// Exports the bills.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let selection = self.filter.selection();
        csv_args::export(session, "bills", &self.write, |storage, out, progress| {
            transfer::export_bills(storage, &selection, out, progress)
        })
    }
}
