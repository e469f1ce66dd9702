//! Numbers with four decimals: the text form that amounts and quantities share.

use super::ValueError;
use rust_decimal::Decimal;

/// Decimals that are kept. Enough for every currency of ISO 4217 and for prices below its minor unit.
pub(super) const SCALE: u32 = 4;

/// The longest text looked at: more digits than any value in range has, leading zeros included.
const MAX_TEXT: usize = 40;

/// Reads `-12.5` as 125,000 ten-thousandths. What is `what`, as in "an amount", for the message.
///
/// The grammar is strict on purpose: no exponent, no grouping, no sign but a minus, digits on both sides of the point.
/// A guess about `1,50` or `1.500` would be somebody's money.
pub(super) fn parse(text: &str, what: &str, limit: i64) -> Result<i64, ValueError> {
    let wrong = |why: &str| {
        Err(ValueError(format!(
            "'{}' is not {what}: {why}",
            shown(text)
        )))
    };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if text.is_empty() {
        return Err(ValueError(format!(
            "{what} is missing: write digits, as in 12.50"
        )));
    }
    if text.contains(',') {
        return wrong("write a point before the decimals, and no thousands separators");
    }
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return wrong("write digits with at most one point, as in 12.50");
    }
    if fraction.len() > SCALE as usize {
        return wrong("at most 4 decimals are kept, and nothing is rounded silently");
    }
    let out_of_range = || {
        let most = Decimal::new(limit, SCALE).normalize();
        ValueError(format!(
            "'{}' is not {what}: the largest is {most}",
            shown(text)
        ))
    };
    if text.len() > MAX_TEXT {
        return Err(out_of_range());
    }
    let mut value = Decimal::from_str_exact(text).map_err(|_| out_of_range())?;
    value.rescale(SCALE);
    i64::try_from(value.mantissa())
        .ok()
        .filter(|units| value.scale() == SCALE && units.unsigned_abs() <= limit.unsigned_abs())
        .ok_or_else(out_of_range)
}

/// Writes ten-thousandths with at least `min_digits` decimals and no further trailing zeros.
pub(super) fn format(units: i64, min_digits: u32) -> String {
    let mut text = Vec::with_capacity(24);
    write(units, min_digits, &mut text);
    String::from_utf8(text).expect("digits, a point and a minus are ASCII")
}

/// As [`format`], at the end of `text`: exports write tens of millions of amounts.
pub(super) fn write(units: i64, min_digits: u32, text: &mut Vec<u8>) {
    const ONE: u64 = 10_u64.pow(SCALE);
    let magnitude = units.unsigned_abs();
    let (mut fraction, mut decimals) = (magnitude % ONE, SCALE);
    if fraction == 0 {
        decimals = min_digits;
    }
    while decimals > min_digits && fraction % 10 == 0 {
        fraction /= 10;
        decimals -= 1;
    }
    let mut digits = Digits::default();
    if decimals > 0 {
        digits.number(fraction, decimals as usize);
        digits.byte(b'.');
    }
    digits.number(magnitude / ONE, 1);
    if units < 0 {
        digits.byte(b'-');
    }
    digits.append_to(text);
}

/// Writes a whole number at the end of `text`, with zeros before it up to `width` digits, of which there are at most 20.
pub fn write_padded(value: u64, width: usize, text: &mut Vec<u8>) {
    let mut digits = Digits::default();
    digits.number(value, width);
    digits.append_to(text);
}

/// The most bytes that [`Digits`] holds: a minus, 20 digits, a point, and as many of anything else.
const MAX_DIGITS: usize = 24;

/// `00` to `99`: to find two digits at once halves the divisions.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut tens = 0;
    while tens < 10 {
        let mut ones = 0;
        while ones < 10 {
            pairs[tens * 10 + ones] = [b"0123456789"[tens], b"0123456789"[ones]];
            ones += 1;
        }
        tens += 1;
    }
    pairs
};

/// A text of numbers, from its end to its beginning.
pub(super) struct Digits {
    /// The text lies in the first half and ends where that ends. The rest lets [`Self::append_to`] copy a fixed number of
    /// bytes from wherever the text begins, which takes a tenth of the time of copying as many as there are.
    bytes: [u8; 2 * MAX_DIGITS],
    start: usize,
}

impl Default for Digits {
    fn default() -> Self {
        Self {
            bytes: [b'0'; 2 * MAX_DIGITS],
            start: MAX_DIGITS,
        }
    }
}

impl Digits {
    /// A byte before what is there.
    pub fn byte(&mut self, byte: u8) {
        self.start -= 1;
        self.bytes[self.start] = byte;
    }

    /// A whole number before what is there, with zeros before it up to `width` digits.
    pub fn number(&mut self, mut value: u64, width: usize) {
        // Nothing but zeros was there before.
        let widest = self.start - width;
        while value >= 10 {
            let pair = usize::try_from(value % 100).unwrap_or_default();
            self.start -= 2;
            self.bytes[self.start..self.start + 2].copy_from_slice(&PAIRS[pair]);
            value /= 100;
        }
        if value > 0 {
            self.byte(PAIRS[usize::try_from(value).unwrap_or_default()][1]);
        }
        self.start = self.start.min(widest);
    }

    /// Adds the text to another.
    pub fn append_to(&self, text: &mut Vec<u8>) {
        let end = text.len() + MAX_DIGITS - self.start;
        if let Some(bytes) = self.bytes[self.start..].first_chunk::<MAX_DIGITS>() {
            text.extend_from_slice(bytes);
        }
        text.truncate(end);
    }
}

/// A text as an error message shows it: not too long, control characters made visible.
pub(super) fn shown(text: &str) -> String {
    const MAX: usize = 60;
    let mut shown: String = text
        .chars()
        .take(MAX)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(MAX).is_some() {
        shown.push_str("...");
    }
    // The message puts it between quotes of its own.
    shown.replace("\\'", "'").replace("\\\"", "\"")
}
