//! Texts with a form: names, e-mail addresses, references, notes and dates.

use super::fixed::{shown, write_padded};
use super::{BillingYear, ValueError};
use chrono::{Datelike as _, NaiveDate};
use std::fmt;
use std::str::FromStr;

/// Trims the ends and refuses what no text may hold: NUL, which SQLite and C tools would cut at.
fn trimmed(text: &str, what: &str, max_chars: usize) -> Result<String, ValueError> {
    let text = text.trim();
    if text.contains('\0') {
        return Err(ValueError(format!(
            "{what} '{}' holds a NUL character",
            shown(text)
        )));
    }
    // A text of few bytes cannot have too many characters; only a long one is counted.
    if text.len() > max_chars && text.chars().count() > max_chars {
        return Err(ValueError(format!(
            "{what} '{}' is longer than {max_chars} characters",
            shown(text)
        )));
    }
    Ok(text.to_owned())
}

/// A text on one line that is not empty, its ends trimmed.
fn one_line(text: &str, what: &str, max_chars: usize) -> Result<String, ValueError> {
    let text = trimmed(text, what, max_chars)?;
    if text.is_empty() {
        return Err(ValueError(format!("{what} is missing")));
    }
    // Nearly every text is printable ASCII, which is quickly seen.
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !is_plain && text.chars().any(char::is_control) {
        return Err(ValueError(format!(
            "{what} '{}' holds a line break or another control character",
            shown(&text)
        )));
    }
    Ok(text)
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

text_type!(
    /// The name of a customer or product: one line of 1 to 500 characters, its ends trimmed.
    Name
);

impl Name {
    /// Checks and trims a name.
    pub fn new(text: &str) -> Result<Self, ValueError> {
        one_line(text, "the name", 500).map(Self)
    }
}

text_type!(
    /// The number that another system gave a bill: one line of 1 to 200 characters, kept to the letter, leading zeros
    /// included; unique within a billing year.
    Reference
);

impl Reference {
    /// Checks and trims a reference.
    pub fn new(text: &str) -> Result<Self, ValueError> {
        one_line(text, "the reference", 200).map(Self)
    }
}

text_type!(
    /// An e-mail address of the form of RFC 5321 whose domain has a top level, as in `ada@example.com`.
    ///
    /// Kept as written; compared without regard to ASCII case where a customer is looked up by it.
    Email
);

impl Email {
    /// Checks and trims an e-mail address.
    pub fn new(text: &str) -> Result<Self, ValueError> {
        let form = email_address::Options::default()
            .with_required_tld()
            .without_display_text()
            .without_domain_literal();
        let address = one_line(text, "the e-mail address", 254)?;
        email_address::EmailAddress::parse_with_options(&address, form)
            .map_err(|error| {
                ValueError(format!(
                    "'{}' is not an e-mail address, as in ada@example.com: {}",
                    shown(&address),
                    error.to_string().trim_end_matches('.').to_lowercase()
                ))
            })
            .map(|_| Self(address))
    }
}

text_type!(
    /// A free text that may be empty or run over several lines, its ends trimmed, at most 10,000 characters: an address,
    /// a description, a reason.
    #[derive(Default)]
    Note
);

impl Note {
    /// Checks and trims a free text.
    pub fn new(text: &str) -> Result<Self, ValueError> {
        trimmed(text, "the text", 10_000).map(Self)
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads a date of ISO 8601, `2026-02-28`, or of another [`chrono` format](chrono::format::strftime), in the years 1 to
/// 9999.
pub fn parse_date(text: &str, format: Option<&str>) -> Result<NaiveDate, ValueError> {
    let date = match format {
        Some(format) => NaiveDate::parse_from_str(text, format).ok(),
        None => iso_date(text),
    };
    date.filter(|date| BillingYear::new(date.year()).is_some())
        .ok_or_else(|| {
            let form = format.unwrap_or("year-month-day, as in 2026-02-28");
            ValueError(format!(
                "'{}' is not a date: write {form}, a day that exists, in the years 0001 to 9999",
                shown(text)
            ))
        })
}

/// Writes a date of the years 1 to 9999 in the form of ISO 8601 at the end of `text`, without another allocation.
pub fn write_date(date: NaiveDate, text: &mut Vec<u8>) {
    write_padded(u64::from(date.year().unsigned_abs()), 4, text);
    text.push(b'-');
    write_padded(u64::from(date.month()), 2, text);
    text.push(b'-');
    write_padded(u64::from(date.day()), 2, text);
}

/// Exactly `YYYY-MM-DD`: chrono alone would also take `2026-2-8` and signed years.
fn iso_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0_u32, |value, byte| {
            byte.is_ascii_digit()
                .then(|| value * 10 + u32::from(byte - b'0'))
        })
    };
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    NaiveDate::from_ymd_opt(
        i32::try_from(digits(0..4)?).ok()?,
        digits(5..7)?,
        digits(8..10)?,
    )
}
