//! What an import will do or has done, counted.

use super::ImportError;
use super::bytes::shown_delimiter;
use super::spool::{Packer, Unpacker};
use super::table::{ReadOptions, Table};
use crate::domain::{BillingYear, Currency, FieldChange, Money};
use crate::storage::Scope;
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What becomes of a record that the book has already and that the file tells otherwise. One that is the same stays as it
/// is in any case.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum OnExisting {
    /// It is refused, and what differs is told.
    #[default]
    Refuse,
    /// It is changed to what the file says. A field that the file has no column for stays as it is.
    Update,
    /// It stays as it is.
    Skip,
}

/// How an import goes about it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ImportMode {
    /// What becomes of records that the book has already.
    pub on_existing: OnExisting,
    /// Only find out what it would do.
    pub dry_run: bool,
    /// Where records go that cannot be imported, whole and as they stand, while the others are; without it, it is all or
    /// none.
    pub rejects: Option<PathBuf>,
}

impl ImportMode {
    /// What the transaction is for: a dry run writes nothing, and keeps nobody from writing.
    pub(super) fn scope(&self) -> Scope {
        if self.dry_run {
            Scope::Rehearse
        } else {
            Scope::write_book()
        }
    }
}

/// What becomes of records of one kind.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Those that the book did not have.
    pub new: u64,
    /// Those that differ from the book's, and change it.
    pub changed: u64,
    /// Those that are in the book already, the same.
    pub unchanged: u64,
    /// Those that differ from the book's, and are passed over.
    pub skipped: u64,
    /// Those that cannot be imported.
    pub refused: u64,
}

/// What becomes of one record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// The book did not have it.
    New,
    /// It differs from the book's, and changes it.
    Changed,
    /// It is in the book already, the same.
    Unchanged,
    /// It differs from the book's, and is passed over.
    Skipped,
    /// It cannot be imported.
    Refused,
}

impl Fate {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 5] = [
        Self::New,
        Self::Changed,
        Self::Unchanged,
        Self::Skipped,
        Self::Refused,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Refused => "refused",
        }
    }

    pub(super) fn pack(self, packer: &mut Packer) {
        packer.byte(self as u8);
    }

    pub(super) fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<Self> {
        let fate = Self::ALL.get(usize::from(unpacker.byte()?));
        fate.copied()
            .context("a temporary file holds an unknown fate")
    }

    /// Whether the record is written.
    pub fn is_written(self) -> bool {
        matches!(self, Self::New | Self::Changed)
    }
}

impl Tally {
    /// How many have that fate.
    pub fn of(&self, fate: Fate) -> u64 {
        match fate {
            Fate::New => self.new,
            Fate::Changed => self.changed,
            Fate::Unchanged => self.unchanged,
            Fate::Skipped => self.skipped,
            Fate::Refused => self.refused,
        }
    }

    /// How many are written.
    pub fn written(&self) -> u64 {
        self.new + self.changed
    }

    pub(super) fn count(&mut self, fate: Fate) -> &mut u64 {
        match fate {
            Fate::New => &mut self.new,
            Fate::Changed => &mut self.changed,
            Fate::Unchanged => &mut self.unchanged,
            Fate::Skipped => &mut self.skipped,
            Fate::Refused => &mut self.refused,
        }
    }
}

/// What becomes of bills.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct BillTally {
    /// How many.
    pub bills: Tally,
    /// How many items are on those that are written.
    pub items: u64,
    /// What those that are written add up to. Beyond the range of one amount the sum is shown as the largest, rather than not
    /// at all.
    pub total: Money,
}

impl BillTally {
    /// One more bill of that fate.
    pub(super) fn add(&mut self, fate: Fate, items: u64, total: Money) {
        *self.bills.count(fate) += 1;
        if fate.is_written() {
            self.items += items;
            self.total = self.total.plus(total).unwrap_or(Money::MAX);
        }
    }

    /// A bill that was taken for one of that fate is refused after all.
    pub(super) fn refuse(&mut self, fate: Fate, items: u64, total: Money) {
        *self.bills.count(fate) -= 1;
        self.bills.refused += 1;
        if fate.is_written() {
            self.items -= items;
            let rest = self.total.ten_thousandths() - total.ten_thousandths();
            self.total = Money::from_ten_thousandths(rest).unwrap_or(Money::MAX);
        }
    }

    fn with(mut self, other: &Self) -> Self {
        for fate in Fate::ALL {
            *self.bills.count(fate) += other.bills.of(fate);
        }
        self.items += other.items;
        self.total = self.total.plus(other.total).unwrap_or(Money::MAX);
        self
    }
}

/// What an import of bills will do or has done.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BillPlan {
    /// By year; `None` stands for bills of which not even the year can be read.
    pub years: BTreeMap<Option<BillingYear>, BillTally>,
    /// Customers that are made because bills mention them.
    pub new_customers: u64,
    /// Products that are made because bills mention them.
    pub new_products: u64,
    /// The currency of the totals.
    pub currency: Currency,
    /// What else there is to say.
    pub remarks: Remarks,
}

impl BillPlan {
    /// All years together.
    pub fn totals(&self) -> BillTally {
        self.years
            .values()
            .fold(BillTally::default(), BillTally::with)
    }
}

/// What an import of customers or products will do or has done.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PartyPlan {
    /// How many.
    pub tally: Tally,
    /// What else there is to say.
    pub remarks: Remarks,
}

/// What an import has to say apart from its figures.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Remarks {
    /// Columns that no field was filled from, where a mapping lets there be such.
    pub ignored_columns: Vec<String>,
    /// What was found out about the files, each a sentence: what stands between their columns.
    pub guesses: Vec<String>,
    /// What is wrong, where there are rejects: a text of several lines.
    pub rejected: Option<String>,
    /// The files that hold the rejects.
    pub rejects: Vec<PathBuf>,
    /// Why nothing was imported. Only a dry run returns its plan all the same.
    pub refusal: Option<ImportError>,
}

impl Remarks {
    /// Takes in what there is to say of an open file.
    pub(super) fn see(&mut self, table: &Table, options: &ReadOptions) {
        for name in &table.columns.ignored {
            if !self.ignored_columns.contains(name) {
                self.ignored_columns.push(name.clone());
            }
        }
        if options.delimiter.is_none() && table.delimiter != b',' {
            let shown = shown_delimiter(table.delimiter);
            self.guesses
                .push(format!("{} is separated by {shown}", table.name));
        }
    }
}

/// What differs, as messages tell it: `status: paid in the book, pending here`.
pub(super) fn shown(changes: &[FieldChange]) -> String {
    /// How many are told in full.
    const TOLD: usize = 5;
    let said = |text: &str| {
        if text.is_empty() {
            "nothing".to_owned()
        } else {
            text.to_owned()
        }
    };
    let mut told: Vec<String> = changes
        .iter()
        .take(TOLD)
        .map(|FieldChange { field, old, new }| {
            format!("{field} is {} there and {} here", said(old), said(new))
        })
        .collect();
    if changes.len() > TOLD {
        told.push(format!("and {} more", changes.len() - TOLD));
    }
    told.join(", ")
}
