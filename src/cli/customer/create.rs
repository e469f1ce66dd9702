//! `billbook customer create`.

use crate::app::party;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::domain::{Customer, CustomerId, Email, Name, NewCustomer, Note};

/// Create a customer and print it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook customer create 'Ada Lovelace' --email ada@example.com --address '12 St James Square, London'
  id=$(billbook customer create 'Grace Hopper' --quiet)")]
pub struct Args {
    /// The customer's name
    name: Name,
    /// Where mail goes
    #[arg(long)]
    email: Option<Email>,
    /// The postal address
    #[arg(long, default_value = "", hide_default_value = true)]
    address: Note,
    /// The id it must have [default: the next one]
    #[arg(long)]
    id: Option<CustomerId>,
}

impl Args {
    /// Creates the customer.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let new = NewCustomer {
            id: self.id,
            name: self.name,
            email: self.email,
            address: self.address,
        };
        let (customer, currency) = party::create::<Customer>(&mut *session.storage()?, &new)?;
        session.one(currency, &customer)?;
        Ok(Exit::Ok)
    }
}
