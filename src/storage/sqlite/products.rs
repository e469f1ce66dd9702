//! Products in `book.db`.

use super::book::{moment, moment_text};
use super::connect::At as _;
use super::query::{Conditions, limit, order_by};
use super::rows::impossible;
use super::tx::SqliteTx;
use crate::domain::{Money, Name, NewProduct, Product, ProductId};
use crate::storage::{ProductFilter, ProductRows, ProductSort, Result, Visit};
use rusqlite::{Row, params};
use std::path::Path;

const BY_ID: &str =
    "SELECT id, name, description, price, archived_at FROM main.products WHERE id = ?1";
const IN_RANGE: &str = "SELECT id, name, description, price, archived_at FROM main.products
    WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
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
    product().ok_or_else(|| impossible(path, "product", id))
}

impl ProductRows for SqliteTx {
    fn product(&mut self, id: ProductId) -> Result<Option<Product>> {
        self.book_file().one(BY_ID, id.get(), decode)
    }

    fn products(&mut self, ids: &[ProductId]) -> Result<Vec<Option<Product>>> {
        let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
        let sql = (BY_ID, IN_RANGE);
        self.book_file()
            .many(sql, &ids, decode, |product| product.id.get())
    }

    fn products_by_name(&mut self, name: &Name) -> Result<Vec<ProductId>> {
        self.book_file()
            .keys(BY_NAME, name.as_str(), ProductId::new)
    }

    fn count_products(&mut self, filter: &ProductFilter) -> Result<u64> {
        self.book_file().count(COUNT, conditions(filter))
    }

    fn each_product(&mut self, filter: &ProductFilter, visit: Visit<Product>) -> Result<()> {
        let columns: &[&str] = match filter.sort {
            ProductSort::Id => &["id"],
            ProductSort::Name => &["name COLLATE NOCASE", "id"],
            ProductSort::Price => &["price", "id"],
        };
        let tail = order_by(columns, filter.descending) + &limit(filter.limit);
        self.book_file()
            .each(SELECT, conditions(filter), &tail, decode, visit)
    }

    fn insert_product(&mut self, new: &NewProduct) -> Result<ProductId> {
        let NewProduct {
            id,
            name,
            description,
            price,
        } = new;
        let id = id.map(ProductId::get);
        let values = params![
            id,
            name.as_str(),
            description.as_str(),
            price.ten_thousandths()
        ];
        self.book_file()
            .insert("product", INSERT, (id, values), ProductId::new)
    }

    fn update_product(&mut self, product: &Product) -> Result<()> {
        let Product {
            id,
            name,
            description,
            price,
            archived_at,
        } = product;
        let (price, archived_at) = (price.ten_thousandths(), archived_at.map(moment_text));
        self.book_file().change(
            UPDATE,
            params![
                id.get(),
                name.as_str(),
                description.as_str(),
                price,
                archived_at
            ],
        )
    }

    fn delete_product(&mut self, id: ProductId) -> Result<()> {
        self.book_file().change(DELETE, params![id.get()])
    }
}
