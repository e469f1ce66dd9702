//! Texts that a spreadsheet would run as a formula, made harmless on their way out and whole again on their way in.
//!
//! A cell that begins with one of a few characters is a formula to most spreadsheets, whatever quotes stand around it
//! (OWASP, "CSV Injection"); an apostrophe before it makes it text. So that a text which begins with apostrophes itself
//! comes back as it was, those are looked through: each guard adds just one, and taking it off takes just one.

use std::borrow::Cow;

/// The text with an apostrophe before it if, apostrophes aside, it begins as a formula does.
pub fn guard(text: &str) -> Cow<'_, str> {
    if begins_as_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that [`guard`] was given.
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(guarded) if begins_as_formula(guarded) => guarded,
        _ => text,
    }
}

fn begins_as_formula(text: &str) -> bool {
    text.trim_start_matches('\'')
        .starts_with(['=', '+', '-', '@', '\t', '\r'])
}
