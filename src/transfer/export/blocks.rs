//! Work that is cut into blocks, done on several threads and taken in order.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::{thread, vec};

/// How much of a block may wait to be taken, in pieces: so much that a whole block does, and its thread goes on.
const PIECES_WAITING: usize = 8;

/// How an export is cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cut {
    /// How many numbers of a year are one block.
    pub numbers: u32,
    /// After how many bytes what is written so far becomes a piece: a bound of memory, however large a block or a bill is.
    pub piece_bytes: usize,
    /// How many threads there are at the most.
    pub threads: usize,
}

impl Default for Cut {
    /// As many threads as the machine has processors, at most 4: then the one that writes is the slowest.
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self {
            numbers: 10_000,
            piece_bytes: 1 << 18,
            threads: processors.min(4),
        }
    }
}

/// The blocks that no thread has begun, and where each thread announces the one that it begins.
struct Queue<B, P> {
    blocks: vec::IntoIter<B>,
    begun: SyncSender<Receiver<P>>,
}

/// Does `blocks` in order on as many threads as there are `workers`, which send the pieces of each as they come, and gives
/// them all to `take`: block by block, whichever is ready first. The first error of `take` ends it all.
///
/// Memory is bounded: only so many blocks are begun ahead of the one that is being taken, and of each only so many pieces
/// wait. A worker whose pieces nobody wants any more is told by its send failing, and shall end.
pub(super) fn in_order<B: Send, P: Send, E>(
    blocks: Vec<B>,
    workers: Vec<impl FnMut(B, &SyncSender<P>) + Send>,
    mut take: impl FnMut(P) -> Result<(), E>,
) -> Result<(), E> {
    let (begun, ordered) = sync_channel(2 * workers.len());
    let queue = Queue {
        blocks: blocks.into_iter(),
        begun,
    };
    let queue = Arc::new(Mutex::new(queue));
    thread::scope(|scope| {
        for mut work in workers {
            let queue = queue.clone();
            scope.spawn(move || {
                while let Some((block, sender)) = next(&queue) {
                    work(block, &sender);
                }
            });
        }
        // Now only the threads can announce blocks: when the last ends, so does the loop. It takes its end of the channel
        // along, so that threads which wait for it are set free when it ends early.
        drop(queue);
        for pieces in ordered {
            pieces.iter().try_for_each(&mut take)?;
        }
        Ok(())
    })
}

/// Begins the next block. `None` when there is none, or nobody waits for any.
fn next<B, P>(queue: &Mutex<Queue<B, P>>) -> Option<(B, SyncSender<P>)> {
    // Announcing under the lock keeps the order.
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    let block = queue.blocks.next()?;
    let (sender, pieces) = sync_channel(PIECES_WAITING);
    queue.begun.send(pieces).ok()?;
    Some((block, sender))
}
