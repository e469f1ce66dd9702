//! Importing bills, from one file with a row for each item or from two files joined by reference.
//!
//! 1. One thread reads the files and puts the rows of each bill together ([`grouping`], [`join`]).
//! 2. Another decides what becomes of each bill ([`planner`], [`new`], [`existing`]) and keeps it in a temporary file
//!    ([`record`]), for more may be known at the end ([`settle`]).
//! 3. What was planned is written and committed in one step ([`apply`]).

mod apply;
mod draft;
mod existing;
mod grouping;
mod join;
mod layout;
mod missing;
mod names;
mod new;
mod numbers;
mod planner;
mod record;
mod settle;
mod version;

pub use layout::BILL_FIELDS;

use super::cells::Dates;
use super::feed::feed;
use super::layout::{Fields, Layout, check_mapping};
use super::plan::{BillPlan, ImportMode, Remarks, Tally};
use super::problems::{FileNames, Problems, Side};
use super::progress::{Progress, Watch};
use super::refusals::Refusals;
use super::rejects::{self, Rejects};
use super::source::Source;
use super::table::{ReadOptions, Table};
use crate::app::Deed;
use crate::domain::ValueError;
use crate::storage::Storage;
use grouping::Drafts;
use join::Items;
use layout::{HEADS, ITEMS, TOGETHER};
use planner::Planner;

/// An import of bills.
#[derive(Clone, Debug)]
pub struct BillImport {
    /// The bills, with their items unless those are in a file of their own.
    pub bills: Source,
    /// The items, joined to the bills by reference.
    pub items: Option<Source>,
    /// How to read both.
    pub options: ReadOptions,
    /// How to go about it.
    pub mode: ImportMode,
    /// Number all bills anew. A number given becomes the reference of a bill that has none.
    pub renumber: bool,
    /// Make customers and products that bills mention by e-mail address or name and that the book lacks.
    pub create_missing: bool,
    /// Who does it, for the history of bills that change.
    pub deed: Deed,
}

/// Imports the bills of a CSV file, or of two, in one step, and tells what became of them.
pub fn import_bills(
    storage: &mut dyn Storage,
    import: &BillImport,
    progress: &mut dyn Progress,
) -> anyhow::Result<BillPlan> {
    let sources: Vec<&Source> = std::iter::once(&import.bills)
        .chain(&import.items)
        .collect();
    let rejects = Rejects::begin(&import.mode, &sources)?;
    let (mut drafts, names, fields) = open(import, progress)?;
    let mut remarks = Remarks::default();
    remarks.see(&drafts.table, &import.options);
    if let Some(items) = &drafts.items {
        remarks.see(&items.table, &import.options);
    }
    let mut tx = storage.begin(&import.mode.scope())?;
    let refusals = Refusals::new(names, import.mode.rejects.is_some());
    let mut planner = Planner::new(&mut *tx, import, fields, refusals)?;
    let currency = planner.currency;
    {
        let total =
            drafts.table.length + drafts.items.as_ref().map_or(0, |items| items.table.length);
        let mut watch = Watch::begin(progress, "reading", Some(total));
        feed(&mut drafts, &mut watch, |batch| planner.consume(batch))?;
    }
    let mut settled = planner.settle()?;
    let closed = settled.close_gaps();
    remarks.refusal = settled.refusals.verdict(closed)?;
    if let Some(refusal) = remarks.refusal.take_if(|_| !import.mode.dry_run) {
        return Err(refusal.noting(&remarks.guesses).into());
    }
    let mut tables = vec![drafts.table];
    tables.extend(drafts.items.map(|items| items.table));
    let files = rejects.complete(
        &import.mode,
        &mut settled.refusals,
        &mut tables,
        &mut remarks,
    )?;
    let tallies = settled.years.values().map(|year| year.tally.bills);
    if !import.mode.dry_run && tallies.map(|bills| bills.written()).sum::<u64>() > 0 {
        settled.apply(&mut *tx, import, currency, progress)?;
        let _finishing = Watch::begin(progress, "finishing", None);
        tx.commit()?;
    }
    rejects::publish(files)?;
    let seen = settled
        .years
        .iter()
        .filter(|(_, year)| year.tally.bills != Tally::default());
    Ok(BillPlan {
        years: seen.map(|(year, state)| (*year, state.tally)).collect(),
        new_customers: settled.missing.customers.used(),
        new_products: settled.missing.products.used(),
        currency,
        remarks,
    })
}

/// Opens the files and resolves their headers.
fn open(
    import: &BillImport,
    progress: &mut dyn Progress,
) -> anyhow::Result<(Drafts, FileNames, [Fields; 2])> {
    let options = &import.options;
    let layouts: &[&Layout] = match import.items {
        Some(_) => &[&HEADS, &ITEMS],
        None => &[&TOGETHER],
    };
    check_mapping(&options.mapping, layouts)?;
    if import.bills == Source::Stdin && import.items == Some(Source::Stdin) {
        let message =
            "standard input can be the bills or their items, not both: name a file for one of them";
        return Err(ValueError::new(message).into());
    }
    let mut problems = Vec::new();
    let mut table = |source: &Source, side, layout: &Layout| {
        Table::open(source.open(progress)?, side, layout, options, &mut problems)
    };
    let bills = table(&import.bills, Side::Main, layouts[0])?;
    let items = match &import.items {
        Some(source) => Some(table(source, Side::Items, &ITEMS)?),
        None => None,
    };
    let names = FileNames {
        main: bills.name.clone(),
        items: items
            .as_ref()
            .map_or(String::new(), |table| table.name.clone()),
    };
    Problems::of(&names, &problems).reject()?;
    let main = Fields::of(&bills.columns, layouts[0]);
    let of_items = match &items {
        Some(table) => Fields::of(&table.columns, &ITEMS),
        None => main.clone(),
    };
    let dates = Dates::new(options.date_format.clone());
    let items = items.map(Items::new).transpose()?;
    let drafts = Drafts::new(bills, items, dates, options.decimal_comma);
    Ok((drafts, names, [main, of_items]))
}
