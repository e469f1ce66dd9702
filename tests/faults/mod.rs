//! Crashes and power cuts at every moment of a writer's life, simulated from a record of what it did to its files.
//!
//! A writer runs once under the recorder. Then, for moments spread over its whole life, the state of the disk after a kill
//! and after power cuts is laid out and the book in it is opened: it must be sound, and hold every commit that had been
//! acknowledged. Two ways of committing that are known to be bad must be caught by the same test.

mod crowd;
mod disk;
mod full_disk;
mod read_only;
mod uncertain;

use billbook::app::bill::{self, NewBill, NewItem, Step};
use billbook::app::{Deed, book, party};
use billbook::context::Interrupt;
use billbook::domain::{BillStatus, Currency, Customer, Note, Product};
use billbook::storage::sqlite::{Durability, Location, SqliteStorage};
use billbook::storage::{Scope, Storage};
use chrono::{DateTime, Utc};
use disk::{Disk, read_log, write_files};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const WAL: Durability = Durability {
    journal_mode: "wal",
    synchronous: 2,
};
const NO_SYNC: Durability = Durability {
    journal_mode: "delete",
    synchronous: 0,
};
const NO_DIRECTORY_SYNC: Durability = Durability {
    journal_mode: "delete",
    synchronous: 2,
};

fn durability(name: &str) -> Durability {
    match name {
        "wal" => WAL,
        "no-sync" => NO_SYNC,
        "no-directory-sync" => NO_DIRECTORY_SYNC,
        _ => Durability::SAFE,
    }
}

fn open(dir: &Path, durability: Durability) -> SqliteStorage {
    let location = Location {
        path: dir.to_owned(),
        makes_itself: false,
    };
    SqliteStorage::new(
        location,
        Duration::from_secs(5),
        Interrupt::default(),
        DateTime::<Utc>::UNIX_EPOCH,
    )
    .with_durability(durability)
}

/// The writer's life: a new book, two years made on the way, and commits over one, two and three files.
fn write(dir: &Path, durability: Durability) -> anyhow::Result<()> {
    let mut storage = open(dir, durability);
    let acknowledge = |storage: &mut SqliteStorage| -> anyhow::Result<()> {
        let commits = storage.begin(&Scope::Read)?.info()?.commits;
        fs::write(dir.join("acknowledged"), commits.to_string())?;
        Ok(())
    };
    storage.init(Currency::default())?;
    let customer = billbook::domain::NewCustomer {
        id: None,
        name: "Ada".parse()?,
        email: None,
        address: Note::default(),
    };
    party::create::<Customer>(&mut storage, &customer)?;
    acknowledge(&mut storage)?;
    let product = billbook::domain::NewProduct {
        id: None,
        name: "Widget".parse()?,
        description: Note::default(),
        price: "2.50".parse()?,
    };
    party::create::<Product>(&mut storage, &product)?;
    acknowledge(&mut storage)?;
    let deed = Deed {
        at: DateTime::<Utc>::UNIX_EPOCH,
        actor: "tester".parse()?,
        reason: "why not".parse()?,
    };
    for round in 1..=4_u32 {
        let mut numbers = Vec::new();
        for year in [2024, 2025] {
            let new = NewBill {
                customer: "1".parse()?,
                date: format!("{year}-01-{round:02}").parse()?,
                status: BillStatus::Pending,
                reference: Some(format!("R-{year}-{round}").parse()?),
                items: vec![NewItem {
                    product: "1".parse()?,
                    quantity: "3".parse()?,
                    unit_price: None,
                }],
            };
            numbers.push(bill::create(&mut storage, &new)?.0.number());
            acknowledge(&mut storage)?;
        }
        bill::step(&mut storage, &numbers, Step::Pay, &deed)?;
        acknowledge(&mut storage)?;
    }
    Ok(())
}

/// The writer, when this binary is run as one.
#[test]
fn writer() {
    let Ok(dir) = std::env::var("FAULTS_WRITE_TO") else {
        return;
    };
    let name = std::env::var("FAULTS_DURABILITY").expect("a durability");
    write(Path::new(&dir), durability(&name)).expect("the writer lives to its end");
}

