//! What every engine of storage must do: one suite over the traits, run on each.

mod load;

use billbook::app::visit;
use billbook::context::Interrupt;
use billbook::domain::{
    Action, Bill, BillNumber, BillStatus, BilledCustomer, BilledProduct, BillingYear, Currency,
    Customer, CustomerId, FieldChange, HistoryEntry, Item, NewCustomer, NewProduct, Note, Product,
    ProductId,
};
use billbook::storage::sqlite::{Location, SqliteStorage};
use billbook::storage::{
    BillFilter, BillScan, BillSort, BillSummary, CustomerFilter, CustomerSort, ProductFilter,
    ProductSort, Scope, Storage, StorageError, Tx,
};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// An engine with an empty book, and what keeps it alive.
struct Engine {
    name: &'static str,
    storage: Box<dyn Storage>,
    home: TempDir,
}

fn engines() -> Vec<Engine> {
    let home = tempfile::tempdir().expect("a directory");
    let location = Location {
        path: home.path().join("book"),
        makes_itself: false,
    };
    let (wait, now) = (Duration::from_secs(5), DateTime::<Utc>::UNIX_EPOCH);
    let mut sqlite = SqliteStorage::new(location, wait, Interrupt::default(), now);
    sqlite.init(Currency::default()).expect("a book");
    vec![Engine {
        name: "sqlite",
        storage: Box::new(sqlite),
        home,
    }]
}

fn on_each_engine(test: impl Fn(&mut dyn Storage)) {
    for mut engine in engines() {
        println!("on {}", engine.name);
        test(&mut *engine.storage);
    }
}

fn parse<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a value")
}

fn customer(id: Option<i64>, name: &str, email: &str) -> NewCustomer {
    let email = (!email.is_empty()).then(|| parse(email));
    NewCustomer {
        id: id.and_then(CustomerId::new),
        name: parse(name),
        email,
        address: parse("Some Street"),
    }
}

fn product(id: Option<i64>, name: &str, price: &str) -> NewProduct {
    NewProduct {
        id: id.and_then(ProductId::new),
        name: parse(name),
        description: Note::default(),
        price: parse(price),
    }
}

fn write(storage: &mut dyn Storage, scope: &Scope, change: impl FnOnce(&mut dyn Tx)) {
    let mut tx = storage.begin(scope).expect("a transaction");
    change(&mut *tx);
    tx.commit().expect("a commit");
}

fn number(text: &str) -> BillNumber {
    parse(text)
}

/// A bill of customer `who` with one item of product `what`.
fn bill(
    id: &str,
    who: i64,
    what: i64,
    date: &str,
    quantity: &str,
    reference: &str,
    status: BillStatus,
) -> Bill {
    let customer = BilledCustomer {
        customer_id: CustomerId::new(who).expect("an id"),
        name: parse(&format!("Customer {who}")),
        email: None,
        address: Note::default(),
    };
    let product = BilledProduct {
        product_id: ProductId::new(what).expect("an id"),
        name: parse(&format!("Product {what}")),
    };
    let item = Item::new(
        Arc::new(product),
        parse(quantity),
        parse("2.50"),
        Currency::default(),
    )
    .expect("an item");
    let reference = (!reference.is_empty()).then(|| parse(reference));
    Bill::new(
        number(id),
        Arc::new(customer),
        parse(date),
        status,
        reference,
        vec![item],
    )
    .expect("a bill")
}

/// Twelve bills over three years, in which every condition of a filter divides.
fn bills() -> Vec<Bill> {
    let mut bills = Vec::new();
    for (year, first) in [(2024, 0_u32), (2025, 4), (2026, 8)] {
        for sequence in 1..=4_u32 {
            let n = first + sequence;
            let status = BillStatus::ALL[(n % 3) as usize];
            // A year's ends are where a filter by date may go wrong.
            let day = ["12-31", "09-10", "05-10", "01-01"][sequence as usize - 1];
            let date = format!("{year}-{day}");
            let reference = if n.is_multiple_of(2) {
                format!("R-{n}")
            } else {
                String::new()
            };
            let (who, what) = (i64::from(n % 2 + 1), i64::from(n % 3 + 1));
            let quantity = (n * 7 % 5 + 1).to_string();
            bills.push(bill(
                &format!("{year}-{sequence}"),
                who,
                what,
                &date,
                &quantity,
                &reference,
                status,
            ));
        }
    }
    bills
}

