//! Exports: the same whatever number of threads writes them, whole or not there, and in nobody's way.

use crate::support::Env;
use billbook::app::bill::Selection;
use billbook::app::{Deed, book, party};
use billbook::context::Interrupt;
use billbook::domain::{BillStatus, BillingYear, Currency, Customer, NewCustomer, Note, Product};
use billbook::storage::sqlite::{Location, SqliteStorage};
use billbook::storage::{BillFilter, Storage};
use billbook::transfer::{
    BillExport, BillImport, BillSheets, Cut, ImportMode, Progress, ReadOptions, Source,
    export_bills, import_bills,
};
use chrono::{DateTime, Utc};
use std::fmt::Write as _;
use std::io::{self, Read as _, Write};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

struct Silent;

impl Progress for Silent {
    fn begin(&mut self, _: &'static str, _: Option<u64>) {}

    fn advance(&mut self, _: u64) -> anyhow::Result<()> {
        Ok(())
    }

    fn end(&mut self) {}
}

/// A book of 180 bills over four years, with one to four items and some references that are formulas.
fn storage() -> (TempDir, SqliteStorage) {
    let home = tempfile::tempdir().expect("a directory");
    let location = Location {
        path: home.path().join("book"),
        makes_itself: false,
    };
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let mut storage =
        SqliteStorage::new(location, Duration::from_secs(5), Interrupt::default(), now);
    storage.init(Currency::default()).expect("a book");
    for name in ["Ada", "=Grace"] {
        let customer = NewCustomer {
            id: None,
            name: name.parse().expect("a name"),
            email: None,
            address: Note::default(),
        };
        party::create::<Customer>(&mut storage, &customer).expect("a customer");
        let product = billbook::domain::NewProduct {
            id: None,
            name: name.parse().expect("a name"),
            description: Note::default(),
            price: "2.505".parse().expect("a price"),
        };
        party::create::<Product>(&mut storage, &product).expect("a product");
    }
    let mut csv = String::from("reference,customer,date,status,product,quantity\n");
    for n in 0..180_u32 {
        let year = 2020 + n * n % 7 % 4;
        let (who, status) = (n % 2 + 1, BillStatus::ALL[(n % 3) as usize]);
        let sign = if n % 5 == 0 { "=" } else { "R" };
        for item in 0..=n % 4 {
            writeln!(
                csv,
                "{sign}-{n},{who},{year}-02-{:02},{status},{},{}",
                n % 28 + 1,
                item % 2 + 1,
                n + 1
            )
            .expect("a string grows");
        }
    }
    let file = home.path().join("bills.csv");
    std::fs::write(&file, csv).expect("a file");
    let import = BillImport {
        bills: Source::File(file),
        items: None,
        options: ReadOptions::default(),
        mode: ImportMode::default(),
        renumber: false,
        create_missing: false,
        deed: Deed {
            at: DateTime::<Utc>::UNIX_EPOCH,
            actor: Note::default(),
            reason: Note::default(),
        },
    };
    import_bills(&mut storage, &import, &mut Silent).expect("an import");
    (home, storage)
}

/// What an export writes as one file, or as two.
fn exported(
    storage: &mut dyn Storage,
    filter: &BillFilter,
    cut: Cut,
    apart: bool,
) -> (u64, String, String) {
    let export = BillExport {
        selection: Selection {
            filter: filter.clone(),
            ..Selection::default()
        },
        raw: false,
        cut,
    };
    let (mut bills, mut items) = (Vec::new(), Vec::new());
    let sheets = BillSheets {
        bills: &mut bills,
        items: apart.then_some(&mut items as &mut dyn Write),
    };
    let count = export_bills(storage, &export, sheets, &mut Silent).expect("an export");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (count, text(bills), text(items))
}

fn cut(numbers: u32, piece_bytes: usize, threads: usize) -> Cut {
    Cut {
        numbers,
        piece_bytes,
        threads,
    }
}

#[test]
fn however_an_export_is_cut_it_is_the_same() {
    let (_home, mut storage) = storage();
    let year = BillingYear::new(2021).expect("a year");
    let filters = [
        BillFilter::default(),
        BillFilter {
            status: Some(BillStatus::Paid),
            ..BillFilter::default()
        },
        BillFilter {
            from: Some(year.first_day()),
            to: Some(year.last_day()),
            ..BillFilter::default()
        },
        BillFilter {
            customer: "1".parse().ok(),
            from: year.first_day().succ_opt(),
            ..BillFilter::default()
        },
        BillFilter {
            min_total: "1000000".parse().ok(),
            ..BillFilter::default()
        },
    ];
    for filter in filters {
        for apart in [false, true] {
            let whole = exported(&mut storage, &filter, cut(1_000_000, 1 << 20, 1), apart);
            let rows = whole.1.lines().count() as u64 + whole.2.lines().count() as u64;
            assert!(rows > whole.0, "a header at least: {whole:?}");
            for numbers in [1, 2, 7, 45, 46, 10_000] {
                for (piece_bytes, threads) in [(1, 4), (1 << 8, 2), (1 << 18, 3)] {
                    let cut = cut(numbers, piece_bytes, threads);
                    let parallel = exported(&mut storage, &filter, cut, apart);
                    assert_eq!(parallel, whole, "{filter:?} {cut:?}");
                }
            }
        }
    }
    let (count, everything, _) =
        exported(&mut storage, &BillFilter::default(), Cut::default(), false);
    assert_eq!(count, 180);
    let numbers: Vec<&str> = everything
        .lines()
        .skip(1)
        .map(|row| row.split(',').nth(1).expect("a number"))
        .collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
}

/// A destination that is full, or closed, after so many bytes.
struct Ends {
    left: usize,
    kind: io::ErrorKind,
}

impl Write for Ends {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(self.kind.into());
        }
        let count = bytes.len().min(self.left);
        self.left -= count;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_export_that_cannot_go_on_ends_with_the_reason() {
    let (_home, mut storage) = storage();
    for left in [0, 1, 100, 5_000] {
        for threads in [1, 4] {
            let mut out = Ends {
                left,
                kind: io::ErrorKind::BrokenPipe,
            };
            let export = BillExport {
                cut: cut(3, 1, threads),
                ..BillExport::default()
            };
            let sheets = BillSheets {
                bills: &mut out,
                items: None,
            };
            let error = export_bills(&mut storage, &export, sheets, &mut Silent)
                .expect_err("nobody reads on");
            let kind = error.downcast_ref().map(io::Error::kind);
            assert_eq!(kind, Some(io::ErrorKind::BrokenPipe), "{error:#}");
        }
    }
    // Nothing was left behind that keeps a writer out.
    book::status(&mut storage).expect("a status");
}

#[test]
fn the_first_damaged_bill_ends_an_export_with_those_before_it_written() {
    let (home, mut storage) = storage();
    let (_, whole, _) = exported(&mut storage, &BillFilter::default(), Cut::default(), false);
    for (year, number) in [(2021, 20), (2022, 5)] {
        let file = home.path().join(format!("book/{year}.db"));
        let database = rusqlite::Connection::open(file).expect("a database");
        let sql = format!(
            "UPDATE billings SET total_amount = total_amount + 100 WHERE id = {year}000000000 + {number}"
        );
        assert_eq!(database.execute(&sql, []).expect("a change"), 1);
    }
    for threads in [1, 2, 4] {
        for numbers in [1, 8, 1_000] {
            let mut bills = Vec::new();
            let sheets = BillSheets {
                bills: &mut bills,
                items: None,
            };
            let export = BillExport {
                cut: cut(numbers, 200, threads),
                ..BillExport::default()
            };
            let error = export_bills(&mut storage, &export, sheets, &mut Silent)
                .expect_err("damage")
                .to_string();
            assert!(
                error.starts_with("bill 2021-000020 is damaged: its items add up"),
                "{error}"
            );
            let (before, _) = whole.split_at(bills.len());
            assert_eq!(String::from_utf8(bills).expect("UTF-8"), before);
            assert!(before.contains(",2021-000019,") && !before.contains(",2021-000020,"));
        }
    }
}

fn start(env: &Env, args: &[&str]) -> Child {
    let mut command = env.command(args);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("billbook starts")
}

/// A book whose first year fills a pipe, and that has 60 more.
fn book_of_many_years() -> Env {
    let env = Env::new();
    env.ok(&["customer", "create", "Ada"]);
    env.ok(&["product", "create", "Widget", "--price", "2.50"]);
    let mut csv = String::from("reference,customer,date,product,quantity\n");
    for row in 0..4_000 {
        writeln!(csv, "R-{row},1,1960-06-01,1,1").expect("a string grows");
    }
    for year in 1961..=2020 {
        writeln!(csv, "R-{year},1,{year}-06-01,1,1").expect("a string grows");
    }
    env.file("bills.csv", csv);
    env.ok(&["bill", "import", "bills.csv", "--quiet"]);
    env
}

/// An export holds the book still for as long as it reads. A writer waits for that at its commit; the export must not wait
/// for the writer, although it opens most years only after the writer has begun to wait.
#[test]
fn an_export_and_a_writer_do_not_stall_each_other() {
    let env = book_of_many_years();
    let whole = env.ok(&["bill", "export"]);
    let mut export = start(&env, &["bill", "export"]);
    let mut pipe = export.stdout.take().expect("a pipe");
    let mut first = [0; 1];
    pipe.read_exact(&mut first).expect("it has begun");
    let pay = ["bill", "pay", "2020-1", "-q", "--lock-timeout", "60"];
    let mut writer = start(&env, &pay);
    // Its journal tells that it is at its commit.
    let journal = env.book().join("book.db-journal");
    let patience = Instant::now() + Duration::from_secs(30);
    while !journal.exists() {
        assert!(
            Instant::now() < patience,
            "the writer does not get to its commit"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(200));
    assert!(writer.try_wait().expect("a child").is_none(), "it waits");
    let mut text = String::from_utf8(first.to_vec()).expect("UTF-8");
    let started = Instant::now();
    pipe.read_to_string(&mut text).expect("the rest");
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    let output = export.wait_with_output().expect("an end");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text == whole, "the state before the writer's");
    let output = writer.wait_with_output().expect("an end");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        env.ok(&["bill", "list", "--year", "2020"])
            .contains(" paid ")
    );
}

