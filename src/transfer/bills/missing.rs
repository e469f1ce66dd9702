//! Customers and products that bills mention and that the book lacks, where an import may make them.

use super::version::{Slot, VersionOf};
use crate::domain::{
    BilledCustomer, BilledProduct, CustomerId, CustomerRef, Email, Money, Name, NewCustomer,
    NewProduct, Note, ProductId, ProductRef,
};
use crate::storage::Tx;
use std::collections::HashMap;
use std::sync::Arc;

/// What is to be made. Memory grows with it, and with nothing else.
#[derive(Debug, Default)]
pub(super) struct Missing {
    customers: Kind<NewCustomer, BilledCustomer>,
    products: Kind<NewProduct, BilledProduct>,
}

#[derive(Debug)]
struct Kind<N, B> {
    by_name: HashMap<String, usize>,
    list: Vec<Made<N, B>>,
}

impl<N, B> Default for Kind<N, B> {
    fn default() -> Self {
        Self {
            by_name: HashMap::new(),
            list: Vec::new(),
        }
    }
}

#[derive(Debug)]
struct Made<N, B> {
    new: N,
    /// Stands for it until it has an id.
    provisional: Arc<B>,
    /// How many bills that will be written mention it.
    uses: u64,
    made: Option<Arc<B>>,
}

/// An id that stands for the one that the book will give. It never leaves the plan: see [`Missing::customer_slot`].
fn provisional_id(index: usize) -> i64 {
    i64::MAX - i64::try_from(index).unwrap_or(0)
}

impl Missing {
    /// The customer of that name, to be made if it can be: it needs an e-mail address, which is its name as well until somebody
    /// gives it a better one.
    pub fn customer(&mut self, which: &CustomerRef) -> Option<Arc<BilledCustomer>> {
        let CustomerRef::Email(email) = which else {
            return None;
        };
        // Addresses are compared without regard to ASCII case.
        let key = email.as_str().to_ascii_lowercase();
        let Kind { by_name, list } = &mut self.customers;
        if let Some(&index) = by_name.get(&key) {
            return Some(list[index].provisional.clone());
        }
        let (name, address) = (Name::new(email.as_str()).ok()?, Note::default());
        let email: Option<Email> = Some(email.clone());
        let provisional = Arc::new(BilledCustomer {
            customer_id: CustomerId::new(provisional_id(list.len()))?,
            name: name.clone(),
            email: email.clone(),
            address: address.clone(),
        });
        by_name.insert(key, list.len());
        list.push(Made {
            new: NewCustomer {
                id: None,
                name,
                email,
                address,
            },
            provisional: provisional.clone(),
            uses: 0,
            made: None,
        });
        Some(provisional)
    }

    /// The product of that name, to be made if it can be: it needs a name, and takes the unit price of its first mention.
    pub fn product(
        &mut self,
        which: &ProductRef,
        price: Option<Money>,
    ) -> Option<(Arc<BilledProduct>, Money)> {
        let ProductRef::Name(name) = which else {
            return None;
        };
        let Kind { by_name, list } = &mut self.products;
        if let Some(&index) = by_name.get(name.as_str()) {
            let made = &list[index];
            return Some((made.provisional.clone(), made.new.price));
        }
        let price = price?;
        let provisional = Arc::new(BilledProduct {
            product_id: ProductId::new(provisional_id(list.len()))?,
            name: name.clone(),
        });
        by_name.insert(name.as_str().to_owned(), list.len());
        list.push(Made {
            new: NewProduct {
                id: None,
                name: name.clone(),
                description: Note::default(),
                price,
            },
            provisional: provisional.clone(),
            uses: 0,
            made: None,
        });
        Some((provisional, price))
    }

    /// Counts a bill that mentions these.
    pub fn count<'b>(
        &mut self,
        customer: &Arc<BilledCustomer>,
        products: impl Iterator<Item = &'b Arc<BilledProduct>>,
    ) {
        if let Some(index) = self.customer_slot(customer) {
            self.customers.list[index].uses += 1;
        }
        for product in products {
            if let Some(index) = self.product_slot(product) {
                self.products.list[index].uses += 1;
            }
        }
    }

    /// No longer counts a bill that mentions these.
    pub fn discount<'b>(
        &mut self,
        customer: &VersionOf<BilledCustomer>,
        products: impl Iterator<Item = &'b VersionOf<BilledProduct>>,
    ) {
        if let VersionOf::Missing(index) = customer {
            self.customers.list[*index].uses -= 1;
        }
        for product in products {
            if let VersionOf::Missing(index) = product {
                self.products.list[*index].uses -= 1;
            }
        }
    }

    /// How many customers and how many products will be made.
    pub fn counts(&self) -> (u64, u64) {
        fn used<N, B>(kind: &Kind<N, B>) -> u64 {
            kind.list.iter().filter(|made| made.uses > 0).count() as u64
        }
        (used(&self.customers), used(&self.products))
    }

    /// The customer itself, made now if it was not yet.
    pub fn made_customer(
        &mut self,
        tx: &mut dyn Tx,
        version: &VersionOf<BilledCustomer>,
    ) -> anyhow::Result<Arc<BilledCustomer>> {
        let made = match version {
            VersionOf::Known(known) => return Ok(known.clone()),
            VersionOf::Missing(index) => &mut self.customers.list[*index],
        };
        if let Some(made) = &made.made {
            return Ok(made.clone());
        }
        let billed = Arc::new(BilledCustomer {
            customer_id: tx.insert_customer(&made.new)?,
            ..(*made.provisional).clone()
        });
        Ok(made.made.insert(billed).clone())
    }

    /// The product itself, made now if it was not yet.
    pub fn made_product(
        &mut self,
        tx: &mut dyn Tx,
        version: &VersionOf<BilledProduct>,
    ) -> anyhow::Result<Arc<BilledProduct>> {
        let made = match version {
            VersionOf::Known(known) => return Ok(known.clone()),
            VersionOf::Missing(index) => &mut self.products.list[*index],
        };
        if let Some(made) = &made.made {
            return Ok(made.clone());
        }
        let billed = Arc::new(BilledProduct {
            product_id: tx.insert_product(&made.new)?,
            ..(*made.provisional).clone()
        });
        Ok(made.made.insert(billed).clone())
    }

    /// Which one a version stands for, if it is a provisional one. A customer of the book that has the same id by chance is
    /// another object.
    pub fn customer_slot(&self, version: &Arc<BilledCustomer>) -> Slot {
        slot(&self.customers.list, version, version.customer_id.get())
    }

    /// As [`Self::customer_slot`], of a product.
    pub fn product_slot(&self, version: &Arc<BilledProduct>) -> Slot {
        slot(&self.products.list, version, version.product_id.get())
    }
}

fn slot<N, B>(list: &[Made<N, B>], version: &Arc<B>, id: i64) -> Slot {
    let index = usize::try_from(i64::MAX - id).ok()?;
    let made = list.get(index)?;
    Arc::ptr_eq(&made.provisional, version).then_some(index)
}
