//! Putting the rows of each bill together.

use super::draft::Draft;
use super::join::Items;
use super::layout::{ITEM_FIELDS, field};
use crate::transfer::cells::{Cells, Dates};
use crate::transfer::feed::Reading;
use crate::transfer::problems::Flaws;
use crate::transfer::row::Row;
use crate::transfer::table::Table;

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
            || ITEM_FIELDS
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
        let mut problems = Flaws::default();
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
    fn begin(&mut self, row: &mut Row, key: Reliable) -> Draft {
        let Some(fault) = row.fault.take() else {
            return self.head(row);
        };
        let text = |field| self.table.columns.text(field, &row.cells);
        let known = |field| key == Reliable::First(field);
        let mut draft = Draft {
            span: Some(row.span()),
            tainted: self.taint.take(),
            reference: known(field::REFERENCE)
                .then(|| text(field::REFERENCE).parse().ok())
                .flatten(),
            number: known(field::NUMBER)
                .then(|| text(field::NUMBER).parse().ok())
                .flatten(),
            ..Draft::default()
        };
        draft.broken(&self.table, row.line, fault);
        draft
    }

    /// One file: rows of a bill adjoin.
    fn next_together(&mut self) -> anyhow::Result<Option<Draft>> {
        let Some(mut first) = self.next.take() else {
            return Ok(None);
        };
        let key = Reliable::of(&self.table, &first);
        let whole = first.fault.is_none();
        let mut draft = self.begin(&mut first, key);
        if whole {
            self.require_key(&first, &mut draft);
            if self.has_items {
                draft.item(&self.table, &first, self.decimal_comma);
            }
        }
        self.suspect(&first, key, &mut draft, 0);
        let mut row = std::mem::take(&mut self.spare);
        while self.table.read(&mut row)? {
            let of_row = Reliable::of(&self.table, &row);
            if of_row != Reliable::No && !same_bill(&self.table, (&first, key), (&row, of_row)) {
                self.spare = first;
                self.next = Some(row);
                return Ok(Some(draft));
            }
            if let Some(span) = &mut draft.span {
                span.end = row.span().end;
            }
            let before = draft.problems.count();
            let compared = Some(&first).filter(|_| whole);
            self.further_row(compared, &mut row, of_row, &mut draft);
            self.suspect(&row, of_row, &mut draft, before);
        }
        self.spare = row;
        Ok(Some(draft))
    }

    /// Notes whether a row casts doubt on the next bill: as one whose own bill is not known, or one that is wrong and runs over
    /// several lines, for a quote that is not closed may have swallowed rows of others.
    fn suspect(&mut self, row: &Row, key: Reliable, draft: &mut Draft, problems_before: u64) {
        let swallows = draft.problems.count() > problems_before && row.runs_over_lines();
        if key == Reliable::No || row.runs_together(self.table.delimiter) {
            draft.suspect(&self.table, row, key != Reliable::No);
        }
        self.taint = (key == Reliable::No || swallows).then_some(row.line);
    }

    /// Takes in a row of the same bill, or of one that may be the same.
    fn further_row(&self, first: Option<&Row>, row: &mut Row, key: Reliable, draft: &mut Draft) {
        if let Some(fault) = row.fault.take() {
            draft.broken(&self.table, row.line, fault);
            return;
        }
        if key == Reliable::No {
            let message = "the reference or number cannot be one: is a quote (\") not closed?";
            draft.problem(&self.table, row.line, None, message.to_owned());
        } else if !self.has_items {
            let message =
                "the same bill stands on the row before, and without items one row says all of it";
            draft.problem(&self.table, row.line, None, message.to_owned());
            return;
        } else if let Some(first) = first {
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
        let key = Reliable::of(&self.table, &row);
        let whole = row.fault.is_none();
        let mut draft = self.begin(&mut row, key);
        let reference = self.table.columns.text(field::REFERENCE, &row.cells);
        let mut missing = None;
        if reference.is_empty() && whole {
            missing =
                Some("the reference is missing: it says which items are the bill's".to_owned());
        } else if key.has(field::REFERENCE)
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
        // There is a row for each bill: a broken one is one of its own.
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
            let (name, comma) = (&self.table.name, self.decimal_comma);
            return match &mut self.items {
                Some(items) => items.next_left(name, comma),
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

/// Which of a row's keys can be relied on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reliable {
    /// Both: the row is whole.
    Both,
    /// This one, in a broken row: it stands in the first column, before anything that is missing or too much.
    First(usize),
    /// None: the row may be of the bill before it or of the one behind it.
    No,
}

impl Reliable {
    /// Of a row of that table.
    pub fn of(table: &Table, row: &Row) -> Self {
        let text = |field| table.columns.text(field, &row.cells);
        // What no key holds: the rest of a row that a quote has swallowed, or bytes that are no text.
        let is_odd = |text: &str| text.contains(|c: char| c.is_control() || c == '\u{FFFD}');
        let keys = [field::REFERENCE, field::NUMBER];
        if row.fault.is_none() {
            let odd = keys.into_iter().any(|field| is_odd(&text(field)));
            return if odd { Self::No } else { Self::Both };
        }
        keys.into_iter()
            .find(|field| table.columns.is_first(*field))
            .filter(|field| {
                let text = text(*field);
                // A quote in the wrong place runs cells together.
                let several = text.contains(char::from(table.delimiter));
                !text.is_empty() && !is_odd(&text) && !several
            })
            .map_or(Self::No, Self::First)
    }

    /// Whether that field is one of them.
    pub fn has(self, field: usize) -> bool {
        self == Self::Both || self == Self::First(field)
    }
}

/// Whether two rows are of one bill: as far as their keys can be relied on, and where there is one.
fn same_bill(table: &Table, one: (&Row, Reliable), other: (&Row, Reliable)) -> bool {
    let mut has_key = false;
    for field in [field::REFERENCE, field::NUMBER] {
        if !one.1.has(field) || !other.1.has(field) {
            continue;
        }
        let text = table.columns.text(field, &one.0.cells);
        if text != table.columns.text(field, &other.0.cells) {
            return false;
        }
        has_key |= !text.is_empty();
    }
    has_key
}
