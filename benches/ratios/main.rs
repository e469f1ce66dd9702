//! billbook against its peers, both measured in the same run: `cargo bench --bench ratios -- [--bills N] [--years Y] [--only NAME]`,
//! where NAME is import, create or show.
//!
//! Absolute times mean little on a shared machine; the ratios are what to look at. Books go into `BILLBOOK_BENCH_DIR`, or
//! a temporary directory, and are removed at the end.

mod generator;
mod measures;

use std::path::PathBuf;

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    if args.first().is_some_and(|arg| arg == "--two-file-commit") {
        measures::two_file_commit(&PathBuf::from(&args[1]), &args[2]);
        return;
    }
    for pair in args.chunks(2) {
        let known = ["--bills", "--years", "--only"].contains(&pair[0].as_str());
        assert!(
            known && pair.len() == 2,
            "what is {pair:?}? Give --bills N, --years Y or --only import|create|show"
        );
    }
    let option = |name: &str, default: u32| {
        let value = args.iter().skip_while(|arg| *arg != name).nth(1);
        value.map_or(default, |value| {
            value
                .parse()
                .unwrap_or_else(|_| panic!("{name} takes a number"))
        })
    };
    let (bills, years) = (option("--bills", 100_000), option("--years", 10));
    // Each year of the wide book has the bill that is shown.
    assert!(bills >= 60 * 42, "--bills takes 2520 or more");
    let only = args.iter().skip_while(|arg| *arg != "--only").nth(1);
    assert!(
        only.is_none_or(|only| ["import", "create", "show"].contains(&only.as_str())),
        "--only takes import, create or show"
    );
    let wants = |name: &str| only.is_none_or(|only| only == name);
    let root =
        std::env::var_os("BILLBOOK_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = tempfile::tempdir_in(root).expect("a directory for the books");
    println!("{bills} bills with 3 items each over {years} years\n");
    println!("| what | billbook | peer | ratio | aim |\n|---|---|---|---|---|");
    if wants("import") {
        measures::import(dir.path(), bills, years);
    }
    if wants("create") {
        measures::create(dir.path());
    }
    if wants("show") {
        measures::show(dir.path(), bills, years);
    }
}
