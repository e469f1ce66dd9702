//! `billbook bill list`.

use super::filter_args::FilterArgs;
use crate::app::bill;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::cli::values::Page;
use crate::storage::BillSort;

/// List bills, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook bill list --status pending
  billbook bill list --customer ada@example.com --from 2026-01-01 --to 2026-03-31
  billbook bill list --year 2026 --sort total --desc --limit 10 --format csv")]
pub struct Args {
    #[command(flatten)]
    filter: FilterArgs,
    /// The order, ascending unless --desc is given [default: date, the newest first]
    #[arg(long, value_enum)]
    sort: Option<BillSort>,
    #[command(flatten)]
    page: Page,
}

impl Args {
    /// Lists the bills.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let mut selection = self.filter.selection();
        // A list that shows the first few of many is about the newest, unless its order was asked for.
        selection.filter.sort = self.sort.unwrap_or(BillSort::Date);
        selection.filter.descending = self.page.desc || self.sort.is_none();
        selection.filter.limit = self.page.limit();
        let ((bills, currency), more) = bill::list(&mut *session.storage()?, &selection)?;
        session.list(currency, &bills)?;
        session.say_more(more, "bill")?;
        Ok(Exit::Ok)
    }
}
