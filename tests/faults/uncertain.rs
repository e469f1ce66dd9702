//! Commits that report an error: what became of them is found out, or said not to be known.

use crate::support::{Env, Run};
use std::path::PathBuf;
use std::process::Command;

/// Compiles the library that makes calls fail.
fn failing_library(env: &Env) -> PathBuf {
    let library = env.dir().join("failing.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/failing.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(source)
        .status();
    assert!(built.expect("a C compiler").success());
    library
}

fn book() -> Env {
    let env = Env::new();
    env.ok(&["customer", "create", "Ada"]);
    env.ok(&["product", "create", "Widget", "--price", "2.50"]);
    env.ok(&["bill", "create", "--customer", "1", "--item", "1"]);
    env
}

fn run_failing(env: &Env, args: &[&str], failing: &[(&str, &str)]) -> Run {
    let mut command = env.command(args);
    command
        .env("LD_PRELOAD", failing_library(env))
        .envs(failing.iter().copied());
    env.finish(command)
}

#[test]
fn a_commit_that_failed_is_found_not_to_have_happened() {
    let env = book();
    let run = run_failing(
        &env,
        &["customer", "create", "Bob"],
        &[("FAIL_UNLINK", "book.db-journal")],
    );
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run:?}");
    assert!(run.stderr.contains("disk I/O error"), "{run:?}");
    assert_eq!(env.ok(&["customer", "list", "--quiet"]), "1\n");
    assert_eq!(env.ok(&["check"]), "");
}

#[test]
fn a_commit_whose_outcome_cannot_be_read_is_said_to_be_unknown() {
    let env = book();
    let failing = [
        ("FAIL_UNLINK", "book.db-journal"),
        ("FAIL_OPENING", "book.db"),
    ];
    let run = run_failing(&env, &["customer", "create", "Bob"], &failing);
    assert_eq!((run.code, run.stdout.as_str()), (12, ""), "{run:?}");
    assert!(
        run.stderr
            .starts_with("error: whether the change was committed is not known ("),
        "{run:?}"
    );
    assert!(
        run.stderr
            .ends_with("look before you repeat it ('billbook check', then 'list')\n"),
        "{run:?}"
    );
    assert_eq!(env.ok(&["check"]), "");
}

/// Behind the removal of the super-journal the commit over several files is done, whatever happens to their own journals.
#[test]
fn a_commit_over_two_files_holds_once_its_super_journal_is_gone() {
    let env = book();
    let run = run_failing(
        &env,
        &["bill", "pay", "2026-1", "--quiet"],
        &[("FAIL_UNLINK", "2026.db-journal")],
    );
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "2026-000001\n"),
        "{run:?}"
    );
    assert_eq!(
        env.ok(&["bill", "list", "--status", "paid", "--quiet"]),
        "2026-000001\n"
    );
    assert_eq!(env.ok(&["check"]), "");
}
