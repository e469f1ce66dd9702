//! Fitting foreign headers to our fields: what `--map` says.

use crate::domain::ValueError;
use std::str::FromStr;

/// The prefix of rules that hold for the file of items only.
const ITEMS_PREFIX: &str = "items.";

/// One rule: `FIELD=COLUMN`, or `FIELD={First} {Last}`, which fills a template from columns (`{{` and `}}` stand for
/// braces). A field `items.FIELD` is that of the file of items only.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MapRule {
    pub(super) items: bool,
    pub(super) field: String,
    pub(super) value: Vec<Piece>,
}

/// A part of what a field is filled with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Piece {
    /// The cell of this column.
    Column(String),
    /// This text.
    Text(String),
}

impl FromStr for MapRule {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wrong = |why: &str| {
            ValueError::new(format!(
                "'{text}' does not map a field: {why}; write FIELD=COLUMN, as in name=Title, or FIELD='{{First}} {{Last}}'"
            ))
        };
        let (field, value) = text.split_once('=').ok_or_else(|| wrong("it has no ="))?;
        let (items, field) = match field.strip_prefix(ITEMS_PREFIX) {
            Some(field) => (true, field),
            None => (false, field),
        };
        if field.is_empty() {
            return Err(wrong("the field before = is missing"));
        }
        let value = match value {
            "" => return Err(wrong("the column after = is missing")),
            template if template.contains('{') => pieces(template).map_err(wrong)?,
            column => vec![Piece::Column(column.to_owned())],
        };
        Ok(Self {
            items,
            field: field.to_owned(),
            value,
        })
    }
}

/// The pieces of a template.
fn pieces(template: &str) -> Result<Vec<Piece>, &'static str> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        text.push_str(before);
        if brace.starts_with("{{") || brace.starts_with("}}") {
            text.push_str(&brace[..1]);
            rest = &brace[2..];
            continue;
        }
        let (column, after) = brace
            .strip_prefix('{')
            .ok_or("a } has no { before it (a brace itself is written twice)")?
            .split_once('}')
            .ok_or("a { has no } behind it (a brace itself is written twice)")?;
        if column.is_empty() {
            return Err("{} names no column");
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(Piece::Column(column.to_owned()));
        rest = after;
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

/// The rules of one import, at most one for each field.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Mapping {
    rules: Vec<MapRule>,
}

impl Mapping {
    /// Takes the rules together; a field mapped twice is an error.
    pub fn new(rules: &[MapRule]) -> Result<Self, ValueError> {
        for (index, rule) in rules.iter().enumerate() {
            if rules[..index]
                .iter()
                .any(|other| (other.items, &other.field) == (rule.items, &rule.field))
            {
                let prefix = if rule.items { ITEMS_PREFIX } else { "" };
                return Err(ValueError::new(format!(
                    "'{prefix}{}' is mapped twice: map each field once",
                    rule.field
                )));
            }
        }
        Ok(Self {
            rules: rules.to_vec(),
        })
    }

    /// Whether there are no rules.
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What fills a field. In the file of items its own rule goes before the general one.
    pub(super) fn value(&self, field: &str, of_items: bool) -> Option<&[Piece]> {
        let rule = |items| {
            self.rules
                .iter()
                .find(|rule| rule.items == items && rule.field == field)
        };
        rule(true)
            .filter(|_| of_items)
            .or_else(|| rule(false))
            .map(|rule| rule.value.as_slice())
    }

    /// The rules, each with its field.
    pub(super) fn rules(&self) -> &[MapRule] {
        &self.rules
    }
}
