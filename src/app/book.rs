//! The book as a whole: its state in figures, and whether it is sound.

use crate::domain::Money;
use crate::storage::{
    BillFilter, BookInfo, CustomerFilter, Finding, ProductFilter, Scope, Storage, StorageError,
    Tally, Tx, YearSummary, file_name,
};
use std::ops::ControlFlow;

/// A book in figures.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BookStatus {
    /// What is known of it.
    pub info: BookInfo,
    /// How many customers there are, archived ones included.
    pub customers: u64,
    /// How many of them are archived.
    pub archived_customers: u64,
    /// How many products there are, archived ones included.
    pub products: u64,
    /// How many of them are archived.
    pub archived_products: u64,
    /// Each year, in order.
    pub years: Vec<YearSummary>,
}

impl BookStatus {
    /// The bills of all years by status, in the order of [`crate::domain::BillStatus::ALL`].
    pub fn by_status(&self) -> [Tally; 3] {
        std::array::from_fn(|index| sum(self.years.iter().map(|year| year.by_status[index])))
    }

    /// All bills.
    pub fn tally(&self) -> Tally {
        sum(self.by_status().into_iter())
    }

    /// The bills of one year, whatever their status.
    pub fn year_tally(year: &YearSummary) -> Tally {
        sum(year.by_status.into_iter())
    }
}

fn sum(tallies: impl Iterator<Item = Tally>) -> Tally {
    tallies.fold(Tally::default(), |sum, tally| Tally {
        bills: sum.bills + tally.bills,
        // Beyond the range of one amount the sum of a book is shown as the largest, rather than not at all.
        total: sum.total.plus(tally.total).unwrap_or(Money::MAX),
    })
}

/// Takes a book's figures.
pub fn status(storage: &mut dyn Storage) -> anyhow::Result<BookStatus> {
    let mut tx = storage.begin(&Scope::Read)?;
    let mut customers = |archived| {
        tx.count_customers(&CustomerFilter {
            archived,
            ..CustomerFilter::default()
        })
    };
    let (all_customers, current_customers) = (customers(true)?, customers(false)?);
    let mut products = |archived| {
        tx.count_products(&ProductFilter {
            archived,
            ..ProductFilter::default()
        })
    };
    let (all_products, current_products) = (products(true)?, products(false)?);
    let mut years = Vec::new();
    for year in tx.years()? {
        years.push(tx.year_summary(year)?);
    }
    Ok(BookStatus {
        info: tx.info()?,
        customers: all_customers,
        archived_customers: all_customers - current_customers,
        products: all_products,
        archived_products: all_products - current_products,
        years,
    })
}

/// Looks for everything that is wrong with a book and reports each finding; an error only where looking itself failed.
pub fn check(storage: &mut dyn Storage, found: &mut dyn FnMut(Finding)) -> anyhow::Result<()> {
    let mut tx = match storage.begin(&Scope::Read) {
        Ok(tx) => tx,
        Err(error) => return as_finding(error, found),
    };
    if let Err(error) = tx.verify_book(found) {
        as_finding(error, found)?;
    }
    let years = match tx.years() {
        Ok(years) => years,
        Err(error) => return as_finding(error, found),
    };
    for year in years {
        if let Err(error) = check_year(&mut *tx, year, found) {
            as_finding(error, found)?;
        }
    }
    Ok(())
}

fn check_year(
    tx: &mut dyn Tx,
    year: crate::domain::BillingYear,
    found: &mut dyn FnMut(Finding),
) -> Result<(), StorageError> {
    tx.verify_year(year, found)?;
    tx.each_bill(year, &BillFilter::default(), &mut |bill| {
        if let Err(damaged) = bill {
            let place = damaged
                .number
                .map_or(format!("{year}.db"), |number| format!("bill {number}"));
            found(Finding {
                kind: damaged.kind,
                place,
                what: damaged.what,
            });
        }
        ControlFlow::Continue(())
    })
}

/// An error that tells of damage is a finding; any other ends the check.
fn as_finding(error: StorageError, found: &mut dyn FnMut(Finding)) -> anyhow::Result<()> {
    let (kind, place, what) = match error {
        StorageError::Corrupt { place, what } => ("integrity", place, what),
        StorageError::OutOfStep { ref path, .. } => ("stamp", file_name(path), error.to_string()),
        StorageError::Foreign { path, what } => ("foreign", file_name(&path), what),
        other => return Err(other.into()),
    };
    found(Finding { kind, place, what });
    Ok(())
}
