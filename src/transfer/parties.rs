//! Customers and products as rows of a file, and importing them.

use super::cells::Cells;
use super::columns::{Layout, Need, check_mapping};
use super::problems::Problems;
use super::progress::{Progress, Watch};
use super::source::Source;
use super::table::{ReadOptions, Row, Table};
use crate::app::party::Party;
use crate::domain::{Currency, Customer, NewCustomer, NewProduct, Product};
use crate::storage::{Scope, Storage};

/// The fields of a customer, in the order of an export.
const CUSTOMER_FIELDS: [&str; 4] = ["id", "name", "email", "address"];
/// The fields of a product, in the order of an export.
const PRODUCT_FIELDS: [&str; 4] = ["id", "name", "description", "price"];

/// What an import of customers or products did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Imported {
    /// How many were added.
    pub rows: u64,
    /// Columns that no field was filled from, where a mapping lets there be such.
    pub ignored_columns: Vec<String>,
}

/// Adds the customers of a CSV file, all or none.
pub fn import_customers(
    storage: &mut dyn Storage,
    source: &Source,
    options: &ReadOptions,
    progress: &mut dyn Progress,
) -> anyhow::Result<Imported> {
    import::<Customer>(storage, source, options, progress)
}

/// Adds the products of a CSV file, all or none.
pub fn import_products(
    storage: &mut dyn Storage,
    source: &Source,
    options: &ReadOptions,
    progress: &mut dyn Progress,
) -> anyhow::Result<Imported> {
    import::<Product>(storage, source, options, progress)
}

/// What is one row of a file.
pub(super) trait Tabular: Party {
    /// Its fields.
    const LAYOUT: Layout;

    /// Makes one from its cells; `None` where a cell was wrong.
    fn from_cells(cells: &mut Cells<'_>) -> Option<Self::New>;

    /// Its cells, in the order of its fields.
    fn cells(&self, currency: Currency) -> [String; 4];
}

impl Tabular for Customer {
    const LAYOUT: Layout = Layout {
        noun: "customers",
        fields: &CUSTOMER_FIELDS,
        needs: &[
            Need::Optional,
            Need::Required,
            Need::Optional,
            Need::Optional,
        ],
        items: false,
    };

    fn from_cells(cells: &mut Cells<'_>) -> Option<NewCustomer> {
        let (id, name, email, address) = (
            cells.optional(0),
            cells.required(1),
            cells.optional(2),
            cells.optional(3),
        );
        Some(NewCustomer {
            id,
            name: name?,
            email,
            address: address.unwrap_or_default(),
        })
    }

    fn cells(&self, _: Currency) -> [String; 4] {
        let email = self
            .email
            .as_ref()
            .map_or(String::new(), ToString::to_string);
        [
            self.id.to_string(),
            self.name.to_string(),
            email,
            self.address.to_string(),
        ]
    }
}

impl Tabular for Product {
    const LAYOUT: Layout = Layout {
        noun: "products",
        fields: &PRODUCT_FIELDS,
        needs: &[
            Need::Optional,
            Need::Required,
            Need::Optional,
            Need::Required,
        ],
        items: false,
    };

    fn from_cells(cells: &mut Cells<'_>) -> Option<NewProduct> {
        let (id, name, description, price) = (
            cells.optional(0),
            cells.required(1),
            cells.optional(2),
            cells.required(3),
        );
        Some(NewProduct {
            id,
            name: name?,
            description: description.unwrap_or_default(),
            price: price?,
        })
    }

    fn cells(&self, currency: Currency) -> [String; 4] {
        let price = self.price.text(currency);
        [
            self.id.to_string(),
            self.name.to_string(),
            self.description.to_string(),
            price,
        ]
    }
}

fn import<P: Tabular>(
    storage: &mut dyn Storage,
    source: &Source,
    options: &ReadOptions,
    progress: &mut dyn Progress,
) -> anyhow::Result<Imported> {
    check_mapping(&options.mapping, &[&P::LAYOUT])?;
    let mut problems = Problems::default();
    let mut table = Table::open(source.open(progress)?, &P::LAYOUT, options, &mut problems)?;
    problems.reject()?;
    let mut tx = storage.begin(&Scope::write_book())?;
    let mut watch = Watch::begin(progress, "importing", Some(table.length));
    let mut row = Row::default();
    let mut imported = Imported::default();
    while table.read(&mut row, &mut problems)? {
        let mut cells = Cells::new(&table, &row, &mut problems);
        let new = P::from_cells(&mut cells);
        // After the first problem nothing will be kept: the other rows go into the book only to find out which of them it
        // would refuse as well.
        if let Some(new) = new {
            imported.rows += 1;
            if let Err(error) = P::insert(&mut *tx, &new) {
                problems.absorb(table.place(row.line, Some(0)), error.into())?;
            }
        }
        watch.row(table.position().byte())?;
    }
    watch.reach(table.length)?;
    problems.reject()?;
    if imported.rows > 0 {
        tx.commit()?;
    }
    imported.ignored_columns = table.columns.ignored;
    Ok(imported)
}
