//! The command line: one file per leaf command, its arguments and its handler together.

mod bill;
mod check;
mod complete;
mod csv_args;
mod customer;
pub mod exit;
mod global;
mod init;
pub mod interrupt;
mod parties;
mod product;
mod progress;
mod session;
mod status;
mod values;

use crate::context::Context;
use clap::{CommandFactory as _, Parser, Subcommand};
use exit::Exit;
use global::Global;
use session::Session;
use std::ffi::OsString;

/// A command line that cannot be carried out as it stands. Says what to write instead.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(String);

/// A billing database on the command line: customers, products, bills and their items, exact to the cent.
///
/// A book is a directory of SQLite files, one per billing year. The default book makes itself on the first write.
#[derive(Debug, Parser)]
#[command(
    name = "billbook",
    version,
    max_term_width = 100,
    after_help = "Every command has --help with examples. Data goes to standard output, messages to standard error.\n\
        Exit codes: 0 ok, 1 failure, 2 usage, 3 refused by a rule, 4 not found, 5 damaged, 6 done in part,\n\
        11 locked, 12 commit outcome unknown, 13 disk full, 130 interrupted."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Status(status::Args),
    Customer(customer::Args),
    Product(product::Args),
    Bill(bill::Args),
    Check(check::Args),
    Completions(complete::CompletionsArgs),
    Man(complete::ManArgs),
}

impl Command {
    fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        match self {
            Self::Init(args) => args.run(session),
            Self::Status(args) => args.run(session),
            Self::Customer(args) => args.run(session),
            Self::Product(args) => args.run(session),
            Self::Bill(args) => args.run(session),
            Self::Check(args) => args.run(session),
            Self::Completions(args) => args.run(session),
            Self::Man(args) => args.run(session),
        }
    }
}

/// The whole command tree, for completions, manual pages and the tests that hold the documentation to it.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs one command line, the program's name first.
pub fn run(args: impl IntoIterator<Item = OsString>, context: &mut Context<'_>) -> Exit {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return explain(&error, context),
    };
    let mut session = Session::new(context, cli.global);
    match cli.command.run(&mut session) {
        Ok(exit) => exit,
        Err(error) => session.fail(&error),
    }
}

/// Help and version go to standard output, a usage error to standard error.
fn explain(error: &clap::Error, context: &mut Context<'_>) -> Exit {
    let (stream, is_terminal) = if error.use_stderr() {
        (&mut *context.err, context.terminal.messages)
    } else {
        (&mut *context.out, context.terminal.output)
    };
    let styled = is_terminal && std::env::var_os("NO_COLOR").is_none();
    let text = if styled {
        error.render().ansi().to_string()
    } else {
        error.render().to_string()
    };
    // A help text that cannot be written has nowhere else to go.
    let _ = stream.write_all(text.as_bytes());
    if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Ok
    }
}
