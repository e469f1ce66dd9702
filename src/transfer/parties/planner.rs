//! What becomes of each row, and writing it.

use super::names::{BareNames, Meant};
use super::{Draft, Tabular};
use crate::domain::Currency;
use crate::storage::Tx;
use crate::transfer::columns::Fields;
use crate::transfer::feed::{Reading, feed};
use crate::transfer::keys::{self, Keys};
use crate::transfer::plan::{Fate, OnExisting, Tally, shown};
use crate::transfer::problems::{Problem, Side};
use crate::transfer::progress::{Progress, Watch};
use crate::transfer::refusals::Refusals;
use crate::transfer::spool::{Packer, Spool, SpoolReader, Unpacker};
use crate::transfer::table::Span;
use anyhow::Context as _;
use std::collections::hash_map::Entry as MapEntry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Display;

/// What a row without an id may be known by.
const OTHER_KEY: u64 = 1;
const ID_KEY: u64 = 2;

/// Decides what becomes of rows, in the order of the file.
pub(super) struct Planner<'a, P: Tabular> {
    tx: &'a mut dyn Tx,
    on_existing: OnExisting,
    fields: Fields,
    currency: Currency,
    /// Whether the book has any of the kind.
    is_empty: bool,
    names: Option<BareNames<P>>,
    tally: Tally,
    refusals: Refusals,
    records: Spool,
    keys: Keys,
    packer: Packer,
}

enum Verdict<P: Tabular> {
    New(P::New),
    Changed(P),
    Unchanged,
    Skipped,
    Refused(Vec<Problem>),
    Conflict(Problem),
}

/// What the book has for a row.
enum Match<P> {
    None,
    One(P),
    Several(String),
}

impl<'a, P: Tabular> Planner<'a, P> {
    pub fn new(
        tx: &'a mut dyn Tx,
        on_existing: OnExisting,
        fields: Fields,
        refusals: Refusals,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            currency: tx.info()?.currency,
            is_empty: P::count(tx, &P::everything())? == 0,
            tx,
            on_existing,
            fields,
            names: None,
            tally: Tally::default(),
            refusals,
            records: Spool::new(),
            keys: Keys::default(),
            packer: Packer::default(),
        })
    }

    /// Decides what becomes of some rows.
    pub fn consume(&mut self, drafts: Vec<Draft<P>>) -> anyhow::Result<()> {
        for draft in drafts {
            let id = P::given_id(&draft.values);
            let other = other_key::<P>(&draft.values);
            let span = draft.span;
            let verdict = self.decide(draft)?;
            self.keep(span, id, &other, verdict)?;
        }
        Ok(())
    }

    fn decide(&mut self, draft: Draft<P>) -> anyhow::Result<Verdict<P>> {
        let Draft {
            span,
            values,
            problems,
        } = draft;
        if !problems.is_empty() {
            return Ok(Verdict::Refused(problems));
        }
        let object = |column, message| Problem {
            side: Side::Main,
            line: span.line,
            column,
            message,
        };
        let stored = match self.find(&values)? {
            Match::One(stored) => stored,
            Match::Several(message) => return Ok(Verdict::Refused(vec![object(None, message)])),
            Match::None => {
                let lacking = P::NEEDED.iter().find(|field| !self.fields.has(**field));
                if let Some(field) = lacking {
                    let problem = Problem {
                        line: 1,
                        ..object(None, self.fields.lacks(*field))
                    };
                    return Ok(Verdict::Refused(vec![problem]));
                }
                // What a new one must have was read, or its absence is a problem by now.
                let new = P::new(values).context("a row that lacks what it must have")?;
                return Ok(Verdict::New(new));
            }
        };
        let new = stored.with(values);
        let changes = stored.differences(&new, self.currency);
        Ok(match self.on_existing {
            _ if changes.is_empty() => Verdict::Unchanged,
            OnExisting::Skip => Verdict::Skipped,
            OnExisting::Update => Verdict::Changed(new),
            OnExisting::Refuse => {
                let message = format!(
                    "{} {} is in the book and differs: {}; --on-existing update changes it, --on-existing skip leaves it",
                    P::NOUN,
                    stored.id(),
                    shown(&changes)
                );
                Verdict::Conflict(object(None, message))
            }
        })
    }

    /// The record that a row means: by its id, else by e-mail address or exact name, where just one has it.
    fn find(&mut self, values: &P::Values) -> anyhow::Result<Match<P>> {
        if self.is_empty {
            return Ok(Match::None);
        }
        if let Some(id) = P::given_id(values) {
            return Ok(P::load(self.tx, id)?.map_or(Match::None, Match::One));
        }
        let several = |which: &dyn Display, ids: &str| {
            Match::Several(format!(
                "several {}s in the book{ids} are '{which}': say by its id which one is meant",
                P::NOUN
            ))
        };
        if let Some(which) = P::reference(values) {
            let candidates = P::candidates(self.tx, &which)?;
            return Ok(match candidates.as_slice() {
                [] => Match::None,
                [id] => P::load(self.tx, *id)?.map_or(Match::None, Match::One),
                [one, two, ..] => several(&which, &format!(", {one} and {two} among them,")),
            });
        }
        let Some(name) = P::bare_name(values) else {
            return Ok(Match::None);
        };
        let names = match &self.names {
            Some(names) => names,
            None => self.names.insert(BareNames::of(self.tx)?),
        };
        Ok(match names.find(self.tx, name.as_str())? {
            Meant::Nobody => Match::None,
            Meant::One(party) => Match::One(party),
            Meant::Several => several(name, ""),
        })
    }

    /// Keeps what was decided.
    fn keep(
        &mut self,
        span: Span,
        id: Option<P::Id>,
        other: &str,
        verdict: Verdict<P>,
    ) -> anyhow::Result<()> {
        let spans = [Some(span), None];
        let (fate, new) = match verdict {
            Verdict::New(new) => (Fate::New, Some(new)),
            Verdict::Changed(party) => (Fate::Changed, Some(party.as_new())),
            Verdict::Unchanged => (Fate::Unchanged, None),
            Verdict::Skipped => (Fate::Skipped, None),
            Verdict::Refused(problems) => {
                self.refusals.add(spans, &problems)?;
                (Fate::Refused, None)
            }
            Verdict::Conflict(problem) => {
                self.refusals.add(spans, &[problem])?;
                self.refusals.problems.is_conflict();
                (Fate::Refused, None)
            }
        };
        *self.tally.count(fate) += 1;
        self.packer.clear();
        fate.pack(&mut self.packer);
        Span::pack(Some(span), &mut self.packer);
        let id = id.map_or(0, P::number);
        self.packer.signed(id);
        self.packer.text(other);
        if let Some(new) = new {
            P::pack(&new, &mut self.packer);
        }
        let place = self.records.push(&self.packer.0)?;
        if id > 0 {
            self.keys
                .add(keys::hash(ID_KEY, &id.to_le_bytes()), place)?;
        }
        if !other.is_empty() {
            self.keys
                .add(keys::hash(OTHER_KEY, other.as_bytes()), place)?;
        }
        Ok(())
    }

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

/// What a row may be known by if it has no id, as a text; empty where there is nothing.
fn other_key<P: Tabular>(values: &P::Values) -> String {
    match (P::reference(values), P::bare_name(values)) {
        // E-mail addresses are compared without regard to ASCII case; exact names are not.
        (Some(which), Some(_)) => which.to_string().to_ascii_lowercase(),
        (Some(which), None) => which.to_string(),
        (None, Some(name)) => name.to_string(),
        (None, None) => String::new(),
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
