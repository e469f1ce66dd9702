//! The file of what could not be imported: whole records as they stand in their file, each row with its line and reason before
//! it, ready to be mended and imported again.

use super::bytes::builder;
use super::destination::{Complete, Draft};
use super::layout::REJECT_COLUMNS;
use super::plan::{ImportMode, Remarks};
use super::problems::Side;
use super::refusals::{Refusals, Reject};
use super::source::Source;
use super::spool::SpoolReader;
use super::table::{Span, Table};
use crate::domain::ValueError;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The files that rejects go into: one for each of the import's files; none where they are not kept.
pub(super) struct Rejects {
    paths: Vec<PathBuf>,
    drafts: Vec<Draft>,
}

impl Rejects {
    /// Finds out before the work begins whether rejects can be written, and that they will replace none of the import's own
    /// files.
    pub fn begin(mode: &ImportMode, sources: &[&Source]) -> anyhow::Result<Self> {
        let mut rejects = Self {
            paths: Vec::new(),
            drafts: Vec::new(),
        };
        let Some(path) = &mode.rejects else {
            return Ok(rejects);
        };
        if path == Path::new("-") {
            let message =
                "rejects go into a file: name one, for standard output tells what was imported";
            return Err(ValueError::new(message).into());
        }
        rejects.paths.push(path.clone());
        if sources.len() > 1 {
            rejects.paths.push(of_items(path));
        }
        for path in &rejects.paths {
            if sources.iter().any(|source| source.is_at(path)) {
                return Err(ValueError::new(format!(
                    "{} is what is imported, and the rejects would replace it: name another file",
                    path.display()
                ))
                .into());
            }
            rejects.drafts.push(Draft::begin(path)?);
        }
        Ok(rejects)
    }

    /// Writes the rejects of each file, without giving the files their names: that is for after the commit. A dry run writes
    /// nothing.
    pub fn complete(
        self,
        mode: &ImportMode,
        refusals: &mut Refusals,
        tables: &mut [Table],
        remarks: &mut Remarks,
    ) -> anyhow::Result<Vec<Complete>> {
        let Some(mut waiting) = refusals.take()? else {
            return Ok(Vec::new());
        };
        if refusals.problems.count() > 0 {
            remarks.rejected = Some(refusals.problems.text("rejected"));
            remarks.rejects.clone_from(&self.paths);
        }
        if mode.dry_run {
            return Ok(Vec::new());
        }
        let mut complete = Vec::new();
        for (mut draft, table) in self.drafts.into_iter().zip(tables) {
            write(&mut draft, table, &mut waiting).map_err(|error| draft.explain(error))?;
            complete.push(draft.finish()?);
        }
        Ok(complete)
    }
}

/// Gives the files their names.
pub(super) fn publish(files: Vec<Complete>) -> anyhow::Result<()> {
    for file in files {
        file.publish()?;
    }
    Ok(())
}

/// The rejects of the items' file, where those of the bills are in `path`: `bad.csv` and `bad.items.csv`.
fn of_items(path: &Path) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(".items");
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Writes the rejected rows of one file under its header.
fn write(out: &mut dyn Write, table: &mut Table, waiting: &mut SpoolReader) -> anyhow::Result<()> {
    let delimiter = char::from(table.delimiter);
    let [line, reason] = REJECT_COLUMNS;
    write!(out, "{line}{delimiter}{reason}{delimiter}")?;
    for header in raw_rows(table, table.header)? {
        let bytes = header.bytes.strip_prefix(b"\xEF\xBB\xBF");
        out.write_all(bytes.unwrap_or(&header.bytes))?;
    }
    let mut record = Vec::new();
    let mut last = Vec::new();
    waiting.rewind()?;
    while waiting.next(&mut record)?.is_some() {
        let reject = Reject::unpack(&record)?;
        let Some(span) = reject.spans[table.side as usize] else {
            continue;
        };
        let text = rows(table, span, &reject)?;
        // A quote that is never closed takes in all that follows it: it must stay the last.
        if span.end >= table.length && last.is_empty() {
            last = text;
        } else {
            out.write_all(&text)?;
        }
    }
    out.write_all(&last)?;
    Ok(())
}

/// The rows of a span, each behind its line and the reason: its own where it has one, else the record's first.
fn rows(table: &mut Table, span: Span, reject: &Reject) -> anyhow::Result<Vec<u8>> {
    let side = table.side;
    let delimiter = char::from(table.delimiter);
    let mut text = Vec::new();
    for row in raw_rows(table, span)? {
        let own: Vec<&str> = reject
            .reasons
            .iter()
            .filter(|(of, line, _)| *of == side && *line == row.line)
            .map(|(_, _, reason)| reason.as_str())
            .collect();
        let reason = match (own.as_slice(), reject.reasons.first()) {
            ([], Some((of, line, reason))) => {
                let file = if *of == side { "" } else { of.of_the_file() };
                format!("line {line}{file}: {reason}")
            }
            (own, _) => own.join("; "),
        };
        let reason = reason.replace('"', "\"\"").replace(['\r', '\n'], " ");
        write!(text, "{}{delimiter}\"{reason}\"{delimiter}", row.line)?;
        text.extend_from_slice(&row.bytes);
    }
    Ok(text)
}

impl Side {
    fn of_the_file(self) -> &'static str {
        match self {
            Self::Main => " of the bills",
            Self::Items => " of the items",
        }
    }
}

/// A row as it stands in its file, its line end included.
struct RawRow {
    line: u64,
    bytes: Vec<u8>,
}

/// The rows of a span; of a file of rejects, without what it has before them.
fn raw_rows(table: &mut Table, span: Span) -> anyhow::Result<Vec<RawRow>> {
    let bytes = table.bytes(span)?;
    let mut reader = builder(table.delimiter).from_reader(bytes.as_slice());
    let mut record = csv::ByteRecord::new();
    let mut rows = Vec::new();
    let mut start = 0;
    // The line of the span is that of its first row; blank lines may stand before it.
    let mut line = None;
    loop {
        let before = reader.position().line();
        if !reader.read_byte_record(&mut record)? {
            break;
        }
        let end = usize::try_from(reader.position().byte())?;
        let mut row = &bytes[start..end];
        let blank = row.iter().take_while(|byte| b"\r\n".contains(byte));
        let blank_lines = blank.clone().filter(|byte| **byte == b'\n').count() as u64;
        row = &row[blank.count()..];
        start = end;
        if super::bytes::is_blank(&record) || row.is_empty() {
            continue;
        }
        let offset = *line.get_or_insert(before + blank_lines);
        let own = if table.columns.has_reject_columns() {
            behind_cells(row, REJECT_COLUMNS.len(), table.delimiter)
        } else {
            row
        };
        let mut own = own.to_vec();
        if own.last() != Some(&b'\n') {
            own.push(b'\n');
        }
        rows.push(RawRow {
            line: span.line + (before + blank_lines - offset),
            bytes: own,
        });
    }
    Ok(rows)
}

/// What follows the first so many cells of a row.
fn behind_cells(row: &[u8], cells: usize, delimiter: u8) -> &[u8] {
    let (mut quoted, mut left) = (false, cells);
    for (at, byte) in row.iter().enumerate() {
        match *byte {
            b'"' => quoted = !quoted,
            other if other == delimiter && !quoted => {
                left -= 1;
                if left == 0 {
                    return &row[at + 1..];
                }
            }
            _ => {}
        }
    }
    row
}
