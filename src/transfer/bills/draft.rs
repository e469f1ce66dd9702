//! Putting the rows of each bill together. What the book holds is not asked here: that is the planner's part.

use super::join::Items;
use super::layout::field;
use crate::domain::{
    BillNumber, BillStatus, CustomerRef, MAX_ITEMS, Money, ProductRef, Quantity, Reference,
};
use crate::transfer::cells::{Cells, Dates};
use crate::transfer::feed::Reading;
use crate::transfer::problems::Problem;
use crate::transfer::table::{Row, Span, Table};
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
    pub problems: Vec<Problem>,
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

/// Reads bills from a file with a row for each item, or from two.
pub(super) struct Drafts {
    pub table: Table,
    pub items: Option<Items>,
    dates: Dates,
    decimal_comma: bool,
    /// Whether the rows say anything of items.
    has_items: bool,
    /// The first row of the next bill.
    next: Option<Row>,
    spare: Row,
    /// The line of a broken row that may belong to the next bill.
    taint: Option<u64>,
    started: bool,
}

impl Drafts {
    /// Of open files.
    pub fn new(table: Table, items: Option<Items>, dates: Dates, decimal_comma: bool) -> Self {
        let has_items = items.is_some()
            || [
                field::PRODUCT,
                field::QUANTITY,
                field::UNIT_PRICE,
                field::TOTAL_PRICE,
            ]
            .into_iter()
            .any(|field| table.columns.has(field));
        Self {
            table,
            items,
            dates,
            decimal_comma,
            has_items,
            next: None,
            spare: Row::default(),
            taint: None,
            started: false,
        }
    }

    /// What the bill's first row says of it as a whole.
    fn head(&mut self, row: &Row) -> Draft {
        let mut draft = Draft {
            span: Some(row.span()),
            tainted: self.taint.take(),
            ..Draft::default()
        };
        let (table, dates) = (&self.table, &mut self.dates);
        let mut problems = Vec::new();
        let mut cells = Cells::new(table, row, self.decimal_comma, &mut problems);
        draft.reference = cells.optional(field::REFERENCE);
        draft.number = cells.optional(field::NUMBER);
        draft.customer = cells.given(field::CUSTOMER);
        draft.date = cells.date(field::DATE, dates);
        draft.status = cells.optional(field::STATUS);
        draft.total = cells.optional_decimal(field::TOTAL_AMOUNT);
        draft.problems = problems;
        draft
    }

    /// Begins a bill with a row that may be broken.
    fn begin(&mut self, row: &mut Row) -> Draft {
        let Some(fault) = row.fault.take() else {
            return self.head(row);
        };
        let certain = is_certain(&self.table, row);
        let reference = self.table.columns.text(field::REFERENCE, &row.cells);
        Draft {
            span: Some(row.span()),
            tainted: self.taint.take(),
            reference: reference.parse().ok().filter(|_| certain),
            problems: vec![self.table.problem(row.line, fault)],
            ..Draft::default()
        }
    }

    /// One file: rows of a bill adjoin.
    fn next_together(&mut self) -> anyhow::Result<Option<Draft>> {
        let Some(mut first) = self.next.take() else {
            return Ok(None);
        };
        let whole = first.fault.is_none();
        let mut draft = self.begin(&mut first);
        if whole {
            self.require_key(&first, &mut draft);
            if self.has_items {
                draft.item(&self.table, &first, self.decimal_comma);
            }
        } else if !is_certain(&self.table, &first) {
            self.taint = Some(first.line);
        }
        let mut row = std::mem::take(&mut self.spare);
        while self.table.read(&mut row)? {
            let certain = row.fault.is_none() || is_certain(&self.table, &row);
            if certain && !self.same_bill(&first, whole, &row) {
                self.spare = first;
                self.next = Some(row);
                return Ok(Some(draft));
            }
            if let Some(span) = &mut draft.span {
                span.end = row.span().end;
            }
            self.further_row(&first, whole, &mut row, &mut draft);
            if !certain {
                self.taint = Some(row.line);
            }
        }
        self.spare = row;
        Ok(Some(draft))
    }

