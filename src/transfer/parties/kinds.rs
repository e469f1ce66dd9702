//! Customers and products as rows of a file.

use crate::app::party::Party;
use crate::domain::{
    Currency, Customer, CustomerId, CustomerRef, Email, FieldChange, Money, Name, NewCustomer,
    NewProduct, Note, Product, ProductId, ProductRef,
};
use crate::storage::{CustomerFilter, ProductFilter};
use crate::transfer::cells::Cells;
use crate::transfer::columns::{Layout, Need};
use crate::transfer::spool::{Packer, Unpacker};

/// The fields of a customer, in the order of an export.
const CUSTOMER_FIELDS: [&str; 4] = ["id", "name", "email", "address"];
/// The fields of a product, in the order of an export.
const PRODUCT_FIELDS: [&str; 4] = ["id", "name", "description", "price"];

/// What is one row of a file.
pub(in crate::transfer) trait Tabular: Party {
    /// Its fields.
    const LAYOUT: Layout;
    /// The fields that a new one must have.
    const NEEDED: &'static [usize];
    /// What a row says: `None` where no column holds a field.
    type Values: Default + Send;

    /// Reads a row. What is wrong becomes a problem.
    fn read(cells: &mut Cells<'_>) -> Self::Values;

    /// The id that a row gives.
    fn given_id(values: &Self::Values) -> Option<Self::Id>;

    /// How a row without an id names the record, where that can be looked up: by e-mail address or exact name.
    fn reference(values: &Self::Values) -> Option<Self::Ref>;

    /// The name, where nothing else tells which record a row means.
    fn bare_name(values: &Self::Values) -> Option<&Name>;

    /// The name of a record, where the book has nothing else that tells it from others: see [`Self::bare_name`].
    fn bare_name_stored(&self) -> Option<&str>;

    /// A new record; `None` where the row lacks a field that it needs.
    fn new(values: Self::Values) -> Option<Self::New>;

    /// The record with what the row says.
    fn with(&self, values: Self::Values) -> Self;

    /// What another state of the same record changes.
    fn differences(&self, new: &Self, currency: Currency) -> Vec<FieldChange>;

    /// All there are, archived ones included.
    fn everything() -> Self::Filter;

    /// Its cells, in the order of its fields.
    fn cells(&self, currency: Currency) -> [String; 4];

    /// Puts a new one into a record that waits.
    fn pack(new: &Self::New, packer: &mut Packer);

    /// Takes it out again.
    fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<Self::New>;

    /// Its present state as a new one, which [`Self::replaced`] undoes.
    fn as_new(&self) -> Self::New;

    /// The record with all that `new` says, its archived state apart.
    fn replaced(self, new: Self::New) -> Self;

    /// The id of a new one, where it is given.
    fn id_of(new: &Self::New) -> Option<Self::Id>;
}

/// What a row says of a customer.
#[derive(Debug, Default)]
pub(in crate::transfer) struct CustomerValues {
    id: Option<CustomerId>,
    name: Option<Name>,
    email: Option<Option<Email>>,
    address: Option<Note>,
}

/// What a row says of a product.
#[derive(Debug, Default)]
pub(in crate::transfer) struct ProductValues {
    id: Option<ProductId>,
    name: Option<Name>,
    description: Option<Note>,
    price: Option<Money>,
}

/// The changes of fields, as texts.
fn changes<const N: usize>(fields: [(&str, String, String); N]) -> Vec<FieldChange> {
    fields
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(field, old, new)| FieldChange {
            field: field.to_owned(),
            old,
            new,
        })
        .collect()
}

fn text(email: Option<&Email>) -> String {
    email.map_or(String::new(), ToString::to_string)
}

impl Tabular for Customer {
    const LAYOUT: Layout = Layout {
        noun: "customers",
        fields: &CUSTOMER_FIELDS,
        needs: &[Need::Optional, Need::ForNew, Need::Optional, Need::Optional],
        texts: &[1, 2, 3],
        items: false,
    };
    const NEEDED: &'static [usize] = &[1];
    type Values = CustomerValues;

    fn read(cells: &mut Cells<'_>) -> CustomerValues {
        CustomerValues {
            id: cells.optional(0),
            name: cells.given(1),
            email: cells.has(2).then(|| cells.optional(2)),
            address: cells.given(3),
        }
    }

    fn given_id(values: &CustomerValues) -> Option<CustomerId> {
        values.id
    }

    fn reference(values: &CustomerValues) -> Option<CustomerRef> {
        values.email.clone().flatten().map(CustomerRef::Email)
    }

    fn bare_name(values: &CustomerValues) -> Option<&Name> {
        values.name.as_ref()
    }

    fn bare_name_stored(&self) -> Option<&str> {
        Some(self.name.as_str()).filter(|_| self.email.is_none())
    }

    fn new(values: CustomerValues) -> Option<NewCustomer> {
        Some(NewCustomer {
            id: values.id,
            name: values.name?,
            email: values.email.flatten(),
            address: values.address.unwrap_or_default(),
        })
    }

