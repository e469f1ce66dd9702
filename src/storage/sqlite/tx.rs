//! A transaction over `book.db` and the years that it needs.

use super::billed::Interned;
use super::book;
use super::connect::{At as _, Connector, Files};
use super::load::{FEWEST_COPIED, Loading};
use super::lock::{self, WriteLock};
use super::reader::{MAX_ATTACHED, Reader, YearHandle, schema_of};
use super::rows::BookFile;
use super::schema::FileKind;
use super::staged::{Maker, Staged};
use super::versions::Versions;
use super::years::{self, Catalog};
use crate::domain::{BillingYear, Currency};
use crate::storage::{BookInfo, Result, StorageError, Tx, YearLoad};
use rusqlite::Connection;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A transaction. The connections are declared, and so dropped, before the lock.
#[derive(Debug)]
pub(super) struct SqliteTx {
    pub files: Files,
    pub connector: Connector,
    pub info: BookInfo,
    pub catalog: Catalog,
    /// Versions that were read, of the years read last.
    pub versions: BTreeMap<BillingYear, Versions>,
    /// Versions that were written.
    pub interned: Interned,
    /// Holds the transaction on `book.db`, and in a write the attached years that change.
    pub book: Connection,
    pub reader: Reader,
    pub writing: Option<Writing>,
    /// The fewest bills for which a load copies a year.
    pub fewest_copied: u64,
    /// Where a book is that goes away with the transaction.
    pub home: Option<tempfile::TempDir>,
}

/// What only a write has.
#[derive(Debug)]
pub(super) struct Writing {
    /// The years that the scope names.
    pub scope: BTreeSet<BillingYear>,
    /// Years that exist and may be written, attached to the connection on `book.db`.
    pub attached: BTreeSet<BillingYear>,
    /// Years that are being made.
    pub staged: BTreeMap<BillingYear, Staged>,
    /// Attached ones that were written to.
    pub touched: BTreeSet<BillingYear>,
    /// The load that was begun.
    pub loading: Option<Loading>,
    /// The sections of schema.sql whose indexes are made at the end.
    pub put_off: BTreeSet<&'static str>,
    _lock: WriteLock,
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
            attach_to_write(&connector, &files, &book, &catalog, year)?;
        }
        book.execute_batch("BEGIN IMMEDIATE").at(&path)?;
        let writing = Writing {
            scope: scope.clone(),
            attached,
            staged: BTreeMap::new(),
            touched: BTreeSet::new(),
            loading: None,
            put_off: BTreeSet::new(),
            _lock: lock,
        };
        let tx = Self::begun(connector, files, book, Some(writing))?;
        for &year in &tx.writing.as_ref().expect("a write").attached {
            tx.verify_attached(year)?;
        }
        Ok(tx)
    }

    /// Makes sure that a year attached to the connection on `book.db` is the one that the catalog expects.
    pub fn verify_attached(&self, year: BillingYear) -> Result<()> {
        let (path, stamp) = (self.files.year(year), self.catalog[&year]);
        years::verify_stamp(&self.book, &schema_of(year), &path, &self.info, year, stamp)
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
            versions: BTreeMap::new(),
            interned: Interned::default(),
            book,
            reader: Reader::default(),
            writing,
            fewest_copied: FEWEST_COPIED,
            home: None,
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
    ///
    /// # Panics
    /// When the year is one of a load, which is a mistake in the program.
    pub fn year(&mut self, year: BillingYear) -> Result<Option<YearHandle<'_>>> {
        self.make_readable(year)?;
        Ok(self.readable(year))
    }

    /// Makes [`Self::readable`] find a year that the book has.
    pub fn make_readable(&mut self, year: BillingYear) -> Result<()> {
        if let Some(writing) = &self.writing {
            let loading = writing.loading.as_ref();
            assert!(
                !loading.is_some_and(|loading| loading.has(year)),
                "a year is read again only when its load was committed"
            );
            if writing.staged.contains_key(&year) || writing.attached.contains(&year) {
                return Ok(());
            }
        }
        let Some(&stamp) = self.catalog.get(&year) else {
            return Ok(());
        };
        self.reader
            .attach((&self.connector, &self.files, &self.info), year, stamp)
    }

    /// A year that [`Self::make_readable`] has seen to; this one borrows the transaction only to read.
    pub fn readable(&self, year: BillingYear) -> Option<YearHandle<'_>> {
        if let Some(writing) = &self.writing {
            if let Some(staged) = writing.staged.get(&year) {
                let path = staged.path().to_owned();
                return Some(YearHandle::alone(year, staged.connection(), path));
            }
            if writing.attached.contains(&year) {
                return Some(YearHandle::attached(
                    year,
                    &self.book,
                    self.files.year(year),
                ));
            }
        }
        self.reader.year(year)
    }

    /// A year to write, made when it is new, and what is known of the versions billed in it.
    ///
    /// # Panics
    /// When the scope does not name the year, which is a mistake in the program.
    pub fn year_to_write(&mut self, year: BillingYear) -> Result<(YearHandle<'_>, &mut Interned)> {
        self.connector.heed_interrupt()?;
        let path = self.files.year(year);
        let writing = self
            .writing
            .as_mut()
            .filter(|writing| writing.scope.contains(&year))
            .expect("a year is only written in a transaction whose scope names it");
        if writing.attached.contains(&year) {
            writing.touched.insert(year);
            let handle = YearHandle::attached(year, &self.book, path);
            return Ok((handle, &mut self.interned));
        }
        let staged = match writing.staged.entry(year) {
            Entry::Occupied(place) => place.into_mut(),
            Entry::Vacant(place) => {
                let maker = Maker::new(&self.connector, &self.files, &self.info);
                place.insert(Staged::year(&maker, year)?)
            }
        };
        let path = staged.path().to_owned();
        let handle = YearHandle::alone(year, staged.connection(), path);
        Ok((handle, &mut self.interned))
    }

    /// The years of the directory's files that the book knows, by file name.
    pub fn is_known_file(&self, name: &str) -> bool {
        let known = |base: &str| name == base || name.starts_with(&format!("{base}-"));
        name == "book.lock"
            || known("book.db")
            || self.catalog.keys().any(|year| known(&format!("{year}.db")))
            || years::is_unpublished(name)
    }
}

/// Attaches an existing year to the connection on `book.db`, before its transaction begins.
pub(super) fn attach_to_write(
    connector: &Connector,
    files: &Files,
    book: &Connection,
    catalog: &Catalog,
    year: BillingYear,
) -> Result<()> {
    // Nothing waits for its name: the holder of the write lock has settled that.
    let path = years::locate(files, year, catalog[&year], &mut 0)?;
    connector.attach(book, &path, &schema_of(year))
}

impl Tx for SqliteTx {
    fn begin_load(&mut self, years: &BTreeMap<BillingYear, YearLoad>) -> Result<()> {
        self.open_for_load(years)
    }

    fn expect_additions(&mut self, customers: u64, products: u64) -> Result<()> {
        self.put_off_indexes([customers, products])
    }

    fn commit(self: Box<Self>) -> Result<()> {
        (*self).commit_all()
    }
}
