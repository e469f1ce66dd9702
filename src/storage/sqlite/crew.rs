//! The threads that fill the files of years in a load.
//!
//! A year belongs to one thread, with its connection and what is known of the versions billed in it. A year that has got
//! everything is finished at once, so that its indexes are made while another thread fills the next year. The queues are
//! short: who brings more than can be written has to wait, and memory stays flat.

use super::billed::Interned;
use super::load::write_piece;
use super::reader::YearHandle;
use super::staged::{Maker, Staged};
use super::years::Catalog;
use crate::context::Interrupt;
use crate::domain::BillingYear;
use crate::storage::{Load, Result, StorageError};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// More threads than this wait for the disk, and each takes memory to sort in.
const MOST_THREADS: usize = 4;

/// How many pieces may wait for a thread: enough that the next year can be begun while one is still being filled, for bills
/// mostly come year by year. At some 100 KiB each that is 13 MiB; only bills of very many items make it more.
const QUEUE: usize = 128;

type Finished = BTreeMap<BillingYear, Staged>;

/// The threads of a load. Dropped before [`Self::finish`], they end and leave no file.
#[derive(Debug)]
pub(super) struct Crew {
    threads: Vec<Worker>,
    shared: Shared,
}

/// What the threads tell each other.
#[derive(Clone, Debug)]
struct Shared {
    /// Raised when the load has failed or is not wanted any more.
    given_up: Interrupt,
    /// The error that came first, until it is told.
    error: Arc<Mutex<Option<StorageError>>>,
}

impl Shared {
    fn fail(&self, error: StorageError) {
        let mut first = self.error.lock().unwrap_or_else(PoisonError::into_inner);
        // The others end with an error, too, because of this one.
        if !self.given_up.raise() {
            *first = Some(error);
        }
    }

    fn failure(&self) -> Option<StorageError> {
        let mut first = self.error.lock().unwrap_or_else(PoisonError::into_inner);
        first.take()
    }
}

#[derive(Debug)]
struct Worker {
    orders: SyncSender<Order>,
    thread: JoinHandle<Finished>,
    /// What it has been given to do and has not finished, in bills.
    backlog: Arc<AtomicU64>,
}

/// Something to write; nothing stands for the end: finish what is left.
type Order = Option<Piece>;

/// A piece of a load.
#[derive(Debug)]
struct Piece {
    year: BillingYear,
    load: Load,
    /// With a year's last piece, the size of the work that is done with it.
    done: Option<u64>,
}

impl Crew {
    /// Threads for that many years. Those in the catalog are copied, the others made.
    pub fn new(mut maker: Maker, catalog: &Catalog, years: usize) -> Self {
        let shared = Shared {
            given_up: Interrupt::default(),
            error: Arc::default(),
        };
        maker.connector.given_up = shared.given_up.clone();
        // One more than there are cores: some thread mostly waits for the disk to have a finished year.
        let most = std::thread::available_parallelism().map_or(1, NonZero::get) + 1;
        let threads = (0..years.min(most).min(MOST_THREADS))
            .map(|_| {
                let (orders, received) = mpsc::sync_channel(QUEUE);
                let backlog = Arc::new(AtomicU64::new(0));
                let work = Work {
                    maker: maker.clone(),
                    catalog: catalog.clone(),
                    backlog: backlog.clone(),
                    interned: Interned::default(),
                    filling: Finished::new(),
                    finished: Finished::new(),
                };
                let shared = shared.clone();
                let thread = std::thread::spawn(move || {
                    work.run(&received).unwrap_or_else(|error| {
                        shared.fail(error);
                        Finished::new()
                    })
                });
                Worker {
                    orders,
                    thread,
                    backlog,
                }
            })
            .collect();
        Self { threads, shared }
    }

