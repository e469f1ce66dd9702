//! What becomes of each bill: compared with the book, checked, and kept until all of the file is known.

use super::BillImport;
use super::draft::Draft;
use super::layout::field;
use super::missing::Missing;
use super::numbers::Series;
use super::record::{Head, Key, RecordPacker};
use super::settle;
use crate::app::lookup::Lookup;
use crate::domain::{Bill, BillNumber, BilledProduct, BillingYear, Currency, Money, ProductId};
use crate::storage::{BillHead, BillKey, Tx};
use crate::transfer::keys::Keys;
use crate::transfer::layout::Fields;
use crate::transfer::plan::{BillTally, Fate};
use crate::transfer::problems::{Flaws, Problem, Side};
use crate::transfer::refusals::{Refusals, place_of};
use crate::transfer::spool::Spool;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What is decided of a bill.
pub(super) enum Verdict {
    /// The book does not have it.
    New(Bill),
    /// It is in the book, and is brought from the one state to the other.
    Changed(Box<[Bill; 2]>),
    /// It is in the book, the same.
    Unchanged,
    /// It is in the book, differs, and is passed over.
    Skipped,
    /// It cannot be imported.
    Refused(Flaws),
    /// It is in the book and differs, and a rule forbids to change it.
    Conflict(Flaws),
}

impl Verdict {
    fn fate(&self) -> Fate {
        match self {
            Self::New(_) => Fate::New,
            Self::Changed(_) => Fate::Changed,
            Self::Unchanged => Fate::Unchanged,
            Self::Skipped => Fate::Skipped,
            Self::Refused(_) | Self::Conflict(_) => Fate::Refused,
        }
    }
}

/// One year of the plan.
#[derive(Default)]
pub(super) struct Year {
    pub tally: BillTally,
    /// The series, once a new bill is planned.
    pub series: Option<Series>,
    /// The products as the year's bills last had them: see [`super::existing`].
    pub billed: HashMap<ProductId, Arc<BilledProduct>>,
}

/// Decides what becomes of bills, in the order of the file.
pub(super) struct Planner<'a> {
    pub tx: &'a mut dyn Tx,
    pub import: &'a BillImport,
    /// The fields of the bills' file and of the items', which may be the same.
    pub fields: [Fields; 2],
    pub currency: Currency,
    pub lookup: Lookup,
    pub missing: Missing,
    /// `None` stands for bills of which not even the year can be read.
    pub years: BTreeMap<Option<BillingYear>, Year>,
    pub refusals: Refusals,
    /// What becomes of each bill, in the order of the file.
    pub records: Spool,
    /// Where each key's records are.
    pub keys: Keys,
    /// Whether customers and products that the book lacks may be made for the bill at hand.
    pub may_make: bool,
    /// Room for checksums.
    pub scratch: Vec<u8>,
    known_years: BTreeSet<BillingYear>,
    /// In which order the years were gone through last.
    backwards: bool,
    /// Whether the numbers are the file's first column.
    number_is_first: bool,
    packer: RecordPacker,
}

