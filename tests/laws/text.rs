//! Ids, numbers and dates: what is written is read back, and nothing else is read.

use super::cases;
use billbook::domain::{BillNumber, BillingYear, CustomerId, ProductId, parse_date};
use chrono::NaiveDate;
use proptest::prelude::*;

/// The number that a text of digits stands for, if it has that many digits and lies from 1 to `most`.
fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>, most: u64) -> Option<u64> {
    let good = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| good)?;
    (1..=most).contains(&number).then_some(number)
}

/// The days of a month in the Gregorian calendar.
fn days(year: u64, month: u64) -> u64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let read = || {
        let (year, month) = (digits(year, 4..=4, 9_999)?, digits(month, 2..=2, 12)?);
        digits(day, 2..=2, days(year, month))
    };
    read().is_some()
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn an_id_reads_back_what_it_writes(id in 1..=CustomerId::MAX_GIVEN) {
        prop_assert_eq!(id.to_string().parse::<CustomerId>().ok(), CustomerId::new(id));
        prop_assert_eq!(id.to_string().parse::<ProductId>().ok(), ProductId::new(id));
    }

    #[test]
    fn only_digits_from_one_are_an_id(text in "[-+]?[0-9]{0,3}|[0-9]{14,17}|[0-9]{18,20}|0{1,3}[1-9]|[0-9 a_.,]{1,4}") {
        let expected = digits(&text, 1..=40, 999_999_999_999_999);
        let customer = text.parse::<CustomerId>().ok().map(|id| id.get().cast_unsigned());
        let product = text.parse::<ProductId>().ok().map(|id| id.get().cast_unsigned());
        prop_assert_eq!((customer, product), (expected, expected), "{}", text);
    }

    #[test]
    fn a_bill_number_reads_back_what_it_writes(year in 1..=9999_i32, sequence in 1..=999_999_999_u32) {
        let number = BillNumber::new(BillingYear::new(year).expect("a year"), sequence).expect("a number");
        prop_assert_eq!(number.to_string().parse::<BillNumber>(), Ok(number));
        prop_assert_eq!(BillNumber::from_id(number.id()), Some(number));
        prop_assert_eq!(number.id(), i64::from(year) * 1_000_000_000 + i64::from(sequence));
        prop_assert_eq!(number.item_id(99_999), number.id() * 100_000 + 99_999);
    }

    #[test]
    fn only_year_and_place_are_a_bill_number(
        text in "[0-9]{3,5}-[-+]?[0-9]{0,10}|[0-9]{4}-[0-9]{1,9}|0000-[0-9]|[0-9]{4}-0{1,9}|[-+ 0-9]{1,14}",
    ) {
        let number = text.split_once('-').and_then(|(year, place)| {
            Some((digits(year, 4..=4, 9_999)?, digits(place, 1..=9, 999_999_999)?))
        });
        let read = text.parse::<BillNumber>().ok();
        let read = read.map(|read| (u64::from(read.year().get()), u64::from(read.sequence())));
        prop_assert_eq!(read, number, "{}", text);
    }

    #[test]
    fn a_date_reads_back_what_it_writes(days in 1..=3_652_059_i32) {
        let date = NaiveDate::from_num_days_from_ce_opt(days).expect("a date");
        prop_assert_eq!(parse_date(&date.format("%Y-%m-%d").to_string(), None), Ok(date));
        prop_assert_eq!(parse_date(&date.format("%d.%m.%Y").to_string(), Some("%d.%m.%Y")), Ok(date));
    }

    #[test]
    fn only_days_that_exist_are_dates(
        text in "[0-9]{4}-[01][0-9]-[0-3][0-9]|[ +-]?[0-9]{4}-0[1-9]-[01][0-9][0-9 ]|[0-9]{2}00-02-29|000[0-2]-0[1-3]-[0-3][0-9]|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[+-]?[0-9-]{8,11}|[0-9]{4}[/. ][01][0-9][/. ][0-3][0-9]",
    ) {
        let read = parse_date(&text, None).ok();
        prop_assert_eq!(read.is_some(), is_date(&text), "{}", text);
        if let Some(date) = read {
            prop_assert_eq!(date.format("%Y-%m-%d").to_string(), text);
        }
    }
}