fn fill(storage: &mut dyn Storage) {
    let years: BTreeSet<BillingYear> = bills().iter().map(|bill| bill.number().year()).collect();
    write(storage, &Scope::Write(years), |tx| {
        for n in 1..=2 {
            tx.insert_customer(&customer(None, &format!("Customer {n}"), ""))
                .expect("a customer");
        }
        for n in 1..=3 {
            tx.insert_product(&product(None, &format!("Product {n}"), "2.50"))
                .expect("a product");
        }
        for bill in bills() {
            tx.insert_bills(bill.number().year(), &[bill])
                .expect("a bill");
        }
    });
}

#[test]
fn a_new_book_is_empty_and_knows_itself() {
    on_each_engine(|storage| {
        let mut tx = storage.begin(&Scope::Read).expect("a transaction");
        let info = tx.info().expect("info");
        assert_eq!(
            (info.currency, info.commits, info.id.len()),
            (Currency::default(), 0, 32)
        );
        assert_eq!(tx.years().expect("years"), []);
        assert_eq!(tx.count_bills(&BillFilter::default()).expect("a count"), 0);
        assert_eq!(tx.last_sequence(parse("2026")).expect("a number"), 0);
        assert_eq!(tx.bill(number("2026-1")).expect("an answer"), None);
        assert_eq!(tx.history(number("2026-1")).expect("an answer"), []);
    });
}

#[test]
fn customers_are_kept_found_changed_and_removed() {
    on_each_engine(|storage| {
        write(storage, &Scope::write_book(), |tx| {
            assert_eq!(
                tx.insert_customer(&customer(None, "Ada", "ada@example.com"))
                    .expect("one")
                    .get(),
                1
            );
            assert_eq!(
                tx.insert_customer(&customer(Some(9), "bob", ""))
                    .expect("one")
                    .get(),
                9
            );
            assert_eq!(
                tx.insert_customer(&customer(None, "Cleo", "ADA@EXAMPLE.COM"))
                    .expect("one")
                    .get(),
                10
            );
            let taken = tx
                .insert_customer(&customer(Some(9), "Dup", ""))
                .expect_err("taken");
            assert!(
                matches!(
                    taken,
                    StorageError::DuplicateId {
                        noun: "customer",
                        id: 9
                    }
                ),
                "{taken}"
            );
        });
        write(storage, &Scope::write_book(), |tx| {
            let ids = tx
                .customers_by_email(&parse("Ada@example.com"))
                .expect("ids");
            assert_eq!(ids.iter().map(|id| id.get()).collect::<Vec<_>>(), [1, 10]);
            let mut bob = tx
                .customer(CustomerId::new(9).expect("an id"))
                .expect("an answer")
                .expect("bob");
            bob.archived_at = Some(DateTime::<Utc>::UNIX_EPOCH);
            bob.address = parse("Line 1\nLine 2");
            tx.update_customer(&bob).expect("an update");
            assert_eq!(tx.customer(bob.id).expect("an answer"), Some(bob));
            tx.delete_customer(CustomerId::new(10).expect("an id"))
                .expect("a deletion");
            assert_eq!(
                tx.insert_customer(&customer(None, "Eve", ""))
                    .expect("one")
                    .get(),
                11,
                "no id is used again"
            );
        });
    });
}

