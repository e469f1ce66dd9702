//! The files that several measures share. Each is made when it is first asked for, and reused by the measures after it.

use crate::generator::{self, Batch};
use crate::peers::{Duck, Shell};
use crate::run::{Cost, billbook, settle, timed, timed_with_memory};
use rusqlite::{Connection, OpenFlags};
use std::cell::Cell;
use std::path::{Path, PathBuf};

pub struct Stage {
    pub dir: PathBuf,
    pub batch: Batch,
    /// What the first import of the bills took, once there was one.
    first_import: Cell<Option<Cost>>,
}

impl Stage {
    pub fn new(dir: &Path, batch: Batch) -> Self {
        std::fs::create_dir_all(dir).expect("a directory");
        Self {
            dir: dir.to_owned(),
            batch,
            first_import: Cell::new(None),
        }
    }

    pub fn book(&self) -> PathBuf {
        self.dir.join("book")
    }

    /// The bills in billbook's form.
    pub fn bills_csv(&self) -> PathBuf {
        let path = self.dir.join("bills.csv");
        if !path.exists() {
            generator::write_bills(&path, self.batch);
        }
        path
    }

    /// Directory of the rows that the peers are given.
    pub fn tables(&self) -> PathBuf {
        let dir = self.dir.join("tables");
        if !dir.exists() {
            std::fs::create_dir(&dir).expect("a directory");
            generator::write_tables(&dir, self.batch, false);
        }
        dir
    }

    /// Makes the book anew, with its customers and products, and imports the bills.
    pub fn import(&self) -> Cost {
        let book = self.book();
        if book.exists() {
            std::fs::remove_dir_all(&book).expect("an old book");
        }
        generator::write_parties(&self.dir);
        timed(billbook(&book, &["init", "--quiet"]));
        for (noun, file) in [("customer", "customers.csv"), ("product", "products.csv")] {
            timed(import_command(&book, noun, &self.dir.join(file)));
        }
        let cost = import_bills(&book, &self.bills_csv());
        self.first_import.set(Some(cost));
        cost
    }

    /// The book with its bills.
    pub fn filled_book(&self) -> PathBuf {
        self.first_import();
        self.book()
    }

    /// What the import of the book's bills took.
    pub fn first_import(&self) -> Cost {
        self.first_import.get().unwrap_or_else(|| self.import())
    }

    /// The median is what counts where there was more than one.
    pub fn set_first_import(&self, cost: Cost) {
        self.first_import.set(Some(cost));
    }

    /// Where the sqlite3 shell has its rows.
    pub fn shell_peer_file(&self) -> PathBuf {
        self.dir.join("peer.db")
    }

    /// Where DuckDB has its rows.
    pub fn duck_peer_file(&self) -> PathBuf {
        self.dir.join("peer.duckdb")
    }

    /// A file of the sqlite3 shell with the same rows, all years in it, and the same indexes.
    pub fn shell_peer(&self, shell: &Shell) -> PathBuf {
        let peer = self.shell_peer_file();
        if !peer.exists() {
            let (tables, indexes) = (section("year"), section("year indexes"));
            shell.import(&peer, &self.tables(), &format!("{tables}\n{indexes}"), "");
        }
        peer
    }

    /// A file of DuckDB with the same rows.
    pub fn duck_peer(&self, duck: &Duck) -> PathBuf {
        let peer = self.duck_peer_file();
        if !peer.exists() {
            duck.import(&peer, &self.tables());
        }
        peer
    }

    /// Makes sure that a book has so many bills, with their items.
    pub fn assert_bills(book: &Path, bills: u64) {
        let (mut heads, mut items) = (0, 0);
        for entry in std::fs::read_dir(book).expect("a book") {
            let path = entry.expect("an entry").path();
            let is_year = path.extension().is_some_and(|kind| kind == "db")
                && path
                    .file_stem()
                    .is_some_and(|stem| stem.to_string_lossy().parse::<u32>().is_ok());
            if is_year {
                heads += count(&path, "billings");
                items += count(&path, "billing_items");
            }
        }
        let expected = (bills, bills * u64::from(generator::ITEMS));
        assert_eq!((heads, items), expected, "bills and items of the book");
    }
}

/// An import of customers, products or bills into a book.
pub fn import_command(book: &Path, noun: &str, file: &Path) -> std::process::Command {
    let mut command = billbook(book, &[noun, "import", "--quiet"]);
    command.arg(file);
    command
}

/// Imports bills into a book that is there.
pub fn import_bills(book: &Path, bills: &Path) -> Cost {
    settle(bills);
    settle(book);
    timed_with_memory(import_command(book, "bill", bills))
}

/// How many rows a table of an SQLite file has.
pub fn count(file: &Path, table: &str) -> u64 {
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|file| {
            file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
        })
        .expect("a count")
}

/// A section of schema.sql.
pub fn section(name: &str) -> &'static str {
    let schema = include_str!("../../schema.sql");
    let (_, rest) = schema
        .split_once(&format!("\n-- section: {name}\n"))
        .expect("a section");
    rest.split("\n-- section: ").next().expect("its text")
}
