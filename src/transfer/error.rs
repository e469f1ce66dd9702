//! Why an import did not take place.

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
