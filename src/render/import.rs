//! What an import will do or has done, written. A dry run and the real run are written alike.

use super::{Align, Column, Format, Style, table, write_csv, write_json};
use crate::domain::{BillingYear, Currency};
use crate::transfer::{BillPlan, BillTally, Fate, PartyPlan, Tally};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// The column of each fate.
const FATES: [Column; 5] = [
    Column("new", Align::Right),
    Column("changed", Align::Right),
    Column("unchanged", Align::Right),
    Column("skipped", Align::Right),
    Column("refused", Align::Right),
];

/// Writes what becomes of customers or products; `nouns` says which.
pub fn imported(
    out: &mut dyn Write,
    style: Style,
    nouns: &'static str,
    plan: &PartyPlan,
) -> io::Result<()> {
    let row = || {
        let mut row = vec![nouns.to_owned()];
        row.extend(counts(&plan.tally));
        row
    };
    let columns: Vec<Column> = [Column("kind", Align::Whole)]
        .into_iter()
        .chain(FATES)
        .collect();
    match style.format {
        Format::Table => table::grid(out, style, &columns, vec![row()]),
        Format::Csv => write_csv(out, columns.iter().map(|column| column.0), [row()]),
        Format::Json => {
            let mut object = Map::new();
            object.insert(nouns.to_owned(), json!(plan.tally.written()));
            object.extend(fates(&plan.tally));
            write_json(out, "imported", &Value::Object(object))
        }
    }
}

/// Writes what becomes of bills, year by year, and of the customers and products that they mention.
pub fn imported_bills(out: &mut dyn Write, style: Style, plan: &BillPlan) -> io::Result<()> {
    let currency = plan.currency;
    let columns: Vec<Column> = [Column("kind", Align::Whole), Column("year", Align::Whole)]
        .into_iter()
        .chain(FATES)
        .chain([Column("items", Align::Right), Column("total", Align::Right)])
        .collect();
    match style.format {
        Format::Table => {
            let mut rows = rows(plan);
            rows.push(bill_row("all".to_owned(), &plan.totals(), currency));
            table::grid(out, style, &columns, rows)
        }
        Format::Csv => write_csv(out, columns.iter().map(|column| column.0), rows(plan)),
        Format::Json => {
            let years = plan.years.iter().map(|(year, tally)| {
                let mut object = Map::new();
                let year = year.map(BillingYear::get);
                object.insert("year".to_owned(), json!(year));
                object.extend(figures(tally, currency));
                Value::Object(object)
            });
            let mut object = figures(&plan.totals(), currency);
            object.insert("currency".to_owned(), json!(currency.code()));
            object.insert("new_customers".to_owned(), json!(plan.new_customers));
            object.insert("new_products".to_owned(), json!(plan.new_products));
            object.insert("years".to_owned(), years.collect());
            write_json(out, "imported", &Value::Object(object))
        }
    }
}

/// The rows of customers and products that are made, and of each year.
fn rows(plan: &BillPlan) -> Vec<Vec<String>> {
    let made = [
        ("customers", plan.new_customers),
        ("products", plan.new_products),
    ];
    let made = made
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(kind, new)| {
            let mut row = vec![kind.to_owned(), String::new()];
            row.extend(counts(&Tally {
                new,
                ..Tally::default()
            }));
            row.extend([String::new(), String::new()]);
            row
        });
    let years = plan.years.iter().map(|(year, tally)| {
        let year = year.map_or("unknown".to_owned(), |year| year.to_string());
        bill_row(year, tally, plan.currency)
    });
    made.chain(years).collect()
}

fn bill_row(year: String, tally: &BillTally, currency: Currency) -> Vec<String> {
    let mut row = vec!["bills".to_owned(), year];
    row.extend(counts(&tally.bills));
    row.push(tally.items.to_string());
    row.push(tally.total.text(currency));
    row
}

fn counts(tally: &Tally) -> impl Iterator<Item = String> {
    Fate::ALL.map(|fate| tally.of(fate).to_string()).into_iter()
}

fn fates(tally: &Tally) -> impl Iterator<Item = (String, Value)> {
    let tally = *tally;
    Fate::ALL
        .into_iter()
        .map(move |fate| (fate.as_str().to_owned(), json!(tally.of(fate))))
}

/// `bills`, `items` and `total_amount` are of those that are written.
fn figures(tally: &BillTally, currency: Currency) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("bills".to_owned(), json!(tally.bills.written()));
    object.insert("items".to_owned(), json!(tally.items));
    object.insert("total_amount".to_owned(), json!(tally.total.text(currency)));
    object.extend(fates(&tally.bills));
    object
}
