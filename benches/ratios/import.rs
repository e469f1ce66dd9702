//! Imports of bills: into new years, into years that exist, and again.

use crate::generator::{self, Batch};
use crate::peers::{Duck, Shell, SqliteUtils};
use crate::run::{Peer, median, median_cost, rounds, row, settle, with_peak};
use crate::stage::{Stage, count, import_bills, section};
use std::path::Path;

/// Sizes up to this are what `sqlite-utils` is given; of larger ones, a tenth.
const PATIENCE: u32 = 20_000;

/// `bill import` with every check, against imports of the same rows, split and scaled already. The sqlite3 shell runs
/// twice, into the same tables and indexes, for much hangs on when they are made: billbook makes its own after the rows.
pub fn new_years(stage: &Stage) {
    let (shell, duck) = (Shell::find(), Duck::find());
    let (tables, indexes) = (section("year"), section("year indexes"));
    let (early_file, late_file) = (stage.shell_peer_file(), stage.dir.join("late.db"));
    let duck_file = stage.duck_peer_file();
    let (mut ours, mut early, mut late, mut ducks) = (vec![], vec![], vec![], vec![]);
    rounds(|| {
        ours.push(stage.import());
        if let Some(shell) = &shell {
            let rows = stage.tables();
            remove(&early_file);
            let before = format!("{tables}\n{indexes}");
            early.push(shell.import(&early_file, &rows, &before, ""));
            assert_rows(&early_file, stage.batch.bills.into());
            late.push(shell.import(&late_file, &rows, tables, indexes));
            assert_rows(&late_file, stage.batch.bills.into());
            remove(&late_file);
        }
        if let Some(duck) = &duck {
            remove(&duck_file);
            ducks.push(duck.import(&duck_file, &stage.tables()));
            duck.assert_rows(&duck_file, "billings", stage.batch.bills.into());
            duck.assert_rows(&duck_file, "billing_items", stage.batch.items());
        }
    });
    Stage::assert_bills(&stage.book(), stage.batch.bills.into());
    let ours = median_cost(&ours);
    stage.set_first_import(ours);
    let what = with_peak("import of the bills, checked", ours.peak);
    let against = |name, how, times, aim| {
        let time = median(times);
        row(&what, ours.time, &Peer { name, how, time }, aim);
    };
    let aim = "at most 0.25, under 300 MiB";
    against(Shell::NAME, " .import", early, aim);
    against(Shell::NAME, " .import, indexes made last", late, "none set");
    against(
        Duck::name(duck.as_ref()),
        " COPY, no indexes, no checks",
        ducks,
        "none set",
    );
    new_years_of_a_few(stage);
}

/// The same against `sqlite-utils insert`, which takes minutes for what the others do in seconds: it is given a tenth of
/// the rows, and billbook's own import of that tenth stands beside it.
fn new_years_of_a_few(stage: &Stage) {
    let utils = SqliteUtils::find();
    let Batch { bills, years, .. } = stage.batch;
    let (few, share) = if bills > PATIENCE {
        (bills / 10, "a tenth of them, ")
    } else {
        (bills, "")
    };
    let part = Stage::new(&stage.dir.join("few"), Batch::first(few, years));
    let rows = part.dir.join("named");
    std::fs::create_dir(&rows).expect("a directory");
    generator::write_tables(&rows, part.batch, true);
    let peer = part.dir.join("utils.db");
    let (mut ours, mut theirs) = (vec![], vec![]);
    rounds(|| {
        ours.push(part.import());
        if let Some(utils) = &utils {
            theirs.push(utils.import(&peer, &rows));
            assert_rows(&peer, few.into());
            remove(&peer);
        }
    });
    let ours = median_cost(&ours);
    let what = format!("import of {share}{few} bills, checked");
    let what = with_peak(&what, ours.peak);
    let peer = Peer {
        name: SqliteUtils::NAME,
        how: " insert of the same, no other indexes, no checks",
        time: median(theirs),
    };
    row(&what, ours.time, &peer, "none set");
    remove(&part.dir);
}

/// As many bills again, for years that have bills already, against `.import` of the same rows into a file that holds the
/// first ones and their indexes. Each run has copies of its own.
pub fn existing_years(stage: &Stage) {
    let shell = Shell::find();
    let more = Stage::new(&stage.dir.join("more"), stage.batch.next());
    let both = 2 * u64::from(stage.batch.bills);
    let bills = more.bills_csv();
    let (copied_book, copied_peer) = (more.dir.join("book"), more.dir.join("peer.db"));
    let (mut ours, mut theirs) = (vec![], vec![]);
    rounds(|| {
        copy(&stage.filled_book(), &copied_book);
        ours.push(import_bills(&copied_book, &bills));
        Stage::assert_bills(&copied_book, both);
        remove(&copied_book);
        if let Some(shell) = &shell {
            copy(&stage.shell_peer(shell), &copied_peer);
            theirs.push(shell.import(&copied_peer, &more.tables(), "", ""));
            assert_rows(&copied_peer, both);
            remove(&copied_peer);
        }
    });
    let ours = median_cost(&ours);
    let what = with_peak("import of as many into the same years", ours.peak);
    let peer = Peer {
        name: Shell::NAME,
        how: " .import of the same",
        time: median(theirs),
    };
    row(&what, ours.time, &peer, "at most 0.5, under 300 MiB");
    remove(&more.dir);
}

/// The same file once more, of which every bill is unchanged, against the import that brought it in.
pub fn again(stage: &Stage) {
    let first = stage.first_import();
    let mut ours = vec![];
    rounds(|| ours.push(import_bills(&stage.book(), &stage.bills_csv())));
    Stage::assert_bills(&stage.book(), stage.batch.bills.into());
    let ours = median_cost(&ours);
    let peer = Peer {
        name: "billbook",
        how: ", the first import",
        time: Some(first.time),
    };
    let what = with_peak("import of the same bills again, unchanged", ours.peak);
    row(&what, ours.time, &peer, "under 1, under 300 MiB");
}

/// Makes sure that a peer has so many bills, with their items.
fn assert_rows(peer: &Path, bills: u64) {
    let items = bills * u64::from(generator::ITEMS);
    assert_eq!(count(peer, "billings"), bills, "bills of the peer");
    assert_eq!(count(peer, "billing_items"), items, "items of the peer");
}

/// Removes a file or a directory that may be there.
fn remove(path: &Path) {
    if path.is_dir() {
        std::fs::remove_dir_all(path).expect("a directory that can go");
    } else if path.exists() {
        std::fs::remove_file(path).expect("a file that can go");
    }
}

/// Copies a file, or a directory of files, and waits until the copy is on disk.
fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir(to).expect("a directory");
        for entry in std::fs::read_dir(from).expect("a directory") {
            let entry = entry.expect("an entry");
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("room for a copy");
        }
    } else {
        std::fs::copy(from, to).expect("room for a copy");
    }
    settle(to);
}
