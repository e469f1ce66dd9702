//! Loads: what they must leave behind, whichever way a year's file takes.

use super::{bill, bills, fill, named, number, parse, write};
use billbook::app::book;
use billbook::context::Interrupt;
use billbook::domain::{
    Action, Bill, BillStatus, BillingYear, Currency, CustomerId, FieldChange, HistoryEntry,
};
use billbook::storage::checksum::checksum;
use billbook::storage::sqlite::{Location, SqliteStorage, copy_pays};
use billbook::storage::{
    BillFilter, BillHead, BillKey, Load, Scope, Storage, StorageError, Tx, YearLoad,
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// An engine, its book and what keeps it alive.
struct Engine {
    name: &'static str,
    storage: SqliteStorage,
    interrupt: Interrupt,
    home: TempDir,
}

/// Books in which a load copies every existing year, and in which it copies none that it can attach.
fn engines() -> Vec<Engine> {
    [("sqlite, copying", 1), ("sqlite, in place", u64::MAX)]
        .into_iter()
        .map(|(name, copies_from)| {
            let home = tempfile::tempdir().expect("a directory");
            let location = Location {
                path: home.path().join("book"),
                makes_itself: false,
            };
            let (wait, now) = (Duration::from_secs(5), DateTime::<Utc>::UNIX_EPOCH);
            let interrupt = Interrupt::default();
            let mut storage = SqliteStorage::new(location, wait, interrupt.clone(), now)
                .with_copies_from(copies_from);
            storage.init(Currency::default()).expect("a book");
            Engine {
                name,
                storage,
                interrupt,
                home,
            }
        })
        .collect()
}

fn on_each_engine(test: impl Fn(&mut Engine)) {
    for mut engine in engines() {
        println!("on {}", engine.name);
        test(&mut engine);
    }
}

impl Engine {
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files(&self.home.path().join("book"))
    }

    /// Every bill, verified, in a book in which nothing is wrong and nothing is left lying about.
    fn all(&mut self) -> Vec<Bill> {
        let mut findings = Vec::new();
        book::check(&mut self.storage, &mut |finding| findings.push(finding)).expect("a check");
        assert_eq!(findings, []);
        let names: Vec<String> = self.files().into_keys().collect();
        let published = |name: &String| {
            name == "book.lock" || Path::new(name).extension() == Some("db".as_ref())
        };
        assert!(names.iter().all(published), "{names:?}");
        let mut tx = self.storage.begin(&Scope::Read).expect("a transaction");
        let mut all = Vec::new();
        for year in tx.years().expect("years") {
            tx.each_bill(year, &BillFilter::default(), &mut |bill| {
                all.push(bill.expect("an intact bill"));
                ControlFlow::Continue(())
            })
            .expect("a visit");
        }
        all
    }
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(dir)
        .expect("a directory")
        .map(|entry| {
            let entry = entry.expect("an entry");
            let name = entry.file_name().into_string().expect("UTF-8");
            (name, std::fs::read(entry.path()).expect("a file"))
        })
        .collect()
}

/// Announces the pieces and brings them.
fn load(tx: &mut dyn Tx, pieces: Vec<Load>) -> Result<(), StorageError> {
    let mut years: BTreeMap<BillingYear, YearLoad> = BTreeMap::new();
    for piece in &pieces {
        let plan = years.entry(year_of(piece)).or_default();
        match piece {
            Load::Insert(bills) => plan.new += bills.len() as u64,
            Load::Change { .. } => plan.changed += 1,
        }
    }
    // A year that gets nothing is not made.
    years.insert(parse("2099"), YearLoad::default());
    tx.begin_load(&years)?;
    pieces
        .into_iter()
        .try_for_each(|piece| tx.load(year_of(&piece), piece))
}

fn year_of(piece: &Load) -> BillingYear {
    match piece {
        Load::Insert(bills) => bills[0].number().year(),
        Load::Change { new, .. } => new.number().year(),
    }
}

