//! Bills: creating, reading, changing and settling them.

use super::party::{self, Priced};
use super::{AppError, Deed, left_out, lookup::Lookup};
use crate::domain::{
    Action, Bill, BillEdit, BillNumber, BillStatus, BillingYear, Currency, Customer, CustomerRef,
    FieldChange, HistoryEntry, Item, ItemChange, Money, Product, ProductRef, Quantity, Reference,
    Refusal,
};
use crate::storage::{BillFilter, BillSummary, Scope, Storage, StorageError, Tx};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// An item to be billed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewItem {
    /// What.
    pub product: ProductRef,
    /// How much of it.
    pub quantity: Quantity,
    /// At which unit price; the product's own where none is given.
    pub unit_price: Option<Money>,
}

/// A bill to be created.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewBill {
    /// To whom.
    pub customer: CustomerRef,
    /// When; its year is the partition.
    pub date: NaiveDate,
    /// Where its life begins; a bill from elsewhere may be settled already.
    pub status: BillStatus,
    /// The number that another system gave it.
    pub reference: Option<Reference>,
    /// For what.
    pub items: Vec<NewItem>,
}

/// A change of one line.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LineChange {
    /// Another product.
    pub product: Option<ProductRef>,
    /// Another quantity.
    pub quantity: Option<Quantity>,
    /// Another unit price.
    pub unit_price: Option<Money>,
}

/// A change of a pending bill. What is `None` or empty stays as it is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BillChange {
    /// Another customer.
    pub customer: Option<CustomerRef>,
    /// Another date in the same year.
    pub date: Option<NaiveDate>,
    /// Another reference, or none.
    pub reference: Option<Option<Reference>>,
    /// Lines to change, from 1.
    pub change: BTreeMap<usize, LineChange>,
    /// Lines to remove.
    pub remove: Vec<usize>,
    /// Items to add at the end.
    pub add: Vec<NewItem>,
}

/// A step in a bill's life.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// It was settled.
    Pay,
    /// It is void.
    Cancel,
    /// Its payment is taken back.
    Reopen,
}

/// Creates a bill under the next number of its date's year.
pub fn create(storage: &mut dyn Storage, new: &NewBill) -> anyhow::Result<Priced<Bill>> {
    let year = BillingYear::of(new.date);
    let mut tx = storage.begin(&Scope::write_year(year))?;
    let currency = tx.info()?.currency;
    let mut lookup = Lookup::default();
    let customer = lookup.customer(&mut *tx, &new.customer)?;
    let items = new
        .items
        .iter()
        .map(|item| new_item(&mut *tx, &mut lookup, item, currency))
        .collect::<anyhow::Result<_>>()?;
    let number = next_number(year, tx.last_sequence(year)?)?;
    let bill = Bill::new(
        number,
        customer,
        new.date,
        new.status,
        new.reference.clone(),
        items,
    )?;
    tx.insert_bills(year, std::slice::from_ref(&bill))?;
    tx.commit()?;
    Ok((bill, currency))
}

/// The number after a year's last.
pub fn next_number(year: BillingYear, last: u32) -> Result<BillNumber, Refusal> {
    BillNumber::new(year, last + 1).ok_or(Refusal::OutOfRange {
        what: "the year's series of numbers",
    })
}

fn new_item(
    tx: &mut dyn Tx,
    lookup: &mut Lookup,
    item: &NewItem,
    currency: Currency,
) -> anyhow::Result<Item> {
    let found = lookup.product(tx, &item.product)?;
    let price = item.unit_price.unwrap_or(found.price);
    Ok(Item::new(found.product, item.quantity, price, currency)?)
}

/// A bill with what happened to it.
pub type Recorded = (Bill, Vec<HistoryEntry>);

/// Reads bills as billed, with what happened to them.
pub fn show(
    storage: &mut dyn Storage,
    numbers: &[BillNumber],
) -> anyhow::Result<Priced<Vec<Recorded>>> {
    let mut tx = storage.begin(&Scope::Read)?;
    let mut shown = Vec::with_capacity(numbers.len());
    for &number in numbers {
        shown.push((load(&mut *tx, number)?, tx.history(number)?));
    }
    Ok((shown, tx.info()?.currency))
}

fn load(tx: &mut dyn Tx, number: BillNumber) -> anyhow::Result<Bill> {
    tx.bill(number)?.ok_or_else(|| {
        AppError::NotFound {
            noun: "bill",
            which: number.to_string(),
        }
        .into()
    })
}

