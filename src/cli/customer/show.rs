//! `billbook customer show`.

use crate::cli::exit::Exit;
use crate::cli::parties;
use crate::cli::session::Session;
use crate::domain::{Customer, CustomerRef};

/// Show customers, archived ones too
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook customer show 7
  billbook customer show 7 ada@example.com --format json")]
pub struct Args {
    /// Ids or e-mail addresses
    #[arg(required = true, value_name = "CUSTOMER")]
    which: Vec<CustomerRef>,
}

impl Args {
    /// Shows the customers.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        parties::show::<Customer>(session, &self.which)
    }
}
