//! Making bills out of rows.

use super::batch::Batch;
use super::numbers::Series;
use super::{BillImport, YearImport, field};
use crate::app::lookup::Lookup;
use crate::domain::{
    Bill, BillNumber, BillStatus, BilledCustomer, BillingYear, Currency, Item, MAX_ITEMS, Money,
    Quantity, Reference, Refusal,
};
use crate::storage::Tx;
use crate::transfer::ImportError;
use crate::transfer::cells::{Cells, Dates};
use crate::transfer::problems::Problems;
use crate::transfer::table::{Row, Table};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// Everything that is needed to make bills, and the bills of each year on their way into the book.
pub(super) struct Reader<'s> {
    /// What is wrong so far.
    pub problems: Problems,
    tx: Box<dyn Tx + 's>,
    lookup: Lookup,
    dates: Dates,
    currency: Currency,
    renumber: bool,
    years: BTreeMap<BillingYear, Year>,
    head: Option<Head>,
    items: Vec<Item>,
    item_count: usize,
    problems_before: u64,
}

struct Year {
    series: Series,
    batch: Batch,
    done: YearImport,
}

/// What the rows of a bill say of it as a whole.
struct Head {
    reference: Option<Reference>,
    number: Option<BillNumber>,
    customer: Arc<BilledCustomer>,
    date: NaiveDate,
    status: BillStatus,
    total: Option<Money>,
}

impl<'s> Reader<'s> {
    /// A reader for a transaction that may write the years of all dates in the file.
    pub fn new(
        mut tx: Box<dyn Tx + 's>,
        import: &BillImport,
        problems: Problems,
    ) -> anyhow::Result<Self> {
        let currency = tx.info()?.currency;
        Ok(Self {
            problems,
            tx,
            lookup: Lookup::default(),
            dates: Dates::new(import.options.date_format.clone()),
            currency,
            renumber: import.renumber,
            years: BTreeMap::new(),
            head: None,
            items: Vec::new(),
            item_count: 0,
            problems_before: 0,
        })
    }

    /// A bill begins; this row says what holds for all of it.
    pub fn begin_bill(&mut self, table: &Table, row: &Row) -> anyhow::Result<()> {
        self.problems_before = self.problems.count();
        self.items.clear();
        self.item_count = 0;
        let mut cells = Cells::new(table, row, &mut self.problems);
        let reference = cells.optional(field::REFERENCE);
        let number = if self.renumber {
            None
        } else {
            cells.optional(field::NUMBER)
        };
        let customer = self
            .lookup
            .customer_text(&mut *self.tx, &cells.text(field::CUSTOMER));
        let customer = cells.found(field::CUSTOMER, customer)?;
        let date = cells.date(field::DATE, &mut self.dates);
        let status = cells.optional(field::STATUS).unwrap_or(BillStatus::Pending);
        let total = cells.optional(field::TOTAL_AMOUNT);
        self.head = customer.zip(date).map(|(customer, date)| Head {
            reference,
            number,
            customer,
            date,
            status,
            total,
        });
        Ok(())
    }

    /// Checks that the row has what tells one bill's rows from another's.
    pub fn require_key(&mut self, table: &Table, row: &Row) {
        let empty = |field| table.columns.text(field, &row.cells).is_empty();
        if empty(field::REFERENCE) && empty(field::NUMBER) {
            let message =
                "a bill needs a reference or a number, by which its rows are known to be one bill";
            self.problems.add(table.place(row.line, None), message);
        }
    }

    /// Checks that a further row of the bill says the same of it as the first.
    pub fn compare(&mut self, table: &Table, first: &Row, row: &Row) {
        for field in [
            field::CUSTOMER,
            field::DATE,
            field::STATUS,
            field::TOTAL_AMOUNT,
        ] {
            let was = table.columns.text(field, &first.cells);
            let is = table.columns.text(field, &row.cells);
            if was != is {
                let message = format!(
                    "'{is}' here, and '{was}' on line {} for the same bill",
                    first.line
                );
                self.problems
                    .add(table.place(row.line, Some(field)), message);
            }
        }
    }

