//! The progress of long work, drawn on a terminal's standard error and nowhere else.

use crate::context::Interrupt;
use crate::storage::StorageError;
use crate::transfer::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// What the units of some work are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unit {
    /// Bytes of a file.
    Bytes,
    /// Rows or bills.
    Rows,
}

/// How often a bar is drawn anew.
const TICK: Duration = Duration::from_millis(200);

/// A bar, if anybody can see it, and the user's wish to end in any case.
pub struct Bar {
    unit: Unit,
    shown: bool,
    interrupt: Interrupt,
    drawn: ProgressBar,
}

impl Bar {
    /// A bar that is drawn once the work begins, where `shown`.
    pub fn new(unit: Unit, shown: bool, interrupt: Interrupt) -> Self {
        Self {
            unit,
            shown,
            interrupt,
            drawn: ProgressBar::hidden(),
        }
    }
}

/// The bar's form. Without a total nothing can be said of the time left.
fn form(unit: Unit, total: Option<u64>) -> &'static str {
    match (unit, total) {
        (Unit::Bytes, Some(_)) => {
            "{msg} {wide_bar} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left"
        }
        (Unit::Bytes, None) => "{msg} {spinner} {bytes}, {bytes_per_sec}, {elapsed}",
        (Unit::Rows, Some(_)) => "{msg} {wide_bar} {pos}/{len}, {per_sec}, {eta} left",
        (Unit::Rows, None) => "{msg} {spinner} {pos}, {per_sec}, {elapsed}",
    }
}

impl Progress for Bar {
    fn begin(&mut self, label: &'static str, total: Option<u64>) {
        if !self.shown {
            return;
        }
        let style = ProgressStyle::with_template(form(self.unit, total))
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        self.drawn = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr())
            .with_style(style)
            .with_message(label);
        // Some work says nothing for long; the time that passes shows that it is not stuck.
        self.drawn.enable_steady_tick(TICK);
    }

    fn advance(&mut self, units: u64) -> anyhow::Result<()> {
        self.drawn.inc(units);
        if self.interrupt.is_raised() {
            return Err(StorageError::Interrupted.into());
        }
        Ok(())
    }

    fn end(&mut self) {
        self.drawn.finish_and_clear();
    }
}

/// Work that failed leaves no bar before its error message.
impl Drop for Bar {
    fn drop(&mut self) {
        self.end();
    }
}
