#!/usr/bin/env bash
# billbook's main job in one go: makes a book, imports customers, products and bills, lists, shows, pays and checks.
# The book goes into the directory named, or a fresh temporary one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
book=${1:-$(mktemp -d)/book}
billbook() {
    if [ -n "${BILLBOOK:-}" ]; then
        command "$BILLBOOK" "$@"
    else
        # Cargo knows where it puts what it builds, whatever its configuration says.
        cargo run --quiet --release --locked --manifest-path "$here/../Cargo.toml" -- "$@"
    fi
}
export BILLBOOK_BOOK=$book
say() { printf '\n$ billbook %s\n' "$*"; billbook "$@"; }

say init --currency EUR
say customer import "$here/customers.csv"
say product import "$here/products.csv"
say bill import "$here/bills.csv"
say customer list
say bill list --status pending
say bill show 2026-000002
say bill pay 2025-000004 2026-000001
say status
billbook check && printf '\nThe book in %s is sound.\n' "$book"
