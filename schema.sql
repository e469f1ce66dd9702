-- The tables of a billbook book on SQLite, schema version 1.
--
-- A book is a directory: book.db (section book) and one file per billing year, 2026.db and so on (section year, which runs
-- on the year's file opened by itself). The indexes have sections of their own, which run right after them; in a load, which
-- knows that its rows are new, they are made once the rows are in: that is several times faster.
--
-- Amounts and quantities are integers of ten-thousandths: 12.50 is 125000. Dates are ISO 8601 texts, moments too (UTC).
-- An empty text stands for an e-mail address that is not known. Constraints are the last line of defence: the program
-- checks every rule before it writes.

-- section: book

-- What is decided when the book is made: book_id, currency, created_at.
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: how many transactions have been committed to the book.
CREATE TABLE commits (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    counter INTEGER NOT NULL CHECK (counter >= 0)
) STRICT;
INSERT INTO commits VALUES (1, 0);

-- The catalog: each year's file, and the commit that last wrote it. A file that carries another stamp is of another
-- moment.
CREATE TABLE years (
    year INTEGER PRIMARY KEY CHECK (year BETWEEN 1 AND 9999),
    stamp INTEGER NOT NULL CHECK (stamp > 0)
) STRICT;

-- AUTOINCREMENT: the id of a deleted customer is never given to another.
CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    email TEXT NOT NULL DEFAULT '' COLLATE NOCASE,
    address TEXT NOT NULL DEFAULT '',
    archived_at TEXT
) STRICT;

CREATE TABLE products (
    id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    description TEXT NOT NULL DEFAULT '',
    price INTEGER NOT NULL,
    archived_at TEXT
) STRICT;

-- section: customers indexes

CREATE INDEX customers_email ON customers (email) WHERE email <> '';

-- section: products indexes

CREATE INDEX products_name ON products (name);

-- section: year

-- One row: which book and year this file belongs to, and the commit that last wrote it.
CREATE TABLE year_file (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    book_id TEXT NOT NULL,
    year INTEGER NOT NULL CHECK (year BETWEEN 1 AND 9999),
    stamp INTEGER NOT NULL CHECK (stamp >= 0)
) STRICT;

-- The versions of customers and products that this year's bills were issued with.
CREATE TABLE billed_customers (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL CHECK (customer_id > 0),
    name TEXT NOT NULL CHECK (name <> ''),
    email TEXT NOT NULL,
    address TEXT NOT NULL
) STRICT;
CREATE INDEX billed_customers_customer_id ON billed_customers (customer_id);

CREATE TABLE billed_products (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL CHECK (product_id > 0),
    name TEXT NOT NULL CHECK (name <> '')
) STRICT;
CREATE INDEX billed_products_product_id ON billed_products (product_id);

-- id is year x 10^9 + sequence. customer_id refers to customers in book.db, which SQLite cannot enforce across files: the
-- writing transaction and "billbook check" do.
CREATE TABLE billings (
    id INTEGER PRIMARY KEY CHECK (id / 1000000000 = CAST(substr(date, 1, 4) AS INTEGER) AND id % 1000000000 > 0),
    customer_id INTEGER NOT NULL CHECK (customer_id > 0),
    date TEXT NOT NULL CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'),
    total_amount INTEGER NOT NULL CHECK (total_amount >= 0),
    status TEXT NOT NULL CHECK (status IN ('pending', 'paid', 'cancelled')),
    reference TEXT CHECK (reference <> ''),
    billed_customer_id INTEGER NOT NULL REFERENCES billed_customers (id),
    checksum INTEGER NOT NULL
) STRICT;

-- id is billing_id x 10^5 + line, so that the items of a bill lie beside each other.
CREATE TABLE billing_items (
    id INTEGER PRIMARY KEY CHECK (id / 100000 = billing_id AND id % 100000 > 0),
    billing_id INTEGER NOT NULL REFERENCES billings (id),
    product_id INTEGER NOT NULL CHECK (product_id > 0),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    unit_price INTEGER NOT NULL,
    total_price INTEGER NOT NULL,
    billed_product_id INTEGER NOT NULL REFERENCES billed_products (id)
) STRICT;

-- Each change of a bill after its creation. changes is a JSON array of {"field", "old", "new"}.
CREATE TABLE billing_history (
    id INTEGER PRIMARY KEY,
    billing_id INTEGER NOT NULL REFERENCES billings (id),
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('edit', 'pay', 'cancel', 'reopen')),
    changes TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX billing_history_billing_id ON billing_history (billing_id);

-- section: year indexes

CREATE UNIQUE INDEX billings_reference ON billings (reference) WHERE reference IS NOT NULL;
CREATE INDEX billings_customer_id ON billings (customer_id);
CREATE INDEX billings_date ON billings (date);
CREATE INDEX billing_items_billing_id ON billing_items (billing_id);
CREATE INDEX billing_items_product_id ON billing_items (product_id);
