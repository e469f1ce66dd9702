//! `billbook product edit`.

use crate::cli::exit::Exit;
use crate::cli::parties;
use crate::cli::session::Session;
use crate::domain::{Money, Name, Note, Product, ProductRef};

/// Change a product and print it; bills that were issued stay as they are
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook product edit 7 --price 12.50
  billbook product edit 'Analytical Engine' --description 'Steam not included'")]
pub struct Args {
    /// Its id or exact name
    #[arg(value_name = "PRODUCT")]
    which: ProductRef,
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
    /// Another description; '' for none
    #[arg(long)]
    description: Option<Note>,
    /// Another unit price; below zero for a discount
    #[arg(long, allow_hyphen_values = true)]
    price: Option<Money>,
}

impl Args {
    /// Changes the product.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let changes = self.changes;
        parties::edit::<Product>(session, &self.which, |product| {
            if let Some(name) = changes.name {
                product.name = name;
            }
            if let Some(description) = changes.description {
                product.description = description;
            }
            if let Some(price) = changes.price {
                product.price = price;
            }
        })
    }
}