fn paid(id: &str, reference: &str) -> Bill {
    let date = format!("{}-03-04", &id[..4]);
    bill(id, 2, 3, &date, "4", reference, BillStatus::Paid)
}

fn entry() -> HistoryEntry {
    HistoryEntry {
        at: DateTime::<Utc>::UNIX_EPOCH,
        actor: parse("Ada"),
        action: Action::Edit,
        changes: vec![FieldChange {
            field: "items".to_owned(),
            old: "one".to_owned(),
            new: "another".to_owned(),
        }],
        reason: parse("a load"),
    }
}

/// Additions and changes in existing years, and new years.
fn mixed() -> (Vec<Load>, Vec<Bill>) {
    let stored = bills();
    let change = |old: &Bill, new: Bill| Load::Change {
        old: old.clone(),
        new,
        history: vec![entry(), entry()],
    };
    let with_other_items = bill(
        "2024-2",
        1,
        2,
        "2024-09-11",
        "99",
        "R-new",
        BillStatus::Pending,
    );
    let under_another_name = named(&stored[4], "Ada, as she is now", "Widget, blue");
    let added = [
        paid("2024-5", "L-1"),
        named(&paid("2024-6", "L-2"), "Ada Lovelace", "Widget"),
        paid("2026-5", ""),
        paid("2027-1", "L-1"),
        named(&paid("2027-2", "L-2"), "Countess", "Gadget"),
        paid("2021-1", "R-2"),
    ];
    let pieces = vec![
        Load::Insert(vec![added[3].clone()]),
        Load::Insert(added[..2].to_vec()),
        change(&stored[1], with_other_items.clone()),
        Load::Insert(vec![added[5].clone()]),
        change(&stored[4], under_another_name.clone()),
        Load::Insert(vec![added[2].clone()]),
        Load::Insert(vec![added[4].clone()]),
    ];
    let mut expected = stored;
    expected[1] = with_other_items;
    expected[4] = under_another_name;
    expected.extend(added);
    expected.sort_by_key(Bill::number);
    (pieces, expected)
}

/// Begins a load into a year that exists and one that is new, of which less comes than was announced.
fn begin_more_than_comes(tx: &mut dyn Tx) {
    let plan = YearLoad { new: 9, changed: 0 };
    let years = BTreeMap::from([(parse("2024"), plan), (parse("2030"), plan)]);
    tx.begin_load(&years).expect("a load");
    for id in ["2024-5", "2030-1"] {
        let piece = Load::Insert(vec![paid(id, "")]);
        tx.load(year_of(&piece), piece).expect("a piece");
    }
}

#[test]
fn a_load_adds_and_changes_bills_of_new_and_existing_years() {
    on_each_engine(|engine| {
        fill(&mut engine.storage);
        let (pieces, expected) = mixed();
        let tx = engine.storage.begin(&Scope::Read).expect("a transaction");
        let commits = { tx }.info().expect("info").commits;
        write(&mut engine.storage, &Scope::write_book(), |tx| {
            load(tx, pieces).expect("a load");
            let id = CustomerId::new(1).expect("an id");
            let mut customer = tx.customer(id).expect("an answer").expect("a customer");
            customer.name = parse("Renamed");
            tx.update_customer(&customer).expect("an update");
        });
        assert_eq!(engine.all(), expected);
        let mut tx = engine.storage.begin(&Scope::Read).expect("a transaction");
        assert_eq!(tx.info().expect("info").commits, commits + 1);
        let id = CustomerId::new(1).expect("an id");
        let customer = tx.customer(id).expect("an answer").expect("a customer");
        assert_eq!(customer.name.as_str(), "Renamed");
        let history = tx.history(number("2024-2")).expect("a history");
        assert_eq!(history, [entry(), entry()]);
        assert_eq!(tx.history(number("2024-5")).expect("a history"), []);
        // Every index that a list uses is there again and complete.
        for filter in [
            BillFilter {
                customer: CustomerId::new(2),
                ..BillFilter::default()
            },
            BillFilter {
                reference: Some(parse("L-2")),
                ..BillFilter::default()
            },
        ] {
            let found = expected.iter().filter(|bill| {
                filter
                    .customer
                    .is_none_or(|id| bill.customer().customer_id == id)
                    && filter
                        .reference
                        .as_ref()
                        .is_none_or(|one| bill.reference() == Some(one))
            });
            assert_eq!(
                tx.count_bills(&filter).expect("a count"),
                found.count() as u64
            );
        }
        drop(tx);
        for year in ["2024", "2027"] {
            let year: BillingYear = parse(year);
            let scope = Scope::write_year(year);
            let mut tx = engine.storage.begin(&scope).expect("a transaction");
            let again = paid(&format!("{year}-7"), "L-1");
            let error = tx
                .insert_bills(year, &[again])
                .expect_err("a reference that is taken");
            assert!(
                matches!(error, StorageError::DuplicateReference { .. }),
                "{error}"
            );
        }
    });
}

