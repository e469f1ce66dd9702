//! Why a use case could not be carried out, where neither a rule of billing nor the storage is the reason.

use crate::domain::BillNumber;
use thiserror::Error;

/// A failure of a use case. Every message names the way out.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AppError {
    /// Nothing of that name.
    #[error("there is no {noun} {which}: '{noun} list' shows what there is")]
    NotFound {
        /// `customer`, `product` or `bill`.
        noun: &'static str,
        /// How it was named.
        which: String,
    },
    /// Several of that name.
    #[error("'{which}' is ambiguous: {noun}s {ids} have it; name one by its id")]
    Ambiguous {
        /// `customer` or `product`.
        noun: &'static str,
        /// How it was named.
        which: String,
        /// The first of those it could mean.
        ids: String,
    },
    /// An archived one was to be billed.
    #[error(
        "{noun} {which} is archived, and cannot be billed: '{noun} unarchive {id}' brings it back"
    )]
    Archived {
        /// `customer` or `product`.
        noun: &'static str,
        /// How it was named.
        which: String,
        /// Its id.
        id: i64,
    },
    /// What bills refer to is kept.
    #[error(
        "{noun} {id} is on bill {bill}, and what a bill refers to is never deleted: '{noun} archive {id}' takes it \
         out of use"
    )]
    InUse {
        /// `customer` or `product`.
        noun: &'static str,
        /// Its id.
        id: i64,
        /// One of the bills.
        bill: BillNumber,
    },
}
