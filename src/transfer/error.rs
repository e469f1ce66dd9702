//! Why an import or an export did not take place.

use crate::domain::BillNumber;
use thiserror::Error;

/// An import that changed nothing, with everything that was wrong.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ImportError {
    /// Rows that are not what they should be: each with file, line and column; the first 20, then a count.
    #[error("{0}")]
    Rejected(String),
    /// The rows are good, but a rule about all of them forbids the import.
    #[error("{0}")]
    Refused(String),
}

impl ImportError {
    /// The same, with what was found out about the files: it may be what is wrong.
    pub(super) fn noting(self, guesses: &[String]) -> Self {
        let with = |text: String| {
            std::iter::once(&text)
                .chain(guesses)
                .cloned()
                .collect::<Vec<_>>()
                .join("\n")
        };
        match self {
            Self::Rejected(text) => Self::Rejected(with(text)),
            Self::Refused(text) => Self::Refused(with(text)),
        }
    }
}

/// An export that wrote nothing.
#[derive(Debug, Error)]
pub enum ExportError {
    /// Items in a file of their own are joined to their bills by reference.
    #[error(
        "bill {number} has no reference, by which items in a file of their own are joined to it: export bills and items \
         as one file, without --items"
    )]
    NoReference {
        /// The first such bill.
        number: BillNumber,
    },
}
