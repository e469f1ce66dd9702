//! Reading on one thread and working on another.

use super::progress::Watch;
use std::panic;
use std::sync::mpsc::{self, SyncSender};
use std::thread;

/// How many records and how many rows go to the other thread at once, and how many such batches may wait there.
const RECORDS: usize = 256;
const ROWS: usize = 4_000;
const WAITING: usize = 8;

/// Makes records of the rows of one file or two.
pub(super) trait Reading: Send {
    /// What it makes.
    type Record: Send;

    /// The next record; `None` at the end.
    fn next(&mut self) -> anyhow::Result<Option<Self::Record>>;

    /// How many rows a record is made of.
    fn rows(record: &Self::Record) -> usize;

    /// How many bytes are behind.
    fn passed(&self) -> u64;
}

/// Some records, and how many bytes of the file they end at.
type Batch<T> = (Vec<T>, u64);

/// Reads all records on a thread of its own, and hands them over in batches, in order.
pub(super) fn feed<R: Reading>(
    reading: &mut R,
    watch: &mut Watch<'_>,
    mut consume: impl FnMut(Vec<R::Record>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel(WAITING);
        let reader = scope.spawn(move || send_all(reading, &sender));
        for (records, passed) in receiver {
            consume(records)?;
            watch.reach(passed)?;
        }
        reader
            .join()
            .unwrap_or_else(|cause| panic::resume_unwind(cause))
    })
}

fn send_all<R: Reading>(
    reading: &mut R,
    sender: &SyncSender<Batch<R::Record>>,
) -> anyhow::Result<()> {
    let (mut batch, mut rows) = (Vec::with_capacity(RECORDS), 0);
    while let Some(record) = reading.next()? {
        rows += R::rows(&record);
        batch.push(record);
        if batch.len() >= RECORDS || rows >= ROWS {
            rows = 0;
            let full = std::mem::replace(&mut batch, Vec::with_capacity(RECORDS));
            if sender.send((full, reading.passed())).is_err() {
                // Nobody wants the rest: the other side has failed and says why.
                return Ok(());
            }
        }
    }
    // A failure to hand over is, again, the other side's to tell.
    let _ = sender.send((batch, reading.passed()));
    Ok(())
}
