//! Writing what was planned.

use super::BillImport;
use super::numbers::Series;
use super::record::RecordUnpacker;
use super::settle::Settled;
use crate::app::adopt;
use crate::domain::{Bill, BillingYear, Currency};
use crate::storage::{Load, Tx, YearLoad};
use crate::transfer::plan::Fate;
use crate::transfer::progress::{Progress, Watch};
use anyhow::Context as _;
use std::collections::BTreeMap;

/// How many bills, and how many items on them, go to the book at once.
const BILLS: usize = 500;
const ITEMS: usize = 5_000;

/// New bills of one year that wait.
#[derive(Default)]
struct Batch {
    bills: Vec<Bill>,
    items: usize,
}

impl Settled {
    /// Writes all of it, without committing.
    pub fn apply(
        &mut self,
        tx: &mut dyn Tx,
        import: &BillImport,
        currency: Currency,
        progress: &mut dyn Progress,
    ) -> anyhow::Result<()> {
        let loads: BTreeMap<BillingYear, YearLoad> = self
            .years
            .iter()
            .filter_map(|(year, state)| Some(((*year)?, state.tally.bills)))
            .filter(|(_, bills)| bills.written() > 0)
            .map(|(year, bills)| {
                let (new, changed) = (bills.new, bills.changed);
                (year, YearLoad { new, changed })
            })
            .collect();
        tx.begin_load(&loads)?;
        tx.expect_additions(self.missing.customers.used(), self.missing.products.used())?;
        let mut batches: BTreeMap<BillingYear, Batch> = BTreeMap::new();
        let (mut unpacker, mut record) = (RecordUnpacker::default(), Vec::new());
        self.records.rewind()?;
        let mut watch = Watch::begin(progress, "writing", Some(self.records.progress().0));
        while let Some(place) = self.records.next(&mut record)? {
            let (head, mut bills) = unpacker.unpack(&record)?;
            watch.row(self.records.progress().1)?;
            let Some(year) = head.year.filter(|_| !self.dropped.contains(&place)) else {
                continue;
            };
            let Some(last) = bills.pop() else { continue };
            if head.fate == Fate::New {
                let number = self.series(year)?.number(head.number)?;
                let bill = last.issue(number, tx, &mut self.missing, currency)?;
                let batch = batches.entry(year).or_default();
                batch.items += bill.items().len();
                batch.bills.push(bill);
                if batch.bills.len() >= BILLS || batch.items >= ITEMS {
                    tx.load(year, Load::Insert(std::mem::take(batch).bills))?;
                }
                continue;
            }
            let number = head.number.context("a number")?;
            let new = last.issue(number, tx, &mut self.missing, currency)?;
            let old = bills.pop().context("an old state")?;
            let old = old.issue(number, tx, &mut self.missing, currency)?;
            // What may be done with the old state was found out when the plan was made; this is the same again.
            let (new, history) = adopt(&old, &new, &import.deed, currency)?;
            tx.load(year, Load::Change { old, new, history })?;
        }
        for (year, batch) in batches {
            if !batch.bills.is_empty() {
                tx.load(year, Load::Insert(batch.bills))?;
            }
        }
        Ok(())
    }

    fn series(&mut self, year: BillingYear) -> anyhow::Result<&mut Series> {
        let state = self.years.get_mut(&Some(year));
        let series = state.and_then(|state| state.series.as_mut());
        series.context("a new bill of a year without a series")
    }
}
