//! What every handler shares: the global options and what follows from them.

use super::UsageError;
use super::exit::Exit;
use super::global::{Color, Global};
use super::parties::counted;
use super::progress::{Bar, Unit};
use crate::app::Deed;
use crate::context::Context;
use crate::domain::{Currency, Note};
use crate::render::{self, BillDocument, Record, Style};
use crate::storage::sqlite::{Location, SqliteStorage};
use crate::storage::{Storage, StorageError};
use crate::transfer::Remarks;
use chrono::{NaiveDate, Utc};
use std::fmt::Display;
use std::io::{self, Write};

/// One command's view of the world.
pub struct Session<'s, 'c> {
    /// The world.
    pub context: &'s mut Context<'c>,
    /// The options that every command takes.
    pub global: Global,
}

impl<'s, 'c> Session<'s, 'c> {
    /// A session of these options.
    pub fn new(context: &'s mut Context<'c>, global: Global) -> Self {
        Self { context, global }
    }

    /// Where the book is: named by hand, or the default, which makes itself on the first write.
    pub fn location(&self) -> anyhow::Result<Location> {
        if let Some(path) = &self.global.book {
            return Ok(Location {
                path: path.clone(),
                makes_itself: false,
            });
        }
        let data_dir = self.context.data_dir.as_ref().ok_or_else(|| {
            UsageError(
                "this system names no data directory: say where the book is with --book DIR"
                    .to_owned(),
            )
        })?;
        Ok(Location {
            path: data_dir.join("billbook"),
            makes_itself: true,
        })
    }

    /// The book. Nothing is opened before a transaction begins.
    pub fn storage(&self) -> anyhow::Result<Box<dyn Storage>> {
        Ok(Box::new(self.sqlite()?))
    }

    /// The book as files, which is what `init` makes.
    pub fn sqlite(&self) -> anyhow::Result<SqliteStorage> {
        let interrupt = self.context.interrupt.clone();
        Ok(SqliteStorage::new(
            self.location()?,
            self.global.lock_timeout,
            interrupt,
            self.now(),
        ))
    }

    /// The present moment.
    pub fn now(&self) -> chrono::DateTime<Utc> {
        self.context.now.to_utc()
    }

    /// Today, where the user is.
    pub fn today(&self) -> NaiveDate {
        self.context.now.date_naive()
    }

    /// Who does something now, and why.
    pub fn deed(&self, reason: Option<Note>) -> anyhow::Result<Deed> {
        let actor = match &self.global.actor {
            Some(actor) => actor.clone(),
            None => Note::new(&self.context.user)?,
        };
        Ok(Deed {
            at: self.now(),
            actor,
            reason: reason.unwrap_or_default(),
        })
    }

    /// How data is written.
    pub fn style(&self) -> Style {
        Style {
            format: self.global.format,
            width: self
                .context
                .terminal
                .width
                .filter(|_| self.context.terminal.output),
            color: self.colors(self.context.terminal.output),
        }
    }

    fn colors(&self, is_terminal: bool) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let forced = || {
            set("CLICOLOR_FORCE")
                && std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0")
        };
        match self.global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => !set("NO_COLOR") && (is_terminal || forced()),
        }
    }

    /// Writes a list of records as data.
    pub fn list<R: Record>(&mut self, currency: Currency, records: &[R]) -> anyhow::Result<()> {
        if self.global.quiet {
            return self.identifiers(records.iter().map(Record::identifier));
        }
        let style = self.style();
        Ok(render::list(self.context.out, style, currency, records)?)
    }

    /// Writes one record as data.
    pub fn one<R: Record>(&mut self, currency: Currency, record: &R) -> anyhow::Result<()> {
        if self.global.quiet {
            return self.identifiers([record.identifier()]);
        }
        let style = self.style();
        Ok(render::one(self.context.out, style, currency, record)?)
    }

    /// Writes bills as documents.
    pub fn bills(&mut self, currency: Currency, documents: &[BillDocument]) -> anyhow::Result<()> {
        if self.global.quiet {
            return self.identifiers(documents.iter().map(|document| document.bill.number()));
        }
        self.data(|out, style| render::documents(out, style, currency, documents))
    }

    /// Writes data that holds no identifier, so that `--quiet` lets none of it through.
    pub fn data(
        &mut self,
        write: impl FnOnce(&mut dyn Write, Style) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        if self.global.quiet {
            return Ok(());
        }
        let style = self.style();
        Ok(write(self.context.out, style)?)
    }

    /// A bar for long work, which is seen at a terminal only.
    pub fn progress(&self, unit: Unit) -> Bar {
        let terminal = &self.context.terminal;
        Bar::new(
            unit,
            terminal.messages && !self.global.quiet,
            self.context.interrupt.clone(),
        )
    }

    /// Writes identifiers, one a line: all that `--quiet` lets through.
    pub fn identifiers<I: Display>(
        &mut self,
        identifiers: impl IntoIterator<Item = I>,
    ) -> anyhow::Result<()> {
        for identifier in identifiers {
            writeln!(self.context.out, "{identifier}")?;
        }
        Ok(())
    }

    /// Tells the user something, on standard error, unless `--quiet`.
    pub fn say(&mut self, message: impl Display) -> anyhow::Result<()> {
        if !self.global.quiet {
            // What was written as data before stands before it on a terminal, too.
            self.context.out.flush()?;
            writeln!(self.context.err, "{message}")?;
        }
        Ok(())
    }

    /// Says on standard error how many rows a limit left out.
    pub fn say_more(&mut self, more: u64, noun: &str) -> anyhow::Result<()> {
        if more == 0 {
            return Ok(());
        }
        self.say(format_args!(
            "{}: --limit 0 shows all",
            counted(more, &format!("more {noun}"))
        ))
    }

    /// Says on standard error what an import found out about its files, and which columns were not read.
    pub fn say_guesses(&mut self, remarks: &Remarks) -> anyhow::Result<()> {
        for guess in &remarks.guesses {
            self.say(guess)?;
        }
        if remarks.ignored_columns.is_empty() {
            return Ok(());
        }
        self.say(format_args!(
            "ignored columns: {}",
            remarks.ignored_columns.join(", ")
        ))
    }

    /// Asks for a yes before something is destroyed. Without a terminal to ask at, the yes must be on the command line.
    pub fn confirm(&mut self, yes: bool, question: &str) -> anyhow::Result<bool> {
        if yes {
            return Ok(true);
        }
        if self.global.no_input || !self.context.terminal.input {
            return Err(UsageError(format!(
                "{question} Nobody can be asked here: confirm with --yes"
            ))
            .into());
        }
        write!(self.context.err, "{question} [y/N] ")?;
        self.context.err.flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        if self.context.interrupt.is_raised() {
            return Err(StorageError::Interrupted.into());
        }
        let agreed = matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes");
        if !agreed {
            self.say("nothing was changed")?;
        }
        Ok(agreed)
    }

    /// Reports a failure and returns its exit code. A closed pipe is no failure and nothing is said of it.
    pub fn fail(&mut self, error: &anyhow::Error) -> Exit {
        let exit = Exit::of(error);
        if exit != Exit::Ok {
            let label = if self.colors(self.context.terminal.messages) {
                "\x1b[1;31merror:\x1b[0m"
            } else {
                "error:"
            };
            // If standard error is closed too, the exit code still tells.
            let _ = writeln!(self.context.err, "{label} {error:#}");
        }
        exit
    }
}
