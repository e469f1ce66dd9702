//! Rows of CSV as bytes: the one place where a cell is written.

use super::guard::guard;
use std::ops::Range;

/// Rows being written. Cells follow each other; a row ends when it is told to.
#[derive(Debug, Default)]
pub struct Rows {
    bytes: Vec<u8>,
    /// Cells of the row that has not ended.
    cells: usize,
    /// Where that row begins.
    start: usize,
    raw: bool,
}

impl Rows {
    /// No rows yet. Texts are guarded from spreadsheets unless they are to be `raw`.
    pub fn new(raw: bool) -> Self {
        Self {
            raw,
            ..Self::default()
        }
    }

    /// What was written since the rows were last taken or cleared. The next go into `buffer`, in place of what it holds.
    ///
    /// # Panics
    /// In the middle of a row.
    pub fn take(&mut self, mut buffer: Vec<u8>) -> Vec<u8> {
        buffer.clear();
        std::mem::swap(&mut self.bytes, &mut buffer);
        assert_eq!(self.cells, 0, "rows are taken when the last has ended");
        self.start = 0;
        buffer
    }

    /// What was written since the rows were last taken or cleared.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets what was written.
    ///
    /// # Panics
    /// In the middle of a row.
    pub fn clear(&mut self) {
        assert_eq!(self.cells, 0, "rows are cleared when the last has ended");
        self.start = 0;
        self.bytes.clear();
    }

    /// A cell of free text.
    pub fn text(&mut self, text: &str) {
        if self.raw {
            self.cell(text);
        } else {
            self.cell(&guard(text));
        }
    }

    /// A cell, with quotes where it would be misread without, as the `csv` package does by default.
    pub fn cell(&mut self, cell: &str) {
        self.separate();
        let cell = cell.as_bytes();
        if !cell.iter().copied().any(needs_quotes) {
            self.bytes.extend_from_slice(cell);
            return;
        }
        self.bytes.push(b'"');
        for &byte in cell {
            if byte == b'"' {
                self.bytes.push(b'"');
            }
            self.bytes.push(byte);
        }
        self.bytes.push(b'"');
    }

    /// A cell that needs no quotes whatever its value is, as numbers and dates do not; `write` adds it to the bytes. Returns
    /// where it is, to be written again with [`Self::same`].
    pub fn plain(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
        self.separate();
        let start = self.bytes.len();
        write(&mut self.bytes);
        debug_assert!(!self.bytes[start..].iter().copied().any(needs_quotes));
        start..self.bytes.len()
    }

    /// A cell as it was written before. Nothing was taken or cleared since.
    pub fn same(&mut self, cell: Range<usize>) {
        self.separate();
        self.bytes.extend_from_within(cell);
    }

    /// The cells of the row so far, to be written [`Self::again`].
    pub fn cells_so_far(&self) -> (Range<usize>, usize) {
        (self.start..self.bytes.len(), self.cells)
    }

    /// Begins a row with the cells with which an earlier one began. Nothing was taken or cleared since.
    pub fn again(&mut self, (bytes, cells): (Range<usize>, usize)) {
        debug_assert_eq!(self.cells, 0, "a row is about to begin");
        self.bytes.extend_from_within(bytes);
        self.cells = cells;
    }

    /// Ends the row.
    pub fn end(&mut self) {
        // A row of one empty cell would be a blank line, which is no row.
        if self.bytes.len() == self.start && self.cells == 1 {
            self.bytes.extend_from_slice(b"\"\"");
        }
        self.bytes.push(b'\n');
        self.start = self.bytes.len();
        self.cells = 0;
    }

    fn separate(&mut self) {
        if self.cells > 0 {
            self.bytes.push(b',');
        }
        self.cells += 1;
    }
}

/// Whether a cell that holds this byte would be misread without quotes.
fn needs_quotes(byte: u8) -> bool {
    matches!(byte, b',' | b'"' | b'\r' | b'\n')
}
