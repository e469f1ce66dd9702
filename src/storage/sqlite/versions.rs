//! The versions of customers and products that bills were issued with, read back.

use super::connect::At as _;
use super::customers::stored_email;
use super::reader::YearHandle;
use crate::domain::{BilledCustomer, BilledProduct, CustomerId, ProductId};
use crate::storage::{Result, StorageError};
use rusqlite::{OptionalExtension as _, Row};
use std::sync::Arc;

/// How many versions of a kind are kept, so that memory does not grow with the book.
const KEPT: usize = 1 << 16;

const CUSTOMER: &str = "SELECT id, customer_id, name, email, address FROM {y}.billed_customers";
const PRODUCT: &str = "SELECT id, product_id, name FROM {y}.billed_products";

/// What a row holds; `None` where it is none that can be.
type Decode<T> = fn(&Row<'_>) -> rusqlite::Result<Option<T>>;

/// The versions of one year that were read.
#[derive(Debug, Default)]
pub(super) struct Versions {
    customers: Kept<BilledCustomer>,
    products: Kept<BilledProduct>,
    all_read: bool,
}

impl Versions {
    /// Reads the versions that many bills will need, in one go.
    pub fn read_ahead(&mut self, handle: &YearHandle<'_>) -> Result<()> {
        if self.all_read {
            return Ok(());
        }
        self.all_read = true;
        self.customers.fill(handle, CUSTOMER, decode_customer)?;
        self.products.fill(handle, PRODUCT, decode_product)
    }

    /// The customer's version of that row; `None` where there is none, or none that can be.
    pub fn customer(
        &mut self,
        handle: &YearHandle<'_>,
        row: i64,
    ) -> Result<Option<Arc<BilledCustomer>>> {
        self.customers.get(handle, CUSTOMER, row, decode_customer)
    }

    /// The product's version of that row; `None` where there is none, or none that can be.
    pub fn product(
        &mut self,
        handle: &YearHandle<'_>,
        row: i64,
    ) -> Result<Option<Arc<BilledProduct>>> {
        self.products.get(handle, PRODUCT, row, decode_product)
    }
}

fn decode_customer(row: &Row<'_>) -> rusqlite::Result<Option<BilledCustomer>> {
    let id = row.get(1)?;
    let text = |column: usize| row.get_ref(column).and_then(|text| Ok(text.as_str()?));
    let (name, email, address) = (text(2)?, text(3)?, text(4)?);
    let version = || {
        Some(BilledCustomer {
            customer_id: CustomerId::new(id)?,
            name: name.parse().ok()?,
            email: stored_email(email)?,
            address: address.parse().ok()?,
        })
    };
    Ok(version())
}

fn decode_product(row: &Row<'_>) -> rusqlite::Result<Option<BilledProduct>> {
    let id = row.get(1)?;
    let name = row.get_ref(2)?.as_str()?;
    let version = || {
        Some(BilledProduct {
            product_id: ProductId::new(id)?,
            name: name.parse().ok()?,
        })
    };
    Ok(version())
}

/// Versions by their row. Each has a place of its own while there are no more than [`KEPT`]; beyond that a later one takes
/// the place of an earlier one.
#[derive(Debug)]
struct Kept<T> {
    places: Vec<Option<(i64, Arc<T>)>>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { places: Vec::new() }
    }
}

impl<T> Kept<T> {
    /// A row's place. Rows are counted from 1, so that few versions need few places.
    fn place(row: i64) -> usize {
        usize::try_from(row.unsigned_abs()).unwrap_or(usize::MAX) % KEPT
    }

    fn keep(&mut self, row: i64, version: Arc<T>) {
        let place = Self::place(row);
        if self.places.len() <= place {
            self.places.resize_with(place + 1, || None);
        }
        self.places[place] = Some((row, version));
    }

    fn get(
        &mut self,
        handle: &YearHandle<'_>,
        sql: &str,
        row: i64,
        decode: Decode<T>,
    ) -> Result<Option<Arc<T>>> {
        if let Some(Some((kept, version))) = self.places.get(Self::place(row))
            && *kept == row
        {
            return Ok(Some(version.clone()));
        }
        let sql = handle.sql(&format!("{sql} WHERE id = ?1"));
        let mut statement = handle.connection.prepare_cached(&sql).at(&handle.path)?;
        let found = statement.query_row([row], decode).optional();
        let version = sound(found.at(&handle.path))?.flatten().map(Arc::new);
        if let Some(version) = &version {
            self.keep(row, version.clone());
        }
        Ok(version)
    }

    /// Reads as many as have a place.
    fn fill(&mut self, handle: &YearHandle<'_>, sql: &str, decode: Decode<T>) -> Result<()> {
        let sql = handle.sql(&format!("{sql} WHERE id BETWEEN 1 AND {KEPT} - 1"));
        let mut statement = handle.connection.prepare_cached(&sql).at(&handle.path)?;
        let mut rows = statement.query([]).at(&handle.path)?;
        // What cannot be read now is asked for again with the bill that needs it, and reported with that.
        while let Some(Some(row)) = sound(rows.next().at(&handle.path).map(Some))? {
            if let (Ok(id), Ok(Some(version))) = (row.get(0), decode(row)) {
                self.keep(id, Arc::new(version));
            }
        }
        Ok(())
    }
}

/// What could be read; damage counts as absence, which the caller reports with the bill that needs it.
fn sound<V>(found: Result<Option<V>>) -> Result<Option<V>> {
    match found {
        Err(StorageError::Corrupt { .. }) => Ok(None),
        found => found,
    }
}
