//! What can only be said once all of the file is known: rows of one bill that stand apart, and gaps between numbers.

use super::missing::Missing;
use super::planner::{Planner, Year};
use super::record::{Head, Key, RecordUnpacker};
use crate::domain::BillingYear;
use crate::transfer::ImportError;
use crate::transfer::plan::Fate;
use crate::transfer::problems::Problem;
use crate::transfer::refusals::Refusals;
use crate::transfer::spool::{SpoolReader, Unpacker};
use crate::transfer::{keys::Keys, problems::Side};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A plan in which everything is decided.
pub(super) struct Settled {
    pub years: BTreeMap<Option<BillingYear>, Year>,
    pub missing: Missing,
    pub refusals: Refusals,
    /// What becomes of each bill.
    pub records: SpoolReader,
    /// The places of records that are refused after all.
    pub dropped: BTreeSet<u64>,
}

/// Where another record of the same key stands.
type Twins = BTreeMap<u64, (Side, u64)>;

impl Planner<'_> {
    /// Decides what is left to decide. Nothing was imported yet; an error says why nothing will be.
    pub fn settle(self) -> anyhow::Result<Settled> {
        let mut settled = Settled {
            years: self.years,
            missing: self.missing,
            refusals: self.refusals,
            records: self.records.finish()?,
            dropped: BTreeSet::new(),
        };
        let joined = self.import.items.is_some();
        let twins = twins(self.keys, &mut settled.records, joined)?;
        let series = || {
            settled
                .years
                .values()
                .filter_map(|year| year.series.as_ref())
        };
        if !twins.is_empty() || series().any(super::numbers::Series::has_doubled) {
            settled.refuse(|head, place, year| apart(head, twins.get(&place), year, joined))?;
        }
        Ok(settled)
    }
}

/// The bits of a place below those of its year.
const PLACE_BITS: u32 = 48;

/// A record's place and its year in one number, so that references that begin anew each year need no second look.
pub(super) fn with_year(place: u64, year: Option<BillingYear>) -> u64 {
    debug_assert!(place < 1 << PLACE_BITS);
    place | u64::from(year.map_or(0, BillingYear::get)) << PLACE_BITS
}

/// The records of one key, looked at in order of their years.
#[derive(Default)]
struct Seen {
    last: Option<(Option<BillingYear>, u64, (Side, u64))>,
    /// The first of those whose year is not known.
    of_no_year: Option<(Option<BillingYear>, u64, (Side, u64))>,
}

/// The records whose key comes more than once. A hash that comes twice is only the reason to look at the keys.
///
/// A reference is a bill's own within its year. Of a record whose year cannot be read it may be any year's; and where two files
/// are joined by references (`joined`), it must be the only one of them all.
fn twins(keys: Keys, records: &mut SpoolReader, joined: bool) -> anyhow::Result<Twins> {
    let mut twins = Twins::new();
    let mut record = Vec::new();
    keys.duplicates(|places| {
        // In order of years, those without one first.
        let year = |place: u64| place >> PLACE_BITS;
        let apart = |pair: &[u64]| year(pair[0]) != year(pair[1]);
        if !joined && year(places[0]) > 0 && places.windows(2).all(apart) {
            return Ok(());
        }
        let mut seen: HashMap<Key, Seen> = HashMap::new();
        for &place in places {
            let place = place & ((1 << PLACE_BITS) - 1);
            records.at(place, &mut record)?;
            let head = Head::unpack(&mut Unpacker(&record))?;
            let at = head.place();
            for (key, year) in head.keys() {
                let seen = seen.entry(key).or_default();
                let same_year = seen.last.filter(|(other, _, _)| joined || *other == year);
                let twin = same_year
                    .or(seen.of_no_year)
                    .filter(|(_, other, _)| *other != place);
                if let Some((_, other_place, other_at)) = twin {
                    twins.insert(place, other_at);
                    twins.entry(other_place).or_insert(at);
                }
                let this = Some((year, place, at));
                seen.last = this;
                seen.of_no_year = seen.of_no_year.or(this.filter(|_| year.is_none()));
            }
        }
        Ok(())
    })?;
    Ok(twins)
}

