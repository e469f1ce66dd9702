//! `billbook bill edit`.

use super::item_args::{ItemArg, LineArg};
use crate::app::bill::{self, BillChange};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::cli::values;
use crate::domain::{BillNumber, CustomerRef, Note, Reference, Refusal};
use crate::render::BillDocument;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Change a pending bill and print it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Lines count from 1 as 'billbook bill show' prints them, before any is removed. A line that gets \
another product takes that product's price, unless one is given.

Examples:
  billbook bill edit 2026-000123 --add-item Widget:2 --remove-item 1
  billbook bill edit 2026-000123 --set-item 2=:5 --set-item 3=@9.99 --reason 'agreed by phone'
  billbook bill edit 2026-000123 --customer grace@example.com --date 2026-03-01 --no-reference"
)]
pub struct Args {
    /// Its number
    number: BillNumber,
    #[command(flatten)]
    changes: Changes,
    /// Why, for its history
    #[arg(long, value_name = "TEXT")]
    reason: Option<Note>,
}

/// What is not given stays as it is.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Another customer: id or e-mail address
    #[arg(long)]
    customer: Option<CustomerRef>,
    /// Another date in the same year
    #[arg(long, value_parser = values::date)]
    date: Option<NaiveDate>,
    /// Another reference
    #[arg(long)]
    reference: Option<Reference>,
    /// No reference any more
    #[arg(long, conflicts_with = "reference")]
    no_reference: bool,
    /// One more item: PRODUCT[:QUANTITY[@PRICE]]; repeatable
    #[arg(long, value_name = "ITEM")]
    add_item: Vec<ItemArg>,
    /// Change a line: LINE=[PRODUCT][:QUANTITY][@PRICE]; repeatable
    #[arg(long, value_name = "LINE=ITEM")]
    set_item: Vec<LineArg>,
    /// Remove a line; repeatable
    #[arg(long, value_name = "LINE")]
    remove_item: Vec<usize>,
}

impl Changes {
    fn change(self) -> Result<BillChange, Refusal> {
        let mut change = BTreeMap::new();
        for LineArg { line, change: item } in self.set_item {
            if change.insert(line, item).is_some() {
                return Err(Refusal::LineNamedTwice { line });
            }
        }
        Ok(BillChange {
            customer: self.customer,
            date: self.date,
            reference: (self.reference.is_some() || self.no_reference).then_some(self.reference),
            change,
            remove: self.remove_item,
            add: self.add_item.into_iter().map(Into::into).collect(),
        })
    }
}

impl Args {
    /// Changes the bill.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let change = self.changes.change()?;
        let deed = session.deed(self.reason)?;
        let ((recorded, currency), changes) =
            bill::edit(&mut *session.storage()?, self.number, &change, &deed)?;
        if changes.is_empty() {
            session.say(format_args!(
                "nothing changed: bill {} is so already",
                self.number
            ))?;
        }
        session.bills(currency, &[BillDocument::from(recorded)])?;
        Ok(Exit::Ok)
    }
}