#[test]
fn a_load_that_is_not_committed_leaves_no_file_and_changes_nothing() {
    on_each_engine(|engine| {
        fill(&mut engine.storage);
        let before = engine.files();
        let mut tx = engine
            .storage
            .begin(&Scope::write_book())
            .expect("a transaction");
        load(&mut *tx, mixed().0).expect("a load");
        drop(tx);
        let mut tx = engine
            .storage
            .begin(&Scope::write_book())
            .expect("a transaction");
        begin_more_than_comes(&mut *tx);
        drop(tx);
        assert!(engine.files() == before, "on {}", engine.name);
        assert_eq!(engine.all(), bills());
    });
}

#[test]
fn a_load_that_brings_less_than_announced_is_committed_all_the_same() {
    on_each_engine(|engine| {
        fill(&mut engine.storage);
        let plan = YearLoad { new: 9, changed: 9 };
        let years = ["2024", "2025", "2030", "2031"].map(|year| (parse(year), plan));
        write(&mut engine.storage, &Scope::write_book(), |tx| {
            tx.begin_load(&BTreeMap::from(years)).expect("a load");
            for id in ["2024-5", "2030-1"] {
                let piece = Load::Insert(vec![paid(id, "")]);
                tx.load(year_of(&piece), piece).expect("a piece");
            }
        });
        let mut expected = bills();
        expected.extend([paid("2024-5", ""), paid("2030-1", "")]);
        expected.sort_by_key(Bill::number);
        assert_eq!(engine.all(), expected);
    });
}

#[test]
fn a_load_changes_any_number_of_existing_years() {
    on_each_engine(|engine| {
        fill(&mut engine.storage);
        let one = |year: i32, sequence: usize| {
            let (id, reference) = (format!("{year}-{sequence}"), format!("N-{sequence}"));
            paid(&id, &reference)
        };
        let years = 1990..2014;
        let mut expected = bills();
        for sequences in [1..=1, 2..=4, 5..=6] {
            let mut pieces = Vec::new();
            for year in years.clone() {
                let added: Vec<Bill> = sequences.clone().map(|index| one(year, index)).collect();
                expected.extend(added.iter().cloned());
                // In pieces of one, so that the years take turns.
                pieces.extend(added.into_iter().map(|bill| Load::Insert(vec![bill])));
            }
            pieces.sort_by_key(|piece| match piece {
                Load::Insert(bills) => bills[0].number().sequence(),
                Load::Change { .. } => 0,
            });
            write(&mut engine.storage, &Scope::write_book(), |tx| {
                load(tx, pieces).expect("a load");
            });
        }
        expected.sort_by_key(Bill::number);
        assert_eq!(engine.all(), expected);
    });
}

