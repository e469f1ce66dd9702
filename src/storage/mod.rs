//! What a book is kept in: the traits that every engine implements, and what passes through them.
//!
//! An engine stores and finds rows. It decides no rule of billing: those are in [`crate::domain`], and the use cases that
//! apply them in [`crate::app`]. Beginning a transaction needs a [`Scope`], so that an engine opens just the years meant.

pub mod checksum;
mod error;
mod filter;
mod load;
mod scan;
pub mod sqlite;

pub use error::StorageError;
pub use filter::{BillFilter, BillSort, CustomerFilter, CustomerSort, ProductFilter, ProductSort};
pub use load::{BillHead, BillKey, Load, YearLoad};
pub use scan::BillScan;

use crate::domain::{
    Bill, BillNumber, BillStatus, BillingYear, Currency, Customer, CustomerId, Email, HistoryEntry,
    Money, Name, NewCustomer, NewProduct, Product, ProductId, Reference,
};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

/// What storage functions return.
pub type Result<T, E = StorageError> = std::result::Result<T, E>;

/// Takes rows one by one and says when it has had enough, so that memory stays flat however many there are.
pub type Visit<'a, T> = &'a mut dyn FnMut(T) -> ControlFlow<()>;

/// What a transaction is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scope {
    /// Reading: one consistent state of the whole book; a year is opened when it is first read.
    Read,
    /// Reading, to find out what a write would do: where that would make the book, an empty one is read.
    Rehearse,
    /// Writing customers, products and the bills of these years. Other years can be read.
    Write(BTreeSet<BillingYear>),
}

impl Scope {
    /// Writing customers and products only.
    pub fn write_book() -> Self {
        Self::Write(BTreeSet::new())
    }

    /// Writing the bills of one year.
    pub fn write_year(year: BillingYear) -> Self {
        Self::Write(BTreeSet::from([year]))
    }
}

/// A book in an engine.
pub trait Storage {
    /// Begins a transaction. Dropping it undoes what it wrote.
    fn begin<'a>(&'a mut self, scope: &Scope) -> Result<Box<dyn Tx + 'a>>;
}

/// A transaction.
pub trait Tx: BookRows + CustomerRows + ProductRows + BillRows {
    /// Opens years for a load: any number of them, existing or new. Only in a transaction of [`Scope::write_book`], once, and
    /// before anything was written in it.
    ///
    /// From here on customers and products can be written as before. Bills of these years are written by
    /// [`BillRows::load`] only, no more of them than said here, and can be read again only after the commit. After an error
    /// of the load nothing can be committed.
    fn begin_load(&mut self, years: &BTreeMap<BillingYear, YearLoad>) -> Result<()>;

    /// Announces how many customers and products will be added, in a write and behind [`Self::begin_load`] where there is one.
    /// Until the commit, finding customers by their address and products by their name may then take long.
    fn expect_additions(&mut self, customers: u64, products: u64) -> Result<()>;

    /// Makes everything written durable, or nothing. After an error the book is as before, except after
    /// [`StorageError::CommitUnknown`].
    fn commit(self: Box<Self>) -> Result<()>;
}

/// What is known of the book as a whole.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BookInfo {
    /// Random, made with the book; every file of it carries the same.
    pub id: String,
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
    /// The directory or server it is on, for people.
    pub location: String,
    /// The book's only currency.
    pub currency: Currency,
    /// The version of the tables.
    pub schema_version: u32,
    /// How many transactions have been committed to it.
    pub commits: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Count and sum of some bills.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// How many.
    pub bills: u64,
    /// What they add up to.
    pub total: Money,
}

/// One year in figures.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct YearSummary {
    /// Which.
    pub year: BillingYear,
    /// What it takes on disk.
    pub bytes: u64,
    /// Its bills by status, in the order of [`BillStatus::ALL`].
    pub by_status: [Tally; 3],
}

/// A file as findings name it: without the directory, which is the book's.
pub fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// Something a check found wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The kind, a word for scripts: `integrity`, `reference`, `total`, `checksum`, `gap`, `stamp`, `stray` ...
    pub kind: &'static str,
    /// The file, table or bill concerned.
    pub place: String,
    /// What is wrong, and what to do where that can be said.
    pub what: String,
}

/// The book itself.
pub trait BookRows {
    /// What is known of it.
    fn info(&mut self) -> Result<BookInfo>;

    /// Its billing years, in order.
    fn years(&mut self) -> Result<Vec<BillingYear>>;

    /// One year in figures.
    fn year_summary(&mut self, year: BillingYear) -> Result<YearSummary>;

    /// Looks for damage in everything but the years: files, rows, references, strays.
    fn verify_book(&mut self, found: &mut dyn FnMut(Finding)) -> Result<()>;

    /// Looks for damage in one year, its bills' own sums and checksums aside ([`BillRows::each_bill`] sees to those).
    fn verify_year(&mut self, year: BillingYear, found: &mut dyn FnMut(Finding)) -> Result<()>;
}

/// Customers.
pub trait CustomerRows {
    /// The customer of that id.
    fn customer(&mut self, id: CustomerId) -> Result<Option<Customer>>;

    /// The customers of these ids, in their order.
    fn customers(&mut self, ids: &[CustomerId]) -> Result<Vec<Option<Customer>>>;

    /// The ids of the customers of that address, ASCII case aside; three at the most, for more is only ever an error.
    fn customers_by_email(&mut self, email: &Email) -> Result<Vec<CustomerId>>;

    /// How many the filter finds, its limit aside.
    fn count_customers(&mut self, filter: &CustomerFilter) -> Result<u64>;

