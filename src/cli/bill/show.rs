//! `billbook bill show`.

use crate::app::bill;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::domain::BillNumber;
use crate::render::BillDocument;

/// Show bills as they were billed, with their items and history
#[derive(Debug, clap::Args)]
#[command(
    after_help = "CSV has one row for each item, in the columns of 'billbook bill export'.

Examples:
  billbook bill show 2026-000123
  billbook bill show 2026-1 2026-2 --format json"
)]
pub struct Args {
    /// Their numbers
    #[arg(required = true, value_name = "NUMBER")]
    numbers: Vec<BillNumber>,
}

impl Args {
    /// Shows the bills.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let (bills, currency) = bill::show(&mut *session.storage()?, &self.numbers)?;
        let documents: Vec<_> = bills.into_iter().map(BillDocument::from).collect();
        session.bills(currency, &documents)?;
        Ok(Exit::Ok)
    }
}
