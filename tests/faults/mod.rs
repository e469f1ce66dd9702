//! Crashes and power cuts at every moment of a writer's life, simulated from a record of what it did to its files.
//!
//! A writer runs once under the recorder. Then, for moments spread over its whole life, the state of the disk after a kill
//! and after power cuts is laid out and the book in it is opened: it must be sound, and hold every commit that had been
//! acknowledged. Two ways of committing that are known to be bad must be caught by the same test.

mod crowd;
mod disk;
mod full_disk;
mod imports;
mod read_only;
mod replaced;
mod uncertain;

use billbook::app::bill::{self, NewBill, NewItem, Step};
use billbook::app::{Deed, book, party};
use billbook::context::Interrupt;
use billbook::domain::{Bill, BillNumber, BillStatus, Currency, Customer, Note, Product};
use billbook::storage::sqlite::{Durability, Location, SqliteStorage};
use billbook::storage::{Load, Scope, Storage, YearLoad};
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

/// A bill like the first of 2024, under another number.
fn like_the_first(storage: &mut SqliteStorage, id: &str) -> anyhow::Result<Bill> {
    let first = storage.begin(&Scope::Read)?.bill("2024-1".parse()?)?;
    let first = first.ok_or_else(|| anyhow::anyhow!("there is no bill"))?;
    let (number, date): (BillNumber, _) = (id.parse()?, format!("{}-05-06", &id[..4]).parse()?);
    let (customer, items) = (first.customer().clone(), first.items().to_vec());
    let reference = Some(format!("L-{id}").parse()?);
    let bill = Bill::new(number, customer, date, first.status(), reference, items)?;
    Ok(bill)
}

/// Loads a bill under each of the numbers, and changes the first of 2024 if `changes`.
fn load(storage: &mut SqliteStorage, ids: &[&str], changes: bool) -> anyhow::Result<()> {
    let mut pieces = BTreeMap::new();
    for id in ids {
        let bill = like_the_first(storage, id)?;
        pieces.insert(bill.number(), Load::Insert(vec![bill]));
    }
    let mut tx = storage.begin(&Scope::write_book())?;
    if changes {
        let number: BillNumber = "2024-1".parse()?;
        let old = tx.bill(number)?.ok_or_else(|| anyhow::anyhow!("no bill"))?;
        let items = [old.items(), old.items()].concat();
        let (customer, reference) = (old.customer().clone(), old.reference().cloned());
        let new = Bill::new(number, customer, old.date(), old.status(), reference, items)?;
        let history = vec![];
        pieces.insert(number, Load::Change { old, new, history });
    }
    let mut years = BTreeMap::new();
    for number in pieces.keys() {
        let plan: &mut YearLoad = years.entry(number.year()).or_default();
        plan.new += u64::from(number.sequence() != 1 || number.year().get() != 2024);
        plan.changed += u64::from(number.sequence() == 1 && number.year().get() == 2024);
    }
    tx.begin_load(&years)?;
    for (number, piece) in pieces {
        tx.load(number.year(), piece)?;
    }
    tx.commit()?;
    Ok(())
}

/// The writer's life: a new book, two years made on the way, commits over one, two and three files, and loads that make a
/// year, replace one by a copy and change two in place.
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
    storage = storage.with_copies_from(1);
    load(&mut storage, &["2024-5", "2026-1"], true)?;
    acknowledge(&mut storage)?;
    let replaced = ["2024-5".parse()?];
    bill::step(&mut storage, &replaced, Step::Reopen, &deed)?;
    acknowledge(&mut storage)?;
    load(&mut storage, &["2024-6"], false)?;
    acknowledge(&mut storage)?;
    storage = storage.with_copies_from(u64::MAX);
    load(&mut storage, &["2024-7", "2025-5", "2027-1"], true)?;
    acknowledge(&mut storage)?;
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
///
/// Every other time a year is replaced before anything has looked at it: what a killed write left beside the old file must
/// not come over the new one.
fn damage(
    dir: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    acknowledged: u64,
    (name, replaces_first): (&str, bool),
) -> Option<String> {
    fs::remove_dir_all(dir).expect("a directory");
    fs::create_dir(dir).expect("a directory");
    write_files(dir, files);
    let _ = fs::remove_file(dir.join("acknowledged"));
    if !dir.join("book.db").exists() {
        return (acknowledged > 0).then(|| "the book is gone".to_owned());
    }
    let mut storage = open(dir, durability(name)).with_copies_from(1);
    let commits = match storage.begin(&Scope::Read).and_then(|mut tx| tx.info()) {
        Ok(info) => info.commits,
        Err(error) => return Some(error.to_string()),
    };
    let mut findings = Vec::new();
    if commits < acknowledged {
        findings.push(format!(
            "commit {acknowledged} was acknowledged, and the book is at {commits}"
        ));
    }
    if !replaces_first {
        findings.extend(checked(&mut storage));
    }
    // The next write must find its way, too.
    if let Err(error) = replace(&mut storage) {
        findings.push(format!("the next write fails: {error:#}"));
    }
    findings.extend(checked(&mut storage));
    (!findings.is_empty()).then(|| findings.join("; "))
}

fn checked(storage: &mut SqliteStorage) -> Vec<String> {
    let mut findings = Vec::new();
    if let Err(error) = book::check(storage, &mut |finding| {
        findings.push(format!("{finding:?}"));
    }) {
        findings.push(format!("{error:#}"));
    }
    findings
}

/// Replaces the file of 2024 where there is one, and makes a commit of nothing elsewhere.
fn replace(storage: &mut SqliteStorage) -> anyhow::Result<()> {
    let year = "2024".parse()?;
    let mut tx = storage.begin(&Scope::write_book())?;
    let last = tx.last_sequence(year)?;
    let first = tx.bill("2024-1".parse()?)?;
    if let Some(first) = first {
        let (customer, items) = (first.customer().clone(), first.items().to_vec());
        let number = BillNumber::new(year, last + 1).ok_or_else(|| anyhow::anyhow!("full"))?;
        let bill = Bill::new(number, customer, first.date(), first.status(), None, items)?;
        tx.begin_load(&BTreeMap::from([(year, YearLoad { new: 1, changed: 0 })]))?;
        tx.load(year, Load::Insert(vec![bill]))?;
    }
    tx.commit()?;
    Ok(())
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
        if let Some(what) = damage(&dir, &files, disk.acknowledged, (name, looked % 2 == 0)) {
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
