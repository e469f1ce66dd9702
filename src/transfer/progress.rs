//! How long work tells how far it is.

/// Somebody who watches long work, and can end it.
pub trait Progress {
    /// The work begins: `label` says what is done, `total` how many units of it there are, where that is known.
    fn begin(&mut self, label: &'static str, total: Option<u64>);

    /// So many more units are done. An error (the user's Ctrl-C) ends the work.
    fn advance(&mut self, units: u64) -> anyhow::Result<()>;

    /// The work is over; whatever was shown of it goes away.
    fn end(&mut self);
}

/// How many rows pass between two reports.
const ROWS_PER_REPORT: u32 = 1_000;

/// One stretch of watched work. It is over when this is dropped, however the work ended.
pub(super) struct Watch<'p> {
    progress: &'p mut dyn Progress,
    reached: u64,
    rows: u32,
}

impl<'p> Watch<'p> {
    /// The work begins.
    pub fn begin(progress: &'p mut dyn Progress, label: &'static str, total: Option<u64>) -> Self {
        progress.begin(label, total);
        Self {
            progress,
            reached: 0,
            rows: 0,
        }
    }

    /// One more row is done, and with it so many units in all.
    pub fn row(&mut self, reached: u64) -> anyhow::Result<()> {
        self.rows += 1;
        if self.rows < ROWS_PER_REPORT {
            return Ok(());
        }
        self.rows = 0;
        self.reach(reached)
    }

    /// So many units are done in all.
    pub fn reach(&mut self, reached: u64) -> anyhow::Result<()> {
        let more = reached.saturating_sub(self.reached);
        self.reached += more;
        self.progress.advance(more)
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.progress.end();
    }
}
