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