/// Lists the bills that a filter finds, and how many more its limit left out.
pub fn list(
    storage: &mut dyn Storage,
    selection: &Selection,
) -> anyhow::Result<(Priced<Vec<BillSummary>>, u64)> {
    let mut tx = storage.begin(&Scope::Read)?;
    let filter = selection.resolve(&mut *tx)?;
    let bills = tx.list_bills(&filter)?;
    let more = left_out(bills.len(), filter.limit, || tx.count_bills(&filter))?;
    let currency = tx.info()?.currency;
    Ok(((bills, currency), more))
}

/// A filter whose customer and product are still names.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Of this customer.
    pub customer: Option<CustomerRef>,
    /// With an item of this product.
    pub product: Option<ProductRef>,
    /// Everything else.
    pub filter: BillFilter,
}

impl Selection {
    /// Looks the names up; archived ones are found too.
    pub fn resolve(&self, tx: &mut dyn Tx) -> anyhow::Result<BillFilter> {
        let mut filter = self.filter.clone();
        if let Some(which) = &self.customer {
            filter.customer = Some(party::find::<Customer>(tx, which)?.id);
        }
        if let Some(which) = &self.product {
            filter.product = Some(party::find::<Product>(tx, which)?.id);
        }
        Ok(filter)
    }
}

/// Changes a pending bill and tells what that changed. A bill that would not change is not written.
pub fn edit(
    storage: &mut dyn Storage,
    number: BillNumber,
    change: &BillChange,
    deed: &Deed,
) -> anyhow::Result<(Priced<Recorded>, Vec<FieldChange>)> {
    let mut tx = storage.begin(&Scope::write_year(number.year()))?;
    let currency = tx.info()?.currency;
    let old = load(&mut *tx, number)?;
    let mut new = old.clone();
    let edit = resolve_change(&mut *tx, change, currency)?;
    let changes = new.edit(edit, currency)?;
    if !changes.is_empty() {
        tx.update_bill(&old, &new)?;
        tx.append_history(number, &deed.entry(Action::Edit, changes.clone()))?;
    }
    let history = tx.history(number)?;
    if !changes.is_empty() {
        tx.commit()?;
    }
    Ok((((new, history), currency), changes))
}

fn resolve_change(
    tx: &mut dyn Tx,
    change: &BillChange,
    currency: Currency,
) -> anyhow::Result<BillEdit> {
    let mut lookup = Lookup::default();
    let mut edit = BillEdit {
        date: change.date,
        reference: change.reference.clone(),
        remove: change.remove.clone(),
        ..BillEdit::default()
    };
    if let Some(which) = &change.customer {
        edit.customer = Some(lookup.customer(tx, which)?);
    }
    for (&line, change) in &change.change {
        let LineChange {
            product,
            quantity,
            unit_price,
        } = change;
        // A line that changes its product takes the new one's price, unless another is given.
        let found = product
            .as_ref()
            .map(|which| lookup.product(tx, which))
            .transpose()?;
        let unit_price = unit_price.or(found.as_ref().map(|found| found.price));
        let product = found.map(|found| found.product);
        edit.change.insert(
            line,
            ItemChange {
                product,
                quantity: *quantity,
                unit_price,
            },
        );
    }
    for item in &change.add {
        edit.add.push(new_item(tx, &mut lookup, item, currency)?);
    }
    Ok(edit)
}

/// Takes a step in the life of all of these bills, or of none.
pub fn step(
    storage: &mut dyn Storage,
    numbers: &[BillNumber],
    step: Step,
    deed: &Deed,
) -> anyhow::Result<Priced<Vec<Bill>>> {
    let years = numbers.iter().map(|number| number.year()).collect();
    let mut tx = storage.begin(&Scope::Write(years))?;
    let currency = tx.info()?.currency;
    let mut bills = Vec::with_capacity(numbers.len());
    let mut seen = BTreeSet::new();
    for &number in numbers.iter().filter(|number| seen.insert(**number)) {
        let old = load(&mut *tx, number)?;
        let mut new = old.clone();
        let (action, change) = match step {
            Step::Pay => (Action::Pay, new.pay()?),
            Step::Cancel => (Action::Cancel, new.cancel()?),
            Step::Reopen => (Action::Reopen, new.reopen(deed.reason.as_str())?),
        };
        tx.update_bill(&old, &new)?;
        tx.append_history(number, &deed.entry(action, vec![change]))?;
        bills.push(new);
    }
    tx.commit()?;
    Ok((bills, currency))
}

/// A bill as a failure to read it: what export, show and the like make of damage.
pub fn intact(bill: Result<Bill, crate::storage::DamagedBill>) -> Result<Bill, StorageError> {
    bill.map_err(|damaged| StorageError::Corrupt {
        place: damaged
            .number
            .map_or("a bill".to_owned(), |number| format!("bill {number}")),
        what: damaged.what,
    })
}
