//! Years that are attached to be read.

use super::connect::{At as _, Connector, Files};
use super::years;
use crate::domain::BillingYear;
use crate::storage::{BookInfo, Result};
use rusqlite::Connection;
use std::collections::VecDeque;
use std::path::PathBuf;

/// How many files SQLite attaches to one connection in a default build.
pub(super) const MAX_ATTACHED: usize = 10;

/// The name of a year's schema where it is attached.
pub(super) fn schema_of(year: BillingYear) -> String {
    format!("y{year}")
}

/// A year as a query sees it.
#[derive(Debug)]
pub(super) struct YearHandle<'a> {
    pub year: BillingYear,
    pub connection: &'a Connection,
    pub path: PathBuf,
    schema: String,
}

impl<'a> YearHandle<'a> {
    /// A year attached to a connection.
    pub fn attached(year: BillingYear, connection: &'a Connection, path: PathBuf) -> Self {
        Self {
            year,
            connection,
            path,
            schema: schema_of(year),
        }
    }

    /// A year's file opened by itself.
    pub fn alone(year: BillingYear, connection: &'a Connection, path: PathBuf) -> Self {
        Self {
            year,
            connection,
            path,
            schema: "main".to_owned(),
        }
    }

    /// A statement about this year: `{y}` stands for its schema.
    pub fn sql(&self, template: &str) -> String {
        template.replace("{y}", &self.schema)
    }
}

/// A second connection, to which years are attached to be read, the oldest making way when there is no more room.
///
/// The transaction on `book.db` keeps all of them as they are, so that it does not matter when each is attached.
#[derive(Debug)]
pub(super) struct Reader {
    connection: Option<Connection>,
    attached: VecDeque<(BillingYear, PathBuf)>,
    /// How long to wait yet for files that somebody else must rename: for all of them together, for where nobody does it
    /// for one, nobody will for the others.
    patience: u32,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            connection: None,
            attached: VecDeque::new(),
            patience: years::PATIENCE,
        }
    }
}

impl Reader {
    /// Attaches a year that the catalog expects at that stamp, unless it is already.
    pub fn attach(
        &mut self,
        tx: (&Connector, &Files, &BookInfo),
        year: BillingYear,
        stamp: u64,
    ) -> Result<()> {
        let (connector, files, info) = tx;
        if let Some(place) = self
            .attached
            .iter()
            .position(|(attached, _)| *attached == year)
        {
            // The one that was not needed for longest makes way.
            let needed = self.attached.remove(place);
            self.attached.extend(needed);
            return Ok(());
        }
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => connector.open_in_memory(&files.dir)?,
        };
        let connection = self.connection.insert(connection);
        if self.attached.len() == MAX_ATTACHED
            && let Some((oldest, path)) = self.attached.pop_front()
        {
            connection.flush_prepared_statement_cache();
            connection
                .execute_batch(&format!("DETACH {}", schema_of(oldest)))
                .at(&path)?;
        }
        let path = years::locate(files, year, stamp, &mut self.patience)?;
        let schema = schema_of(year);
        let verified = connector
            .attach(connection, &path, &schema)
            .and_then(|()| years::verify_stamp(connection, &schema, &path, info, year, stamp));
        if verified.is_err() {
            // Where even the attaching failed there is nothing to detach.
            let _ = connection.execute_batch(&format!("DETACH {schema}"));
        } else {
            self.attached.push_back((year, path));
        }
        verified
    }

    /// A year that is attached.
    pub fn year(&self, year: BillingYear) -> Option<YearHandle<'_>> {
        let (_, path) = self
            .attached
            .iter()
            .find(|(attached, _)| *attached == year)?;
        let connection = self.connection.as_ref()?;
        Some(YearHandle::attached(year, connection, path.clone()))
    }
}
