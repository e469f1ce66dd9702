//! Products in `book.db`.

use super::book::{moment, moment_text};
use super::connect::At as _;
use super::customers::inserted;
use super::query::{Conditions, limit, order_by};
use super::tx::SqliteTx;
use crate::domain::{Money, Name, NewProduct, Product, ProductId};
use crate::storage::{ProductFilter, ProductRows, ProductSort, Result, StorageError, Visit};
use rusqlite::{Row, params};
use std::path::Path;

const BY_ID: &str =
    "SELECT id, name, description, price, archived_at FROM main.products WHERE id = ?1";
const BY_NAME: &str = "SELECT id FROM main.products WHERE name = ?1 ORDER BY id LIMIT 3";
const SELECT: &str = "SELECT id, name, description, price, archived_at FROM main.products";
const COUNT: &str = "SELECT count(*) FROM main.products";
const INSERT: &str =
    "INSERT INTO main.products (id, name, description, price) VALUES (?1, ?2, ?3, ?4)";
const UPDATE: &str = "UPDATE main.products SET name = ?2, description = ?3, price = ?4, archived_at = ?5 WHERE id = ?1";
const DELETE: &str = "DELETE FROM main.products WHERE id = ?1";

fn conditions(filter: &ProductFilter) -> Conditions {
    let mut conditions = Conditions::default();
    if !filter.archived {
        conditions.add_plain("archived_at IS NULL");
    }
    if let Some(text) = &filter.search {
        conditions.add_search(&["name", "description"], text);
    }
    conditions
}

fn decode(row: &Row<'_>, path: &Path) -> Result<Product> {
    let id: i64 = row.get(0).at(path)?;
    let price: i64 = row.get(3).at(path)?;
    let text = |column: usize| {
        row.get_ref(column)
            .and_then(|value| Ok(value.as_str()?))
            .at(path)
    };
    let archived_at: Option<String> = row.get(4).at(path)?;
    let product = || {
        Some(Product {
            id: ProductId::new(id)?,
            name: text(1).ok()?.parse().ok()?,
            description: text(2).ok()?.parse().ok()?,
            price: Money::from_ten_thousandths(price)?,
            archived_at: match &archived_at {
                Some(at) => Some(moment(at)?),
                None => None,
            },
        })
    };
    product().ok_or_else(|| StorageError::Corrupt {
        place: path.display().to_string(),
        what: format!("product {id} holds a value that cannot be"),
    })
}

impl ProductRows for SqliteTx {
    fn product(&mut self, id: ProductId) -> Result<Option<Product>> {
        let path = self.book_path();
        let mut statement = self.book.prepare_cached(BY_ID).at(&path)?;
        let mut rows = statement.query([id.get()]).at(&path)?;
        rows.next()
            .at(&path)?
            .map(|row| decode(row, &path))
            .transpose()
    }

    fn products_by_name(&mut self, name: &Name) -> Result<Vec<ProductId>> {
        let path = self.book_path();
        let mut statement = self.book.prepare_cached(BY_NAME).at(&path)?;
        let rows = statement
            .query_map([name.as_str()], |row| row.get(0))
            .at(&path)?;
        let ids: Vec<i64> = rows.collect::<rusqlite::Result<_>>().at(&path)?;
        Ok(ids.into_iter().filter_map(ProductId::new).collect())
    }

    fn count_products(&mut self, filter: &ProductFilter) -> Result<u64> {
        let path = self.book_path();
        let conditions = conditions(filter);
        let sql = format!("{COUNT}{}", conditions.clause());
        self.book
            .query_row(
                &sql,
                rusqlite::params_from_iter(conditions.parameters),
                |row| row.get(0),
            )
            .at(&path)
    }

    fn each_product(&mut self, filter: &ProductFilter, visit: Visit<Product>) -> Result<()> {
        let path = self.book_path();
        let conditions = conditions(filter);
        let columns: &[&str] = match filter.sort {
            ProductSort::Id => &["id"],
            ProductSort::Name => &["name COLLATE NOCASE", "id"],
            ProductSort::Price => &["price", "id"],
        };
        let order = order_by(columns, filter.descending);
        let sql = format!(
            "{SELECT}{}{order}{}",
            conditions.clause(),
            limit(filter.limit)
        );
        let mut statement = self.book.prepare(&sql).at(&path)?;
        let mut rows = statement
            .query(rusqlite::params_from_iter(conditions.parameters))
            .at(&path)?;
        while let Some(row) = rows.next().at(&path)? {
            if visit(decode(row, &path)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn insert_product(&mut self, new: &NewProduct) -> Result<ProductId> {
        let path = self.book_path();
        let id = new.id.map(ProductId::get);
        let price = new.price.ten_thousandths();
        let mut statement = self.book.prepare_cached(INSERT).at(&path)?;
        let id = statement
            .insert(params![
                id,
                new.name.as_str(),
                new.description.as_str(),
                price
            ])
            .map_err(|error| inserted(&path, "product", id, error))?;
        ProductId::new(id).ok_or_else(|| StorageError::Corrupt {
            place: path.display().to_string(),
            what: format!("it gave a product the id {id}"),
        })
    }

    fn update_product(&mut self, product: &Product) -> Result<()> {
        let path = self.book_path();
        let archived_at = product.archived_at.map(moment_text);
        let values = params![
            product.id.get(),
            product.name.as_str(),
            product.description.as_str(),
            product.price.ten_thousandths(),
            archived_at
        ];
        self.book
            .prepare_cached(UPDATE)
            .and_then(|mut update| update.execute(values))
            .at(&path)?;
        Ok(())
    }

    fn delete_product(&mut self, id: ProductId) -> Result<()> {
        let path = self.book_path();
        self.book.execute(DELETE, [id.get()]).at(&path)?;
        Ok(())
    }
}
