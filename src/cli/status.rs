//! `billbook status`.

use super::exit::Exit;
use super::session::Session;
use crate::app::book;
use crate::render;

/// Show where the book is and what it holds, in figures
#[derive(Debug, clap::Args)]
#[command(after_help = "CSV holds the years, one a row; JSON holds everything.

Examples:
  billbook status
  billbook status --book ./books/acme --format json")]
pub struct Args {}

impl Args {
    /// Shows the figures.
    #[expect(clippy::unused_self, reason = "every command runs in the same way")]
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let status = book::status(&mut *session.storage()?)?;
        if session.global.quiet {
            session.identifiers([&status.info.location])?;
        }
        session.data(|out, style| render::status(out, style, &status))?;
        Ok(Exit::Ok)
    }
}
