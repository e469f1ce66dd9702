//! `billbook product unarchive`.

use crate::cli::exit::Exit;
use crate::cli::parties;
use crate::cli::session::Session;
use crate::domain::{Product, ProductRef};

/// Bring archived products back into use
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  billbook product unarchive 7 8")]
pub struct Args {
    /// Ids or exact names; all of them or none
    #[arg(required = true, value_name = "PRODUCT")]
    which: Vec<ProductRef>,
}

impl Args {
    /// Brings back the products.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        parties::set_archived::<Product>(session, &self.which, None)
    }
}
