//! A load that was killed between its commit and the renaming of the files it made, and one that was killed before.

use super::{checked, load, open};
use crate::support::Env;
use billbook::storage::sqlite::{Durability, SqliteStorage};
use billbook::storage::{Scope, Storage};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A book whose year 2024 was replaced by commit 5, and 2025 made by it, both still under the names they were made with.
fn book() -> (Env, PathBuf) {
    let env = Env::new();
    let dir = env.dir().join("book");
    for line in [
        "init",
        "customer create Ada",
        "product create Widget --price 2.50",
        "bill create --customer 1 --item 1 --date 2024-01-02",
        "bill pay 2024-1",
    ] {
        let mut args = vec!["--book", "book"];
        args.extend(line.split(' '));
        env.ok(&args);
    }
    let old = std::fs::read(dir.join("2024.db")).expect("a year");
    load(&mut storage(&dir), &["2024-2", "2025-1"], true).expect("a load");
    for year in [2024, 2025] {
        let (now, then) = (format!("{year}.db"), format!("{year}.db.5.new"));
        std::fs::rename(dir.join(now), dir.join(then)).expect("a renaming");
    }
    std::fs::write(dir.join("2024.db"), old).expect("a file");
    (env, dir)
}

fn storage(dir: &Path) -> SqliteStorage {
    open(dir, Durability::SAFE).with_copies_from(1)
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name().into_string())
        .map(|name| name.expect("UTF-8"))
        .collect();
    names.sort();
    names
}

const SETTLED: [&str; 4] = ["2024.db", "2025.db", "book.db", "book.lock"];
const BILLS: &str = "2025-000001\n2024-000002\n2024-000001\n";

#[test]
fn whoever_reads_first_finishes_the_renaming() {
    let (env, dir) = book();
    assert_eq!(names(&dir).len(), 5);
    // Several at once, who may all be first.
    let list = || {
        let mut command = env.command(&["--book", "book", "bill", "list", "--quiet"]);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("billbook starts")
    };
    let readers: Vec<_> = (0..6).map(|_| list()).collect();
    for reader in readers {
        let output = reader.wait_with_output().expect("an end");
        let (stdout, stderr) = (output.stdout, output.stderr);
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        assert_eq!(
            (text(stdout), text(stderr)),
            (BILLS.to_owned(), String::new())
        );
    }
    assert_eq!(names(&dir), SETTLED);
    assert_eq!(checked(&mut storage(&dir)), [""; 0]);
}

#[test]
fn the_next_writer_finishes_the_renaming_of_years_that_it_does_not_touch() {
    let (_env, dir) = book();
    let mut storage = storage(&dir);
    let tx = storage.begin(&Scope::write_book()).expect("a transaction");
    tx.commit().expect("a commit");
    assert_eq!(names(&dir), SETTLED);
    assert_eq!(checked(&mut storage), [""; 0]);
}

#[test]
fn one_who_may_not_rename_reads_the_new_file_all_the_same() {
    let (env, dir) = book();
    std::fs::copy(env!("CARGO_BIN_EXE_billbook"), env.dir().join("billbook")).expect("a copy");
    // To root no directory is read-only, so as root the book is read by nobody.
    let script = r#"
        chmod -R a+rX . && chmod -R a-w book
        as=""; [ "$(id -u)" = 0 ] && as="setpriv --reuid 65534 --regid 65534 --clear-groups"
        $as ./billbook --book book bill list --quiet
        $as ./billbook --book book check; echo "check: $?"
        chmod -R u+w book
    "#;
    let mut command = Command::new("sh");
    command
        .args(["-c", script])
        .current_dir(env.dir())
        .env_clear()
        .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    let run = env.finish(command);
    assert_eq!(run.stdout, format!("{BILLS}check: 0\n"), "{run:?}");
    assert_eq!(names(&dir).len(), 5, "nothing was renamed");
    assert_eq!(checked(&mut storage(&dir)), [""; 0]);
    assert_eq!(names(&dir), SETTLED);
}

/// A file of a commit that never was, whatever number it bears.
#[test]
fn what_was_not_committed_is_ignored_by_readers_and_removed_by_the_next_writer() {
    let (_env, dir) = book();
    let mut storage = storage(&dir);
    assert_eq!(checked(&mut storage), [""; 0]);
    let leftovers = [
        "2024.db.4.new",
        "2024.db.6.new",
        "2030.db.6.new",
        "book.db.new",
    ];
    for name in leftovers {
        std::fs::write(dir.join(name), "half a file").expect("a file");
    }
    assert_eq!(checked(&mut storage), [""; 0]);
    assert_eq!(names(&dir).len(), SETTLED.len() + leftovers.len());
    load(&mut storage, &["2024-3"], false).expect("a load");
    assert_eq!(names(&dir), SETTLED);
    assert_eq!(checked(&mut storage), [""; 0]);
}
