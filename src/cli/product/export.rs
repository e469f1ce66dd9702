//! `billbook product export`.

use crate::cli::csv_args::{self, WriteArgs};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::storage::ProductFilter;
use crate::transfer;

/// Export all products as CSV, archived ones too
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What is written can be imported again. It is CSV whatever --format says.

Examples:
  billbook product export --output products.csv
  billbook product export | head"
)]
pub struct Args {
    #[command(flatten)]
    write: WriteArgs,
}

impl Args {
    /// Exports the products.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let filter = ProductFilter {
            archived: true,
            ..ProductFilter::default()
        };
        csv_args::export(
            session,
            "products",
            &self.write,
            |storage, out, progress| transfer::export_products(storage, &filter, out, progress),
        )
    }
}
