//! Customers and products: what can be done with either, written once.

mod kinds;

use super::{AppError, left_out};
use crate::domain::{BillNumber, Currency};
use crate::storage::{self, Scope, Storage, Tx, Visit};
use chrono::{DateTime, Utc};
use std::fmt;
use std::ops::ControlFlow;

/// A kind of record that bills refer to.
pub trait Party: Clone + PartialEq {
    /// What it is called, in messages and on the command line.
    const NOUN: &'static str;
    /// How a user names one.
    type Ref: fmt::Display;
    /// What one is made from.
    type New: Send;
    /// Its key.
    type Id: Copy + fmt::Debug + fmt::Display + Ord;
    /// What a list selects.
    type Filter;

    /// Its key.
    fn id(&self) -> Self::Id;
    /// The key as a number.
    fn number(id: Self::Id) -> i64;
    /// Since when it is archived.
    fn archived_at(&mut self) -> &mut Option<DateTime<Utc>>;
    /// The ids that a name could mean.
    fn candidates(tx: &mut dyn Tx, which: &Self::Ref) -> storage::Result<Vec<Self::Id>>;
    /// Reads one.
    fn load(tx: &mut dyn Tx, id: Self::Id) -> storage::Result<Option<Self>>;
    /// Reads those of these keys, in their order.
    fn load_many(tx: &mut dyn Tx, ids: &[Self::Id]) -> storage::Result<Vec<Option<Self>>>;
    /// Adds one.
    fn insert(tx: &mut dyn Tx, new: &Self::New) -> storage::Result<Self::Id>;
    /// Announces how many will be added.
    fn expect(tx: &mut dyn Tx, count: u64) -> storage::Result<()>;
    /// Replaces one.
    fn update(&self, tx: &mut dyn Tx) -> storage::Result<()>;
    /// Removes one.
    fn remove(tx: &mut dyn Tx, id: Self::Id) -> storage::Result<()>;
    /// A bill that refers to it.
    fn on_bill(tx: &mut dyn Tx, id: Self::Id) -> storage::Result<Option<BillNumber>>;
    /// Visits what the filter finds, in its order.
    fn each(tx: &mut dyn Tx, filter: &Self::Filter, visit: Visit<Self>) -> storage::Result<()>;
    /// How many a list of the filter holds at the most.
    fn limit(filter: &Self::Filter) -> Option<u64>;
    /// How many the filter finds, its limit aside.
    fn count(tx: &mut dyn Tx, filter: &Self::Filter) -> storage::Result<u64>;
}

/// Finds the one record that a name means.
pub fn find<P: Party>(tx: &mut dyn Tx, which: &P::Ref) -> anyhow::Result<P> {
    let candidates = P::candidates(tx, which)?;
    if candidates.len() > 1 {
        let mut ids: Vec<String> = candidates.iter().map(ToString::to_string).collect();
        if ids.len() > 2 {
            ids[2] = String::from("more");
        }
        let ids = ids.join(" and ");
        return Err(AppError::Ambiguous {
            noun: P::NOUN,
            which: which.to_string(),
            ids,
        }
        .into());
    }
    let found = match candidates.first() {
        Some(&id) => P::load(tx, id)?,
        None => None,
    };
    found.ok_or_else(|| {
        AppError::NotFound {
            noun: P::NOUN,
            which: quoted(which),
        }
        .into()
    })
}

/// `7` as it is, anything else in quotes.
fn quoted(which: &impl fmt::Display) -> String {
    let which = which.to_string();
    if which.bytes().all(|byte| byte.is_ascii_digit()) {
        which
    } else {
        format!("'{which}'")
    }
}

/// That one which is archived was to be billed.
pub fn archived<P: Party>(which: &P::Ref, id: P::Id) -> AppError {
    AppError::Archived {
        noun: P::NOUN,
        which: quoted(which),
        id: P::number(id),
    }
}

/// What was asked for, and the currency that its prices are in.
pub type Priced<T> = (T, Currency);

/// Creates one.
pub fn create<P: Party>(storage: &mut dyn Storage, new: &P::New) -> anyhow::Result<Priced<P>> {
    let mut tx = storage.begin(&Scope::write_book())?;
    let currency = tx.info()?.currency;
    let id = P::insert(&mut *tx, new)?;
    let created = stored(&mut *tx, id)?;
    tx.commit()?;
    Ok((created, currency))
}

