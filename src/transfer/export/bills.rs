//! Bills, read and written on several threads, in the order of their numbers.

use super::bill_rows::{HEAD_FIELDS, ITEM_FIELDS, write_apart, write_bill};
use super::blocks::{Cut, in_order};
use crate::app::bill::{Selection, intact};
use crate::app::visit;
use crate::domain::{BillNumber, BillingYear, Currency};
use crate::storage::{BillFilter, BillScan, Scope, Storage, Tx};
use crate::transfer::ExportError;
use crate::transfer::bills::BILL_FIELDS;
use crate::transfer::progress::{Progress, Watch};
use crate::transfer::rows::Rows;
use anyhow::{Result, bail};
use std::io::Write;
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, PoisonError};

/// Which bills are exported, and how.
#[derive(Clone, Debug, Default)]
pub struct BillExport {
    /// Which.
    pub selection: Selection,
    /// Whether texts are left as they are, unsafe for spreadsheets.
    pub raw: bool,
    /// How the work is cut. What is written does not depend on it.
    pub cut: Cut,
}

/// Where bills go.
pub struct BillSheets<'o> {
    /// The bills, and their items with them unless those have a file of their own.
    pub bills: &'o mut dyn Write,
    /// The items, if they have.
    pub items: Option<&'o mut dyn Write>,
}

/// Some rows on their way to the thread that writes, or what ended their block.
type Piece = Result<Written>;

/// Rows as bytes.
struct Written {
    /// How many bills they are of.
    count: u64,
    bills: Vec<u8>,
    items: Vec<u8>,
}

/// A part of a year's numbers, both ends included.
type Block = (BillNumber, BillNumber);

/// Writes the bills that a selection finds, by number, and tells how many there were: one row for each item, or in two
/// files, a row for each bill and one for each item. Every bill is verified; damage ends the export with the bills before
/// it written.
pub fn export_bills(
    storage: &mut dyn Storage,
    export: &BillExport,
    sheets: BillSheets<'_>,
    progress: &mut dyn Progress,
) -> Result<u64> {
    let mut tx = storage.begin(&Scope::Read)?;
    let filter = export.selection.resolve(&mut *tx)?;
    let currency = tx.info()?.currency;
    let apart = sheets.items.is_some();
    if apart {
        require_references(&mut *tx, &filter)?;
    }
    let blocks = blocks(&mut *tx, &filter, export.cut.numbers)?;
    let mut watch = Watch::begin(progress, "exporting", Some(tx.count_bills(&filter)?));
    let spare = Spare::default();
    let workers = (0..export.cut.threads.clamp(1, blocks.len().max(1)))
        .map(|_| {
            let mut worker = Worker {
                scan: tx.scanner()?,
                filter: &filter,
                currency,
                piece_bytes: export.cut.piece_bytes,
                spare: &spare,
                bills: Rows::new(export.raw),
                items: apart.then(|| Rows::new(export.raw)),
                count: 0,
            };
            Ok(move |block: Block, pieces: &SyncSender<Piece>| worker.run(block, pieces))
        })
        .collect::<Result<Vec<_>>>()?;
    let BillSheets { bills, mut items } = sheets;
    header(bills, if apart { &HEAD_FIELDS } else { &BILL_FIELDS })?;
    if let Some(items) = &mut items {
        header(*items, &ITEM_FIELDS)?;
    }
    let mut count = 0;
    in_order(blocks, workers, |piece: Piece| {
        let piece = piece?;
        bills.write_all(&piece.bills)?;
        if let Some(items) = &mut items {
            items.write_all(&piece.items)?;
        }
        count += piece.count;
        spare.put([piece.bills, piece.items]);
        watch.reach(count)
    })?;
    bills.flush()?;
    if let Some(items) = &mut items {
        items.flush()?;
    }
    Ok(count)
}

/// Items in a file of their own are joined by reference, so that each bill needs one.
fn require_references(tx: &mut dyn Tx, filter: &BillFilter) -> Result<()> {
    let without = BillFilter {
        unreferenced: true,
        limit: Some(1),
        ..filter.clone()
    };
    match tx.list_bills(&without)?.first() {
        Some(bill) => Err(ExportError::NoReference {
            number: bill.number,
        }
        .into()),
        None => Ok(()),
    }
}

/// Cuts the years that the filter concerns. Where it finds few of a year's bills, by an index, the year is one block.
fn blocks(tx: &mut dyn Tx, filter: &BillFilter, numbers: u32) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    for year in tx.years()? {
        if !filter.may_match(year) {
            continue;
        }
        // Behind the year's last number, too, something could lie that must not be: it is for the last block to find it.
        let last = BillNumber::MAX_SEQUENCE;
        let cuts = if filter.within(year).is_broad() {
            tx.last_sequence(year)?.div_ceil(numbers.max(1)).max(1)
        } else {
            1
        };
        for cut in 0..cuts {
            let end = if cut + 1 == cuts {
                last
            } else {
                (cut + 1) * numbers
            };
            blocks.extend(block(year, cut * numbers + 1, end));
        }
    }
    Ok(blocks)
}

fn block(year: BillingYear, first: u32, last: u32) -> Option<Block> {
    Some((BillNumber::new(year, first)?, BillNumber::new(year, last)?))
}

fn header(out: &mut dyn Write, fields: &[&str]) -> Result<()> {
    let mut rows = Rows::new(true);
    for field in fields {
        rows.cell(field);
    }
    rows.end();
    Ok(out.write_all(rows.bytes())?)
}

/// Buffers that were written out and can be used again, which spares the system making their pages anew.
#[derive(Default)]
struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    fn get(&self) -> Vec<u8> {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spare.pop().unwrap_or_default()
    }

    fn put(&self, buffers: [Vec<u8>; 2]) {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spare.extend(buffers.into_iter().filter(|buffer| buffer.capacity() > 0));
    }
}

/// What one thread writes with.
struct Worker<'f> {
    scan: Box<dyn BillScan>,
    filter: &'f BillFilter,
    currency: Currency,
    piece_bytes: usize,
    spare: &'f Spare,
    bills: Rows,
    items: Option<Rows>,
    count: u64,
}

impl Worker<'_> {
    /// Sends a block's bills, and what ended it early, if something did.
    fn run(&mut self, block: Block, pieces: &SyncSender<Piece>) {
        let Self {
            scan,
            filter,
            currency,
            piece_bytes,
            spare,
            bills,
            items,
            count,
        } = self;
        let send = |bills: &mut Rows, items: &mut Option<Rows>, count: &mut u64| {
            let written = Written {
                count: std::mem::take(count),
                bills: bills.take(spare.get()),
                items: match items {
                    Some(items) => items.take(spare.get()),
                    None => Vec::new(),
                },
            };
            if pieces.send(Ok(written)).is_err() {
                bail!("nobody takes the bills any more");
            }
            Ok(())
        };
        let walked = visit(
            |each| scan.each_bill_between(block.0, block.1, filter, each),
            |bill| {
                let bill = intact(bill)?;
                match items {
                    Some(items) => write_apart(bills, items, &bill, *currency),
                    None => write_bill(bills, &bill, *currency),
                }
                *count += 1;
                let waiting = items.as_ref().map_or(0, |items| items.bytes().len());
                if bills.bytes().len().max(waiting) < *piece_bytes {
                    return Ok(());
                }
                send(bills, items, count)
            },
        );
        if let Err(error) = send(bills, items, count).and(walked) {
            // Where nobody takes it, something else has ended the export already.
            let _ = pieces.send(Err(error));
        }
    }
}
