//! `billbook customer edit`.

use crate::cli::exit::Exit;
use crate::cli::parties;
use crate::cli::session::Session;
use crate::domain::{Customer, CustomerRef, Email, Name, Note};

/// Change a customer and print it; bills that were issued stay as they are
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook customer edit 7 --name 'Ada King' --address 'Ockham Park, Surrey'
  billbook customer edit ada@example.com --no-email")]
pub struct Args {
    /// Its id or e-mail address
    #[arg(value_name = "CUSTOMER")]
    which: CustomerRef,
    #[command(flatten)]
    changes: Changes,
}

/// What is not given stays as it is.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Another name
    #[arg(long)]
    name: Option<Name>,
    /// Another e-mail address
    #[arg(long)]
    email: Option<Email>,
    /// No e-mail address any more
    #[arg(long, conflicts_with = "email")]
    no_email: bool,
    /// Another address; '' for none
    #[arg(long)]
    address: Option<Note>,
}

impl Args {
    /// Changes the customer.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let changes = self.changes;
        parties::edit::<Customer>(session, &self.which, |customer| {
            if let Some(name) = changes.name {
                customer.name = name;
            }
            if changes.email.is_some() || changes.no_email {
                customer.email = changes.email;
            }
            if let Some(address) = changes.address {
                customer.address = address;
            }
        })
    }
}
