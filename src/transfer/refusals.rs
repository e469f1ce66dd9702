//! Records that cannot be imported: what is wrong with them is told, and where there is a file for rejects they wait for it.

use super::ImportError;
use super::problems::{FileNames, Flaws, Problems, Side};
use super::row::Span;
use super::spool::{Packer, Spool, SpoolReader, Unpacker};

/// Where the rows of a record are, in each of the import's files.
pub(super) type Spans = [Option<Span>; 2];

/// The file and line to name in a message about a record.
pub(super) fn place_of(spans: Spans) -> (Side, u64) {
    match spans {
        [None, Some(span)] => (Side::Items, span.line),
        [span, _] => (Side::Main, span.map_or(0, |span| span.line)),
    }
}

/// What was refused so far.
#[derive(Debug)]
pub(super) struct Refusals {
    /// What is wrong, to be told.
    pub problems: Problems,
    pub names: FileNames,
    waiting: Option<Spool>,
    packer: Packer,
}

impl Refusals {
    /// None yet. `keep`: whether the records go into a file.
    pub fn new(names: FileNames, keep: bool) -> Self {
        Self {
            problems: Problems::default(),
            names,
            waiting: keep.then(Spool::new),
            packer: Packer::default(),
        }
    }

    /// Whether refused records go into a file, and the others are imported.
    pub fn are_kept(&self) -> bool {
        self.waiting.is_some()
    }

    /// Refuses a record for these reasons.
    pub fn add(&mut self, spans: Spans, flaws: &Flaws) -> anyhow::Result<()> {
        self.problems.add_all(&self.names, flaws);
        let Some(waiting) = &mut self.waiting else {
            return Ok(());
        };
        self.packer.clear();
        for span in spans {
            Span::pack(span, &mut self.packer);
        }
        let told = flaws.first();
        self.packer.number(told.len() as u64);
        for problem in told {
            self.packer.byte(u8::from(problem.side == Side::Items));
            self.packer.number(problem.line);
            self.packer.text(&problem.to_string());
        }
        waiting.push(&self.packer.0)?;
        Ok(())
    }

    /// Why nothing can be imported, if that is so; `rule` is how the records as a whole met the rules about all of them. An
    /// error that has nothing to do with the records is passed on.
    pub fn verdict(&self, rule: anyhow::Result<()>) -> anyhow::Result<Option<ImportError>> {
        if !self.are_kept()
            && let Err(error) = self.problems.reject()
        {
            return Ok(Some(error));
        }
        match rule {
            Ok(()) => Ok(None),
            Err(error) => error.downcast().map(Some),
        }
    }

    /// The records that wait for their file, in the order in which they were refused.
    pub fn take(&mut self) -> anyhow::Result<Option<SpoolReader>> {
        self.waiting.take().map(Spool::finish).transpose()
    }
}

/// A record on its way into the file of rejects.
#[derive(Debug)]
pub(super) struct Reject {
    pub spans: Spans,
    /// Side, line and what is wrong.
    pub reasons: Vec<(Side, u64, String)>,
}

impl Reject {
    /// Takes it out of its spool record.
    pub fn unpack(record: &[u8]) -> anyhow::Result<Self> {
        let mut unpacker = Unpacker(record);
        let spans = [Span::unpack(&mut unpacker)?, Span::unpack(&mut unpacker)?];
        let mut reasons = Vec::new();
        for _ in 0..unpacker.number()? {
            let side = if unpacker.byte()? == 1 {
                Side::Items
            } else {
                Side::Main
            };
            reasons.push((side, unpacker.number()?, unpacker.text()?.to_owned()));
        }
        Ok(Self { spans, reasons })
    }
}
