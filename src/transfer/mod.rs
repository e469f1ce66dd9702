//! CSV in and out.

mod error;
mod progress;

pub use error::ImportError;
pub use progress::Progress;

use crate::app::bill::Selection;
use crate::domain::{BillingYear, Customer, Money, Product};
use crate::storage::{CustomerFilter, ProductFilter, Storage};
use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;
