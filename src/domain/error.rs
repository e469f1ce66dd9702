//! The three ways a value or a deed can be wrong.

use super::{BillNumber, BillStatus, BillingYear, Money};
use thiserror::Error;

/// A text that is not a value of the kind asked for. Says what was given, what is wrong with it and what would be right.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ValueError(pub(crate) String);

impl ValueError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// A deed that a rule of billing forbids. Each names the rule and the way out.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// A bill is changed only while nothing has been settled about it.
    #[error("bill {number} is {status}, and only a pending bill can be {verb}{way_out}")]
    NotPending {
        /// The bill.
        number: BillNumber,
        /// What it is instead.
        status: BillStatus,
        /// What was to be done with it, as a participle.
        verb: &'static str,
        /// What can be done instead, beginning with its own punctuation.
        way_out: &'static str,
    },
    /// Only a payment can be taken back.
    #[error("bill {number} is {status}, and only a paid bill can be reopened")]
    NotPaid {
        /// The bill.
        number: BillNumber,
        /// What it is instead.
        status: BillStatus,
    },
    /// Reopening leaves a trace that somebody will ask about.
    #[error("reopening a bill needs a reason: add --reason TEXT")]
    ReasonMissing,
    /// A bill's number holds its year, so its date stays within.
    #[error(
        "bill {number} belongs to {year}, and its date can only move within that year: cancel it and create a new bill"
    )]
    OtherYear {
        /// The bill.
        number: BillNumber,
        /// The year of its number.
        year: BillingYear,
    },
    /// A bill bills something.
    #[error("a bill needs at least one item")]
    NoItems,
    /// Line numbers have five digits.
    #[error("a bill holds at most {max} items, and this one would have {given}", max = super::MAX_ITEMS)]
    TooManyItems {
        /// How many there were.
        given: usize,
    },
    /// A credit is not a bill.
    #[error("the items add up to {total}, and a bill's total cannot be below zero")]
    NegativeTotal {
        /// The sum of the lines.
        total: Money,
    },
    /// An amount left the range that is kept exactly.
    #[error("{what} is out of range: amounts go up to {max}", max = Money::MAX)]
    OutOfRange {
        /// Which amount.
        what: &'static str,
    },
    /// An edit names a line that is not there.
    #[error("the bill has no line {line}: it has lines 1 to {last}")]
    NoSuchLine {
        /// The line named.
        line: usize,
        /// The bill's last line.
        last: usize,
    },
    /// An edit says two things about one line.
    #[error("line {line} is named twice: change or remove each line once")]
    LineNamedTwice {
        /// The line named.
        line: usize,
    },
}

/// What is stored does not agree with what is computed from it: the record was damaged, and is not repaired silently.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct Mismatch(pub(crate) String);