    /// Adds a row's item to the bill.
    pub fn item(&mut self, table: &Table, row: &Row) -> anyhow::Result<()> {
        self.item_count += 1;
        let mut cells = Cells::new(table, row, &mut self.problems);
        let product = self
            .lookup
            .product_text(&mut *self.tx, &cells.text(field::PRODUCT));
        let product = cells.found(field::PRODUCT, product)?;
        let quantity: Option<Quantity> = cells.required(field::QUANTITY);
        let unit_price: Option<Money> = cells.optional(field::UNIT_PRICE);
        let total: Option<Money> = cells.optional(field::TOTAL_PRICE);
        let (Some(product), Some(quantity)) = (product, quantity) else {
            return Ok(());
        };
        let price = unit_price.unwrap_or(product.price);
        match Item::new(product.product, quantity, price, self.currency) {
            Err(refusal) => cells.problem(None, refusal),
            Ok(item) => {
                if let Some(total) = total.filter(|total| *total != item.total()) {
                    let computed = item.total().text(self.currency);
                    let message =
                        format!("{total} is given, and {quantity} x {price} is {computed}");
                    cells.problem(Some(field::TOTAL_PRICE), message);
                }
                // A bill of too many items is refused at its end; until then it must not fill the memory.
                if self.items.len() < MAX_ITEMS {
                    self.items.push(item);
                }
            }
        }
        Ok(())
    }

    /// The bill has no more rows. If all of them were good, it gets its number and goes into the book.
    pub fn end_bill(&mut self, table: &Table, first: &Row) -> anyhow::Result<()> {
        let Some(head) = self
            .head
            .take()
            .filter(|_| self.problems.count() == self.problems_before)
        else {
            return Ok(());
        };
        if self.item_count > MAX_ITEMS {
            let refusal = Refusal::TooManyItems {
                given: self.item_count,
            };
            self.problems.add(table.place(first.line, None), refusal);
            return Ok(());
        }
        let year = BillingYear::of(head.date);
        let state = match self.years.entry(year) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let series = Series::new(year, self.tx.last_sequence(year)?);
                entry.insert(Year {
                    series,
                    batch: Batch::default(),
                    done: YearImport::default(),
                })
            }
        };
        let number = match state.series.number(head.number) {
            Ok(number) => number,
            Err(message) => {
                self.problems
                    .add(table.place(first.line, Some(field::NUMBER)), message);
                return Ok(());
            }
        };
        let items = std::mem::take(&mut self.items);
        let bill = match Bill::new(
            number,
            head.customer,
            head.date,
            head.status,
            head.reference,
            items,
        ) {
            Ok(bill) => bill,
            Err(refusal) => {
                self.problems.add(table.place(first.line, None), refusal);
                return Ok(());
            }
        };
        if let Some(given) = head.total.filter(|given| *given != bill.total()) {
            let computed = bill.total().text(self.currency);
            let message = format!("{given} is given, and the items add up to {computed}");
            self.problems
                .add(table.place(first.line, Some(field::TOTAL_AMOUNT)), message);
        }
        // After the first problem nothing will be kept: the other bills go into the book only to find out which of them it
        // would refuse as well.
        state.done.add(1, bill.items().len() as u64, bill.total());
        state.batch.push(bill, first.line);
        if state.batch.is_full() {
            state
                .batch
                .insert(&mut *self.tx, &state.series, table, &mut self.problems)?;
        }
        Ok(())
    }

    /// Puts all bills that still wait into the book.
    pub fn flush(&mut self, table: &Table) -> anyhow::Result<()> {
        for year in self.years.values_mut() {
            year.batch
                .insert(&mut *self.tx, &year.series, table, &mut self.problems)?;
        }
        Ok(())
    }

    /// Makes everything durable, if there was no problem and no year's numbers have a gap.
    pub fn commit(self) -> anyhow::Result<(BTreeMap<BillingYear, YearImport>, Currency)> {
        self.problems.reject()?;
        let gaps: Vec<String> = self
            .years
            .values()
            .filter_map(|year| year.series.gap())
            .collect();
        if !gaps.is_empty() {
            let text = format!(
                "nothing was imported: a year's numbers have no gaps, and {}; import the bills between as well, or number \
                 all anew with --renumber",
                gaps.join(", and ")
            );
            return Err(ImportError::Refused(text).into());
        }
        if !self.years.is_empty() {
            self.tx.commit()?;
        }
        Ok((
            self.years
                .into_iter()
                .map(|(year, state)| (year, state.done))
                .collect(),
            self.currency,
        ))
    }
}
