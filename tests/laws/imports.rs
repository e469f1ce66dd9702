//! Imports: a plan is what happens, a bill is never split, nothing is lost, and the second time changes nothing.

use super::cases;
use crate::support::{Env, Run};
use billbook::transfer::keys::Keys;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const HEADER: &str = "reference,customer,date,product,quantity";

/// One row of a file: the bill it is of, and what is wrong with it.
#[derive(Clone, Debug)]
struct Row {
    bill: usize,
    flaw: Flaw,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    Customer,
    Product,
    Quantity,
    Date,
    TooShort,
    TooLong,
    NotText,
}

fn flaw() -> impl Strategy<Value = Flaw> {
    prop_oneof![
        12 => Just(Flaw::None),
        1 => Just(Flaw::Customer),
        1 => Just(Flaw::Product),
        1 => Just(Flaw::Quantity),
        1 => Just(Flaw::Date),
        1 => Just(Flaw::TooShort),
        1 => Just(Flaw::TooLong),
        1 => Just(Flaw::NotText),
    ]
}

/// Rows in which those of a bill mostly adjoin, as in a file that somebody sorted and somebody else edited.
fn file() -> impl Strategy<Value = Vec<Row>> {
    let bills = prop::collection::vec(prop::collection::vec(flaw(), 1..4), 1..12);
    (
        bills,
        prop::option::weighted(0.3, (0..40_usize, 0..40_usize)),
    )
        .prop_map(|(bills, moved)| {
            let mut rows: Vec<Row> = bills
                .into_iter()
                .enumerate()
                .flat_map(|(bill, flaws)| flaws.into_iter().map(move |flaw| Row { bill, flaw }))
                .collect();
            if let Some((from, to)) = moved {
                let row = rows.remove(from % rows.len());
                rows.insert(to % (rows.len() + 1), row);
            }
            rows
        })
}

impl Row {
    /// The bytes of the row; `first` is the row's place, so that no two are alike.
    fn bytes(&self, place: usize) -> Vec<u8> {
        let bill = self.bill;
        let date = format!("{}-03-0{}", 2024 + bill % 2, bill % 9 + 1);
        let good = [
            format!("R{bill}"),
            "1".to_owned(),
            date,
            "1".to_owned(),
            format!("{}", place + 1),
        ];
        let [reference, customer, date, product, quantity] = good;
        let text = match self.flaw {
            Flaw::None => [reference, customer, date, product, quantity].join(","),
            Flaw::Customer => [reference, "99".into(), date, product, quantity].join(","),
            Flaw::Product => [reference, customer, date, "99".into(), quantity].join(","),
            Flaw::Quantity => [reference, customer, date, product, "-1".into()].join(","),
            Flaw::Date => [reference, customer, "2024-02-30".into(), product, quantity].join(","),
            Flaw::TooShort => [reference, customer, date].join(","),
            Flaw::TooLong => [reference, customer, date, product, quantity, "x".into()].join(","),
            Flaw::NotText => {
                let mut bytes = [reference, customer, date, product].join(",").into_bytes();
                bytes.extend_from_slice(b",\xFF\xFE");
                return bytes;
            }
        };
        text.into_bytes()
    }
}

fn written(rows: &[Row]) -> Vec<u8> {
    let mut file = format!("{HEADER}\n").into_bytes();
    for (place, row) in rows.iter().enumerate() {
        file.extend(row.bytes(place));
        file.push(b'\n');
    }
    file
}

/// The bills that are good: every row is, they adjoin, and no row of another bill stands between them.
fn good_bills(rows: &[Row]) -> BTreeMap<usize, usize> {
    let mut runs: Vec<usize> = rows.iter().map(|row| row.bill).collect();
    runs.dedup();
    let mut good = BTreeMap::new();
    for bill in rows.iter().map(|row| row.bill).collect::<BTreeSet<_>>() {
        let own: Vec<&Row> = rows.iter().filter(|row| row.bill == bill).collect();
        let in_one_piece = runs.iter().filter(|run| **run == bill).count() == 1;
        if in_one_piece && own.iter().all(|row| row.flaw == Flaw::None) {
            good.insert(bill, own.len());
        }
    }
    good
}

