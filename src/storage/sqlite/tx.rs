//! A transaction over `book.db` and the years that it needs.

use super::billed::Interned;
use super::book;
use super::connect::{At as _, Connector, Files};
use super::lock::{self, WriteLock};
use super::rows::BookFile;
use super::schema::FileKind;
use super::years::{self, Catalog, Staged};
use crate::domain::{BillingYear, Currency};
use crate::storage::{BookInfo, Result, StorageError, Tx};
use rusqlite::Connection;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

/// How many files SQLite attaches to one connection in a default build.
pub(super) const MAX_ATTACHED: usize = 10;

/// A transaction. The connections are declared, and so dropped, before the lock.
#[derive(Debug)]
pub(super) struct SqliteTx {
    pub files: Files,
    pub connector: Connector,
    pub info: BookInfo,
    pub catalog: Catalog,
    pub interned: Interned,
    /// Holds the transaction on `book.db`, and in a write the attached years that change.
    pub book: Connection,
    reader: Reader,
    pub writing: Option<Writing>,
}

/// What only a write has.
#[derive(Debug)]
pub(super) struct Writing {
    /// The years that the scope names.
    scope: BTreeSet<BillingYear>,
    /// Those of them that exist, attached to the connection on `book.db`.
    attached: BTreeSet<BillingYear>,
    /// Those of them that are being made.
    pub staged: BTreeMap<BillingYear, Staged>,
    /// Attached ones that were written to.
    pub touched: BTreeSet<BillingYear>,
    _lock: WriteLock,
}

/// A year as a query sees it.
#[derive(Debug)]
pub(super) struct YearHandle<'a> {
    pub connection: &'a Connection,
    pub path: PathBuf,
    pub schema: String,
}

impl YearHandle<'_> {
    /// A statement about this year: `{y}` stands for its schema.
    pub fn sql(&self, template: &str) -> String {
        template.replace("{y}", &self.schema)
    }
}

/// A second connection, to which years are attached to be read, the oldest making way when there is no more room.
///
/// The transaction on `book.db` keeps all of them as they are, so that it does not matter when each is attached.
#[derive(Debug, Default)]
pub(super) struct Reader {
    connection: Option<Connection>,
    attached: VecDeque<BillingYear>,
}

impl Reader {
    /// A reader that attaches years to this connection.
    pub fn on(connection: Connection) -> Self {
        Self {
            connection: Some(connection),
            attached: VecDeque::new(),
        }
    }

    pub fn attach(
        &mut self,
        tx: (&Connector, &Files, &BookInfo),
        year: BillingYear,
        stamp: u64,
    ) -> Result<&Connection> {
        let (connector, files, info) = tx;
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => connector.open(&files.book())?,
        };
        let connection = self.connection.insert(connection);
        if self.attached.contains(&year) {
            return Ok(connection);
        }
        if self.attached.len() == MAX_ATTACHED
            && let Some(oldest) = self.attached.pop_front()
        {
            connection.flush_prepared_statement_cache();
            connection
                .execute_batch(&format!("DETACH {}", schema_of(oldest)))
                .at(&files.year(oldest))?;
        }
        let path = years::locate(files, year)?;
        connector.attach(connection, &path, &schema_of(year))?;
        self.attached.push_back(year);
        years::verify_stamp(connection, &schema_of(year), &path, info, year, stamp)?;
        Ok(connection)
    }
}

pub(super) fn schema_of(year: BillingYear) -> String {
    format!("y{year}")
}

impl SqliteTx {
    /// Begins to read: takes the shared lock on `book.db`, which holds the whole book still.
    pub fn read(connector: Connector, files: Files) -> Result<Self> {
        let path = files.book();
        connector.probe(&path, FileKind::Book)?;
        let book = connector.open(&path)?;
        book.execute_batch("BEGIN").at(&path)?;
        Self::begun(connector, files, book, None)
    }

    /// Begins to write: takes the lock that only one writer has, cleans up behind one that was killed, attaches the years
    /// of the scope that exist, and begins.
    pub fn write(
        connector: Connector,
        files: Files,
        scope: &BTreeSet<BillingYear>,
    ) -> Result<Self> {
        let path = files.book();
        // First, so that another program's directory gets no lock file of ours.
        connector.probe(&path, FileKind::Book)?;
        let lock = lock::acquire(&files, connector.busy_timeout, &connector.interrupt)?;
        let book = connector.open(&path)?;
        let catalog = years::catalog(&book, &path)?;
        years::settle(&files, &catalog)?;
        let attached: BTreeSet<BillingYear> = scope
            .iter()
            .copied()
            .filter(|year| catalog.contains_key(year))
            .collect();
        if attached.len() > MAX_ATTACHED {
            return Err(StorageError::TooManyYears {
                given: attached.len(),
                max: MAX_ATTACHED,
            });
        }
        for &year in &attached {
            let path = years::locate(&files, year)?;
            connector.attach(&book, &path, &schema_of(year))?;
        }
        book.execute_batch("BEGIN IMMEDIATE").at(&path)?;
        let writing = Writing {
            scope: scope.clone(),
            attached,
            staged: BTreeMap::new(),
            touched: BTreeSet::new(),
            _lock: lock,
        };
        let tx = Self::begun(connector, files, book, Some(writing))?;
        for &year in &tx.writing.as_ref().expect("a write").attached {
            let (path, stamp) = (tx.files.year(year), tx.catalog[&year]);
            years::verify_stamp(&tx.book, &schema_of(year), &path, &tx.info, year, stamp)?;
        }
        Ok(tx)
    }

