//! Which bills: what list and export share.

use crate::app::bill::Selection;
use crate::cli::values;
use crate::domain::{BillStatus, BillingYear, CustomerRef, Money, ProductRef, Reference};
use crate::storage::BillFilter;
use chrono::NaiveDate;

/// Which bills.
#[derive(Debug, clap::Args)]
pub struct FilterArgs {
    /// Only those of this customer: id or e-mail address
    #[arg(long)]
    customer: Option<CustomerRef>,
    /// Only those with an item of this product: id or exact name
    #[arg(long)]
    product: Option<ProductRef>,
    /// Only those of this year
    #[arg(long, conflicts_with_all = ["from", "to"])]
    year: Option<BillingYear>,
    /// Only those from this date on
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    from: Option<NaiveDate>,
    /// Only those up to and with this date
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    to: Option<NaiveDate>,
    /// Only those of this status
    #[arg(long, value_enum)]
    status: Option<BillStatus>,
    /// Only those with this reference
    #[arg(long)]
    reference: Option<Reference>,
    /// Only those of at least this total
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    min_total: Option<Money>,
    /// Only those of at most this total
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    max_total: Option<Money>,
}

impl FilterArgs {
    /// As the use cases take it: in the order of numbers, without a limit.
    pub fn selection(self) -> Selection {
        let filter = BillFilter {
            status: self.status,
            reference: self.reference,
            from: self.year.map(BillingYear::first_day).or(self.from),
            to: self.year.map(BillingYear::last_day).or(self.to),
            min_total: self.min_total,
            max_total: self.max_total,
            ..BillFilter::default()
        };
        Selection {
            customer: self.customer,
            product: self.product,
            filter,
        }
    }
}