    /// Takes in a row of the same bill.
    fn further_row(&mut self, first: &Row, whole: bool, row: &mut Row, draft: &mut Draft) {
        if let Some(fault) = row.fault.take() {
            draft.problems.push(self.table.problem(row.line, fault));
            return;
        }
        // A broken row before it was of this bill, then.
        self.taint = None;
        if !self.has_items {
            let message = format!(
                "the same bill stands on line {}, and without items one row says all of it",
                first.line
            );
            draft.problem(&self.table, row.line, None, message);
            return;
        }
        if whole {
            self.compare(first, row, draft);
        }
        draft.item(&self.table, row, self.decimal_comma);
    }

    /// Two files: each bill's items are those of its reference.
    fn next_apart(&mut self) -> anyhow::Result<Option<Draft>> {
        let mut row = std::mem::take(&mut self.spare);
        if !self.table.read(&mut row)? {
            return Ok(None);
        }
        let whole = row.fault.is_none();
        let known = whole || is_certain(&self.table, &row);
        let mut draft = self.begin(&mut row);
        let reference = self.table.columns.text(field::REFERENCE, &row.cells);
        let mut missing = None;
        if reference.is_empty() && whole {
            missing =
                Some("the reference is missing: it says which items are the bill's".to_owned());
        } else if known
            && let Some(items) = &mut self.items
            && !items.each_of(&reference, &mut draft, self.decimal_comma)?
            && whole
        {
            missing = Some(format!(
                "no items in {} for it, or an earlier bill of the same reference has them",
                items.file()
            ));
        }
        if let Some(message) = missing {
            draft.problem(&self.table, row.line, Some(field::REFERENCE), message);
        }
        drop(reference);
        // A row for each bill: a broken one is one of its own.
        self.taint = None;
        self.spare = row;
        Ok(Some(draft))
    }

    /// Checks that the row has what tells one bill's rows from another's.
    fn require_key(&self, row: &Row, draft: &mut Draft) {
        let empty = |field| self.table.columns.text(field, &row.cells).is_empty();
        if empty(field::REFERENCE) && empty(field::NUMBER) {
            let message =
                "a bill needs a reference or a number, by which its rows are known to be one bill";
            draft.problem(&self.table, row.line, None, message.to_owned());
        }
    }

    /// Whether two rows are of one bill. Of a broken row just the first column counts.
    fn same_bill(&self, first: &Row, whole: bool, row: &Row) -> bool {
        let columns = &self.table.columns;
        let same = |field| columns.text(field, &first.cells) == columns.text(field, &row.cells);
        let keys = [field::REFERENCE, field::NUMBER];
        if whole && row.fault.is_none() {
            return keys.into_iter().all(same);
        }
        keys.into_iter()
            .any(|field| columns.is_first(field) && same(field))
    }

    /// Checks that a further row of the bill says the same of it as the first.
    fn compare(&self, first: &Row, row: &Row, draft: &mut Draft) {
        for field in [
            field::CUSTOMER,
            field::DATE,
            field::STATUS,
            field::TOTAL_AMOUNT,
        ] {
            let was = self.table.columns.text(field, &first.cells);
            let is = self.table.columns.text(field, &row.cells);
            if was != is {
                let message = format!(
                    "'{is}' here, and '{was}' on line {} for the same bill",
                    first.line
                );
                draft.problem(&self.table, row.line, Some(field), message);
            }
        }
    }
}

impl Reading for Drafts {
    type Record = Draft;

    fn next(&mut self) -> anyhow::Result<Option<Draft>> {
        if self.items.is_some() {
            if let Some(draft) = self.next_apart()? {
                return Ok(Some(draft));
            }
            let name = &self.table.name;
            return match &mut self.items {
                Some(items) => items.next_left(name),
                None => Ok(None),
            };
        }
        if !self.started {
            self.started = true;
            let mut row = Row::default();
            self.next = self.table.read(&mut row)?.then_some(row);
        }
        self.next_together()
    }

    fn rows(draft: &Draft) -> usize {
        draft.items.len().max(1)
    }

    fn passed(&self) -> u64 {
        self.table.position().byte() + self.items.as_ref().map_or(0, Items::passed)
    }
}

/// Whether the key of a broken row can be relied on: it stands in the first column, before anything that is missing or too
/// much. Any other broken row may belong to the bill before it or to the one behind it.
pub(super) fn is_certain(table: &Table, row: &Row) -> bool {
    [field::REFERENCE, field::NUMBER].into_iter().any(|field| {
        table.columns.is_first(field) && !table.columns.text(field, &row.cells).is_empty()
    })
}
