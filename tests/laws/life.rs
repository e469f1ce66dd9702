//! A bill's life against a model that is simple enough to be right.

use super::model::{Line, Model, NewLine, Verb, price_of, verb};
use super::{amount, cases, quantity};
use billbook::app::bill::{self, BillChange, LineChange, NewBill, NewItem, Step};
use billbook::app::{Deed, book, party};
use billbook::context::Interrupt;
use billbook::domain::{
    Action, Bill, BillEdit, BillNumber, BilledCustomer, BilledProduct, Currency, Customer,
    CustomerId, Item, ItemChange, NewCustomer, NewProduct, Note, Product, ProductId,
};
use billbook::storage::sqlite::{Location, SqliteStorage};
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn customer_as_billed(id: i64) -> Arc<BilledCustomer> {
    Arc::new(BilledCustomer {
        customer_id: CustomerId::new(id).expect("an id"),
        name: format!("Customer {id}").parse().expect("a name"),
        email: None,
        address: Note::default(),
    })
}

fn product_as_billed(id: i64) -> Arc<BilledProduct> {
    Arc::new(BilledProduct {
        product_id: ProductId::new(id).expect("an id"),
        name: format!("Product {id}").parse().expect("a name"),
    })
}

fn item((product, units, price): Line) -> Item {
    let product = product_as_billed(product);
    Item::new(product, quantity(units), amount(price), Currency::default()).expect("an item")
}

/// The deed, done to the bill itself.
fn done_to(bill: &mut Bill, verb: &Verb) -> bool {
    let edit = match verb {
        Verb::Step(Step::Pay, _) => return bill.pay().is_ok(),
        Verb::Step(Step::Cancel, _) => return bill.cancel().is_ok(),
        Verb::Step(Step::Reopen, reason) => return bill.reopen(reason).is_ok(),
        Verb::Edit(edit) => edit,
    };
    let change = |&(product, units, price): &NewLine| ItemChange {
        product: product.map(product_as_billed),
        quantity: units.map(quantity),
        unit_price: price.or(product.map(price_of)).map(amount),
    };
    let reference = |text: &String| text.parse().expect("a reference");
    let edit = BillEdit {
        customer: edit.customer.map(customer_as_billed),
        date: edit.date,
        reference: edit
            .reference
            .as_ref()
            .map(|new| new.as_ref().map(reference)),
        change: edit
            .change
            .iter()
            .map(|(line, new)| (*line, change(new)))
            .collect(),
        remove: edit.remove.clone(),
        add: edit.add.iter().copied().map(item).collect(),
    };
    let before = Model::of(bill);
    let changes = bill.edit(edit, Currency::default());
    if let Ok(changes) = &changes {
        assert_eq!(changes.is_empty(), before == Model::of(bill), "{changes:?}");
    }
    changes.is_ok()
}

fn new_item((product, units, price): Line) -> NewItem {
    NewItem {
        product: product.to_string().parse().expect("a product"),
        quantity: quantity(units),
        unit_price: Some(amount(price)),
    }
}

/// The deed, done through the use cases.
fn done_in(storage: &mut SqliteStorage, numbers: &[BillNumber], verb: &Verb) -> anyhow::Result<()> {
    let reason = if let Verb::Step(_, reason) = verb {
        reason
    } else {
        ""
    };
    let record = Deed {
        at: DateTime::<Utc>::UNIX_EPOCH,
        actor: "ada".parse().expect("a name"),
        reason: reason.parse().expect("a reason"),
    };
    let edit = match verb {
        Verb::Step(step, _) => return bill::step(storage, numbers, *step, &record).map(drop),
        Verb::Edit(edit) => edit,
    };
    let change = |&(product, units, price): &NewLine| LineChange {
        product: product.map(|id| id.to_string().parse().expect("a product")),
        quantity: units.map(quantity),
        unit_price: price.map(amount),
    };
    let reference = |text: &String| text.parse().expect("a reference");
    let change = BillChange {
        customer: edit
            .customer
            .map(|id| id.to_string().parse().expect("a customer")),
        date: edit.date,
        reference: edit
            .reference
            .as_ref()
            .map(|new| new.as_ref().map(reference)),
        change: edit
            .change
            .iter()
            .map(|(line, new)| (*line, change(new)))
            .collect(),
        remove: edit.remove.clone(),
        add: edit.add.iter().copied().map(new_item).collect(),
    };
    bill::edit(storage, numbers[0], &change, &record).map(drop)
}

/// When the three bills of the book are issued; the first two share a year.
const DATES: [&str; 3] = ["2025-01-01", "2025-02-01", "2026-01-01"];

