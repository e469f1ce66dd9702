//! `billbook customer archive`.

use crate::cli::exit::Exit;
use crate::cli::parties;
use crate::cli::session::Session;
use crate::domain::{Customer, CustomerRef};

/// Take customers out of use; the bills they are on stay as they are
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  billbook customer archive ada@example.com")]
pub struct Args {
    /// Ids or e-mail addresses; all of them or none
    #[arg(required = true, value_name = "CUSTOMER")]
    which: Vec<CustomerRef>,
}

impl Args {
    /// Archives the customers.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let now = session.now();
        parties::set_archived::<Customer>(session, &self.which, Some(now))
    }
}
