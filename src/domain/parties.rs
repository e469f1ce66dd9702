//! Customers and products, as they are now and as they were billed.

use super::{CustomerId, Email, Money, Name, Note, ProductId};
use chrono::{DateTime, Utc};

/// Whom bills go to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Customer {
    /// The id, unique in the book, never used again.
    pub id: CustomerId,
    /// The name.
    pub name: Name,
    /// Where mail goes; two customers may share one.
    pub email: Option<Email>,
    /// The postal address; empty when not known.
    pub address: Note,
    /// When it was archived: no new bills, but every old one stays.
    pub archived_at: Option<DateTime<Utc>>,
}

/// What bills are for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Product {
    /// The id, unique in the book, never used again.
    pub id: ProductId,
    /// The name.
    pub name: Name,
    /// What it is; empty when there is nothing to say.
    pub description: Note,
    /// The unit price of a new bill item that names none; below zero for a discount.
    pub price: Money,
    /// When it was archived: not on new bills, but every old one stays.
    pub archived_at: Option<DateTime<Utc>>,
}

/// A customer to be created. The book gives it an id where none is given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewCustomer {
    /// The id that it must have, for one that comes from elsewhere.
    pub id: Option<CustomerId>,
    /// The name.
    pub name: Name,
    /// Where mail goes.
    pub email: Option<Email>,
    /// The postal address.
    pub address: Note,
}

/// A product to be created. The book gives it an id where none is given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewProduct {
    /// The id that it must have, for one that comes from elsewhere.
    pub id: Option<ProductId>,
    /// The name.
    pub name: Name,
    /// What it is.
    pub description: Note,
    /// The unit price of a new bill item that names none.
    pub price: Money,
}

/// A customer as a bill was issued to it. Later changes of the customer do not reach it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct BilledCustomer {
    /// Whose version this is.
    pub customer_id: CustomerId,
    /// The name then.
    pub name: Name,
    /// The e-mail address then.
    pub email: Option<Email>,
    /// The address then.
    pub address: Note,
}

impl From<&Customer> for BilledCustomer {
    fn from(customer: &Customer) -> Self {
        Self {
            customer_id: customer.id,
            name: customer.name.clone(),
            email: customer.email.clone(),
            address: customer.address.clone(),
        }
    }
}

/// A product as it was named when it was billed.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct BilledProduct {
    /// Whose version this is.
    pub product_id: ProductId,
    /// The name then.
    pub name: Name,
}

impl From<&Product> for BilledProduct {
    fn from(product: &Product) -> Self {
        Self {
            product_id: product.id,
            name: product.name.clone(),
        }
    }
}
