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
    let (whole, mut fraction) = (magnitude / ONE, magnitude % ONE);
    let mut decimals = if fraction == 0 { min_digits } else { SCALE };
    while decimals > min_digits && fraction % 10 == 0 {
        fraction /= 10;
        decimals -= 1;
    }
    if units < 0 {
        text.push(b'-');
    }
    write_padded(whole, 1, text);
    if decimals > 0 {
        text.push(b'.');
        write_padded(fraction, decimals as usize, text);
    }
}

/// `00` to `99`: to find two digits at once halves the divisions.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut value = 0;
    while value < 100 {
        pairs[value] = [b"0123456789"[value / 10], b"0123456789"[value % 10]];
        value += 1;
    }
    pairs
};

/// The most digits of a number, with a few to spare: as many as are copied at once.
const MAX_DIGITS: usize = 24;

/// Writes a whole number at the end of `text`, with zeros before it up to `width` digits, of which there are at most 20.
///
/// The digits are written where they stay: to put them together elsewhere and copy them makes a processor wait, as it does
/// when it is to read in one go what was just written in parts.
pub fn write_padded(mut value: u64, width: usize, text: &mut Vec<u8>) {
    let digits = value.checked_ilog10().map_or(1, |log| log as usize + 1);
    let start = text.len();
    text.extend_from_slice(&[b'0'; MAX_DIGITS]);
    text.truncate(start + digits.max(width));
    let mut pairs = text[start..].rchunks_exact_mut(2);
    for place in &mut pairs {
        let pair = usize::try_from(value % 100).unwrap_or_default();
        place.copy_from_slice(&PAIRS[pair]);
        value /= 100;
    }
    if let [place] = pairs.into_remainder() {
        let pair = usize::try_from(value % 100).unwrap_or_default();
        *place = PAIRS[pair][1];
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
