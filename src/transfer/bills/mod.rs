//! Importing bills, from one file with a row for each item or from two files joined by reference.

mod batch;
mod join;
mod numbers;
mod read;

use super::columns::{Columns, Layout, Need, check_mapping};
use super::problems::Problems;
use super::progress::{Progress, Watch};
use super::source::Source;
use super::table::{ReadOptions, Row, Table};
use crate::domain::{BillingYear, Currency, Money, ValueError};
use crate::storage::{Scope, Storage};
use join::Items;
use read::Reader;
use std::collections::{BTreeMap, BTreeSet};

/// The fields of a bill and of one item on it, in the order of an export.
pub const BILL_FIELDS: [&str; 10] = [
    "reference",
    "number",
    "customer",
    "date",
    "status",
    "product",
    "quantity",
    "unit_price",
    "total_price",
    "total_amount",
];

/// The places of the fields in [`BILL_FIELDS`].
mod field {
    pub const REFERENCE: usize = 0;
    pub const NUMBER: usize = 1;
    pub const CUSTOMER: usize = 2;
    pub const DATE: usize = 3;
    pub const STATUS: usize = 4;
    pub const PRODUCT: usize = 5;
    pub const QUANTITY: usize = 6;
    pub const UNIT_PRICE: usize = 7;
    pub const TOTAL_PRICE: usize = 8;
    pub const TOTAL_AMOUNT: usize = 9;
}

/// Bills with their items, one row for each item.
const TOGETHER: Layout = {
    use Need::{OneOf, Optional, Required};
    let needs = &[
        OneOf, OneOf, Required, Required, Optional, Required, Required, Optional, Optional,
        Optional,
    ];
    Layout {
        noun: "bills",
        fields: &BILL_FIELDS,
        needs,
        items: false,
    }
};

/// Bills whose items are in another file.
const HEADS: Layout = {
    use Need::{Elsewhere, Optional, Required};
    let needs = &[
        Required, Optional, Required, Required, Optional, Elsewhere, Elsewhere, Elsewhere,
        Elsewhere, Optional,
    ];
    Layout {
        noun: "bills",
        fields: &BILL_FIELDS,
        needs,
        items: false,
    }
};

/// The items of bills that are in another file.
const ITEMS: Layout = {
    use Need::{Elsewhere, Optional, Required};
    let needs = &[
        Required, Elsewhere, Elsewhere, Elsewhere, Elsewhere, Required, Required, Optional,
        Optional, Elsewhere,
    ];
    Layout {
        noun: "items",
        fields: &BILL_FIELDS,
        needs,
        items: true,
    }
};

/// An import of bills.
#[derive(Clone, Debug)]
pub struct BillImport {
    /// The bills, with their items unless those are in a file of their own.
    pub bills: Source,
    /// The items, joined to the bills by reference.
    pub items: Option<Source>,
    /// How to read both.
    pub options: ReadOptions,
    /// Number all bills anew, whatever numbers are given.
    pub renumber: bool,
}

/// What was imported into one year.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct YearImport {
    /// How many bills.
    pub bills: u64,
    /// How many items they have.
    pub items: u64,
    /// What they add up to.
    pub total: Money,
}

impl YearImport {
    fn add(&mut self, bills: u64, items: u64, total: Money) {
        self.bills += bills;
        self.items += items;
        // Beyond the range of one amount the sum is shown as the largest, rather than not at all.
        self.total = self.total.plus(total).unwrap_or(Money::MAX);
    }
}

/// What an import of bills did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ImportedBills {
    /// By year.
    pub years: BTreeMap<BillingYear, YearImport>,
    /// Columns that no field was filled from, where a mapping lets there be such.
    pub ignored_columns: Vec<String>,
    /// The currency of the totals.
    pub currency: Currency,
}

impl ImportedBills {
    /// All years together.
    pub fn totals(&self) -> YearImport {
        self.years
            .values()
            .fold(YearImport::default(), |mut sum, year| {
                sum.add(year.bills, year.items, year.total);
                sum
            })
    }
}

/// Adds the bills of a CSV file, or of two, all or none.
pub fn import_bills(
    storage: &mut dyn Storage,
    import: &BillImport,
    progress: &mut dyn Progress,
) -> anyhow::Result<ImportedBills> {
    let layouts: &[&Layout] = if import.items.is_some() {
        &[&HEADS, &ITEMS]
    } else {
        &[&TOGETHER]
    };
    check_mapping(&import.options.mapping, layouts)?;
    let mut problems = Problems::default();
    let (mut bills, items) = open(import, layouts, &mut problems, progress)?;
    let ignored_columns = ignored(&bills.columns, items.as_ref().map(|items| &items.columns));
    let years = years(&mut bills, &import.options, progress)?;
    let mut reader = Reader::new(storage.begin(&Scope::Write(years))?, import, problems)?;
    let total = bills.length + items.as_ref().map_or(0, |items| items.length);
    let mut watch = Watch::begin(progress, "importing", Some(total));
    match items {
        None => rows_together(&mut reader, &mut bills, &mut watch)?,
        Some(items) => {
            let items = Items::new(items, &mut reader.problems)?;
            rows_apart(&mut reader, &mut bills, items, &mut watch)?;
        }
    }
    watch.reach(total)?;
    let (years, currency) = reader.commit()?;
    Ok(ImportedBills {
        years,
        ignored_columns,
        currency,
    })
}

