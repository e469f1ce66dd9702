//! CSV: what goes in comes out, and what comes out goes into an empty book and comes out again to the letter.

use super::{amount, cases, quantity};
use crate::support::Env;
use billbook::transfer::guard;
use proptest::prelude::*;

/// A cell as other programs may write it: always between quotes.
fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn sheet(header: &str, rows: &[Vec<String>]) -> String {
    let mut sheet = format!("{header}\n");
    for row in rows {
        let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
        sheet.push_str(&cells.join(","));
        sheet.push('\n');
    }
    sheet
}

/// The first cells of each row, read by the package that others use too.
fn rows(sheet: &str, cells: usize) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(sheet.as_bytes());
    let record = |record: csv::StringRecord| record.iter().take(cells).map(String::from).collect();
    reader
        .records()
        .map(|row| record(row.expect("a row")))
        .collect()
}

/// A line of text that ends in no blank: formulas, leading zeros, quotes, separators, letters beyond ASCII.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z\"'=+@;,-]([ -~äß漢é]{0,18}[A-Za-z\"'=+@;,])?",
        "=(1\\+1|SUM\\(A1:A9\\))",
        "00[0-9]{1,5}x",
        Just("\"".to_owned()),
        Just("\",\"".to_owned()),
    ]
}

/// The same over several lines, or nothing.
fn note() -> impl Strategy<Value = String> {
    let line = "[ -~äß漢\"',;]{0,12}";
    let lines = prop::collection::vec(line, 0..4);
    lines.prop_map(|lines| lines.join("\n").trim().to_owned())
}

fn email() -> impl Strategy<Value = String> {
    let forms = [
        "",
        "ada@example.com",
        "=1+1@example.com",
        "o'hara@example.org",
    ];
    prop::sample::select(forms.map(String::from).to_vec())
}

/// A bill: customer, year and status by index, and its items as product, quantity and whether another line takes a part
/// of it back.
type NewBill = (usize, usize, usize, Vec<(usize, i64, bool)>);

fn bill() -> impl Strategy<Value = NewBill> {
    let items = prop::collection::vec((0..9_usize, 10_001..=900_000_i64, any::<bool>()), 1..4);
    (0..9_usize, 0..3_usize, 0..3_usize, items)
}

fn bill_rows(
    bills: &[NewBill],
    customers: &[Vec<String>],
    products: &[Vec<String>],
) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (index, (who, year, status, items)) in bills.iter().enumerate() {
        let mut row = |product: &str, units: i64, price: &str| {
            rows.push(vec![
                format!("00{index}\"=,x"),
                customers[who % customers.len()][0].clone(),
                format!("{}-02-28", 2020 + year),
                ["pending", "paid", "cancelled"][*status].to_owned(),
                product.to_owned(),
                quantity(units).to_string(),
                price.to_owned(),
            ]);
        };
        for (what, units, partly_back) in items {
            let product = &products[what % products.len()];
            row(&product[0], *units, "");
            if *partly_back {
                row(&product[0], units - 1, &format!("-{}", product[3]));
            }
        }
    }
    rows
}

/// Rows of which the first cell is an id: 3, 6, 9 ...
fn with_ids<const N: usize>(rows: Vec<[String; N]>) -> Vec<Vec<String>> {
    let numbered = (1..).zip(rows);
    numbered
        .map(|(n, row)| std::iter::once((n * 3).to_string()).chain(row).collect())
        .collect()
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn csv_comes_back_byte_for_byte(
        customers in prop::collection::vec((name(), email(), note()), 1..6),
        products in prop::collection::vec((name(), note(), 0..=1_000_000_i64), 1..4),
        bills in prop::collection::vec(bill(), 1..8),
    ) {
        let env = Env::new();
        let customers = with_ids(customers.into_iter().map(|(name, email, address)| [name, email, address]).collect());
        let products = products.into_iter().map(|(name, note, price)| [name, note, amount(price * 100).to_string()]);
        let products = with_ids(products.collect());
        let bills = bill_rows(&bills, &customers, &products);
        env.file("customer.csv", sheet("id,name,email,address", &customers));
        env.file("product.csv", sheet("id,name,description,price", &products));
        env.file("bill.csv", sheet("reference,customer,date,status,product,quantity,unit_price", &bills));
        let (first, second) = ("first", "second");
        env.ok(&["--book", first, "init"]);
        env.ok(&["--book", second, "init"]);
        for what in ["customer", "product", "bill"] {
            // What others wrote is guarded by nobody: a ' in it is a letter.
            env.ok(&["--book", first, what, "import", &format!("{what}.csv"), "--raw"]);
            let raw = env.ok(&["--book", first, what, "export", "--raw"]);
            let exported = env.ok(&["--book", first, what, "export"]);
            let texts: &[usize] = match what {
                "customer" => &[1, 2, 3],
                "product" => &[1, 2],
                _ => &[0],
            };
            prop_assert_eq!(rows(&exported, 10), guarded(rows(&raw, 10), texts));
            // Two books that lose the same thing would agree with each other.
            match what {
                "customer" => prop_assert_eq!(rows(&raw, 4), customers.clone()),
                "product" => prop_assert_eq!(rows(&raw, 3), products.iter().map(|row| row[..3].to_vec()).collect::<Vec<_>>()),
                _ => prop_assert_eq!(sorted(rows(&raw, 7), [0, 2, 3, 4, 5, 6]), sorted(bills.clone(), [0, 1, 2, 3, 4, 5])),
            }
            env.file("again.csv", &exported);
            env.ok(&["--book", second, what, "import", "again.csv"]);
            prop_assert_eq!(env.ok(&["--book", second, what, "export"]), exported);
            prop_assert_eq!(env.ok(&["--book", second, what, "export", "--raw"]), raw);
        }
        for book in [first, second] {
            prop_assert_eq!(env.ok(&["--book", book, "check"]), "");
        }
    }
}

/// The rows with these cells as an export for spreadsheets writes them.
fn guarded(mut rows: Vec<Vec<String>>, texts: &[usize]) -> Vec<Vec<String>> {
    for row in &mut rows {
        for &text in texts {
            row[text] = guard(&row[text]).into_owned();
        }
    }
    rows
}

/// These cells of each row; the book numbers the bills of each year in turn, so that rows come in another order.
fn sorted(rows: Vec<Vec<String>>, cells: [usize; 6]) -> Vec<Vec<String>> {
    let pick = |row: Vec<String>| cells.map(|cell| row[cell].clone()).to_vec();
    let mut rows: Vec<Vec<String>> = rows.into_iter().map(pick).collect();
    rows.sort();
    rows
}
