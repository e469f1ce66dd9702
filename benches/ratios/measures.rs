//! What is measured, and against what.

use super::generator;
use rusqlite::Connection;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn billbook(book: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_billbook"));
    command
        .arg("--book")
        .arg(book)
        .args(args)
        .stdout(Stdio::null());
    command
}

/// Runs a command to its good end.
fn timed(mut command: Command) -> Duration {
    let started = Instant::now();
    let status = command.status().expect("a program that starts");
    assert!(status.success(), "{command:?}");
    started.elapsed()
}

/// Runs a command to its good end, and tells the most memory it held, in KiB, where the system says.
fn timed_with_memory(mut command: Command) -> (Duration, Option<u64>) {
    let started = Instant::now();
    let mut child = command.spawn().expect("a program that starts");
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = None;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        let text = std::fs::read_to_string(&status_file).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line
            .and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
            .or(peak);
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{command:?}");
    (started.elapsed(), peak)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn row(what: &str, ours: Duration, peer: (&str, Duration), aim: &str) {
    let ratio = ours.as_secs_f64() / peer.1.as_secs_f64();
    let text = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    println!(
        "| {what} | {} | {}: {} | {ratio:.2} | {aim} |",
        text(ours),
        peer.0,
        text(peer.1)
    );
}

fn row_without_peer(what: &str, ours: Duration, aim: &str) {
    let ours = ours.as_secs_f64() * 1e3;
    println!("| {what} | {ours:.1} ms | sqlite3 is not installed | | {aim} |");
}

/// Makes a book of generated files and returns how long its bills took, and how much memory.
fn book_of(dir: &Path, name: &str, bills: u32, years: u32) -> (Duration, Option<u64>) {
    let book = dir.join(name);
    generator::write_csv(dir, bills, years);
    let import = |noun: &str, file: &str| {
        let mut command = billbook(&book, &[noun, "import", "--quiet"]);
        command.arg(dir.join(file));
        timed_with_memory(command)
    };
    timed(billbook(&book, &["init"]));
    import("customer", "customers.csv");
    import("product", "products.csv");
    import("bill", "bills.csv")
}

/// A section of schema.sql.
fn section(name: &str) -> &'static str {
    let schema = include_str!("../../schema.sql");
    let (_, rest) = schema
        .split_once(&format!("\n-- section: {name}\n"))
        .expect("a section");
    rest.split("\n-- section: ").next().expect("its text")
}

/// Whether the peer of some measures is there.
fn shell_is_installed() -> bool {
    let asked = Command::new("sqlite3").arg("--version").output();
    asked.is_ok_and(|output| output.status.success())
}

/// How long `sqlite3 .import` takes for the generated rows, with DDL that runs before them and after them.
fn shell_import(dir: &Path, bills: u32, before: &str, after: &str) -> Duration {
    let peer = dir.join("peer.db");
    let script = format!(
        "{before}\n.mode csv\nBEGIN;\n.import {dir}/billings.csv billings\n.import {dir}/billing_items.csv billing_items\n{after}\nCOMMIT;\n",
        dir = dir.display()
    );
    std::fs::write(dir.join("import.sql"), script).expect("a script");
    let mut shell = Command::new("sqlite3");
    shell
        .arg(&peer)
        .stdin(std::fs::File::open(dir.join("import.sql")).expect("the script"));
    let time = timed(shell);
    let count = |sql: &str| -> u32 {
        Connection::open(&peer)
            .and_then(|peer| peer.query_row(sql, [], |row| row.get(0)))
            .expect("a count")
    };
    assert_eq!(
        count("SELECT count(*) FROM billings"),
        bills,
        "the peer imported every bill"
    );
    assert_eq!(
        count("SELECT count(*) FROM billing_items"),
        bills * generator::ITEMS,
        "and every item"
    );
    std::fs::remove_file(peer).expect("the peer's file");
    time
}

/// `bill import` with every check, against `sqlite3 .import` of the same rows into the same tables and indexes. The peer
/// runs twice, for much hangs on when its indexes are made: billbook makes its own after the rows.
pub fn import(dir: &Path, bills: u32, years: u32) {
    let (ours, memory) = book_of(dir, "book", bills, years);
    let memory = memory.map_or(String::new(), |peak| {
        format!(" (peak memory {} MiB)", peak / 1024)
    });
    let what = format!("import of the bills, checked{memory}");
    if !shell_is_installed() {
        row_without_peer(&what, ours, "at most 1");
        return;
    }
    generator::write_tables(dir, bills, years);
    let (tables, indexes) = (section("year"), section("year indexes"));
    let early = shell_import(dir, bills, &format!("{tables}\n{indexes}"), "");
    let late = shell_import(dir, bills, tables, indexes);
    row(&what, ours, ("sqlite3 .import", early), "at most 1");
    row(
        &what,
        ours,
        ("sqlite3 .import, indexes made last", late),
        "none set",
    );
}

