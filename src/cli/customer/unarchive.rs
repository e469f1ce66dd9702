//! `billbook customer unarchive`.

use crate::cli::exit::Exit;
use crate::cli::parties;
use crate::cli::session::Session;
use crate::domain::{Customer, CustomerRef};

/// Bring archived customers back into use
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  billbook customer unarchive 7 8")]
pub struct Args {
    /// Ids or e-mail addresses; all of them or none
    #[arg(required = true, value_name = "CUSTOMER")]
    which: Vec<CustomerRef>,
}

impl Args {
    /// Brings back the customers.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        parties::set_archived::<Customer>(session, &self.which, None)
    }
}
