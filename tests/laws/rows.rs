//! How cells are written, against the packages that were there before: `csv` for quotes, `rust_decimal` for amounts.

use super::{amount, cases, quantity};
use billbook::domain::{BillNumber, BillingYear, Currency, Money, write_date, write_padded};
use billbook::transfer::{Rows, guard, unguard};
use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};

const MOST: i64 = 999_999_999_999_999_999;
const MOST_OF_A_QUANTITY: i64 = 9_999_999_999_999;

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut text = b"before ".to_vec();
    write(&mut text);
    let text = String::from_utf8(text).expect("ASCII");
    text.strip_prefix("before ")
        .expect("what was there stays")
        .to_owned()
}

/// An amount's text as `rust_decimal` makes it.
fn decimal_text(units: i64, min_digits: u32) -> String {
    let mut value = Decimal::new(units, 4).normalize();
    if value.scale() < min_digits {
        value.rescale(min_digits);
    }
    value.to_string()
}

fn currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(vec!["JPY", "EUR", "BHD", "CLF"])
        .prop_map(|code| code.parse().expect("a currency"))
}

/// Amounts of every length, and with zeros where they are dropped or kept.
fn units() -> impl Strategy<Value = i64> {
    let sized = (0..=18_u32, any::<i64>()).prop_map(|(digits, any)| any % 10_i64.pow(digits));
    let round = (-MOST / 10_000..=MOST / 10_000, 0..=4_u32)
        .prop_map(|(whole, zeros)| whole * 10_i64.pow(zeros));
    prop_oneof![sized, round, Just(MOST), Just(-MOST), Just(0)]
}

/// Cells with everything that means something in CSV, or to a spreadsheet.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "[\"',;\r\n\t=+@a-]{0,6}",
        "['=+@\t\r-]{0,5}[a-z0-9 ]{0,4}",
        "\\PC{0,6}",
    ]
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn an_amount_is_written_as_a_decimal_is(units in units(), currency in currency()) {
        let amount = amount(units);
        let text = decimal_text(units, currency.minor_digits());
        prop_assert_eq!(&written(|bytes| amount.write(currency, bytes)), &text);
        prop_assert_eq!(amount.text(currency), text);
        prop_assert_eq!(amount.to_string(), decimal_text(units, 0));
    }

    #[test]
    fn a_quantity_is_written_as_a_decimal_is(units in 1..=MOST_OF_A_QUANTITY, zeros in 0..=8_u32) {
        let units = (units / 10_i64.pow(zeros)).max(1);
        let text = decimal_text(units, 0);
        prop_assert_eq!(&written(|bytes| quantity(units).write(bytes)), &text);
        prop_assert_eq!(quantity(units).to_string(), text);
    }

    #[test]
    fn a_line_is_what_decimals_make_of_it(
        price in units(),
        quantity_units in 1..=MOST_OF_A_QUANTITY,
        zeros in 0..=12_u32,
        currency in currency(),
    ) {
        let units = (quantity_units / 10_i64.pow(zeros)).max(1);
        let product = Decimal::new(price, 4).checked_mul(Decimal::new(units, 4));
        let expected = product.and_then(|product| {
            let digits = currency.minor_digits();
            let mut rounded = product.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
            rounded.rescale(4);
            let units = i64::try_from(rounded.mantissa()).ok().filter(|_| rounded.scale() == 4)?;
            (units.abs() <= MOST).then_some(units)
        });
        let line = amount(price).times(quantity(units), currency).ok();
        prop_assert_eq!(line.map(Money::ten_thousandths), expected);
    }

    #[test]
    fn numbers_and_dates_are_written_as_they_are_shown(
        value in any::<u64>(),
        bits in 0..64_u32,
        width in 1..=20_usize,
        year in 1..=9999_i32,
        sequence in 1..=999_999_999_u32,
        day in 1..=3_652_059_i32,
    ) {
        let value = value >> bits;
        prop_assert_eq!(written(|bytes| write_padded(value, width, bytes)), format!("{value:0width$}"));
        let number = BillNumber::new(BillingYear::new(year).expect("a year"), sequence).expect("a number");
        prop_assert_eq!(written(|bytes| number.write(bytes)), number.to_string());
        let date = NaiveDate::from_num_days_from_ce_opt(day).expect("a date");
        prop_assert_eq!(written(|bytes| write_date(date, bytes)), date.format("%Y-%m-%d").to_string());
    }

    #[test]
    fn rows_are_written_as_the_csv_package_does(
        rows in prop::collection::vec(prop::collection::vec(cell(), 1..5), 1..5),
    ) {
        let mut theirs = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        let mut ours = Rows::new(true);
        for row in &rows {
            theirs.write_record(row).expect("a record");
            for (index, text) in row.iter().enumerate() {
                // Both ways of writing a text as it is.
                if index % 2 == 0 { ours.cell(text) } else { ours.text(text) }
            }
            ours.end();
        }
        let theirs = theirs.into_inner().expect("bytes");
        prop_assert_eq!(String::from_utf8(ours.take(Vec::new())), String::from_utf8(theirs));
        prop_assert!(ours.bytes().is_empty());
    }

    #[test]
    fn cells_written_again_are_the_same(first in cell(), second in cell(), third in cell()) {
        let mut rows = Rows::new(false);
        rows.text("earlier");
        rows.end();
        rows.text(&first);
        rows.cell(&second);
        let head = rows.cells_so_far();
        rows.cell(&third);
        let number = rows.plain(|text| write_padded(7, 3, text));
        rows.end();
        rows.again(head);
        rows.cell(&third);
        rows.same(number);
        rows.end();
        let text = String::from_utf8(rows.take(b"old".to_vec())).expect("UTF-8");
        let row = text.strip_prefix("earlier\n").expect("the first row");
        let (one, other) = row.split_at(row.len() / 2);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_guard_taken_off_leaves_the_text(text in cell()) {
        let guarded = guard(&text);
        prop_assert_eq!(unguard(&guarded), &text);
        prop_assert!(!guarded.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}", guarded);
        // No more is done than is needed.
        let formula = text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']);
        prop_assert_eq!(guarded.len(), text.len() + usize::from(formula));
    }
}
