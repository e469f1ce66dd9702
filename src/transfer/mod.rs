//! CSV in and out: streaming, all or nothing, and to the letter both ways.

mod bills;
mod bytes;
mod cells;
mod columns;
mod destination;
mod error;
mod export;
mod guard;
mod mapping;
mod parties;
mod problems;
mod progress;
mod rows;
mod sheet;
mod source;
mod table;

pub use bills::{BILL_FIELDS, BillImport, ImportedBills, YearImport, import_bills};
pub use destination::{write_file, write_files};
pub use error::{ExportError, ImportError};
pub use export::{
    BillExport, BillSheets, Cut, export_bills, export_customers, export_products, write_bill,
};
pub use guard::{guard, unguard};
pub use mapping::{MapRule, Mapping};
pub use parties::{Imported, import_customers, import_products};
pub use progress::Progress;
pub use rows::Rows;
pub use sheet::Sheet;
pub use source::Source;
pub use table::ReadOptions;
