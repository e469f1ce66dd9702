//! Tables for people: they fit the terminal, and numbers stand on the right.

use super::{Align, Column, Style};
use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, Width,
    presets,
};
use std::io::{self, Write};

/// Writes rows under their columns' names.
pub fn grid(
    out: &mut dyn Write,
    style: Style,
    columns: &[Column],
    rows: Vec<Vec<String>>,
) -> io::Result<()> {
    let mut table = table(style);
    table.set_header(columns.iter().map(|column| {
        Cell::new(column.0.replace('_', " "))
            .set_alignment(alignment(column.1))
            .add_attribute(Attribute::Bold)
    }));
    let widths = columns
        .iter()
        .enumerate()
        .map(|(index, column)| unbroken_width(*column, rows.iter().map(|row| &row[index])));
    table.set_constraints(widths.collect::<Vec<_>>());
    for row in rows {
        let cells = row.into_iter().zip(columns);
        table.add_row(
            cells.map(|(text, column)| cell(column.0, &text).set_alignment(alignment(column.1))),
        );
    }
    write_table(out, &table)
}

/// The width below which a column would break a number or a word. Its header may go on over several lines.
fn unbroken_width<'a>(column: Column, cells: impl Iterator<Item = &'a String>) -> ColumnConstraint {
    const PADDING: usize = 2;
    let width = |text: &str| text.chars().count();
    let header = column.0.split('_').map(width).max();
    let widest = match column.1 {
        Align::Left => header,
        Align::Whole | Align::Right => cells.map(|text| width(text)).max().max(header),
    };
    let width = u16::try_from(widest.unwrap_or(0) + PADDING).unwrap_or(u16::MAX);
    ColumnConstraint::LowerBoundary(Width::Fixed(width))
}

/// Writes one record's fields below each other.
pub fn fields(out: &mut dyn Write, style: Style, fields: Vec<(&str, String)>) -> io::Result<()> {
    let mut table = table(style);
    for (name, value) in fields {
        let title = Cell::new(name.replace('_', " ")).add_attribute(Attribute::Bold);
        table.add_row([title, cell(name, &value)]);
    }
    write_table(out, &table)
}

fn table(style: Style) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if let Some(width) = style.width {
        table
            .set_width(width)
            .set_content_arrangement(ContentArrangement::Dynamic);
    }
    if style.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

fn alignment(align: Align) -> CellAlignment {
    match align {
        Align::Left | Align::Whole => CellAlignment::Left,
        Align::Right => CellAlignment::Right,
    }
}

/// A bill's status stands out; whatever else a text holds, no control character of it reaches the terminal.
fn cell(column: &str, text: &str) -> Cell {
    let visible: String = text
        .chars()
        .map(|letter| {
            if letter.is_control() && letter != '\n' {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect();
    let cell = Cell::new(visible);
    match (column, text) {
        ("status", "paid") => cell.fg(Color::Green),
        ("status", "pending") => cell.fg(Color::Yellow),
        ("status", "cancelled") => cell.add_attribute(Attribute::Dim),
        _ => cell,
    }
}

/// Without the blanks that pad the last column.
fn write_table(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
