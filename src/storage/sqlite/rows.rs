//! What customers and products have in common: rows of `book.db` that are found by key, listed, counted and added.

use super::connect::{At as _, failure};
use super::query::Conditions;
use crate::storage::{Result, StorageError, Visit};
use rusqlite::{Connection, Row, ToSql, ffi, params_from_iter};
use std::path::{Path, PathBuf};

/// `book.db`, and where it is.
pub(super) struct BookFile<'a> {
    pub connection: &'a Connection,
    pub path: PathBuf,
}

/// Makes a record of a row, or tells of damage.
type Decode<T> = fn(&Row<'_>, &Path) -> Result<T>;

impl BookFile<'_> {
    /// The row of that key.
    pub fn one<T>(&self, sql: &str, key: i64, decode: Decode<T>) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql).at(&self.path)?;
        let mut rows = statement.query([key]).at(&self.path)?;
        rows.next()
            .at(&self.path)?
            .map(|row| decode(row, &self.path))
            .transpose()
    }

    /// The rows of these keys, in their order. `sql` finds one, and with `range` all between two, in order: keys that follow each
    /// other closely, as those of a file do, are read in one go.
    pub fn many<T>(
        &self,
        (sql, range): (&str, &str),
        keys: &[i64],
        decode: Decode<T>,
        key: fn(&T) -> i64,
    ) -> Result<Vec<Option<T>>> {
        /// For how many rows that nobody asked for a range still pays.
        const SPARSE: i64 = 4;
        let (Some(&first), Some(&last)) = (keys.first(), keys.last()) else {
            return Ok(Vec::new());
        };
        let most = i64::try_from(keys.len())
            .unwrap_or(i64::MAX)
            .saturating_mul(SPARSE);
        if !keys.is_sorted_by(|one, next| one < next) || last.saturating_sub(first) > most {
            return keys.iter().map(|key| self.one(sql, *key, decode)).collect();
        }
        let mut statement = self.connection.prepare_cached(range).at(&self.path)?;
        let mut rows = statement.query([first, last]).at(&self.path)?;
        let mut found = Vec::with_capacity(keys.len());
        while let Some(row) = rows.next().at(&self.path)? {
            let next = decode(row, &self.path)?;
            while keys
                .get(found.len())
                .is_some_and(|wanted| *wanted < key(&next))
            {
                found.push(None);
            }
            if keys.get(found.len()) == Some(&key(&next)) {
                found.push(Some(next));
            }
        }
        found.resize_with(keys.len(), || None);
        Ok(found)
    }

    /// The keys of the rows that hold a text.
    pub fn keys<K>(&self, sql: &str, text: &str, key: fn(i64) -> Option<K>) -> Result<Vec<K>> {
        let mut statement = self.connection.prepare_cached(sql).at(&self.path)?;
        let rows = statement
            .query_map([text], |row| row.get(0))
            .at(&self.path)?;
        let keys: Vec<i64> = rows.collect::<rusqlite::Result<_>>().at(&self.path)?;
        Ok(keys.into_iter().filter_map(key).collect())
    }

    /// How many rows meet the conditions.
    pub fn count(&self, sql: &str, conditions: Conditions) -> Result<u64> {
        let sql = format!("{sql}{}", conditions.clause());
        self.connection
            .query_row(&sql, params_from_iter(conditions.parameters), |row| {
                row.get(0)
            })
            .at(&self.path)
    }

    /// Visits the rows that meet the conditions. `tail` orders and limits them.
    pub fn each<T>(
        &self,
        sql: &str,
        conditions: Conditions,
        tail: &str,
        decode: Decode<T>,
        visit: Visit<T>,
    ) -> Result<()> {
        let sql = format!("{sql}{}{tail}", conditions.clause());
        let mut statement = self.connection.prepare(&sql).at(&self.path)?;
        let mut rows = statement
            .query(params_from_iter(conditions.parameters))
            .at(&self.path)?;
        while let Some(row) = rows.next().at(&self.path)? {
            if visit(decode(row, &self.path)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Adds a row under the key given, if one is, and returns its key.
    pub fn insert<K>(
        &self,
        noun: &'static str,
        sql: &str,
        (given, values): (Option<i64>, &[&dyn ToSql]),
        key: fn(i64) -> Option<K>,
    ) -> Result<K> {
        let mut statement = self.connection.prepare_cached(sql).at(&self.path)?;
        let id = statement.insert(values).map_err(|error| {
            let code = error.sqlite_error().map(|error| error.extended_code);
            match given {
                Some(id) if code == Some(ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
                    StorageError::DuplicateId { noun, id }
                }
                _ => failure(&self.path, error),
            }
        })?;
        key(id).ok_or_else(|| impossible(&self.path, noun, id))
    }

    /// Runs a statement that changes a row.
    pub fn change(&self, sql: &str, values: &[&dyn ToSql]) -> Result<()> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut change| change.execute(values))
            .at(&self.path)?;
        Ok(())
    }
}

/// A row that no version of billbook wrote.
pub(super) fn impossible(path: &Path, noun: &str, id: i64) -> StorageError {
    StorageError::Corrupt {
        place: path.display().to_string(),
        what: format!("{noun} {id} holds a value that cannot be"),
    }
}
