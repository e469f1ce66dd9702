//! What a billing book is about, free of storage, files and terminals.
//!
//! Every type here can only be made valid: its constructor checks the rule and names it when it refuses. Nothing in this
//! module reads a clock, a file or the environment.

mod bill;
mod currency;
mod edit;
mod error;
mod fixed;
mod history;
mod ids;
mod money;
mod parties;
mod text;

pub use bill::{Bill, BillStatus, Item, MAX_ITEMS};
pub use currency::Currency;
pub use edit::{BillEdit, ItemChange};
pub use error::{Mismatch, Refusal, ValueError};
pub use fixed::write_padded;
pub use history::{Action, FieldChange, HistoryEntry};
pub use ids::{BillNumber, BillingYear, CustomerId, CustomerRef, ProductId, ProductRef};
pub use money::{Money, Quantity};
pub use parties::{BilledCustomer, BilledProduct, Customer, NewCustomer, NewProduct, Product};
pub use text::{Email, Name, Note, Reference, parse_date, write_date};
