//! Which column of a file fills which field, resolved once from its header.

use super::guard::unguard;
use super::layout::{Layout, Need, REJECT_COLUMNS};
use super::mapping::Piece;
use super::table::ReadOptions;
use csv::StringRecord;
use std::borrow::Cow;

/// What fills one field.
#[derive(Debug)]
enum Cell {
    /// Nothing in this file.
    Absent,
    /// One column.
    Column(usize),
    /// A template.
    Template(Vec<Part>),
}

#[derive(Debug)]
enum Part {
    Column(usize),
    Text(String),
}

/// The header of a file, resolved.
#[derive(Debug)]
pub(super) struct Columns {
    header: StringRecord,
    cells: Vec<Cell>,
    fields: &'static [&'static str],
    /// The fields whose guard against spreadsheets' formulas is taken off.
    guarded: Vec<bool>,
    /// Columns that fill nothing, which is an error unless there is a mapping.
    pub ignored: Vec<String>,
}

impl Columns {
    /// Finds each field's column and reports what is wrong with the header.
    pub fn resolve(
        header: StringRecord,
        layout: &Layout,
        options: &ReadOptions,
        problems: &mut Vec<String>,
    ) -> Self {
        let mapping = &options.mapping;
        let mut columns = Self {
            header,
            cells: Vec::new(),
            fields: layout.fields,
            guarded: (0..layout.fields.len())
                .map(|field| !options.raw && layout.texts.contains(&field))
                .collect(),
            ignored: Vec::new(),
        };
        let mut used = vec![false; columns.header.len()];
        columns
            .cells
            .resize_with(layout.fields.len(), || Cell::Absent);
        for (field, name, need) in layout.present() {
            let cell = match mapping.value(name, layout.items) {
                Some(pieces) => columns.mapped(pieces, name, layout, problems),
                None => columns.find(name).map_or(Cell::Absent, Cell::Column),
            };
            if need == Need::Required
                && matches!(cell, Cell::Absent)
                && mapping.value(name, layout.items).is_none()
            {
                problems.push(format!(
                        "no column holds the {name}, which {} must have: add one named {name}, or say which it is with \
                         --map {name}=COLUMN",
                        layout.noun
                    ));
            }
            Columns::mark(&cell, &mut used);
            columns.cells[field] = cell;
        }
        columns.require_one_of(layout, problems);
        columns.settle_unused(&used, layout, !mapping.is_empty(), problems);
        columns
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// The cell that a rule describes; a column that is not there is a problem, and leaves the field absent.
    fn mapped(
        &self,
        pieces: &[Piece],
        field: &str,
        layout: &Layout,
        problems: &mut Vec<String>,
    ) -> Cell {
        let mut parts = Vec::with_capacity(pieces.len());
        for piece in pieces {
            match piece {
                Piece::Text(text) => parts.push(Part::Text(text.clone())),
                Piece::Column(name) => {
                    if let Some(column) = self.find(name) {
                        parts.push(Part::Column(column));
                    } else {
                        let hint = if layout.items {
                            "; for this file alone use --map items.FIELD=COLUMN"
                        } else {
                            ""
                        };
                        let there: Vec<&str> = self.header.iter().collect();
                        problems.push(format!(
                            "no column is named '{name}', which --map names for {field}: the columns are {}{hint}",
                            there.join(", ")
                        ));
                        return Cell::Absent;
                    }
                }
            }
        }
        match parts.as_slice() {
            [Part::Column(column)] => Cell::Column(*column),
            _ => Cell::Template(parts),
        }
    }

    fn mark(cell: &Cell, used: &mut [bool]) {
        match cell {
            Cell::Absent => {}
            Cell::Column(column) => used[*column] = true,
            Cell::Template(parts) => {
                for part in parts {
                    if let Part::Column(column) = part {
                        used[*column] = true;
                    }
                }
            }
        }
    }

    fn require_one_of(&self, layout: &Layout, problems: &mut Vec<String>) {
        let choice: Vec<(usize, &str)> = layout
            .present()
            .filter(|(_, _, need)| *need == Need::OneOf)
            .map(|(field, name, _)| (field, name))
            .collect();
        if choice.is_empty() || choice.iter().any(|(field, _)| self.has(*field)) {
            return;
        }
        let names: Vec<&str> = choice.iter().map(|(_, name)| *name).collect();
        problems.push(format!(
                "no column holds a {}, and {} need one of them: add a column, or say which it is with --map {}=COLUMN",
                names.join(" or a "),
                layout.noun,
                names[0]
            ));
    }

    /// A column that fills no field is ignored where there is a mapping, and a problem where there is none. So is a name
    /// that stands twice: which of the columns is meant cannot be known.
    fn settle_unused(
        &mut self,
        used: &[bool],
        layout: &Layout,
        may_ignore: bool,
        problems: &mut Vec<String>,
    ) {
        for (index, name) in self.header.iter().enumerate() {
            if REJECT_COLUMNS.contains(&name) && !used[index] {
                continue;
            }
            let first = self.find(name).unwrap_or(index);
            if first < index && (used[first] || !may_ignore) {
                problems.push(format!(
                    "columns {} and {} are both named '{name}': rename one",
                    first + 1,
                    index + 1
                ));
            } else if !used[index] && may_ignore {
                self.ignored.push(label(index, name));
            } else if !used[index] {
                problems.push(format!(
                        "{} is not a field: {} have {}; other headers are fitted with --map FIELD=COLUMN",
                        label(index, &format!("'{name}'")),
                        layout.noun,
                        layout.names()
                    ));
            }
        }
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.header.len()
    }

    /// The name of a column, by its place.
    pub fn column_name(&self, index: usize) -> &str {
        self.header.get(index).unwrap_or_default()
    }

    /// The name under which the file's owner knows a field: its column's, where it is just one.
    pub fn field_name(&self, field: usize) -> &str {
        match self.cells[field] {
            Cell::Column(column) => self.column_name(column),
            _ => self.fields[field],
        }
    }

    /// The column of a field, where it is just one.
    pub fn column_of(&self, field: usize) -> Option<usize> {
        match self.cells[field] {
            Cell::Column(column) => Some(column),
            _ => None,
        }
    }

    /// Whether anything fills the field.
    pub fn has(&self, field: usize) -> bool {
        !matches!(self.cells[field], Cell::Absent)
    }

    /// Whether the columns of rejects stand before all others.
    pub fn has_reject_columns(&self) -> bool {
        self.header
            .iter()
            .take(REJECT_COLUMNS.len())
            .eq(REJECT_COLUMNS)
    }

    /// Whether the field is the first column, which is where it is even in a row with too many cells or too few. What a file
    /// of rejects has before it was put there by billbook.
    pub fn is_first(&self, field: usize) -> bool {
        let first = if self.has_reject_columns() {
            REJECT_COLUMNS.len()
        } else {
            0
        };
        matches!(self.cells[field], Cell::Column(column) if column == first)
    }

    /// The text of a field in a row, its ends trimmed and its guard taken off; empty where there is none.
    pub fn text<'r>(&self, field: usize, row: &'r StringRecord) -> Cow<'r, str> {
        let plain = |column: usize| {
            let cell = row.get(column).unwrap_or_default().trim();
            if self.guarded[field] {
                unguard(cell)
            } else {
                cell
            }
        };
        match &self.cells[field] {
            Cell::Absent => Cow::Borrowed(""),
            Cell::Column(column) => Cow::Borrowed(plain(*column)),
            Cell::Template(parts) => {
                let filled: String = parts
                    .iter()
                    .map(|part| match part {
                        Part::Column(column) => plain(*column),
                        Part::Text(text) => text,
                    })
                    .collect();
                Cow::Owned(filled.trim().to_owned())
            }
        }
    }
}

/// A column's name, or its number where it has none.
fn label(index: usize, name: &str) -> String {
    if name.is_empty() || name == "''" {
        format!("column {}, which has no name,", index + 1)
    } else {
        name.to_owned()
    }
}