fn book() -> Env {
    let env = Env::new();
    env.ok(&["customer", "create", "Ada"]);
    env.ok(&["product", "create", "Widget", "--price", "2.50"]);
    env
}

/// How many rows each reference has in a file, its first line aside.
fn references(file: &[u8], column: usize) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    for record in reader.byte_records() {
        let record = record.expect("a row");
        let reference = String::from_utf8_lossy(&record[column]).into_owned();
        *counts.entry(reference).or_default() += 1;
    }
    counts
}

/// The rows of a file of rejects as they stood in their own file.
fn without_reasons(file: &[u8]) -> BTreeSet<Vec<u8>> {
    let lines = file.split(|byte| *byte == b'\n').skip(1);
    lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            // The reason stands in quotes, and a quote in it is doubled.
            let reason = line
                .iter()
                .position(|byte| *byte == b'"')
                .expect("a reason");
            let rest = &line[reason + 1..];
            let end = rest
                .windows(2)
                .position(|pair| pair == b"\",")
                .expect("its end");
            rest[end + 2..].to_vec()
        })
        .collect()
}

fn import(env: &Env, args: &[&str]) -> Run {
    env.run(&[&["bill", "import", "file.csv"], args].concat())
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn good_bills_go_in_bad_ones_go_out_whole_and_nothing_is_lost(rows in file()) {
        let env = book();
        env.file("file.csv", written(&rows));
        let good = good_bills(&rows);
        let plan = import(&env, &["--rejects", "bad.csv", "--dry-run"]);
        prop_assert!(!env.dir().join("bad.csv").exists());
        let done = import(&env, &["--rejects", "bad.csv"]);
        prop_assert_eq!(&plan.stdout, &done.stdout);
        prop_assert_eq!(plan.code, done.code);
        let all_good = good.values().sum::<usize>() == rows.len();
        prop_assert_eq!(done.code, if all_good { 0 } else { 6 });
        let exported = env.ok(&["bill", "export"]);
        let expected: BTreeMap<String, usize> =
            good.iter().map(|(bill, rows)| (format!("R{bill}"), *rows)).collect();
        prop_assert_eq!(references(exported.as_bytes(), 0), expected);
        let rejects = std::fs::read(env.dir().join("bad.csv")).expect("rejects");
        let bad: BTreeSet<Vec<u8>> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| !good.contains_key(&row.bill))
            .map(|(place, row)| row.bytes(place))
            .collect();
        prop_assert_eq!(without_reasons(&rejects), bad);
        prop_assert_eq!(env.ok(&["check"]), "");
        // The rejects, imported as they are, are rejected again to the letter: unless all that was wrong with a bill was that
        // its rows stood apart, for in the file of rejects they adjoin.
        let flawless = |bill: usize| rows.iter().all(|row| row.bill != bill || row.flaw == Flaw::None);
        prop_assume!(rows.iter().all(|row| good.contains_key(&row.bill) || !flawless(row.bill)));
        let before = env.ok(&["status", "--format", "json"]);
        std::fs::rename(env.dir().join("bad.csv"), env.dir().join("file.csv")).expect("a name");
        let again = import(&env, &["--rejects", "bad.csv"]);
        prop_assert_eq!(again.code, done.code);
        let rejects_again = std::fs::read(env.dir().join("bad.csv")).expect("rejects");
        prop_assert_eq!(without_reasons(&rejects_again), without_reasons(&rejects));
        prop_assert_eq!(env.ok(&["status", "--format", "json"]), before);
    }

    #[test]
    fn without_rejects_it_is_all_or_nothing_and_the_second_time_changes_nothing(rows in file()) {
        let env = book();
        env.file("file.csv", written(&rows));
        let before = env.ok(&["status", "--format", "json"]);
        let plan = import(&env, &["--dry-run"]);
        prop_assert_eq!(&env.ok(&["status", "--format", "json"]), &before);
        let done = import(&env, &[]);
        prop_assert_eq!(plan.code, done.code);
        let all_good = good_bills(&rows).values().sum::<usize>() == rows.len();
        prop_assert_eq!(done.code, i32::from(!all_good));
        if !all_good {
            prop_assert_eq!(&env.ok(&["status", "--format", "json"]), &before);
            prop_assert_eq!(done.stdout, "");
            return Ok(());
        }
        prop_assert_eq!(&plan.stdout, &done.stdout);
        let after = env.ok(&["status", "--format", "json"]);
        let again = import(&env, &["--format", "json"]);
        prop_assert_eq!(again.code, 0);
        prop_assert!(again.stdout.contains("\"new\": 0") && !again.stdout.contains("\"unchanged\": 0,\n    \"skipped\""));
        prop_assert_eq!(env.ok(&["status", "--format", "json"]), after);
    }

    /// Whatever is wrong with a file, and in whatever order its columns are: what is in the book afterwards has all its rows.
    #[test]
    fn no_bill_is_ever_split(
        rows in file(),
        quotes in prop::collection::vec((0..40_usize, 0..5_usize), 0..3),
        key_column in 0..3_usize,
        by_number in any::<bool>(),
    ) {
        let env = book();
        let name = |bill: usize| if by_number {
            format!("{}-{:06}", 2024 + bill % 2, bill / 2 + 1)
        } else {
            format!("R{bill}x")
        };
        let header = ["number", "reference"][usize::from(!by_number)];
        let order = |mut cells: Vec<String>| {
            let key = cells.remove(0);
            cells.insert(key_column.min(cells.len()), key);
            cells.join(",")
        };
        let columns: Vec<String> = HEADER.split(',').map(str::to_owned).collect();
        let mut columns: Vec<String> = columns;
        columns[0] = header.to_owned();
        let mut text = order(columns) + "\n";
        for (place, row) in rows.iter().enumerate() {
            let bytes = row.bytes(place);
            let line = String::from_utf8_lossy(&bytes).into_owned();
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            cells[0] = name(row.bill);
            for (at, cell) in &quotes {
                if at % rows.len() == place {
                    let cell = cell % cells.len();
                    cells[cell] = format!("\"{}", cells[cell]);
                }
            }
            text.push_str(&order(cells));
            text.push('\n');
        }
        env.file("file.csv", &text);
        let done = import(&env, &["--rejects", "bad.csv"]);
        prop_assert!([0, 6].contains(&done.code), "{:?}", done);
        let exported = env.ok(&["bill", "export"]);
        for (key, count) in references(exported.as_bytes(), usize::from(by_number)) {
            let lines = text.lines().filter(|line| line.contains(&key)).count();
            prop_assert_eq!(count, lines, "{} in {}", key, text);
        }
        prop_assert_eq!(env.ok(&["check"]), "");
    }

    #[test]
    fn keys_that_come_twice_are_found_whatever_fits_in_memory(
        hashes in prop::collection::vec(0..30_u64, 0..60),
        bound in 1..20_usize,
    ) {
        let mut expected: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        let mut keys = Keys::bounded(bound);
        for (place, hash) in (0..).zip(hashes) {
            keys.add(hash, place).expect("a temporary file");
            expected.entry(hash).or_default().push(place);
        }
        let mut found = Vec::new();
        keys.duplicates(|places| {
            found.push(places.to_vec());
            Ok(())
        })
        .expect("a temporary file");
        let expected: Vec<Vec<u64>> = expected.into_values().filter(|places| places.len() > 1).collect();
        prop_assert_eq!(found, expected);
    }
}