#[test]
fn customers_are_searched_sorted_and_counted() {
    on_each_engine(|storage| {
        write(storage, &Scope::write_book(), |tx| {
            tx.insert_customer(&customer(None, "Ada", "ada@example.com"))
                .expect("one");
            let id = tx.insert_customer(&customer(None, "bob", "")).expect("one");
            tx.insert_customer(&customer(None, "Eve", "")).expect("one");
            let mut bob = tx.customer(id).expect("an answer").expect("bob");
            bob.archived_at = Some(DateTime::<Utc>::UNIX_EPOCH);
            bob.address = parse("Line 1\nLine 2");
            tx.update_customer(&bob).expect("an update");
        });
        let mut tx = storage.begin(&Scope::Read).expect("a transaction");
        let mut names = |filter: CustomerFilter| {
            let mut names = Vec::new();
            let mut each = |customer: Customer| {
                names.push(customer.name.to_string());
                Ok(())
            };
            visit(|visit| tx.each_customer(&filter, visit), &mut each).expect("a visit");
            (
                names.join(" "),
                tx.count_customers(&filter).expect("a count"),
            )
        };
        let all = CustomerFilter {
            archived: true,
            ..CustomerFilter::default()
        };
        assert_eq!(names(CustomerFilter::default()), ("Ada Eve".to_owned(), 2));
        assert_eq!(
            names(CustomerFilter {
                sort: CustomerSort::Name,
                descending: true,
                ..all.clone()
            })
            .0,
            "Eve bob Ada"
        );
        assert_eq!(
            names(CustomerFilter {
                limit: Some(1),
                sort: CustomerSort::Email,
                ..all.clone()
            }),
            ("bob".to_owned(), 3)
        );
        assert_eq!(
            names(CustomerFilter {
                search: Some("line 2".to_owned()),
                ..all.clone()
            }),
            ("bob".to_owned(), 1)
        );
        assert_eq!(
            names(CustomerFilter {
                search: Some("%".to_owned()),
                ..all
            }),
            (String::new(), 0)
        );
    });
}

#[test]
fn products_are_kept_found_changed_and_removed() {
    on_each_engine(|storage| {
        write(storage, &Scope::write_book(), |tx| {
            assert_eq!(
                tx.insert_product(&product(None, "Widget", "2.5"))
                    .expect("one")
                    .get(),
                1
            );
            assert_eq!(
                tx.insert_product(&product(Some(7), "widget", "-1"))
                    .expect("one")
                    .get(),
                7
            );
            let taken = tx
                .insert_product(&product(Some(7), "Dup", "1"))
                .expect_err("taken");
            assert!(
                matches!(
                    taken,
                    StorageError::DuplicateId {
                        noun: "product",
                        id: 7
                    }
                ),
                "{taken}"
            );
            assert_eq!(
                tx.products_by_name(&parse("Widget")).expect("ids").len(),
                1,
                "names are exact"
            );
            let mut widget = tx
                .product(ProductId::new(7).expect("an id"))
                .expect("an answer")
                .expect("it");
            widget.description = parse("50 % off");
            widget.archived_at = Some(DateTime::<Utc>::UNIX_EPOCH);
            tx.update_product(&widget).expect("an update");
            assert_eq!(tx.product(widget.id).expect("an answer"), Some(widget));
            let gone = tx.insert_product(&product(None, "Gone", "1")).expect("one");
            tx.delete_product(gone).expect("a deletion");
            assert_eq!(tx.product(gone).expect("an answer"), None);
        });
        let mut tx = storage.begin(&Scope::Read).expect("a transaction");
        let mut ids = |filter: ProductFilter| {
            let mut ids = Vec::new();
            let mut each = |product: Product| {
                ids.push(product.id.get());
                Ok(())
            };
            visit(|visit| tx.each_product(&filter, visit), &mut each).expect("a visit");
            (ids, tx.count_products(&filter).expect("a count"))
        };
        let all = ProductFilter {
            archived: true,
            ..ProductFilter::default()
        };
        assert_eq!(ids(ProductFilter::default()), (vec![1], 1));
        assert_eq!(
            ids(ProductFilter {
                sort: ProductSort::Price,
                ..all.clone()
            }),
            (vec![7, 1], 2)
        );
        assert_eq!(
            ids(ProductFilter {
                sort: ProductSort::Name,
                limit: Some(1),
                descending: true,
                ..all.clone()
            }),
            (vec![7], 2)
        );
        assert_eq!(
            ids(ProductFilter {
                search: Some("0 % o".to_owned()),
                ..all
            }),
            (vec![7], 1)
        );
    });
}

