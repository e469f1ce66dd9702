//! `billbook bill create`.

use super::item_args::ItemArg;
use crate::app::bill::{self, NewBill};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::cli::values;
use crate::domain::{BillStatus, CustomerRef, Reference};
use crate::render::BillDocument;
use chrono::NaiveDate;

/// Create a bill and print it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "An item is a product's id or exact name, then its quantity (1 if none is given), then its unit price \
(the product's own if none is given). For a name that itself ends in a colon and a number, write the quantity too.

Examples:
  billbook bill create --customer ada@example.com --item Widget:3 --item 'Loyalty discount:1@-5'
  billbook bill create --customer 7 --item 2:1.5@80 --date 2026-02-28 --reference INV-0042
  id=$(billbook bill create --customer 7 --item 2 --quiet) && billbook bill pay \"$id\""
)]
pub struct Args {
    /// To whom: id or e-mail address
    #[arg(long)]
    customer: CustomerRef,
    /// For what: PRODUCT[:QUANTITY[@PRICE]]; repeatable
    #[arg(long = "item", required = true, value_name = "ITEM")]
    items: Vec<ItemArg>,
    /// When; its year is that of the number [default: today]
    #[arg(long, value_parser = values::date)]
    date: Option<NaiveDate>,
    /// Where its life begins
    #[arg(long, value_enum, default_value = "pending")]
    status: BillStatus,
    /// The number that another system gave it, unique within the year
    #[arg(long)]
    reference: Option<Reference>,
}

impl Args {
    /// Creates the bill.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let new = NewBill {
            customer: self.customer,
            date: self.date.unwrap_or_else(|| session.today()),
            status: self.status,
            reference: self.reference,
            items: self.items.into_iter().map(Into::into).collect(),
        };
        let (bill, currency) = bill::create(&mut *session.storage()?, &new)?;
        session.bills(
            currency,
            &[BillDocument {
                bill,
                history: Vec::new(),
            }],
        )?;
        Ok(Exit::Ok)
    }
}
