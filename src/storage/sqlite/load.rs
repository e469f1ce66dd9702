//! Loads: a great many bills into any number of years, in one transaction.
//!
//! New years are filled by threads, each year by one of them. An existing year that gets much is copied, and its copy filled
//! as a new year is; one that gets little is attached and written in place by the transaction's own thread.

use super::billed::Interned;
use super::bills_write;
use super::connect::At as _;
use super::crew::Crew;
use super::history;
use super::reader::{MAX_ATTACHED, Reader, YearHandle, schema_of};
use super::staged::{Maker, Staged};
use super::tx::{SqliteTx, attach_to_write};
use crate::domain::BillingYear;
use crate::storage::{BillRows as _, Load, Result, StorageError, YearLoad};
use std::collections::{BTreeMap, BTreeSet};

/// The fewest bills for which a year is copied: below, a load in place is done in the blink of an eye.
pub(super) const FEWEST_COPIED: u64 = 1_000;

/// What a load in place keeps of its years in memory, in KiB for all of them together: 64 MiB. It touches their indexes all
/// over, and with the 2 MiB that are usual it takes two to three times as long.
const CACHE: usize = 65_536;

/// Whether a load of so many bills into a year of so many is faster through a copy.
///
/// In place each bill of three items costs some 35 microseconds, because every index is kept up to date in random order. A
/// copy costs some 6 for each bill that is there, to be copied and to be put into the indexes again, and 8 for each new one;
/// and several threads make copies. So a fifth of the year is about where the one overtakes the other.
pub fn copy_pays(existing: u64, loaded: u64, fewest: u64) -> bool {
    loaded >= fewest && loaded.saturating_mul(5) >= existing
}

/// The years, of those that exist, that are written in place: where a copy does not pay, and of these the ones that get
/// least, as many as can be attached.
fn written_in_place(
    existing: &BTreeMap<BillingYear, u64>,
    years: &BTreeMap<BillingYear, YearLoad>,
    fewest: u64,
) -> BTreeSet<BillingYear> {
    let mut small: Vec<(u64, BillingYear)> = existing
        .iter()
        .map(|(year, bills)| (years[year].bills(), *bills, *year))
        .filter(|(loaded, bills, _)| !copy_pays(*bills, *loaded, fewest))
        .map(|(loaded, _, year)| (loaded, year))
        .collect();
    small.sort_unstable();
    small.truncate(MAX_ATTACHED);
    small.into_iter().map(|(_, year)| year).collect()
}

/// Writes one piece into its year.
pub(super) fn write_piece(
    handle: &YearHandle<'_>,
    interned: &mut Interned,
    load: &Load,
) -> Result<()> {
    match load {
        Load::Insert(bills) => bills_write::insert(handle, interned, bills),
        Load::Change { old, new, history } => {
            bills_write::update(handle, interned, old, new)?;
            history
                .iter()
                .try_for_each(|entry| history::append(handle, new.number(), entry))
        }
    }
}

/// A load on its way.
#[derive(Debug)]
pub(super) struct Loading {
    parts: BTreeMap<BillingYear, Part>,
    crew: Crew,
    /// Whether a piece was lost, so that the rest must not be committed.
    failed: bool,
}

/// One year's part of a load.
#[derive(Debug)]
struct Part {
    /// What was announced and has not come yet.
    left: YearLoad,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// Attached to the connection on `book.db`.
    Here,
    /// A thread's. Which one is chosen when the first piece comes, for its work of that size.
    Thread { work: u64, chosen: Option<usize> },
}

impl Part {
    /// Notes that a piece has come; whether it was the last.
    fn take(&mut self, load: &Load) -> bool {
        let (left, taken) = match load {
            Load::Insert(bills) => (&mut self.left.new, bills.len() as u64),
            Load::Change { .. } => (&mut self.left.changed, 1),
        };
        *left = left
            .checked_sub(taken)
            .expect("a load brings no more than was announced");
        self.left.bills() == 0
    }
}

impl Loading {
    /// Whether a year is one of this load.
    pub fn has(&self, year: BillingYear) -> bool {
        self.parts.contains_key(&year)
    }

    /// Waits for the threads. What they made is complete and on disk.
    pub fn finish(self) -> Result<BTreeMap<BillingYear, Staged>> {
        if self.failed {
            return Err(StorageError::Engine {
                place: "the load".to_owned(),
                message: "a part of it has failed, so nothing of it is committed".to_owned(),
            });
        }
        self.crew.finish()
    }
}

