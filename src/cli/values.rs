//! How clap reads the values that more than one command takes.

use crate::domain::{BillStatus, ValueError};
use crate::storage::{BillSort, CustomerSort, ProductSort};
use crate::transfer::OnExisting;
use chrono::NaiveDate;
use chrono::format::{Item, StrftimeItems};
use clap::ValueEnum;
use clap::builder::PossibleValue;

/// How much of a list is shown.
#[derive(Debug, clap::Args)]
pub struct Page {
    /// The other way round
    #[arg(long)]
    pub desc: bool,
    /// How many at the most; 0 for all
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u64,
}

impl Page {
    /// The limit, if there is one.
    pub fn limit(&self) -> Option<u64> {
        (self.limit > 0).then_some(self.limit)
    }
}

/// Reads a date of ISO 8601.
pub fn date(text: &str) -> Result<NaiveDate, ValueError> {
    crate::domain::parse_date(text, None)
}

/// Checks a form of dates. What it cannot read in a file is told row by row; what is no form at all, here.
pub fn date_format(text: &str) -> Result<String, String> {
    let mut pieces = StrftimeItems::new(text);
    if text.is_empty() || pieces.any(|piece| piece == Item::Error) {
        return Err("write it with %Y, %m and %d, as in %d.%m.%Y for 28.02.2026".to_owned());
    }
    Ok(text.to_owned())
}

/// Reads the character between the columns of a CSV file.
pub fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" => Ok(b'\t'),
        b"\"" | b"\n" | b"\r" => {
            Err("quotes and line ends have a meaning of their own in CSV".to_owned())
        }
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err("write one ASCII character, as in ';', or the word tab".to_owned()),
    }
}

/// Lets clap offer a type of the layers below, under these words.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),* }) => {
        impl ValueEnum for $type {
            fn value_variants<'a>() -> &'a [Self] {
                &[$(Self::$variant),*]
            }

            fn to_possible_value(&self) -> Option<PossibleValue> {
                Some(PossibleValue::new(match self {
                    $(Self::$variant => $word),*
                }))
            }
        }
    };
}

words!(CustomerSort { Id = "id", Name = "name", Email = "email" });
words!(ProductSort { Id = "id", Name = "name", Price = "price" });
words!(BillSort { Date = "date", Total = "total", Customer = "customer", Id = "id" });
words!(BillStatus { Pending = "pending", Paid = "paid", Cancelled = "cancelled" });
words!(OnExisting { Refuse = "refuse", Update = "update", Skip = "skip" });