    /// The thread that has least to do, which now has more.
    pub fn choose(&self, work: u64) -> usize {
        let backlog = |worker: &Worker| worker.backlog.load(Ordering::Relaxed);
        let chosen = self
            .threads
            .iter()
            .enumerate()
            .min_by_key(|(_, worker)| backlog(worker))
            .map_or(0, |(index, _)| index);
        self.threads[chosen]
            .backlog
            .fetch_add(work, Ordering::Relaxed);
        chosen
    }

    /// Gives a thread a piece to write. An error may be that of an earlier piece, of any thread.
    pub fn fill(
        &mut self,
        worker: usize,
        year: BillingYear,
        load: Load,
        done: Option<u64>,
    ) -> Result<()> {
        let order = Some(Piece { year, load, done });
        if !self.shared.given_up.is_raised() && self.threads[worker].orders.send(order).is_ok() {
            return Ok(());
        }
        // A thread that ended without an error has panicked, which joining it tells.
        match self.shared.failure() {
            Some(error) => Err(error),
            None => self.join().and(Err(gone())),
        }
    }

    /// Lets the threads finish what they have and waits for them.
    pub fn finish(mut self) -> Result<Finished> {
        for worker in &self.threads {
            // One that has ended says why when it is joined.
            let _ = worker.orders.send(None);
        }
        self.join()
    }

    /// Waits for all threads, and goes on with the panic of one that panicked.
    fn join(&mut self) -> Result<Finished> {
        let mut finished = Finished::new();
        let mut panic = None;
        for Worker { orders, thread, .. } in std::mem::take(&mut self.threads) {
            drop(orders);
            match thread.join() {
                Ok(files) => finished.extend(files),
                Err(payload) => panic = Some(payload),
            }
        }
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
        match self.shared.failure() {
            Some(error) => Err(error),
            None if self.shared.given_up.is_raised() => Err(gone()),
            None => Ok(finished),
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.shared.given_up.raise();
        for Worker { orders, thread, .. } in std::mem::take(&mut self.threads) {
            drop(orders);
            if let Err(payload) = thread.join()
                && !std::thread::panicking()
            {
                resume_unwind(payload);
            }
        }
    }
}

/// What is told when an error was told before.
fn gone() -> StorageError {
    StorageError::Engine {
        place: "the load".to_owned(),
        message: "it has failed already".to_owned(),
    }
}

/// What a thread works with.
struct Work {
    maker: Maker,
    catalog: Catalog,
    backlog: Arc<AtomicU64>,
    interned: Interned,
    filling: Finished,
    finished: Finished,
}

impl Work {
    /// Does what it is told. Without an order to finish nothing was wanted after all, and the files are dropped.
    fn run(mut self, orders: &Receiver<Order>) -> Result<Finished> {
        for order in orders {
            self.maker.connector.heed_interrupt()?;
            let Some(Piece { year, load, done }) = order else {
                while let Some((&year, _)) = self.filling.first_key_value() {
                    self.complete(year)?;
                }
                return Ok(self.finished);
            };
            self.fill(year, &load)?;
            if let Some(work) = done {
                self.complete(year)?;
                self.backlog.fetch_sub(work, Ordering::Relaxed);
            }
        }
        Ok(Finished::new())
    }

    fn fill(&mut self, year: BillingYear, load: &Load) -> Result<()> {
        let staged = match self.filling.entry(year) {
            Entry::Occupied(place) => place.into_mut(),
            Entry::Vacant(place) => place.insert(match self.catalog.get(&year) {
                Some(stamp) => Staged::copied_year(&self.maker, year, *stamp)?,
                None => Staged::loaded_year(&self.maker, year)?,
            }),
        };
        let path = staged.path().to_owned();
        let handle = YearHandle::alone(year, staged.connection(), path);
        write_piece(&handle, &mut self.interned, load)
    }

    fn complete(&mut self, year: BillingYear) -> Result<()> {
        if let Some(mut staged) = self.filling.remove(&year) {
            staged.finish()?;
            self.finished.insert(year, staged);
        }
        Ok(())
    }
}