fn book_of_three_bills(dir: &Path) -> SqliteStorage {
    let location = Location {
        path: dir.to_owned(),
        makes_itself: true,
    };
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let mut storage =
        SqliteStorage::new(location, Duration::from_secs(5), Interrupt::default(), now);
    for id in 1..=2 {
        let customer = NewCustomer {
            id: None,
            name: format!("Customer {id}").parse().expect("a name"),
            email: None,
            address: Note::default(),
        };
        party::create::<Customer>(&mut storage, &customer).expect("a customer");
        let product = NewProduct {
            id: None,
            name: format!("Product {id}").parse().expect("a name"),
            description: Note::default(),
            price: amount(price_of(id)),
        };
        party::create::<Product>(&mut storage, &product).expect("a product");
    }
    for model in DATES.map(Model::new) {
        let new = NewBill {
            customer: "1".parse().expect("a customer"),
            date: model.date,
            status: model.status,
            reference: None,
            items: model.lines.into_iter().map(new_item).collect(),
        };
        bill::create(&mut storage, &new).expect("a bill");
    }
    storage
}

/// What a book of such bills must make of a deed: all of it or nothing. The last number is of no bill.
fn in_book(lives: &[Model; 3], which: &[usize], verb: &Verb) -> Option<[Model; 3]> {
    let mut after = lives.clone();
    let which: BTreeSet<usize> = match verb {
        Verb::Step(..) => which.iter().copied().collect(),
        Verb::Edit(_) => BTreeSet::from([which[0]]),
    };
    for index in which {
        after[index] = lives.get(index)?.after(verb)?;
    }
    let twice = after[0].reference.is_some() && after[0].reference == after[1].reference;
    (!twice).then_some(after)
}

fn action(verb: &Verb) -> Action {
    match verb {
        Verb::Step(Step::Pay, _) => Action::Pay,
        Verb::Step(Step::Cancel, _) => Action::Cancel,
        Verb::Step(Step::Reopen, _) => Action::Reopen,
        Verb::Edit(_) => Action::Edit,
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_bill_lives_as_its_model_does(verbs in prop::collection::vec(verb(), 1..24)) {
        let mut model = Model::new(DATES[0]);
        let number = "2025-1".parse().expect("a number");
        let items = model.lines.iter().copied().map(item).collect();
        let mut bill = Bill::new(number, customer_as_billed(1), model.date, model.status, None, items).expect("a bill");
        for verb in verbs {
            let after = model.after(&verb);
            prop_assert_eq!(done_to(&mut bill, &verb), after.is_some(), "{:?} of {:?}", verb, model);
            model = after.unwrap_or(model);
            prop_assert_eq!(&Model::of(&bill), &model, "after {:?}", verb);
            prop_assert_eq!(bill.total().ten_thousandths(), model.total());
        }
    }
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn a_book_of_bills_lives_as_its_model_does(
        deeds in prop::collection::vec((prop::collection::vec(prop_oneof![12 => 0..3_usize, 1 => Just(3)], 1..=2), verb()), 1..24),
    ) {
        let home = tempfile::tempdir().expect("a directory");
        let mut storage = book_of_three_bills(&home.path().join("book"));
        let numbers: [BillNumber; 4] = ["2025-1", "2025-2", "2026-1", "2026-2"].map(|number| number.parse().expect("a number"));
        let mut lives = DATES.map(Model::new);
        let mut histories: [Vec<Action>; 3] = Default::default();
        for (which, verb) in deeds {
            let named: Vec<BillNumber> = which.iter().map(|&index| numbers[index]).collect();
            let after = in_book(&lives, &which, &verb);
            let done = done_in(&mut storage, &named, &verb);
            prop_assert_eq!(done.is_ok(), after.is_some(), "{:?} of {:?}: {:?}", verb, named, done);
            for (index, after) in after.into_iter().flatten().enumerate() {
                if after != lives[index] {
                    histories[index].push(action(&verb));
                    lives[index] = after;
                }
            }
            let (shown, _) = bill::show(&mut storage, &numbers[..3]).expect("bills");
            for ((bill, history), (model, actions)) in shown.iter().zip(lives.iter().zip(&histories)) {
                prop_assert_eq!(&Model::of(bill), model, "after {:?}", verb);
                prop_assert_eq!(bill.total().ten_thousandths(), model.total());
                let recorded: Vec<Action> = history.iter().map(|entry| entry.action).collect();
                prop_assert_eq!(&recorded, actions, "after {:?}", verb);
            }
        }
        let mut findings = Vec::new();
        book::check(&mut storage, &mut |finding| findings.push(finding)).expect("a check");
        prop_assert_eq!(findings, vec![]);
    }
}
