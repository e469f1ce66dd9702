//! Where rows come from.

use super::progress::{Progress, Watch};
use anyhow::Context as _;
use std::convert::Infallible;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek as _, Write as _};
use std::panic;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

/// How often a copy of a silent stream looks whether the user has had enough.
const GLANCE: Duration = Duration::from_millis(50);

/// How many chunks may be read before they are copied.
const CHUNKS_AHEAD: usize = 4;

/// A file, or standard input.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == "-" {
            Self::Stdin
        } else {
            Self::File(PathBuf::from(text))
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}

/// A source that is open, at its beginning, and can be read more than once.
#[derive(Debug)]
pub(super) struct Input {
    /// What messages call it.
    pub name: String,
    /// Its content.
    pub file: File,
    /// How many bytes it has.
    pub length: u64,
}

impl Source {
    /// Whether it is the file at that path, under whatever name.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        match self {
            Self::Stdin => false,
            Self::File(own) => fs::canonicalize(own)
                .is_ok_and(|own| fs::canonicalize(path).is_ok_and(|other| own == other)),
        }
    }

    /// Opens the source, and refuses what can be seen to be no CSV from its first bytes. What cannot be read twice (a pipe,
    /// standard input) is copied into a temporary file first.
    pub(super) fn open(&self, progress: &mut dyn Progress) -> anyhow::Result<Input> {
        let name = self.to_string();
        let cannot_read = || format!("cannot read {name}");
        let mut file = match self {
            Self::Stdin => spool(&name, || Ok(io::stdin().lock()), progress)?,
            Self::File(path) => {
                let kind = fs::metadata(path).with_context(cannot_read)?;
                // Opening a directory succeeds on some systems, and fails unclearly on others.
                if kind.is_dir() {
                    anyhow::bail!(
                        "{name} is a directory: name a CSV file, or - for standard input"
                    );
                }
                if kind.is_file() {
                    File::open(path).with_context(cannot_read)?
                } else {
                    let path = path.clone();
                    spool(&name, move || File::open(path), progress)?
                }
            }
        };
        let length = file.metadata().with_context(cannot_read)?.len();
        let mut start = Vec::new();
        Read::by_ref(&mut file)
            .take(16)
            .read_to_end(&mut start)
            .with_context(cannot_read)?;
        file.rewind().with_context(cannot_read)?;
        if let Some(what) = not_text(&start) {
            anyhow::bail!("{name} {what}");
        }
        Ok(Input { name, file, length })
    }
}

/// Copies a stream into a file that has no name and goes away with the process.
///
/// It needs a thread: opening and reading a pipe wait for whoever writes it, and Ctrl-C does not end that wait.
fn spool<R: Read>(
    name: &str,
    open: impl FnOnce() -> io::Result<R> + Send + 'static,
    progress: &mut dyn Progress,
) -> anyhow::Result<File> {
    let mut file =
        tempfile::tempfile().context("cannot make a temporary file (TMPDIR says where)")?;
    let mut watch = Watch::begin(progress, "reading", None);
    let (sender, receiver) = mpsc::sync_channel(CHUNKS_AHEAD);
    let reader = thread::spawn(move || send_all(open()?, &sender));
    let mut copied = 0;
    loop {
        match receiver.recv_timeout(GLANCE) {
            Ok(chunk) => {
                file.write_all(&chunk)
                    .context("cannot write a temporary file (TMPDIR says where)")?;
                copied += chunk.len() as u64;
                watch.reach(copied)?;
            }
            Err(RecvTimeoutError::Timeout) => watch.reach(copied)?,
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let read = reader
        .join()
        .unwrap_or_else(|cause| panic::resume_unwind(cause));
    read.with_context(|| format!("cannot read {name}"))?;
    file.rewind().context("cannot read a temporary file")?;
    Ok(file)
}

/// Sends a stream in chunks, to its end or until nobody listens any more.
fn send_all(mut from: impl Read, sender: &SyncSender<Vec<u8>>) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// What a file is that begins with these bytes, when it is surely not CSV, and what to do with it.
fn not_text(start: &[u8]) -> Option<&'static str> {
    const UTF_16: &str = "is UTF-16 text, and CSV is read as UTF-8: save it as UTF-8, or convert it with 'iconv -f UTF-16 -t UTF-8'";
    const SIGNATURES: [(&[u8], &str); 5] = [
        (b"\xFF\xFE", UTF_16),
        (b"\xFE\xFF", UTF_16),
        (
            b"\x1F\x8B",
            "is compressed with gzip: unpack it first, or pipe it in with 'gunzip -c FILE | billbook ... import -'",
        ),
        (
            b"PK\x03\x04",
            "is a zip archive, as spreadsheets (.xlsx, .ods) are too: unpack it, or save the sheet as CSV",
        ),
        (
            b"SQLite format 3\0",
            "is an SQLite database, not CSV: export its tables as CSV first",
        ),
    ];
    SIGNATURES
        .into_iter()
        .find(|(signature, _)| start.starts_with(signature))
        .map(|(_, what)| what)
}
