//! Writing CSV to its end, some rows at a time.

use super::rows::Rows;
use std::io::{self, Write};

/// How many bytes may wait before they are written.
const BUFFER: usize = 1 << 16;

/// A CSV file being written.
pub struct Sheet<'o> {
    rows: Rows,
    out: &'o mut dyn Write,
}

impl<'o> Sheet<'o> {
    /// Begins with the header. Texts are guarded from spreadsheets unless they are to be `raw`.
    pub fn new<'c>(
        out: &'o mut dyn Write,
        header: impl IntoIterator<Item = &'c (impl AsRef<str> + ?Sized + 'c)>,
        raw: bool,
    ) -> io::Result<Self> {
        let rows = Rows::new(raw);
        let mut sheet = Self { rows, out };
        sheet.row(header)?;
        Ok(sheet)
    }

    /// Writes a row of cells as they are.
    pub fn row<'c>(
        &mut self,
        cells: impl IntoIterator<Item = &'c (impl AsRef<str> + ?Sized + 'c)>,
    ) -> io::Result<()> {
        self.write(|rows| {
            for cell in cells {
                rows.cell(cell.as_ref());
            }
            rows.end();
        })
    }

    /// Writes whole rows.
    pub fn write(&mut self, write: impl FnOnce(&mut Rows)) -> io::Result<()> {
        write(&mut self.rows);
        if self.rows.bytes().len() < BUFFER {
            return Ok(());
        }
        self.drain()
    }

    /// Writes what still waits.
    pub fn finish(mut self) -> io::Result<()> {
        self.drain()?;
        self.out.flush()
    }

    fn drain(&mut self) -> io::Result<()> {
        let written = self.out.write_all(self.rows.bytes());
        self.rows.clear();
        written
    }
}

/// Where something else ends the work, the rows before it are there.
impl Drop for Sheet<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // Whatever ended the work is what is told.
            let _ = self.drain();
        }
    }
}
