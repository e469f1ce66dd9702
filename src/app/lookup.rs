//! Finding the customers and products that bills name, each once.

use super::party::{self, Party};
use crate::domain::{
    BilledCustomer, BilledProduct, Customer, CustomerRef, Money, Product, ProductRef,
};
use crate::storage::Tx;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// How many names of a kind are remembered. A bound, so that an import needs no more memory for a larger book; when it is
/// reached everything is forgotten, which costs one more look at each name still in use.
const REMEMBERED: usize = 50_000;

/// Resolves names within one transaction and remembers what it found.
#[derive(Debug, Default)]
pub struct Lookup {
    customers: HashMap<CustomerRef, Found<Arc<BilledCustomer>>>,
    products: HashMap<ProductRef, Found<PricedProduct>>,
}

/// What a name means, archived or not.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// The present version.
    pub version: T,
    /// Whether it is archived, so that no new bill may name it.
    archived: bool,
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
        let found = self.any_customer(tx, which)?;
        if found.archived {
            let id = found.version.customer_id;
            return Err(party::archived::<Customer>(which, id).into());
        }
        Ok(found.version)
    }

    /// The product of that name, in its present version; refused when archived.
    pub fn product(
        &mut self,
        tx: &mut dyn Tx,
        which: &ProductRef,
    ) -> anyhow::Result<PricedProduct> {
        let found = self.any_product(tx, which)?;
        if found.archived {
            let id = found.version.product.product_id;
            return Err(party::archived::<Product>(which, id).into());
        }
        Ok(found.version)
    }

    /// The customer of that name, archived or not: what a bill that exists already may go on naming.
    pub fn any_customer(
        &mut self,
        tx: &mut dyn Tx,
        which: &CustomerRef,
    ) -> anyhow::Result<Found<Arc<BilledCustomer>>> {
        remembered(&mut self.customers, which, || {
            look(tx, which, |customer: &Customer| Arc::new(customer.into()))
        })
    }

    /// The product of that name, archived or not.
    pub fn any_product(
        &mut self,
        tx: &mut dyn Tx,
        which: &ProductRef,
    ) -> anyhow::Result<Found<PricedProduct>> {
        remembered(&mut self.products, which, || {
            look(tx, which, |product: &Product| PricedProduct {
                product: Arc::new(product.into()),
                price: product.price,
            })
        })
    }
}

fn look<P: Party, T>(
    tx: &mut dyn Tx,
    which: &P::Ref,
    version: impl FnOnce(&P) -> T,
) -> anyhow::Result<Found<T>> {
    let mut found: P = party::find(tx, which)?;
    Ok(Found {
        archived: found.archived_at().is_some(),
        version: version(&found),
    })
}

fn remembered<K: Clone + Eq + Hash, T: Clone>(
    known: &mut HashMap<K, T>,
    name: &K,
    find: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    if let Some(found) = known.get(name) {
        return Ok(found.clone());
    }
    let found = find()?;
    if known.len() >= REMEMBERED {
        known.clear();
    }
    known.insert(name.clone(), found.clone());
    Ok(found)
}
