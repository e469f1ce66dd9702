//! A disk with no room left, for real: a small file system in memory, mounted in a name space of the test's own.

use super::{checked, like_the_first, load, open};
use crate::support::Env;
use billbook::domain::Bill;
use billbook::storage::sqlite::Durability;
use billbook::storage::{Load, Scope, Storage as _, StorageError, YearLoad};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

fn may_mount() -> bool {
    let mount = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .output();
    let may = mount.is_ok_and(|output| output.status.success());
    if !may {
        eprintln!("NOT TESTED: this system lets no test mount a file system (unshare -rm mount)");
    }
    may
}

#[test]
fn a_full_disk_is_told_and_changes_nothing() {
    if !may_mount() {
        return;
    }
    let env = Env::new();
    let mut csv = String::from("reference,customer,date,product,quantity\n");
    for row in 0..5_000 {
        writeln!(csv, "R-{row},1,{}-06-01,1,1", 2020 + row % 7).expect("a string grows");
    }
    env.file("bills.csv", csv);
    std::fs::create_dir(env.dir().join("small")).expect("a directory");
    let script = r#"
        mount -t tmpfs -o size=400k tmpfs small || exit 99
        export BILLBOOK_BOOK=small/book
        "$0" init --quiet
        "$0" customer create Ada --quiet
        "$0" product create Widget --price 1 --quiet
        "$0" bill create --customer 1 --item 1 --date 2020-01-01 --quiet
        "$0" bill import bills.csv; echo "import: $?"
        "$0" check; echo "check: $?"
        head -c 1M /dev/zero > small/filler 2>/dev/null
        "$0" bill create --customer 1 --item 1 --date 2020-01-01 --quiet; echo "create: $?"
        "$0" check; echo "check: $?"
        rm small/filler
        "$0" bill create --customer 1 --item 1 --date 2020-01-01 --quiet; echo "create: $?"
    "#;
    let mut command = Command::new("unshare");
    command
        .args(["-rm", "sh", "-c", script, env!("CARGO_BIN_EXE_billbook")])
        .current_dir(env.dir())
        .env_clear()
        .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
        .env("HOME", env.dir())
        .env("BILLBOOK_NOW", crate::support::NOW);
    let output = command.output().expect("a shell");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(
        stdout,
        "small/book\n1\n1\n2020-000001\nimport: 13\ncheck: 0\ncreate: 13\ncheck: 0\n2020-000002\ncreate: 0\n",
        "{stderr}"
    );
    assert_eq!(
        stderr.matches("error: the disk is full (").count(),
        2,
        "{stderr}"
    );
    assert_eq!(
        stderr
            .matches("nothing was changed; free some space and try again")
            .count(),
        2,
        "{stderr}"
    );
}

/// The loader, when this binary is run as one on a small disk.
#[test]
fn loader() {
    let Ok(dir) = std::env::var("FAULTS_LOAD_INTO") else {
        return;
    };
    let mut storage = open(Path::new(&dir), Durability::SAFE).with_copies_from(1);
    load(&mut storage, &["2025-1"], false).expect("room for a small load");
    let names = || std::fs::read_dir(&dir).expect("a book").count();
    let before = names();
    let first = like_the_first(&mut storage, "2024-2").expect("a bill");
    let mut tx = storage.begin(&Scope::write_book()).expect("a transaction");
    let plan = YearLoad {
        new: 20_000,
        changed: 0,
    };
    let (old, new) = (
        "2024".parse().expect("a year"),
        "2030".parse().expect("a year"),
    );
    tx.begin_load(&BTreeMap::from([(old, plan), (new, plan)]))
        .expect("a load");
    let bill = |year: billbook::domain::BillingYear, sequence| {
        let number = billbook::domain::BillNumber::new(year, sequence).expect("a number");
        let (customer, items) = (first.customer().clone(), first.items().to_vec());
        Bill::new(
            number,
            customer,
            year.first_day(),
            first.status(),
            None,
            items,
        )
        .expect("a bill")
    };
    let mut filled = Ok(());
    'pieces: for batch in 0..40 {
        for year in [old, new] {
            let bills = (2..=501)
                .map(|index| bill(year, batch * 500 + index))
                .collect();
            filled = tx.load(year, Load::Insert(bills));
            if filled.is_err() {
                break 'pieces;
            }
        }
    }
    let error = filled.and_then(|()| tx.commit()).expect_err("a full disk");
    assert!(matches!(error, StorageError::DiskFull { .. }), "{error}");
    assert_eq!(names(), before, "nothing is left of it");
    assert_eq!(checked(&mut storage), [""; 0]);
    load(&mut storage, &["2024-2", "2030-1"], true).expect("room again");
    assert_eq!(checked(&mut storage), [""; 0]);
}

#[test]
fn a_disk_that_is_full_for_a_thread_of_a_load_is_told_and_changes_nothing() {
    if !may_mount() {
        return;
    }
    let env = Env::new();
    std::fs::create_dir(env.dir().join("small")).expect("a directory");
    let script = r#"
        mount -t tmpfs -o size=1m tmpfs small || exit 99
        export BILLBOOK_BOOK=small/book
        "$0" init --quiet
        "$0" customer create Ada --quiet
        "$0" product create Widget --price 1 --quiet
        "$0" bill create --customer 1 --item 1 --date 2024-01-01 --quiet
        FAULTS_LOAD_INTO=small/book "$1" --exact faults::full_disk::loader --test-threads=1
    "#;
    let mut command = Command::new("unshare");
    command
        .args(["-rm", "sh", "-c", script, env!("CARGO_BIN_EXE_billbook")])
        .arg(std::env::current_exe().expect("this binary"))
        .current_dir(env.dir())
        .env_clear()
        .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
        .env("HOME", env.dir())
        .env("BILLBOOK_NOW", crate::support::NOW);
    let run = env.finish(command);
    assert!(run.code == 0 && run.stdout.contains("1 passed"), "{run:?}");
}
