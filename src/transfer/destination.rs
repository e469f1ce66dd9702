//! Where an export goes: a file that is whole, or not there.

use anyhow::{Context as _, Error, Result, bail};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Writes a file by way of a temporary one beside it, which takes its name when all is written and safe on disk: a reader
/// sees the old content or the new, and a failure leaves the old. Devices and pipes are written straight.
pub fn write_file<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let mut draft = Draft::begin(path)?;
    let written = write(&mut draft).map_err(|error| draft.explain(error))?;
    draft.finish()?.publish()?;
    Ok(written)
}

/// Writes two files that belong together, each as [`write_file`] does. Neither takes its name before both are complete;
/// where the first then cannot, the second does not keep it, unless it has replaced another file by then.
pub fn write_files<T>(
    (first, second): (&Path, &Path),
    write: impl FnOnce(&mut dyn Write, &mut dyn Write) -> Result<T>,
) -> Result<T> {
    let (mut first, mut second) = (Draft::begin(first)?, Draft::begin(second)?);
    let written =
        write(&mut first, &mut second).map_err(|error| second.explain(first.explain(error)))?;
    let (first, second) = (first.finish()?, second.finish()?);
    let new = second.publish()?;
    first.publish().inspect_err(|_| {
        if let Some(new) = new {
            // The failure that made it useless is what is told.
            let _ = fs::remove_file(new);
        }
    })?;
    Ok(written)
}

/// A file on its way. Dropping it leaves what was there.
pub(super) struct Draft {
    /// As the user calls it.
    named: PathBuf,
    out: BufWriter<File>,
    beside: Option<Beside>,
    /// Whether writing to it failed.
    failed: bool,
}

/// A temporary file and what it will be.
struct Beside {
    temporary: TempPath,
    target: PathBuf,
    /// Those of the file that it replaces, if it does.
    permissions: Option<Permissions>,
}

/// A file that is complete and safe on disk, and still has to take its name.
pub(super) struct Complete {
    named: PathBuf,
    beside: Option<Beside>,
}

impl Draft {
    /// Begins one, which finds out whether it can be written at all.
    pub fn begin(path: &Path) -> Result<Self> {
        let cannot_write = || cannot_write(path);
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => {
                bail!("{} is a directory: name a file in it", path.display())
            }
            Ok(there) if !there.is_file() => {
                let file = OpenOptions::new().write(true).open(path);
                Ok(Self::new(path, file.with_context(cannot_write)?, None))
            }
            Ok(there) if there.permissions().readonly() => {
                bail!(
                    "{} is read-only: make it writable, or name another file",
                    path.display()
                )
            }
            // A link stays one: it is what it leads to that is replaced.
            Ok(there) => {
                let target = fs::canonicalize(path).with_context(cannot_write)?;
                Self::beside(path, target, Some(there.permissions()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Self::beside(path, path.to_owned(), None)
            }
            Err(error) => Err(error).with_context(cannot_write),
        }
    }

    fn new(named: &Path, file: File, beside: Option<Beside>) -> Self {
        Self {
            named: named.to_owned(),
            out: BufWriter::new(file),
            beside,
            failed: false,
        }
    }

    fn beside(named: &Path, target: PathBuf, permissions: Option<Permissions>) -> Result<Self> {
        let directory = target
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        // Of a directory that is not there, the error below would name the temporary file.
        fs::metadata(directory).with_context(|| cannot_write(named))?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".billbook-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let (file, temporary) = builder
            .tempfile_in(directory)
            .with_context(|| cannot_write(named))?
            .into_parts();
        let beside = Beside {
            temporary,
            target,
            permissions,
        };
        Ok(Self::new(named, file, Some(beside)))
    }

    /// Says which file it was that could not be written, where that is the error.
    pub fn explain(&self, error: Error) -> Error {
        if self.failed && error.is::<io::Error>() {
            error.context(cannot_write(&self.named))
        } else {
            error
        }
    }

    /// Writes what waits, and makes a temporary file's content durable.
    pub fn finish(self) -> Result<Complete> {
        let Self {
            named, out, beside, ..
        } = self;
        let file = out
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
            .with_context(|| cannot_write(&named))?;
        if let Some(beside) = &beside {
            beside
                .permissions
                .clone()
                .map_or(Ok(()), |permissions| file.set_permissions(permissions))
                .and_then(|()| file.sync_all())
                .with_context(|| cannot_write(&named))?;
        }
        Ok(Complete { named, beside })
    }
}

impl Complete {
    /// Gives the file its name, and returns it where there was no such file.
    pub fn publish(self) -> Result<Option<PathBuf>> {
        let Some(beside) = self.beside else {
            return Ok(None);
        };
        beside
            .temporary
            .persist(&beside.target)
            .with_context(|| cannot_write(&self.named))?;
        Ok(beside.permissions.is_none().then_some(beside.target))
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.failed |= written.is_err();
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.failed |= flushed.is_err();
        flushed
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
