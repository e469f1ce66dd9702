//! Everything that is wrong with the rows of an import, told at once.

use super::ImportError;
use crate::app::AppError;
use crate::domain::{Refusal, ValueError};
use std::fmt::{self, Display, Write as _};

/// How many problems are told in full. The rest is only counted, so that memory stays flat whatever the file holds.
const TOLD: usize = 20;

/// Which of an import's files: the first, or the one of the items.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Side {
    #[default]
    Main,
    Items,
}

impl Side {
    /// Which of two files it is, behind a line.
    pub fn of_the_file(self) -> &'static str {
        match self {
            Self::Main => " of the bills",
            Self::Items => " of the items",
        }
    }
}

/// Something wrong with a row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Problem {
    /// The file it is in.
    pub side: Side,
    /// The line, from 1, on which the row begins.
    pub line: u64,
    /// The column's name; `None` for the row as a whole.
    pub column: Option<String>,
    /// What is wrong, and what to do.
    pub message: String,
}

/// Without the file and line: `email: 'x' is not an e-mail address`.
impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{column}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// What is wrong with one record: the first problems, and how many more there are. A file that is taken for one bill by mistake
/// may have millions.
#[derive(Clone, Debug, Default)]
pub(super) struct Flaws {
    first: Vec<Problem>,
    more: u64,
}

impl Flaws {
    /// How many are kept.
    const KEPT: usize = 100;

    /// One more.
    pub fn push(&mut self, problem: Problem) {
        if self.first.len() < Self::KEPT {
            self.first.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// All of these as well.
    pub fn append(&mut self, others: Self) {
        others.first.into_iter().for_each(|one| self.push(one));
        self.more += others.more;
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.first.len() as u64 + self.more
    }

    /// Those that are kept.
    pub fn first(&self) -> &[Problem] {
        &self.first
    }

    /// Puts those that are kept in the order of the files.
    pub fn sort(&mut self) {
        self.first
            .sort_by_key(|problem| (problem.side == Side::Items, problem.line));
    }
}

impl From<Problem> for Flaws {
    fn from(problem: Problem) -> Self {
        Self {
            first: vec![problem],
            more: 0,
        }
    }
}

/// What messages call the files.
#[derive(Clone, Debug, Default)]
pub(super) struct FileNames {
    pub main: String,
    pub items: String,
}

impl FileNames {
    /// The name of one of them.
    pub fn of(&self, side: Side) -> &str {
        match side {
            Side::Main => &self.main,
            Side::Items => &self.items,
        }
    }
}

/// What an error says that is about a row and not about the import as a whole. Any other is passed on: it ends the import.
pub(super) fn about_the_row(error: anyhow::Error) -> anyhow::Result<String> {
    if error.is::<ValueError>() || error.is::<Refusal>() || error.is::<AppError>() {
        Ok(error.to_string())
    } else {
        Err(error)
    }
}

/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    told: Vec<String>,
    count: u64,
    /// How many of them are records that the book has and that differ from it.
    conflicts: u64,
}

impl Problems {
    /// These.
    pub fn of(names: &FileNames, problems: &[Problem]) -> Self {
        let mut these = Self::default();
        for problem in problems {
            these.add(names, problem);
        }
        these
    }

    /// Adds one. One that was just told already, as of a column that no row has, is not told again.
    pub fn add(&mut self, names: &FileNames, problem: &Problem) {
        if self.told.len() == TOLD {
            self.count += 1;
            return;
        }
        let (file, line) = (names.of(problem.side), problem.line);
        let text = format!("{file}:{line}: {problem}");
        if self.told.last() != Some(&text) {
            self.count += 1;
            self.told.push(text);
        }
    }

    /// Adds what is wrong with a record.
    pub fn add_all(&mut self, names: &FileNames, flaws: &Flaws) {
        for problem in &flaws.first {
            self.add(names, problem);
        }
        self.count += flaws.more;
    }

    /// Says of the problem just added that the row is good, and only differs from what the book has.
    pub fn is_conflict(&mut self) {
        self.conflicts += 1;
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// All of them in one text, the first in full, behind `what` is said of them.
    pub fn text(&self, what: &str) -> String {
        let plural = if self.count == 1 { "" } else { "s" };
        let mut text = format!("{what}: {} problem{plural}", self.count);
        for problem in &self.told {
            text.push('\n');
            text.push_str(problem);
        }
        let more = self.count - self.told.len() as u64;
        if more > 0 {
            // Writing to a String cannot fail.
            let _ = write!(text, "\nand {more} more");
        }
        text
    }

    /// An error that tells them, if there are any. Where all that is wrong is that records differ from those in the book, a
    /// rule refuses them, and not their form.
    pub fn reject(&self) -> Result<(), ImportError> {
        if self.count == 0 {
            return Ok(());
        }
        let text = self.text("nothing was imported");
        Err(if self.conflicts == self.count {
            ImportError::Refused(text)
        } else {
            ImportError::Rejected(text)
        })
    }
}
