//! Reading bills beside a transaction, on another thread.

use super::assemble::each_in;
use super::connect::{Connector, Files};
use super::reader::Reader;
use super::tx::SqliteTx;
use super::versions::Versions;
use super::wanted::Wanted;
use super::years::Catalog;
use crate::domain::{Bill, BillNumber, BillingYear};
use crate::storage::{BillFilter, BillScan, BookInfo, DamagedBill, Result, Visit};

/// A connection of its own, to which years are attached as they are read.
///
/// It does not open `book.db`. The transaction's lock on that keeps every commit out; to ask for another one while a writer
/// waits for the first to go would, where the system does not grant it within one process, mean to wait for that writer.
pub(super) struct Scanner {
    connector: Connector,
    files: Files,
    info: BookInfo,
    catalog: Catalog,
    reader: Reader,
    /// What is known of the versions billed in the year that was read last. Its bills are read a part at a time, and each
    /// part mentions nearly all of them.
    versions: Option<(BillingYear, Versions)>,
}

impl Scanner {
    /// A scanner for the state that the transaction began with.
    pub fn of(tx: &SqliteTx) -> Self {
        Self {
            connector: tx.connector.clone(),
            files: tx.files.clone(),
            info: tx.info.clone(),
            catalog: tx.catalog.clone(),
            reader: Reader::default(),
            versions: None,
        }
    }
}

impl BillScan for Scanner {
    fn each_bill_between(
        &mut self,
        first: BillNumber,
        last: BillNumber,
        filter: &BillFilter,
        visit: Visit<Result<Bill, DamagedBill>>,
    ) -> Result<()> {
        let year = first.year();
        debug_assert_eq!(year, last.year(), "a range lies within one year");
        let Some(&stamp) = self.catalog.get(&year) else {
            return Ok(());
        };
        if !filter.may_match(year) {
            return Ok(());
        }
        let tx = (&self.connector, &self.files, &self.info);
        self.reader.attach(tx, year, stamp)?;
        let Some(handle) = self.reader.year(year) else {
            return Ok(());
        };
        let versions = match self.versions.take() {
            Some((known, versions)) if known == year => versions,
            _ => Versions::default(),
        };
        let (_, versions) = self.versions.insert((year, versions));
        let wanted = Wanted::between(first, last, &filter.within(year));
        each_in(&handle, self.info.currency, &wanted, versions, visit)
    }
}