/// The files in the working directory that are no part of the test.
fn files(env: &Env) -> Vec<String> {
    let entries = std::fs::read_dir(env.dir()).expect("a directory");
    let mut files: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.into_string().expect("UTF-8"))
        .filter(|name| name != ".local" && name != "bills.csv")
        .collect();
    files.sort();
    files
}

/// An export of bills into a pipe and of items into a file, stopped in its middle: the pipe is full, and the file is there
/// under its temporary name.
fn export_in_its_middle(env: &Env) -> (Child, std::fs::File) {
    let fifo = env.dir().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo").success());
    let into = ["bill", "export", "--output", "fifo", "--items", "items.csv"];
    let export = start(env, &into);
    let mut pipe = std::fs::File::open(&fifo).expect("a pipe");
    pipe.read_exact(&mut [0; 1]).expect("it has begun");
    (export, pipe)
}

#[test]
fn an_interrupted_export_leaves_no_file() {
    let env = book_of_many_years();
    let (export, mut pipe) = export_in_its_middle(&env);
    assert_eq!(files(&env).len(), 2, "{:?}", files(&env));
    let kill = std::process::Command::new("kill")
        .args(["-INT", &export.id().to_string()])
        .status();
    assert!(kill.expect("a kill").success());
    // What the signal raises is seen with the next bills, long after it has arrived.
    std::thread::sleep(Duration::from_millis(200));
    io::copy(&mut pipe, &mut io::sink()).expect("the rest");
    let output = export.wait_with_output().expect("an end");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(
        (output.status.code(), stderr.as_str()),
        (Some(130), "error: interrupted: nothing was changed\n")
    );
    assert_eq!(files(&env), ["fifo"]);
}

#[test]
fn a_killed_export_leaves_nothing_under_the_name_and_keeps_nobody_out() {
    let env = book_of_many_years();
    let (mut export, pipe) = export_in_its_middle(&env);
    export.kill().expect("a kill");
    export.wait().expect("an end");
    drop(pipe);
    let left = files(&env);
    assert!(
        left.len() == 2 && left[0].starts_with(".billbook-"),
        "{left:?}"
    );
    assert_eq!(left[1], "fifo");
    env.ok(&[
        "bill",
        "export",
        "--output",
        "bills.csv",
        "--items",
        "items.csv",
    ]);
    env.ok(&["bill", "pay", "2020-1", "--lock-timeout", "1"]);
    assert_eq!(env.ok(&["check"]), "");
}
