//! `billbook product`.

mod archive;
mod create;
mod delete;
mod edit;
mod export;
mod import;
mod list;
mod show;
mod unarchive;

use super::exit::Exit;
use super::session::Session;
use clap::Subcommand;

/// What bills are for
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
    Archive(archive::Args),
    Unarchive(unarchive::Args),
    Delete(delete::Args),
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
            Command::Archive(args) => args.run(session),
            Command::Unarchive(args) => args.run(session),
            Command::Delete(args) => args.run(session),
            Command::Import(args) => args.run(session),
            Command::Export(args) => args.run(session),
        }
    }
}