fn open(
    import: &BillImport,
    layouts: &[&Layout],
    problems: &mut Problems,
    progress: &mut dyn Progress,
) -> anyhow::Result<(Table, Option<Table>)> {
    if import.bills == Source::Stdin && import.items == Some(Source::Stdin) {
        let message =
            "standard input can be the bills or their items, not both: name a file for one of them";
        return Err(ValueError::new(message).into());
    }
    let mut table = |source: &Source, layout: &Layout| {
        Table::open(source.open(progress)?, layout, &import.options, problems)
    };
    let bills = table(&import.bills, layouts[0])?;
    let items = import
        .items
        .as_ref()
        .map(|source| table(source, &ITEMS))
        .transpose()?;
    problems.reject()?;
    Ok((bills, items))
}

fn ignored(bills: &Columns, items: Option<&Columns>) -> Vec<String> {
    let mut names = bills.ignored.clone();
    for name in items.map_or(&[][..], |items| &items.ignored) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// The years of all dates in the file, which a transaction must know when it begins. What is wrong with a row is told
/// when the row is read for good.
fn years(
    bills: &mut Table,
    options: &ReadOptions,
    progress: &mut dyn Progress,
) -> anyhow::Result<BTreeSet<BillingYear>> {
    let mut years = BTreeSet::new();
    let mut dates = super::cells::Dates::new(options.date_format.clone());
    let mut watch = Watch::begin(progress, "reading", Some(bills.length));
    let (mut row, mut untold) = (Row::default(), Problems::default());
    while bills.read(&mut row, &mut untold)? {
        if let Ok(date) = dates.parse(&bills.columns.text(field::DATE, &row.cells)) {
            years.insert(BillingYear::of(date));
        }
        watch.row(bills.position().byte())?;
    }
    bills.rewind()?;
    Ok(years)
}

/// One file: rows of a bill adjoin.
fn rows_together(
    reader: &mut Reader<'_>,
    table: &mut Table,
    watch: &mut Watch<'_>,
) -> anyhow::Result<()> {
    let (mut first, mut next) = (Row::default(), Row::default());
    let mut more = table.read(&mut first, &mut reader.problems)?;
    while more {
        reader.begin_bill(table, &first)?;
        reader.require_key(table, &first);
        reader.item(table, &first)?;
        loop {
            more = table.read(&mut next, &mut reader.problems)?;
            if !more || !same_key(table, &first, &next) {
                break;
            }
            reader.compare(table, &first, &next);
            reader.item(table, &next)?;
            watch.row(table.position().byte())?;
        }
        reader.end_bill(table, &first)?;
        std::mem::swap(&mut first, &mut next);
        watch.row(table.position().byte())?;
    }
    reader.flush(table)
}

fn same_key(table: &Table, one: &Row, other: &Row) -> bool {
    let same =
        |field| table.columns.text(field, &one.cells) == table.columns.text(field, &other.cells);
    same(field::REFERENCE) && same(field::NUMBER)
}

/// Two files: each bill's items are those of its reference.
fn rows_apart(
    reader: &mut Reader<'_>,
    bills: &mut Table,
    mut items: Items,
    watch: &mut Watch<'_>,
) -> anyhow::Result<()> {
    let mut row = Row::default();
    while bills.read(&mut row, &mut reader.problems)? {
        reader.begin_bill(bills, &row)?;
        let reference = bills.columns.text(field::REFERENCE, &row.cells);
        let place = bills.place(row.line, Some(field::REFERENCE));
        if reference.is_empty() {
            let message = "the reference is missing: it says which items are the bill's";
            reader.problems.add(place, message);
        } else if !items.each_of(&reference, reader, watch, bills.position().byte())? {
            let message = format!(
                "no items in {} for it, or an earlier bill of the same reference has them",
                items.file()
            );
            reader.problems.add(place, message);
        }
        reader.end_bill(bills, &row)?;
        watch.row(bills.position().byte() + items.passed())?;
    }
    items.finish(&bills.name, &mut reader.problems)?;
    reader.flush(bills)
}
