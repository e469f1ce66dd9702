//! `billbook bill reopen`.

use super::step;
use crate::app::bill::Step;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::domain::{BillNumber, Note};

/// Take the payment of paid bills back, which makes them pending again
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  billbook bill reopen 2026-000123 --reason 'cheque returned'")]
pub struct Args {
    /// Their numbers; all of them or none
    #[arg(required = true, value_name = "NUMBER")]
    numbers: Vec<BillNumber>,
    /// Why, for their history
    #[arg(long, value_name = "TEXT")]
    reason: Note,
}

impl Args {
    /// Reopens the bills.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        step::run(session, &self.numbers, Step::Reopen, Some(self.reason))
    }
}
