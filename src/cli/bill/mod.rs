//! `billbook bill`.

mod cancel;
mod create;
mod edit;
mod export;
mod filter_args;
mod import;
mod item_args;
mod list;
mod pay;
mod reopen;
mod show;
mod step;

use super::exit::Exit;
use super::session::Session;
use clap::Subcommand;

/// Bills and their items
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(visible_aliases = ["add", "new"])]
    Create(create::Args),
    Show(show::Args),
    #[command(visible_alias = "ls")]
    List(list::Args),
    Edit(edit::Args),
    Pay(pay::Args),
    Cancel(cancel::Args),
    Reopen(reopen::Args),
    Import(import::Args),
    Export(export::Args),
}

impl Args {
    /// Runs the subcommand.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        match self.command {
            Command::Create(args) => args.run(session),
            Command::Show(args) => args.run(session),
            Command::List(args) => args.run(session),
            Command::Edit(args) => args.run(session),
            Command::Pay(args) => args.run(session),
            Command::Cancel(args) => args.run(session),
            Command::Reopen(args) => args.run(session),
            Command::Import(args) => args.run(session),
            Command::Export(args) => args.run(session),
        }
    }
}
