//! `billbook customer list`.

use crate::cli::exit::Exit;
use crate::cli::parties;
use crate::cli::session::Session;
use crate::cli::values::Page;
use crate::domain::Customer;
use crate::storage::{CustomerFilter, CustomerSort};

/// List customers
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook customer list --search lovelace
  billbook customer list --sort name --limit 0 --format csv")]
pub struct Args {
    /// Only those with this text in name, e-mail or address
    #[arg(long, short, value_name = "TEXT")]
    search: Option<String>,
    /// Archived ones too
    #[arg(long)]
    archived: bool,
    /// The order
    #[arg(long, value_enum, default_value = "id")]
    sort: CustomerSort,
    #[command(flatten)]
    page: Page,
}

impl Args {
    /// Lists the customers.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let filter = CustomerFilter {
            search: self.search,
            archived: self.archived,
            sort: self.sort,
            descending: self.page.desc,
            limit: self.page.limit(),
        };
        parties::list::<Customer>(session, &filter)
    }
}
