//! Changing a pending bill.

use super::bill::total_of;
use super::{
    Bill, BilledCustomer, BilledProduct, BillingYear, Currency, FieldChange, Item, Money, Quantity,
    Reference, Refusal,
};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What becomes of one line. What is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ItemChange {
    /// Another product, in its present version.
    pub product: Option<Arc<BilledProduct>>,
    /// Another quantity.
    pub quantity: Option<Quantity>,
    /// Another unit price.
    pub unit_price: Option<Money>,
}

/// A change of a pending bill. What is `None` or empty stays as it is.
#[derive(Clone, Debug, Default)]
pub struct BillEdit {
    /// Another customer, in its present version.
    pub customer: Option<Arc<BilledCustomer>>,
    /// Another date in the same year.
    pub date: Option<NaiveDate>,
    /// Another reference, or none.
    pub reference: Option<Option<Reference>>,
    /// Lines to change, counted from 1 before any is removed.
    pub change: BTreeMap<usize, ItemChange>,
    /// Lines to remove, counted in the same way. Those behind move up.
    pub remove: Vec<usize>,
    /// Items to add at the end.
    pub add: Vec<Item>,
}

impl Bill {
    /// Applies an edit and tells what it changed: nothing, when all was so already. A refused edit leaves the bill as it
    /// was.
    pub fn edit(
        &mut self,
        edit: BillEdit,
        currency: Currency,
    ) -> Result<Vec<FieldChange>, Refusal> {
        self.require_pending("edited", "")?;
        let mut edited = self.clone();
        if let Some(date) = edit.date {
            if BillingYear::of(date) != self.number.year() {
                return Err(Refusal::OtherYear {
                    number: self.number,
                    year: self.number.year(),
                });
            }
            edited.date = date;
        }
        if let Some(customer) = edit.customer {
            edited.customer = customer;
        }
        if let Some(reference) = edit.reference {
            edited.reference = reference;
        }
        edited.items = edited_items(&self.items, edit.change, &edit.remove, edit.add, currency)?;
        edited.total = total_of(&edited.items)?;
        let changes = self.differences(&edited, currency);
        *self = edited;
        Ok(changes)
    }
}

fn edited_items(
    items: &[Item],
    change: BTreeMap<usize, ItemChange>,
    remove: &[usize],
    add: Vec<Item>,
    currency: Currency,
) -> Result<Vec<Item>, Refusal> {
    let mut lines: Vec<Option<Item>> = items.iter().cloned().map(Some).collect();
    let index = |line: usize| {
        line.checked_sub(1)
            .filter(|index| *index < items.len())
            .ok_or(Refusal::NoSuchLine {
                line,
                last: items.len(),
            })
    };
    for (line, change) in change {
        let item = &items[index(line)?];
        lines[line - 1] = Some(Item::new(
            change.product.unwrap_or_else(|| item.product().clone()),
            change.quantity.unwrap_or(item.quantity()),
            change.unit_price.unwrap_or(item.unit_price()),
            currency,
        )?);
        if remove.contains(&line) {
            return Err(Refusal::LineNamedTwice { line });
        }
    }
    for &line in remove {
        if lines[index(line)?].take().is_none() {
            return Err(Refusal::LineNamedTwice { line });
        }
    }
    Ok(lines.into_iter().flatten().chain(add).collect())
}

impl Bill {
    /// What another state of the same bill changes, field by field, in the order in which a bill is read.
    pub fn differences(&self, new: &Self, currency: Currency) -> Vec<FieldChange> {
        let old = self;
        let customer = |bill: &Bill| {
            let BilledCustomer {
                customer_id,
                name,
                email,
                address,
            } = &*bill.customer;
            let email = email
                .as_ref()
                .map_or(String::new(), |email| format!(" <{email}>"));
            let address = if address.is_empty() {
                String::new()
            } else {
                format!(", {address}")
            };
            format!("{name} (customer {customer_id}){email}{address}")
        };
        let reference = |bill: &Bill| {
            bill.reference
                .as_ref()
                .map_or(String::new(), ToString::to_string)
        };
        let mut changes = Vec::new();
        let mut compare = |field: &str, old: String, new: String| {
            if old != new {
                changes.push(FieldChange {
                    field: field.to_owned(),
                    old,
                    new,
                });
            }
        };
        compare("customer", customer(old), customer(new));
        compare("date", old.date.to_string(), new.date.to_string());
        compare("status", old.status.to_string(), new.status.to_string());
        compare("reference", reference(old), reference(new));
        let line = |bill: &Bill, index: usize| {
            bill.items
                .get(index)
                .map_or(String::new(), ToString::to_string)
        };
        for index in 0..old.items.len().max(new.items.len()) {
            compare(
                &format!("item {}", index + 1),
                line(old, index),
                line(new, index),
            );
        }
        compare("total", old.total.text(currency), new.total.text(currency));
        changes
    }
}
