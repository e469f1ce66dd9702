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
    let mut value = Decimal::new(units, SCALE).normalize();
    if value.scale() < min_digits {
        value.rescale(min_digits);
    }
    value.to_string()
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