    /// Visits what the filter finds, in its order.
    fn each_customer(&mut self, filter: &CustomerFilter, visit: Visit<Customer>) -> Result<()>;

    /// Adds one; [`StorageError::DuplicateId`] where a given id is taken, after which the transaction goes on.
    fn insert_customer(&mut self, new: &NewCustomer) -> Result<CustomerId>;

    /// Replaces what is stored under its id.
    fn update_customer(&mut self, customer: &Customer) -> Result<()>;

    /// Removes it; whether a bill refers to it is for the caller to ask.
    fn delete_customer(&mut self, id: CustomerId) -> Result<()>;
}

/// Products.
pub trait ProductRows {
    /// The product of that id.
    fn product(&mut self, id: ProductId) -> Result<Option<Product>>;

    /// The products of these ids, in their order.
    fn products(&mut self, ids: &[ProductId]) -> Result<Vec<Option<Product>>>;

    /// The ids of the products of exactly that name; three at the most, for more is only ever an error.
    fn products_by_name(&mut self, name: &Name) -> Result<Vec<ProductId>>;

    /// How many the filter finds, its limit aside.
    fn count_products(&mut self, filter: &ProductFilter) -> Result<u64>;

    /// Visits what the filter finds, in its order.
    fn each_product(&mut self, filter: &ProductFilter, visit: Visit<Product>) -> Result<()>;

    /// Adds one; [`StorageError::DuplicateId`] where a given id is taken, after which the transaction goes on.
    fn insert_product(&mut self, new: &NewProduct) -> Result<ProductId>;

    /// Replaces what is stored under its id.
    fn update_product(&mut self, product: &Product) -> Result<()>;

    /// Removes it; whether a bill refers to it is for the caller to ask.
    fn delete_product(&mut self, id: ProductId) -> Result<()>;
}

/// A bill as a list shows it, without its items.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BillSummary {
    /// The number.
    pub number: BillNumber,
    /// The customer.
    pub customer_id: CustomerId,
    /// The customer's name as billed.
    pub customer_name: String,
    /// The date of issue.
    pub date: NaiveDate,
    /// Where it is in its life.
    pub status: BillStatus,
    /// The stored total.
    pub total: Money,
    /// The number that another system gave it.
    pub reference: Option<Reference>,
}

impl From<&Bill> for BillSummary {
    fn from(bill: &Bill) -> Self {
        Self {
            number: bill.number(),
            customer_id: bill.customer().customer_id,
            customer_name: bill.customer().name.to_string(),
            date: bill.date(),
            status: bill.status(),
            total: bill.total(),
            reference: bill.reference().cloned(),
        }
    }
}

/// A bill that was read but does not agree with itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DamagedBill {
    /// The number, where the stored id is one.
    pub number: Option<BillNumber>,
    /// Which rule it breaks, as a [`Finding`]'s kind.
    pub kind: &'static str,
    /// What is wrong.
    pub what: String,
}

/// Bills with their items and history.
pub trait BillRows {
    /// The bill of that number, verified; [`StorageError::Corrupt`] where it does not agree with itself.
    fn bill(&mut self, number: BillNumber) -> Result<Option<Bill>>;

    /// What happened to it since its creation, in order.
    fn history(&mut self, number: BillNumber) -> Result<Vec<HistoryEntry>>;

    /// The last place used in a year's series, 0 when there is none.
    fn last_sequence(&mut self, year: BillingYear) -> Result<u32>;

    /// How many the filter finds, its limit aside.
    fn count_bills(&mut self, filter: &BillFilter) -> Result<u64>;

    /// What the filter finds, in its order, up to its limit.
    fn list_bills(&mut self, filter: &BillFilter) -> Result<Vec<BillSummary>>;

    /// Visits the bills that the filter finds in one year, verified, by number; its order and limit do not count.
    fn each_bill(
        &mut self,
        year: BillingYear,
        filter: &BillFilter,
        visit: Visit<Result<Bill, DamagedBill>>,
    ) -> Result<()>;

    /// A reader of bills for another thread: see [`BillScan`].
    fn scanner(&self) -> Result<Box<dyn BillScan>>;

    /// A bill that refers to the customer, if one does.
    fn bill_of_customer(&mut self, id: CustomerId) -> Result<Option<BillNumber>>;

    /// A bill that refers to the product, if one does.
    fn bill_of_product(&mut self, id: ProductId) -> Result<Option<BillNumber>>;

    /// Adds bills of one year, which the scope must name. [`StorageError::DuplicateReference`] and
    /// [`StorageError::DuplicateNumber`] tell which one could not be added: those before it are, it and those behind it
    /// are not, and the transaction goes on.
    fn insert_bills(&mut self, year: BillingYear, bills: &[Bill]) -> Result<()>;

    /// Replaces `old` by `new`, which has the same number.
    fn update_bill(&mut self, old: &Bill, new: &Bill) -> Result<()>;

    /// Adds or changes bills of a year that [`Tx::begin_load`] opened. Another thread may do it: an error is told by a later
    /// call or by the commit.
    fn load(&mut self, year: BillingYear, load: Load) -> Result<()>;

    /// What is stored of the bills of these keys in one year, in the keys' order; `None` where there is none. Items are not
    /// read: the checksum tells whether they are as expected. [`StorageError::Corrupt`] where a value cannot be.
    fn find_bills(&mut self, year: BillingYear, keys: &[BillKey]) -> Result<Vec<Option<BillHead>>>;

    /// Adds to a bill's history.
    fn append_history(&mut self, number: BillNumber, entry: &HistoryEntry) -> Result<()>;
}
