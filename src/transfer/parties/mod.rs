//! Importing customers and products.

mod customers;
mod names;
mod planner;
mod products;
mod settle;
mod tabular;

pub(super) use tabular::Tabular;

use super::feed::{Reading, feed};
use super::layout::{Fields, check_mapping};
use super::plan::{ImportMode, PartyPlan, Remarks};
use super::problems::{FileNames, Flaws, Problems, Side};
use super::progress::{Progress, Watch};
use super::refusals::Refusals;
use super::rejects::{self, Rejects};
use super::row::{Row, Span};
use super::source::Source;
use super::table::{ReadOptions, Table};
use crate::domain::{Customer, Product};
use crate::storage::Storage;
use planner::Planner;

/// An import of customers or products.
#[derive(Clone, Debug)]
pub struct PartyImport {
    /// The file.
    pub source: Source,
    /// How to read it.
    pub options: ReadOptions,
    /// How to go about it.
    pub mode: ImportMode,
}

/// Imports the customers of a CSV file in one step, and tells what became of them.
pub fn import_customers(
    storage: &mut dyn Storage,
    import: &PartyImport,
    progress: &mut dyn Progress,
) -> anyhow::Result<PartyPlan> {
    run::<Customer>(storage, import, progress)
}

/// Imports the products of a CSV file in one step, and tells what became of them.
pub fn import_products(
    storage: &mut dyn Storage,
    import: &PartyImport,
    progress: &mut dyn Progress,
) -> anyhow::Result<PartyPlan> {
    run::<Product>(storage, import, progress)
}

/// One row, before the book is asked.
struct Draft<P: Tabular> {
    span: Span,
    values: P::Values,
    problems: Flaws,
}

/// Reads one record from each row.
struct Rows<P> {
    table: Table,
    row: Row,
    decimal_comma: bool,
    kind: std::marker::PhantomData<fn() -> P>,
}

impl<P: Tabular> Reading for Rows<P> {
    type Record = Draft<P>;

    fn next(&mut self) -> anyhow::Result<Option<Draft<P>>> {
        if !self.table.read(&mut self.row)? {
            return Ok(None);
        }
        let mut problems = Flaws::default();
        let values = if let Some(fault) = self.row.fault.take() {
            problems.push(self.table.problem(self.row.line, fault));
            P::Values::default()
        } else {
            let (table, row) = (&self.table, &self.row);
            let mut cells = super::cells::Cells::new(table, row, self.decimal_comma, &mut problems);
            P::read(&mut cells)
        };
        Ok(Some(Draft {
            span: self.row.span(),
            values,
            problems,
        }))
    }

    fn rows(_: &Draft<P>) -> usize {
        1
    }

    fn passed(&self) -> u64 {
        self.table.position().byte()
    }
}

fn run<P: Tabular>(
    storage: &mut dyn Storage,
    import: &PartyImport,
    progress: &mut dyn Progress,
) -> anyhow::Result<PartyPlan> {
    let PartyImport {
        source,
        options,
        mode,
    } = import;
    check_mapping(&options.mapping, &[&P::LAYOUT])?;
    let rejects = Rejects::begin(mode, &[source])?;
    let mut problems = Vec::new();
    let input = source.open(progress)?;
    let table = Table::open(input, Side::Main, &P::LAYOUT, options, &mut problems)?;
    let names = FileNames {
        main: table.name.clone(),
        items: String::new(),
    };
    Problems::of(&names, &problems).reject()?;
    let mut remarks = Remarks::default();
    remarks.see(&table, options);
    let fields = Fields::of(&table.columns, &P::LAYOUT);
    let mut rows = Rows::<P> {
        decimal_comma: options.decimal_comma,
        row: Row::default(),
        kind: std::marker::PhantomData,
        table,
    };
    let mut tx = storage.begin(&mode.scope())?;
    let refusals = Refusals::new(names, mode.rejects.is_some());
    let mut planner = Planner::<P>::new(&mut *tx, mode.on_existing, fields, refusals)?;
    {
        let mut watch = Watch::begin(progress, "reading", Some(rows.table.length));
        feed(&mut rows, &mut watch, |batch| planner.consume(batch))?;
    }
    let mut settled = planner.settle()?;
    remarks.refusal = settled.refusals.verdict(Ok(()))?;
    if let Some(refusal) = remarks.refusal.take_if(|_| !mode.dry_run) {
        return Err(refusal.noting(&remarks.guesses).into());
    }
    let mut tables = [rows.table];
    let files = rejects.complete(mode, &mut settled.refusals, &mut tables, &mut remarks)?;
    let tally = settled.tally;
    if !mode.dry_run && tally.written() > 0 {
        settled.apply(&mut *tx, progress)?;
        let _finishing = Watch::begin(progress, "finishing", None);
        tx.commit()?;
    }
    rejects::publish(files)?;
    Ok(PartyPlan { tally, remarks })
}
