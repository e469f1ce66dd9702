//! Reading the rows of a CSV file, and saying where each is.

use super::bytes::{
    MAX_ROW_BYTES, Metered, builder, ends_with_newline, header_text, is_blank, looks_delimited_by,
    unreadable,
};
use super::columns::{Columns, Layout};
use super::mapping::Mapping;
use super::problems::{Place, Problems};
use super::source::Input;
use anyhow::Context as _;
use csv::{ByteRecord, Position, StringRecord};
use std::io::{Read, Seek, SeekFrom};

/// How to read a file.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// Which foreign columns fill which fields.
    pub mapping: Mapping,
    /// How dates are written, as a `chrono` format; ISO 8601 where nothing is said.
    pub date_format: Option<String>,
    /// What stands between two cells.
    pub delimiter: u8,
    /// Whether texts are taken as they are, the guard of an export included.
    pub raw: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            mapping: Mapping::default(),
            date_format: None,
            delimiter: b',',
            raw: false,
        }
    }
}

/// A row and where it is.
#[derive(Debug)]
pub(super) struct Row {
    /// Its cells.
    pub cells: StringRecord,
    /// The line it begins on, from 1.
    pub line: u64,
    start: Position,
}

impl Default for Row {
    fn default() -> Self {
        Self {
            cells: StringRecord::new(),
            line: 0,
            start: Position::new(),
        }
    }
}

impl Row {
    /// Where to [`Table::seek`] to read it again.
    pub fn start(&self) -> &Position {
        &self.start
    }
}

/// A file of rows under a header.
#[derive(Debug)]
pub(super) struct Table {
    /// What messages call the file.
    pub name: String,
    /// Its header.
    pub columns: Columns,
    /// How many bytes it has.
    pub length: u64,
    reader: csv::Reader<Metered>,
    delimiter: u8,
    ends_with_newline: bool,
    first_row: Position,
}

impl Table {
    /// Reads the header. What is wrong with it is a problem; a file that has none is an error.
    pub fn open(
        input: Input,
        layout: &Layout,
        options: &ReadOptions,
        problems: &mut Problems,
    ) -> anyhow::Result<Self> {
        let Input {
            name,
            mut file,
            length,
        } = input;
        let ends_with_newline =
            ends_with_newline(&mut file, length).with_context(|| format!("cannot read {name}"))?;
        let mut reader = builder(options.delimiter).from_reader(Metered {
            file,
            left: MAX_ROW_BYTES,
        });
        let mut header = ByteRecord::new();
        let mut line = 0;
        while is_blank(&header) {
            let before = reader.position().line();
            reader.get_mut().left = MAX_ROW_BYTES;
            if !reader
                .read_byte_record(&mut header)
                .map_err(|error| unreadable(&name, 1, error))?
            {
                anyhow::bail!("{name} is empty: a header line is missing");
            }
            line = before;
        }
        let header = header_text(&name, line, &header)?;
        let place = Place {
            file: &name,
            line,
            column: None,
        };
        let columns = match looks_delimited_by(&header, options.delimiter) {
            Some(hint) => anyhow::bail!(
                "{name}:{line}: the header is one column, '{}': {hint}",
                &header[0]
            ),
            None => Columns::resolve(header, layout, &options.mapping, place, problems)
                .taking_guards_off(!options.raw),
        };
        let first_row = reader.position().clone();
        Ok(Self {
            name,
            columns,
            length,
            reader,
            delimiter: options.delimiter,
            ends_with_newline,
            first_row,
        })
    }

    /// Reads the next good row and tells whether there was one. Rows on which nothing can be read are problems, and are
    /// passed over, as blank lines are.
    pub fn read(&mut self, row: &mut Row, problems: &mut Problems) -> anyhow::Result<bool> {
        loop {
            let mut bytes = std::mem::take(&mut row.cells).into_byte_record();
            row.start.clone_from(self.reader.position());
            self.reader.get_mut().left = MAX_ROW_BYTES;
            let more = self
                .reader
                .read_byte_record(&mut bytes)
                .map_err(|error| unreadable(&self.name, row.start.line(), error))?;
            if !more {
                return Ok(false);
            }
            row.line = self.first_line(&row.start, &bytes);
            if is_blank(&bytes) || self.is_broken(&bytes, row, problems)? {
                continue;
            }
            match StringRecord::from_byte_record(bytes) {
                Ok(cells) => {
                    row.cells = cells;
                    return Ok(true);
                }
                Err(error) => {
                    let column = Some(self.columns.column_name(error.utf8_error().field()));
                    let place = Place {
                        file: &self.name,
                        line: row.line,
                        column,
                    };
                    problems.add(place, "this is not UTF-8 text: save the file as UTF-8");
                }
            }
        }
    }

