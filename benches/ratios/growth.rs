//! What a book of ten times the bills costs.

use crate::export::export;
use crate::generator::Batch;
use crate::run::{median_cost, rounds};
use crate::stage::{Stage, import_bills};
use std::path::Path;
use std::time::Duration;

/// A table of its own: the same work at several sizes, and what the import of one bill takes in relation to the smallest
/// size and to the one before. The smallest has the largest share of what does not grow, such as the making of the files.
pub fn table(dir: &Path, sizes: &[u32], years: u32) {
    println!("\nWhat growth costs: ten times the bills are to take at most 11 times as long\n");
    println!(
        "| bills | file | import | re-import | export | peak memory | import of one bill, to the smallest | to the row before |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut earlier = None;
    for &bills in sizes {
        let each = line(&dir.join("growth"), Batch::first(bills, years), earlier);
        earlier = Some((earlier.map_or(each, |(smallest, _)| smallest), each));
    }
}

/// Measures one size and tells the seconds that the import of one bill took; `earlier` is that of the smallest size and of
/// the one before.
fn line(dir: &Path, batch: Batch, earlier: Option<(f64, f64)>) -> f64 {
    let stage = Stage::new(dir, batch);
    let bills_csv = stage.bills_csv();
    let size = std::fs::metadata(&bills_csv).expect("the file").len();
    let output = dir.join("export.csv");
    let (mut imports, mut again, mut exports) = (vec![], vec![], vec![]);
    rounds(|| imports.push(stage.import()));
    rounds(|| again.push(import_bills(&stage.book(), &bills_csv)));
    rounds(|| exports.push(export(&stage.book(), &output, batch.items())));
    Stage::assert_bills(&stage.book(), batch.bills.into());
    let costs = [imports, again, exports].map(|costs| median_cost(&costs));
    let peak = costs.iter().filter_map(|cost| cost.peak).max();
    let [import, again, export] = costs.map(|cost| cost.time);
    let each = import.as_secs_f64() / f64::from(batch.bills);
    let peak = peak.map_or(String::new(), |peak| format!("{} MiB", peak / 1024));
    let (smallest, before) = earlier.unwrap_or((each, each));
    println!(
        "| {} | {:.1} MB | {} | {} | {} | {peak} | {:.2} | {:.2} |",
        batch.bills,
        f64::from(u32::try_from(size / 1000).expect("a file below 4 TB")) / 1000.0,
        seconds(import),
        seconds(again),
        seconds(export),
        each / smallest,
        each / before,
    );
    std::fs::remove_dir_all(dir).expect("a directory that can go");
    each
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