#[test]
fn bills_are_read_as_they_were_written() {
    on_each_engine(|storage| {
        fill(storage);
        let mut tx = storage.begin(&Scope::Read).expect("a transaction");
        assert_eq!(
            tx.years().expect("years"),
            [parse("2024"), parse("2025"), parse("2026")]
        );
        let mut read = Vec::new();
        for year in tx.years().expect("years") {
            assert_eq!(tx.last_sequence(year).expect("a number"), 4);
            let mut each = |bill: Result<Bill, _>| {
                read.push(bill.expect("an intact bill"));
                Ok(())
            };
            visit(
                |visit| tx.each_bill(year, &BillFilter::default(), visit),
                &mut each,
            )
            .expect("a visit");
            let tallies = tx.year_summary(year).expect("figures").by_status;
            assert_eq!(tallies.iter().map(|tally| tally.bills).sum::<u64>(), 4);
            let mut findings = Vec::new();
            tx.verify_year(year, &mut |finding| findings.push(finding))
                .expect("a check");
            assert_eq!(findings, []);
        }
        assert_eq!(read, bills());
        for bill in bills() {
            assert_eq!(tx.bill(bill.number()).expect("an answer"), Some(bill));
        }
        let mut findings = Vec::new();
        tx.verify_book(&mut |finding| findings.push(finding))
            .expect("a check");
        assert_eq!(findings, []);
        let first = |id: i64| {
            bills()
                .into_iter()
                .find(|bill| bill.customer().customer_id.get() == id)
        };
        let id = CustomerId::new(1).expect("an id");
        assert_eq!(
            tx.bill_of_customer(id).expect("an answer"),
            first(1).map(|bill| bill.number())
        );
        assert_eq!(
            tx.bill_of_customer(CustomerId::new(3).expect("an id"))
                .expect("an answer"),
            None
        );
        assert!(
            tx.bill_of_product(ProductId::new(3).expect("an id"))
                .expect("an answer")
                .is_some()
        );
        assert_eq!(
            tx.bill_of_product(ProductId::new(4).expect("an id"))
                .expect("an answer"),
            None
        );
    });
}

/// What a list must be: every condition asked of every bill, then sorted.
fn naive(filter: &BillFilter) -> Vec<BillSummary> {
    let matches = |bill: &Bill| {
        filter
            .customer
            .is_none_or(|id| bill.customer().customer_id == id)
            && filter.product.is_none_or(|id| {
                bill.items()
                    .iter()
                    .any(|item| item.product().product_id == id)
            })
            && filter.status.is_none_or(|status| bill.status() == status)
            && filter
                .reference
                .as_ref()
                .is_none_or(|reference| bill.reference() == Some(reference))
            && !(filter.unreferenced && bill.reference().is_some())
            && filter.from.is_none_or(|from| bill.date() >= from)
            && filter.to.is_none_or(|to| bill.date() <= to)
            && filter.min_total.is_none_or(|least| bill.total() >= least)
            && filter.max_total.is_none_or(|most| bill.total() <= most)
    };
    let mut found: Vec<BillSummary> = bills()
        .iter()
        .filter(|bill| matches(bill))
        .map(BillSummary::from)
        .collect();
    match filter.sort {
        BillSort::Id => found.sort_by_key(|bill| bill.number),
        BillSort::Date => found.sort_by_key(|bill| (bill.date, bill.number)),
        BillSort::Total => found.sort_by_key(|bill| (bill.total, bill.number)),
        BillSort::Customer => found.sort_by_key(|bill| (bill.customer_id, bill.number)),
    }
    if filter.descending {
        found.reverse();
    }
    found
}

