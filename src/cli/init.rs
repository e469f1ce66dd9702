//! `billbook init`.

use super::exit::Exit;
use super::session::Session;
use crate::domain::Currency;

/// Make an empty book and print what it is
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook init --currency USD
  billbook init --book ./books/acme")]
pub struct Args {
    /// The currency of everything in it, for ever: a code of ISO 4217
    #[arg(long, value_name = "CODE", default_value_t)]
    currency: Currency,
}

impl Args {
    /// Makes the book.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let book = session.sqlite()?.init(self.currency)?;
        session.say("made an empty book")?;
        session.one(book.currency, &book)?;
        Ok(Exit::Ok)
    }
}
