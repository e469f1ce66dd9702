//! What the imports share, and the exports.

use super::exit::Exit;
use super::progress::Unit;
use super::session::Session;
use super::values;
use crate::render;
use crate::storage::Storage;
use crate::transfer::{
    self, ImportMode, MapRule, Mapping, OnExisting, PartyImport, PartyPlan, Progress, ReadOptions,
    Remarks, Source,
};
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
    /// What stands between the columns: one character, or the word tab [default: what the header shows]
    #[arg(long, value_name = "CHARACTER", value_parser = values::delimiter)]
    delimiter: Option<u8>,
    /// Amounts and quantities have a comma before their decimals, as in 12,50
    #[arg(long)]
    decimal_comma: bool,
    /// Take texts as they stand, without taking off an export's guard against spreadsheet formulas
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
            decimal_comma: self.decimal_comma,
            raw: self.raw,
        })
    }
}

/// How an import goes about it.
#[derive(Debug, clap::Args)]
pub struct ModeArgs {
    /// What becomes of records that the book has and that differ from the file's; the same ones stay in any case
    #[arg(long, value_enum, default_value_t)]
    on_existing: OnExisting,
    /// Only show what would be imported
    #[arg(long)]
    dry_run: bool,
    /// Import what can be, and write the rest to FILE with line and reason, to be mended and imported again; exit code 6
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

impl ModeArgs {
    /// As the import takes it.
    pub fn mode(self) -> ImportMode {
        ImportMode {
            on_existing: self.on_existing,
            dry_run: self.dry_run,
            rejects: self.rejects,
        }
    }
}

/// One of the imports of customers and products.
type ImportParties =
    fn(&mut dyn Storage, &PartyImport, &mut dyn Progress) -> anyhow::Result<PartyPlan>;

/// Imports customers or products, which `nouns` says.
pub fn import(
    session: &mut Session<'_, '_>,
    nouns: &'static str,
    (read, mode): (ReadArgs, ModeArgs),
    import: ImportParties,
) -> anyhow::Result<Exit> {
    let what = PartyImport {
        options: read.options(None)?,
        source: read.file,
        mode: mode.mode(),
    };
    let mut progress = session.progress(Unit::Bytes);
    let plan = import(&mut *session.storage()?, &what, &mut progress)?;
    drop(progress);
    session.say_guesses(&plan.remarks)?;
    session.data(|out, style| render::imported(out, style, nouns, &plan))?;
    finish_import(session, plan.remarks, what.mode.dry_run)
}

/// Says what is left to say of an import, and how it ended.
pub fn finish_import(
    session: &mut Session<'_, '_>,
    remarks: Remarks,
    dry_run: bool,
) -> anyhow::Result<Exit> {
    if let Some(refusal) = remarks.refusal {
        return Err(refusal.into());
    }
    if dry_run {
        session.say("nothing was imported: this is what would be")?;
    }
    let Some(rejected) = remarks.rejected else {
        return Ok(Exit::Ok);
    };
    session.say(rejected)?;
    if !dry_run {
        let files: Vec<String> = remarks
            .rejects
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        session.say(format_args!("the rejects are in {}", files.join(" and ")))?;
    }
    Ok(Exit::Partly)
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
