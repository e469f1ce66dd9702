//! Reading the rows of a CSV file, and saying where each is.

use super::bytes::{
    MAX_ROW_BYTES, Metered, builder, ends_with_newline, header_text, is_blank, looks_delimited_by,
    sniff, unreadable,
};
use super::columns::Columns;
use super::layout::Layout;
use super::mapping::Mapping;
use super::problems::{Problem, Side};
use super::row::{Fault, Row, Span};
use super::source::Input;
use anyhow::Context as _;
use csv::{ByteRecord, Position, StringRecord};
use std::io::{Read, Seek, SeekFrom};

/// How to read a file.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Which foreign columns fill which fields.
    pub mapping: Mapping,
    /// How dates are written, as a `chrono` format; ISO 8601 where nothing is said.
    pub date_format: Option<String>,
    /// What stands between two cells; what the header shows where nothing is said.
    pub delimiter: Option<u8>,
    /// Whether a comma stands before the decimals of amounts and quantities.
    pub decimal_comma: bool,
    /// Whether texts are taken as they stand, a guard against spreadsheets' formulas included.
    pub raw: bool,
}

/// A file of rows under a header.
#[derive(Debug)]
pub(super) struct Table {
    /// What messages call the file.
    pub name: String,
    /// Which of the import's files it is.
    pub side: Side,
    /// Its header.
    pub columns: Columns,
    /// How many bytes it has.
    pub length: u64,
    /// What stands between two cells.
    pub delimiter: u8,
    /// Where the header is.
    pub header: Span,
    reader: csv::Reader<Metered>,
    ends_with_newline: bool,
}

impl Table {
    /// Reads the header. What is wrong with it is a problem; a file that has none is an error.
    pub fn open(
        input: Input,
        side: Side,
        layout: &Layout,
        options: &ReadOptions,
        problems: &mut Vec<Problem>,
    ) -> anyhow::Result<Self> {
        let Input {
            name,
            mut file,
            length,
        } = input;
        let cannot_read = || format!("cannot read {name}");
        let ends_with_newline = ends_with_newline(&mut file, length).with_context(cannot_read)?;
        let delimiter = match options.delimiter {
            Some(delimiter) => delimiter,
            None => sniff(&mut file).with_context(cannot_read)?,
        };
        let mut reader = builder(delimiter).from_reader(Metered::new(file, length));
        let mut header = ByteRecord::new();
        let (mut line, mut header_start) = (0, 0);
        while is_blank(&header) {
            let before = reader.position().line();
            header_start = reader.position().byte();
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
        if let Some(hint) = looks_delimited_by(&header, delimiter) {
            anyhow::bail!(
                "{name}:{line}: the header is one column, '{}': {hint}",
                &header[0]
            );
        }
        let problem = |message| Problem {
            side,
            line,
            column: None,
            message,
        };
        let mut found = Vec::new();
        let columns = Columns::resolve(header, layout, options, &mut found);
        problems.extend(found.into_iter().map(problem));
        Ok(Self {
            name,
            side,
            columns,
            length,
            delimiter,
            header: Span {
                start: header_start,
                end: reader.position().byte(),
                line,
            },
            reader,
            ends_with_newline,
        })
    }

    /// Reads the next row and tells whether there was one. Blank lines are passed over.
    pub fn read(&mut self, row: &mut Row) -> anyhow::Result<bool> {
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
            if is_blank(&bytes) {
                continue;
            }
            row.end = self.reader.position().byte();
            row.line = self.first_line(&row.start, &bytes);
            row.fault = self.fault(&bytes, row)?;
            row.cells = match StringRecord::from_byte_record(bytes) {
                Ok(cells) => cells,
                Err(error) => {
                    let column = error.utf8_error().field();
                    row.fault.get_or_insert_with(|| Fault {
                        column: Some(self.columns.column_name(column).to_owned()),
                        message: "this is not UTF-8 text: save the file as UTF-8".to_owned(),
                    });
                    StringRecord::from_byte_record_lossy(error.into_byte_record())
                }
            };
            return Ok(true);
        }
    }

    /// The problem of a broken row.
    pub fn problem(&self, line: u64, fault: Fault) -> Problem {
        Problem {
            side: self.side,
            line,
            column: fault.column,
            message: fault.message,
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

    /// What is wrong with a row's form: its quotes, its number of cells, a NUL in it.
    fn fault(&mut self, bytes: &ByteRecord, row: &mut Row) -> anyhow::Result<Option<Fault>> {
        let whole_row = |message: String| {
            Some(Fault {
                column: None,
                message,
            })
        };
        if self.at_end()
            && let Some(line) = self.unclosed_row(&row.start)?
        {
            row.line = line;
            let message = "a quote (\") is opened in this row and never closed";
            return Ok(whole_row(message.to_owned()));
        }
        let width = self.columns.width();
        if bytes.len() != width {
            let last = self.reader.position().line().saturating_sub(1);
            let hint = if last > row.line {
                format!(" (the row runs to line {last}: is a quote not closed?)")
            } else {
                String::new()
            };
            let plural = if bytes.len() == 1 { "" } else { "s" };
            return Ok(whole_row(format!(
                "{} cell{plural}, and the header has {width}{hint}",
                bytes.len()
            )));
        }
        if !bytes.as_slice().contains(&0) {
            return Ok(None);
        }
        let column = bytes
            .iter()
            .position(|cell| cell.contains(&0))
            .map(|index| self.columns.column_name(index).to_owned());
        Ok(Some(Fault {
            column,
            message: "this holds a NUL character, which no text may".to_owned(),
        }))
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

    /// The bytes of some rows, as they stand in the file. Reading then goes on nowhere: [`Self::seek`] first.
    pub fn bytes(&mut self, span: Span) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let metered = self.reader.get_mut();
        let length = span.end - span.start;
        metered.left = u64::MAX;
        metered
            .seek(SeekFrom::Start(span.start))
            .and_then(|_| metered.take(length).read_to_end(&mut bytes))
            .with_context(|| format!("cannot read {}", self.name))?;
        Ok(bytes)
    }
}
