//! Exact amounts and quantities.

use super::{Currency, Refusal, ValueError, fixed};
use std::fmt;
use std::str::FromStr;

/// An amount of the book's currency, exact to a ten-thousandth, below zero for a discount.
///
/// Kept as an integer number of ten-thousandths, which is also how both engines store it, and computed with integers; the
/// property tests hold it against [`rust_decimal`]. Invariant: its magnitude is at most [`Money::MAX`].
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount: 99,999,999,999,999.9999.
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
        // Both factors have four decimals, so the product has eight, of which the currency keeps some. At most 10^18 times
        // 10^13, it fits 128 bits with room to spare; nearly always it fits 64, in which dividing is much faster.
        let kept = currency.minor_digits().min(fixed::SCALE);
        let step = 10_u64.pow(2 * fixed::SCALE - kept);
        let product = u128::from(self.0.unsigned_abs()) * u128::from(quantity.0.unsigned_abs());
        let minor_units = match u64::try_from(product) {
            Ok(product) => u128::from(product / step + u64::from(product % step >= step / 2)),
            Err(_) => (product + u128::from(step / 2)) / u128::from(step),
        };
        let magnitude = minor_units * u128::from(10_u64.pow(fixed::SCALE - kept));
        let units = i64::try_from(magnitude).map_err(|_| out_of_range())?;
        Self::from_ten_thousandths(units * self.0.signum()).ok_or_else(out_of_range)
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

    /// Writes [`Self::text`] at the end of `text`, without another allocation.
    pub fn write(self, currency: Currency, text: &mut Vec<u8>) {
        fixed::write(self.0, currency.minor_digits(), text);
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

    /// Writes its text at the end of `text`, without another allocation.
    pub fn write(self, text: &mut Vec<u8>) {
        fixed::write(self.0, 0, text);
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
