//! Books of any size as CSV files, always the same ones.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

pub const CUSTOMERS: u32 = 10_000;
pub const PRODUCTS: u32 = 1_000;
/// Items of each bill.
pub const ITEMS: u32 = 3;
/// The first billing year.
const FIRST_YEAR: u32 = 1960;

/// One bill, as every file tells it.
pub struct Bill {
    pub year: u32,
    pub sequence: u32,
    pub reference: String,
    pub customer: u32,
    pub date: String,
    pub status: &'static str,
    /// Product, quantity, unit price in cents.
    pub items: [(u32, u32, u32); ITEMS as usize],
}

/// Bills that follow each other in each of the years, which share them evenly.
#[derive(Clone, Copy)]
pub struct Batch {
    pub bills: u32,
    pub years: u32,
    /// How many batches of this size come before it, with the numbers before its own.
    pub before: u32,
}

impl Batch {
    pub fn first(bills: u32, years: u32) -> Self {
        Self {
            bills,
            years,
            before: 0,
        }
    }

    /// The batch that goes on where this one ends.
    pub fn next(self) -> Self {
        Self {
            before: self.before + 1,
            ..self
        }
    }

    pub fn items(self) -> u64 {
        u64::from(self.bills) * u64::from(ITEMS)
    }
}

/// The bills of a batch, by number.
pub fn bills(batch: Batch) -> impl Iterator<Item = Bill> {
    let Batch {
        bills,
        years,
        before,
    } = batch;
    (0..years).flat_map(move |index| {
        let in_year = bills / years + u32::from(index < bills % years);
        (1..=in_year).map(move |nth| {
            let sequence = before * in_year + nth;
            let mixed = sequence.wrapping_mul(2_654_435_761).wrapping_add(index);
            let year = FIRST_YEAR + index;
            Bill {
                year,
                sequence,
                reference: format!("R{year}{sequence:08}"),
                customer: mixed % CUSTOMERS + 1,
                date: format!("{year}-{:02}-{:02}", mixed % 12 + 1, mixed % 28 + 1),
                status: ["paid", "paid", "paid", "pending", "cancelled"][(mixed % 5) as usize],
                items: std::array::from_fn(|line| {
                    let line = u32::try_from(line).expect("a few lines");
                    (
                        (mixed / 7 + line * 331) % PRODUCTS + 1,
                        line + 1,
                        mixed % 9_000 + 99,
                    )
                }),
            }
        })
    })
}

/// Creates a file and fills it, and waits until it is on disk: a later measure is not to pay for that.
fn file(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>) {
    let mut out = BufWriter::new(File::create(path).expect("a file"));
    fill(&mut out)
        .and_then(|()| out.flush())
        .and_then(|()| out.get_ref().sync_all())
        .expect("room for the file");
}

/// `customers.csv` and `products.csv` of the book that the bills go into.
pub fn write_parties(dir: &Path) {
    write_customers(&dir.join("customers.csv"), CUSTOMERS, true);
    file(&dir.join("products.csv"), |out| {
        writeln!(out, "id,name,description,price")?;
        (1..=PRODUCTS).try_for_each(|id| writeln!(out, "{id},Product {id},,{}.50", id % 90))
    });
}

/// Customers in billbook's own form, which names its columns; or as the rows of the table, with nothing in the last column.
pub fn write_customers(path: &Path, count: u32, own_form: bool) {
    file(path, |out| {
        if own_form {
            writeln!(out, "id,name,email,address")?;
        }
        let end = if own_form { "" } else { "," };
        (1..=count).try_for_each(|id| {
            writeln!(
                out,
                "{id},Customer {id},c{id}@example.com,\"Street {id}, Town\"{end}"
            )
        })
    });
}

/// Bills in billbook's own form, a row for each item.
pub fn write_bills(path: &Path, batch: Batch) {
    file(path, |out| {
        writeln!(
            out,
            "reference,number,customer,date,status,product,quantity,unit_price"
        )?;
        for bill in bills(batch) {
            let Bill {
                year,
                sequence,
                reference,
                customer,
                date,
                status,
                items,
            } = bill;
            for (product, quantity, cents) in items {
                let (whole, cents) = (cents / 100, cents % 100);
                writeln!(
                    out,
                    "{reference},{year}-{sequence:06},{customer},{date},{status},{product},{quantity},{whole}.{cents:02}"
                )?;
            }
        }
        Ok(())
    });
}

/// The columns of the two tables of bills.
pub const BILLING_COLUMNS: &str =
    "id,customer_id,date,total_amount,status,reference,billed_customer_id,checksum";
pub const ITEM_COLUMNS: &str =
    "id,billing_id,product_id,quantity,unit_price,total_price,billed_product_id";

/// The same bills as `billings.csv` and `billing_items.csv`, already split and scaled as the tables want them: the least
/// work that a bare import can be given. A peer that takes the columns' names from the file has them there.
pub fn write_tables(dir: &Path, batch: Batch, named_columns: bool) {
    file(&dir.join("billings.csv"), |out| {
        if named_columns {
            writeln!(out, "{BILLING_COLUMNS}")?;
        }
        for bill in bills(batch) {
            let Bill {
                year,
                sequence,
                reference,
                customer,
                date,
                status,
                items,
            } = bill;
            let total: u64 = items
                .iter()
                .map(|(_, quantity, cents)| u64::from(quantity * cents) * 100)
                .sum();
            let id = u64::from(year) * 1_000_000_000 + u64::from(sequence);
            writeln!(
                out,
                "{id},{customer},{date},{total},{status},{reference},{customer},0"
            )?;
        }
        Ok(())
    });
    file(&dir.join("billing_items.csv"), |out| {
        if named_columns {
            writeln!(out, "{ITEM_COLUMNS}")?;
        }
        for bill in bills(batch) {
            let id = u64::from(bill.year) * 1_000_000_000 + u64::from(bill.sequence);
            for (line, (product, quantity, cents)) in bill.items.into_iter().enumerate() {
                let item = id * 100_000 + line as u64 + 1;
                let (amount, price) = (quantity * 10_000, cents * 100);
                writeln!(
                    out,
                    "{item},{id},{product},{amount},{price},{},{product}",
                    price * quantity
                )?;
            }
        }
        Ok(())
    });
}
