//! `billbook product list`.

use crate::cli::exit::Exit;
use crate::cli::parties;
use crate::cli::session::Session;
use crate::cli::values::Page;
use crate::domain::Product;
use crate::storage::{ProductFilter, ProductSort};

/// List products
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook product list --search engine
  billbook product list --sort price --desc --limit 10")]
pub struct Args {
    /// Only those with this text in name or description
    #[arg(long, short, value_name = "TEXT")]
    search: Option<String>,
    /// Archived ones too
    #[arg(long)]
    archived: bool,
    /// The order
    #[arg(long, value_enum, default_value = "id")]
    sort: ProductSort,
    #[command(flatten)]
    page: Page,
}

impl Args {
    /// Lists the products.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let filter = ProductFilter {
            search: self.search,
            archived: self.archived,
            sort: self.sort,
            descending: self.page.desc,
            limit: self.page.limit(),
        };
        parties::list::<Product>(session, &filter)
    }
}
