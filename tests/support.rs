//! The sealed environment that the real binary is run in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The moment at which every test takes place: the last evening of February in Berlin.
pub const NOW: &str = "2026-02-28T23:30:00+01:00";

/// A home of its own, an empty environment, a stopped clock and no book yet.
pub struct Env {
    home: TempDir,
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct Run {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl Env {
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        Self { home }
    }

    /// The working directory of every command.
    pub fn dir(&self) -> &Path {
        self.home.path()
    }

    /// Where the default book is.
    pub fn book(&self) -> PathBuf {
        self.dir().join(".local/share/billbook")
    }

    /// Writes a file into the working directory.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir().join(name);
        fs::write(&path, content).expect("a file");
        path
    }

    /// A command, not yet started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_billbook"));
        command
            .args(args)
            .current_dir(self.dir())
            .env_clear()
            .env("HOME", self.dir())
            .env("BILLBOOK_NOW", NOW)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command. `/home/ada` stands for the environment's directory in what it printed.
    pub fn run(&self, args: &[&str]) -> Run {
        self.finish(self.command(args))
    }

    /// Runs a command that [`Self::command`] made.
    pub fn finish(&self, mut command: Command) -> Run {
        self.seen(&command.output().expect("billbook runs"))
    }

    fn seen(&self, output: &std::process::Output) -> Run {
        let home = self.dir().to_str().expect("UTF-8");
        let text = |bytes: &[u8]| {
            String::from_utf8(bytes.to_vec())
                .expect("UTF-8")
                .replace(home, "/home/ada")
        };
        let code = output.status.code().unwrap_or(-1);
        Run {
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            code,
        }
    }

    /// Runs a command that must succeed, and returns its standard output.
    #[track_caller]
    pub fn ok(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!(run.code, 0, "{args:?} failed: {run:?}");
        run.stdout
    }

    /// Runs a line of shell in which `billbook` is the one in the home's `bin`.
    pub fn shell(&self, line: &str) -> Run {
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(self.dir())
            .env_clear()
            .env("HOME", self.dir())
            .env("USER", "ada")
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", self.dir().join("bin").display()),
            )
            .env("BILLBOOK_NOW", NOW)
            .stdin(Stdio::null());
        self.finish(command)
    }
}