/// One-shot `bill create`, against a bare program that commits the same rows to the same two files.
pub fn create(dir: &Path) {
    let (ours, peers) = (dir.join("create-ours"), dir.join("create-peer"));
    for book in [&ours, &peers] {
        timed(billbook(book, &["init"]));
        timed(billbook(book, &["customer", "create", "Ada"]));
        timed(billbook(
            book,
            &["product", "create", "Widget", "--price", "2.50"],
        ));
        timed(billbook(
            book,
            &[
                "bill",
                "create",
                "--customer",
                "1",
                "--item",
                "1",
                "--date",
                "2026-01-01",
            ],
        ));
    }
    let (mut our_times, mut peer_times) = (Vec::new(), Vec::new());
    for run in 0..60 {
        our_times.push(timed(billbook(
            &ours,
            &[
                "bill",
                "create",
                "--customer",
                "1",
                "--item",
                "1",
                "--date",
                "2026-01-02",
            ],
        )));
        let mut bare = Command::new(std::env::current_exe().expect("this program"));
        bare.args(["--two-file-commit"])
            .arg(&peers)
            .arg((run + 2).to_string());
        peer_times.push(timed(bare));
    }
    row(
        "one-shot bill create",
        median(our_times),
        ("bare two-file commit", median(peer_times)),
        "at most 1.5",
    );
}

/// The bare program: no checks, no lock, just the rows and the commit.
pub fn two_file_commit(book: &Path, sequence: &str) {
    let connection = Connection::open(book.join("book.db")).expect("a book");
    let year = book.join("2026.db");
    connection
        .execute("ATTACH ?1 AS y", [year.to_str().expect("UTF-8")])
        .expect("a year");
    let id = 2_026_000_000_000 + sequence.parse::<i64>().expect("a number");
    let item = id * 100_000 + 1;
    connection
        .execute_batch(&format!(
            "PRAGMA main.journal_mode = DELETE; PRAGMA y.journal_mode = DELETE;
             PRAGMA main.synchronous = EXTRA; PRAGMA y.synchronous = EXTRA;
             BEGIN IMMEDIATE;
             INSERT INTO y.billings VALUES ({id}, 1, '2026-01-02', 25000, 'pending', NULL, 1, 0);
             INSERT INTO y.billing_items VALUES ({item}, {id}, 1, 10000, 25000, 25000, 1);
             UPDATE y.year_file SET stamp = stamp + 1;
             UPDATE main.years SET stamp = stamp + 1;
             UPDATE main.commits SET counter = counter + 1;
             COMMIT;"
        ))
        .expect("a commit");
}

/// Whole-process `bill show` in a large book, against the same bills spread over 60 years and a bare look-up.
pub fn show(dir: &Path, bills: u32, years: u32) {
    if !dir.join("book").exists() {
        book_of(dir, "book", bills, years);
    }
    book_of(dir, "book-60", bills, 60);
    let shell_is_installed = shell_is_installed();
    let first = "1960-000042";
    let (mut times, mut wide, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..60 {
        times.push(timed(billbook(&dir.join("book"), &["bill", "show", first])));
        wide.push(timed(billbook(
            &dir.join("book-60"),
            &["bill", "show", first],
        )));
        if !shell_is_installed {
            continue;
        }
        let mut shell = Command::new("sqlite3");
        shell.arg(dir.join("book/1960.db")).stdout(Stdio::null());
        shell.arg(
            "SELECT * FROM billings WHERE id = 1960000000042; SELECT * FROM billing_items WHERE billing_id = 1960000000042",
        );
        bare.push(timed(shell));
    }
    let (times, wide) = (median(times), median(wide));
    let what = format!("bill show, {years} years");
    if shell_is_installed {
        let peer = ("sqlite3, the bare rows", median(bare));
        row(&what, times, peer, "under 10 ms");
    } else {
        row_without_peer(&what, times, "under 10 ms");
    }
    row(
        "bill show, 60 years",
        wide,
        (&format!("{years} years"), times),
        "about 1",
    );
}
