//! What becomes of each bill of a file, as it waits to be applied.

use super::missing::Missing;
use super::version::{VersionOf, VersionPacker, VersionUnpacker};
use crate::domain::{
    Bill, BillNumber, BillStatus, BilledCustomer, BilledProduct, BillingYear, Currency, Item,
    Money, Quantity, Reference,
};
use crate::storage::Tx;
use crate::transfer::keys;
use crate::transfer::plan::Fate;
use crate::transfer::problems::Side;
use crate::transfer::refusals::{Spans, place_of};
use crate::transfer::row::Span;
use crate::transfer::spool::{Packer, Unpacker};
use anyhow::Context as _;
use chrono::NaiveDate;

/// How a bill is known in its file.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) enum Key {
    /// By its reference, which is its own within its year.
    Reference(String),
    /// By its number.
    Number(BillNumber),
}

impl Key {
    fn pack(&self, packer: &mut Packer) {
        match self {
            Self::Reference(text) => {
                packer.byte(0);
                packer.text(text);
            }
            Self::Number(number) => {
                packer.byte(1);
                packer.signed(number.id());
            }
        }
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<Self> {
        Ok(match unpacker.byte()? {
            0 => Self::Reference(unpacker.text()?.to_owned()),
            _ => Self::Number(BillNumber::from_id(unpacker.signed()?).context("a number")?),
        })
    }

    /// What records are found by that have the same.
    pub fn hash(&self) -> u64 {
        match self {
            Self::Reference(text) => keys::hash(0, text.as_bytes()),
            Self::Number(number) => keys::hash(1, &number.id().to_le_bytes()),
        }
    }
}

/// What is known of a bill apart from what it holds.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub fate: Fate,
    pub year: Option<BillingYear>,
    /// Where its rows are.
    pub spans: Spans,
    pub key: Option<Key>,
    /// What it may be known by as well, if wrong rows in it are of other bills.
    pub suspects: Vec<Key>,
    /// The bill of the book that it is, whatever the file knows it by.
    pub stored: Option<BillNumber>,
    /// The number given for a new bill, or that of the one that is changed.
    pub number: Option<BillNumber>,
    pub items: u64,
    pub total: Money,
}

impl Head {
    /// All that it is known by, and in which year: two records that share one of them are of the same bill.
    pub fn keys(&self) -> impl Iterator<Item = (Key, Option<BillingYear>)> {
        let numbers = [self.stored, self.number].into_iter().flatten();
        let own = self.key.iter().cloned().chain(numbers.map(Key::Number));
        let suspects = self.suspects.iter().cloned().map(|key| (key, None));
        own.map(|key| (key, self.year)).chain(suspects)
    }

    /// The file and line to name in a message.
    pub fn place(&self) -> (Side, u64) {
        place_of(self.spans)
    }

    fn pack(&self, packer: &mut Packer) {
        self.fate.pack(packer);
        packer.number(self.year.map_or(0, |year| u64::from(year.get())));
        for span in self.spans {
            Span::pack(span, packer);
        }
        let keys = self.key.iter().chain(&self.suspects);
        packer.byte(u8::from(self.key.is_some()));
        packer.number(keys.clone().count() as u64);
        for key in keys {
            key.pack(packer);
        }
        packer.signed(self.number.map_or(0, BillNumber::id));
        packer.signed(self.stored.map_or(0, BillNumber::id));
        packer.number(self.items);
        packer.signed(self.total.ten_thousandths());
    }

    /// Takes it out of a record.
    pub fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<Self> {
        let fate = Fate::unpack(unpacker)?;
        let year = i32::try_from(unpacker.number()?)
            .ok()
            .and_then(BillingYear::new);
        let spans = [Span::unpack(unpacker)?, Span::unpack(unpacker)?];
        let has_key = unpacker.byte()? == 1;
        let keys = 0..unpacker.number()?;
        let keys: anyhow::Result<Vec<Key>> = keys.map(|_| Key::unpack(unpacker)).collect();
        let mut keys = keys?.into_iter();
        let key = if has_key { keys.next() } else { None };
        Ok(Self {
            fate,
            year,
            spans,
            key,
            suspects: keys.collect(),
            number: BillNumber::from_id(unpacker.signed()?),
            stored: BillNumber::from_id(unpacker.signed()?),
            items: unpacker.number()?,
            total: Money::from_ten_thousandths(unpacker.signed()?).context("a total")?,
        })
    }
}

