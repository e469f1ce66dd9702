//! Which bills of a year are wanted, and how the rows of their items are found.

use super::connect::At as _;
use super::query::Conditions;
use crate::domain::{BillNumber, MAX_ITEMS};
use crate::storage::{BillFilter, Result};
use rusqlite::types::ValueRef;
use rusqlite::{Row, Rows, Statement, params_from_iter};
use std::path::Path;

const ITEMS: &str =
    "SELECT i.id, i.product_id, i.quantity, i.unit_price, i.total_price, i.billed_product_id
    FROM {y}.billing_items AS i";

/// Bills of one year.
pub(super) struct Wanted {
    /// What holds for their rows, `b`.
    pub bills: Conditions,
    /// What holds for the rows of their items, `i`, and perhaps for those of others: where there are many bills, all items
    /// of the range are read in one go, which is several times as fast as asking for those of each bill.
    beside: Option<Conditions>,
}

impl Wanted {
    /// One bill.
    pub fn one(number: BillNumber) -> Self {
        let mut bills = Conditions::default();
        bills.add("b.id = ?", number.id());
        Self {
            bills,
            beside: None,
        }
    }

    /// What a filter finds. It should have been fitted to the year: see [`BillFilter::within`].
    pub fn all(filter: &BillFilter) -> Self {
        Self {
            bills: Conditions::of_bills(filter),
            beside: filter.is_broad().then(Conditions::default),
        }
    }

    /// What a filter finds from `first` to `last`. The first and the last number that there can be are no bounds: see
    /// [`crate::storage::BillScan`].
    pub fn between(first: BillNumber, last: BillNumber, filter: &BillFilter) -> Self {
        let mut wanted = Self::all(filter);
        if first.sequence() > 1 {
            wanted.bills.add("b.id >= ?", first.id());
            if let Some(items) = &mut wanted.beside {
                items.add("i.id >= ?", first.item_id(1));
            }
        }
        if last.sequence() < BillNumber::MAX_SEQUENCE {
            // Items need no such bound: no more of them are read than the bills ask for, and to compare each takes time.
            wanted.bills.add("b.id <= ?", last.id());
        }
        wanted
    }

    /// Whether a large part of the range is wanted.
    pub fn are_many(&self) -> bool {
        self.beside.is_some()
    }

    /// The statement that finds items, for [`Self::items`].
    pub fn items_sql(&self) -> String {
        let clause = match &self.beside {
            Some(conditions) => conditions.clause(),
            None => " WHERE i.id BETWEEN ?1 AND ?2".to_owned(),
        };
        format!("{ITEMS}{clause} ORDER BY i.id")
    }

    /// The items' rows. `path` is the year's file.
    pub fn items<'s, 'c>(
        &self,
        statement: &'s mut Statement<'c>,
        path: &Path,
    ) -> Result<StoredItems<'s, 'c>> {
        match &self.beside {
            None => Ok(StoredItems::OfEach(statement)),
            Some(conditions) => {
                let rows = statement
                    .query(params_from_iter(&conditions.parameters))
                    .at(path)?;
                Ok(StoredItems::Beside { rows, next: None })
            }
        }
    }
}

/// An item's row.
pub(super) struct StoredItem {
    pub id: i64,
    /// Product, quantity, unit price, total and the product's version; `None` where one is not even a number.
    pub values: Option<[i64; 5]>,
}

impl StoredItem {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let integer = |column: usize| match row.get_ref(column) {
            Ok(ValueRef::Integer(value)) => Some(value),
            _ => None,
        };
        let values = || {
            Some([
                integer(1)?,
                integer(2)?,
                integer(3)?,
                integer(4)?,
                integer(5)?,
            ])
        };
        Ok(Self {
            id: row.get(0)?,
            values: values(),
        })
    }
}

/// Where the rows of items come from.
pub(super) enum StoredItems<'s, 'c> {
    /// A statement that finds those of one bill.
    OfEach(&'s mut Statement<'c>),
    /// All of a range, in order, as the bills are.
    Beside {
        rows: Rows<'s>,
        /// The first that no bill has asked for yet.
        next: Option<StoredItem>,
    },
}

impl StoredItems<'_, '_> {
    /// Reads a bill's items into `found`, in place of what is there. Bills are asked for by number, upwards; items of
    /// those that are not asked for are passed over.
    pub fn of(
        &mut self,
        number: BillNumber,
        path: &Path,
        found: &mut Vec<StoredItem>,
    ) -> Result<()> {
        found.clear();
        let (first, last) = (number.item_id(1), number.item_id(MAX_ITEMS));
        match self {
            Self::OfEach(statement) => {
                let mut rows = statement.query([first, last]).at(path)?;
                while let Some(row) = rows.next().at(path)? {
                    found.push(StoredItem::read(row).at(path)?);
                }
            }
            Self::Beside { rows, next } => loop {
                let item = match next.take() {
                    Some(item) => item,
                    None => match rows.next().at(path)? {
                        Some(row) => StoredItem::read(row).at(path)?,
                        None => break,
                    },
                };
                if item.id > last {
                    *next = Some(item);
                    break;
                }
                if item.id >= first {
                    found.push(item);
                }
            },
        }
        Ok(())
    }
}
