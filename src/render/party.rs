//! Customers and products, written.

use super::{Align, Column, Record};
use crate::domain::{Currency, Customer, Email, Product};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// A moment as ISO 8601 in UTC.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl Record for Customer {
    const ONE: &'static str = "customer";
    const MANY: &'static str = "customers";
    const COLUMNS: &'static [Column] = &[
        Column("id", Align::Right),
        Column("name", Align::Left),
        Column("email", Align::Left),
        Column("address", Align::Left),
        Column("archived_at", Align::Whole),
    ];

    fn identifier(&self) -> String {
        self.id.to_string()
    }

    fn cells(&self, _: Currency) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.name.to_string(),
            self.email
                .as_ref()
                .map_or(String::new(), ToString::to_string),
            self.address.to_string(),
            self.archived_at.map_or(String::new(), moment),
        ]
    }

    fn json(&self, _: Currency) -> Value {
        json!({
            "id": self.id.get(),
            "name": self.name.as_str(),
            "email": self.email.as_ref().map(Email::as_str),
            "address": self.address.as_str(),
            "archived_at": self.archived_at.map(moment),
        })
    }
}

impl Record for Product {
    const ONE: &'static str = "product";
    const MANY: &'static str = "products";
    const COLUMNS: &'static [Column] = &[
        Column("id", Align::Right),
        Column("name", Align::Left),
        Column("description", Align::Left),
        Column("price", Align::Right),
        Column("archived_at", Align::Whole),
    ];

    fn identifier(&self) -> String {
        self.id.to_string()
    }

    fn cells(&self, currency: Currency) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.name.to_string(),
            self.description.to_string(),
            self.price.text(currency),
            self.archived_at.map_or(String::new(), moment),
        ]
    }

    fn json(&self, currency: Currency) -> Value {
        json!({
            "id": self.id.get(),
            "name": self.name.as_str(),
            "description": self.description.as_str(),
            "price": self.price.text(currency),
            "archived_at": self.archived_at.map(moment),
        })
    }
}
