//! `billbook product delete`.

use crate::cli::exit::Exit;
use crate::cli::parties::{self, Destroy};
use crate::cli::session::Session;
use crate::domain::{Product, ProductRef};

/// Delete products that no bill of any year refers to
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What a bill refers to is archived instead: see 'billbook product archive'.

Examples:
  billbook product delete 'Analytical Engine' --dry-run
  billbook product delete 7 8 --yes"
)]
pub struct Args {
    /// Ids or exact names; all of them or none
    #[arg(required = true, value_name = "PRODUCT")]
    which: Vec<ProductRef>,
    #[command(flatten)]
    destroy: Destroy,
}

impl Args {
    /// Deletes the products.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        parties::delete::<Product>(session, &self.which, &self.destroy)
    }
}
