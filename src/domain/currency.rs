//! The currency of a book.

use super::ValueError;
use std::fmt;
use std::str::FromStr;

/// A currency of ISO 4217 that has minor digits (the precious metals and test codes have none).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Currency {
    code: iso_currency::Currency,
    minor_digits: u32,
}

impl Currency {
    /// The code, as in `EUR`.
    pub fn code(self) -> &'static str {
        self.code.code()
    }

    /// How many decimals its amounts are rounded to: JPY 0, EUR 2, BHD 3.
    pub fn minor_digits(self) -> u32 {
        self.minor_digits
    }
}

impl Default for Currency {
    fn default() -> Self {
        Self {
            code: iso_currency::Currency::EUR,
            minor_digits: 2,
        }
    }
}

impl FromStr for Currency {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wrong = |why| {
            ValueError(format!(
                "'{}' is not a currency: {why}",
                super::fixed::shown(text)
            ))
        };
        let code = iso_currency::Currency::from_code(text)
            .ok_or_else(|| wrong("write a three-letter code of ISO 4217, as in EUR, USD or JPY"))?;
        let minor_digits = code
            .exponent()
            .ok_or_else(|| wrong("it has no minor unit to round amounts to"))?;
        Ok(Self {
            code,
            minor_digits: u32::from(minor_digits),
        })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}
