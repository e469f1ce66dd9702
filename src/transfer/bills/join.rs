//! The items of bills that are in a file of their own.

use super::draft::Draft;
use super::grouping::Reliable;
use super::layout::field;
use crate::transfer::keys;
use crate::transfer::row::Row;
use crate::transfer::table::Table;
use csv::Position;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A file of items, in which those of one bill adjoin.
///
/// Where both files are in the same order, each bill's items are just the next. Items that come before their bill are
/// passed over, and only where they are is remembered.
pub(super) struct Items {
    pub table: Table,
    /// The first row that no bill has asked for, if there is one.
    next: Option<Row>,
    spare: Row,
    /// The line of a broken row that may belong to the items of the next bill.
    taint: Option<u64>,
    /// By the hash of their reference.
    passed_over: HashMap<u64, Passed>,
    /// Items that are not beside the others of the same reference, and in the end all that no bill asked for.
    left: Vec<Passed>,
    at_the_end: bool,
}

/// Where the items of one reference begin.
struct Passed {
    start: Position,
    taint: Option<u64>,
}

impl Items {
    /// Items of an open file.
    pub fn new(mut table: Table) -> anyhow::Result<Self> {
        let mut row = Row::default();
        let next = table.read(&mut row)?.then_some(row);
        Ok(Self {
            table,
            next,
            spare: Row::default(),
            taint: None,
            passed_over: HashMap::new(),
            left: Vec::new(),
            at_the_end: false,
        })
    }

    /// What messages call the file.
    pub fn file(&self) -> &str {
        &self.table.name
    }

    /// How many bytes of the file are behind the next row to be read.
    pub fn passed(&self) -> u64 {
        self.table.position().byte()
    }

    /// Gives a bill the items of its reference, and tells whether there are any.
    pub fn each_of(
        &mut self,
        reference: &str,
        draft: &mut Draft,
        decimal_comma: bool,
    ) -> anyhow::Result<bool> {
        if let Some(passed) = self.passed_over.remove(&hash(reference)) {
            let on = self.table.position().clone();
            let found = self.read_again(passed, Some(reference), draft, decimal_comma)?;
            self.table.seek(on)?;
            return Ok(found);
        }
        while let Some(row) = self.next.take() {
            if self.key(&row).as_deref() == Some(reference) {
                self.group(row, draft, decimal_comma)?;
                return Ok(true);
            }
            self.pass_over(row, decimal_comma)?;
        }
        Ok(false)
    }

    /// The reference of a row; nothing where it cannot be relied on, or is missing.
    fn key(&self, row: &Row) -> Option<String> {
        let text = self.table.columns.text(field::REFERENCE, &row.cells);
        let reliable = Reliable::of(&self.table, row).has(field::REFERENCE);
        (reliable && !text.is_empty()).then(|| text.into_owned())
    }

    /// Reads items that were passed over. Where they are not of that reference after all, which only happens to references of
    /// one hash, there are none.
    fn read_again(
        &mut self,
        passed: Passed,
        reference: Option<&str>,
        draft: &mut Draft,
        decimal_comma: bool,
    ) -> anyhow::Result<bool> {
        self.table.seek(passed.start)?;
        let mut row = std::mem::take(&mut self.spare);
        let more = self.table.read(&mut row)?;
        if !more || reference.is_some_and(|wanted| self.key(&row).as_deref() != Some(wanted)) {
            return Ok(false);
        }
        let (next, taint) = (self.next.take(), self.taint);
        self.taint = passed.taint;
        self.group(row, draft, decimal_comma)?;
        if let Some(read_ahead) = std::mem::replace(&mut self.next, next) {
            self.spare = read_ahead;
        }
        self.taint = taint;
        Ok(true)
    }