    fn begun(
        connector: Connector,
        files: Files,
        book: Connection,
        writing: Option<Writing>,
    ) -> Result<Self> {
        let path = files.book();
        let info = book::read_info(&book, &files)?;
        let catalog = years::catalog(&book, &path)?;
        Ok(Self {
            files,
            connector,
            info,
            catalog,
            interned: Interned::default(),
            book,
            reader: Reader::default(),
            writing,
        })
    }

    /// The book's currency.
    pub fn currency(&self) -> Currency {
        self.info.currency
    }

    /// The path of `book.db`, for errors.
    pub fn book_path(&self) -> PathBuf {
        self.files.book()
    }

    /// `book.db`, for the rows in it.
    pub fn book_file(&self) -> BookFile<'_> {
        BookFile {
            connection: &self.book,
            path: self.book_path(),
        }
    }

    /// The years there are, those that this transaction makes included.
    pub fn known_years(&self) -> Vec<BillingYear> {
        let staged = self
            .writing
            .iter()
            .flat_map(|writing| writing.staged.keys());
        let years: BTreeSet<BillingYear> = self.catalog.keys().chain(staged).copied().collect();
        years.into_iter().collect()
    }

    /// A year to read; `None` when the book has no such year.
    pub fn year(&mut self, year: BillingYear) -> Result<Option<YearHandle<'_>>> {
        let path = self.files.year(year);
        if let Some(writing) = &self.writing {
            if let Some(staged) = writing.staged.get(&year) {
                let path = staged.path().to_owned();
                return Ok(Some(YearHandle {
                    connection: staged.connection(),
                    path,
                    schema: "main".to_owned(),
                }));
            }
            if writing.attached.contains(&year) {
                return Ok(Some(YearHandle {
                    connection: &self.book,
                    path,
                    schema: schema_of(year),
                }));
            }
        }
        let Some(&stamp) = self.catalog.get(&year) else {
            return Ok(None);
        };
        let connection =
            self.reader
                .attach((&self.connector, &self.files, &self.info), year, stamp)?;
        Ok(Some(YearHandle {
            connection,
            path,
            schema: schema_of(year),
        }))
    }

    /// A year to write, made when it is new, and what is known of the versions billed in it.
    ///
    /// # Panics
    /// When the scope does not name the year, which is a mistake in the program.
    pub fn year_to_write(&mut self, year: BillingYear) -> Result<(YearHandle<'_>, &mut Interned)> {
        if self.connector.interrupt.is_raised() {
            return Err(StorageError::Interrupted);
        }
        let path = self.files.year(year);
        let writing = self
            .writing
            .as_mut()
            .filter(|writing| writing.scope.contains(&year))
            .expect("a year is only written in a transaction whose scope names it");
        if writing.attached.contains(&year) {
            writing.touched.insert(year);
            let handle = YearHandle {
                connection: &self.book,
                path,
                schema: schema_of(year),
            };
            return Ok((handle, &mut self.interned));
        }
        if let Entry::Vacant(place) = writing.staged.entry(year) {
            let staged = Staged::create(&self.connector, &self.files, &self.info.id, year)?;
            place.insert(staged);
        }
        let staged = &writing.staged[&year];
        let path = staged.path().to_owned();
        let handle = YearHandle {
            connection: staged.connection(),
            path,
            schema: "main".to_owned(),
        };
        Ok((handle, &mut self.interned))
    }

    /// Ctrl-C ends loops that run between statements, too.
    pub fn heed_interrupt(&self) -> Result<()> {
        if self.connector.interrupt.is_raised() {
            Err(StorageError::Interrupted)
        } else {
            Ok(())
        }
    }

    /// The years of the directory's files that the book knows, by file name.
    pub fn is_known_file(&self, name: &str) -> bool {
        let known = |base: &str| name == base || name.starts_with(&format!("{base}-"));
        name == "book.lock"
            || known("book.db")
            || self.catalog.keys().any(|year| known(&format!("{year}.db")))
            || years::is_unpublished(Path::new(name))
    }
}

impl Tx for SqliteTx {
    fn commit(self: Box<Self>) -> Result<()> {
        (*self).commit_all()
    }
}
