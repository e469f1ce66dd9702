//! What pay, cancel and reopen share.

use crate::app::bill::{self, Step};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::domain::{BillNumber, Note};
use crate::storage::BillSummary;

/// Takes a step in the life of these bills and prints them, one a line.
pub fn run(
    session: &mut Session<'_, '_>,
    numbers: &[BillNumber],
    step: Step,
    reason: Option<Note>,
) -> anyhow::Result<Exit> {
    let deed = session.deed(reason)?;
    let (bills, currency) = bill::step(&mut *session.storage()?, numbers, step, &deed)?;
    let bills: Vec<_> = bills.iter().map(BillSummary::from).collect();
    session.list(currency, &bills)?;
    Ok(Exit::Ok)
}
