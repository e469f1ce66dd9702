//! What becomes of each row.

use super::names::{BareNames, Meant};
use super::settle;
use super::{Draft, Tabular};
use crate::domain::Currency;
use crate::storage::Tx;
use crate::transfer::keys::{self, Keys};
use crate::transfer::layout::Fields;
use crate::transfer::plan::{Fate, OnExisting, Tally, shown};
use crate::transfer::problems::{Flaws, Problem, Side};
use crate::transfer::refusals::Refusals;
use crate::transfer::row::Span;
use crate::transfer::spool::{Packer, Spool};
use anyhow::Context as _;
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
    pub tally: Tally,
    /// How many of the new ones get their id from the book.
    pub automatic: u64,
    pub refusals: Refusals,
    /// What becomes of each row, in the order of the file.
    pub records: Spool,
    /// Where each key's records are.
    pub keys: Keys,
    packer: Packer,
}

enum Verdict<P: Tabular> {
    New(P::New),
    Changed(P),
    Unchanged,
    Skipped,
    Refused(Flaws),
    Conflict(Flaws),
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
            automatic: 0,
            refusals,
            records: Spool::new(),
            keys: Keys::default(),
            packer: Packer::default(),
        })
    }

    /// Decides what becomes of some rows.
    pub fn consume(&mut self, drafts: Vec<Draft<P>>) -> anyhow::Result<()> {
        let ids: Vec<P::Id> = drafts
            .iter()
            .filter_map(|draft| P::given_id(&draft.values))
            .filter(|_| !self.is_empty)
            .collect();
        let mut by_id = P::load_many(self.tx, &ids)?.into_iter();
        for draft in drafts {
            let id = P::given_id(&draft.values);
            // In the order in which they were asked for: one for each row that gives an id.
            let of_id = id.and_then(|_| by_id.next()).flatten();
            let other = P::other_key(&draft.values);
            let span = draft.span;
            let (stored, verdict) = self.decide(draft, of_id)?;
            self.keep(span, (id, stored), &other, verdict)?;
        }
        Ok(())
    }

    fn decide(
        &mut self,
        draft: Draft<P>,
        of_id: Option<P>,
    ) -> anyhow::Result<(Option<P::Id>, Verdict<P>)> {
        let Draft {
            span,
            values,
            problems,
        } = draft;
        if !problems.is_empty() {
            return Ok((None, Verdict::Refused(problems)));
        }
        let object = |column, message| Problem {
            side: Side::Main,
            line: span.line,
            column,
            message,
        };
        let stored = match self.find(&values, of_id)? {
            Match::One(stored) => stored,
            Match::Several(message) => {
                return Ok((None, Verdict::Refused(object(None, message).into())));
            }
            Match::None => {
                let lacking = P::NEEDED.iter().find(|field| !self.fields.has(**field));
                if let Some(field) = lacking {
                    let problem = Problem {
                        line: 1,
                        ..object(None, self.fields.lacks(*field))
                    };
                    return Ok((None, Verdict::Refused(problem.into())));
                }
                // What a new one must have was read, or its absence is a problem by now.
                let new = P::new(values).context("a row that lacks what it must have")?;
                return Ok((None, Verdict::New(new)));
            }
        };
        let new = stored.with(values);
        let changes = stored.differences(&new, self.currency);
        let verdict = match self.on_existing {
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
                Verdict::Conflict(object(None, message).into())
            }
        };
        Ok((Some(stored.id()), verdict))
    }

    /// The record that a row means: by its id, else by e-mail address or exact name, where just one has it.
    fn find(&mut self, values: &P::Values, of_id: Option<P>) -> anyhow::Result<Match<P>> {
        if self.is_empty {
            return Ok(Match::None);
        }
        if P::given_id(values).is_some() {
            return Ok(of_id.map_or(Match::None, Match::One));
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
        (id, stored): (Option<P::Id>, Option<P::Id>),
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
                self.refusals.add(spans, &problem)?;
                self.refusals.problems.is_conflict();
                (Fate::Refused, None)
            }
        };
        *self.tally.count(fate) += 1;
        self.automatic += u64::from(fate == Fate::New && id.is_none());
        self.packer.clear();
        fate.pack(&mut self.packer);
        Span::pack(Some(span), &mut self.packer);
        let (id, stored) = (id.map_or(0, P::number), stored.map_or(0, P::number));
        self.packer.signed(id);
        self.packer.signed(stored);
        self.packer.text(other);
        if let Some(new) = new {
            P::pack(&new, &mut self.packer);
        }
        let place = self.records.push(&self.packer.0)?;
        let own = if id > 0 { id } else { stored };
        if own > 0 {
            self.keys
                .add(keys::hash(ID_KEY, &own.to_le_bytes()), place)?;
        }
        if !other.is_empty() {
            let place = settle::with_id(place, id > 0);
            self.keys
                .add(keys::hash(OTHER_KEY, other.as_bytes()), place)?;
        }
        Ok(())
    }
}