    /// The line a row begins on: blank lines may precede it, and it may run over several itself.
    fn first_line(&self, start: &Position, bytes: &ByteRecord) -> u64 {
        let end = self.reader.position();
        if end.line() == start.line() + 1 {
            return start.line();
        }
        let within = bytes.as_slice().split(|byte| *byte == b'\n').count() as u64 - 1;
        let terminators = u64::from(!self.at_end() || self.ends_with_newline);
        end.line().saturating_sub(within + terminators)
    }

    fn at_end(&self) -> bool {
        self.reader.position().byte() >= self.length
    }

    /// Whether a row's form is wrong: its quotes, its number of cells, a NUL in it.
    fn is_broken(
        &mut self,
        bytes: &ByteRecord,
        row: &Row,
        problems: &mut Problems,
    ) -> anyhow::Result<bool> {
        if self.at_end()
            && let Some(line) = self.unclosed_row(&row.start)?
        {
            let place = Place {
                file: &self.name,
                line,
                column: None,
            };
            problems.add(place, "a quote (\") is opened in this row and never closed");
            return Ok(true);
        }
        let place = Place {
            file: &self.name,
            line: row.line,
            column: None,
        };
        let width = self.columns.width();
        if bytes.len() != width {
            let last = self.reader.position().line().saturating_sub(1);
            let hint = if last > row.line {
                format!(" (the row runs to line {last}: is a quote not closed?)")
            } else {
                String::new()
            };
            let plural = if bytes.len() == 1 { "" } else { "s" };
            problems.add(
                place,
                format_args!(
                    "{} cell{plural}, and the header has {width}{hint}",
                    bytes.len()
                ),
            );
        } else if bytes.as_slice().contains(&0) {
            let column = bytes
                .iter()
                .position(|cell| cell.contains(&0))
                .map(|index| self.columns.column_name(index));
            problems.add(
                Place { column, ..place },
                "this holds a NUL character, which no text may",
            );
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// The line on which the last row begins, if it ends within quotes: one more line would then belong to it.
    fn unclosed_row(&mut self, start: &Position) -> anyhow::Result<Option<u64>> {
        let mut tail = Vec::new();
        let metered = self.reader.get_mut();
        metered.left = 2 * MAX_ROW_BYTES;
        metered
            .seek(SeekFrom::Start(start.byte()))
            .and_then(|_| metered.read_to_end(&mut tail))
            .with_context(|| format!("cannot read {}", self.name))?;
        if !tail.contains(&b'"') {
            return Ok(None);
        }
        let rows = |bytes: &[u8]| {
            builder(self.delimiter)
                .from_reader(bytes)
                .into_byte_records()
                .count()
        };
        let blank_lines = tail
            .iter()
            .take_while(|byte| b"\r\n".contains(byte))
            .filter(|byte| **byte == b'\n')
            .count();
        let without = rows(&tail);
        tail.extend_from_slice(b"\nx");
        Ok((rows(&tail) == without).then_some(start.line() + blank_lines as u64))
    }

    /// A place for a problem: a line, and the column of a field or the whole row.
    pub fn place(&self, line: u64, field: Option<usize>) -> Place<'_> {
        Place {
            file: &self.name,
            line,
            column: field.map(|field| self.columns.field_name(field)),
        }
    }

    /// Goes back to the first row.
    pub fn rewind(&mut self) -> anyhow::Result<()> {
        let first_row = self.first_row.clone();
        self.seek(first_row)
    }

    /// Goes to where a row begins.
    pub fn seek(&mut self, to: Position) -> anyhow::Result<()> {
        self.reader
            .seek(to)
            .map_err(|error| unreadable(&self.name, 1, error))
    }

    /// Where the next row begins.
    pub fn position(&self) -> &Position {
        self.reader.position()
    }
}
