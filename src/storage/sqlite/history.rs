//! What happened to a bill, in its year's file.

use super::book::{moment, moment_text};
use super::connect::At as _;
use super::reader::YearHandle;
use super::tx::SqliteTx;
use crate::domain::{BillNumber, FieldChange, HistoryEntry};
use crate::storage::{Result, StorageError};
use rusqlite::params;
use serde_json::{Value, json};

const INSERT: &str =
    "INSERT INTO {y}.billing_history (billing_id, at, actor, action, changes, reason)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const SELECT: &str = "SELECT at, actor, action, changes, reason FROM {y}.billing_history WHERE billing_id = ?1 ORDER BY id";

/// Adds an entry.
pub(super) fn append(
    handle: &YearHandle<'_>,
    number: BillNumber,
    entry: &HistoryEntry,
) -> Result<()> {
    let HistoryEntry {
        at,
        actor,
        action,
        changes,
        reason,
    } = entry;
    let changes: Vec<Value> = changes
        .iter()
        .map(|FieldChange { field, old, new }| json!({ "field": field, "old": old, "new": new }))
        .collect();
    let values = params![
        number.id(),
        moment_text(*at),
        actor.as_str(),
        action.as_str(),
        Value::from(changes).to_string(),
        reason.as_str()
    ];
    handle
        .connection
        .prepare_cached(&handle.sql(INSERT))
        .and_then(|mut insert| insert.execute(values))
        .at(&handle.path)?;
    Ok(())
}

/// The entries of a bill, oldest first.
pub(super) fn of(tx: &mut SqliteTx, number: BillNumber) -> Result<Vec<HistoryEntry>> {
    let Some(handle) = tx.year(number.year())? else {
        return Ok(Vec::new());
    };
    let mut statement = handle
        .connection
        .prepare_cached(&handle.sql(SELECT))
        .at(&handle.path)?;
    let mut rows = statement.query([number.id()]).at(&handle.path)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().at(&handle.path)? {
        let text = |column: usize| row.get::<_, String>(column).at(&handle.path);
        let (at, actor, action, changes, reason) =
            (text(0)?, text(1)?, text(2)?, text(3)?, text(4)?);
        let entry = || {
            Some(HistoryEntry {
                at: moment(&at)?,
                actor: actor.parse().ok()?,
                action: action.parse().ok()?,
                changes: stored_changes(&changes)?,
                reason: reason.parse().ok()?,
            })
        };
        entries.push(entry().ok_or_else(|| StorageError::Corrupt {
            place: format!("bill {number}"),
            what: "its history holds a value that cannot be".to_owned(),
        })?);
    }
    Ok(entries)
}

fn stored_changes(json: &str) -> Option<Vec<FieldChange>> {
    let changes: Value = serde_json::from_str(json).ok()?;
    let text = |change: &Value, name: &str| Some(change.get(name)?.as_str()?.to_owned());
    changes
        .as_array()?
        .iter()
        .map(|change| {
            Some(FieldChange {
                field: text(change, "field")?,
                old: text(change, "old")?,
                new: text(change, "new")?,
            })
        })
        .collect()
}
