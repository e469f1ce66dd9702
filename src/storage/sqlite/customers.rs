//! Customers in `book.db`.

use super::book::{moment, moment_text};
use super::connect::At as _;
use super::query::{Conditions, limit, order_by};
use super::rows::impossible;
use super::tx::SqliteTx;
use crate::domain::{Customer, CustomerId, Email, NewCustomer};
use crate::storage::{CustomerFilter, CustomerRows, CustomerSort, Result, Visit};
use rusqlite::{Row, params};
use std::path::Path;

const BY_ID: &str =
    "SELECT id, name, email, address, archived_at FROM main.customers WHERE id = ?1";
const IN_RANGE: &str = "SELECT id, name, email, address, archived_at FROM main.customers
    WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
const BY_EMAIL: &str =
    "SELECT id FROM main.customers WHERE email = ?1 AND email <> '' ORDER BY id LIMIT 3";
const SELECT: &str = "SELECT id, name, email, address, archived_at FROM main.customers";
const COUNT: &str = "SELECT count(*) FROM main.customers";
const INSERT: &str =
    "INSERT INTO main.customers (id, name, email, address) VALUES (?1, ?2, ?3, ?4)";
const UPDATE: &str =
    "UPDATE main.customers SET name = ?2, email = ?3, address = ?4, archived_at = ?5 WHERE id = ?1";
const DELETE: &str = "DELETE FROM main.customers WHERE id = ?1";

fn conditions(filter: &CustomerFilter) -> Conditions {
    let mut conditions = Conditions::default();
    if !filter.archived {
        conditions.add_plain("archived_at IS NULL");
    }
    if let Some(text) = &filter.search {
        conditions.add_search(&["name", "email", "address"], text);
    }
    conditions
}

/// An e-mail address as stored: an empty text for none.
pub(super) fn email_text(email: Option<&Email>) -> &str {
    email.map_or("", Email::as_str)
}

/// An e-mail address read back.
pub(super) fn stored_email(text: &str) -> Option<Option<Email>> {
    if text.is_empty() {
        Some(None)
    } else {
        Email::new(text).ok().map(Some)
    }
}

fn decode(row: &Row<'_>, path: &Path) -> Result<Customer> {
    let id: i64 = row.get(0).at(path)?;
    let text = |column: usize| {
        row.get_ref(column)
            .and_then(|value| Ok(value.as_str()?))
            .at(path)
    };
    let archived_at: Option<String> = row.get(4).at(path)?;
    let customer = || {
        Some(Customer {
            id: CustomerId::new(id)?,
            name: text(1).ok()?.parse().ok()?,
            email: stored_email(text(2).ok()?)?,
            address: text(3).ok()?.parse().ok()?,
            archived_at: match &archived_at {
                Some(at) => Some(moment(at)?),
                None => None,
            },
        })
    };
    customer().ok_or_else(|| impossible(path, "customer", id))
}

impl CustomerRows for SqliteTx {
    fn customer(&mut self, id: CustomerId) -> Result<Option<Customer>> {
        self.book_file().one(BY_ID, id.get(), decode)
    }

    fn customers(&mut self, ids: &[CustomerId]) -> Result<Vec<Option<Customer>>> {
        let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
        let sql = (BY_ID, IN_RANGE);
        self.book_file()
            .many(sql, &ids, decode, |customer| customer.id.get())
    }

    fn customers_by_email(&mut self, email: &Email) -> Result<Vec<CustomerId>> {
        self.book_file()
            .keys(BY_EMAIL, email.as_str(), CustomerId::new)
    }

    fn count_customers(&mut self, filter: &CustomerFilter) -> Result<u64> {
        self.book_file().count(COUNT, conditions(filter))
    }

    fn each_customer(&mut self, filter: &CustomerFilter, visit: Visit<Customer>) -> Result<()> {
        let columns: &[&str] = match filter.sort {
            CustomerSort::Id => &["id"],
            CustomerSort::Name => &["name COLLATE NOCASE", "id"],
            CustomerSort::Email => &["email", "id"],
        };
        let tail = order_by(columns, filter.descending) + &limit(filter.limit);
        self.book_file()
            .each(SELECT, conditions(filter), &tail, decode, visit)
    }

    fn insert_customer(&mut self, new: &NewCustomer) -> Result<CustomerId> {
        let NewCustomer {
            id,
            name,
            email,
            address,
        } = new;
        let id = id.map(CustomerId::get);
        let values = params![
            id,
            name.as_str(),
            email_text(email.as_ref()),
            address.as_str()
        ];
        self.book_file()
            .insert("customer", INSERT, (id, values), CustomerId::new)
    }

    fn update_customer(&mut self, customer: &Customer) -> Result<()> {
        let Customer {
            id,
            name,
            email,
            address,
            archived_at,
        } = customer;
        let (email, archived_at) = (email_text(email.as_ref()), archived_at.map(moment_text));
        self.book_file().change(
            UPDATE,
            params![
                id.get(),
                name.as_str(),
                email,
                address.as_str(),
                archived_at
            ],
        )
    }

    fn delete_customer(&mut self, id: CustomerId) -> Result<()> {
        self.book_file().change(DELETE, params![id.get()])
    }
}
