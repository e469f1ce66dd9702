//! Which fields there are in each kind of file, and which of them must be there.

use super::columns::Columns;
use super::mapping::Mapping;
use crate::domain::ValueError;

/// The columns that a file of rejects has before those of the file that the rows were in: what to mend, which is over when
/// the file is imported again.
pub(super) const REJECT_COLUMNS: [&str; 2] = ["reject_line", "reject_reason"];

/// Whether a file must have a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Need {
    /// It must, for every record.
    Required,
    /// It must where a record is new. One that is in the book keeps what the file does not say.
    ForNew,
    /// It must have at least one of those marked so.
    OneOf,
    /// It may.
    Optional,
    /// It must not: the field belongs in another file.
    Elsewhere,
}

/// The fields of one kind of file.
#[derive(Debug)]
pub(super) struct Layout {
    /// What a row is, several of it.
    pub noun: &'static str,
    /// The names of the fields. Elsewhere a field is known by its place in here.
    pub fields: &'static [&'static str],
    /// Whether each is needed.
    pub needs: &'static [Need],
    /// Those that hold texts, which an export guards against being run as a spreadsheet's formulas.
    pub texts: &'static [usize],
    /// Whether this is the file of items that goes with a file of bills.
    pub items: bool,
}

impl Layout {
    /// The fields that may stand in the file, each with its place and whether it is needed.
    pub fn present(&self) -> impl Iterator<Item = (usize, &'static str, Need)> {
        let fields = self.fields.iter().zip(self.needs).enumerate();
        fields
            .map(|(index, (name, need))| (index, *name, *need))
            .filter(|(_, _, need)| *need != Need::Elsewhere)
    }

    fn has(&self, name: &str) -> bool {
        self.present().any(|(_, field, _)| field == name)
    }

    /// Their names, for messages.
    pub fn names(&self) -> String {
        self.present()
            .map(|(_, name, _)| name)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Refuses rules about fields that none of the files has.
pub(super) fn check_mapping(mapping: &Mapping, layouts: &[&Layout]) -> Result<(), ValueError> {
    for rule in mapping.rules() {
        let mut possible = layouts
            .iter()
            .filter(|layout| layout.items || !rule.items)
            .peekable();
        if possible.peek().is_none() {
            return Err(ValueError::new(format!(
                "'items.{}' cannot be mapped: there is no file of items; name one with --items FILE, or leave 'items.' out",
                rule.field
            )));
        }
        if !possible.clone().any(|layout| layout.has(&rule.field)) {
            let known: Vec<String> = possible
                .map(|layout| format!("{} have {}", layout.noun, layout.names()))
                .collect();
            return Err(ValueError::new(format!(
                "there is no field '{}' to map: {}",
                rule.field,
                known.join("; ")
            )));
        }
    }
    Ok(())
}

/// What is said of the fields of one file, apart from its rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    /// The name under which the file's owner knows each field.
    names: Vec<String>,
    present: Vec<bool>,
    first: Option<usize>,
    own: &'static [&'static str],
    noun: &'static str,
}

impl Fields {
    /// Of a resolved header.
    pub fn of(columns: &Columns, layout: &Layout) -> Self {
        let fields = 0..layout.fields.len();
        Self {
            names: fields
                .clone()
                .map(|field| columns.field_name(field).to_owned())
                .collect(),
            present: fields.clone().map(|field| columns.has(field)).collect(),
            first: fields.clone().find(|field| columns.is_first(*field)),
            own: layout.fields,
            noun: layout.noun,
        }
    }

    /// The name under which the file's owner knows a field.
    pub fn name(&self, field: usize) -> Option<String> {
        self.names.get(field).cloned()
    }

    /// Whether anything fills the field.
    pub fn has(&self, field: usize) -> bool {
        self.present.get(field).copied().unwrap_or(false)
    }

    /// Whether the field is the first column.
    pub fn is_first(&self, field: usize) -> bool {
        self.first == Some(field)
    }

    /// What to say where a new record lacks a field because no column holds it.
    pub fn lacks(&self, field: usize) -> String {
        let (name, noun) = (self.own[field], self.noun);
        format!(
            "no column holds the {name}, which new {noun} must have: add one named {name}, or say which it is with --map \
             {name}=COLUMN"
        )
    }
}
