//! `billbook bill export`.

use super::filter_args::FilterArgs;
use crate::cli::UsageError;
use crate::cli::csv_args::{self, WriteArgs};
use crate::cli::exit::Exit;
use crate::cli::progress::Unit;
use crate::cli::session::Session;
use crate::transfer::{self, BillExport, BillSheets};
use std::fs;
use std::path::{Path, PathBuf};

/// Export bills as CSV, by number, one row for each item
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What is written can be imported again, into a book that holds the customers and products. It is CSV \
whatever --format says. References that a spreadsheet would run as formulas get a ' before them, which the import takes off \
again; --raw turns both off.

With --items there are two files, which 'bill import BILLS --items ITEMS' reads: a row for each bill, and a row for each \
item, joined by the reference, which every bill must have.

Examples:
  billbook bill export --output bills.csv
  billbook bill export --year 2026 --status paid > paid.csv
  billbook bill export --output bills.csv --items items.csv"
)]
pub struct Args {
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    write: WriteArgs,
    /// Write the items into a file of their own, joined to the bills by reference
    #[arg(long, value_name = "FILE")]
    items: Option<PathBuf>,
}

impl Args {
    /// Exports the bills.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        let export = BillExport {
            selection: self.filter.selection(),
            raw: self.write.raw,
            ..BillExport::default()
        };
        if let Some(items) = &self.items {
            return apart(session, &export, self.write.file(), items);
        }
        csv_args::export(session, "bills", &self.write, |storage, bills, progress| {
            let sheets = BillSheets { bills, items: None };
            transfer::export_bills(storage, &export, sheets, progress)
        })
    }
}

/// Exports bills and items as two files, or the bills to standard output. Neither is there before both are complete.
fn apart(
    session: &mut Session<'_, '_>,
    export: &BillExport,
    bills: Option<&Path>,
    items: &Path,
) -> anyhow::Result<Exit> {
    if items == Path::new("-") {
        let message = "the items need a file of their own: write --items FILE".to_owned();
        return Err(UsageError(message).into());
    }
    let mut storage = session.storage()?;
    let mut progress = session.progress(Unit::Rows);
    let Some(bills) = bills else {
        let out = &mut *session.context.out;
        transfer::write_file(items, |items| {
            let sheets = BillSheets {
                bills: out,
                items: Some(items),
            };
            transfer::export_bills(&mut *storage, export, sheets, &mut progress)
        })?;
        return Ok(Exit::Ok);
    };
    if is_same_file(bills, items) {
        let message = format!(
            "--output and --items both name {}: bills and items need a file each",
            items.display()
        );
        return Err(UsageError(message).into());
    }
    let written = transfer::write_files((bills, items), |bills, items| {
        let sheets = BillSheets {
            bills,
            items: Some(items),
        };
        transfer::export_bills(&mut *storage, export, sheets, &mut progress)
    })?;
    session.say(format_args!(
        "exported bills: {written}, to {} and {}",
        bills.display(),
        items.display()
    ))?;
    Ok(Exit::Ok)
}

/// Whether two paths lead to one file, which need not be there yet.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| {
        fs::canonicalize(path).ok().or_else(|| {
            let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
            let directory = fs::canonicalize(directory.unwrap_or(Path::new("."))).ok()?;
            Some(directory.join(path.file_name()?))
        })
    };
    one == other || real(one).is_some_and(|one| real(other) == Some(one))
}
