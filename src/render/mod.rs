//! Making tables, CSV and JSON of what the use cases return.

mod bill;
mod book;
mod import;
mod party;
mod table;

pub use bill::{BillDocument, documents};
pub use book::{findings, status};
pub use import::{imported, imported_bills};

use crate::domain::Currency;
use crate::transfer::Sheet;
use clap::ValueEnum;
use serde_json::{Value, json};
use std::io::{self, Write};

/// The version of the JSON output: it rises when a field changes its meaning or goes away.
pub const JSON_SCHEMA: u32 = 1;

/// How data is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Table,
    /// For spreadsheets and scripts
    Csv,
    /// For programs; amounts are strings
    Json,
}

/// Format and terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Which form.
    pub format: Format,
    /// The columns that a table must fit, where somebody looks at it.
    pub width: Option<u16>,
    /// Whether a table is colored.
    pub color: bool,
}

/// Where a column's text stands, and whether a narrow terminal may break it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Align {
    /// Texts, which go on over several lines where there is no room.
    Left,
    /// Names, dates and words that would not be recognized in two pieces.
    Whole,
    /// Numbers and amounts, which would be misread in two pieces.
    Right,
}

/// A column: its name in CSV and, with spaces for underscores, over a table.
#[derive(Clone, Copy, Debug)]
pub struct Column(pub &'static str, pub Align);

/// Something that is listed, one row each.
pub trait Record {
    /// Its name in JSON, one of it.
    const ONE: &'static str;
    /// Its name in JSON, several of it.
    const MANY: &'static str;
    /// Its columns.
    const COLUMNS: &'static [Column];

    /// What names it: all that `--quiet` prints.
    fn identifier(&self) -> String;
    /// The text of each column.
    fn cells(&self, currency: Currency) -> Vec<String>;
    /// Everything, as an object.
    fn json(&self, currency: Currency) -> Value;
}

/// Writes a list of records.
pub fn list<R: Record>(
    out: &mut dyn Write,
    style: Style,
    currency: Currency,
    records: &[R],
) -> io::Result<()> {
    match style.format {
        Format::Table => {
            let rows = records
                .iter()
                .map(|record| record.cells(currency))
                .collect();
            table::grid(out, style, R::COLUMNS, rows)
        }
        Format::Csv => {
            let rows = records.iter().map(|record| record.cells(currency));
            write_csv(out, R::COLUMNS.iter().map(|column| column.0), rows)
        }
        Format::Json => {
            let records: Vec<Value> = records.iter().map(|record| record.json(currency)).collect();
            write_json(out, R::MANY, &Value::from(records))
        }
    }
}

/// Writes one record.
pub fn one<R: Record>(
    out: &mut dyn Write,
    style: Style,
    currency: Currency,
    record: &R,
) -> io::Result<()> {
    match style.format {
        Format::Table => {
            let names = R::COLUMNS.iter().map(|column| column.0);
            table::fields(out, style, names.zip(record.cells(currency)).collect())
        }
        Format::Csv => write_csv(
            out,
            R::COLUMNS.iter().map(|column| column.0),
            [record.cells(currency)],
        ),
        Format::Json => write_json(out, R::ONE, &record.json(currency)),
    }
}

/// Writes a header and rows as CSV.
pub fn write_csv<'a>(
    out: &mut dyn Write,
    header: impl IntoIterator<Item = &'a str>,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> io::Result<()> {
    let mut sheet = Sheet::new(out, header, true)?;
    for row in rows {
        sheet.row(&row)?;
    }
    sheet.finish()
}

/// Writes `{"schema": 1, NAME: VALUE}`.
pub fn write_json(out: &mut dyn Write, name: &str, value: &Value) -> io::Result<()> {
    let document = json!({ "schema": JSON_SCHEMA, name: value });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
