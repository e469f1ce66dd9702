//! `billbook customer export`.

use crate::cli::csv_args::{self, WriteArgs};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::storage::CustomerFilter;
use crate::transfer;

/// Export customers as CSV, archived ones too unless told otherwise
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What is written can be imported again. It is CSV whatever --format says. Texts that a spreadsheet would \
run as formulas get a ' before them, which the import takes off again; --raw turns both off.

Examples:
  billbook customer export --output customers.csv
  billbook customer export --search lovelace --no-archived | head"
)]
pub struct Args {
    /// Only those with this text in name, e-mail or address
    #[arg(long, short, value_name = "TEXT")]
    search: Option<String>,
    /// Leave archived ones out
    #[arg(long)]
    no_archived: bool,
    #[command(flatten)]
    write: WriteArgs,
}

impl Args {
    /// Exports the customers.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let filter = CustomerFilter {
            search: self.search,
            archived: !self.no_archived,
            ..CustomerFilter::default()
        };
        let raw = self.write.raw;
        csv_args::export(
            session,
            "customers",
            &self.write,
            |storage, out, progress| {
                transfer::export_customers(storage, &filter, raw, out, progress)
            },
        )
    }
}
