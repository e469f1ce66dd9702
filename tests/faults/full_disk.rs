//! A disk with no room left, for real: a small file system in memory, mounted in a name space of the test's own.

use crate::support::Env;
use std::fmt::Write as _;
use std::process::Command;

#[test]
fn a_full_disk_is_told_and_changes_nothing() {
    let may_mount = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .output();
    if !may_mount.is_ok_and(|output| output.status.success()) {
        eprintln!("NOT TESTED: this system lets no test mount a file system (unshare -rm mount)");
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
