//! Reading the bills of a transaction from other threads.

use super::{BillFilter, DamagedBill, Result, Visit};
use crate::domain::{Bill, BillNumber};

/// Reads bills beside the transaction that made it, on any thread.
///
/// It sees the state that the transaction began with, and nothing that the transaction itself has written since. It is valid
/// while the transaction lives, which is what keeps that state in place: used afterwards, it may fail, or see another.
pub trait BillScan: Send {
    /// Visits the bills that the filter finds from `first` to `last`, verified, by number; its order and limit do not count.
    ///
    /// Both are of one year. A year's first possible number stands for everything before it as well, and its last possible
    /// one for everything behind: what lies there is damage, and must be seen.
    fn each_bill_between(
        &mut self,
        first: BillNumber,
        last: BillNumber,
        filter: &BillFilter,
        visit: Visit<Result<Bill, DamagedBill>>,
    ) -> Result<()>;
}
