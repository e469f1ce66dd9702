//! What can only be said once all of the file is known, and writing what was planned.

use super::Tabular;
use super::planner::Planner;
use crate::storage::Tx;
use crate::transfer::feed::{Reading, feed};
use crate::transfer::keys::Keys;
use crate::transfer::plan::{Fate, Tally};
use crate::transfer::problems::{Problem, Side};
use crate::transfer::progress::{Progress, Watch};
use crate::transfer::refusals::Refusals;
use crate::transfer::spool::{SpoolReader, Unpacker};
use crate::transfer::table::Span;
use anyhow::Context as _;
use std::collections::hash_map::Entry as MapEntry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl<P: Tabular> Planner<'_, P> {
    /// Decides what is left to decide: rows of one record.
    pub fn settle(self) -> anyhow::Result<Settled<P>> {
        let mut settled = Settled {
            tally: self.tally,
            refusals: self.refusals,
            records: self.records.finish()?,
            dropped: BTreeSet::new(),
            kind: std::marker::PhantomData,
        };
        let twins = twins::<P>(self.keys, &mut settled.records)?;
        if !twins.is_empty() {
            settled.refuse(&twins)?;
        }
        Ok(settled)
    }
}

/// A row of the plan.
struct Entry {
    fate: Fate,
    span: Span,
    id: i64,
    other: String,
}

impl Entry {
    fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<Self> {
        Ok(Self {
            fate: Fate::unpack(unpacker)?,
            span: Span::unpack(unpacker)?.context("a place")?,
            id: unpacker.signed()?,
            other: unpacker.text()?.to_owned(),
        })
    }
}

/// Why records are refused after all, by their place.
type Twins = BTreeMap<u64, String>;

/// Rows that name one record, and rows that will not be told apart when the file is imported once more.
fn twins<P: Tabular>(keys: Keys, records: &mut SpoolReader) -> anyhow::Result<Twins> {
    let mut twins = Twins::new();
    let mut record = Vec::new();
    keys.duplicates(|places| {
        // The first of each id, the first of each other key, and the first of those without an id.
        let mut ids: HashMap<i64, (u64, u64)> = HashMap::new();
        let mut others: HashMap<String, Vec<(u64, u64, i64)>> = HashMap::new();
        for &place in places {
            records.at(place, &mut record)?;
            let Entry {
                span, id, other, ..
            } = Entry::unpack(&mut Unpacker(&record))?;
            if id > 0 {
                let text = |line| format!("{} {id} stands on line {line} as well", P::NOUN);
                match ids.entry(id) {
                    MapEntry::Vacant(entry) => drop(entry.insert((place, span.line))),
                    MapEntry::Occupied(entry) => {
                        let (first, line) = *entry.get();
                        twins.insert(place, text(line));
                        twins.entry(first).or_insert_with(|| text(span.line));
                    }
                }
            }
            let text = |line| {
                format!(
                    "'{other}' stands on line {line} as well: give each an id, by which they can be told apart"
                )
            };
            // One of a kind with an id and one without: more would say nothing new.
            let known = others.entry(other.clone()).or_default();
            for (twin, line, twin_id) in known.iter() {
                if id == 0 {
                    twins.entry(place).or_insert_with(|| text(*line));
                }
                if *twin_id == 0 {
                    twins.entry(*twin).or_insert_with(|| text(span.line));
                }
            }
            if !known.iter().any(|(_, _, known_id)| (*known_id > 0) == (id > 0)) {
                known.push((place, span.line, id));
            }
        }
        Ok(())
    })?;
    Ok(twins)
}

/// A plan in which everything is decided.
pub(super) struct Settled<P> {
    pub tally: Tally,
    pub refusals: Refusals,
    records: SpoolReader,
    dropped: BTreeSet<u64>,
    kind: std::marker::PhantomData<fn() -> P>,
}

impl<P: Tabular> Settled<P> {
    fn refuse(&mut self, twins: &Twins) -> anyhow::Result<()> {
        let mut record = Vec::new();
        for (&place, text) in twins {
            self.records.at(place, &mut record)?;
            let Entry { fate, span, .. } = Entry::unpack(&mut Unpacker(&record))?;
            if fate == Fate::Refused {
                continue;
            }
            let problem = Problem {
                side: Side::Main,
                line: span.line,
                column: None,
                message: text.clone(),
            };
            self.refusals.add([Some(span), None], &[problem])?;
            *self.tally.count(fate) -= 1;
            self.tally.refused += 1;
            self.dropped.insert(place);
        }
        Ok(())
    }

    /// Writes all of it, without committing.
    pub fn apply(self, tx: &mut dyn Tx, progress: &mut dyn Progress) -> anyhow::Result<()> {
        let mut written = Written::<P> {
            records: self.records,
            dropped: self.dropped,
            record: Vec::new(),
            kind: std::marker::PhantomData,
        };
        written.records.rewind()?;
        let total = Some(written.records.progress().0);
        let mut watch = Watch::begin(progress, "writing", total);
        P::expect(tx, self.tally.new)?;
        feed(&mut written, &mut watch, |batch| {
            for (fate, new) in batch {
                if fate == Fate::New {
                    P::insert(tx, &new)?;
                    continue;
                }
                let id = P::id_of(&new).context("an id")?;
                let stored = P::load(tx, id)?.context("a record that was there a moment ago")?;
                stored.replaced(new).update(tx)?;
            }
            Ok(())
        })
    }
}

/// The records that are to be written, unpacked on another thread than the one that writes.
struct Written<P> {
    records: SpoolReader,
    dropped: BTreeSet<u64>,
    record: Vec<u8>,
    kind: std::marker::PhantomData<fn() -> P>,
}

impl<P: Tabular> Reading for Written<P> {
    type Record = (Fate, P::New);

    fn next(&mut self) -> anyhow::Result<Option<Self::Record>> {
        while let Some(place) = self.records.next(&mut self.record)? {
            let mut unpacker = Unpacker(&self.record);
            let entry = Entry::unpack(&mut unpacker)?;
            if !self.dropped.contains(&place) && entry.fate.is_written() {
                return Ok(Some((entry.fate, P::unpack(&mut unpacker)?)));
            }
        }
        Ok(None)
    }

    fn rows(_: &Self::Record) -> usize {
        1
    }

    fn passed(&self) -> u64 {
        self.records.progress().1
    }
}
