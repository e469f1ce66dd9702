//! The tools that billbook is measured against.

use crate::generator::{BILLING_COLUMNS, ITEM_COLUMNS};
use crate::run::{is_installed, settle, timed};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The sqlite3 shell.
pub struct Shell {
    program: &'static str,
}

/// sqlite-utils, a program in Python.
pub struct SqliteUtils {
    program: &'static str,
}

/// DuckDB: its own shell, or else its module for Python.
pub struct Duck {
    /// What stands before the file's name and the SQL.
    command: &'static [&'static str],
}

/// The rows as they are billed, an item each: what an export writes.
const JOIN: &str = "SELECT b.reference, b.id, b.customer_id, b.date, b.status, i.product_id, i.quantity, i.unit_price, \
i.total_price, b.total_amount FROM billing_items AS i JOIN billings AS b ON b.id = i.billing_id ORDER BY i.id";

/// Runs SQL on a file of DuckDB, both given as arguments, as DuckDB's own shell does.
const MODULE: &str = "import sys, duckdb
file = duckdb.connect(sys.argv[1])
file.execute(sys.argv[2])
file.close()";

impl Shell {
    pub const NAME: &'static str = "sqlite3";

    pub fn find() -> Option<Self> {
        is_installed(Self::NAME, &["--version"]).then_some(Self {
            program: Self::NAME,
        })
    }

    /// `.import` of the two tables in one transaction, with SQL that runs before them and after them.
    pub fn import(&self, peer: &Path, tables: &Path, before: &str, after: &str) -> Duration {
        let (billings, items) = (
            tables.join("billings.csv"),
            tables.join("billing_items.csv"),
        );
        let files = [("billings", billings.as_path()), ("billing_items", &items)];
        self.import_files(peer, &files, before, after)
    }

    /// `.import` of files, each into its table.
    pub fn import_files(
        &self,
        peer: &Path,
        files: &[(&str, &Path)],
        before: &str,
        after: &str,
    ) -> Duration {
        use std::fmt::Write as _;
        let mut script = format!("{before}\n.mode csv\nBEGIN;\n");
        for (table, file) in files {
            settle(file);
            writeln!(script, ".import \"{}\" {table}", file.display()).expect("a text");
        }
        writeln!(script, "{after}\nCOMMIT;").expect("a text");
        let script_file = peer.with_extension("sql");
        std::fs::write(&script_file, script).expect("a script");
        let mut shell = Command::new(self.program);
        shell
            .arg(peer)
            .stdin(File::open(script_file).expect("the script"));
        timed(shell)
    }

    /// `-csv` of the join into a file: how long until the shell has ended, and until the file is on disk.
    pub fn export(&self, peer: &Path, output: &Path) -> (Duration, Duration) {
        let file = File::create(output).expect("a file");
        let mut shell = Command::new(self.program);
        shell.arg("-csv").arg(peer).arg(JOIN);
        shell.stdout(file.try_clone().expect("the file again"));
        let started = Instant::now();
        let written = timed(shell);
        file.sync_all().expect("a file on disk");
        (written, started.elapsed())
    }
}

impl SqliteUtils {
    pub const NAME: &'static str = "sqlite-utils";

    pub fn find() -> Option<Self> {
        is_installed(Self::NAME, &["--version"]).then_some(Self {
            program: Self::NAME,
        })
    }

    /// `insert` of both files, which name their columns, into tables that it makes, with no index but the primary key.
    pub fn import(&self, peer: &Path, tables: &Path) -> Duration {
        let insert = |table: &str| {
            let file = tables.join(format!("{table}.csv"));
            settle(&file);
            let mut insert = Command::new(self.program);
            insert.args(["insert", "--csv", "--silent", "--pk", "id"]);
            insert.arg(peer).arg(table).arg(&file);
            insert.stdout(Stdio::null());
            timed(insert)
        };
        insert("billings") + insert("billing_items")
    }
}

impl Duck {
    pub fn find() -> Option<Self> {
        let commands: [&'static [&'static str]; 2] = [&["duckdb"], &["python3", "-c", MODULE]];
        commands
            .into_iter()
            .map(|command| Self { command })
            .find(|duck| {
                let asked = duck.command(Path::new(":memory:"), "SELECT 1").output();
                asked.is_ok_and(|output| output.status.success())
            })
    }

    /// What runs it: the start of python3 is a good part of a short run.
    pub fn name(duck: Option<&Self>) -> &'static str {
        match duck.map(|duck| duck.command.len()) {
            Some(2..) => "DuckDB in python3",
            _ => "DuckDB",
        }
    }

    fn command(&self, peer: &Path, sql: &str) -> Command {
        let mut command = Command::new(self.command[0]);
        command.args(&self.command[1..]).arg(peer).arg(sql);
        command.stdout(Stdio::null());
        command
    }

    /// `COPY` of both files into tables without indexes and without checks.
    pub fn import(&self, peer: &Path, tables: &Path) -> Duration {
        let table = |table: &str, columns: &str| {
            let file = tables.join(format!("{table}.csv"));
            settle(&file);
            let column = |name: &str| match name {
                "date" => "date DATE".to_owned(),
                "status" | "reference" => format!("{name} VARCHAR"),
                _ => format!("{name} BIGINT"),
            };
            let columns: Vec<String> = columns.split(',').map(column).collect();
            format!(
                "CREATE TABLE {table} ({}); COPY {table} FROM '{}' (FORMAT csv, HEADER false);",
                columns.join(", "),
                file.display()
            )
        };
        let billings = table("billings", BILLING_COLUMNS);
        let items = table("billing_items", ITEM_COLUMNS);
        timed(self.command(peer, &(billings + &items)))
    }

    /// `COPY` of the join into a file.
    pub fn export(&self, peer: &Path, output: &Path) -> Duration {
        let sql = format!(
            "COPY ({JOIN}) TO '{}' (FORMAT csv, HEADER false)",
            output.display()
        );
        timed(self.command(peer, &sql))
    }

    /// Makes sure that a table has so many rows.
    pub fn assert_rows(&self, peer: &Path, table: &str, rows: u64) {
        let sql = format!(
            "SELECT CASE WHEN (SELECT count(*) FROM {table}) <> {rows} THEN error('another number of rows') END"
        );
        timed(self.command(peer, &sql));
    }
}
