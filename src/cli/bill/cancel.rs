//! `billbook bill cancel`.

use super::step;
use crate::app::bill::Step;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::domain::{BillNumber, Note};

/// Cancel pending bills for ever; they keep their numbers
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  billbook bill cancel 2026-000123 --reason 'ordered twice'")]
pub struct Args {
    /// Their numbers; all of them or none
    #[arg(required = true, value_name = "NUMBER")]
    numbers: Vec<BillNumber>,
    /// Why, for their history
    #[arg(long, value_name = "TEXT")]
    reason: Option<Note>,
}

impl Args {
    /// Cancels the bills.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        step::run(session, &self.numbers, Step::Cancel, self.reason)
    }
}
