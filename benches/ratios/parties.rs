//! Imports of customers.

use crate::generator;
use crate::peers::Shell;
use crate::run::{Peer, billbook, median, median_cost, rounds, row, settle, timed};
use crate::run::{timed_with_memory, with_peak};
use crate::stage::{count, import_command, section};
use std::path::Path;

/// Customers into an empty book, against `.import` of the same rows into the same table and index; and the same file again.
pub fn customers(dir: &Path, number: u32) {
    let shell = Shell::find();
    let (csv, rows) = (
        dir.join("many-customers.csv"),
        dir.join("customer-rows.csv"),
    );
    generator::write_customers(&csv, number, true);
    generator::write_customers(&rows, number, false);
    let (book, peer) = (dir.join("customers-book"), dir.join("customers.db"));
    let import = || {
        settle(&csv);
        timed_with_memory(import_command(&book, "customer", &csv))
    };
    let (mut ours, mut theirs) = (vec![], vec![]);
    rounds(|| {
        if book.exists() {
            std::fs::remove_dir_all(&book).expect("an old book");
        }
        timed(billbook(&book, &["init", "--quiet"]));
        ours.push(import());
        if let Some(shell) = &shell {
            let files = [("customers", rows.as_path())];
            let ddl = [section("book"), section("customers indexes")].concat();
            theirs.push(shell.import_files(&peer, &files, &ddl, ""));
            assert_eq!(
                count(&peer, "customers"),
                number.into(),
                "the peer's customers"
            );
            std::fs::remove_file(&peer).expect("the peer's file");
        }
    });
    let in_book = || count(&book.join("book.db"), "customers");
    assert_eq!(in_book(), number.into(), "the book's customers");
    let first = median_cost(&ours);
    let what = with_peak(
        &format!("import of {number} customers, checked"),
        first.peak,
    );
    let peer = Peer {
        name: Shell::NAME,
        how: " .import",
        time: median(theirs),
    };
    row(&what, first.time, &peer, "at most 1, under 300 MiB");

    let mut ours = vec![];
    rounds(|| ours.push(import()));
    assert_eq!(in_book(), number.into(), "the book's customers, unchanged");
    let again = median_cost(&ours);
    let peer = Peer {
        name: "billbook",
        how: ", the first import",
        time: Some(first.time),
    };
    let what = with_peak("import of the same customers again, unchanged", again.peak);
    row(&what, again.time, &peer, "under 1, under 300 MiB");
}
