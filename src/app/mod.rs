//! The use cases of a book, once for every engine: they begin a transaction, apply the rules of [`crate::domain`] and
//! commit. What they take is parsed already and what they return is not yet rendered.

mod adopt;
pub mod bill;
pub mod book;
mod error;
pub mod lookup;
pub mod party;

pub use adopt::adopt;
pub use error::AppError;

use crate::domain::{Action, FieldChange, HistoryEntry, Note};
use crate::storage;
use chrono::{DateTime, Utc};
use std::ops::ControlFlow;

/// Who does something, when and why: what a bill's history keeps of a deed.
#[derive(Clone, Debug)]
pub struct Deed {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Note,
    /// Why; may be empty.
    pub reason: Note,
}

impl Deed {
    fn entry(&self, action: Action, changes: Vec<FieldChange>) -> HistoryEntry {
        HistoryEntry {
            at: self.at,
            actor: self.actor.clone(),
            action,
            changes,
            reason: self.reason.clone(),
        }
    }
}

/// Runs one of storage's visiting functions with a visitor that can fail: the first failure ends the visit and is
/// returned.
pub fn visit<T>(
    walk: impl FnOnce(storage::Visit<'_, T>) -> storage::Result<()>,
    mut each: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut outcome = Ok(());
    walk(&mut |row| match each(row) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            outcome = Err(error);
            ControlFlow::Break(())
        }
    })?;
    outcome
}

/// How many rows a list's limit left out. Only a list that reached its limit is worth the counting.
fn left_out(
    found: usize,
    limit: Option<u64>,
    count: impl FnOnce() -> storage::Result<u64>,
) -> storage::Result<u64> {
    let found = found as u64;
    if limit.is_none_or(|limit| found < limit) {
        return Ok(0);
    }
    Ok(count()?.saturating_sub(found))
}
