//! Tables for people: they fit the terminal, and numbers stand on the right.

use super::{Align, Column, Style};
use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};
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
    for row in rows {
        table.add_row(
            row.into_iter()
                .zip(columns)
                .map(|(text, column)| cell(&text, alignment(column.1))),
        );
    }
    write_table(out, &table)
}

/// Writes one record's fields below each other.
pub fn fields(out: &mut dyn Write, style: Style, fields: Vec<(&str, String)>) -> io::Result<()> {
    let mut table = table(style);
    for (name, value) in fields {
        let name = Cell::new(name.replace('_', " ")).add_attribute(Attribute::Bold);
        table.add_row([name, cell(&value, CellAlignment::Left)]);
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
        Align::Left => CellAlignment::Left,
        Align::Right => CellAlignment::Right,
    }
}

/// A bill's status stands out; whatever else a text holds, no control character of it reaches the terminal.
fn cell(text: &str, alignment: CellAlignment) -> Cell {
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
    let cell = Cell::new(visible).set_alignment(alignment);
    match text {
        "paid" => cell.fg(Color::Green),
        "pending" => cell.fg(Color::Yellow),
        "cancelled" => cell.add_attribute(Attribute::Dim),
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