/// Packs records.
#[derive(Debug, Default)]
pub(super) struct RecordPacker {
    packer: Packer,
    customers: VersionPacker<BilledCustomer>,
    products: VersionPacker<BilledProduct>,
}

impl RecordPacker {
    /// A record: of a new bill with itself, of a changed one with its old and new state, of any other with nothing.
    pub fn pack(&mut self, head: &Head, bills: &[&Bill], missing: &Missing) -> &[u8] {
        self.packer.clear();
        head.pack(&mut self.packer);
        for bill in bills {
            self.bill(bill, missing);
        }
        &self.packer.0
    }

    fn bill(&mut self, bill: &Bill, missing: &Missing) {
        let packer = &mut self.packer;
        self.customers.pack(bill.customer(), missing, packer);
        let since = bill.date().signed_duration_since(NaiveDate::default());
        packer.signed(since.num_days());
        packer.byte(bill.status() as u8);
        packer.text(bill.reference().map_or("", Reference::as_str));
        packer.number(bill.items().len() as u64);
        for item in bill.items() {
            self.products.pack(item.product(), missing, packer);
            packer.signed(item.quantity().ten_thousandths());
            packer.signed(item.unit_price().ten_thousandths());
        }
    }
}

/// A bill that waits: some of what is on it may still have to be made.
#[derive(Debug)]
pub(super) struct Waiting {
    customer: VersionOf<BilledCustomer>,
    date: NaiveDate,
    status: BillStatus,
    reference: Option<Reference>,
    items: Vec<(VersionOf<BilledProduct>, Quantity, Money)>,
}

impl Waiting {
    /// Tells the registry of what is to be made that this bill does not mention it after all.
    pub fn discount(&self, missing: &mut Missing) {
        missing.customers.discount(&self.customer);
        for (product, _, _) in &self.items {
            missing.products.discount(product);
        }
    }

    /// The bill under its number, with all that it mentions made.
    pub fn issue(
        self,
        number: BillNumber,
        tx: &mut dyn Tx,
        missing: &mut Missing,
        currency: Currency,
    ) -> anyhow::Result<Bill> {
        let customer = missing.made(self.customer, Money::ZERO, tx)?;
        let mut items = Vec::with_capacity(self.items.len());
        for (product, quantity, price) in self.items {
            let product = missing.made(product, price, tx)?;
            items.push(Item::new(product, quantity, price, currency)?);
        }
        Ok(Bill::new(
            number,
            customer,
            self.date,
            self.status,
            self.reference,
            items,
        )?)
    }
}

/// Unpacks records, from the first on and in order.
#[derive(Debug, Default)]
pub(super) struct RecordUnpacker {
    customers: VersionUnpacker<BilledCustomer>,
    products: VersionUnpacker<BilledProduct>,
}

impl RecordUnpacker {
    /// What was packed: the head, and as many bills as its fate goes with.
    pub fn unpack(&mut self, record: &[u8]) -> anyhow::Result<(Head, Vec<Waiting>)> {
        let mut unpacker = Unpacker(record);
        let head = Head::unpack(&mut unpacker)?;
        let bills = match head.fate {
            Fate::New => 1,
            Fate::Changed => 2,
            Fate::Unchanged | Fate::Skipped | Fate::Refused => 0,
        };
        let bills = (0..bills).map(|_| self.bill(&mut unpacker));
        Ok((head, bills.collect::<anyhow::Result<_>>()?))
    }

    fn bill(&mut self, unpacker: &mut Unpacker<'_>) -> anyhow::Result<Waiting> {
        let customer = self.customers.unpack(unpacker)?;
        let days = chrono::TimeDelta::try_days(unpacker.signed()?).context("a date")?;
        let date = NaiveDate::default()
            .checked_add_signed(days)
            .context("a date")?;
        let status = BillStatus::ALL.get(usize::from(unpacker.byte()?));
        let status = *status.context("a status")?;
        let reference = match unpacker.text()? {
            "" => None,
            text => Some(text.parse()?),
        };
        let count = usize::try_from(unpacker.number()?)?;
        let mut items = Vec::with_capacity(count.min(crate::domain::MAX_ITEMS));
        for _ in 0..count {
            items.push((
                self.products.unpack(unpacker)?,
                Quantity::from_ten_thousandths(unpacker.signed()?).context("a quantity")?,
                Money::from_ten_thousandths(unpacker.signed()?).context("a price")?,
            ));
        }
        Ok(Waiting {
            customer,
            date,
            status,
            reference,
            items,
        })
    }
}
