//! The columns of bills and of their items.

use crate::transfer::layout::{Layout, Need};

/// The fields of a bill and of one item on it, in the order of an export.
pub const BILL_FIELDS: [&str; 10] = [
    "reference",
    "number",
    "customer",
    "date",
    "status",
    "product",
    "quantity",
    "unit_price",
    "total_price",
    "total_amount",
];

/// The places of the fields in [`BILL_FIELDS`].
pub(super) mod field {
    pub const REFERENCE: usize = 0;
    pub const NUMBER: usize = 1;
    pub const CUSTOMER: usize = 2;
    pub const DATE: usize = 3;
    pub const STATUS: usize = 4;
    pub const PRODUCT: usize = 5;
    pub const QUANTITY: usize = 6;
    pub const UNIT_PRICE: usize = 7;
    pub const TOTAL_PRICE: usize = 8;
    pub const TOTAL_AMOUNT: usize = 9;
}

/// The fields of an item: a file without any of them says nothing of a bill's items.
pub(super) const ITEM_FIELDS: [usize; 4] = [
    field::PRODUCT,
    field::QUANTITY,
    field::UNIT_PRICE,
    field::TOTAL_PRICE,
];

const TEXTS: &[usize] = &[field::REFERENCE, field::CUSTOMER, field::PRODUCT];

/// Bills with their items, one row for each item.
pub(super) const TOGETHER: Layout = {
    use Need::{ForNew, OneOf, Optional};
    Layout {
        noun: "bills",
        fields: &BILL_FIELDS,
        needs: &[
            OneOf, OneOf, ForNew, ForNew, Optional, ForNew, ForNew, Optional, Optional, Optional,
        ],
        texts: TEXTS,
        items: false,
    }
};

/// Bills whose items are in another file.
pub(super) const HEADS: Layout = {
    use Need::{Elsewhere, ForNew, Optional, Required};
    Layout {
        noun: "bills",
        fields: &BILL_FIELDS,
        needs: &[
            Required, Optional, ForNew, ForNew, Optional, Elsewhere, Elsewhere, Elsewhere,
            Elsewhere, Optional,
        ],
        texts: TEXTS,
        items: false,
    }
};

/// The items of bills that are in another file.
pub(super) const ITEMS: Layout = {
    use Need::{Elsewhere, Optional, Required};
    Layout {
        noun: "items",
        fields: &BILL_FIELDS,
        needs: &[
            Required, Elsewhere, Elsewhere, Elsewhere, Elsewhere, Required, Required, Optional,
            Optional, Elsewhere,
        ],
        texts: TEXTS,
        items: true,
    }
};
