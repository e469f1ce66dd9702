//! Exports of all bills.

use crate::peers::{Duck, Shell};
use crate::run::{
    Cost, Peer, billbook, median, median_cost, rounds, row, settle, timed_with_memory,
};
use crate::run::{lines, with_peak};
use crate::stage::Stage;
use std::path::Path;

/// `bill export` to a file, against the same join out of one file with the same rows and indexes. billbook waits until its
/// file is on disk, which the shell leaves to the system: the second row has the shell's file brought there, too.
pub fn all_bills(stage: &Stage) {
    let (shell, duck) = (Shell::find(), Duck::find());
    let (book, output) = (stage.filled_book(), stage.dir.join("export.csv"));
    let (mut ours, mut written, mut on_disk, mut ducks) = (vec![], vec![], vec![], vec![]);
    rounds(|| {
        ours.push(export(&book, &output, stage.batch.items()));
        if let Some(shell) = &shell {
            let peer = stage.shell_peer(shell);
            settle(&peer);
            let times = shell.export(&peer, &output);
            written.push(times.0);
            on_disk.push(times.1);
            assert_eq!(lines(&output), stage.batch.items(), "items the shell wrote");
        }
        if let Some(duck) = &duck {
            let peer = stage.duck_peer(duck);
            settle(&peer);
            ducks.push(duck.export(&peer, &output));
            assert_eq!(lines(&output), stage.batch.items(), "items DuckDB wrote");
        }
    });
    std::fs::remove_file(&output).expect("the last export");
    let ours = median_cost(&ours);
    let what = with_peak("export of all bills", ours.peak);
    let against = |name, how, times, aim| {
        let time = median(times);
        row(&what, ours.time, &Peer { name, how, time }, aim);
    };
    let aim = "at most 0.5, under 300 MiB";
    against(Shell::NAME, " -csv of the join", written, aim);
    let how = " -csv of the join, until it is on disk";
    against(Shell::NAME, how, on_disk, "none set");
    against(
        Duck::name(duck.as_ref()),
        " COPY of the join",
        ducks,
        "none set",
    );
}

/// Exports a book that has so many items.
pub fn export(book: &Path, output: &Path, items: u64) -> Cost {
    settle(book);
    let mut command = billbook(book, &["bill", "export", "--quiet", "--output"]);
    command.arg(output);
    let cost = timed_with_memory(command);
    assert_eq!(
        lines(output),
        items + 1,
        "a line for each item, and the columns"
    );
    cost
}
