//! Records that wait in a temporary file, so that memory stays flat however many there are.

use anyhow::Context as _;
use std::io::{BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use tempfile::SpooledTempFile;

/// How many bytes wait in memory before the file is made.
const IN_MEMORY: usize = 8 << 20;
const BUFFER: usize = 256 << 10;

/// A file of records, being written. It has no name and goes away with the process.
#[derive(Debug)]
pub(super) struct Spool {
    file: BufWriter<SpooledTempFile>,
    length: u64,
}

impl Spool {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            file: BufWriter::with_capacity(BUFFER, SpooledTempFile::new(IN_MEMORY)),
            length: 0,
        }
    }

    /// Adds a record and returns its place.
    pub fn push(&mut self, record: &[u8]) -> anyhow::Result<u64> {
        let place = self.length;
        let length = u32::try_from(record.len()).context("a record is too long to be kept")?;
        self.file
            .write_all(&length.to_le_bytes())
            .and_then(|()| self.file.write_all(record))
            .context("cannot write a temporary file (TMPDIR says where)")?;
        self.length += 4 + u64::from(length);
        Ok(place)
    }

    /// The same records, to be read.
    pub fn finish(self) -> anyhow::Result<SpoolReader> {
        let file = self
            .file
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)
            .context("cannot write a temporary file (TMPDIR says where)")?;
        let mut reader = SpoolReader {
            file: BufReader::with_capacity(BUFFER, file),
            length: self.length,
            place: 0,
        };
        reader.rewind()?;
        Ok(reader)
    }
}

/// A file of records, being read.
#[derive(Debug)]
pub(super) struct SpoolReader {
    file: BufReader<SpooledTempFile>,
    length: u64,
    place: u64,
}

impl SpoolReader {
    /// Reads the next record into `record` and returns its place; `None` at the end.
    pub fn next(&mut self, record: &mut Vec<u8>) -> anyhow::Result<Option<u64>> {
        if self.place >= self.length {
            return Ok(None);
        }
        let place = self.place;
        let mut length = [0; 4];
        let unreadable = "cannot read a temporary file";
        self.file.read_exact(&mut length).context(unreadable)?;
        let length = u32::from_le_bytes(length);
        record.resize(length as usize, 0);
        self.file.read_exact(record).context(unreadable)?;
        self.place += 4 + u64::from(length);
        Ok(Some(place))
    }

    /// Reads the record at a place. Reading goes on behind it.
    pub fn at(&mut self, place: u64, record: &mut Vec<u8>) -> anyhow::Result<()> {
        self.seek(place)?;
        // Straight from the file: to fill the buffer for one record would take a hundred times as long.
        let file = self.file.get_mut();
        let mut length = [0; 4];
        let unreadable = "cannot read a temporary file";
        file.read_exact(&mut length).context(unreadable)?;
        let length = u32::from_le_bytes(length);
        record.resize(length as usize, 0);
        file.read_exact(record).context(unreadable)?;
        self.place += 4 + u64::from(length);
        Ok(())
    }

    /// Goes back to the first record.
    pub fn rewind(&mut self) -> anyhow::Result<()> {
        self.seek(0)
    }

    fn seek(&mut self, place: u64) -> anyhow::Result<()> {
        self.file
            .seek(SeekFrom::Start(place))
            .context("cannot read a temporary file")?;
        self.place = place;
        Ok(())
    }

    /// How many bytes there are, and how many of them are behind.
    pub fn progress(&self) -> (u64, u64) {
        (self.length, self.place)
    }
}

/// Puts values into a record.
#[derive(Debug, Default)]
pub(super) struct Packer(pub Vec<u8>);

impl Packer {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn byte(&mut self, value: u8) {
        self.0.push(value);
    }

    pub fn number(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn signed(&mut self, value: i64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// Takes values out of a record again, in the same order. A record that ends too early means that the temporary file was
/// changed by somebody else.
#[derive(Debug)]
pub(super) struct Unpacker<'r>(pub &'r [u8]);

impl<'r> Unpacker<'r> {
    fn take(&mut self, length: usize) -> anyhow::Result<&'r [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .context("a temporary file was changed while it was in use")?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn byte(&mut self) -> anyhow::Result<u8> {
        Ok(self.take(1)?[0])
    }

    pub fn number(&mut self) -> anyhow::Result<u64> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(8)?);
        Ok(u64::from_le_bytes(bytes))
    }

    pub fn signed(&mut self) -> anyhow::Result<i64> {
        Ok(self.number()?.cast_signed())
    }

    pub fn text(&mut self) -> anyhow::Result<&'r str> {
        let length = usize::try_from(self.number()?)?;
        Ok(std::str::from_utf8(self.take(length)?)?)
    }
}
