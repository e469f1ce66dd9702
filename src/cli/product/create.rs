//! `billbook product create`.

use crate::app::party;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::domain::{Money, Name, NewProduct, Note, Product, ProductId};

/// Create a product and print it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook product create 'Analytical Engine' --price 1250.00 --description 'Steam not included'
  billbook product create 'Loyalty discount' --price -5
  id=$(billbook product create Widget --price 9.99 --quiet)")]
pub struct Args {
    /// The product's name
    name: Name,
    /// The unit price of a bill item that names none; below zero for a discount
    #[arg(long, allow_hyphen_values = true)]
    price: Money,
    /// What it is
    #[arg(long, default_value = "", hide_default_value = true)]
    description: Note,
    /// The id it must have [default: the next one]
    #[arg(long)]
    id: Option<ProductId>,
}

impl Args {
    /// Creates the product.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let new = NewProduct {
            id: self.id,
            name: self.name,
            description: self.description,
            price: self.price,
        };
        let (product, currency) = party::create::<Product>(&mut *session.storage()?, &new)?;
        session.one(currency, &product)?;
        Ok(Exit::Ok)
    }
}