impl SqliteTx {
    /// Opens years for a load; see [`crate::storage::Tx::begin_load`].
    ///
    /// # Panics
    /// In a transaction that reads, names years or has written: a mistake in the program.
    pub(super) fn open_for_load(&mut self, years: &BTreeMap<BillingYear, YearLoad>) -> Result<()> {
        self.connector.heed_interrupt()?;
        let fresh = |tx: &Self| {
            let writing = tx.writing.as_ref()?;
            Some(writing.scope.is_empty() && writing.loading.is_none())
        };
        assert!(
            fresh(self) == Some(true) && self.book.total_changes() == 0,
            "a load begins in a write of no years that has written nothing"
        );
        let mut existing = BTreeMap::new();
        for (&year, load) in years {
            if load.bills() > 0 && self.catalog.contains_key(&year) {
                existing.insert(year, u64::from(self.last_sequence(year)?));
            }
        }
        // What it has open would be opened again, and the second closing of a file drops the locks of the first.
        self.reader = Reader::default();
        let in_place = written_in_place(&existing, years, self.fewest_copied);
        if !in_place.is_empty() {
            self.attach_in_place(&in_place)?;
        }
        let mut parts = BTreeMap::new();
        for (&year, &left) in years.iter().filter(|(_, load)| load.bills() > 0) {
            let place = if in_place.contains(&year) {
                Place::Here
            } else {
                // To copy a bill takes about a third of what it takes to load one.
                let work = left.bills() + existing.get(&year).map_or(0, |bills| bills / 3);
                Place::Thread { work, chosen: None }
            };
            parts.insert(year, Part { left, place });
        }
        let threads_for = parts.len() - in_place.len();
        let maker = Maker::new(&self.connector, &self.files, &self.info);
        let writing = self.writing.as_mut().expect("a write");
        writing.attached = in_place;
        writing.loading = Some(Loading {
            parts,
            crew: Crew::new(maker, &self.catalog, threads_for),
            failed: false,
        });
        Ok(())
    }

    /// Attaches years, for which the transaction on `book.db` is ended and begun again: within one SQLite does not say how
    /// safe an attached file's commits shall be. No other billbook comes between, for the write lock is held all the time.
    fn attach_in_place(&mut self, years: &BTreeSet<BillingYear>) -> Result<()> {
        let path = self.book_path();
        self.book.execute_batch("ROLLBACK").at(&path)?;
        let attached = self.begin_again(years);
        if attached.is_err() {
            // Nothing may be written outside a transaction, should the caller go on all the same.
            self.book
                .execute_batch("PRAGMA query_only = ON")
                .at(&path)?;
        }
        attached
    }

    fn begin_again(&self, years: &BTreeSet<BillingYear>) -> Result<()> {
        const COUNTER: &str = "SELECT counter FROM main.commits";
        let path = self.book_path();
        for &year in years {
            attach_to_write(
                &self.connector,
                &self.files,
                &self.book,
                &self.catalog,
                year,
            )?;
            let (schema, cache) = (schema_of(year), CACHE / years.len());
            self.book
                .execute_batch(&format!("PRAGMA {schema}.cache_size = -{cache}"))
                .at(&path)?;
        }
        self.book.execute_batch("BEGIN IMMEDIATE").at(&path)?;
        let counter: u64 = self
            .book
            .query_row(COUNTER, [], |row| row.get(0))
            .at(&path)?;
        if counter != self.info.commits {
            return Err(StorageError::Locked {
                holder: "another program is writing to its files",
            });
        }
        years
            .iter()
            .try_for_each(|year| self.verify_attached(*year))
    }

    /// Takes a piece of the load; see [`crate::storage::BillRows::load`].
    ///
    /// # Panics
    /// When the load was not begun for that year, or brings more than was announced: a mistake in the program.
    pub(super) fn load_piece(&mut self, year: BillingYear, load: Load) -> Result<()> {
        let writing = self.writing.as_mut().expect("a write");
        let loading = writing.loading.as_mut().expect("a load that was begun");
        let part = loading
            .parts
            .get_mut(&year)
            .expect("a year that the load was begun for");
        let last = part.take(&load);
        let loaded = self
            .connector
            .heed_interrupt()
            .and_then(|()| match &mut part.place {
                Place::Here => {
                    writing.touched.insert(year);
                    let handle = YearHandle::attached(year, &self.book, self.files.year(year));
                    write_piece(&handle, &mut self.interned, &load)
                }
                Place::Thread { work, chosen } => {
                    let worker = *chosen.get_or_insert_with(|| loading.crew.choose(*work));
                    loading.crew.fill(worker, year, load, last.then_some(*work))
                }
            });
        loading.failed |= loaded.is_err();
        loaded
    }
}
