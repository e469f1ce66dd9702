//! `billbook product show`.

use crate::cli::exit::Exit;
use crate::cli::parties;
use crate::cli::session::Session;
use crate::domain::{Product, ProductRef};

/// Show products, archived ones too
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook product show 7
  billbook product show 7 'Analytical Engine' --format json")]
pub struct Args {
    /// Ids or exact names
    #[arg(required = true, value_name = "PRODUCT")]
    which: Vec<ProductRef>,
}

impl Args {
    /// Shows the products.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        parties::show::<Product>(session, &self.which)
    }
}
