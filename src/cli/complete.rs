//! `billbook completions` and `billbook man`.

use super::exit::Exit;
use super::session::Session;
use anyhow::Context as _;
use clap_complete::Shell;
use std::path::PathBuf;

/// Print a shell's completions
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook completions bash > ~/.local/share/bash-completion/completions/billbook
  billbook completions fish > ~/.config/fish/completions/billbook.fish")]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    /// Prints the completions.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        // Generated in memory first: the generator panics where its writer fails, as a closed pipe does.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "billbook", &mut script);
        session.context.out.write_all(&script)?;
        Ok(Exit::Ok)
    }
}

/// Print the manual page, or write one for each command
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  billbook man | man -l -
  billbook man --output ~/.local/share/man/man1")]
pub struct ManArgs {
    /// The directory for a page of each command; it is made where it is missing
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
}

impl ManArgs {
    /// Prints or writes the pages.
    pub fn run(self, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
        match self.output {
            None => clap_mangen::Man::new(super::command()).render(&mut session.context.out)?,
            Some(directory) => std::fs::create_dir_all(&directory)
                .and_then(|()| clap_mangen::generate_to(super::command(), &directory))
                .with_context(|| format!("cannot write manual pages to {}", directory.display()))?,
        }
        Ok(Exit::Ok)
    }
}