/// One filter for each condition, several together, and dates at both ends of a year and beside them.
fn conditions() -> Vec<BillFilter> {
    let none = BillFilter::default;
    let mut conditions = vec![
        none(),
        BillFilter {
            customer: CustomerId::new(2),
            ..none()
        },
        BillFilter {
            product: ProductId::new(3),
            ..none()
        },
        BillFilter {
            status: Some(BillStatus::Paid),
            ..none()
        },
        BillFilter {
            reference: Some(parse("R-6")),
            ..none()
        },
        BillFilter {
            unreferenced: true,
            ..none()
        },
        BillFilter {
            from: Some(parse("2025-01-01")),
            to: Some(parse("2025-12-31")),
            ..none()
        },
        BillFilter {
            from: Some(parse("2024-07-10")),
            to: Some(parse("2026-07-09")),
            ..none()
        },
        BillFilter {
            min_total: Some(parse("5")),
            max_total: Some(parse("10")),
            ..none()
        },
        BillFilter {
            customer: CustomerId::new(1),
            status: Some(BillStatus::Pending),
            to: Some(parse("2025-06-01")),
            ..none()
        },
        BillFilter {
            from: Some(parse("2030-01-01")),
            ..none()
        },
    ];
    for (from, to) in [
        ("2025-12-31", "2025-12-31"),
        ("2025-01-01", "2025-01-01"),
        ("2024-12-31", "2025-01-01"),
        ("2025-01-02", "2025-12-30"),
        ("2025-01-02", "2026-01-01"),
    ] {
        conditions.push(BillFilter {
            from: Some(parse(from)),
            to: Some(parse(to)),
            ..none()
        });
    }
    conditions
}

#[test]
fn lists_find_sort_and_limit_as_a_naive_list_does() {
    on_each_engine(|storage| {
        fill(storage);
        let mut tx = storage.begin(&Scope::Read).expect("a transaction");
        for condition in conditions() {
            for sort in [
                BillSort::Id,
                BillSort::Date,
                BillSort::Total,
                BillSort::Customer,
            ] {
                for (descending, limit) in [
                    (false, None),
                    (true, None),
                    (false, Some(3)),
                    (true, Some(5)),
                ] {
                    let filter = BillFilter {
                        sort,
                        descending,
                        limit,
                        ..condition.clone()
                    };
                    let mut expected = naive(&filter);
                    assert_eq!(
                        tx.count_bills(&filter).expect("a count"),
                        expected.len() as u64,
                        "{filter:?}"
                    );
                    expected.truncate(
                        limit.map_or(usize::MAX, |limit| usize::try_from(limit).expect("small")),
                    );
                    assert_eq!(
                        tx.list_bills(&filter).expect("a list"),
                        expected,
                        "{filter:?}"
                    );
                }
            }
        }
    });
}

#[test]
fn a_visit_finds_what_a_naive_list_does_and_ends_when_told() {
    on_each_engine(|storage| {
        fill(storage);
        let mut tx = storage.begin(&Scope::Read).expect("a transaction");
        for filter in conditions() {
            let expected: Vec<BillNumber> = naive(&filter).iter().map(|bill| bill.number).collect();
            let mut visited = Vec::new();
            for year in tx.years().expect("years") {
                let mut visit = |bill: Result<Bill, _>| {
                    visited.push(bill.expect("an intact bill").number());
                    ControlFlow::Continue(())
                };
                tx.each_bill(year, &filter, &mut visit).expect("a visit");
            }
            assert_eq!(visited, expected, "{filter:?}");
        }
        let mut visits = 0;
        let mut once = |_| {
            visits += 1;
            ControlFlow::Break(())
        };
        tx.each_bill(parse("2025"), &BillFilter::default(), &mut once)
            .expect("a visit");
        assert_eq!(visits, 1);
    });
}

