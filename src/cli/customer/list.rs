//! `billbook customer list`.

use crate::app;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::storage::{CustomerFilter, CustomerSort, Scope};
use clap::ValueEnum;

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
    #[arg(long, value_enum, default_value_t)]
    sort: Sort,
    /// The other way round
    #[arg(long)]
    desc: bool,
    /// How many at the most; 0 for all
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u64,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Sort {
    #[default]
    Id,
    Name,
    Email,
}

impl Args {
    /// Lists the customers.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let filter = CustomerFilter {
            search: self.search,
            archived: self.archived,
            sort: match self.sort {
                Sort::Id => CustomerSort::Id,
                Sort::Name => CustomerSort::Name,
                Sort::Email => CustomerSort::Email,
            },
            descending: self.desc,
            limit: (self.limit > 0).then_some(self.limit),
        };
        let mut storage = session.storage()?;
        let mut tx = storage.begin(&Scope::Read)?;
        let mut customers = Vec::new();
        app::visit(
            |visit| tx.each_customer(&filter, visit),
            |customer| {
                customers.push(customer);
                Ok(())
            },
        )?;
        let more = tx.count_customers(&filter)?.saturating_sub(customers.len() as u64);
        let currency = tx.info()?.currency;
        drop(tx);
        session.list(currency, &customers)?;
        session.say_more(more, "customer")?;
        Ok(Exit::Ok)
    }
}
