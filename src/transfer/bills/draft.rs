//! A bill as its rows tell it. What the book holds is not asked here: that is the planner's part.

use super::layout::field;
use super::record::Key;
use crate::domain::{
    BillNumber, BillStatus, CustomerRef, MAX_ITEMS, Money, ProductRef, Quantity, Reference,
};
use crate::transfer::cells::Cells;
use crate::transfer::problems::{Flaws, Problem};
use crate::transfer::row::{Fault, Row, Span};
use crate::transfer::table::Table;
use chrono::NaiveDate;

/// A bill as its rows tell it.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Where its rows are; nowhere for items whose bill is missing.
    pub span: Option<Span>,
    /// Where its items' rows are, in a file of their own.
    pub items_span: Option<Span>,
    pub reference: Option<Reference>,
    pub number: Option<BillNumber>,
    pub customer: Option<CustomerRef>,
    pub date: Option<NaiveDate>,
    pub status: Option<BillStatus>,
    pub total: Option<Money>,
    /// Its items, [`MAX_ITEMS`] at the most.
    pub items: Vec<DraftItem>,
    /// How many items there are.
    pub item_count: usize,
    /// What is wrong with its rows.
    pub problems: Flaws,
    /// What bills are known by that wrong rows in it may be of.
    pub suspects: Vec<Key>,
    /// The line of a broken row before it that may be its own. Then the bill may lack an item, and is not good.
    pub tainted: Option<u64>,
}

/// One item of it.
#[derive(Debug)]
pub(super) struct DraftItem {
    pub line: u64,
    pub product: ProductRef,
    /// `None` where it is wrong, which is a problem of the bill.
    pub quantity: Option<Quantity>,
    pub unit_price: Option<Money>,
    pub total: Option<Money>,
}

impl Draft {
    /// Adds a problem of a row, or of a field in it.
    pub fn problem(&mut self, table: &Table, line: u64, field: Option<usize>, message: String) {
        self.problems.push(Problem {
            side: table.side,
            line,
            column: field.map(|field| table.columns.field_name(field).to_owned()),
            message,
        });
    }

    /// Adds a row that cannot be read.
    pub fn broken(&mut self, table: &Table, line: u64, fault: Fault) {
        self.problems.push(table.problem(line, fault));
    }

    /// Takes down which bills a wrong row may be of as well. Where its keys cannot be relied on, these are what stands in their
    /// place; and where it runs over several lines, each of them may have been a row, which a quote that is not closed has
    /// swallowed.
    pub fn suspect(&mut self, table: &Table, row: &Row, reliable: bool) {
        let delimiter = char::from(table.delimiter);
        let clean = |text: &str| text.trim_matches(['"', ' ', '\r']).to_owned();
        let mut names: Vec<(usize, String)> = Vec::new();
        // About as the row stands in its file: which of its quotes are meant is what nobody knows.
        let cells: Vec<&str> = row.cells.iter().collect();
        let text = cells.join(&delimiter.to_string());
        for field in [field::REFERENCE, field::NUMBER] {
            let Some(column) = table.columns.column_of(field) else {
                continue;
            };
            if !reliable {
                let cell = row.cells.get(column).unwrap_or_default();
                let first = cell.split(delimiter).next().unwrap_or_default();
                names.extend([(field, clean(cell)), (field, clean(first))]);
            }
            if row.runs_together(table.delimiter) {
                let cells = text
                    .split('\n')
                    .filter_map(|line| line.split(delimiter).nth(column));
                names.extend(cells.map(|cell| (field, clean(cell))));
            }
        }
        for (field, name) in names {
            if field == field::NUMBER {
                self.suspects.extend(name.parse().ok().map(Key::Number));
            } else if !name.is_empty() {
                self.suspects.push(Key::Reference(name));
            }
        }
    }

    /// Adds a row's item.
    pub fn item(&mut self, table: &Table, row: &Row, decimal_comma: bool) {
        self.item_count += 1;
        let mut cells = Cells::new(table, row, decimal_comma, &mut self.problems);
        let (product, quantity) = (cells.given(field::PRODUCT), cells.decimal(field::QUANTITY));
        let unit_price = cells.optional_decimal(field::UNIT_PRICE);
        let total = cells.optional_decimal(field::TOTAL_PRICE);
        // A bill of too many items is refused later; until then it must not fill the memory.
        if let Some(product) = product
            && self.items.len() < MAX_ITEMS
        {
            self.items.push(DraftItem {
                line: row.line,
                product,
                quantity,
                unit_price,
                total,
            });
        }
    }
}
