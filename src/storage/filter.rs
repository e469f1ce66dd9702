//! What lists and exports select, and in which order.

use crate::domain::{BillStatus, BillingYear, CustomerId, Money, ProductId, Reference};
use chrono::NaiveDate;

/// The order of a list of customers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum CustomerSort {
    /// By id.
    #[default]
    Id,
    /// By name.
    Name,
    /// By e-mail address.
    Email,
}

/// Which customers. The default is all that are not archived, by id.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CustomerFilter {
    /// A part of name, e-mail address or address, ASCII case aside.
    pub search: Option<String>,
    /// Archived ones too.
    pub archived: bool,
    /// In which order; ties by id.
    pub sort: CustomerSort,
    /// The other way round.
    pub descending: bool,
    /// How many at the most.
    pub limit: Option<u64>,
}

/// The order of a list of products.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ProductSort {
    /// By id.
    #[default]
    Id,
    /// By name.
    Name,
    /// By price.
    Price,
}

/// Which products. The default is all that are not archived, by id.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ProductFilter {
    /// A part of name or description, ASCII case aside.
    pub search: Option<String>,
    /// Archived ones too.
    pub archived: bool,
    /// In which order; ties by id.
    pub sort: ProductSort,
    /// The other way round.
    pub descending: bool,
    /// How many at the most.
    pub limit: Option<u64>,
}

/// The order of a list of bills.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum BillSort {
    /// By number.
    #[default]
    Id,
    /// By date of issue.
    Date,
    /// By total.
    Total,
    /// By the customer's id.
    Customer,
}

/// Which bills. The default is all, by number.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BillFilter {
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// With an item of this product.
    pub product: Option<ProductId>,
    /// Of this status.
    pub status: Option<BillStatus>,
    /// Of this reference.
    pub reference: Option<Reference>,
    /// Without a reference.
    pub unreferenced: bool,
    /// From this date.
    pub from: Option<NaiveDate>,
    /// Up to and with this date.
    pub to: Option<NaiveDate>,
    /// Of at least this total.
    pub min_total: Option<Money>,
    /// Of at most this total.
    pub max_total: Option<Money>,
    /// In which order; ties by number.
    pub sort: BillSort,
    /// The other way round.
    pub descending: bool,
    /// How many at the most.
    pub limit: Option<u64>,
}

impl BillFilter {
    /// Whether a bill of that year can match: what lets an engine leave the other years closed.
    pub fn may_match(&self, year: BillingYear) -> bool {
        self.from.is_none_or(|from| from <= year.last_day())
            && self.to.is_none_or(|to| to >= year.first_day())
    }

    /// The filter as it concerns one year: dates that all of the year satisfies are dropped, so that a query for a whole
    /// year is one without a condition.
    #[must_use]
    pub fn within(&self, year: BillingYear) -> Self {
        Self {
            from: self.from.filter(|from| *from > year.first_day()),
            to: self.to.filter(|to| *to < year.last_day()),
            ..self.clone()
        }
    }

    /// Whether it may find most bills of a year, so that reading all items in one go is cheaper than looking for those of
    /// each bill. Meant for a filter [`Self::within`] the year.
    pub fn is_broad(&self) -> bool {
        let broad = Self {
            status: None,
            min_total: None,
            max_total: None,
            ..self.clone()
        };
        broad.is_everything()
    }

    /// Whether every bill matches.
    pub fn is_everything(&self) -> bool {
        let order = Self {
            sort: self.sort,
            descending: self.descending,
            limit: self.limit,
            ..Self::default()
        };
        *self == order
    }
}
