//! billbook: a billing database on the command line.
//!
//! `cli` calls the use cases of `app`, and `transfer` for CSV; these work on the traits of `storage` and the types of
//! `domain`; `render` makes what they return into tables, CSV and JSON. A test holds these walls up.

pub mod app;
pub mod cli;
pub mod context;
pub mod domain;
pub mod render;
pub mod storage;
pub mod transfer;
