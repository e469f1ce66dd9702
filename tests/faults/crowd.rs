//! Many processes on one book at once, and one that is killed.

use super::open;
use crate::support::Env;
use billbook::storage::sqlite::Durability;
use billbook::storage::{Scope, Storage as _};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

fn book_with_a_customer_and_a_product() -> Env {
    let env = Env::new();
    env.ok(&["customer", "create", "Ada"]);
    env.ok(&["product", "create", "Widget", "--price", "2.50"]);
    env
}

fn start(env: &Env, args: &[&str]) -> Child {
    let mut command = env.command(args);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("billbook starts")
}

#[test]
fn writers_and_readers_at_once_all_succeed_and_no_number_is_lost_or_given_twice() {
    let env = book_with_a_customer_and_a_product();
    let create = [
        "bill",
        "create",
        "--customer",
        "1",
        "--item",
        "1",
        "--quiet",
        "--lock-timeout",
        "60",
    ];
    let mut numbers = Vec::new();
    for _ in 0..4 {
        let mut children: Vec<Child> = (0..8).map(|_| start(&env, &create)).collect();
        children.push(start(&env, &["bill", "list"]));
        for child in children {
            let output = child.wait_with_output().expect("billbook ends");
            assert!(
                output.status.success() || numbers.is_empty(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            let stdout = String::from_utf8(output.stdout).expect("UTF-8");
            numbers.extend(
                stdout
                    .lines()
                    .filter(|line| line.len() == 11)
                    .map(str::to_owned),
            );
        }
    }
    numbers.sort();
    let expected: Vec<String> = (1..=32)
        .map(|sequence| format!("2026-{sequence:06}"))
        .collect();
    assert_eq!(numbers, expected);
    assert_eq!(env.ok(&["check"]), "");
}

/// A file of bills that takes a while.
fn long_file(env: &Env) {
    let mut csv = String::from("reference,customer,date,product,quantity\n");
    for row in 0..60_000 {
        writeln!(csv, "R-{row},1,{}-06-01,1,1", 2020 + row % 7).expect("a string grows");
    }
    env.file("bills.csv", csv);
}

/// Whether there is a year's file that waits for its commit.
fn an_unpublished_year(env: &Env) -> bool {
    std::fs::read_dir(env.book())
        .expect("a directory")
        .any(|entry| {
            let name = entry.expect("an entry").path();
            name.extension() == Some("new".as_ref())
        })
}

/// Sends what Ctrl-C sends.
fn interrupt(child: &Child) {
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.expect("a kill").success());
}

#[test]
fn an_interrupted_import_says_so_and_changes_nothing() {
    let env = book_with_a_customer_and_a_product();
    long_file(&env);
    let status = env.ok(&["status", "--format", "json"]);
    let mut child = start(&env, &["bill", "import", "bills.csv"]);
    while !an_unpublished_year(&env) {
        assert!(
            child.try_wait().expect("a child").is_none(),
            "the import ended too early"
        );
        std::thread::yield_now();
    }
    interrupt(&child);
    let output = child.wait_with_output().expect("an end");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(
        (output.status.code(), stderr.as_str()),
        (Some(130), "error: interrupted: nothing was changed\n")
    );
    assert_eq!(env.ok(&["status", "--format", "json"]), status);
    assert_eq!(env.ok(&["check"]), "");
}

/// A read of a pipe that is open and silent comes back by itself only when somebody writes or closes it.
#[test]
fn an_import_that_waits_for_standard_input_can_be_interrupted() {
    let env = book_with_a_customer_and_a_product();
    let status = env.ok(&["status", "--format", "json"]);
    let mut command = env.command(&["customer", "import", "-"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("billbook starts");
    let mut input = child.stdin.take().expect("a pipe");
    // Far more than a pipe holds: once it is written, the import has long been reading.
    let rows = format!("name\n{}", "Grace\n".repeat(200_000));
    input.write_all(rows.as_bytes()).expect("it is read");
    interrupt(&child);
    let patience = Instant::now() + Duration::from_secs(30);
    while child.try_wait().expect("a child").is_none() {
        if Instant::now() > patience {
            child.kill().expect("a kill");
            panic!("the import still waits for its input");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("an end");
    drop(input);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(
        (
            output.status.code(),
            stderr.as_str(),
            output.stdout.as_slice()
        ),
        (
            Some(130),
            "error: interrupted: nothing was changed\n",
            &b""[..]
        )
    );
    assert_eq!(env.ok(&["status", "--format", "json"]), status);
    assert_eq!(env.ok(&["check"]), "");
}

#[test]
fn a_writer_killed_in_an_import_leaves_the_book_as_it_was_and_the_next_one_cleans_up() {
    let env = book_with_a_customer_and_a_product();
    env.ok(&["bill", "create", "--customer", "1", "--item", "1"]);
    long_file(&env);
    let status = env.ok(&["status", "--format", "json"]);
    let mut seen_at_work = false;
    for _ in 0..6 {
        let mut child = start(&env, &["bill", "import", "bills.csv"]);
        while !an_unpublished_year(&env) && child.try_wait().expect("a child").is_none() {
            std::thread::yield_now();
        }
        child.kill().expect("a kill");
        child.wait().expect("an end");
        seen_at_work |= an_unpublished_year(&env);
        assert_eq!(env.ok(&["check"]), "");
        assert_eq!(env.ok(&["status", "--format", "json"]), status);
    }
    assert!(seen_at_work, "no import was killed while it was at work");
    env.ok(&["bill", "create", "--customer", "1", "--item", "1"]);
    let leftovers: Vec<_> = std::fs::read_dir(env.book())
        .expect("a directory")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| name.contains("new") || name.contains("journal"))
        .collect();
    assert_eq!(leftovers, Vec::<String>::new());
}

/// A writer at its commit waits for the readers there are and lets no lock be taken any more: a reader that needed another
/// one on the same file would wait for the writer, and both until one gives up.
#[test]
fn a_reader_goes_on_while_a_writer_waits_for_it() {
    let env = book_with_a_customer_and_a_product();
    env.ok(&["bill", "create", "--customer", "1", "--item", "1"]);
    let (mut reading, mut writing) = (
        open(&env.book(), Durability::SAFE),
        open(&env.book(), Durability::SAFE),
    );
    let mut reader = reading.begin(&Scope::Read).expect("a transaction");
    std::thread::scope(|threads| {
        let writer = threads.spawn(|| {
            let mut tx = writing.begin(&Scope::write_book()).expect("a transaction");
            let id = billbook::domain::CustomerId::new(1).expect("an id");
            let customer = tx.customer(id).expect("an answer").expect("a customer");
            tx.update_customer(&customer).expect("an update");
            tx.commit()
        });
        std::thread::sleep(Duration::from_millis(300));
        assert!(!writer.is_finished(), "the writer waits");
        let started = Instant::now();
        let number = "2026-1".parse().expect("a number");
        assert!(reader.bill(number).expect("an answer").is_some());
        assert!(started.elapsed() < Duration::from_secs(2), "no wait");
        drop(reader);
        let committed = writer.join().expect("no panic");
        committed.expect("a commit");
    });
}
