//! stub
use super::*;
use crate::context::Interrupt;
/// Where a book is.
#[derive(Clone, Debug)]
pub struct Location {
    /// Its directory.
    pub path: std::path::PathBuf,
    /// Whether the first write makes it.
    pub makes_itself: bool,
}
/// A book of SQLite files.
pub struct SqliteStorage;
impl SqliteStorage {
    /// new
    pub fn new(_: Location, _: std::time::Duration, _: Interrupt, _: DateTime<Utc>) -> Self { Self }
    /// Makes an empty book; fails where there is one already or the directory holds anything else.
    pub fn init(&mut self, _currency: Currency) -> Result<BookInfo> { unimplemented!() }
}
impl Storage for SqliteStorage {
    fn begin<'a>(&'a mut self, _: &Scope) -> Result<Box<dyn Tx + 'a>> { unimplemented!() }
}
