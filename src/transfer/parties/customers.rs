//! Customers as rows of a file.

use super::tabular::{Tabular, changes};
use crate::domain::{
    Currency, Customer, CustomerId, CustomerRef, Email, FieldChange, Name, NewCustomer, Note,
};
use crate::storage::CustomerFilter;
use crate::transfer::cells::Cells;
use crate::transfer::layout::{Layout, Need};
use crate::transfer::spool::{Packer, Unpacker};

/// The fields of a customer, in the order of an export.
const CUSTOMER_FIELDS: [&str; 4] = ["id", "name", "email", "address"];

/// What a row says of a customer.
#[derive(Debug, Default)]
pub(in crate::transfer) struct CustomerValues {
    id: Option<CustomerId>,
    name: Option<Name>,
    email: Option<Option<Email>>,
    address: Option<Note>,
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

    fn other_key(values: &CustomerValues) -> String {
        match (&values.email, &values.name) {
            // E-mail addresses are compared without regard to ASCII case; exact names are not.
            (Some(Some(email)), _) => email.as_str().to_ascii_lowercase(),
            (_, Some(name)) => name.to_string(),
            _ => String::new(),
        }
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
