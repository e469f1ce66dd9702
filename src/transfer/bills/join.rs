//! The items of bills that are in a file of their own.

use super::field;
use super::read::Reader;
use crate::transfer::problems::Problems;
use crate::transfer::progress::Watch;
use crate::transfer::table::{Row, Table};
use csv::Position;
use std::collections::HashMap;

/// A file of items, in which those of one bill adjoin.
///
/// Where both files are in the same order, each bill's items are just the next. Items that come before their bill are
/// passed over, and only where they are is remembered.
pub(super) struct Items {
    table: Table,
    /// The first row that no bill has asked for, if there is one.
    next: Option<Row>,
    spare: Row,
    passed_over: HashMap<String, (Position, u64)>,
}

impl Items {
    /// Items of an open file.
    pub fn new(mut table: Table, problems: &mut Problems) -> anyhow::Result<Self> {
        let mut row = Row::default();
        let next = table.read(&mut row, problems)?.then_some(row);
        Ok(Self {
            table,
            next,
            spare: Row::default(),
            passed_over: HashMap::new(),
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

    /// Gives the reader the items of a reference, and tells whether there are any.
    pub fn each_of(
        &mut self,
        reference: &str,
        reader: &mut Reader<'_>,
        watch: &mut Watch<'_>,
        before: u64,
    ) -> anyhow::Result<bool> {
        if let Some((start, _)) = self.passed_over.remove(reference) {
            self.passed_over_items(reference, start, reader)?;
            return Ok(true);
        }
        while let Some(row) = self.next.take() {
            if self.table.columns.text(field::REFERENCE, &row.cells) == reference {
                self.adjoining_items(reference, row, reader, watch, before)?;
                return Ok(true);
            }
            self.pass_over(row, reader, watch, before)?;
        }
        Ok(false)
    }

    /// The items that were passed over. Then reading goes on where it was.
    fn passed_over_items(
        &mut self,
        reference: &str,
        start: Position,
        reader: &mut Reader<'_>,
    ) -> anyhow::Result<()> {
        let on = self.table.position().clone();
        self.table.seek(start)?;
        let mut row = std::mem::take(&mut self.spare);
        // What could not be read was told when it was passed over.
        let mut told = Problems::default();
        while self.table.read(&mut row, &mut told)?
            && self.table.columns.text(field::REFERENCE, &row.cells) == reference
        {
            reader.item(&self.table, &row)?;
        }
        self.spare = row;
        self.table.seek(on)
    }

    /// The row's item and those that follow it for the same bill.
    fn adjoining_items(
        &mut self,
        reference: &str,
        mut row: Row,
        reader: &mut Reader<'_>,
        watch: &mut Watch<'_>,
        before: u64,
    ) -> anyhow::Result<()> {
        loop {
            reader.item(&self.table, &row)?;
            watch.row(before + self.passed())?;
            if !self.table.read(&mut row, &mut reader.problems)? {
                return Ok(());
            }
            if self.table.columns.text(field::REFERENCE, &row.cells) != reference {
                self.next = Some(row);
                return Ok(());
            }
        }
    }

    /// Remembers where the items of the row's bill are, and goes on to those of the next.
    fn pass_over(
        &mut self,
        row: Row,
        reader: &mut Reader<'_>,
        watch: &mut Watch<'_>,
        before: u64,
    ) -> anyhow::Result<()> {
        let reference = self
            .table
            .columns
            .text(field::REFERENCE, &row.cells)
            .into_owned();
        let place = self.table.place(row.line, Some(field::REFERENCE));
        if reference.is_empty() {
            reader.problems.add(
                place,
                "the reference is missing: it says which bill the item is on",
            );
        } else if let Some((_, line)) = self.passed_over.get(&reference) {
            let message = format!(
                "other items of '{reference}' are on line {line}: items of a bill must follow each other"
            );
            reader.problems.add(place, message);
        } else {
            self.passed_over
                .insert(reference.clone(), (row.start().clone(), row.line));
        }
        let mut row = row;
        while self.table.read(&mut row, &mut reader.problems)? {
            watch.row(before + self.passed())?;
            if self.table.columns.text(field::REFERENCE, &row.cells) != reference {
                self.next = Some(row);
                break;
            }
        }
        Ok(())
    }

    /// Reports the items that no bill asked for.
    pub fn finish(mut self, bills: &str, problems: &mut Problems) -> anyhow::Result<()> {
        let mut left: Vec<(String, u64)> = self
            .passed_over
            .drain()
            .map(|(reference, (_, line))| (reference, line))
            .collect();
        left.sort_unstable_by_key(|(_, line)| *line);
        for (reference, line) in left {
            self.report(&reference, line, bills, problems);
        }
        let Some(mut row) = self.next.take() else {
            return Ok(());
        };
        let mut last = None;
        loop {
            let reference = self
                .table
                .columns
                .text(field::REFERENCE, &row.cells)
                .into_owned();
            if last.as_ref() != Some(&reference) {
                self.report(&reference, row.line, bills, problems);
            }
            last = Some(reference);
            if !self.table.read(&mut row, problems)? {
                return Ok(());
            }
        }
    }

    fn report(&self, reference: &str, line: u64, bills: &str, problems: &mut Problems) {
        let message = if reference.is_empty() {
            "the reference is missing: it says which bill the item is on".to_owned()
        } else {
            format!(
                "no bill in {bills} has the reference '{reference}', or its other items stand elsewhere in this file: items \
                 of a bill must follow each other"
            )
        };
        problems.add(self.table.place(line, Some(field::REFERENCE)), message);
    }
}
