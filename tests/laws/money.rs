//! Amounts and quantities, against integers of 128 bits, which hold every product and sum exactly.

use super::{amount, cases, quantity};
use billbook::domain::{Currency, Money, Quantity};
use proptest::prelude::*;

const MOST: i64 = 999_999_999_999_999_999;
const MOST_OF_A_QUANTITY: i64 = 9_999_999_999_999;

/// Currencies of 0, 2, 3 and 4 minor digits.
fn currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(vec!["JPY", "EUR", "BHD", "CLF"])
        .prop_map(|code| code.parse().expect("a currency"))
}

/// A price and a quantity whose product ends in exactly half a minor unit, which chance alone hardly ever finds.
fn halves() -> impl Strategy<Value = (i64, i64, Currency)> {
    let parts = (currency(), 0..=7_u32, -9_999_i64..=9_999);
    parts.prop_map(|(currency, tens, odd)| {
        // Half a minor unit is 5 x 10^(7 - digits) of the product's 10^-8.
        let zeros = 7 - currency.minor_digits();
        let tens = tens.min(zeros);
        let price = (2 * odd + 1) * 10_i64.pow(zeros - tens);
        (price, 5 * 10_i64.pow(tens), currency)
    })
}

/// What a line must come to: half away from zero.
fn rounded(price: i64, units: i64, currency: Currency) -> i128 {
    let exact = i128::from(price) * i128::from(units);
    // The product has 8 decimals; the step is one minor unit in these.
    let step = 10_i128.pow(8 - currency.minor_digits());
    (exact.abs() + step / 2) / step * step / 10_000 * exact.signum()
}

fn line(price: i64, units: i64, currency: Currency) -> Option<i128> {
    let line = amount(price).times(quantity(units), currency).ok()?;
    Some(i128::from(line.ten_thousandths()))
}

fn in_range(units: i128) -> Option<i128> {
    (units.abs() <= i128::from(MOST)).then_some(units)
}

/// The grammar, said again: the ten-thousandths that a text stands for.
fn read(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all(whole) || !all(decimals) || decimals.len() > 4 {
        return None;
    }
    let units: i128 = format!("{whole}{decimals:0<4}").parse().ok()?;
    Some(if text.starts_with('-') { -units } else { units })
}

/// Amounts, near misses, and the ends of both ranges.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-+]?[0-9., e_]{0,12}",
        "[A-Za-z]{1,4}",
        "-?[0-9]{0,20}(\\.[0-9]{0,6})?",
        "[-+ ]{0,2}[0-9]{1,6}(\\.[0-9]{1,4})?[ e+,_]?",
        "-?0{0,3}\\.?0{0,4}",
        "-?0{0,3}(99999999999999|100000000000000|999999999|1000000000)(\\.[09]{1,4})?",
    ]
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn an_amount_reads_back_what_it_writes(units in -MOST..=MOST, currency in currency()) {
        let amount = amount(units);
        prop_assert_eq!(amount.text(currency).parse::<Money>(), Ok(amount));
        prop_assert_eq!(amount.to_string().parse::<Money>(), Ok(amount));
        let text = amount.text(currency);
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        prop_assert!(decimals >= currency.minor_digits() as usize && decimals <= 4);
    }

    #[test]
    fn a_quantity_reads_back_what_it_writes(units in 1..=MOST_OF_A_QUANTITY) {
        prop_assert_eq!(quantity(units).to_string().parse::<Quantity>(), Ok(quantity(units)));
    }

    #[test]
    fn a_line_is_the_exact_product_rounded_half_away_from_zero(
        price in prop_oneof![-MOST..=MOST, -100_000_i64..=100_000],
        units in prop_oneof![1..=MOST_OF_A_QUANTITY, 1_i64..=100_000],
        currency in currency(),
    ) {
        prop_assert_eq!(line(price, units, currency), in_range(rounded(price, units, currency)));
    }

    #[test]
    fn half_a_minor_unit_goes_away_from_zero((price, units, currency) in halves()) {
        let twice = 2 * i128::from(price) * i128::from(units);
        let step = 10_i128.pow(8 - currency.minor_digits());
        prop_assert!(twice % step == 0 && twice / step % 2 != 0, "a half, or this tries nothing");
        prop_assert_eq!(line(price, units, currency), Some(rounded(price, units, currency)));
    }

    #[test]
    fn a_sum_is_exact_or_refused(a in -MOST..=MOST, b in -MOST..=MOST) {
        let sum = amount(a).plus(amount(b)).ok();
        let expected = in_range(i128::from(a) + i128::from(b));
        prop_assert_eq!(sum.map(|sum| i128::from(sum.ten_thousandths())), expected);
    }

    #[test]
    fn only_what_the_grammar_says_is_read_and_as_it_says(text in texts()) {
        let read = read(&text);
        let amount = text.parse::<Money>().ok();
        let expected = read.and_then(in_range);
        prop_assert_eq!(amount.map(|amount| i128::from(amount.ten_thousandths())), expected, "{}", text);
        let quantity = text.parse::<Quantity>().ok();
        let expected = read.filter(|units| (1..=i128::from(MOST_OF_A_QUANTITY)).contains(units));
        prop_assert_eq!(quantity.map(|one| i128::from(one.ten_thousandths())), expected, "{}", text);
    }
}
