//! What the imports share, and the exports.

use super::exit::Exit;
use super::progress::Unit;
use super::session::Session;
use super::values;
use crate::render;
use crate::storage::Storage;
use crate::transfer::{self, Imported, MapRule, Mapping, Progress, ReadOptions, Source};
use std::io::Write;
use std::path::{Path, PathBuf};

/// How a CSV file is read.
#[derive(Debug, clap::Args)]
pub struct ReadArgs {
    /// The CSV file, its first line naming the columns; - for standard input
    pub file: Source,
    /// Take a field from a column of another name, or from several: FIELD='{First} {Last}'; repeatable
    ///
    /// Columns that are neither a field nor mapped are then ignored.
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<MapRule>,
    /// What stands between the columns: one character, or the word tab
    #[arg(long, value_name = "CHARACTER", default_value = ",", value_parser = values::delimiter)]
    delimiter: u8,
    /// Take texts as they are: leave the ' before what begins with = + - or @, which an export puts there
    #[arg(long)]
    raw: bool,
}

impl ReadArgs {
    /// As the import takes it.
    pub fn options(&self, date_format: Option<String>) -> anyhow::Result<ReadOptions> {
        Ok(ReadOptions {
            mapping: Mapping::new(&self.map)?,
            date_format,
            delimiter: self.delimiter,
            raw: self.raw,
        })
    }
}

/// One of the imports of customers and products.
type ImportParties =
    fn(&mut dyn Storage, &Source, &ReadOptions, &mut dyn Progress) -> anyhow::Result<Imported>;

/// Imports customers or products, which `nouns` says.
pub fn import(
    session: &mut Session<'_, '_>,
    nouns: &str,
    args: &ReadArgs,
    import: ImportParties,
) -> anyhow::Result<Exit> {
    let options = args.options(None)?;
    let mut progress = session.progress(Unit::Bytes);
    let imported = import(
        &mut *session.storage()?,
        &args.file,
        &options,
        &mut progress,
    )?;
    session.say_ignored(&imported.ignored_columns)?;
    session.data(|out, style| render::imported(out, style, nouns, imported.rows))?;
    Ok(Exit::Ok)
}

/// Where an export goes, and in which form.
#[derive(Debug, clap::Args)]
pub struct WriteArgs {
    /// The file to write, in place of what it holds [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write texts as they are: no ' before those that a spreadsheet would run as formulas (= + - @ tab CR)
    #[arg(long)]
    pub raw: bool,
}

impl WriteArgs {
    /// The file, unless it is standard output.
    pub fn file(&self) -> Option<&Path> {
        self.output
            .as_deref()
            .filter(|path| *path != Path::new("-"))
    }
}

/// Writes an export, whose function tells how many of `nouns` it wrote. A file is complete or stays as it was.
pub fn export(
    session: &mut Session<'_, '_>,
    nouns: &str,
    args: &WriteArgs,
    export: impl FnOnce(&mut dyn Storage, &mut dyn Write, &mut dyn Progress) -> anyhow::Result<u64>,
) -> anyhow::Result<Exit> {
    let mut storage = session.storage()?;
    let mut progress = session.progress(Unit::Rows);
    match args.file() {
        Some(path) => {
            let written =
                transfer::write_file(path, |out| export(&mut *storage, out, &mut progress))?;
            session.say(format_args!(
                "exported {nouns}: {written}, to {}",
                path.display()
            ))?;
        }
        None => {
            export(&mut *storage, session.context.out, &mut progress)?;
        }
    }
    Ok(Exit::Ok)
}
