//! CSV in and out: streaming, all or nothing, and to the letter both ways.

mod bills;
mod bytes;
mod cells;
mod columns;
mod destination;
mod error;
mod export;
mod mapping;
mod parties;
mod problems;
mod progress;
mod sheet;
mod source;
mod table;

pub use bills::{BILL_FIELDS, BillImport, ImportedBills, YearImport, import_bills};
pub use destination::write_file;
pub use error::ImportError;
pub use export::{export_bills, export_customers, export_products, write_bill};
pub use mapping::{MapRule, Mapping};
pub use parties::{Imported, import_customers, import_products};
pub use progress::Progress;
pub use sheet::Sheet;
pub use source::Source;
pub use table::ReadOptions;
