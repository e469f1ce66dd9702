//! CSV in and out: streaming, planned before it is applied, and to the letter both ways.

mod bills;
mod bytes;
mod cells;
mod columns;
mod destination;
mod error;
mod export;
mod feed;
mod guard;
pub mod keys;
mod layout;
mod mapping;
mod parties;
mod plan;
mod problems;
mod progress;
mod refusals;
mod rejects;
mod row;
mod rows;
mod sheet;
mod source;
mod spool;
mod table;

pub use bills::{BILL_FIELDS, BillImport, import_bills};
pub use destination::{write_file, write_files};
pub use error::{ExportError, ImportError};
pub use export::{
    BillExport, BillSheets, Cut, export_bills, export_customers, export_products, write_bill,
};
pub use guard::{guard, unguard};
pub use mapping::{MapRule, Mapping};
pub use parties::{PartyImport, import_customers, import_products};
pub use plan::{BillPlan, BillTally, Fate, ImportMode, OnExisting, PartyPlan, Remarks, Tally};
pub use progress::Progress;
pub use rows::Rows;
pub use sheet::Sheet;
pub use source::Source;
pub use table::ReadOptions;
