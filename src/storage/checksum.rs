//! The checksum of a bill, the same in every engine.

use crate::domain::Bill;

/// The version of the form that is hashed; it seeds the hash. It belongs to the schema's version, so that all bills of a
/// file have one.
const VERSION: u64 = 1;

/// XXH3-64 over everything the bill and its items hold, as the signed number that both engines store.
pub fn checksum(bill: &Bill, scratch: &mut Vec<u8>) -> i64 {
    scratch.clear();
    bill.canonical_bytes(scratch);
    xxhash_rust::xxh3::xxh3_64_with_seed(scratch, VERSION).cast_signed()
}
