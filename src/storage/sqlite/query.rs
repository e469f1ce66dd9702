//! Putting the conditions of a filter into SQL.

use crate::storage::BillFilter;
use rusqlite::types::Value;

/// Conditions that all hold, with their parameters in order.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    sql: Vec<String>,
    pub parameters: Vec<Value>,
}

impl Conditions {
    /// Adds one. Every `?` in it stands for `parameter`.
    pub fn add(&mut self, sql: &str, parameter: impl Into<Value>) {
        self.parameters.push(parameter.into());
        self.sql
            .push(sql.replace('?', &format!("?{}", self.parameters.len())));
    }

    /// Adds one without a parameter.
    pub fn add_plain(&mut self, sql: &str) {
        self.sql.push(sql.to_owned());
    }

    /// The conditions behind `WHERE`, or nothing.
    pub fn clause(&self) -> String {
        if self.sql.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", self.sql.join(" AND "))
        }
    }

    /// That `text` is a part of one of the columns, ASCII case aside.
    pub fn add_search(&mut self, columns: &[&str], text: &str) {
        let escaped = text
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        let any: Vec<String> = columns
            .iter()
            .map(|column| format!("{column} LIKE ? ESCAPE '\\'"))
            .collect();
        self.add(&format!("({})", any.join(" OR ")), format!("%{escaped}%"));
    }

    /// What a bill filter asks of the rows of `{y}.billings AS b`.
    pub fn of_bills(filter: &BillFilter) -> Self {
        let mut conditions = Self::default();
        let mut add = |sql: &str, value: Option<Value>| {
            if let Some(value) = value {
                conditions.add(sql, value);
            }
        };
        add(
            "b.customer_id = ?",
            filter.customer.map(|id| id.get().into()),
        );
        add(
            "b.id IN (SELECT i.billing_id FROM {y}.billing_items AS i WHERE i.product_id = ?)",
            filter.product.map(|id| id.get().into()),
        );
        add(
            "b.status = ?",
            filter
                .status
                .map(|status| status.as_str().to_owned().into()),
        );
        add(
            "b.reference = ?",
            filter
                .reference
                .as_ref()
                .map(|reference| reference.as_str().to_owned().into()),
        );
        add(
            "b.date >= ?",
            filter.from.map(|date| date.to_string().into()),
        );
        add("b.date <= ?", filter.to.map(|date| date.to_string().into()));
        add(
            "b.total_amount >= ?",
            filter.min_total.map(|total| total.ten_thousandths().into()),
        );
        add(
            "b.total_amount <= ?",
            filter.max_total.map(|total| total.ten_thousandths().into()),
        );
        if filter.unreferenced {
            conditions.add_plain("b.reference IS NULL");
        }
        conditions
    }
}

/// `ORDER BY` some columns, all in one direction.
pub(super) fn order_by(columns: &[&str], descending: bool) -> String {
    let direction = if descending { " DESC" } else { "" };
    let columns: Vec<String> = columns
        .iter()
        .map(|column| format!("{column}{direction}"))
        .collect();
    format!(" ORDER BY {}", columns.join(", "))
}

/// `LIMIT` where there is one.
pub(super) fn limit(limit: Option<u64>) -> String {
    limit.map_or(String::new(), |limit| format!(" LIMIT {limit}"))
}
