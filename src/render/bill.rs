//! Bills, written: in lists one line each, and as the document with items and history.

use super::party::moment;
use super::{Align, Column, Format, Record, Style, table, write_json};
use crate::app::bill::Recorded;
use crate::domain::{Bill, Currency, Email, FieldChange, HistoryEntry, Item, Reference};
use crate::storage::BillSummary;
use crate::transfer::{BILL_FIELDS, Sheet, write_bill};
use serde_json::{Value, json};
use std::io::{self, Write};

impl Record for BillSummary {
    const ONE: &'static str = "bill";
    const MANY: &'static str = "bills";
    const COLUMNS: &'static [Column] = &[
        Column("number", Align::Whole),
        Column("date", Align::Whole),
        Column("customer_id", Align::Right),
        Column("customer", Align::Left),
        Column("status", Align::Whole),
        Column("total", Align::Right),
        Column("reference", Align::Left),
    ];

    fn identifier(&self) -> String {
        self.number.to_string()
    }

    fn cells(&self, currency: Currency) -> Vec<String> {
        vec![
            self.number.to_string(),
            self.date.to_string(),
            self.customer_id.to_string(),
            self.customer_name.clone(),
            self.status.to_string(),
            self.total.text(currency),
            self.reference
                .as_ref()
                .map_or(String::new(), ToString::to_string),
        ]
    }

    /// A part of the document's object, under the same names.
    fn json(&self, currency: Currency) -> Value {
        json!({
            "number": self.number.to_string(),
            "customer": { "id": self.customer_id.get(), "name": self.customer_name },
            "date": self.date.to_string(),
            "status": self.status.as_str(),
            "reference": self.reference.as_ref().map(Reference::as_str),
            "total_amount": self.total.text(currency),
            "currency": currency.code(),
        })
    }
}

/// A bill as billed, with what happened to it since.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BillDocument {
    /// The bill.
    pub bill: Bill,
    /// Its history, oldest first.
    pub history: Vec<HistoryEntry>,
}

impl From<Recorded> for BillDocument {
    fn from((bill, history): Recorded) -> Self {
        Self { bill, history }
    }
}

const ITEM_COLUMNS: &[Column] = &[
    Column("line", Align::Right),
    Column("product", Align::Right),
    Column("name", Align::Left),
    Column("quantity", Align::Right),
    Column("unit_price", Align::Right),
    Column("total", Align::Right),
];

const HISTORY_COLUMNS: &[Column] = &[
    Column("when", Align::Whole),
    Column("who", Align::Left),
    Column("what", Align::Whole),
    Column("changes", Align::Left),
    Column("why", Align::Left),
];

/// Writes bills as documents. In JSON one bill is an object, several are an array.
pub fn documents(
    out: &mut dyn Write,
    style: Style,
    currency: Currency,
    documents: &[BillDocument],
) -> io::Result<()> {
    match style.format {
        Format::Table => {
            for (index, document) in documents.iter().enumerate() {
                if index > 0 {
                    writeln!(out, "\n")?;
                }
                document.table(out, style, currency)?;
            }
            Ok(())
        }
        Format::Csv => {
            let mut sheet = Sheet::new(out, &BILL_FIELDS, true)?;
            for document in documents {
                sheet.write(|rows| write_bill(rows, &document.bill, currency))?;
            }
            sheet.finish()
        }
        Format::Json => match documents {
            [one] => write_json(out, BillSummary::ONE, &one.json(currency)),
            several => {
                let bills: Vec<Value> = several.iter().map(|one| one.json(currency)).collect();
                write_json(out, BillSummary::MANY, &Value::from(bills))
            }
        },
    }
}

impl BillDocument {
    fn reference(&self) -> &str {
        self.bill.reference().map_or("", Reference::as_str)
    }

    fn table(&self, out: &mut dyn Write, style: Style, currency: Currency) -> io::Result<()> {
        let customer = self.bill.customer();
        let head = [
            ("bill", self.bill.number().to_string()),
            ("status", self.bill.status().to_string()),
            ("date", self.bill.date().to_string()),
            ("reference", self.reference().to_owned()),
            ("customer", customer.name.to_string()),
            ("customer_id", customer.customer_id.to_string()),
            (
                "email",
                customer
                    .email
                    .as_ref()
                    .map_or(String::new(), ToString::to_string),
            ),
            ("address", customer.address.to_string()),
        ];
        table::fields(
            out,
            style,
            head.into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )?;
        writeln!(out)?;
        let lines = self
            .bill
            .items()
            .iter()
            .enumerate()
            .map(|(index, item)| line(index + 1, item, currency));
        let total = [
            "",
            "",
            "total",
            "",
            currency.code(),
            &self.bill.total().text(currency),
        ];
        let rows = lines.chain([total.map(str::to_owned).to_vec()]).collect();
        table::grid(out, style, ITEM_COLUMNS, rows)?;
        if self.history.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        table::grid(
            out,
            style,
            HISTORY_COLUMNS,
            self.history.iter().map(deed).collect(),
        )
    }

    fn json(&self, currency: Currency) -> Value {
        let bill = &self.bill;
        let customer = bill.customer();
        let items = bill.items().iter().enumerate().map(|(index, item)| {
            json!({
                "line": index + 1,
                "product": { "id": item.product().product_id.get(), "name": item.product().name.as_str() },
                "quantity": item.quantity().to_string(),
                "unit_price": item.unit_price().text(currency),
                "total_price": item.total().text(currency),
            })
        });
        json!({
            "number": bill.number().to_string(),
            "customer": {
                "id": customer.customer_id.get(),
                "name": customer.name.as_str(),
                "email": customer.email.as_ref().map(Email::as_str),
                "address": customer.address.as_str(),
            },
            "date": bill.date().to_string(),
            "status": bill.status().as_str(),
            "reference": bill.reference().map(Reference::as_str),
            "items": items.collect::<Vec<_>>(),
            "total_amount": bill.total().text(currency),
            "currency": currency.code(),
            "history": self.history.iter().map(deed_json).collect::<Vec<_>>(),
        })
    }
}

fn line(number: usize, item: &Item, currency: Currency) -> Vec<String> {
    vec![
        number.to_string(),
        item.product().product_id.to_string(),
        item.product().name.to_string(),
        item.quantity().to_string(),
        item.unit_price().text(currency),
        item.total().text(currency),
    ]
}

fn deed(entry: &HistoryEntry) -> Vec<String> {
    let said = |text: &str| {
        if text.is_empty() {
            "none".to_owned()
        } else {
            text.to_owned()
        }
    };
    let change = |FieldChange { field, old, new }: &FieldChange| {
        format!("{field}: {} -> {}", said(old), said(new))
    };
    vec![
        moment(entry.at),
        entry.actor.to_string(),
        entry.action.to_string(),
        entry
            .changes
            .iter()
            .map(change)
            .collect::<Vec<_>>()
            .join("\n"),
        entry.reason.to_string(),
    ]
}

fn deed_json(entry: &HistoryEntry) -> Value {
    let changes = entry
        .changes
        .iter()
        .map(|change| json!({ "field": change.field, "old": change.old, "new": change.new }));
    json!({
        "at": moment(entry.at),
        "actor": entry.actor.as_str(),
        "action": entry.action.as_str(),
        "changes": changes.collect::<Vec<_>>(),
        "reason": entry.reason.as_str(),
    })
}