/// Runs the writer under the recorder, in the directory `book` of `work`.
fn record(name: &str, work: &Path) -> Vec<disk::Deed> {
    let recorder = work.join("recorder.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/recorder.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&recorder)
        .arg(source)
        .status();
    assert!(
        built.expect("a C compiler").success(),
        "the recorder compiles"
    );
    let (dir, log) = (work.join("book"), work.join("log"));
    fs::create_dir(&dir).expect("a directory");
    let run = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "faults::writer", "--test-threads=1"])
        .env("FAULTS_WRITE_TO", &dir)
        .env("FAULTS_DURABILITY", name)
        .env("LD_PRELOAD", &recorder)
        .env("RECORD_DIR", &dir)
        .env("RECORD_LOG", &log)
        .output()
        .expect("the writer runs");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stdout)
    );
    read_log(&log)
}

/// What is wrong with a book that was left like that. It is laid out where it was written, for the journals of a commit
/// over several files name each other by their full paths.
fn damage(
    dir: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    acknowledged: u64,
    name: &str,
) -> Option<String> {
    fs::remove_dir_all(dir).expect("a directory");
    fs::create_dir(dir).expect("a directory");
    write_files(dir, files);
    let _ = fs::remove_file(dir.join("acknowledged"));
    if !dir.join("book.db").exists() {
        return (acknowledged > 0).then(|| "the book is gone".to_owned());
    }
    let mut storage = open(dir, durability(name));
    let mut findings = Vec::new();
    if let Err(error) = book::check(&mut storage, &mut |finding| {
        findings.push(format!("{finding:?}"));
    }) {
        return Some(format!("{error:#}"));
    }
    let commits = match storage.begin(&Scope::Read).and_then(|mut tx| tx.info()) {
        Ok(info) => info.commits,
        Err(error) => return Some(error.to_string()),
    };
    if commits < acknowledged {
        findings.push(format!(
            "commit {acknowledged} was acknowledged, and the book is at {commits}"
        ));
    }
    // The next write must find its way, too.
    if let Err(error) = storage
        .begin(&Scope::write_book())
        .and_then(billbook::storage::Tx::commit)
    {
        findings.push(format!("the next write fails: {error}"));
    }
    (!findings.is_empty()).then(|| findings.join("; "))
}

/// Small, fast and the same in every run: which writes a power cut loses must not change from run to run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (bound as u64)).expect("a small number")
    }
}

/// How a writer's life may end.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Kill,
    PowerCut,
}

/// How many of the moments looked at leave a damaged book, and an example.
fn damaged_moments(name: &str, end: End, every: usize) -> (usize, usize, String) {
    let work = tempfile::tempdir().expect("a directory");
    let deeds = record(name, work.path());
    let dir = work.path().join("book");
    let (mut disk, mut chance) = (Disk::default(), Chance(0x9E37_79B9_7F4A_7C15));
    let (mut looked, mut damaged, mut example) = (0, 0, String::new());
    for (moment, deed) in deeds.iter().enumerate() {
        disk.play(deed);
        if moment % every != 0 {
            continue;
        }
        let files = match end {
            End::Kill => disk.after_kill(),
            End::PowerCut => disk.after_power_cut(&mut |bound| chance.below(bound)),
        };
        looked += 1;
        if let Some(what) = damage(&dir, &files, disk.acknowledged, name) {
            damaged += 1;
            example = format!("after deed {moment} ({:.80}): {what}", format!("{deed:?}"));
        }
    }
    println!("{name}: {damaged} of {looked} moments leave a damaged book");
    (looked, damaged, example)
}

#[test]
fn a_kill_at_any_moment_leaves_the_book_sound() {
    let (looked, damaged, example) = damaged_moments("safe", End::Kill, 2);
    assert!(looked > 100, "only {looked} moments");
    assert_eq!(damaged, 0, "of {looked}: {example}");
}

#[test]
fn a_power_cut_at_any_moment_loses_nothing_acknowledged() {
    let (looked, damaged, example) = damaged_moments("safe", End::PowerCut, 1);
    assert!(looked > 200, "only {looked} moments");
    assert_eq!(damaged, 0, "of {looked}: {example}");
}

#[test]
fn the_kills_have_teeth_a_write_ahead_log_is_caught() {
    let (looked, damaged, _) = damaged_moments("wal", End::Kill, 1);
    assert!(damaged > 0, "none of {looked}");
}

#[test]
fn the_power_cuts_have_teeth_missing_syncs_are_caught() {
    for name in ["no-sync", "no-directory-sync"] {
        let (looked, damaged, _) = damaged_moments(name, End::PowerCut, 1);
        assert!(damaged > 0, "{name}: none of {looked}");
    }
}
