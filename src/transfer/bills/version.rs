//! The versions of customers and products on the bills of a plan: each is kept once where it is used often.

use super::missing::Missing;
use crate::domain::{BilledCustomer, BilledProduct, CustomerId, ProductId};
use crate::transfer::spool::{Packer, Unpacker};
use anyhow::Context as _;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// How many versions of a kind are remembered at once.
const REMEMBERED: usize = 50_000;

/// A version on a bill of the plan.
#[derive(Clone, Debug)]
pub(super) enum VersionOf<T> {
    /// One of the book.
    Known(Arc<T>),
    /// One that is to be made.
    Missing(usize),
}

const KNOWN: u8 = 0;
const DEFINED: u8 = 1;
const MISSING: u8 = 2;

/// Something that a version can be kept as.
pub(super) trait Packed: Sized {
    /// Whose version it is.
    type Id: Copy + Eq + Hash;

    fn id(&self) -> Self::Id;
    /// Which of those that are to be made a version stands for, if any.
    fn place(version: &Arc<Self>, missing: &Missing) -> Option<usize>;
    fn pack(&self, packer: &mut Packer);
    fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<Self>;
}

impl Packed for BilledCustomer {
    type Id = CustomerId;

    fn id(&self) -> CustomerId {
        self.customer_id
    }

    fn place(version: &Arc<Self>, missing: &Missing) -> Option<usize> {
        missing.customers.place(version)
    }

    fn pack(&self, packer: &mut Packer) {
        packer.signed(self.customer_id.get());
        packer.text(self.name.as_str());
        packer.text(self.email.as_ref().map_or("", |email| email.as_str()));
        packer.text(self.address.as_str());
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<Self> {
        Ok(Self {
            customer_id: CustomerId::new(unpacker.signed()?).context("an id")?,
            name: unpacker.text()?.parse()?,
            email: match unpacker.text()? {
                "" => None,
                email => Some(email.parse()?),
            },
            address: unpacker.text()?.parse()?,
        })
    }
}

impl Packed for BilledProduct {
    type Id = ProductId;

    fn id(&self) -> ProductId {
        self.product_id
    }

    fn place(version: &Arc<Self>, missing: &Missing) -> Option<usize> {
        missing.products.place(version)
    }

    fn pack(&self, packer: &mut Packer) {
        packer.signed(self.product_id.get());
        packer.text(self.name.as_str());
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<Self> {
        Ok(Self {
            product_id: ProductId::new(unpacker.signed()?).context("an id")?,
            name: unpacker.text()?.parse()?,
        })
    }
}

/// Packs versions: in full when they are first used, by their place afterwards.
#[derive(Debug)]
pub(super) struct VersionPacker<T: Packed> {
    known: HashMap<T::Id, (Arc<T>, u64)>,
    next: u64,
}

impl<T: Packed> Default for VersionPacker<T> {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
            next: 0,
        }
    }
}

impl<T: Packed + PartialEq> VersionPacker<T> {
    /// Packs one.
    pub fn pack(&mut self, version: &Arc<T>, missing: &Missing, packer: &mut Packer) {
        if let Some((known, place)) = self.known.get(&version.id())
            && (Arc::ptr_eq(known, version) || known == version)
        {
            packer.byte(KNOWN);
            packer.number(*place);
            return;
        }
        if let Some(index) = T::place(version, missing) {
            packer.byte(MISSING);
            packer.number(index as u64);
            return;
        }
        if self.next >= REMEMBERED as u64 {
            self.known.clear();
            self.next = 0;
        }
        packer.byte(DEFINED);
        packer.number(self.next);
        version.pack(packer);
        self.known
            .insert(version.id(), (version.clone(), self.next));
        self.next += 1;
    }
}

/// Unpacks versions, from the first record on and in order.
#[derive(Debug)]
pub(super) struct VersionUnpacker<T>(Vec<Arc<T>>);

impl<T> Default for VersionUnpacker<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Packed> VersionUnpacker<T> {
    /// Unpacks one.
    pub fn unpack(&mut self, unpacker: &mut Unpacker<'_>) -> anyhow::Result<VersionOf<T>> {
        let (kind, place) = (unpacker.byte()?, usize::try_from(unpacker.number()?)?);
        match kind {
            MISSING => return Ok(VersionOf::Missing(place)),
            DEFINED => {
                self.0.truncate(place);
                self.0.push(Arc::new(T::unpack(unpacker)?));
            }
            _ => {}
        }
        let version = self
            .0
            .get(place)
            .context("a version that was not defined")?;
        Ok(VersionOf::Known(version.clone()))
    }
}
