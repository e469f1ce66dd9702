//! A row of a file, and where rows stand.

use super::spool::{Packer, Unpacker};
use csv::{Position, StringRecord};

/// A row and where it is.
#[derive(Debug)]
pub(super) struct Row {
    /// Its cells; of a broken row what can be made of them.
    pub cells: StringRecord,
    /// The line it begins on, from 1.
    pub line: u64,
    /// What is wrong with its form: then nothing in it can be relied on.
    pub fault: Option<Fault>,
    pub(super) start: Position,
    pub(super) end: u64,
}

/// Why a row cannot be read.
#[derive(Debug)]
pub(super) struct Fault {
    /// The column concerned, where it is one.
    pub column: Option<String>,
    /// What is wrong with it.
    pub message: String,
}

/// Where some rows stand in their file, blank lines before them included.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Span {
    /// The first byte.
    pub start: u64,
    /// The byte behind the last.
    pub end: u64,
    /// The line of the first row.
    pub line: u64,
}

impl Span {
    /// Puts one into a record that waits, or that there is none.
    pub fn pack(span: Option<Self>, packer: &mut Packer) {
        let Self { start, end, line } = span.unwrap_or_default();
        for value in [start, end, line] {
            packer.number(value);
        }
    }

    /// Takes it out again.
    pub fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<Option<Self>> {
        let (start, end, line) = (unpacker.number()?, unpacker.number()?, unpacker.number()?);
        Ok((line > 0).then_some(Self { start, end, line }))
    }
}

impl Default for Row {
    fn default() -> Self {
        Self {
            cells: StringRecord::new(),
            line: 0,
            fault: None,
            start: Position::new(),
            end: 0,
        }
    }
}

impl Row {
    /// Where to [`Table::seek`] to read it again.
    pub fn start(&self) -> &Position {
        &self.start
    }

    /// Whether a cell holds a line break.
    pub fn runs_over_lines(&self) -> bool {
        self.cells.as_slice().contains('\n')
    }

    /// Whether a cell holds what stands between cells or rows, as it does where a quote in the wrong place runs them together.
    pub fn runs_together(&self, delimiter: u8) -> bool {
        let between = ['\n', char::from(delimiter)];
        self.cells.as_slice().contains(between)
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        Span {
            start: self.start.byte(),
            end: self.end,
            line: self.line,
        }
    }
}
