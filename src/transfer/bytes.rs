//! What is below the rows of a CSV file: the parser's settings, the header's text, and the bytes as they come.

use csv::{ByteRecord, ReaderBuilder, StringRecord, Terminator};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// The most bytes of one row. A quote that is never closed makes the rest of the file one row, which must not fill the
/// memory.
pub(super) const MAX_ROW_BYTES: u64 = 16 << 20;

/// Whether a record is a line with nothing, or blanks alone, on it.
pub(super) fn is_blank(record: &ByteRecord) -> bool {
    record.len() <= 1 && record.iter().all(|cell| cell.trim_ascii().is_empty())
}

pub(super) fn builder(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    // A record that ended at the CR of CRLF would leave the LF to the next, and its line number one behind. The CR goes
    // where each cell is trimmed.
    builder
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'));
    builder
}

pub(super) fn ends_with_newline(file: &mut File, length: u64) -> io::Result<bool> {
    let mut last = [0];
    if length > 0 {
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut last)?;
    }
    file.rewind()?;
    Ok(last == *b"\n")
}

/// What can stand between two cells, when nobody says.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How much of a file is looked at for its header.
const HEADER_BYTES: u64 = 64 << 10;

/// What stands between the cells of the header: whichever of the usual characters is most frequent there outside of quotes,
/// a comma where there is none.
pub(super) fn sniff(file: &mut File) -> io::Result<u8> {
    let mut start = Vec::new();
    Read::by_ref(file)
        .take(HEADER_BYTES)
        .read_to_end(&mut start)?;
    file.rewind()?;
    let mut counts = [0_u32; DELIMITERS.len()];
    let (mut quoted, mut seen_text) = (false, false);
    for byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted && seen_text => break,
            _ if quoted => {}
            _ => {
                if let Some(index) = DELIMITERS.iter().position(|other| *other == byte) {
                    counts[index] += 1;
                }
            }
        }
        seen_text |= !byte.is_ascii_whitespace();
    }
    // The first of equals: the comma before the others.
    let best = (0..DELIMITERS.len())
        .rev()
        .max_by_key(|index| counts[*index]);
    Ok(DELIMITERS[best.unwrap_or(0)])
}

/// A delimiter as messages show it.
pub(super) fn shown_delimiter(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tab".to_owned(),
        other => format!("'{}'", char::from(other)),
    }
}

/// The header as text, without the CR of a CRLF at its end.
pub(super) fn header_text(
    name: &str,
    line: u64,
    header: &ByteRecord,
) -> anyhow::Result<StringRecord> {
    let last = header.len().saturating_sub(1);
    let cells: ByteRecord = header
        .iter()
        .enumerate()
        .map(|(index, cell)| {
            if index == last {
                cell.strip_suffix(b"\r").unwrap_or(cell)
            } else {
                cell
            }
        })
        .collect();
    if let Some(index) = cells.iter().position(|cell| cell.contains(&0)) {
        anyhow::bail!(
            "{name}:{line}: column {} of the header holds a NUL character: if the file is UTF-16 text, save it as UTF-8",
            index + 1
        );
    }
    if cells
        .as_slice()
        .windows(2)
        .any(|pair| pair[0] == b'\r' && pair[1] != b'\n')
    {
        anyhow::bail!(
            "the lines of {name} end with CR alone: save it with line ends of LF or CRLF"
        );
    }
    StringRecord::from_byte_record(cells).map_err(|error| {
        anyhow::anyhow!(
            "{name}:{line}: column {} of the header is not UTF-8 text: save the file as UTF-8",
            error.utf8_error().field() + 1
        )
    })
}

/// What to do where a header of one column seems to hold several.
pub(super) fn looks_delimited_by(header: &StringRecord, delimiter: u8) -> Option<String> {
    if header.len() != 1 {
        return None;
    }
    DELIMITERS
        .into_iter()
        .find(|other| *other != delimiter && header[0].as_bytes().contains(other))
        .map(shown_delimiter)
        .map(|shown| {
            format!("it looks separated by {shown}: say so with --delimiter {shown}, or leave --delimiter out")
        })
}

fn is_too_long(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    error.is::<RowTooLong>()
}

/// An error of reading, in which the system's own reason stays visible to the exit code.
pub(super) fn unreadable(name: &str, line: u64, error: csv::Error) -> anyhow::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.get_ref().is_some_and(is_too_long) => {
            anyhow::anyhow!(
                "{name}:{line}: this row has over {MAX_ROW_BYTES} bytes: is a quote (\") not closed in it?"
            )
        }
        csv::ErrorKind::Io(error) => {
            anyhow::Error::from(error).context(format!("cannot read {name}"))
        }
        other => anyhow::anyhow!("cannot read {name}: {other:?}"),
    }
}

/// A file that gives out no more than one row's worth of bytes before it is told that a row has ended, and no more than it had
/// when it was opened: somebody may still be writing to it.
#[derive(Debug)]
pub(super) struct Metered {
    file: File,
    at: u64,
    end: u64,
    /// How many bytes may still be read.
    pub left: u64,
}

impl Metered {
    /// A file of that length, at its beginning.
    pub fn new(file: File, end: u64) -> Self {
        Self {
            file,
            at: 0,
            end,
            left: MAX_ROW_BYTES,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a row is too long")]
struct RowTooLong;

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = buffer.len().min(rest);
        let count = self.file.read(&mut buffer[..most])?;
        self.at += count as u64;
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| io::Error::other(RowTooLong))?;
        Ok(count)
    }
}

impl Seek for Metered {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}
