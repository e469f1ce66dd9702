//! `billbook product archive`.

use crate::cli::exit::Exit;
use crate::cli::parties;
use crate::cli::session::Session;
use crate::domain::{Product, ProductRef};

/// Take products out of use; the bills they are on stay as they are
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  billbook product archive 'Analytical Engine'")]
pub struct Args {
    /// Ids or exact names; all of them or none
    #[arg(required = true, value_name = "PRODUCT")]
    which: Vec<ProductRef>,
}

impl Args {
    /// Archives the products.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let now = session.now();
        parties::set_archived::<Product>(session, &self.which, Some(now))
    }
}
