//! Writing customers, products and bills as CSV that an import reads back to the letter.

mod bill_rows;
mod bills;
mod blocks;
mod parties;

pub use bill_rows::write_bill;
pub use bills::{BillExport, BillSheets, export_bills};
pub use blocks::Cut;
pub use parties::{export_customers, export_products};
