//! Records of the book that nothing but their name tells from others: customers without an e-mail address.

use super::Tabular;
use crate::storage::Tx;
use crate::transfer::keys;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Where they are, by the hash of their name: a file names them in no other way, and the book has no index for so rare a need.
/// Made when the first row needs it. Takes some 24 bytes for each.
#[derive(Debug)]
pub(super) struct BareNames<P: Tabular>(HashMap<u64, Named<P::Id>>);

#[derive(Debug)]
enum Named<I> {
    One(I),
    Several,
}

/// What a bare name means.
pub(super) enum Meant<P> {
    /// Nobody.
    Nobody,
    /// This one.
    One(P),
    /// More than one.
    Several,
}

impl<P: Tabular> BareNames<P> {
    /// Looks through the book.
    pub fn of(tx: &mut dyn Tx) -> anyhow::Result<Self> {
        let mut names = HashMap::new();
        P::each(tx, &P::everything(), &mut |party| {
            if let Some(name) = party.bare_name_stored() {
                let hash = hash(name);
                names
                    .entry(hash)
                    .and_modify(|named| *named = Named::Several)
                    .or_insert_with(|| Named::One(party.id()));
            }
            ControlFlow::Continue(())
        })?;
        Ok(Self(names))
    }

    /// Whom a name means.
    pub fn find(&self, tx: &mut dyn Tx, name: &str) -> anyhow::Result<Meant<P>> {
        Ok(match self.0.get(&hash(name)) {
            None => Meant::Nobody,
            Some(Named::Several) => Meant::Several,
            Some(Named::One(id)) => match P::load(tx, *id)? {
                Some(party) if party.bare_name_stored() == Some(name) => Meant::One(party),
                _ => Meant::Nobody,
            },
        })
    }
}

fn hash(name: &str) -> u64 {
    keys::hash(0, name.as_bytes())
}
