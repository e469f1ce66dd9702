//! Products as rows of a file.

use super::tabular::{Tabular, changes};
use crate::domain::{
    Currency, FieldChange, Money, Name, NewProduct, Note, Product, ProductId, ProductRef,
};
use crate::storage::ProductFilter;
use crate::transfer::cells::Cells;
use crate::transfer::layout::{Layout, Need};
use crate::transfer::spool::{Packer, Unpacker};

/// The fields of a product, in the order of an export.
const PRODUCT_FIELDS: [&str; 4] = ["id", "name", "description", "price"];

/// What a row says of a product.
#[derive(Debug, Default)]
pub(in crate::transfer) struct ProductValues {
    id: Option<ProductId>,
    name: Option<Name>,
    description: Option<Note>,
    price: Option<Money>,
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

    fn other_key(values: &ProductValues) -> String {
        values
            .name
            .as_ref()
            .map_or(String::new(), ToString::to_string)
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
