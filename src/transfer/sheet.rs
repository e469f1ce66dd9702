//! Writing CSV.

use std::io::{self, Write};

/// A CSV file being written.
pub struct Sheet<'o> {
    writer: csv::Writer<&'o mut dyn Write>,
}

impl<'o> Sheet<'o> {
    /// Begins with the header.
    pub fn new<'c>(
        out: &'o mut dyn Write,
        header: impl IntoIterator<Item = &'c (impl AsRef<[u8]> + ?Sized + 'c)>,
    ) -> io::Result<Self> {
        let mut sheet = Self {
            writer: csv::Writer::from_writer(out),
        };
        sheet.row(header)?;
        Ok(sheet)
    }

    /// Writes a row.
    pub fn row<'c>(
        &mut self,
        cells: impl IntoIterator<Item = &'c (impl AsRef<[u8]> + ?Sized + 'c)>,
    ) -> io::Result<()> {
        self.writer
            .write_record(cells)
            .map_err(|error| match error.into_kind() {
                // The system's own error says whether a pipe was closed or a disk is full; the crate's would hide it.
                csv::ErrorKind::Io(error) => error,
                other => io::Error::other(format!("{other:?}")),
            })
    }

    /// Writes what still waits.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
