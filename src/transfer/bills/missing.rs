//! Customers and products that bills mention and that the book lacks, where an import may make them.

use super::version::{Packed, VersionOf};
use crate::domain::{
    BilledCustomer, BilledProduct, CustomerId, CustomerRef, Money, Name, NewCustomer, NewProduct,
    Note, ProductId, ProductRef,
};
use crate::storage::{self, Tx};
use std::collections::HashMap;
use std::sync::Arc;

/// What is to be made. Memory grows with it, and with nothing else.
#[derive(Debug, Default)]
pub(super) struct Missing {
    pub customers: Kind<BilledCustomer>,
    pub products: Kind<BilledProduct>,
}

/// What is to be made of one kind.
#[derive(Debug)]
pub(super) struct Kind<B: Makeable> {
    by_name: HashMap<String, usize>,
    list: Vec<ToMake<B>>,
}

#[derive(Debug)]
struct ToMake<B: Makeable> {
    new: B::New,
    /// Stands for it until it has an id.
    provisional: Arc<B>,
    /// How many times the bills that will be written mention it.
    uses: u64,
    /// The thing itself, once it is made.
    version: Option<Arc<B>>,
}

/// A version of something that can be made.
pub(super) trait Makeable: Packed + Sized {
    /// What it is made from.
    type New: std::fmt::Debug;

    /// Makes it, and returns its version. Only a product has a price.
    fn make(
        new: &Self::New,
        provisional: &Self,
        price: Money,
        tx: &mut dyn Tx,
    ) -> storage::Result<Self>;

    /// The id as a number.
    fn number(&self) -> i64;

    /// Those of its kind.
    fn kind(missing: &mut Missing) -> &mut Kind<Self>;
}

impl Makeable for BilledCustomer {
    type New = NewCustomer;

    fn make(
        new: &NewCustomer,
        provisional: &Self,
        _: Money,
        tx: &mut dyn Tx,
    ) -> storage::Result<Self> {
        let customer_id = tx.insert_customer(new)?;
        Ok(Self {
            customer_id,
            ..provisional.clone()
        })
    }

    fn number(&self) -> i64 {
        self.customer_id.get()
    }

    fn kind(missing: &mut Missing) -> &mut Kind<Self> {
        &mut missing.customers
    }
}

impl Makeable for BilledProduct {
    type New = NewProduct;

    fn make(
        new: &NewProduct,
        provisional: &Self,
        price: Money,
        tx: &mut dyn Tx,
    ) -> storage::Result<Self> {
        let new = NewProduct {
            price,
            ..new.clone()
        };
        let product_id = tx.insert_product(&new)?;
        Ok(Self {
            product_id,
            ..provisional.clone()
        })
    }

    fn number(&self) -> i64 {
        self.product_id.get()
    }

    fn kind(missing: &mut Missing) -> &mut Kind<Self> {
        &mut missing.products
    }
}

impl<B: Makeable> Default for Kind<B> {
    fn default() -> Self {
        Self {
            by_name: HashMap::new(),
            list: Vec::new(),
        }
    }
}

impl<B: Makeable> Kind<B> {
    /// An id that stands for the one that the book will give. It never leaves the plan: see [`Self::place`].
    fn next_id(&self) -> i64 {
        i64::MAX - i64::try_from(self.list.len()).unwrap_or(0)
    }

    fn add(&mut self, key: String, new: B::New, provisional: B) -> Arc<B> {
        let provisional = Arc::new(provisional);
        self.by_name.insert(key, self.list.len());
        self.list.push(ToMake {
            new,
            provisional: provisional.clone(),
            uses: 0,
            version: None,
        });
        provisional
    }

    fn find(&self, key: &str) -> Option<&ToMake<B>> {
        self.by_name.get(key).map(|index| &self.list[*index])
    }

    /// Which one a version stands for, if it is a provisional one. One of the book that has the same id by chance is another
    /// object.
    pub fn place(&self, version: &Arc<B>) -> Option<usize> {
        let index = usize::try_from(i64::MAX - version.number()).ok()?;
        let to_make = self.list.get(index)?;
        Arc::ptr_eq(&to_make.provisional, version).then_some(index)
    }

    /// Counts a mention on a bill that will be written.
    pub fn count(&mut self, version: &Arc<B>) {
        if let Some(index) = self.place(version) {
            self.list[index].uses += 1;
        }
    }

    /// No longer counts one.
    pub fn discount(&mut self, version: &VersionOf<B>) {
        if let VersionOf::Missing(index) = version {
            self.list[*index].uses -= 1;
        }
    }

    /// How many will be made.
    pub fn used(&self) -> u64 {
        self.list.iter().filter(|it| it.uses > 0).count() as u64
    }
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
        if let Some(known) = self.customers.find(&key) {
            return Some(known.provisional.clone());
        }
        let new = NewCustomer {
            id: None,
            name: Name::new(email.as_str()).ok()?,
            email: Some(email.clone()),
            address: Note::default(),
        };
        let provisional = BilledCustomer {
            customer_id: CustomerId::new(self.customers.next_id())?,
            name: new.name.clone(),
            email: new.email.clone(),
            address: new.address.clone(),
        };
        Some(self.customers.add(key, new, provisional))
    }

    /// The customer of that name, if it is one of those that are to be made.
    pub fn known_customer(&self, which: &CustomerRef) -> Option<Arc<BilledCustomer>> {
        let CustomerRef::Email(email) = which else {
            return None;
        };
        if self.customers.list.is_empty() {
            return None;
        }
        let known = self.customers.find(&email.as_str().to_ascii_lowercase())?;
        Some(known.provisional.clone())
    }

    /// The product of that name, if it is one of those that are to be made.
    pub fn known_product(&self, which: &ProductRef) -> Option<Arc<BilledProduct>> {
        let ProductRef::Name(name) = which else {
            return None;
        };
        Some(self.products.find(name.as_str())?.provisional.clone())
    }

    /// The product of that name, to be made if it can be: it needs a name, and takes the unit price of the first item that is
    /// written with it.
    pub fn product(&mut self, which: &ProductRef) -> Option<Arc<BilledProduct>> {
        let ProductRef::Name(name) = which else {
            return None;
        };
        if let Some(known) = self.products.find(name.as_str()) {
            return Some(known.provisional.clone());
        }
        let new = NewProduct {
            id: None,
            name: name.clone(),
            description: Note::default(),
            price: Money::ZERO,
        };
        let provisional = BilledProduct {
            product_id: ProductId::new(self.products.next_id())?,
            name: name.clone(),
        };
        let key = name.as_str().to_owned();
        Some(self.products.add(key, new, provisional))
    }

    /// The thing itself, made now if it is to be made and was not yet; a product at that price.
    pub fn made<B: Makeable>(
        &mut self,
        version: VersionOf<B>,
        price: Money,
        tx: &mut dyn Tx,
    ) -> anyhow::Result<Arc<B>> {
        let to_make = match version {
            VersionOf::Known(known) => return Ok(known),
            VersionOf::Missing(index) => &mut B::kind(self).list[index],
        };
        if let Some(made) = &to_make.version {
            return Ok(made.clone());
        }
        let made = B::make(&to_make.new, &to_make.provisional, price, tx)?;
        Ok(to_make.version.insert(Arc::new(made)).clone())
    }
}
