//! What must hold for every value, tried on many.

use crate::support::Env;
use billbook::app::bill::{self, NewBill, NewItem, Step};
use billbook::app::{Deed, book, party};
use billbook::context::Interrupt;
use billbook::domain::{
    BillNumber, BillStatus, BillingYear, Currency, Customer, CustomerId, Money, NewCustomer,
    NewProduct, Note, Product, Quantity, parse_date,
};
use billbook::storage::sqlite::{Location, SqliteStorage};
use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::time::Duration;

fn money(units: i64) -> Money {
    Money::from_ten_thousandths(units).expect("in range")
}

fn quantity(units: i64) -> Quantity {
    Quantity::from_ten_thousandths(units).expect("in range")
}

const MOST: i64 = 999_999_999_999_999_999;
const MOST_OF_A_QUANTITY: i64 = 9_999_999_999_999;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_amount_reads_back_what_it_writes(units in -MOST..=MOST, code in prop::sample::select(vec!["JPY", "EUR", "BHD"])) {
        let (amount, currency): (Money, Currency) = (money(units), code.parse().expect("a currency"));
        prop_assert_eq!(amount.text(currency).parse::<Money>(), Ok(amount));
        prop_assert_eq!(amount.to_string().parse::<Money>(), Ok(amount));
        let decimals = amount.text(currency).split_once('.').map_or(0, |(_, decimals)| decimals.len());
        prop_assert!(decimals >= currency.minor_digits() as usize && decimals <= 4);
    }

    #[test]
    fn a_quantity_reads_back_what_it_writes(units in 1..=MOST_OF_A_QUANTITY) {
        prop_assert_eq!(quantity(units).to_string().parse::<Quantity>(), Ok(quantity(units)));
    }

    /// Against integers of 128 bits, which hold every product exactly.
    #[test]
    fn a_line_is_the_exact_product_rounded_half_away_from_zero(
        price in prop_oneof![-MOST..=MOST, -100_000_i64..=100_000],
        units in prop_oneof![1..=MOST_OF_A_QUANTITY, 1_i64..=100_000],
        code in prop::sample::select(vec!["JPY", "EUR", "BHD", "CLF"]),
    ) {
        let currency: Currency = code.parse().expect("a currency");
        let exact = i128::from(price) * i128::from(units);
        // The product has 8 decimals; the step is one minor unit in these.
        let step = 10_i128.pow(8 - currency.minor_digits());
        let rounded = (exact.abs() + step / 2) / step * step / 10_000 * exact.signum();
        let line = money(price).times(quantity(units), currency);
        if rounded.abs() <= i128::from(MOST) {
            prop_assert_eq!(line.map(|line| i128::from(line.ten_thousandths())), Ok(rounded));
        } else {
            prop_assert!(line.is_err());
        }
    }

    #[test]
    fn a_sum_is_exact_or_refused(a in -MOST..=MOST, b in -MOST..=MOST) {
        let sum = i128::from(a) + i128::from(b);
        match money(a).plus(money(b)) {
            Ok(total) => prop_assert_eq!(i128::from(total.ten_thousandths()), sum),
            Err(_) => prop_assert!(sum.abs() > i128::from(MOST)),
        }
    }

    /// The grammar, said again as a pattern: what it does not match is never an amount.
    #[test]
    fn no_text_but_an_amount_is_read_as_one(text in "[-+]?[0-9., e_]{0,12}|[A-Za-z]{1,4}|-?[0-9]{0,20}(\\.[0-9]{0,6})?") {
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let well_formed = all(whole) && all(decimals) && decimals.len() <= 4;
        let in_range = well_formed && whole.trim_start_matches('0').len() <= 14;
        prop_assert_eq!(text.parse::<Money>().is_ok(), in_range, "{}", text);
    }

    #[test]
    fn a_bill_number_reads_back_what_it_writes(year in 1..=9999_i32, sequence in 1..=999_999_999_u32) {
        let number = BillNumber::new(BillingYear::new(year).expect("a year"), sequence).expect("a number");
        prop_assert_eq!(number.to_string().parse::<BillNumber>(), Ok(number));
        prop_assert_eq!(BillNumber::from_id(number.id()), Some(number));
        prop_assert_eq!(number.item_id(99_999) / 100_000, number.id());
    }

    #[test]
    fn a_date_reads_back_what_it_writes_and_nothing_else(days in 1..=3_652_059_i32, junk in "[0-9-]{8,11}") {
        let date = NaiveDate::from_num_days_from_ce_opt(days).expect("a date");
        prop_assert_eq!(parse_date(&date.format("%Y-%m-%d").to_string(), None), Ok(date));
        if let Ok(read) = parse_date(&junk, None) {
            prop_assert_eq!(read.format("%Y-%m-%d").to_string(), junk);
        }
    }
}

/// One deed in the life of a bill.
#[derive(Clone, Copy, Debug)]
enum Verb {
    Pay,
    Cancel,
    Reopen,
    Double,
}

/// The rules of a bill's life in one table: what becomes of a status, if the deed is allowed.
fn model(deed: Verb, status: BillStatus) -> Option<BillStatus> {
    match (deed, status) {
        (Verb::Pay, BillStatus::Pending) => Some(BillStatus::Paid),
        (Verb::Cancel, BillStatus::Pending) => Some(BillStatus::Cancelled),
        (Verb::Reopen, BillStatus::Paid) | (Verb::Double, BillStatus::Pending) => {
            Some(BillStatus::Pending)
        }
        _ => None,
    }
}

