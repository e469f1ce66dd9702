//! The tables, and how a file says that it holds them.

use crate::storage::{Result, StorageError};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

/// The version of the tables in schema.sql, kept in each file's `user_version`.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// The one text all DDL comes from.
const SCHEMA: &str = include_str!("../../../schema.sql");

/// What a file of a book can be, kept in its `application_id`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum FileKind {
    /// `book.db`.
    Book,
    /// A billing year.
    Year,
}

impl FileKind {
    /// `BLBK` or `BLYR`, as a number.
    pub fn application_id(self) -> u32 {
        match self {
            Self::Book => u32::from_be_bytes(*b"BLBK"),
            Self::Year => u32::from_be_bytes(*b"BLYR"),
        }
    }

    fn of(application_id: u32) -> Option<Self> {
        [Self::Book, Self::Year]
            .into_iter()
            .find(|kind| kind.application_id() == application_id)
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Book => "the main file of a book",
            Self::Year => "a billing year's file",
        }
    }
}

/// The DDL of a section of schema.sql.
///
/// # Panics
/// When the section is not there, which every test that makes a book would show.
pub(super) fn section(name: &str) -> &'static str {
    let header = format!("\n-- section: {name}\n");
    let (_, rest) = SCHEMA
        .split_once(&header)
        .expect("schema.sql has every section that the code asks for");
    rest.split("\n-- section: ").next().unwrap_or(rest)
}

/// The names of the indexes that a load makes last.
pub(super) fn late_indexes() -> impl Iterator<Item = &'static str> {
    section("year indexes").lines().filter_map(|line| {
        let (create, rest) = line.split_once(" INDEX ")?;
        let name = rest.split(' ').next()?;
        create.starts_with("CREATE").then_some(name)
    })
}

/// Looks at the first bytes of a file, before SQLite opens it: whether it is ours, of the kind meant, of a version known,
/// and not in WAL mode, in which a commit over several files can be torn by a crash.
///
/// To be called before this process has the file open: closing a file drops the locks that SQLite holds on it.
pub(super) fn probe(path: &Path, kind: FileKind, expects_wal: bool) -> Result<()> {
    let foreign = |what: String| {
        Err(StorageError::Foreign {
            path: path.to_owned(),
            what,
        })
    };
    let mut header = [0_u8; 100];
    let read = File::open(path).and_then(|mut file| {
        if file.metadata()?.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        file.read_exact(&mut header)
    });
    match read {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            return foreign(
                "is too short to be a database file: restore it from a backup".to_owned(),
            );
        }
        Err(error) => return Err(StorageError::io("read", path, error)),
        Ok(()) => {}
    }
    if !header.starts_with(b"SQLite format 3\0") {
        return foreign(
            "is not a database file of billbook: restore it from a backup, or name another book"
                .to_owned(),
        );
    }
    let word = |at: usize| {
        u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    let (user_version, application_id) = (word(60), word(68));
    match FileKind::of(application_id) {
        Some(found) if found == kind => {}
        Some(found) => {
            return foreign(format!(
                "is {}, and {} is expected there",
                found.describe(),
                kind.describe()
            ));
        }
        None => {
            let remedy = match kind {
                FileKind::Book => "name another book",
                FileKind::Year => "restore this book's own file from a backup",
            };
            return foreign(format!("is a database of another program: {remedy}"));
        }
    }
    if user_version > SCHEMA_VERSION {
        return foreign(format!(
            "has schema version {user_version}, and this billbook knows versions up to {SCHEMA_VERSION}: use a newer billbook"
        ));
    }
    if user_version != SCHEMA_VERSION {
        return foreign(format!(
            "has schema version {user_version}, which no billbook ever wrote: it is damaged"
        ));
    }
    if !expects_wal && (header[18] == 2 || header[19] == 2) {
        return foreign(
            "is in WAL mode, in which a crash can tear a commit over several files: with no program using it, run \
             \"PRAGMA journal_mode=DELETE\" on it with the sqlite3 shell"
                .to_owned(),
        );
    }
    Ok(())
}
