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

/// The bills of a book, by number.
pub fn bills(count: u32, years: u32) -> impl Iterator<Item = Bill> {
    let in_year = move |index: u32| count / years + u32::from(index < count % years);
    (0..years).flat_map(move |index| {
        (1..=in_year(index)).map(move |sequence| {
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

/// Creates a file and fills it.
pub fn file(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>) {
    let mut out = BufWriter::new(File::create(path).expect("a file"));
    fill(&mut out)
        .and_then(|()| out.flush())
        .expect("room for the file");
}

/// `customers.csv`, `products.csv` and `bills.csv`, in billbook's own form.
pub fn write_csv(dir: &Path, count: u32, years: u32) {
    file(&dir.join("customers.csv"), |out| {
        writeln!(out, "id,name,email,address")?;
        (1..=CUSTOMERS).try_for_each(|id| {
            writeln!(
                out,
                "{id},Customer {id},c{id}@example.com,\"Street {id}, Town\""
            )
        })
    });
    file(&dir.join("products.csv"), |out| {
        writeln!(out, "id,name,description,price")?;
        (1..=PRODUCTS).try_for_each(|id| writeln!(out, "{id},Product {id},,{}.50", id % 90))
    });
    file(&dir.join("bills.csv"), |out| {
        writeln!(
            out,
            "reference,number,customer,date,status,product,quantity,unit_price"
        )?;
        for bill in bills(count, years) {
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

/// The same bills as `billings.csv` and `billing_items.csv`, already split and scaled as the tables want them: the least
/// work that a bare import can be given.
pub fn write_tables(dir: &Path, count: u32, years: u32) {
    file(&dir.join("billings.csv"), |out| {
        for bill in bills(count, years) {
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
        for bill in bills(count, years) {
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