fn book_with_three_bills(dir: &std::path::Path) -> SqliteStorage {
    let location = Location {
        path: dir.to_owned(),
        makes_itself: true,
    };
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let mut storage =
        SqliteStorage::new(location, Duration::from_secs(5), Interrupt::default(), now);
    let customer = NewCustomer {
        id: None,
        name: "Ada".parse().expect("a name"),
        email: None,
        address: Note::default(),
    };
    party::create::<Customer>(&mut storage, &customer).expect("a customer");
    let product = NewProduct {
        id: None,
        name: "Widget".parse().expect("a name"),
        description: Note::default(),
        price: "2.50".parse().expect("a price"),
    };
    party::create::<Product>(&mut storage, &product).expect("a product");
    for date in ["2025-01-01", "2025-02-01", "2026-01-01"] {
        let new = NewBill {
            customer: "1".parse().expect("a customer"),
            date: date.parse().expect("a date"),
            status: BillStatus::Pending,
            reference: None,
            items: vec![NewItem {
                product: "1".parse().expect("one"),
                quantity: Quantity::ONE,
                unit_price: None,
            }],
        };
        bill::create(&mut storage, &new).expect("a bill");
    }
    storage
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_bill_lives_as_its_model_does(deeds in prop::collection::vec((0..4_u8, 0..3_usize), 1..24)) {
        let home = tempfile::tempdir().expect("a directory");
        let mut storage = book_with_three_bills(&home.path().join("book"));
        let numbers: [BillNumber; 3] = ["2025-1", "2025-2", "2026-1"].map(|number| number.parse().expect("a number"));
        let mut lives = [(BillStatus::Pending, money(25_000), 0_usize); 3];
        for (kind, index) in deeds {
            let deed = [Verb::Pay, Verb::Cancel, Verb::Reopen, Verb::Double][kind as usize];
            let record = Deed {
                at: DateTime::<Utc>::UNIX_EPOCH,
                actor: "ada".parse().expect("a name"),
                reason: "because".parse().expect("a reason"),
            };
            let number = numbers[index];
            let (status, total, entries) = &mut lives[index];
            let step = |storage: &mut SqliteStorage, step| bill::step(storage, &[number], step, &record).map(drop);
            let done = match deed {
                Verb::Pay => step(&mut storage, Step::Pay),
                Verb::Cancel => step(&mut storage, Step::Cancel),
                Verb::Reopen => step(&mut storage, Step::Reopen),
                Verb::Double => {
                    let item = NewItem {
                        product: "1".parse().expect("one"),
                        quantity: Quantity::ONE,
                        unit_price: Some(*total),
                    };
                    let change = bill::BillChange { add: vec![item], ..bill::BillChange::default() };
                    bill::edit(&mut storage, number, &change, &record).map(drop)
                }
            };
            let expected = model(deed, *status);
            prop_assert_eq!(done.is_ok(), expected.is_some(), "{:?} of a {} bill: {:?}", deed, status, done);
            if let Some(next) = expected {
                *status = next;
                *entries += 1;
                if matches!(deed, Verb::Double) {
                    *total = total.plus(*total).expect("in range");
                }
            }
        }
        let (shown, _) = bill::show(&mut storage, &numbers).expect("bills");
        for ((bill, history), (status, total, entries)) in shown.iter().zip(lives) {
            prop_assert_eq!((bill.status(), bill.total(), history.len()), (status, total, entries));
        }
        let mut findings = Vec::new();
        book::check(&mut storage, &mut |finding| findings.push(finding)).expect("a check");
        prop_assert_eq!(findings, vec![]);
    }

    /// Nasty texts, through the real binary: out, into an empty book, and out again to the letter.
    #[test]
    fn csv_comes_back_byte_for_byte(
        names in prop::collection::vec("[ -~äß漢é\"',;=@+-]{0,20}[A-Za-z0-9\"'=+@;,]", 1..8),
        address in "[ -~\n\"',;äß漢]{0,40}",
        price in -1_000_000_i64..=1_000_000,
        quantities in prop::collection::vec(1..=10_000_000_i64, 1..6),
    ) {
        let env = Env::new();
        let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let mut customers = String::from("id,name,email,address\n");
        for (index, name) in names.iter().enumerate() {
            let id = CustomerId::new(i64::try_from(index).expect("few") * 3 + 1).expect("an id");
            writeln!(customers, "{id},{},,{}", cell(name), cell(&address)).expect("a string grows");
        }
        let mut bills = String::from("reference,customer,date,status,product,quantity\n");
        for (index, units) in quantities.iter().enumerate() {
            let (year, reference) = (2020 + index % 3, format!("00{index}\"x"));
            writeln!(bills, "{},1,{year}-02-28,paid,7,{}", cell(&reference), quantity(*units)).expect("a string grows");
        }
        let price = money(price.abs());
        env.file("customers.csv", customers);
        env.file("products.csv", format!("id,name,description,price\n7,{},{},{price}\n", cell(&names[0].replace(|c: char| c.is_ascii_digit(), "x")), cell(&address)));
        env.file("bills.csv", bills);
        let (first, second) = ("first", "second");
        env.ok(&["--book", first, "init"]);
        env.ok(&["--book", second, "init"]);
        for what in ["customer", "product", "bill"] {
            env.ok(&["--book", first, what, "import", &format!("{what}s.csv")]);
            let exported = env.ok(&["--book", first, what, "export"]);
            env.file("again.csv", &exported);
            env.ok(&["--book", second, what, "import", "again.csv"]);
            prop_assert_eq!(env.ok(&["--book", second, what, "export"]), exported);
        }
        prop_assert_eq!(env.ok(&["--book", second, "check"]), "");
    }
}
