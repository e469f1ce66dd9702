//! The file of what could not be imported: whole records as they stand in their file, each row with its line and reason before
//! it, ready to be mended and imported again.

use super::bytes::{builder, is_blank};
use super::destination::{Complete, Draft};
use super::layout::REJECT_COLUMNS;
use super::plan::{ImportMode, Remarks};
use super::refusals::{Refusals, Reject};
use super::row::Span;
use super::source::Source;
use super::spool::SpoolReader;
use super::table::Table;
use crate::domain::ValueError;
use anyhow::Context as _;
use std::io::Write;
use std::path::{Path, PathBuf};

/// How much of a file is read at once to find rows in it.
const PART_BYTES: u64 = 1 << 20;

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
            // A dry run leaves even the directory alone.
            if !mode.dry_run {
                rejects.drafts.push(Draft::begin(path)?);
            }
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
    files.into_iter().try_for_each(|file| {
        file.publish().map(drop).context(
            "the import took place, and is harmless to repeat, but its file of rejects has not got its name",
        )
    })
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
    each_raw_row(table, table.header, |_, header| {
        let header = header.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(header);
        out.write_all(header)?;
        if !header.ends_with(b"\n") {
            out.write_all(b"\n")?;
        }
        Ok(())
    })?;
    let mut record = Vec::new();
    // A quote that is never closed takes in all that follows it: it must stay the last.
    let mut last = None;
    waiting.rewind()?;
    while waiting.next(&mut record)?.is_some() {
        let reject = Reject::unpack(&record)?;
        match reject.spans[table.side as usize] {
            None => {}
            Some(span) if span.end >= table.length => last = Some((span, reject)),
            Some(span) => write_rows(out, table, span, &reject)?,
        }
    }
    if let Some((span, reject)) = last {
        write_rows(out, table, span, &reject)?;
    }
    Ok(())
}

/// Writes the rows of a span, each behind its line and the reason: its own where it has one, else the record's first.
fn write_rows(
    out: &mut dyn Write,
    table: &mut Table,
    span: Span,
    reject: &Reject,
) -> anyhow::Result<()> {
    let side = table.side;
    let delimiter = char::from(table.delimiter);
    each_raw_row(table, span, |line, row| {
        let own: Vec<&str> = reject
            .reasons
            .iter()
            .filter(|(of, own, _)| *of == side && *own == line)
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
        write!(out, "{line}{delimiter}\"{reason}\"{delimiter}")?;
        out.write_all(row)?;
        if !row.ends_with(b"\n") {
            out.write_all(b"\n")?;
        }
        Ok(())
    })
}

/// Visits the rows of a span with their lines, as they stand in their file; of a file of rejects, without what it has before
/// them. A span may be as long as the file, so that it is read a part at a time.
fn each_raw_row(
    table: &mut Table,
    span: Span,
    mut visit: impl FnMut(u64, &[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut part_bytes = PART_BYTES;
    let mut part = Span { line: 0, ..span };
    // The line of the span is that of its first row; blank lines may stand before it.
    let mut blank_before = None;
    while part.start < span.end {
        part.end = span.end.min(part.start + part_bytes);
        let bytes = table.bytes(part)?;
        let mut reader = builder(table.delimiter).from_reader(bytes.as_slice());
        let mut record = csv::ByteRecord::new();
        let mut done = 0;
        let mut lines = part.line;
        while reader.read_byte_record(&mut record)? {
            let end = usize::try_from(reader.position().byte())?;
            if end == bytes.len() && part.end < span.end {
                // The row may go on in the next part.
                break;
            }
            let row = &bytes[done..end];
            let blank = row.iter().take_while(|byte| **byte == b'\n').count();
            let row = &row[blank..];
            if !is_blank(&record) && !row.is_empty() {
                let line = lines + blank as u64;
                let before = *blank_before.get_or_insert(line);
                let own = if table.columns.has_reject_columns() {
                    behind_cells(row, REJECT_COLUMNS.len(), table.delimiter)
                } else {
                    row
                };
                visit(span.line + line - before, own)?;
            }
            done = end;
            lines = part.line + reader.position().line() - 1;
        }
        if done == 0 && part.end < span.end {
            part_bytes *= 2;
            continue;
        }
        part.start += done as u64;
        part.line = lines;
        if part.end == span.end {
            break;
        }
    }
    Ok(())
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
