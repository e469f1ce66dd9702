//! `billbook check`.

use super::exit::Exit;
use super::session::Session;
use crate::app::book;
use crate::render::{self, Record as _};
use crate::storage::Finding;

/// Look for everything that is wrong with the book
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Silent, with exit code 0, when nothing is wrong. Else each finding is a line KIND: PLACE: WHAT, and the exit code \
is 5.

Examples:
  billbook check
  billbook check --format json"
)]
pub struct Args {}

impl Args {
    /// Checks the book.
    #[expect(clippy::unused_self, reason = "every command runs in the same way")]
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let mut findings = Vec::new();
        book::check(&mut *session.storage()?, &mut |finding| {
            findings.push(finding);
        })?;
        if session.global.quiet {
            session.identifiers(findings.iter().map(Finding::identifier))?;
        }
        session.data(|out, style| render::findings(out, style, &findings))?;
        Ok(if findings.is_empty() {
            Exit::Ok
        } else {
            Exit::Damaged
        })
    }
}
