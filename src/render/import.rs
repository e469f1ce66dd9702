//! What an import brought, written.

use super::{Align, Column, Format, Style, table, write_csv, write_json};
use crate::domain::Currency;
use crate::transfer::{ImportedBills, YearImport};
use serde_json::{Value, json};
use std::io::{self, Write};

const COLUMNS: &[Column] = &[
    Column("year", Align::Whole),
    Column("bills", Align::Right),
    Column("items", Align::Right),
    Column("total", Align::Right),
];

/// Writes how many customers or products an import brought; `nouns` says which.
pub fn imported(out: &mut dyn Write, style: Style, nouns: &str, rows: u64) -> io::Result<()> {
    match style.format {
        Format::Table => writeln!(out, "imported {nouns}: {rows}"),
        Format::Csv => write_csv(out, [nouns], [vec![rows.to_string()]]),
        Format::Json => write_json(out, "imported", &json!({ nouns: rows })),
    }
}

/// Writes the bills that an import brought, year by year; table and JSON hold their sum too.
pub fn imported_bills(
    out: &mut dyn Write,
    style: Style,
    imported: &ImportedBills,
) -> io::Result<()> {
    let (years, totals, currency) = (&imported.years, imported.totals(), imported.currency);
    let rows = years
        .iter()
        .map(|(year, of)| row(year.to_string(), of, currency));
    match style.format {
        Format::Table => {
            let sum = row("all".to_owned(), &totals, currency);
            table::grid(out, style, COLUMNS, rows.chain([sum]).collect())
        }
        Format::Csv => write_csv(out, COLUMNS.iter().map(|column| column.0), rows),
        Format::Json => {
            let years = years.iter().map(|(year, of)| {
                json!({
                    "year": year.get(),
                    "bills": of.bills,
                    "items": of.items,
                    "total_amount": of.total.text(currency),
                })
            });
            let imported = json!({
                "bills": totals.bills,
                "items": totals.items,
                "total_amount": totals.total.text(currency),
                "currency": currency.code(),
                "years": years.collect::<Vec<Value>>(),
            });
            write_json(out, "imported", &imported)
        }
    }
}

fn row(year: String, of: &YearImport, currency: Currency) -> Vec<String> {
    vec![
        year,
        of.bills.to_string(),
        of.items.to_string(),
        of.total.text(currency),
    ]
}
