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
use crate::transfer::row::Span;
use crate::transfer::spool::{SpoolReader, Unpacker};
use anyhow::Context as _;
use std::collections::hash_map::Entry as MapEntry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl<P: Tabular> Planner<'_, P> {
    /// Decides what is left to decide: rows of one record.
    pub fn settle(self) -> anyhow::Result<Settled<P>> {
        let mut settled = Settled {
            tally: self.tally,
            automatic: self.automatic,
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

/// The bit of a place that says whether its row gives an id.
const HAS_ID: u64 = 1 << 63;

/// A record's place, and whether its row gives an id: rows that do are told apart by it, whatever else they share.
pub(super) fn with_id(place: u64, has_id: bool) -> u64 {
    debug_assert!(place < HAS_ID);
    if has_id { place | HAS_ID } else { place }
}

/// A row of the plan.
struct Entry {
    fate: Fate,
    span: Span,
    /// The id given, or 0.
    id: i64,
    /// The id of the record of the book that it means, or 0.
    stored: i64,
    other: String,
}

impl Entry {
    fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<Self> {
        Ok(Self {
            fate: Fate::unpack(unpacker)?,
            span: Span::unpack(unpacker)?.context("a place")?,
            id: unpacker.signed()?,
            stored: unpacker.signed()?,
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
        if places.iter().all(|place| place & HAS_ID > 0) {
            return Ok(());
        }
        for &place in places {
            let place = place & !HAS_ID;
            records.at(place, &mut record)?;
            let Entry {
                span,
                id,
                stored,
                other,
                ..
            } = Entry::unpack(&mut Unpacker(&record))?;
            let own = if id > 0 { id } else { stored };
            if own > 0 {
                let text = |line| format!("{} {own} stands on line {line} as well", P::NOUN);
                match ids.entry(own) {
                    MapEntry::Vacant(entry) => drop(entry.insert((place, span.line))),
                    MapEntry::Occupied(entry) => {
                        let (first, line) = *entry.get();
                        if first != place {
                            twins.insert(place, text(line));
                            twins.entry(first).or_insert_with(|| text(span.line));
                        }
                    }
                }
            }
            if other.is_empty() {
                continue;
            }
            let text = |line| {
                format!(
                    "'{other}' stands on line {line} as well: give each an id, by which they can be told apart"
                )
            };
            // One of a kind with an id and one without: more would say nothing new.
            let known = others.entry(other.clone()).or_default();
            for (twin, line, twin_id) in known.iter().filter(|known| known.0 != place) {
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
    /// How many get their id from the book, or would if they were not refused in the end.
    automatic: u64,
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
            self.refusals.add([Some(span), None], &problem.into())?;
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
            with_id: true,
            pass: 0,
            kind: std::marker::PhantomData,
        };
        // Those that give an id come first: the ids that the book gives then come behind all of them.
        let passes: &[bool] = match self.automatic {
            0 => &[true],
            all if all == self.tally.written() => &[false],
            _ => &[true, false],
        };
        let total = Some(passes.len() as u64 * written.records.progress().0);
        let mut watch = Watch::begin(progress, "writing", total);
        P::expect(tx, self.tally.new)?;
        for (pass, &with_id) in (0..).zip(passes) {
            written.records.rewind()?;
            (written.pass, written.with_id) = (pass, with_id);
            feed(&mut written, &mut watch, |batch| {
                for (fate, new) in batch {
                    if fate == Fate::New {
                        P::insert(tx, &new)?;
                        continue;
                    }
                    let id = P::id_of(&new).context("an id")?;
                    let stored =
                        P::load(tx, id)?.context("a record that was there a moment ago")?;
                    stored.replaced(new).update(tx)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// The records that are to be written, unpacked on another thread than the one that writes.
struct Written<P> {
    records: SpoolReader,
    dropped: BTreeSet<u64>,
    record: Vec<u8>,
    /// Whether those that give an id are written now, or those that do not.
    with_id: bool,
    /// How many times the records were gone through before.
    pass: u64,
    kind: std::marker::PhantomData<fn() -> P>,
}

impl<P: Tabular> Reading for Written<P> {
    type Record = (Fate, P::New);

    fn next(&mut self) -> anyhow::Result<Option<Self::Record>> {
        while let Some(place) = self.records.next(&mut self.record)? {
            let mut unpacker = Unpacker(&self.record);
            let entry = Entry::unpack(&mut unpacker)?;
            let now = (entry.id > 0 || entry.stored > 0) == self.with_id;
            if now && !self.dropped.contains(&place) && entry.fate.is_written() {
                return Ok(Some((entry.fate, P::unpack(&mut unpacker)?)));
            }
        }
        Ok(None)
    }

    fn rows(_: &Self::Record) -> usize {
        1
    }

    fn passed(&self) -> u64 {
        let (total, passed) = self.records.progress();
        self.pass * total + passed
    }
}
