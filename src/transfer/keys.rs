//! Which keys stand in a file more than once, with flat memory.

use anyhow::Context as _;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Seek as _, Write as _};

/// How many keys are sorted in memory at once: 16 bytes each.
const IN_MEMORY: usize = 4 << 20;

/// The hash of a key, and where its record is.
type Entry = (u64, u64);

/// The hash of a key's parts. Two keys with one hash are only candidates: whoever asks compares them.
pub fn hash(kind: u64, text: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(text, kind)
}

/// Keys as they come. Beyond a bound they are sorted in parts that wait in temporary files.
#[derive(Debug, Default)]
pub struct Keys {
    entries: Vec<Entry>,
    runs: Vec<File>,
    bound: Option<usize>,
}

impl Keys {
    /// The same, with at most so many keys in memory.
    pub fn bounded(bound: usize) -> Self {
        Self {
            bound: Some(bound),
            ..Self::default()
        }
    }

    /// Adds a key by its hash.
    pub fn add(&mut self, hash: u64, place: u64) -> anyhow::Result<()> {
        self.entries.push((hash, place));
        if self.entries.len() >= self.bound.unwrap_or(IN_MEMORY) {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> anyhow::Result<()> {
        self.entries.sort_unstable();
        let failed = "cannot write a temporary file (TMPDIR says where)";
        let mut file = BufWriter::new(tempfile::tempfile().context(failed)?);
        for (hash, place) in self.entries.drain(..) {
            file.write_all(&hash.to_le_bytes())
                .and_then(|()| file.write_all(&place.to_le_bytes()))
                .context(failed)?;
        }
        let mut file = file
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)
            .context(failed)?;
        file.rewind().context(failed)?;
        self.runs.push(file);
        Ok(())
    }

    /// Visits the places of each hash that came more than once, in order of hash and place.
    pub fn duplicates(
        mut self,
        mut visit: impl FnMut(&[u64]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.entries.sort_unstable();
        let mut group = Group::default();
        if self.runs.is_empty() {
            for entry in self.entries {
                group.take(entry, &mut visit)?;
            }
            return group.end(&mut visit);
        }
        self.spill()?;
        let mut runs: Vec<BufReader<File>> = self.runs.into_iter().map(BufReader::new).collect();
        let mut next = BinaryHeap::new();
        for (index, run) in runs.iter_mut().enumerate() {
            next.extend(read(run)?.map(|entry| Reverse((entry, index))));
        }
        while let Some(mut first) = next.peek_mut() {
            let Reverse((entry, index)) = *first;
            match read(&mut runs[index])? {
                Some(entry) => *first = Reverse((entry, index)),
                None => drop(PeekMut::pop(first)),
            }
            group.take(entry, &mut visit)?;
        }
        group.end(&mut visit)
    }
}

fn read(run: &mut BufReader<File>) -> anyhow::Result<Option<Entry>> {
    let mut bytes = [0; 16];
    match run.read_exact(&mut bytes) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error).context("cannot read a temporary file"),
    }
    let word = |at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[at..at + 8]);
        u64::from_le_bytes(word)
    };
    Ok(Some((word(0), word(8))))
}

/// The entries of one hash.
#[derive(Default)]
struct Group {
    hash: u64,
    places: Vec<u64>,
}

impl Group {
    fn take(
        &mut self,
        (hash, place): Entry,
        visit: &mut impl FnMut(&[u64]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        if hash != self.hash || self.places.is_empty() {
            self.end(visit)?;
            self.hash = hash;
        }
        self.places.push(place);
        Ok(())
    }

    fn end(&mut self, visit: &mut impl FnMut(&[u64]) -> anyhow::Result<()>) -> anyhow::Result<()> {
        if self.places.len() > 1 {
            visit(&self.places)?;
        }
        self.places.clear();
        Ok(())
    }
}
