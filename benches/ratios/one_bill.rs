//! One bill, in a process of its own: made, and shown.

use crate::generator::Batch;
use crate::peers::Shell;
use crate::run::{Peer, billbook, median, row, timed};
use crate::stage::Stage;
use rusqlite::Connection;
use std::path::Path;
use std::process::{Command, Stdio};

/// One-shot `bill create`, against a bare program that commits the same rows to the same two files.
pub fn create(dir: &Path) {
    let (ours, peers) = (dir.join("create-ours"), dir.join("create-peer"));
    for book in [&ours, &peers] {
        timed(billbook(book, &["init", "--quiet"]));
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
    let ours = median(our_times).expect("runs");
    let peer = Peer {
        name: "bare two-file commit",
        how: "",
        time: median(peer_times),
    };
    row("one-shot bill create", ours, &peer, "at most 1.5");
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
pub fn show(stage: &Stage) {
    let Batch { bills, years, .. } = stage.batch;
    let book = stage.filled_book();
    let wide_stage = Stage::new(&stage.dir.join("wide"), Batch::first(bills, 60));
    let wide_book = wide_stage.filled_book();
    let shell_is_installed = Shell::find().is_some();
    let first = "1960-000042";
    let (mut times, mut wide, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..60 {
        times.push(timed(billbook(&book, &["bill", "show", first])));
        wide.push(timed(billbook(&wide_book, &["bill", "show", first])));
        if !shell_is_installed {
            continue;
        }
        let mut shell = Command::new("sqlite3");
        shell.arg(book.join("1960.db")).stdout(Stdio::null());
        shell.arg(
            "SELECT * FROM billings WHERE id = 1960000000042; SELECT * FROM billing_items WHERE billing_id = 1960000000042",
        );
        bare.push(timed(shell));
    }
    let (times, wide) = (median(times).expect("runs"), median(wide).expect("runs"));
    let what = format!("bill show, {years} years");
    let peer = Peer {
        name: Shell::NAME,
        how: ", the bare rows",
        time: median(bare),
    };
    row(&what, times, &peer, "under 10 ms");
    let peer = Peer {
        name: &format!("{years} years"),
        how: "",
        time: Some(times),
    };
    row("bill show, 60 years", wide, &peer, "about 1");
    std::fs::remove_dir_all(&wide_stage.dir).expect("a directory that can go");
}
