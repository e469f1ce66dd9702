//! What an import brought, written.

use super::{Align, Column, Format, Style, table, write_csv, write_json};
use crate::domain::{BillingYear, Currency, Money};
use serde_json::{Value, json};
use std::io::{self, Write};

/// The bills that an import brought into one year.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ImportedYear {
    /// The year.
    pub year: BillingYear,
    /// How many bills.
    pub bills: u64,
    /// How many items.
    pub items: u64,
    /// What the bills add up to.
    pub total: Money,
}

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
    currency: Currency,
    years: &[ImportedYear],
) -> io::Result<()> {
    let rows = years.iter().map(|year| {
        row(
            year.year.to_string(),
            year.bills,
            year.items,
            year.total,
            currency,
        )
    });
    let bills = years.iter().map(|year| year.bills).sum();
    let items = years.iter().map(|year| year.items).sum();
    // Beyond the range of one amount the sum is shown as the largest: nothing is stored of it.
    let total = years.iter().fold(Money::ZERO, |sum, year| {
        sum.plus(year.total).unwrap_or(Money::MAX)
    });
    match style.format {
        Format::Table => {
            let sum = row("all".to_owned(), bills, items, total, currency);
            table::grid(out, style, COLUMNS, rows.chain([sum]).collect())
        }
        Format::Csv => write_csv(out, COLUMNS.iter().map(|column| column.0), rows),
        Format::Json => {
            let years = years.iter().map(|year| {
                json!({
                    "year": year.year.get(),
                    "bills": year.bills,
                    "items": year.items,
                    "total_amount": year.total.text(currency),
                })
            });
            let imported = json!({
                "bills": bills,
                "items": items,
                "total_amount": total.text(currency),
                "currency": currency.code(),
                "years": years.collect::<Vec<Value>>(),
            });
            write_json(out, "imported", &imported)
        }
    }
}

fn row(year: String, bills: u64, items: u64, total: Money, currency: Currency) -> Vec<String> {
    vec![
        year,
        bills.to_string(),
        items.to_string(),
        total.text(currency),
    ]
}