/// Many pieces of several years through the threads' queues, which are far shorter.
#[test]
fn a_long_load_arrives_whole() {
    on_each_engine(|engine| {
        fill(&mut engine.storage);
        let mut pieces = Vec::new();
        for batch in 0..40 {
            for year in 2001..=2005 {
                let added =
                    (1..=20).map(|index| paid(&format!("{year}-{}", batch * 20 + index), ""));
                pieces.push(Load::Insert(added.collect()));
            }
        }
        for _ in 0..2 {
            let mut tx = engine
                .storage
                .begin(&Scope::write_book())
                .expect("a transaction");
            load(&mut *tx, pieces.clone()).expect("a load");
        }
        write(&mut engine.storage, &Scope::write_book(), |tx| {
            load(tx, pieces).expect("a load");
        });
        assert_eq!(engine.all().len(), 12 + 5 * 800);
    });
}

#[test]
fn a_piece_that_cannot_be_written_spoils_the_load_and_nothing_else() {
    on_each_engine(|engine| {
        fill(&mut engine.storage);
        let before = engine.files();
        for (first, second) in [("2024-5", "2024-2"), ("2030-1", "2030-1")] {
            let mut tx = engine
                .storage
                .begin(&Scope::write_book())
                .expect("a transaction");
            let pieces = [first, second].map(|id| Load::Insert(vec![paid(id, "")]));
            let error = match load(&mut *tx, pieces.to_vec()) {
                Ok(()) => tx.commit().expect_err("a commit of less than all"),
                Err(error) => {
                    assert!(tx.commit().is_err(), "a commit of less than all");
                    error
                }
            };
            let taken = number(second);
            assert!(
                matches!(&error, StorageError::DuplicateNumber { number, .. } if *number == taken),
                "{error}"
            );
            assert!(engine.files() == before, "on {}", engine.name);
        }
        assert_eq!(engine.all(), bills());
    });
}

#[test]
fn a_load_that_is_interrupted_says_so_and_leaves_nothing() {
    on_each_engine(|engine| {
        fill(&mut engine.storage);
        let before = engine.files();
        let mut tx = engine
            .storage
            .begin(&Scope::write_book())
            .expect("a transaction");
        begin_more_than_comes(&mut *tx);
        engine.interrupt.raise();
        let piece = Load::Insert(vec![paid("2030-2", "")]);
        let error = tx.load(year_of(&piece), piece).expect_err("an end");
        assert!(matches!(error, StorageError::Interrupted), "{error}");
        assert!(tx.commit().is_err(), "a commit of less than all");
        assert!(engine.files() == before, "on {}", engine.name);
    });
}

#[test]
fn bills_are_found_by_what_an_import_calls_them() {
    on_each_engine(|engine| {
        fill(&mut engine.storage);
        let renamed = named(&bills()[5], "Ada Lovelace", "Widget");
        write(
            &mut engine.storage,
            &Scope::write_year(parse("2025")),
            |tx| {
                tx.update_bill(&bills()[5], &renamed).expect("an update");
            },
        );
        let head = |bill: &Bill| BillHead {
            number: bill.number(),
            customer: bill.customer().clone(),
            date: bill.date(),
            status: bill.status(),
            reference: bill.reference().cloned(),
            total: bill.total(),
            checksum: checksum(bill, &mut Vec::new()),
        };
        let keys = [
            BillKey::Number(number("2025-4")),
            BillKey::Reference(parse("R-6")),
            BillKey::Reference(parse("R-2")),
            BillKey::Number(number("2025-5")),
            BillKey::Number(number("2025-1")),
            BillKey::Reference(parse("R-6")),
        ];
        let all = bills();
        let expected = [
            Some(head(&all[7])),
            Some(head(&renamed)),
            None,
            None,
            Some(head(&all[4])),
            Some(head(&renamed)),
        ];
        let year: BillingYear = parse("2025");
        for scope in [Scope::Read, Scope::write_book(), Scope::write_year(year)] {
            let mut tx = engine.storage.begin(&scope).expect("a transaction");
            assert_eq!(tx.find_bills(year, &keys).expect("heads"), expected);
            assert_eq!(tx.find_bills(year, &keys).expect("heads"), expected);
            let nowhere = tx.find_bills(parse("1999"), &keys).expect("heads");
            assert_eq!(nowhere, vec![None; keys.len()]);
            // The same rows of another year's file are other versions.
            let other = tx
                .find_bills(parse("2024"), &[BillKey::Reference(parse("R-2"))])
                .expect("heads");
            assert_eq!(other, [Some(head(&all[1]))]);
        }
        // What an import asks for, it then loads in the same transaction.
        write(&mut engine.storage, &Scope::write_book(), |tx| {
            assert_eq!(tx.find_bills(year, &keys).expect("heads"), expected);
            load(tx, vec![Load::Insert(vec![paid("2025-5", "")])]).expect("a load");
        });
        assert_eq!(engine.all().len(), 13);
    });
}

