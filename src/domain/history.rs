//! What happened to a bill after it was created.

use super::{Note, ValueError};
use chrono::{DateTime, Utc};
use std::fmt;
use std::str::FromStr;

/// A deed that a bill's history records. Creation is not one: the bill itself is its record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// Customer, date, reference or items changed.
    Edit,
    /// It was settled.
    Pay,
    /// It was voided.
    Cancel,
    /// Its payment was taken back.
    Reopen,
}

impl Action {
    const ALL: [Self; 4] = [Self::Edit, Self::Pay, Self::Cancel, Self::Reopen];

    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Pay => "pay",
            Self::Cancel => "cancel",
            Self::Reopen => "reopen",
        }
    }
}

impl FromStr for Action {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let found = Self::ALL.into_iter().find(|action| action.as_str() == text);
        found.ok_or_else(|| ValueError(format!("'{text}' is not an action")))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One field's change; an empty text stands for nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FieldChange {
    /// Which field: `status`, `date`, `customer`, `reference`, `item 2`, `total`.
    pub field: String,
    /// What it was.
    pub old: String,
    /// What it became.
    pub new: String,
}

impl FieldChange {
    pub(super) fn new(field: &str, old: &str, new: &str) -> Self {
        Self {
            field: field.to_owned(),
            old: old.to_owned(),
            new: new.to_owned(),
        }
    }
}

/// One entry of a bill's history.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HistoryEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who: the operating system's user, or whom `--actor` named.
    pub actor: Note,
    /// What was done.
    pub action: Action,
    /// What changed by it.
    pub changes: Vec<FieldChange>,
    /// Why; empty when nobody said.
    pub reason: Note,
}
