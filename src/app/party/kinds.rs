//! The two kinds of party.

use super::Party;
use crate::domain::{
    BillNumber, Customer, CustomerId, CustomerRef, NewCustomer, NewProduct, Product, ProductId,
    ProductRef,
};
use crate::storage::{self, CustomerFilter, ProductFilter, Tx, Visit};
use chrono::{DateTime, Utc};

impl Party for Customer {
    const NOUN: &'static str = "customer";
    type Ref = CustomerRef;
    type New = NewCustomer;
    type Id = CustomerId;
    type Filter = CustomerFilter;

    fn id(&self) -> CustomerId {
        self.id
    }

    fn number(id: CustomerId) -> i64 {
        id.get()
    }

    fn archived_at(&mut self) -> &mut Option<DateTime<Utc>> {
        &mut self.archived_at
    }

    fn candidates(tx: &mut dyn Tx, which: &CustomerRef) -> storage::Result<Vec<CustomerId>> {
        match which {
            CustomerRef::Id(id) => Ok(vec![*id]),
            CustomerRef::Email(email) => tx.customers_by_email(email),
        }
    }

    fn load(tx: &mut dyn Tx, id: CustomerId) -> storage::Result<Option<Self>> {
        tx.customer(id)
    }

    fn load_many(tx: &mut dyn Tx, ids: &[CustomerId]) -> storage::Result<Vec<Option<Self>>> {
        tx.customers(ids)
    }

    fn insert(tx: &mut dyn Tx, new: &NewCustomer) -> storage::Result<CustomerId> {
        tx.insert_customer(new)
    }

    fn expect(tx: &mut dyn Tx, count: u64) -> storage::Result<()> {
        tx.expect_additions(count, 0)
    }

    fn update(&self, tx: &mut dyn Tx) -> storage::Result<()> {
        tx.update_customer(self)
    }

    fn remove(tx: &mut dyn Tx, id: CustomerId) -> storage::Result<()> {
        tx.delete_customer(id)
    }

    fn on_bill(tx: &mut dyn Tx, id: CustomerId) -> storage::Result<Option<BillNumber>> {
        tx.bill_of_customer(id)
    }

    fn each(tx: &mut dyn Tx, filter: &CustomerFilter, visit: Visit<Self>) -> storage::Result<()> {
        tx.each_customer(filter, visit)
    }

    fn limit(filter: &CustomerFilter) -> Option<u64> {
        filter.limit
    }

    fn count(tx: &mut dyn Tx, filter: &CustomerFilter) -> storage::Result<u64> {
        tx.count_customers(filter)
    }
}

impl Party for Product {
    const NOUN: &'static str = "product";
    type Ref = ProductRef;
    type New = NewProduct;
    type Id = ProductId;
    type Filter = ProductFilter;

    fn id(&self) -> ProductId {
        self.id
    }

    fn number(id: ProductId) -> i64 {
        id.get()
    }

    fn archived_at(&mut self) -> &mut Option<DateTime<Utc>> {
        &mut self.archived_at
    }

    fn candidates(tx: &mut dyn Tx, which: &ProductRef) -> storage::Result<Vec<ProductId>> {
        match which {
            ProductRef::Id(id) => Ok(vec![*id]),
            ProductRef::Name(name) => tx.products_by_name(name),
        }
    }

    fn load(tx: &mut dyn Tx, id: ProductId) -> storage::Result<Option<Self>> {
        tx.product(id)
    }

    fn load_many(tx: &mut dyn Tx, ids: &[ProductId]) -> storage::Result<Vec<Option<Self>>> {
        tx.products(ids)
    }

    fn insert(tx: &mut dyn Tx, new: &NewProduct) -> storage::Result<ProductId> {
        tx.insert_product(new)
    }

    fn expect(tx: &mut dyn Tx, count: u64) -> storage::Result<()> {
        tx.expect_additions(0, count)
    }

    fn update(&self, tx: &mut dyn Tx) -> storage::Result<()> {
        tx.update_product(self)
    }

    fn remove(tx: &mut dyn Tx, id: ProductId) -> storage::Result<()> {
        tx.delete_product(id)
    }

    fn on_bill(tx: &mut dyn Tx, id: ProductId) -> storage::Result<Option<BillNumber>> {
        tx.bill_of_product(id)
    }

    fn each(tx: &mut dyn Tx, filter: &ProductFilter, visit: Visit<Self>) -> storage::Result<()> {
        tx.each_product(filter, visit)
    }

    fn limit(filter: &ProductFilter) -> Option<u64> {
        filter.limit
    }

    fn count(tx: &mut dyn Tx, filter: &ProductFilter) -> storage::Result<u64> {
        tx.count_products(filter)
    }
}
