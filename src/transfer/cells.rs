//! Reading values out of a row's cells.

use super::problems::{Place, Problems};
use super::table::{Row, Table};
use crate::domain::{ValueError, parse_date};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

/// The cells of one row, by field. What is wrong with them becomes a problem of that row and column.
pub(super) struct Cells<'a> {
    table: &'a Table,
    row: &'a Row,
    problems: &'a mut Problems,
}

impl<'a> Cells<'a> {
    /// The cells of a row of that table.
    pub fn new(table: &'a Table, row: &'a Row, problems: &'a mut Problems) -> Self {
        Self {
            table,
            row,
            problems,
        }
    }

    /// The text of a field, its ends trimmed; empty where there is none.
    pub fn text(&self, field: usize) -> Cow<'a, str> {
        self.table.columns.text(field, &self.row.cells)
    }

    /// The value of a field; `None` where it is wrong, which an empty cell may be.
    pub fn required<T: FromStr<Err = ValueError>>(&mut self, field: usize) -> Option<T> {
        let parsed = self.text(field).parse();
        self.good(field, parsed)
    }

    /// The value of a field; `None` where the cell is empty, or wrong.
    pub fn optional<T: FromStr<Err = ValueError>>(&mut self, field: usize) -> Option<T> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        let parsed = text.parse();
        self.good(field, parsed)
    }

    /// The date of a field; `None` where it is wrong.
    pub fn date(&mut self, field: usize, dates: &mut Dates) -> Option<NaiveDate> {
        let parsed = dates.parse(&self.text(field));
        self.good(field, parsed)
    }

    /// What a use case made of a field; `None` where it refused. An error that is not about the row ends the import.
    pub fn found<T>(
        &mut self,
        field: usize,
        result: anyhow::Result<T>,
    ) -> anyhow::Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                let place = self.place(Some(field));
                self.problems.absorb(place, error)?;
                Ok(None)
            }
        }
    }

    /// Adds a problem of a field, or of the whole row.
    pub fn problem(&mut self, field: Option<usize>, message: impl Display) {
        let place = self.place(field);
        self.problems.add(place, message);
    }

    fn good<T>(&mut self, field: usize, parsed: Result<T, ValueError>) -> Option<T> {
        parsed
            .map_err(|error| self.problem(Some(field), error))
            .ok()
    }

    fn place(&self, field: Option<usize>) -> Place<'a> {
        self.table.place(self.row.line, field)
    }
}

/// Parses dates. Rows that follow each other often bear the same one, which is then parsed once.
#[derive(Debug, Default)]
pub(super) struct Dates {
    format: Option<String>,
    last: Option<(String, NaiveDate)>,
}

impl Dates {
    /// Dates of that `chrono` format, or of ISO 8601.
    pub fn new(format: Option<String>) -> Self {
        Self { format, last: None }
    }

    /// Parses a date.
    pub fn parse(&mut self, text: &str) -> Result<NaiveDate, ValueError> {
        if let Some((last, date)) = &self.last
            && last == text
        {
            return Ok(*date);
        }
        let date = parse_date(text, self.format.as_deref())?;
        let (last, parsed) = self.last.get_or_insert_default();
        last.clear();
        last.push_str(text);
        *parsed = date;
        Ok(date)
    }
}