#[test]
fn a_year_is_copied_where_that_pays() {
    assert!(!copy_pays(0, 999, 1_000), "too few to matter");
    assert!(copy_pays(0, 1_000, 1_000));
    assert!(copy_pays(5_000, 1_000, 1_000));
    assert!(!copy_pays(5_001, 1_000, 1_000));
    assert!(copy_pays(999_999_999, 200_000_000, 1_000));
    assert!(copy_pays(u64::MAX, u64::MAX, 1_000));
}

/// A check in a transaction that writes sees attached and new years, too.
#[test]
fn a_check_looks_at_what_its_own_transaction_wrote() {
    on_each_engine(|engine| {
        fill(&mut engine.storage);
        let years = BTreeSet::from([parse("2024"), parse("2030")]);
        let mut tx = engine
            .storage
            .begin(&Scope::Write(years.clone()))
            .expect("a transaction");
        let stranger = |id: &str| {
            let date = format!("{}-01-01", &id[..4]);
            bill(id, 7, 1, &date, "1", "", BillStatus::Pending)
        };
        for (year, id) in years.iter().zip(["2024-5", "2030-1"]) {
            let stranger = stranger(id);
            tx.insert_bills(*year, &[stranger]).expect("a bill");
            let mut findings = Vec::new();
            tx.verify_year(*year, &mut |finding| findings.push(finding.place))
                .expect("a check");
            assert_eq!(findings, [format!("bill {}", number(id))]);
        }
    });
}

/// So many that an engine may put off what finds them; afterwards they must be found all the same.
#[test]
fn a_great_many_customers_and_products_are_found_like_any_others() {
    use billbook::domain::{NewCustomer, NewProduct};
    const MANY: i64 = 10_000;
    on_each_engine(|engine| {
        let dropped = |storage: &mut dyn Storage| {
            let mut tx = storage.begin(&Scope::write_book()).expect("a transaction");
            tx.expect_additions(2 * MANY as u64, 2 * MANY as u64)
                .expect("an announcement");
        };
        dropped(&mut engine.storage);
        for base in [0, MANY] {
            write(&mut engine.storage, &Scope::write_book(), |tx| {
                tx.expect_additions(MANY as u64, MANY as u64)
                    .expect("an announcement");
                for id in base + 1..=base + MANY {
                    tx.insert_customer(&NewCustomer {
                        id: CustomerId::new(id),
                        name: parse("Ada"),
                        email: Some(parse(&format!("ada{id}@example.com"))),
                        address: billbook::domain::Note::default(),
                    })
                    .expect("a customer");
                    tx.insert_product(&NewProduct {
                        id: None,
                        name: parse(&format!("Widget {id}")),
                        description: billbook::domain::Note::default(),
                        price: parse("1"),
                    })
                    .expect("a product");
                }
            });
        }
        let mut tx = engine.storage.begin(&Scope::Read).expect("a transaction");
        let found = tx.customers_by_email(&parse("ADA19999@example.com"));
        assert_eq!(
            found.expect("a look"),
            [CustomerId::new(19_999).expect("an id")]
        );
        let found = tx.products_by_name(&parse("Widget 20000"));
        assert_eq!(found.expect("a look").len(), 1);
        drop(tx);
        // The indexes are there: a search by address or name reads no table from end to end.
        let file = engine.home.path().join("book/book.db");
        let connection = rusqlite::Connection::open(file).expect("a file");
        for sql in [
            "SELECT id FROM customers WHERE email = 'a@b.c' AND email <> ''",
            "SELECT id FROM products WHERE name = 'x'",
        ] {
            let plan: String = connection
                .query_row(&format!("EXPLAIN QUERY PLAN {sql}"), [], |row| row.get(3))
                .expect("a plan");
            assert!(plan.contains("USING") && plan.contains("INDEX"), "{plan}");
        }
    });
}

