//! Customers in `book.db`.

use super::book::{moment, moment_text};
use super::connect::{At as _, failure};
use super::query::{Conditions, limit, order_by};
use super::tx::SqliteTx;
use crate::domain::{Customer, CustomerId, Email, NewCustomer};
use crate::storage::{CustomerFilter, CustomerRows, CustomerSort, Result, StorageError, Visit};
use rusqlite::{Row, ffi, params};
use std::path::Path;

const BY_ID: &str =
    "SELECT id, name, email, address, archived_at FROM main.customers WHERE id = ?1";
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
    customer().ok_or_else(|| StorageError::Corrupt {
        place: path.display().to_string(),
        what: format!("customer {id} holds a value that cannot be"),
    })
}

/// A constraint on the key that is violated means that the id is taken.
pub(super) fn inserted(
    path: &Path,
    noun: &'static str,
    id: Option<i64>,
    error: rusqlite::Error,
) -> StorageError {
    let code = error.sqlite_error().map(|error| error.extended_code);
    match id {
        Some(id) if code == Some(ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
            StorageError::DuplicateId { noun, id }
        }
        _ => failure(path, error),
    }
}

impl CustomerRows for SqliteTx {
    fn customer(&mut self, id: CustomerId) -> Result<Option<Customer>> {
        let path = self.book_path();
        let mut statement = self.book.prepare_cached(BY_ID).at(&path)?;
        let mut rows = statement.query([id.get()]).at(&path)?;
        rows.next()
            .at(&path)?
            .map(|row| decode(row, &path))
            .transpose()
    }

    fn customers_by_email(&mut self, email: &Email) -> Result<Vec<CustomerId>> {
        let path = self.book_path();
        let mut statement = self.book.prepare_cached(BY_EMAIL).at(&path)?;
        let rows = statement
            .query_map([email.as_str()], |row| row.get(0))
            .at(&path)?;
        let ids: Vec<i64> = rows.collect::<rusqlite::Result<_>>().at(&path)?;
        Ok(ids.into_iter().filter_map(CustomerId::new).collect())
    }

    fn count_customers(&mut self, filter: &CustomerFilter) -> Result<u64> {
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

    fn each_customer(&mut self, filter: &CustomerFilter, visit: Visit<Customer>) -> Result<()> {
        let path = self.book_path();
        let conditions = conditions(filter);
        let columns: &[&str] = match filter.sort {
            CustomerSort::Id => &["id"],
            CustomerSort::Name => &["name COLLATE NOCASE", "id"],
            CustomerSort::Email => &["email", "id"],
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

    fn insert_customer(&mut self, new: &NewCustomer) -> Result<CustomerId> {
        let path = self.book_path();
        let id = new.id.map(CustomerId::get);
        let email = email_text(new.email.as_ref());
        let mut statement = self.book.prepare_cached(INSERT).at(&path)?;
        let id = statement
            .insert(params![id, new.name.as_str(), email, new.address.as_str()])
            .map_err(|error| inserted(&path, "customer", id, error))?;
        CustomerId::new(id).ok_or_else(|| StorageError::Corrupt {
            place: path.display().to_string(),
            what: format!("it gave a customer the id {id}"),
        })
    }

    fn update_customer(&mut self, customer: &Customer) -> Result<()> {
        let path = self.book_path();
        let email = email_text(customer.email.as_ref());
        let archived_at = customer.archived_at.map(moment_text);
        let values = params![
            customer.id.get(),
            customer.name.as_str(),
            email,
            customer.address.as_str(),
            archived_at
        ];
        self.book
            .prepare_cached(UPDATE)
            .and_then(|mut update| update.execute(values))
            .at(&path)?;
        Ok(())
    }

    fn delete_customer(&mut self, id: CustomerId) -> Result<()> {
        let path = self.book_path();
        self.book.execute(DELETE, [id.get()]).at(&path)?;
        Ok(())
    }
}