    /// Takes in the row's item and those that follow it for the same bill.
    fn group(
        &mut self,
        mut row: Row,
        draft: &mut Draft,
        decimal_comma: bool,
    ) -> anyhow::Result<()> {
        let key = self.key(&row);
        let mut span = row.span();
        if draft.tainted.is_none() {
            draft.tainted = self.taint.take();
        }
        self.taint = None;
        loop {
            span.end = row.span().end;
            let before = draft.problems.count();
            let unknown = self.key(&row).is_none();
            match row.fault.take() {
                Some(fault) => draft.broken(&self.table, row.line, fault),
                None => draft.item(&self.table, &row, decimal_comma),
            }
            // As in one file: see `Drafts::suspect`.
            let swallows = draft.problems.count() > before && row.runs_over_lines();
            if unknown || row.runs_together(self.table.delimiter) {
                draft.suspect(&self.table, &row, !unknown);
            }
            self.taint = (unknown || swallows).then_some(row.line);
            if !self.follow(key.as_deref(), &mut row)? {
                break;
            }
        }
        draft.items_span = Some(span);
        Ok(())
    }

    /// Reads the next row, and tells whether it is of the same bill or may be. If it is not, it waits for its own.
    fn follow(&mut self, key: Option<&str>, row: &mut Row) -> anyhow::Result<bool> {
        if !self.table.read(row)? {
            return Ok(false);
        }
        let next = self.key(row);
        if next.is_none() || next.as_deref() == key {
            return Ok(true);
        }
        self.next = Some(std::mem::take(row));
        Ok(false)
    }

    /// Remembers where the items of the row's bill are, and goes on to those of the next.
    fn pass_over(&mut self, mut row: Row, decimal_comma: bool) -> anyhow::Result<()> {
        let key = self.key(&row);
        let passed = Passed {
            start: row.start().clone(),
            taint: self.taint.take(),
        };
        match key.as_deref().map(|key| self.passed_over.entry(hash(key))) {
            Some(Entry::Vacant(entry)) => {
                entry.insert(passed);
            }
            _ => self.left.push(passed),
        }
        loop {
            // What is wrong with the rows is told when they are read for their bill.
            let mut wrong = row.fault.is_some();
            if !wrong && row.runs_over_lines() {
                let mut probe = Draft::default();
                probe.item(&self.table, &row, decimal_comma);
                wrong = !probe.problems.is_empty();
            }
            let swallows = wrong && row.runs_over_lines();
            self.taint = (self.key(&row).is_none() || swallows).then_some(row.line);
            if !self.follow(key.as_deref(), &mut row)? {
                return Ok(());
            }
        }
    }

    /// The items of one more bill that nothing is known of, once no bill is left; `None` when there are no more.
    pub fn next_left(&mut self, bills: &str, decimal_comma: bool) -> anyhow::Result<Option<Draft>> {
        if !self.at_the_end {
            self.at_the_end = true;
            while let Some(row) = self.next.take() {
                self.pass_over(row, decimal_comma)?;
            }
            self.left
                .extend(self.passed_over.drain().map(|(_, passed)| passed));
            self.left
                .sort_unstable_by_key(|passed| std::cmp::Reverse(passed.start.byte()));
        }
        let Some(passed) = self.left.pop() else {
            return Ok(None);
        };
        let mut draft = Draft::default();
        self.table.seek(passed.start.clone())?;
        let mut first = Row::default();
        self.table.read(&mut first)?;
        let key = self.key(&first);
        self.read_again(passed, None, &mut draft, decimal_comma)?;
        draft.items.clear();
        let message = match &key {
            None => "the reference is missing: it says which bill the item is on".to_owned(),
            Some(reference) => format!(
                "no bill in {bills} has the reference '{reference}', or its other items stand elsewhere in this file: items \
                 of a bill must follow each other"
            ),
        };
        draft.problem(&self.table, first.line, Some(field::REFERENCE), message);
        draft.reference = key.and_then(|key| key.parse().ok());
        Ok(Some(draft))
    }
}

fn hash(reference: &str) -> u64 {
    keys::hash(0, reference.as_bytes())
}
