//! `billbook customer delete`.

use crate::cli::exit::Exit;
use crate::cli::parties::{self, Destroy};
use crate::cli::session::Session;
use crate::domain::{Customer, CustomerRef};

/// Delete customers that no bill of any year refers to
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What a bill refers to is archived instead: see 'billbook customer archive'.

Examples:
  billbook customer delete ada@example.com --dry-run
  billbook customer delete 7 8 --yes"
)]
pub struct Args {
    /// Ids or e-mail addresses; all of them or none
    #[arg(required = true, value_name = "CUSTOMER")]
    which: Vec<CustomerRef>,
    #[command(flatten)]
    destroy: Destroy,
}

impl Args {
    /// Deletes the customers.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        parties::delete::<Customer>(session, &self.which, &self.destroy)
    }
}