/// Reads one back that was just written.
fn stored<P: Party>(tx: &mut dyn Tx, id: P::Id) -> anyhow::Result<P> {
    P::load(tx, id)?.ok_or_else(|| {
        AppError::NotFound {
            noun: P::NOUN,
            which: id.to_string(),
        }
        .into()
    })
}

/// Reads each of those named, once, in the order named.
pub fn show<P: Party>(
    storage: &mut dyn Storage,
    which: &[P::Ref],
) -> anyhow::Result<Priced<Vec<P>>> {
    let mut tx = storage.begin(&Scope::Read)?;
    Ok((find_all(&mut *tx, which)?, tx.info()?.currency))
}

/// Lists those that a filter finds, and how many more its limit left out.
pub fn list<P: Party>(
    storage: &mut dyn Storage,
    filter: &P::Filter,
) -> anyhow::Result<(Priced<Vec<P>>, u64)> {
    let mut tx = storage.begin(&Scope::Read)?;
    let mut parties = Vec::new();
    P::each(&mut *tx, filter, &mut |party| {
        parties.push(party);
        ControlFlow::Continue(())
    })?;
    let more = left_out(parties.len(), P::limit(filter), || {
        P::count(&mut *tx, filter)
    })?;
    let currency = tx.info()?.currency;
    Ok(((parties, currency), more))
}

/// Changes one, and tells whether that changed anything. A book that would not change is not written.
pub fn edit<P: Party>(
    storage: &mut dyn Storage,
    which: &P::Ref,
    change: impl FnOnce(&mut P),
) -> anyhow::Result<(Priced<P>, bool)> {
    let mut tx = storage.begin(&Scope::write_book())?;
    let currency = tx.info()?.currency;
    let old: P = find(&mut *tx, which)?;
    let mut new = old.clone();
    change(&mut new);
    let changed = new != old;
    if changed {
        new.update(&mut *tx)?;
        tx.commit()?;
    }
    Ok(((new, currency), changed))
}

/// Archives some (`at` is when) or brings them back (`at` is `None`), all or none of them. Those that are so already stay
/// untouched. Returns all of them with whether each changed.
pub fn set_archived<P: Party>(
    storage: &mut dyn Storage,
    which: &[P::Ref],
    at: Option<DateTime<Utc>>,
) -> anyhow::Result<Priced<Vec<(P, bool)>>> {
    let mut tx = storage.begin(&Scope::write_book())?;
    let currency = tx.info()?.currency;
    let mut parties = Vec::with_capacity(which.len());
    for mut party in find_all::<P>(&mut *tx, which)? {
        let changes = party.archived_at().is_some() != at.is_some();
        if changes {
            *party.archived_at() = at;
            party.update(&mut *tx)?;
        }
        parties.push((party, changes));
    }
    if parties.iter().any(|(_, changed)| *changed) {
        tx.commit()?;
    }
    Ok((parties, currency))
}

/// Each of those named, once, in the order named.
fn find_all<P: Party>(tx: &mut dyn Tx, which: &[P::Ref]) -> anyhow::Result<Vec<P>> {
    let mut found: Vec<P> = Vec::with_capacity(which.len());
    let mut seen = std::collections::BTreeSet::new();
    for which in which {
        let party: P = find(tx, which)?;
        if seen.insert(party.id()) {
            found.push(party);
        }
    }
    Ok(found)
}

/// Those named, if every one of them may be deleted: no bill of any year refers to it.
pub fn deletable<P: Party>(
    storage: &mut dyn Storage,
    which: &[P::Ref],
) -> anyhow::Result<Priced<Vec<P>>> {
    let mut tx = storage.begin(&Scope::Read)?;
    Ok((unused(&mut *tx, which)?, tx.info()?.currency))
}

fn unused<P: Party>(tx: &mut dyn Tx, which: &[P::Ref]) -> anyhow::Result<Vec<P>> {
    let parties = find_all::<P>(tx, which)?;
    for party in &parties {
        if let Some(bill) = P::on_bill(tx, party.id())? {
            let id = P::number(party.id());
            return Err(AppError::InUse {
                noun: P::NOUN,
                id,
                bill,
            }
            .into());
        }
    }
    Ok(parties)
}

/// Deletes all of those named, or none.
pub fn delete<P: Party>(storage: &mut dyn Storage, which: &[P::Ref]) -> anyhow::Result<Vec<P>> {
    let mut tx = storage.begin(&Scope::write_book())?;
    let parties = unused::<P>(&mut *tx, which)?;
    for party in &parties {
        P::remove(&mut *tx, party.id())?;
    }
    tx.commit()?;
    Ok(parties)
}
