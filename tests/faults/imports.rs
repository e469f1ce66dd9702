//! Imports that are stopped: by a kill at any time, by Ctrl-C while they read or write.

use crate::support::Env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Bills of three years and, with `more`, of a fourth; every hundredth of these is one that cannot be imported.
fn file(env: &Env, name: &str, count: u32, more: bool) {
    let mut csv = String::from("reference,customer,date,product,quantity\n");
    for row in 0..count {
        let year = 2020 + row % if more { 4 } else { 3 };
        let customer = if more && row % 100 == 99 { 77 } else { 1 };
        writeln!(csv, "{name}-{row},{customer},{year}-06-01,1,1").expect("a string grows");
    }
    env.file(name, csv);
}

fn start(env: &Env, args: &[&str]) -> Child {
    let mut command = env.command(args);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("billbook starts")
}

/// The figures of a book, where it is aside.
fn figures(env: &Env, book: &str) -> String {
    let status = env.ok(&["--book", book, "status", "--format", "csv"]);
    status.lines().filter(|line| !line.contains(book)).collect()
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
    }
}

fn leftovers(book: &Path) -> Vec<String> {
    let names = fs::read_dir(book).expect("a directory");
    names
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.into_string().expect("UTF-8"))
        .filter(|name| name.contains("new") || name.contains("journal"))
        .collect()
}

#[test]
fn an_import_killed_at_any_time_leaves_the_book_as_it_was_or_all_of_it_imported() {
    const KILLS: u32 = 30;
    let env = Env::new();
    env.ok(&["--book", "first", "init"]);
    env.ok(&["--book", "first", "customer", "create", "Ada"]);
    env.ok(&[
        "--book", "first", "product", "create", "Widget", "--price", "2",
    ]);
    // Two of the years are large enough to be copied for the second file, or small enough to be written in place.
    file(&env, "old.csv", 3_000, false);
    env.ok(&["--book", "first", "bill", "import", "old.csv"]);
    file(&env, "more.csv", 6_000, true);
    let (first, book) = (env.dir().join("first"), env.dir().join("book"));
    let import = [
        "--book",
        "book",
        "bill",
        "import",
        "more.csv",
        "--rejects",
        "bad.csv",
    ];
    copy(&first, &book);
    let before = figures(&env, "book");
    let started = Instant::now();
    assert_eq!(env.run(&import).code, 6);
    let whole = started.elapsed();
    let after = figures(&env, "book");
    assert_ne!(before, after);
    let rejects = fs::read(env.dir().join("bad.csv")).expect("rejects");
    let (mut undone, mut done) = (0, 0);
    for kill in 0..KILLS {
        copy(&first, &book);
        let _ = fs::remove_file(env.dir().join("bad.csv"));
        let mut child = start(&env, &import);
        std::thread::sleep(whole * kill / KILLS);
        child.kill().expect("a kill");
        child.wait().expect("an end");
        assert_eq!(
            env.ok(&["--book", "book", "check"]),
            "",
            "after kill {kill}"
        );
        let found = figures(&env, "book");
        if found == after {
            done += 1;
        } else {
            assert_eq!(found, before, "after kill {kill}");
            undone += 1;
        }
        // Under its name there is all of the file of rejects, or nothing.
        if let Ok(found) = fs::read(env.dir().join("bad.csv")) {
            assert_eq!(found, rejects);
        }
        // The next import finds everything in order, and ends where an undisturbed one does.
        assert_eq!(env.run(&import).code, 6, "after kill {kill}");
        assert_eq!(figures(&env, "book"), after);
        assert_eq!(leftovers(&book), Vec::<String>::new());
    }
    println!("{KILLS} kills: {undone} undone, {done} done");
    assert!(undone > 0, "no import was killed before its commit");
}

#[test]
fn ctrl_c_ends_an_import_while_it_reads_and_while_it_writes() {
    let env = Env::new();
    env.ok(&["customer", "create", "Ada"]);
    env.ok(&["product", "create", "Widget", "--price", "2"]);
    file(&env, "bills.csv", 60_000, false);
    let before = env.ok(&["status", "--format", "json"]);
    let mut interrupted = 0;
    for wait in [0, 20, 100, 400] {
        let mut child = start(
            &env,
            &["bill", "import", "bills.csv", "--rejects", "bad.csv"],
        );
        std::thread::sleep(Duration::from_millis(wait));
        let kill = std::process::Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status();
        assert!(kill.expect("a kill").success());
        let status = child.wait().expect("an end");
        // A signal that comes before there is a handler for it ends the process in the system's own way.
        if status.code() == Some(130) || status.code().is_none() {
            interrupted += 1;
            assert_eq!(env.ok(&["status", "--format", "json"]), before);
            assert!(!env.dir().join("bad.csv").exists());
            let beside = fs::read_dir(env.dir()).expect("a directory");
            let names = beside.map(|entry| entry.expect("an entry").file_name());
            if status.code() == Some(130) {
                assert!(
                    names
                        .into_iter()
                        .all(|name| !name.to_string_lossy().contains(".billbook-")),
                    "a temporary file stays"
                );
            }
        }
    }
    assert!(interrupted > 0, "every import was too fast");
}