/// Ids as a file has them: close together, far apart, out of order, given twice, of nobody.
#[test]
fn many_ids_are_looked_up_as_each_is_alone() {
    on_each_engine(|engine| {
        write(&mut engine.storage, &Scope::write_book(), |tx| {
            for id in [1, 2, 3, 5, 8, 1_000, 1_001] {
                tx.insert_customer(&billbook::domain::NewCustomer {
                    id: CustomerId::new(id),
                    name: parse("Ada"),
                    email: None,
                    address: billbook::domain::Note::default(),
                })
                .expect("a customer");
                tx.insert_product(&billbook::domain::NewProduct {
                    id: billbook::domain::ProductId::new(id),
                    name: parse("Widget"),
                    description: billbook::domain::Note::default(),
                    price: parse("1"),
                })
                .expect("a product");
            }
        });
        let mut tx = engine.storage.begin(&Scope::Read).expect("a transaction");
        for ids in [
            &[][..],
            &[4],
            &[1, 2, 3, 4, 5, 6, 7, 8, 9],
            &[2, 3, 7],
            &[1, 1_001],
            &[8, 5, 5, 1, 77],
            &[998, 999, 1_000, 1_002],
        ] {
            let customers: Vec<CustomerId> = ids
                .iter()
                .map(|id| CustomerId::new(*id).expect("an id"))
                .collect();
            let alone: Vec<_> = customers
                .iter()
                .map(|id| tx.customer(*id).expect("an answer"))
                .collect();
            assert_eq!(
                tx.customers(&customers).expect("an answer"),
                alone,
                "{ids:?}"
            );
            let products: Vec<_> = ids
                .iter()
                .map(|id| billbook::domain::ProductId::new(*id).expect("an id"))
                .collect();
            let alone: Vec<_> = products
                .iter()
                .map(|id| tx.product(*id).expect("an answer"))
                .collect();
            assert_eq!(tx.products(&products).expect("an answer"), alone, "{ids:?}");
        }
    });
}

/// A rehearsal reads the book that there is; where the first write would make one, it reads an empty one and makes none.
#[test]
fn a_rehearsal_reads_what_a_write_would_find() {
    on_each_engine(|engine| {
        fill(&mut engine.storage);
        let mut tx = engine.storage.begin(&Scope::Rehearse).expect("a rehearsal");
        let mut read = 0;
        for year in tx.years().expect("years") {
            read += tx.last_sequence(year).expect("a place");
        }
        assert_eq!(usize::try_from(read).expect("a few"), bills().len());
    });
    let home = tempfile::tempdir().expect("a directory");
    let at = |makes_itself| {
        let location = Location {
            path: home.path().join("book"),
            makes_itself,
        };
        let now = DateTime::<Utc>::UNIX_EPOCH;
        SqliteStorage::new(location, Duration::ZERO, Interrupt::default(), now)
    };
    let mut storage = at(true);
    let mut tx = storage.begin(&Scope::Rehearse).expect("an empty book");
    assert_eq!(tx.years().expect("years"), []);
    drop(tx);
    assert!(!home.path().join("book").exists());
    let named = at(false).begin(&Scope::Rehearse).map(drop);
    assert!(matches!(named, Err(StorageError::NoBook { .. })));
}
