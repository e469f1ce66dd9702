//! What customers and products have in common as rows of a file.

use crate::app::party::Party;
use crate::domain::{Currency, FieldChange, Name};
use crate::transfer::cells::Cells;
use crate::transfer::layout::Layout;
use crate::transfer::spool::{Packer, Unpacker};

/// What is one row of a file.
pub(in crate::transfer) trait Tabular: Party {
    /// Its fields.
    const LAYOUT: Layout;
    /// The fields that a new one must have.
    const NEEDED: &'static [usize];
    /// What a row says: `None` where no column holds a field.
    type Values: Default + Send;

    /// Reads a row. What is wrong becomes a problem.
    fn read(cells: &mut Cells<'_>) -> Self::Values;

    /// The id that a row gives.
    fn given_id(values: &Self::Values) -> Option<Self::Id>;

    /// What a row may be known by if it has no id, as a text; empty where there is nothing. Two rows of one text mean the same.
    fn other_key(values: &Self::Values) -> String;

    /// How a row without an id names the record, where that can be looked up: by e-mail address or exact name.
    fn reference(values: &Self::Values) -> Option<Self::Ref>;

    /// The name, where nothing else tells which record a row means.
    fn bare_name(values: &Self::Values) -> Option<&Name>;

    /// The name of a record, where the book has nothing else that tells it from others: see [`Self::bare_name`].
    fn bare_name_stored(&self) -> Option<&str>;

    /// A new record; `None` where the row lacks a field that it needs.
    fn new(values: Self::Values) -> Option<Self::New>;

    /// The record with what the row says.
    fn with(&self, values: Self::Values) -> Self;

    /// What another state of the same record changes.
    fn differences(&self, new: &Self, currency: Currency) -> Vec<FieldChange>;

    /// All there are, archived ones included.
    fn everything() -> Self::Filter;

    /// Its cells, in the order of its fields.
    fn cells(&self, currency: Currency) -> [String; 4];

    /// Puts a new one into a record that waits.
    fn pack(new: &Self::New, packer: &mut Packer);

    /// Takes it out again.
    fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<Self::New>;

    /// Its present state as a new one, which [`Self::replaced`] undoes.
    fn as_new(&self) -> Self::New;

    /// The record with all that `new` says, its archived state apart.
    fn replaced(self, new: Self::New) -> Self;

    /// The id of a new one, where it is given.
    fn id_of(new: &Self::New) -> Option<Self::Id>;
}

/// The changes of fields, as texts.
pub(super) fn changes<const N: usize>(fields: [(&str, String, String); N]) -> Vec<FieldChange> {
    fields
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(field, old, new)| FieldChange {
            field: field.to_owned(),
            old,
            new,
        })
        .collect()
}
