//! Reading values out of a row's cells.

use super::problems::{Flaws, Problem};
use super::row::Row;
use super::table::Table;
use crate::domain::{ValueError, parse_date};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

/// The cells of one row, by field. What is wrong with them becomes a problem of that row and column.
pub(super) struct Cells<'a> {
    table: &'a Table,
    row: &'a Row,
    decimal_comma: bool,
    problems: &'a mut Flaws,
}

impl<'a> Cells<'a> {
    /// The cells of a row of that table.
    pub fn new(
        table: &'a Table,
        row: &'a Row,
        decimal_comma: bool,
        problems: &'a mut Flaws,
    ) -> Self {
        Self {
            table,
            row,
            decimal_comma,
            problems,
        }
    }

    /// The text of a field, its ends trimmed; empty where there is none.
    pub fn text(&self, field: usize) -> Cow<'a, str> {
        self.table.columns.text(field, &self.row.cells)
    }

    /// Whether the file has the field.
    pub fn has(&self, field: usize) -> bool {
        self.table.columns.has(field)
    }

    /// The value of a field; `None` where it is wrong, which an empty cell may be.
    pub fn required<T: FromStr<Err = ValueError>>(&mut self, field: usize) -> Option<T> {
        let parsed = self.text(field).parse();
        self.good(field, parsed)
    }

    /// As [`Self::required`] where the file has the field, and `None` where it has not.
    pub fn given<T: FromStr<Err = ValueError>>(&mut self, field: usize) -> Option<T> {
        if self.has(field) {
            self.required(field)
        } else {
            None
        }
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

    /// The amount or quantity of a field; `None` where it is wrong, or no column holds it.
    pub fn decimal<T: FromStr<Err = ValueError>>(&mut self, field: usize) -> Option<T> {
        if !self.has(field) {
            return None;
        }
        let text = self.text(field);
        let parsed = if self.decimal_comma {
            with_point(&text).and_then(|text| text.parse())
        } else {
            text.parse()
        };
        self.good(field, parsed)
    }

    /// As [`Self::decimal`], but an empty cell says nothing.
    pub fn optional_decimal<T: FromStr<Err = ValueError>>(&mut self, field: usize) -> Option<T> {
        if self.text(field).is_empty() {
            return None;
        }
        self.decimal(field)
    }

    /// The date of a field; `None` where it is wrong, or no column holds it.
    pub fn date(&mut self, field: usize, dates: &mut Dates) -> Option<NaiveDate> {
        if !self.has(field) {
            return None;
        }
        let parsed = dates.parse(&self.text(field));
        self.good(field, parsed)
    }

    /// Adds a problem of a field, or of the whole row.
    pub fn problem(&mut self, field: Option<usize>, message: impl Display) {
        self.problems.push(Problem {
            side: self.table.side,
            line: self.row.line,
            column: field.map(|field| self.table.columns.field_name(field).to_owned()),
            message: message.to_string(),
        });
    }

    fn good<T>(&mut self, field: usize, parsed: Result<T, ValueError>) -> Option<T> {
        parsed
            .map_err(|error| self.problem(Some(field), error))
            .ok()
    }
}

/// A number with a comma before its decimals, written with a point. A point of its own could only group thousands, which is
/// a guess about money here as elsewhere.
fn with_point(text: &str) -> Result<Cow<'_, str>, ValueError> {
    if text.contains('.') {
        return Err(ValueError::new(format!(
            "'{text}' holds a point: with --decimal-comma write a comma before the decimals, and no thousands separators"
        )));
    }
    if text.matches(',').count() > 1 {
        return Err(ValueError::new(format!(
            "'{text}' holds more than one comma: write one, before the decimals, and no thousands separators"
        )));
    }
    Ok(Cow::Owned(text.replacen(',', ".", 1)))
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
