//! The book as a whole, written: what it is, its figures, and what a check found.

use super::party::moment;
use super::{Align, Column, Format, Record, Style, table, write_csv, write_json};
use crate::app::book::BookStatus;
use crate::domain::{BillStatus, Currency};
use crate::storage::{BookInfo, Finding, Tally, YearSummary};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

impl Record for BookInfo {
    const ONE: &'static str = "book";
    const MANY: &'static str = "books";
    const COLUMNS: &'static [Column] = &[
        Column("book", Align::Left),
        Column("engine", Align::Left),
        Column("currency", Align::Left),
        Column("schema_version", Align::Right),
        Column("created_at", Align::Left),
        Column("commits", Align::Right),
    ];

    fn identifier(&self) -> String {
        self.location.clone()
    }

    fn cells(&self, _: Currency) -> Vec<String> {
        vec![
            self.location.clone(),
            self.engine.to_owned(),
            self.currency.to_string(),
            self.schema_version.to_string(),
            moment(self.created_at),
            self.commits.to_string(),
        ]
    }

    fn json(&self, _: Currency) -> Value {
        json!({
            "location": self.location,
            "id": self.id,
            "engine": self.engine,
            "currency": self.currency.code(),
            "schema_version": self.schema_version,
            "created_at": moment(self.created_at),
            "commits": self.commits,
        })
    }
}

const STATUS_COLUMNS: &[Column] = &[
    Column("status", Align::Whole),
    Column("bills", Align::Right),
    Column("total", Align::Right),
];

const YEAR_COLUMNS: &[Column] = &[
    Column("year", Align::Whole),
    Column("bytes", Align::Right),
    Column("bills", Align::Right),
    Column("pending", Align::Right),
    Column("paid", Align::Right),
    Column("cancelled", Align::Right),
    Column("total", Align::Right),
];

/// Writes a book's figures. CSV holds the years, one a row; table and JSON hold everything.
pub fn status(out: &mut dyn Write, style: Style, status: &BookStatus) -> io::Result<()> {
    let currency = status.info.currency;
    match style.format {
        Format::Table => status_table(out, style, status),
        Format::Csv => {
            let rows = status
                .years
                .iter()
                .map(|year| year_row(year, year.bytes.to_string(), currency));
            write_csv(out, YEAR_COLUMNS.iter().map(|column| column.0), rows)
        }
        Format::Json => write_json(out, "status", &status_json(status)),
    }
}

fn status_table(out: &mut dyn Write, style: Style, status: &BookStatus) -> io::Result<()> {
    let currency = status.info.currency;
    let names = BookInfo::COLUMNS.iter().map(|column| column.0);
    let mut fields: Vec<_> = names.zip(status.info.cells(currency)).collect();
    fields.push((
        "customers",
        with_archived(status.customers, status.archived_customers),
    ));
    fields.push((
        "products",
        with_archived(status.products, status.archived_products),
    ));
    table::fields(out, style, fields)?;

    writeln!(out)?;
    let by_status = status.by_status();
    let row = |name: &str, tally: Tally| {
        vec![
            name.to_owned(),
            tally.bills.to_string(),
            tally.total.text(currency),
        ]
    };
    let mut rows: Vec<_> = BillStatus::ALL
        .iter()
        .zip(by_status)
        .map(|(status, tally)| row(status.as_str(), tally))
        .collect();
    rows.push(row("all", status.tally()));
    table::grid(out, style, STATUS_COLUMNS, rows)?;

    if status.years.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let rows = status
        .years
        .iter()
        .map(|year| year_row(year, readable(year.bytes), currency));
    let mut columns = YEAR_COLUMNS.to_vec();
    columns[1].0 = "size";
    table::grid(out, style, &columns, rows.collect())
}

fn with_archived(all: u64, archived: u64) -> String {
    if archived == 0 {
        all.to_string()
    } else {
        format!("{all}, {archived} of them archived")
    }
}

fn year_row(year: &YearSummary, size: String, currency: Currency) -> Vec<String> {
    let all = BookStatus::year_tally(year);
    let mut row = vec![year.year.to_string(), size, all.bills.to_string()];
    row.extend(year.by_status.iter().map(|tally| tally.bills.to_string()));
    row.push(all.total.text(currency));
    row
}

/// A size for people, in powers of 1024: `812 B`, `28.0 KiB`, `1.3 GiB`.
fn readable(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // Tenths of the unit, kept whole so that no float rounds them.
    let mut tenths = u128::from(bytes) * 10 / 1024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

fn status_json(status: &BookStatus) -> Value {
    let currency = status.info.currency;
    let years = status.years.iter().map(|year| {
        let mut fields = Map::new();
        fields.insert("year".to_owned(), year.year.get().into());
        fields.insert("bytes".to_owned(), year.bytes.into());
        fields.insert(
            "bills".to_owned(),
            bills(year.by_status, BookStatus::year_tally(year), currency),
        );
        Value::from(fields)
    });
    json!({
        "book": status.info.json(currency),
        "customers": { "all": status.customers, "archived": status.archived_customers },
        "products": { "all": status.products, "archived": status.archived_products },
        "bills": bills(status.by_status(), status.tally(), currency),
        "years": years.collect::<Vec<_>>(),
    })
}

/// Bills in figures: each status, then all.
fn bills(by_status: [Tally; 3], all: Tally, currency: Currency) -> Value {
    let names = BillStatus::ALL
        .iter()
        .map(|status| status.as_str())
        .chain(["all"]);
    let figures = names
        .zip(by_status.into_iter().chain([all]))
        .map(|(name, tally)| {
            (
                name.to_owned(),
                json!({ "bills": tally.bills, "total_amount": tally.total.text(currency) }),
            )
        });
    figures.collect::<Map<_, _>>().into()
}

impl Record for Finding {
    const ONE: &'static str = "finding";
    const MANY: &'static str = "findings";
    const COLUMNS: &'static [Column] = &[
        Column("kind", Align::Left),
        Column("place", Align::Left),
        Column("what", Align::Left),
    ];

    fn identifier(&self) -> String {
        self.place.clone()
    }

    fn cells(&self, _: Currency) -> Vec<String> {
        vec![self.kind.to_owned(), self.place.clone(), self.what.clone()]
    }

    fn json(&self, _: Currency) -> Value {
        json!({ "kind": self.kind, "place": self.place, "what": self.what })
    }
}

/// Writes what a check found. Where others make a table this makes one line each, for `grep` and for reading alike; of a
/// clean book it says nothing.
pub fn findings(out: &mut dyn Write, style: Style, findings: &[Finding]) -> io::Result<()> {
    if style.format != Format::Table {
        // No finding holds an amount.
        return super::list(out, style, Currency::default(), findings);
    }
    for Finding { kind, place, what } in findings {
        let line = format!("{kind}: {place}: {what}");
        writeln!(out, "{}", line.replace(char::is_control, " "))?;
    }
    Ok(())
}
