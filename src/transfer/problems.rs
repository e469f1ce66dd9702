//! Everything that is wrong with the rows of an import, told at once.

use super::ImportError;
use crate::app::AppError;
use crate::domain::{Refusal, ValueError};
use crate::storage::StorageError;
use std::fmt::{Display, Write as _};

/// How many problems are told in full. The rest is only counted, so that memory stays flat whatever the file holds.
const TOLD: usize = 20;

/// A place in a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The file's name.
    pub file: &'a str,
    /// The line, from 1, on which the row begins.
    pub line: u64,
    /// The column's name; `None` for the row as a whole.
    pub column: Option<&'a str>,
}

/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    told: Vec<String>,
    count: u64,
}

impl Problems {
    /// Adds a problem.
    pub fn add(&mut self, place: Place<'_>, message: impl Display) {
        self.count += 1;
        if self.told.len() == TOLD {
            return;
        }
        let Place { file, line, column } = place;
        self.told.push(match column {
            Some(column) => format!("{file}:{line}: {column}: {message}"),
            None => format!("{file}:{line}: {message}"),
        });
    }

    /// Adds an error that is about what the row says, and passes any other one on: those end the import.
    pub fn absorb(&mut self, place: Place<'_>, error: anyhow::Error) -> anyhow::Result<()> {
        let about_the_row = error.is::<ValueError>()
            || error.is::<Refusal>()
            || error.is::<AppError>()
            || matches!(
                error.downcast_ref(),
                Some(
                    StorageError::DuplicateId { .. }
                        | StorageError::DuplicateReference { .. }
                        | StorageError::DuplicateNumber { .. }
                )
            );
        if !about_the_row {
            return Err(error);
        }
        self.add(place, error);
        Ok(())
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// An error that tells them, if there are any.
    pub fn reject(&self) -> Result<(), ImportError> {
        if self.is_empty() {
            return Ok(());
        }
        let plural = if self.count == 1 { "" } else { "s" };
        let mut text = format!("nothing was imported: {} problem{plural}", self.count);
        for problem in &self.told {
            text.push('\n');
            text.push_str(problem);
        }
        let more = self.count - self.told.len() as u64;
        if more > 0 {
            // Writing to a String cannot fail.
            let _ = write!(text, "\nand {more} more");
        }
        Err(ImportError::Rejected(text))
    }
}