/// Why a bill is refused whose key or number stands elsewhere in the file too.
fn apart(
    head: &Head,
    twin: Option<&(Side, u64)>,
    year: Option<&Year>,
    joined: bool,
) -> Option<String> {
    let (key, rule) = match (&head.key, twin) {
        (Some(Key::Reference(text)), Some(_)) => {
            let of_a_year = if joined { "" } else { " of a year" };
            (
                format!("'{text}'"),
                format!("no two bills{of_a_year} have the same reference"),
            )
        }
        (Some(Key::Number(number)), Some(_)) => (
            format!("bill {number}"),
            "no two bills have the same number".to_owned(),
        ),
        _ => {
            let number = head.number.filter(|_| head.fate == Fate::New)?;
            let series = year?.series.as_ref()?;
            return series.is_doubled(number).then(|| {
                format!("several bills of this import have the number {number}: no two bills have the same number")
            });
        }
    };
    let (side, line) = *twin?;
    let file = if side == head.place().0 {
        ""
    } else {
        side.of_the_file()
    };
    Some(format!(
        "{key} stands on line {line}{file} as well: rows of a bill must follow each other, and {rule}"
    ))
}

impl Settled {
    /// Refuses those of the bills that are not refused yet and for which there is a reason.
    fn refuse(
        &mut self,
        reason: impl Fn(&Head, u64, Option<&Year>) -> Option<String>,
    ) -> anyhow::Result<()> {
        let (mut unpacker, mut record) = (RecordUnpacker::default(), Vec::new());
        self.records.rewind()?;
        while let Some(place) = self.records.next(&mut record)? {
            let (head, bills) = unpacker.unpack(&record)?;
            if head.fate == Fate::Refused || self.dropped.contains(&place) {
                continue;
            }
            let Some(message) = reason(&head, place, self.years.get(&head.year)) else {
                continue;
            };
            let (side, line) = head.place();
            let problem = Problem {
                side,
                line,
                column: None,
                message,
            };
            self.refusals.add(head.spans, &problem.into())?;
            if let Some(bill) = bills.last() {
                bill.discount(&mut self.missing);
            }
            if let Some(year) = self.years.get_mut(&head.year) {
                year.tally.refuse(head.fate, head.items, head.total);
                if head.fate == Fate::New
                    && let Some(series) = &mut year.series
                {
                    series.remove(head.number);
                }
            }
            self.dropped.insert(place);
        }
        Ok(())
    }

    /// Sees to it that no year's numbers have a gap. Where refused bills go into a file, those that would come behind a gap go
    /// with them; otherwise nothing is imported.
    pub fn close_gaps(&mut self) -> anyhow::Result<()> {
        let gaps: BTreeMap<Option<BillingYear>, (u32, String)> = self
            .years
            .iter()
            .filter_map(|(key, year)| Some((*key, year.series.as_ref()?.gap()?)))
            .collect();
        if gaps.is_empty() {
            return Ok(());
        }
        if !self.refusals.are_kept() {
            self.refusals.problems.reject()?;
            let gaps: Vec<&str> = gaps.values().map(|(_, text)| text.as_str()).collect();
            let text = format!(
                "nothing was imported: a year's numbers have no gaps, and {}; import the bills between as well, or number \
                 all anew with --renumber",
                gaps.join(", and ")
            );
            return Err(ImportError::Refused(text).into());
        }
        self.refuse(|head, _, _| {
            let (end, text) = gaps.get(&head.year)?;
            let number = head.number.filter(|_| head.fate == Fate::New)?;
            (number.sequence() > *end).then(|| {
                format!("it would leave a gap: a year's numbers have none, and {text}; import the bills between as well")
            })
        })
    }
}
