//! The options that every command takes.

use crate::domain::Note;
use crate::render::Format;
use clap::ValueEnum;
use std::path::PathBuf;
use std::time::Duration;

/// The options that every command takes.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The book's directory [default: billbook in the user's data directory]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "BILLBOOK_BOOK",
        hide_env_values = true
    )]
    pub book: Option<PathBuf>,

    /// How data is written
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        hide_possible_values = false
    )]
    pub format: Format,

    /// Print only identifiers, and no messages but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// Never ask anything, even at a terminal
    #[arg(long, global = true)]
    pub no_input: bool,

    /// When to use color; NO_COLOR and CLICOLOR_FORCE are heeded
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,

    /// How long to wait for another writer, in seconds
    #[arg(long, global = true, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub lock_timeout: Duration,

    /// Who does this, for the history of bills [default: the operating system's user]
    #[arg(long, global = true, value_name = "NAME")]
    pub actor: Option<Note>,
}

/// When to use color.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum Color {
    /// At a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse::<f64>()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|wait| *wait <= Duration::from_secs(86_400))
        .ok_or_else(|| "write seconds from 0 to 86400, as in 30 or 0.5".to_owned())
}
