//! `billbook bill pay`.

use super::step;
use crate::app::bill::Step;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::domain::{BillNumber, Note};

/// Mark pending bills as paid
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook bill pay 2026-000123
  billbook bill pay 2026-1 2026-2 --reason 'bank statement 14'")]
pub struct Args {
    /// Their numbers; all of them or none
    #[arg(required = true, value_name = "NUMBER")]
    numbers: Vec<BillNumber>,
    /// Why, for their history
    #[arg(long, value_name = "TEXT")]
    reason: Option<Note>,
}

impl Args {
    /// Pays the bills.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        step::run(session, &self.numbers, Step::Pay, self.reason)
    }
}
