//! Finding the customers and products that bills name, each once.

use super::party;
use crate::domain::{
    BilledCustomer, BilledProduct, Customer, CustomerRef, Money, Product, ProductRef,
};
use crate::storage::Tx;
use std::collections::HashMap;
use std::sync::Arc;

/// How many names of a kind are remembered. A bound, so that an import needs no more memory for a larger book; when it is
/// reached everything is forgotten, which costs one more look at each name still in use.
const REMEMBERED: usize = 50_000;

/// Resolves names within one transaction and remembers what it found, by the text that named it.
#[derive(Debug, Default)]
pub struct Lookup {
    customers: HashMap<String, Arc<BilledCustomer>>,
    products: HashMap<String, PricedProduct>,
}

/// A product as it would be billed now.
#[derive(Clone, Debug)]
pub struct PricedProduct {
    /// Its present version.
    pub product: Arc<BilledProduct>,
    /// The unit price that holds where none is given.
    pub price: Money,
}

impl Lookup {
    /// The customer of that name, in its present version; refused when archived.
    pub fn customer(
        &mut self,
        tx: &mut dyn Tx,
        which: &CustomerRef,
    ) -> anyhow::Result<Arc<BilledCustomer>> {
        remembered(&mut self.customers, &which.to_string(), || {
            let customer: Customer = party::find_billable(tx, which)?;
            Ok(Arc::new(BilledCustomer::from(&customer)))
        })
    }

    /// The product of that name, in its present version; refused when archived.
    pub fn product(
        &mut self,
        tx: &mut dyn Tx,
        which: &ProductRef,
    ) -> anyhow::Result<PricedProduct> {
        remembered(&mut self.products, &which.to_string(), || {
            let product: Product = party::find_billable(tx, which)?;
            Ok(PricedProduct {
                product: Arc::new(BilledProduct::from(&product)),
                price: product.price,
            })
        })
    }

    /// As [`Self::customer`], by a text that may be known already, which then needs no parsing.
    pub fn customer_text(
        &mut self,
        tx: &mut dyn Tx,
        text: &str,
    ) -> anyhow::Result<Arc<BilledCustomer>> {
        match self.customers.get(text) {
            Some(known) => Ok(known.clone()),
            None => self.customer(tx, &text.parse()?),
        }
    }

    /// As [`Self::product`], by a text that may be known already, which then needs no parsing.
    pub fn product_text(&mut self, tx: &mut dyn Tx, text: &str) -> anyhow::Result<PricedProduct> {
        match self.products.get(text) {
            Some(known) => Ok(known.clone()),
            None => self.product(tx, &text.parse()?),
        }
    }
}

fn remembered<T: Clone>(
    known: &mut HashMap<String, T>,
    name: &str,
    find: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    if let Some(found) = known.get(name) {
        return Ok(found.clone());
    }
    let found = find()?;
    if known.len() >= REMEMBERED {
        known.clear();
    }
    known.insert(name.to_owned(), found.clone());
    Ok(found)
}