impl<'a> Planner<'a> {
    /// A planner for one import.
    pub fn new(
        tx: &'a mut dyn Tx,
        import: &'a BillImport,
        fields: [Fields; 2],
        refusals: Refusals,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            currency: tx.info()?.currency,
            known_years: tx.years()?.into_iter().collect(),
            number_is_first: fields[0].is_first(field::NUMBER),
            tx,
            import,
            fields,
            lookup: Lookup::default(),
            missing: Missing::default(),
            years: BTreeMap::new(),
            refusals,
            records: Spool::new(),
            keys: Keys::default(),
            may_make: import.create_missing,
            backwards: false,
            scratch: Vec::new(),
            packer: RecordPacker::default(),
        })
    }

    /// Decides what becomes of some bills.
    pub fn consume(&mut self, mut drafts: Vec<Draft>) -> anyhow::Result<()> {
        if self.import.renumber {
            drafts.iter_mut().for_each(keep_number_as_reference);
        }
        let heads = self.find(&mut drafts)?;
        for (draft, head) in drafts.into_iter().zip(heads) {
            self.plan(draft, head)?;
        }
        Ok(())
    }

    /// What the book has of each of these bills, year by year.
    fn find(&mut self, drafts: &mut [Draft]) -> anyhow::Result<Vec<Option<BillHead>>> {
        let mut by_year: BTreeMap<BillingYear, (Vec<usize>, Vec<BillKey>)> = BTreeMap::new();
        let mut of_any_year: (Vec<usize>, Vec<BillKey>) = Default::default();
        for (index, draft) in drafts.iter().enumerate() {
            let key = match (&draft.reference, draft.number) {
                _ if !draft.problems.is_empty() => continue,
                (Some(reference), _) => BillKey::Reference(reference.clone()),
                (None, Some(number)) => BillKey::Number(number),
                (None, None) => continue,
            };
            let (places, keys) = match year_of(draft) {
                Some(year) if self.known_years.contains(&year) => by_year.entry(year).or_default(),
                Some(_) => continue,
                None => &mut of_any_year,
            };
            places.push(index);
            keys.push(key);
        }
        let mut heads = Vec::new();
        heads.resize_with(drafts.len(), || None);
        for (year, (places, keys)) in by_year {
            for (index, head) in places.into_iter().zip(self.tx.find_bills(year, &keys)?) {
                heads[index] = head;
            }
        }
        self.find_in_any_year(drafts, &of_any_year, &mut heads)?;
        Ok(heads)
    }

    /// Bills of which neither a date nor a number is given are looked for in every year.
    fn find_in_any_year(
        &mut self,
        drafts: &mut [Draft],
        (places, keys): &(Vec<usize>, Vec<BillKey>),
        heads: &mut [Option<BillHead>],
    ) -> anyhow::Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        // To and fro, for the years at the turn are open still.
        let mut years: Vec<BillingYear> = self.known_years.iter().copied().collect();
        self.backwards = !self.backwards;
        if self.backwards {
            years.reverse();
        }
        for year in years {
            for (&index, head) in places.iter().zip(self.tx.find_bills(year, keys)?) {
                let Some(head) = head else { continue };
                if let Some(other) = &heads[index] {
                    let (one, two) = (other.number.min(head.number), other.number.max(head.number));
                    let message = format!(
                        "bills {one} and {two} both have this reference: say by its date or number which one is meant"
                    );
                    let problem = problem(&drafts[index], None, message);
                    drafts[index].problems.push(problem);
                }
                heads[index] = Some(head);
            }
        }
        Ok(())
    }

    fn plan(&mut self, mut draft: Draft, head: Option<BillHead>) -> anyhow::Result<()> {
        let of_book = head.as_ref().map(|head| head.number.year());
        let year = year_of(&draft).or(of_book);
        let stored = head.as_ref().map(|head| head.number);
        let verdict = if !draft.problems.is_empty() {
            self.check_names(&mut draft)?;
            Verdict::Refused(std::mem::take(&mut draft.problems))
        } else if let Some(line) = draft.tainted {
            // In two files it is the rows of items that are of one bill or another.
            let file = match self.items_side() {
                Side::Main => "",
                items @ Side::Items => items.of_the_file(),
            };
            let message =
                format!("the broken row on line {line}{file} before it may be one of its own");
            Verdict::Refused(problem(&draft, None, message).into())
        } else {
            match head {
                Some(head) => self.existing(&draft, &head)?,
                None => self.new_bill(&draft)?,
            }
        };
        self.keep(&draft, (year, stored), &verdict)
    }

    /// Keeps what was decided.
    fn keep(
        &mut self,
        draft: &Draft,
        (year, stored): (Option<BillingYear>, Option<BillNumber>),
        verdict: &Verdict,
    ) -> anyhow::Result<()> {
        let mut head = Head {
            fate: verdict.fate(),
            year,
            spans: [draft.span, draft.items_span],
            key: key_of(draft),
            // A good row may hold a comma; what a wrong one holds is doubtful.
            suspects: match verdict.fate() {
                Fate::Refused => draft.suspects.clone(),
                _ => Vec::new(),
            },
            stored,
            number: draft.number,
            items: 0,
            total: Money::ZERO,
        };
        let bills: Vec<&Bill> = match verdict {
            Verdict::New(bill) => vec![bill],
            Verdict::Changed(states) => states.iter().collect(),
            Verdict::Refused(problems) => {
                self.refusals.add(head.spans, problems)?;
                Vec::new()
            }
            Verdict::Conflict(problem) => {
                self.refusals.add(head.spans, problem)?;
                self.refusals.problems.is_conflict();
                Vec::new()
            }
            Verdict::Unchanged | Verdict::Skipped => Vec::new(),
        };
        if let Some(bill) = bills.last() {
            head.items = bill.items().len() as u64;
            head.total = bill.total();
            if head.fate == Fate::Changed {
                head.number = Some(bill.number());
            }
            self.missing.customers.count(bill.customer());
            for item in bill.items() {
                self.missing.products.count(item.product());
            }
        }
        let state = self.years.entry(year).or_default();
        state.tally.add(head.fate, head.items, head.total);
        let place = self
            .records
            .push(self.packer.pack(&head, &bills, &self.missing))?;
        let in_year = settle::with_year(place, year);
        if let Some(reference @ Key::Reference(_)) = &head.key {
            self.keys.add(reference.hash(), in_year)?;
        }
        // A number that only goes with a reference is a key of its own where the book's bill has it, or where it is what broken
        // rows are known by. That no two new bills have one is seen to by the series.
        let counts = head.key == head.number.map(Key::Number) || self.number_is_first;
        let number = stored.or(head.number.filter(|_| counts));
        if let Some(number) = number {
            self.keys.add(Key::Number(number).hash(), in_year)?;
        }
        for suspect in &head.suspects {
            self.keys
                .add(suspect.hash(), settle::with_year(place, None))?;
        }
        Ok(())
    }

    /// The file that items are in.
    pub fn items_side(&self) -> Side {
        if self.import.items.is_some() {
            Side::Items
        } else {
            Side::Main
        }
    }

    /// The series of a year's numbers.
    pub fn series(&mut self, year: BillingYear) -> anyhow::Result<&mut Series> {
        let state = self.years.entry(Some(year)).or_default();
        match &mut state.series {
            Some(series) => Ok(series),
            none => {
                let last = self.tx.last_sequence(year)?;
                Ok(none.insert(Series::new(year, last)))
            }
        }
    }
}

/// The year that a bill is in.
fn year_of(draft: &Draft) -> Option<BillingYear> {
    let of_date = draft.date.map(BillingYear::of);
    of_date.or_else(|| draft.number.map(BillNumber::year))
}

fn key_of(draft: &Draft) -> Option<Key> {
    let reference = draft.reference.as_ref();
    reference
        .map(|reference| Key::Reference(reference.as_str().to_owned()))
        .or(draft.number.map(Key::Number))
}

/// A number of another system's series is no longer the bill's, but still what that system calls it.
fn keep_number_as_reference(draft: &mut Draft) {
    if let (None, Some(number)) = (&draft.reference, draft.number) {
        draft.reference = number.to_string().parse().ok();
    }
    draft.number = None;
}

/// A problem of the bill as a whole, at its first row.
pub(super) fn problem(
    draft: &Draft,
    column: Option<String>,
    message: impl Into<String>,
) -> Problem {
    let (side, line) = place_of([draft.span, draft.items_span]);
    Problem {
        side,
        line,
        column,
        message: message.into(),
    }
}
