//! What passes through a load: a great many bills at once, into any number of years.

use crate::domain::{Bill, BillNumber, BillStatus, BilledCustomer, HistoryEntry, Money, Reference};
use chrono::NaiveDate;
use std::sync::Arc;

/// How much a load will do to one year.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct YearLoad {
    /// How many bills it will add.
    pub new: u64,
    /// How many bills it will change.
    pub changed: u64,
}

impl YearLoad {
    /// Bills written, added or changed.
    pub fn bills(self) -> u64 {
        self.new + self.changed
    }
}

/// One piece of a load.
#[derive(Clone, Debug)]
pub enum Load {
    /// Bills to add. The caller knows that neither their numbers nor their references are taken.
    Insert(Vec<Bill>),
    /// A bill to change.
    Change {
        /// As it is stored.
        old: Bill,
        /// As it will be, under the same number.
        new: Bill,
        /// What goes into its history.
        history: Vec<HistoryEntry>,
    },
}

/// How an import names a bill that may be in the book.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum BillKey {
    /// By the number that another system gave it.
    Reference(Reference),
    /// By its own number.
    Number(BillNumber),
}

/// What a bill's own row says, unverified but for its form.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BillHead {
    /// The number.
    pub number: BillNumber,
    /// The customer as billed.
    pub customer: Arc<BilledCustomer>,
    /// The date of issue.
    pub date: NaiveDate,
    /// Where it is in its life.
    pub status: BillStatus,
    /// The number that another system gave it.
    pub reference: Option<Reference>,
    /// The stored total.
    pub total: Money,
    /// The stored [`checksum`](super::checksum::checksum), of its items, too.
    pub checksum: i64,
}