#[test]
fn a_scanner_finds_what_a_naive_list_does_on_another_thread() {
    on_each_engine(|storage| {
        fill(storage);
        let tx = storage.begin(&Scope::Read).expect("a transaction");
        let mut scanners = [tx.scanner(), tx.scanner()].map(|made| made.expect("a scanner"));
        let scans = |scanner: &mut Box<dyn BillScan>| {
            for filter in conditions() {
                for year in ["2024", "2025", "2026", "2027"] {
                    for (first, last) in [(1, 4), (1, 1), (2, 3), (4, 4), (3, 999_999_999)] {
                        let number = |place| number(&format!("{year}-{place}"));
                        let (first, last) = (number(first), number(last));
                        let expected: Vec<Bill> = bills()
                            .into_iter()
                            .filter(|bill| (first..=last).contains(&bill.number()))
                            .filter(|bill| naive(&filter).contains(&BillSummary::from(bill)))
                            .collect();
                        let mut visited = Vec::new();
                        let mut visit = |bill: Result<Bill, _>| {
                            visited.push(bill.expect("an intact bill"));
                            ControlFlow::Continue(())
                        };
                        scanner
                            .each_bill_between(first, last, &filter, &mut visit)
                            .expect("a visit");
                        assert_eq!(visited, expected, "{first} to {last}, {filter:?}");
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for scanner in &mut scanners {
                scope.spawn(|| scans(scanner));
            }
        });
        let mut visits = 0;
        let mut once = |_| {
            visits += 1;
            ControlFlow::Break(())
        };
        let (first, last) = (number("2025-1"), number("2025-4"));
        scanners[0]
            .each_bill_between(first, last, &BillFilter::default(), &mut once)
            .expect("a visit");
        assert_eq!(visits, 1);
    });
}

#[test]
fn a_scanner_sees_the_state_that_its_transaction_began_with() {
    on_each_engine(|storage| {
        fill(storage);
        let year = parse("2026");
        let mut tx = storage
            .begin(&Scope::write_year(year))
            .expect("a transaction");
        let before = tx.scanner().expect("a scanner");
        let new = bill("2026-5", 1, 1, "2026-07-01", "1", "", BillStatus::Pending);
        tx.insert_bills(year, std::slice::from_ref(&new))
            .expect("a bill");
        let after = tx.scanner().expect("a scanner");
        for mut scanner in [before, after] {
            let mut visited = 0;
            let mut visit = |bill: Result<Bill, _>| {
                assert_ne!(bill.expect("an intact bill"), new);
                visited += 1;
                ControlFlow::Continue(())
            };
            let (first, last) = (number("2026-1"), number("2026-9"));
            scanner
                .each_bill_between(first, last, &BillFilter::default(), &mut visit)
                .expect("a visit");
            assert_eq!(visited, 4);
        }
        tx.commit().expect("a commit");
    });
}

/// The bill with its customer and product under these names.
fn named(plain: &Bill, who: &str, what: &str) -> Bill {
    let customer = BilledCustomer {
        name: parse(who),
        email: Some(parse("then@example.com")),
        address: parse("An old street\nOld Town"),
        ..(**plain.customer()).clone()
    };
    let item = &plain.items()[0];
    let product = BilledProduct {
        name: parse(what),
        ..(**item.product()).clone()
    };
    let (quantity, price) = (item.quantity(), item.unit_price());
    let item = Item::new(Arc::new(product), quantity, price, Currency::default());
    Bill::new(
        plain.number(),
        Arc::new(customer),
        plain.date(),
        plain.status(),
        plain.reference().cloned(),
        vec![item.expect("an item")],
    )
    .expect("a bill")
}

#[test]
fn a_bill_reads_as_billed_whatever_becomes_of_its_customer_and_product() {
    on_each_engine(|storage| {
        fill(storage);
        let plain = |id| bill(id, 1, 1, "2025-06-01", "1", "", BillStatus::Pending);
        let (first, second) = (
            named(&plain("2025-5"), "Ada", "Widget"),
            named(&plain("2025-6"), "Ada Lovelace", "Widget, blue"),
        );
        let year: BillingYear = parse("2025");
        write(storage, &Scope::write_year(year), |tx| {
            tx.insert_bills(year, &[first.clone(), second.clone()])
                .expect("bills");
            let id = first.customer().customer_id;
            let mut customer = tx.customer(id).expect("an answer").expect("a customer");
            customer.name = parse("Countess of Lovelace");
            tx.update_customer(&customer).expect("an update");
        });
        // A version that is billed by one bill alone goes, and one that another bill shares stays.
        let later = named(&first, "Ada Lovelace", "Widget");
        write(storage, &Scope::write_year(year), |tx| {
            tx.update_bill(&first, &later).expect("an update");
        });
        let mut tx = storage.begin(&Scope::Read).expect("a transaction");
        for bill in [later, second] {
            let filter = BillFilter {
                from: Some(bill.date()),
                to: Some(bill.date()),
                ..BillFilter::default()
            };
            let listed = tx.list_bills(&filter).expect("a list");
            assert!(listed.contains(&BillSummary::from(&bill)), "{listed:?}");
            assert_eq!(tx.bill(bill.number()).expect("an answer"), Some(bill));
        }
        let mut findings = Vec::new();
        tx.verify_book(&mut |finding| findings.push(finding))
            .expect("a check");
        tx.verify_year(year, &mut |finding| findings.push(finding))
            .expect("a check");
        assert_eq!(findings, []);
    });
}

#[test]
fn a_new_year_that_is_not_committed_leaves_no_file() {
    for mut engine in engines() {
        fill(&mut *engine.storage);
        let files = || {
            let mut files = BTreeSet::new();
            for entry in std::fs::read_dir(engine.home.path().join("book")).expect("a book") {
                files.insert(entry.expect("an entry").file_name());
            }
            files
        };
        let before = files();
        let year: BillingYear = parse("2031");
        let scope = Scope::write_year(year);
        let mut tx = engine.storage.begin(&scope).expect("a transaction");
        let future = bill("2031-1", 1, 1, "2031-01-01", "1", "", BillStatus::Pending);
        tx.insert_bills(year, &[future]).expect("a bill");
        assert_ne!(files(), before, "the year is on its way");
        drop(tx);
        assert_eq!(files(), before, "on {}", engine.name);
    }
}

#[test]
fn a_number_or_reference_that_is_taken_is_told_apart() {
    on_each_engine(|storage| {
        fill(storage);
        let year: BillingYear = parse("2024");
        let refused = |storage: &mut dyn Storage, second: Bill| {
            let good = bill("2024-5", 1, 1, "2024-12-24", "1", "", BillStatus::Pending);
            let mut tx = storage
                .begin(&Scope::write_year(year))
                .expect("a transaction");
            let error = tx
                .insert_bills(year, &[good, second])
                .expect_err("a refusal");
            assert_eq!(
                tx.last_sequence(year).expect("a number"),
                5,
                "the bill before it is in"
            );
            let next = bill(
                "2024-6",
                1,
                1,
                "2024-12-24",
                "1",
                "another",
                BillStatus::Pending,
            );
            tx.insert_bills(year, &[next])
                .expect("the transaction goes on");
            error
        };
        let same_number = bill("2024-2", 1, 1, "2024-12-24", "1", "", BillStatus::Pending);
        let error = refused(storage, same_number);
        assert!(
            matches!(&error, StorageError::DuplicateNumber { index: 1, number: n } if *n == number("2024-2")),
            "{error}"
        );
        let same_reference = bill(
            "2024-6",
            1,
            1,
            "2024-12-24",
            "1",
            "R-2",
            BillStatus::Pending,
        );
        let error = refused(storage, same_reference);
        let existing = number("2024-2");
        assert!(
            matches!(&error, StorageError::DuplicateReference { index: 1, existing: e, .. } if *e == existing),
            "{error}"
        );
        let mut tx = storage.begin(&Scope::Read).expect("a transaction");
        assert_eq!(
            tx.last_sequence(year).expect("a number"),
            4,
            "nothing of a dropped transaction stays"
        );
    });
}

#[test]
fn changes_and_history_are_kept_and_a_dropped_transaction_leaves_nothing() {
    on_each_engine(|storage| {
        fill(storage);
        let commits = storage
            .begin(&Scope::Read)
            .expect("a transaction")
            .info()
            .expect("info")
            .commits;
        let old = bills()[0].clone();
        let new = bill("2024-1", 2, 3, "2024-02-02", "9", "new", old.status());
        let years = Scope::Write(BTreeSet::from([parse("2024"), parse("2031")]));
        {
            let mut tx = storage.begin(&years).expect("a transaction");
            tx.update_bill(&old, &new).expect("an update");
            let future = bill("2031-1", 1, 1, "2031-01-01", "1", "", BillStatus::Pending);
            tx.insert_bills(parse("2031"), &[future]).expect("a bill");
            assert_eq!(
                tx.last_sequence(parse("2031")).expect("a number"),
                1,
                "a transaction sees what it wrote"
            );
            assert_eq!(tx.years().expect("years").len(), 4);
        }
        let entry = HistoryEntry {
            at: DateTime::<Utc>::UNIX_EPOCH,
            actor: parse("Ada \"the first\""),
            action: Action::Edit,
            changes: vec![FieldChange {
                field: "date".to_owned(),
                old: "a\n".to_owned(),
                new: String::new(),
            }],
            reason: parse("why not?"),
        };
        write(storage, &years, |tx| {
            assert_eq!(
                tx.bill(old.number()).expect("an answer").as_ref(),
                Some(&old),
                "the drop undid the update"
            );
            assert_eq!(
                tx.years().expect("years").len(),
                3,
                "and the year that was begun"
            );
            tx.update_bill(&old, &new).expect("an update");
            tx.append_history(old.number(), &entry).expect("an entry");
            tx.append_history(old.number(), &entry).expect("an entry");
        });
        let mut tx = storage.begin(&Scope::Read).expect("a transaction");
        assert_eq!(
            tx.bill(new.number()).expect("an answer").as_ref(),
            Some(&new)
        );
        assert_eq!(
            tx.history(new.number()).expect("a history"),
            [entry.clone(), entry]
        );
        assert_eq!(
            tx.info().expect("info").commits,
            commits + 1,
            "each commit counts once"
        );
    });
}

/// The method that no test calls is the one that drifts.
#[test]
fn the_suite_calls_every_method_of_the_traits() {
    let root = env!("CARGO_MANIFEST_DIR");
    let read = |path: &str| std::fs::read_to_string(format!("{root}/{path}")).expect("a source");
    let (traits, scan) = (read("src/storage/mod.rs"), read("src/storage/scan.rs"));
    let suite = read("tests/contract.rs") + &read("tests/contract/load.rs");
    let methods: Vec<&str> = traits
        .lines()
        .chain(scan.lines())
        .filter_map(|line| line.strip_prefix("    fn "))
        .filter_map(|line| line.split(['(', '<']).next())
        .filter(|name| *name != "from")
        .collect();
    assert!(methods.len() >= 30, "{methods:?}");
    // A bill has a `customer` too: only a call on the trait's own object counts, on however many lines it stands.
    let suite: String = suite.split_whitespace().collect();
    for method in methods {
        let object = match method {
            "begin" => "storage",
            "each_bill_between" => "scanner",
            _ => "tx",
        };
        assert!(
            suite.contains(&format!("{object}.{method}(")),
            "the contract suite never calls {object}.{method}"
        );
    }
}
