//! A bill's life in the plainest of types: what every deed must make of it.

use billbook::app::bill::Step;
use billbook::domain::{Bill, BillStatus, Item};
use chrono::{Datelike as _, NaiveDate};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What products 1 and 2 cost, in ten-thousandths.
const PRICES: [i64; 2] = [25_000, 3_333];

/// A line: product, quantity, unit price.
pub(super) type Line = (i64, i64, i64);

/// What becomes of a line; what is `None` stays.
pub(super) type NewLine = (Option<i64>, Option<i64>, Option<i64>);

/// A bill, in the plainest of types.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Model {
    pub(super) status: BillStatus,
    customer: i64,
    pub(super) date: NaiveDate,
    pub(super) reference: Option<String>,
    pub(super) lines: Vec<Line>,
}

#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub(super) customer: Option<i64>,
    pub(super) date: Option<NaiveDate>,
    pub(super) reference: Option<Option<String>>,
    pub(super) change: BTreeMap<usize, NewLine>,
    pub(super) remove: Vec<usize>,
    pub(super) add: Vec<Line>,
}

#[derive(Clone, Debug)]
pub(super) enum Verb {
    Step(Step, &'static str),
    Edit(Edit),
}

/// A line's total in euros: the exact product, rounded to cents, half away from zero.
fn total_of((_, units, price): Line) -> i64 {
    let exact = units * price;
    (exact.abs() + 500_000) / 1_000_000 * 100 * exact.signum()
}

impl Model {
    pub(super) fn new(date: &str) -> Self {
        Self {
            status: BillStatus::Pending,
            customer: 1,
            date: date.parse().expect("a date"),
            reference: None,
            lines: vec![(1, 10_000, PRICES[0])],
        }
    }

    pub(super) fn total(&self) -> i64 {
        self.lines.iter().copied().map(total_of).sum()
    }

    /// What the deed makes of it; `None` where it is refused.
    pub(super) fn after(&self, verb: &Verb) -> Option<Self> {
        let status = match (verb, self.status) {
            (Verb::Step(Step::Pay, _), BillStatus::Pending) => BillStatus::Paid,
            (Verb::Step(Step::Cancel, _), BillStatus::Pending) => BillStatus::Cancelled,
            (Verb::Step(Step::Reopen, reason), BillStatus::Paid) if !reason.trim().is_empty() => {
                BillStatus::Pending
            }
            (Verb::Edit(edit), BillStatus::Pending) => return self.edited(edit),
            _ => return None,
        };
        Some(Self {
            status,
            ..self.clone()
        })
    }

    fn edited(&self, edit: &Edit) -> Option<Self> {
        let removed: BTreeSet<usize> = edit.remove.iter().copied().collect();
        let known = |line: &usize| (1..=self.lines.len()).contains(line);
        let said_twice = removed.len() < edit.remove.len()
            || edit.change.keys().any(|line| removed.contains(line));
        if said_twice || !edit.change.keys().chain(&removed).all(known) {
            return None;
        }
        let mut lines = Vec::new();
        for (number, &(product, units, price)) in (1..).zip(&self.lines) {
            let (other, quantity, given) = edit.change.get(&number).copied().unwrap_or_default();
            // Another product brings its own price.
            let price = given.or(other.map(price_of)).unwrap_or(price);
            let line = (other.unwrap_or(product), quantity.unwrap_or(units), price);
            lines.extend((!removed.contains(&number)).then_some(line));
        }
        lines.extend(&edit.add);
        let edited = Self {
            status: self.status,
            customer: edit.customer.unwrap_or(self.customer),
            date: edit.date.unwrap_or(self.date),
            reference: edit.reference.clone().unwrap_or(self.reference.clone()),
            lines,
        };
        let good = edited.date.year() == self.date.year()
            && !edited.lines.is_empty()
            && edited.total() >= 0;
        good.then_some(edited)
    }

    /// The bill in the model's terms, its total aside.
    pub(super) fn of(bill: &Bill) -> Self {
        let line = |item: &Item| {
            (
                item.product().product_id.get(),
                item.quantity().ten_thousandths(),
                item.unit_price().ten_thousandths(),
            )
        };
        Self {
            status: bill.status(),
            customer: bill.customer().customer_id.get(),
            date: bill.date(),
            reference: bill.reference().map(ToString::to_string),
            lines: bill.items().iter().map(line).collect(),
        }
    }
}

pub(super) fn price_of(product: i64) -> i64 {
    PRICES[usize::try_from(product - 1).expect("a product")]
}

fn line() -> impl Strategy<Value = Line> {
    (1..=2_i64, 1..=50_000_i64, -30_000..=60_000_i64)
}

fn edit() -> impl Strategy<Value = Edit> {
    let date = prop::sample::select(vec!["2025-01-01", "2025-12-31", "2026-01-01", "2026-07-01"])
        .prop_map(|date| date.parse().expect("a date"));
    let reference = prop::option::of(prop::sample::select(vec!["007", "7"]).prop_map(String::from));
    let sometimes = |units| prop::option::weighted(0.5, units);
    let any_part = (
        sometimes(1..=2_i64),
        sometimes(1..=50_000_i64),
        sometimes(-30_000..=60_000_i64),
    );
    // The product alone is what brings a price with it.
    let product = (1..=2_i64).prop_map(|product| (Some(product), None, None));
    let new_line = prop_oneof![any_part, product];
    (
        prop::option::weighted(0.3, 1..=2_i64),
        prop::option::weighted(0.15, date),
        prop::option::weighted(0.3, reference),
        prop::collection::btree_map(
            prop_oneof![4 => Just(1_usize), 1 => 2..=3_usize],
            new_line,
            0..=1,
        ),
        prop_oneof![6 => Just(vec![]), 1 => prop::collection::vec(0..=3_usize, 1..=2)],
        prop::collection::vec(line(), 0..=2),
    )
        .prop_map(|(customer, date, reference, change, remove, add)| Edit {
            customer,
            date,
            reference,
            change,
            remove,
            add,
        })
}

pub(super) fn verb() -> impl Strategy<Value = Verb> {
    let step = |step| {
        prop_oneof![3 => Just("because"), 1 => Just(" ")].prop_map(move |why| Verb::Step(step, why))
    };
    prop_oneof![
        2 => step(Step::Pay),
        1 => step(Step::Cancel),
        3 => step(Step::Reopen),
        10 => edit().prop_map(Verb::Edit),
    ]
}
