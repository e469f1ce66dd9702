//! Bills: what a transaction does with them, and where it does it.

use super::scan::Scanner;
use super::tx::SqliteTx;
use super::{bills_read, bills_write, heads, history};
use crate::domain::{Bill, BillNumber, BillingYear, CustomerId, HistoryEntry, ProductId};
use crate::storage::{
    BillFilter, BillHead, BillKey, BillRows, BillScan, BillSummary, DamagedBill, Load, Result,
    Visit,
};

impl BillRows for SqliteTx {
    fn bill(&mut self, number: BillNumber) -> Result<Option<Bill>> {
        bills_read::bill(self, number)
    }

    fn history(&mut self, number: BillNumber) -> Result<Vec<HistoryEntry>> {
        history::of(self, number)
    }

    fn last_sequence(&mut self, year: BillingYear) -> Result<u32> {
        bills_read::last_sequence(self, year)
    }

    fn count_bills(&mut self, filter: &BillFilter) -> Result<u64> {
        bills_read::count(self, filter)
    }

    fn list_bills(&mut self, filter: &BillFilter) -> Result<Vec<BillSummary>> {
        bills_read::list(self, filter)
    }

    fn each_bill(
        &mut self,
        year: BillingYear,
        filter: &BillFilter,
        visit: Visit<Result<Bill, DamagedBill>>,
    ) -> Result<()> {
        bills_read::each(self, year, filter, visit)
    }

    fn scanner(&self) -> Result<Box<dyn BillScan>> {
        Ok(Box::new(Scanner::of(self)))
    }

    fn bill_of_customer(&mut self, id: CustomerId) -> Result<Option<BillNumber>> {
        const SQL: &str = "SELECT id FROM {y}.billings WHERE customer_id = ?1 ORDER BY id LIMIT 1";
        bills_read::first_in_any_year(self, SQL, id.get())
    }

    fn bill_of_product(&mut self, id: ProductId) -> Result<Option<BillNumber>> {
        const SQL: &str =
            "SELECT billing_id FROM {y}.billing_items WHERE product_id = ?1 ORDER BY id LIMIT 1";
        bills_read::first_in_any_year(self, SQL, id.get())
    }

    fn insert_bills(&mut self, year: BillingYear, bills: &[Bill]) -> Result<()> {
        let (handle, interned) = self.year_to_write(year)?;
        bills_write::insert(&handle, interned, bills)
    }

    fn update_bill(&mut self, old: &Bill, new: &Bill) -> Result<()> {
        let (handle, interned) = self.year_to_write(new.number().year())?;
        bills_write::update(&handle, interned, old, new)
    }

    fn load(&mut self, year: BillingYear, load: Load) -> Result<()> {
        self.load_piece(year, load)
    }

    fn find_bills(&mut self, year: BillingYear, keys: &[BillKey]) -> Result<Vec<Option<BillHead>>> {
        heads::find(self, year, keys)
    }

    fn append_history(&mut self, number: BillNumber, entry: &HistoryEntry) -> Result<()> {
        let (handle, _) = self.year_to_write(number.year())?;
        history::append(&handle, number, entry)
    }
}
