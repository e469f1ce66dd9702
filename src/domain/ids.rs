//! How customers, products, years and bills are named.

use super::fixed::{shown, write_padded};
use super::{Email, Name, ValueError};
use std::fmt;
use std::str::FromStr;

/// An id of the kind `$noun`: a whole number from 1.
macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident, $noun:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(i64);

        impl $name {
            /// The largest that can be given. The book counts on from the largest there is, and must not come to an end.
            pub const MAX_GIVEN: i64 = 999_999_999_999_999;

            /// From a stored number; `None` when it is not above zero.
            pub fn new(id: i64) -> Option<Self> {
                (id > 0).then_some(Self(id))
            }

            /// The number.
            pub fn get(self) -> i64 {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                Some(text)
                    .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
                    .and_then(|text| text.parse().ok())
                    .filter(|id| *id <= Self::MAX_GIVEN)
                    .and_then(Self::new)
                    .ok_or_else(|| ValueError(format!(
                        concat!("'{}' is not a ", $noun, " id: write a whole number from 1 to {}"), shown(text), Self::MAX_GIVEN
                    )))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

row_id!(
    /// A customer's id.
    CustomerId, "customer"
);
row_id!(
    /// A product's id.
    ProductId, "product"
);

/// How a user names a customer: all digits are an id, anything else must be an e-mail address.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum CustomerRef {
    /// By id.
    Id(CustomerId),
    /// By an e-mail address, which must belong to one customer.
    Email(Email),
}

impl FromStr for CustomerRef {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if text.contains('@') {
            return text.parse().map(Self::Email);
        }
        text.parse().map(Self::Id).map_err(|_| {
            ValueError(format!(
                "'{}' is not a customer: write an id, as in 7, or an e-mail address",
                shown(text)
            ))
        })
    }
}

impl fmt::Display for CustomerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Email(email) => email.fmt(f),
        }
    }
}

/// How a user names a product: all digits are an id, anything else is the exact name.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum ProductRef {
    /// By id.
    Id(ProductId),
    /// By its exact name, which must belong to one product.
    Name(Name),
}

impl FromStr for ProductRef {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Self::Id);
        }
        Name::new(text)
            .map(Self::Name)
            .map_err(|error| ValueError(format!("'{}' is not a product: {error}", shown(text))))
    }
}

impl fmt::Display for ProductRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

/// A billing year from 1 to 9999: the partition that a bill of that date lives in.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct BillingYear(u16);

impl BillingYear {
    /// From a number; `None` outside 1 to 9999.
    pub fn new(year: i32) -> Option<Self> {
        u16::try_from(year)
            .ok()
            .filter(|year| (1..=9999).contains(year))
            .map(Self)
    }

    /// The year of a date, which [`super::parse_date`] and the clock keep in range.
    ///
    /// # Panics
    /// On a date outside the years 1 to 9999, which no constructor lets through.
    pub fn of(date: chrono::NaiveDate) -> Self {
        Self::new(chrono::Datelike::year(&date))
            .expect("dates are checked to lie in the years 1 to 9999")
    }

    /// The number.
    pub fn get(self) -> u16 {
        self.0
    }

    /// 1 January.
    ///
    /// # Panics
    /// Never: every year in range has one.
    pub fn first_day(self) -> chrono::NaiveDate {
        chrono::NaiveDate::from_ymd_opt(i32::from(self.0), 1, 1).expect("a year in range")
    }

    /// 31 December.
    ///
    /// # Panics
    /// Never: every year in range has one.
    pub fn last_day(self) -> chrono::NaiveDate {
        chrono::NaiveDate::from_ymd_opt(i32::from(self.0), 12, 31).expect("a year in range")
    }
}

impl FromStr for BillingYear {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Some(text)
            .filter(|text| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .and_then(Self::new)
            .ok_or_else(|| {
                ValueError(format!(
                    "'{}' is not a year: write four digits from 0001 to 9999",
                    shown(text)
                ))
            })
    }
}

impl fmt::Display for BillingYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// A bill's number: its year and its place in that year's series, without gaps from 1.
///
/// A series per year is one of the series that Article 226(2) of the EU's VAT Directive (2006/112/EC) allows.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct BillNumber {
    year: BillingYear,
    sequence: u32,
}

impl BillNumber {
    /// The last place of a year's series.
    pub const MAX_SEQUENCE: u32 = 999_999_999;
    const YEAR_FACTOR: i64 = 1_000_000_000;
    const LINE_FACTOR: i64 = 100_000;

    /// From a year and a place in its series; `None` when the place is not from 1 to [`Self::MAX_SEQUENCE`].
    pub fn new(year: BillingYear, sequence: u32) -> Option<Self> {
        (1..=Self::MAX_SEQUENCE)
            .contains(&sequence)
            .then_some(Self { year, sequence })
    }

    /// From the stored id, year x 10^9 + sequence.
    pub fn from_id(id: i64) -> Option<Self> {
        let year = i32::try_from(id.div_euclid(Self::YEAR_FACTOR))
            .ok()
            .and_then(BillingYear::new)?;
        Self::new(year, u32::try_from(id.rem_euclid(Self::YEAR_FACTOR)).ok()?)
    }

    /// The stored id, year x 10^9 + sequence.
    pub fn id(self) -> i64 {
        i64::from(self.year.0) * Self::YEAR_FACTOR + i64::from(self.sequence)
    }

    /// The stored id of the item on `line` (from 1): the bill's id x 10^5 + line.
    pub fn item_id(self, line: usize) -> i64 {
        debug_assert!((1..=super::MAX_ITEMS).contains(&line));
        self.id() * Self::LINE_FACTOR + i64::try_from(line).unwrap_or(i64::MAX)
    }

    /// The billing year, which names the partition.
    pub fn year(self) -> BillingYear {
        self.year
    }

    /// The place in the year's series, from 1.
    pub fn sequence(self) -> u32 {
        self.sequence
    }

    /// Writes its text at the end of `text`, without another allocation.
    pub fn write(self, text: &mut Vec<u8>) {
        write_padded(u64::from(self.year.0), 4, text);
        text.push(b'-');
        write_padded(u64::from(self.sequence), 6, text);
    }
}

impl FromStr for BillNumber {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let parts = text.split_once('-').and_then(|(year, sequence)| {
            let digits = (1..=9).contains(&sequence.len())
                && sequence.bytes().all(|byte| byte.is_ascii_digit());
            Self::new(
                year.parse().ok()?,
                sequence.parse().ok().filter(|_| digits)?,
            )
        });
        parts.ok_or_else(|| {
            ValueError(format!(
                "'{}' is not a bill number: write year and number, as in 2026-000123",
                shown(text)
            ))
        })
    }
}

impl fmt::Display for BillNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{:06}", self.year, self.sequence))
    }
}
