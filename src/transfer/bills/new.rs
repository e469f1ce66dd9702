//! Bills that the book does not have.

use super::draft::Draft;
use super::layout::{ITEM_FIELDS, field};
use super::planner::{Planner, Verdict, problem};
use crate::domain::{
    Bill, BillNumber, BillStatus, BilledCustomer, BillingYear, Item, MAX_ITEMS, Refusal,
};
use crate::transfer::layout::Fields;
use crate::transfer::problems::{Flaws, Problem, Side};
use chrono::NaiveDate;
use std::sync::Arc;

impl Planner<'_> {
    /// Checks a bill that the book does not have.
    pub(super) fn new_bill(&mut self, draft: &Draft) -> anyhow::Result<Verdict> {
        let mut problems = Flaws::default();
        let customer = match &draft.customer {
            Some(which) => self.customer(which, draft, &mut problems)?,
            None => None,
        };
        let items = self.new_items(draft, &mut problems)?;
        let lacking = self.lacking(draft);
        if let Some(lacking) = lacking {
            problems.push(lacking);
        }
        let (Some(customer), Some(date), true) = (customer, draft.date, problems.is_empty()) else {
            return Ok(Verdict::Refused(problems));
        };
        self.issue(draft, customer, date, items)
    }

    /// What no column holds and a new bill must have.
    fn lacking(&self, draft: &Draft) -> Option<Problem> {
        let [main, items] = &self.fields;
        let absent =
            |of: &Fields, fields: [usize; 2]| fields.into_iter().find(|field| !of.has(*field));
        let of_bill = absent(main, [field::CUSTOMER, field::DATE]);
        if !self.has_items() {
            // A file like that is about bills of the book: what is wrong is more likely the row than the header.
            let lacks = main.lacks(of_bill.unwrap_or(field::PRODUCT));
            let message = format!(
                "the book has no such bill, and the file says too little for a new one: {lacks}"
            );
            return Some(problem(draft, None, message));
        }
        if let Some(field) = of_bill {
            return Some(header(Side::Main, main.lacks(field)));
        }
        let of_items = absent(items, [field::PRODUCT, field::QUANTITY])?;
        Some(header(self.items_side(), items.lacks(of_items)))
    }

    /// Whether the files say anything of items.
    pub(super) fn has_items(&self) -> bool {
        ITEM_FIELDS
            .into_iter()
            .any(|field| self.fields[1].has(field))
    }

    /// The problem that rows say something of items and not which.
    pub(super) fn lacking_product(&self, draft: &Draft) -> Option<Problem> {
        let items = &self.fields[1];
        let lacks = self.has_items() && !items.has(field::PRODUCT);
        let problem = header(self.items_side(), items.lacks(field::PRODUCT));
        (lacks && draft.item_count > 0).then_some(problem)
    }

    /// The problem that a line has no quantity, and none of the bill's before it could be kept.
    pub(super) fn lacking_quantity(&self, line: u64) -> Problem {
        Problem {
            line,
            ..header(self.items_side(), self.fields[1].lacks(field::QUANTITY))
        }
    }

    fn new_items(&mut self, draft: &Draft, problems: &mut Flaws) -> anyhow::Result<Vec<Item>> {
        let mut items = Vec::with_capacity(draft.items.len());
        for item in &draft.items {
            let found = self.product(&item.product, item.unit_price, item.line, problems)?;
            let (Some(found), Some(quantity)) = (found, item.quantity) else {
                continue;
            };
            let price = item.unit_price.unwrap_or(found.price);
            let made = Item::new(found.product, quantity, price, self.currency);
            items.extend(self.checked_item(made, item, problems));
        }
        Ok(items)
    }

    /// An item, if it can be and its total is the one given.
    pub(super) fn checked_item(
        &self,
        made: Result<Item, Refusal>,
        draft: &super::draft::DraftItem,
        problems: &mut Flaws,
    ) -> Option<Item> {
        let mut object = |column, message: String| {
            problems.push(Problem {
                side: self.items_side(),
                line: draft.line,
                column,
                message,
            });
            None
        };
        let made = match made {
            Ok(made) => made,
            Err(refusal) => return object(None, refusal.to_string()),
        };
        if let Some(total) = draft.total.filter(|total| *total != made.total()) {
            let message = format!(
                "{total} is given, and {} x {} is {}",
                made.quantity(),
                made.unit_price(),
                made.total().text(self.currency)
            );
            return object(self.fields[1].name(field::TOTAL_PRICE), message);
        }
        Some(made)
    }

    /// What is wrong with the total given, if anything is.
    pub(super) fn wrong_total(&self, draft: &Draft, bill: &Bill) -> Option<Problem> {
        let given = draft.total.filter(|given| *given != bill.total())?;
        let computed = bill.total().text(self.currency);
        let message = format!("{given} is given, and the items add up to {computed}");
        Some(problem(
            draft,
            self.fields[0].name(field::TOTAL_AMOUNT),
            message,
        ))
    }

    fn issue(
        &mut self,
        draft: &Draft,
        customer: Arc<BilledCustomer>,
        date: NaiveDate,
        items: Vec<Item>,
    ) -> anyhow::Result<Verdict> {
        let refused = |problem: Problem| Ok(Verdict::Refused(problem.into()));
        if draft.item_count > MAX_ITEMS {
            let refusal = Refusal::TooManyItems {
                given: draft.item_count,
            };
            return refused(problem(draft, None, refusal.to_string()));
        }
        let year = BillingYear::of(date);
        if let Some(message) = self.series(year)?.objection(draft.number) {
            let column = self.fields[0].name(field::NUMBER);
            return refused(problem(draft, column, message));
        }
        // Any number of the year will do to check the bill: it gets its own when it is written.
        let Some(number) = draft.number.or_else(|| BillNumber::new(year, 1)) else {
            return Ok(Verdict::Refused(Flaws::default()));
        };
        let status = draft.status.unwrap_or(BillStatus::Pending);
        let reference = draft.reference.clone();
        let bill = match Bill::new(number, customer, date, status, reference, items) {
            Ok(bill) => bill,
            Err(refusal) => return refused(problem(draft, None, refusal.to_string())),
        };
        if let Some(wrong) = self.wrong_total(draft, &bill) {
            return refused(wrong);
        }
        self.series(year)?.add(draft.number);
        Ok(Verdict::New(bill))
    }
}

/// A problem of a header.
fn header(side: Side, message: String) -> Problem {
    Problem {
        side,
        line: 1,
        column: None,
        message,
    }
}
