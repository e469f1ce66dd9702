//! Bills that the book has already.

use super::draft::Draft;
use super::layout::field;
use super::planner::{Planner, Verdict, problem};
use crate::app::adopt;
use crate::domain::{Bill, BilledProduct, Item, MAX_ITEMS, ProductId, Refusal};
use crate::storage::checksum::checksum;
use crate::storage::{BillHead, StorageError};
use crate::transfer::plan::OnExisting;
use crate::transfer::problems::Flaws;
use std::collections::HashMap;
use std::sync::Arc;

impl Planner<'_> {
    /// Compares a bill with the one that the book has.
    pub(super) fn existing(&mut self, draft: &Draft, head: &BillHead) -> anyhow::Result<Verdict> {
        if let Some(given) = draft.number.filter(|given| *given != head.number) {
            let message = format!(
                "{given} is given, and in the book this bill is {}: a bill keeps its number; correct it, or leave it out",
                head.number
            );
            let column = self.fields[0].name(field::NUMBER);
            return Ok(Verdict::Refused(problem(draft, column, message).into()));
        }
        if let Some(problem) = self.lacking_product(draft) {
            return Ok(Verdict::Refused(problem.into()));
        }
        if self.is_the_same(draft, head) {
            return Ok(Verdict::Unchanged);
        }
        let stored = self
            .tx
            .bill(head.number)?
            .ok_or_else(|| StorageError::Corrupt {
                place: format!("bill {}", head.number),
                what: "it was there a moment ago".to_owned(),
            })?;
        self.learn(&stored);
        let mut problems = Flaws::default();
        // Where nothing will be changed, nobody is made to be compared with.
        let refuses = self.import.mode.on_existing == OnExisting::Refuse;
        self.may_make = self.import.create_missing && !refuses;
        let target = self.target(draft, &stored, &mut problems);
        self.may_make = self.import.create_missing;
        let Some(target) = target? else {
            return Ok(Verdict::Refused(problems));
        };
        let changes = stored.differences(&target, self.currency);
        if changes.is_empty() {
            return Ok(Verdict::Unchanged);
        }
        match self.import.mode.on_existing {
            OnExisting::Skip => Ok(Verdict::Skipped),
            OnExisting::Refuse => {
                let message = format!(
                    "bill {} is in the book and differs: {}; --on-existing update changes it, --on-existing skip leaves it",
                    stored.number(),
                    crate::transfer::plan::shown(&changes)
                );
                Ok(Verdict::Conflict(problem(draft, None, message).into()))
            }
            OnExisting::Update => match adopt(&stored, &target, &self.import.deed, self.currency) {
                Ok((new, _)) => Ok(Verdict::Changed(Box::new([stored, new]))),
                Err(refusal) => {
                    let message = refusal.to_string();
                    Ok(Verdict::Conflict(problem(draft, None, message).into()))
                }
            },
        }
    }

    /// Whether the bill is the same for certain, which its own row in the book can tell: if what it would hold has the checksum
    /// that is stored, it holds the same. Its items need not be read. Otherwise it may still be the same, as when a product
    /// has got another name since.
    fn is_the_same(&mut self, draft: &Draft, head: &BillHead) -> bool {
        if draft.item_count > MAX_ITEMS {
            return false;
        }
        let status = draft.status.unwrap_or(head.status);
        let date = draft.date.unwrap_or(head.date);
        let reference = if self.fields[0].has(field::REFERENCE) {
            draft.reference.as_ref()
        } else {
            head.reference.as_ref()
        };
        if (status, date, reference) != (head.status, head.date, head.reference.as_ref()) {
            return false;
        }
        if let Some(which) = &draft.customer {
            match self.lookup.any_customer(self.tx, which) {
                Ok(found) if found.version.customer_id == head.customer.customer_id => {}
                _ => return false,
            }
        }
        if !self.has_items() {
            return draft.total.is_none_or(|total| total == head.total);
        }
        let Some(items) = self.guessed_items(draft, head) else {
            return false;
        };
        let guess = Bill::new(
            head.number,
            head.customer.clone(),
            date,
            status,
            reference.cloned(),
            items,
        );
        let Ok(guess) = guess else { return false };
        let same = checksum(&guess, &mut self.scratch) == head.checksum;
        same && draft.total.is_none_or(|total| total == guess.total())
    }

    /// The items, with products as the year's bills last had them, or as they are now; `None` where one cannot be.
    fn guessed_items(&mut self, draft: &Draft, head: &BillHead) -> Option<Vec<Item>> {
        let mut items = Vec::with_capacity(draft.items.len());
        for item in &draft.items {
            let present = self
                .lookup
                .any_product(self.tx, &item.product)
                .ok()?
                .version;
            let year = self.years.get(&Some(head.number.year()));
            let product = year
                .and_then(|year| year.billed.get(&present.product.product_id))
                .unwrap_or(&present.product);
            let price = item.unit_price.unwrap_or(present.price);
            let made = Item::new(product.clone(), item.quantity?, price, self.currency).ok()?;
            if item.total.is_some_and(|total| total != made.total()) {
                return None;
            }
            items.push(made);
        }
        Some(items)
    }

    /// Remembers how this bill has its products, for the next ones of its year are likely to have them so, too.
    fn learn(&mut self, stored: &Bill) {
        let year = self.years.entry(Some(stored.number().year())).or_default();
        for item in stored.items() {
            let product: &Arc<BilledProduct> = item.product();
            year.billed.insert(product.product_id, product.clone());
        }
    }

    /// The bill as the file says it is: what no column holds, and the customer and products as billed where they are the same
    /// ones, stay as they are.
    fn target(
        &mut self,
        draft: &Draft,
        stored: &Bill,
        problems: &mut Flaws,
    ) -> anyhow::Result<Option<Bill>> {
        let mut customer = stored.customer().clone();
        if let Some(which) = &draft.customer {
            let same = self
                .lookup
                .any_customer(self.tx, which)
                .is_ok_and(|found| found.version.customer_id == customer.customer_id);
            if !same {
                match self.customer(which, draft, problems)? {
                    Some(other) => customer = other,
                    None => return Ok(None),
                }
            }
        }
        let reference = if self.fields[0].has(field::REFERENCE) {
            draft.reference.clone()
        } else {
            stored.reference().cloned()
        };
        let items = if self.has_items() {
            self.target_items(draft, stored, problems)?
        } else {
            stored.items().to_vec()
        };
        if draft.item_count > MAX_ITEMS {
            let refusal = Refusal::TooManyItems {
                given: draft.item_count,
            };
            problems.push(problem(draft, None, refusal.to_string()));
        }
        if !problems.is_empty() {
            return Ok(None);
        }
        let target = Bill::new(
            stored.number(),
            customer,
            draft.date.unwrap_or(stored.date()),
            draft.status.unwrap_or(stored.status()),
            reference,
            items,
        );
        match target {
            Err(refusal) => problems.push(problem(draft, None, refusal.to_string())),
            Ok(target) => match self.wrong_total(draft, &target) {
                Some(wrong) => problems.push(wrong),
                None => return Ok(Some(target)),
            },
        }
        Ok(None)
    }

    fn target_items(
        &mut self,
        draft: &Draft,
        stored: &Bill,
        problems: &mut Flaws,
    ) -> anyhow::Result<Vec<Item>> {
        let mut first_of: HashMap<ProductId, &Item> = HashMap::new();
        for item in stored.items() {
            first_of.entry(item.product().product_id).or_insert(item);
        }
        let mut items = Vec::with_capacity(draft.items.len());
        for (index, item) in draft.items.iter().enumerate() {
            let named = self.lookup.any_product(self.tx, &item.product).ok();
            let id = named.map(|found| found.version.product.product_id);
            // The same line goes before any other of the same product: a bill may have it twice, under two names.
            let before = stored
                .items()
                .get(index)
                .filter(|before| Some(before.product().product_id) == id)
                .or_else(|| first_of.get(&id?).copied());
            let (product, price) = match before {
                Some(before) => (before.product().clone(), before.unit_price()),
                None => match self.product(&item.product, item.unit_price, item.line, problems)? {
                    Some(found) => (found.product, found.price),
                    None => continue,
                },
            };
            let price = item.unit_price.unwrap_or(price);
            let Some(quantity) = item.quantity.or(before.map(Item::quantity)) else {
                problems.push(self.lacking_quantity(item.line));
                continue;
            };
            let made = Item::new(product, quantity, price, self.currency);
            items.extend(self.checked_item(made, item, problems));
        }
        Ok(items)
    }
}
