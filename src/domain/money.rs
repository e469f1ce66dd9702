//! Exact amounts and quantities.

use super::{Currency, Refusal, ValueError, fixed};
use rust_decimal::{Decimal, RoundingStrategy};
use std::fmt;
use std::str::FromStr;

/// An amount of the book's currency, exact to a ten-thousandth, below zero for a discount.
///
/// Kept as an integer number of ten-thousandths, which is also how both engines store it; computed with
/// [`rust_decimal`]. Invariant: its magnitude is at most [`Money::MAX`].
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount: 99,999,999,999,999.9999. Multiplied by the largest quantity it overflows no intermediate
    /// result that could still be in range, which is what makes [`Money::times`] exact.
    pub const MAX: Self = Self(999_999_999_999_999_999);

    /// From a stored number of ten-thousandths; `None` when it is out of range.
    pub fn from_ten_thousandths(units: i64) -> Option<Self> {
        (units.unsigned_abs() <= Self::MAX.0.unsigned_abs()).then_some(Self(units))
    }

    /// The number of ten-thousandths, as stored.
    pub fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// The price of `quantity` at this unit price, rounded to the currency's minor digits, half away from zero.
    ///
    /// The rule is that of a line's net amount in EN 16931 (BR-CO-10 then adds the rounded lines up).
    pub fn times(self, quantity: Quantity, currency: Currency) -> Result<Self, Refusal> {
        let out_of_range = || Refusal::OutOfRange {
            what: "quantity x unit price",
        };
        // Decimal holds 96 bits. Where the exact product needs more, its value is beyond Money::MAX and refused below;
        // everything else is multiplied without loss (see the property test against 128-bit integers).
        let product = Decimal::new(self.0, fixed::SCALE)
            .checked_mul(Decimal::new(quantity.0, fixed::SCALE))
            .ok_or_else(out_of_range)?;
        let mut rounded = product.round_dp_with_strategy(
            currency.minor_digits(),
            RoundingStrategy::MidpointAwayFromZero,
        );
        rounded.rescale(fixed::SCALE);
        i64::try_from(rounded.mantissa())
            .ok()
            .filter(|_| rounded.scale() == fixed::SCALE)
            .and_then(Self::from_ten_thousandths)
            .ok_or_else(out_of_range)
    }

    /// The sum, or a refusal where it leaves the range. Sums are never rounded.
    pub fn plus(self, other: Self) -> Result<Self, Refusal> {
        self.0
            .checked_add(other.0)
            .and_then(Self::from_ten_thousandths)
            .ok_or(Refusal::OutOfRange { what: "the total" })
    }

    /// The text of tables, CSV and JSON: a point, at least the currency's minor digits, more only where they count.
    pub fn text(self, currency: Currency) -> String {
        fixed::format(self.0, currency.minor_digits())
    }
}

impl FromStr for Money {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        fixed::parse(text, "an amount", Self::MAX.0).map(Self)
    }
}

impl fmt::Display for Money {
    /// Without a currency at hand: as few decimals as the amount needs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&fixed::format(self.0, 0))
    }
}

/// How much of a product is billed: above zero, exact to a ten-thousandth, at most [`Quantity::MAX`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Quantity(i64);

impl Quantity {
    /// One.
    pub const ONE: Self = Self(10_000);
    /// The largest quantity: 999,999,999.9999.
    pub const MAX: Self = Self(9_999_999_999_999);

    /// From a stored number of ten-thousandths; `None` when it is not above zero or out of range.
    pub fn from_ten_thousandths(units: i64) -> Option<Self> {
        (1..=Self::MAX.0).contains(&units).then_some(Self(units))
    }

    /// The number of ten-thousandths, as stored.
    pub fn ten_thousandths(self) -> i64 {
        self.0
    }
}

impl FromStr for Quantity {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let units = fixed::parse(text, "a quantity", Self::MAX.0)?;
        Self::from_ten_thousandths(units)
            .ok_or_else(|| ValueError(format!("'{text}' is not a quantity: it must be above zero")))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&fixed::format(self.0, 0))
    }
}
