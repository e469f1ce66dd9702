//! What a command knows of the world around it. Nothing below [`crate::cli`] prints, exits, or reads the clock or the
//! environment: it is all in here, so that a test can set it.

use chrono::{DateTime, FixedOffset, Local};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The environment variable that stops the clock, for tests and for runs that must be repeatable: a time of RFC 3339, as
/// in `2026-03-01T12:00:00+01:00`.
pub const CLOCK_VARIABLE: &str = "BILLBOOK_NOW";

/// Which of the standard streams are terminals, and how wide the terminal is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminal {
    /// Standard input: only then may anything be asked.
    pub input: bool,
    /// Standard output.
    pub output: bool,
    /// Standard error: only then is progress shown.
    pub messages: bool,
    /// Columns, where they are known.
    pub width: Option<u16>,
}

/// Set when the user wants the command to end: by Ctrl-C, or a SIGTERM.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks for the end, and tells whether it had been asked for before.
    pub fn raise(&self) -> bool {
        self.0.swap(true, Ordering::SeqCst)
    }

    /// Whether the end was asked for.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The world of one command.
pub struct Context<'a> {
    /// Data goes here.
    pub out: &'a mut dyn Write,
    /// Messages and progress go here.
    pub err: &'a mut dyn Write,
    /// The time, with the local offset that says which day it is.
    pub now: DateTime<FixedOffset>,
    /// The operating system's name for the user.
    pub user: String,
    /// Where programs keep a user's data, if the system says.
    pub data_dir: Option<PathBuf>,
    /// The terminal.
    pub terminal: Terminal,
    /// The user's wish to end.
    pub interrupt: Interrupt,
}

/// The present moment, or the one that [`CLOCK_VARIABLE`] fixes.
pub fn now() -> DateTime<FixedOffset> {
    std::env::var(CLOCK_VARIABLE)
        .ok()
        .and_then(|fixed| DateTime::parse_from_rfc3339(&fixed).ok())
        .unwrap_or_else(|| Local::now().fixed_offset())
}
