//! The versions of customers and products that a year's bills were issued with: each stored once a year.

use super::connect::At as _;
use super::customers::email_text;
use super::reader::YearHandle;
use crate::domain::{BilledCustomer, BilledProduct, BillingYear, CustomerId, ProductId};
use crate::storage::Result;
use rusqlite::{OptionalExtension as _, params};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// How many versions of a kind are remembered at once, so that memory does not grow with the book.
const REMEMBERED: usize = 50_000;

const FIND_CUSTOMER: &str = "SELECT id FROM {y}.billed_customers
    WHERE customer_id = ?1 AND name = ?2 AND email = ?3 AND address = ?4";
const INSERT_CUSTOMER: &str =
    "INSERT INTO {y}.billed_customers (customer_id, name, email, address) VALUES (?1, ?2, ?3, ?4)";
const FIND_PRODUCT: &str = "SELECT id FROM {y}.billed_products WHERE product_id = ?1 AND name = ?2";
const INSERT_PRODUCT: &str = "INSERT INTO {y}.billed_products (product_id, name) VALUES (?1, ?2)";

/// Remembers a bounded number of things.
fn remember<K: Eq + Hash, V>(known: &mut HashMap<K, V>, key: K, value: V) {
    if known.len() >= REMEMBERED {
        known.clear();
    }
    known.insert(key, value);
}

/// Where versions are stored that a transaction has just used, to write.
#[derive(Debug, Default)]
pub(super) struct Interned {
    customers: HashMap<(BillingYear, CustomerId), (Arc<BilledCustomer>, i64)>,
    products: HashMap<(BillingYear, ProductId), (Arc<BilledProduct>, i64)>,
}

impl Interned {
    /// The row of a customer's version, stored now if it is new to the year.
    pub fn customer(
        &mut self,
        handle: &YearHandle<'_>,
        customer: &Arc<BilledCustomer>,
    ) -> Result<i64> {
        let key = (handle.year, customer.customer_id);
        if let Some((known, row)) = self.customers.get(&key)
            && (Arc::ptr_eq(known, customer) || known == customer)
        {
            return Ok(*row);
        }
        let BilledCustomer {
            customer_id,
            name,
            email,
            address,
        } = &**customer;
        let values = params![
            customer_id.get(),
            name.as_str(),
            email_text(email.as_ref()),
            address.as_str()
        ];
        let row = find_or_insert(handle, FIND_CUSTOMER, INSERT_CUSTOMER, values)?;
        remember(&mut self.customers, key, (customer.clone(), row));
        Ok(row)
    }

    /// The row of a product's version, stored now if it is new to the year.
    pub fn product(
        &mut self,
        handle: &YearHandle<'_>,
        product: &Arc<BilledProduct>,
    ) -> Result<i64> {
        let key = (handle.year, product.product_id);
        if let Some((known, row)) = self.products.get(&key)
            && (Arc::ptr_eq(known, product) || known == product)
        {
            return Ok(*row);
        }
        let values = params![product.product_id.get(), product.name.as_str()];
        let row = find_or_insert(handle, FIND_PRODUCT, INSERT_PRODUCT, values)?;
        remember(&mut self.products, key, (product.clone(), row));
        Ok(row)
    }
}

fn find_or_insert(
    handle: &YearHandle<'_>,
    find: &str,
    insert: &str,
    values: &[&dyn rusqlite::ToSql],
) -> Result<i64> {
    let YearHandle {
        connection, path, ..
    } = handle;
    let mut find = connection.prepare_cached(&handle.sql(find)).at(path)?;
    if let Some(row) = find
        .query_row(values, |row| row.get(0))
        .optional()
        .at(path)?
    {
        return Ok(row);
    }
    connection
        .prepare_cached(&handle.sql(insert))
        .and_then(|mut insert| insert.insert(values))
        .at(path)
}
