//! What must hold for every value, tried on many.

mod csv;
mod imports;
mod life;
mod model;
mod money;
mod rows;
mod text;

use billbook::domain::{Money, Quantity};
use proptest::test_runner::Config;

/// So many cases, and no file to remember failures in: what failed is printed.
fn cases(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}

fn amount(units: i64) -> Money {
    Money::from_ten_thousandths(units).expect("in range")
}

fn quantity(units: i64) -> Quantity {
    Quantity::from_ten_thousandths(units).expect("in range")
}