    fn with(&self, values: CustomerValues) -> Self {
        Self {
            id: self.id,
            name: values.name.unwrap_or_else(|| self.name.clone()),
            email: values.email.unwrap_or_else(|| self.email.clone()),
            address: values.address.unwrap_or_else(|| self.address.clone()),
            archived_at: self.archived_at,
        }
    }

    fn differences(&self, new: &Self, _: Currency) -> Vec<FieldChange> {
        changes([
            ("name", self.name.to_string(), new.name.to_string()),
            ("email", text(self.email.as_ref()), text(new.email.as_ref())),
            ("address", self.address.to_string(), new.address.to_string()),
        ])
    }

    fn everything() -> CustomerFilter {
        CustomerFilter {
            archived: true,
            ..CustomerFilter::default()
        }
    }

    fn cells(&self, _: Currency) -> [String; 4] {
        [
            self.id.to_string(),
            self.name.to_string(),
            text(self.email.as_ref()),
            self.address.to_string(),
        ]
    }

    fn pack(new: &NewCustomer, packer: &mut Packer) {
        packer.signed(new.id.map_or(0, CustomerId::get));
        packer.text(new.name.as_str());
        packer.text(new.email.as_ref().map_or("", Email::as_str));
        packer.text(new.address.as_str());
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<NewCustomer> {
        Ok(NewCustomer {
            id: CustomerId::new(unpacker.signed()?),
            name: unpacker.text()?.parse()?,
            email: match unpacker.text()? {
                "" => None,
                email => Some(email.parse()?),
            },
            address: unpacker.text()?.parse()?,
        })
    }

    fn as_new(&self) -> NewCustomer {
        NewCustomer {
            id: Some(self.id),
            name: self.name.clone(),
            email: self.email.clone(),
            address: self.address.clone(),
        }
    }

    fn replaced(self, new: NewCustomer) -> Self {
        Self {
            name: new.name,
            email: new.email,
            address: new.address,
            ..self
        }
    }

    fn id_of(new: &NewCustomer) -> Option<CustomerId> {
        new.id
    }
}

impl Tabular for Product {
    const LAYOUT: Layout = Layout {
        noun: "products",
        fields: &PRODUCT_FIELDS,
        needs: &[Need::Optional, Need::ForNew, Need::Optional, Need::ForNew],
        texts: &[1, 2],
        items: false,
    };
    const NEEDED: &'static [usize] = &[1, 3];
    type Values = ProductValues;

    fn read(cells: &mut Cells<'_>) -> ProductValues {
        ProductValues {
            id: cells.optional(0),
            name: cells.given(1),
            description: cells.given(2),
            price: cells.decimal(3),
        }
    }

    fn given_id(values: &ProductValues) -> Option<ProductId> {
        values.id
    }

    fn reference(values: &ProductValues) -> Option<ProductRef> {
        values.name.clone().map(ProductRef::Name)
    }

    fn bare_name(_: &ProductValues) -> Option<&Name> {
        None
    }

    fn bare_name_stored(&self) -> Option<&str> {
        None
    }

    fn new(values: ProductValues) -> Option<NewProduct> {
        Some(NewProduct {
            id: values.id,
            name: values.name?,
            description: values.description.unwrap_or_default(),
            price: values.price?,
        })
    }

    fn with(&self, values: ProductValues) -> Self {
        Self {
            id: self.id,
            name: values.name.unwrap_or_else(|| self.name.clone()),
            description: values
                .description
                .unwrap_or_else(|| self.description.clone()),
            price: values.price.unwrap_or(self.price),
            archived_at: self.archived_at,
        }
    }

    fn differences(&self, new: &Self, currency: Currency) -> Vec<FieldChange> {
        changes([
            ("name", self.name.to_string(), new.name.to_string()),
            (
                "description",
                self.description.to_string(),
                new.description.to_string(),
            ),
            ("price", self.price.text(currency), new.price.text(currency)),
        ])
    }

    fn everything() -> ProductFilter {
        ProductFilter {
            archived: true,
            ..ProductFilter::default()
        }
    }

    fn cells(&self, currency: Currency) -> [String; 4] {
        [
            self.id.to_string(),
            self.name.to_string(),
            self.description.to_string(),
            self.price.text(currency),
        ]
    }

    fn pack(new: &NewProduct, packer: &mut Packer) {
        packer.signed(new.id.map_or(0, ProductId::get));
        packer.text(new.name.as_str());
        packer.text(new.description.as_str());
        packer.signed(new.price.ten_thousandths());
    }

    fn unpack(unpacker: &mut Unpacker<'_>) -> anyhow::Result<NewProduct> {
        Ok(NewProduct {
            id: ProductId::new(unpacker.signed()?),
            name: unpacker.text()?.parse()?,
            description: unpacker.text()?.parse()?,
            price: Money::from_ten_thousandths(unpacker.signed()?).unwrap_or_default(),
        })
    }

    fn as_new(&self) -> NewProduct {
        NewProduct {
            id: Some(self.id),
            name: self.name.clone(),
            description: self.description.clone(),
            price: self.price,
        }
    }

    fn replaced(self, new: NewProduct) -> Self {
        Self {
            name: new.name,
            description: new.description,
            price: new.price,
            ..self
        }
    }

    fn id_of(new: &NewProduct) -> Option<ProductId> {
        new.id
    }
}
