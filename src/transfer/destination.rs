//! Where an export goes: a file that is whole, or not there.

use anyhow::{Context as _, Result, bail};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Writes a file by way of a temporary one beside it, which takes its name when all is written and safe on disk: a reader
/// sees the old content or the new, and a failure leaves the old. Devices and pipes are written straight.
pub fn write_file<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let (prepared, written) = prepare_file(path, write)?;
    prepared.publish()?;
    Ok(written)
}

/// Fails early where [`prepare_file`] would fail late: what can be seen without writing.
pub(super) fn check_file(path: &Path) -> Result<()> {
    let cannot_write = || format!("cannot write {}", path.display());
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => {
            bail!("{} is a directory: name a file in it", path.display())
        }
        Ok(there) if there.is_file() && there.permissions().readonly() => {
            bail!(
                "{} is read-only: make it writable, or name another file",
                path.display()
            )
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(cannot_write)
        }
        _ => fs::metadata(directory_of(path))
            .map(drop)
            .with_context(cannot_write),
    }
}

fn directory_of(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// A file that is complete and safe on disk, and lacks just its name. Dropping it removes it.
#[must_use]
#[derive(Debug)]
pub(super) struct Prepared {
    named: PathBuf,
    /// What takes which name; nothing where the file was written straight.
    rename: Option<(TempPath, PathBuf)>,
}

impl Prepared {
    /// Gives the file its name, in place of what had it.
    pub fn publish(self) -> Result<()> {
        if let Some((temporary, target)) = self.rename {
            temporary
                .persist(&target)
                .with_context(|| format!("cannot write {}", self.named.display()))?;
        }
        Ok(())
    }
}

/// As [`write_file`], but the file does not take its name yet.
pub(super) fn prepare_file<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T>,
) -> Result<(Prepared, T)> {
    let cannot_write = || format!("cannot write {}", path.display());
    check_file(path)?;
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => {
            let file = OpenOptions::new()
                .write(true)
                .open(path)
                .with_context(cannot_write)?;
            let (_, written) = fill(file, path, write)?;
            let prepared = Prepared {
                named: path.to_owned(),
                rename: None,
            };
            Ok((prepared, written))
        }
        // A link stays one: it is what it leads to that is replaced.
        Ok(there) => {
            let target = fs::canonicalize(path).with_context(cannot_write)?;
            replacement(target, path, Some(there.permissions()), write)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            replacement(path.to_owned(), path, None, write)
        }
        Err(error) => Err(error).with_context(cannot_write),
    }
}

fn replacement<T>(
    target: PathBuf,
    named: &Path,
    permissions: Option<Permissions>,
    write: impl FnOnce(&mut dyn Write) -> Result<T>,
) -> Result<(Prepared, T)> {
    let cannot_write = || format!("cannot write {}", named.display());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".billbook-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let (file, temporary) = builder
        .tempfile_in(directory_of(&target))
        .with_context(cannot_write)?
        .into_parts();
    let (file, written) = fill(file, named, write)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)
            .with_context(cannot_write)?;
    }
    file.sync_all().with_context(cannot_write)?;
    let prepared = Prepared {
        named: named.to_owned(),
        rename: Some((temporary, target)),
    };
    Ok((prepared, written))
}

/// Writes into an open file, by the buffer.
fn fill<T>(
    file: File,
    named: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T>,
) -> Result<(File, T)> {
    let cannot_write = || format!("cannot write {}", named.display());
    let mut out = BufWriter::new(file);
    let written = write(&mut out).map_err(|error| {
        if error.is::<io::Error>() {
            error.context(cannot_write())
        } else {
            error
        }
    })?;
    let file = out
        .into_inner()
        .map_err(io::IntoInnerError::into_error)
        .with_context(cannot_write)?;
    Ok((file, written))
}
