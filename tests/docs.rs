//! The documentation is held to the program: what README shows is run, and what it lists is compared.
//!
//! `BILLBOOK_UPDATE_README=1 cargo test docs` writes what the commands print now into README.md.

use crate::support::Env;
use clap::Command;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What stands above the rows of README's command reference.
const REFERENCE_HEAD: &str = "| command | what it does | options |";

fn readme() -> String {
    fs::read_to_string(Path::new(ROOT).join("README.md")).expect("README.md")
}

/// A home in which `billbook` is on the path and the examples are at hand.
pub fn home_with_examples() -> Env {
    let env = Env::new();
    let bin = env.dir().join("bin");
    fs::create_dir_all(env.dir().join("examples")).expect("a directory");
    fs::create_dir(&bin).expect("a directory");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_billbook"), bin.join("billbook"))
        .expect("a link");
    for entry in fs::read_dir(Path::new(ROOT).join("examples")).expect("examples") {
        let path = entry.expect("an entry").path();
        fs::copy(
            &path,
            env.dir()
                .join("examples")
                .join(path.file_name().expect("a name")),
        )
        .expect("a copy");
    }
    env
}

/// What a shell command prints, standard error included, as a terminal shows it.
fn shell(env: &Env, line: &str) -> String {
    env.shell(&format!("{{ {line}\n}} 2>&1")).stdout
}

#[test]
fn readme_shows_what_its_commands_print() {
    let env = home_with_examples();
    let (old, mut new) = (readme(), String::new());
    let mut lines = old.lines().peekable();
    while let Some(line) = lines.next() {
        new.push_str(line);
        new.push('\n');
        if line == REFERENCE_HEAD {
            while lines.next_if(|line| line.starts_with('|')).is_some() {}
            new.push_str(&reference());
        }
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|line| *line != "```") {
            let Some(first) = line.strip_prefix("$ ") else {
                continue;
            };
            let mut command = first.to_owned();
            new.push_str(line);
            new.push('\n');
            while command.ends_with('\\') {
                let more = lines.next().expect("the rest of the command");
                new.push_str(more);
                new.push('\n');
                command.push('\n');
                command.push_str(more);
            }
            new.push_str(&shell(&env, &command));
        }
    }
    if std::env::var_os("BILLBOOK_UPDATE_README").is_some() {
        fs::write(Path::new(ROOT).join("README.md"), &new).expect("README.md is written");
    } else {
        similar(&old, &new, "README.md");
    }
}

/// Compares line by line, so that a failure shows where.
#[track_caller]
pub fn similar(old: &str, new: &str, file: &str) {
    for (index, (old, new)) in old.lines().zip(new.lines()).enumerate() {
        assert_eq!(old, new, "line {} of {file}", index + 1);
    }
    assert_eq!(old.lines().count(), new.lines().count(), "lines of {file}");
}

#[test]
fn the_main_job_runs_on_the_examples() {
    let env = home_with_examples();
    let output = shell(
        &env,
        "BILLBOOK=billbook bash examples/run.sh \"$HOME/main-job\"",
    );
    assert!(
        output.ends_with("The book in /home/ada/main-job is sound.\n"),
        "{output}"
    );
    assert!(
        output
            .contains(" bills  all    13        0          0        0        0     19  7515.79\n"),
        "{output}"
    );
}

/// Every leaf command with its words, as in `["bill", "create"]`.
fn leaves(command: &Command, words: &[String], found: &mut Vec<(Vec<String>, Command)>) {
    for sub in command
        .get_subcommands()
        .filter(|sub| sub.get_name() != "help")
    {
        let mut words = words.to_vec();
        words.push(sub.get_name().to_owned());
        if sub.has_subcommands() {
            leaves(sub, &words, found);
        } else {
            found.push((words, sub.clone()));
        }
    }
}

pub fn all_leaves() -> Vec<(Vec<String>, Command)> {
    let mut found = Vec::new();
    leaves(&billbook::cli::command(), &[], &mut found);
    assert!(found.len() >= 30, "the walk finds the commands");
    found
}

#[test]
fn the_command_line_is_well_formed() {
    billbook::cli::command().debug_assert();
}

/// The rows of README's command reference.
fn reference() -> String {
    let rows = all_leaves().into_iter().map(|(words, command)| {
        let positionals = command.get_positionals().map(|it| format!(" `{it}`"));
        let positionals: String = positionals.collect();
        let options: Vec<String> = command
            .get_arguments()
            .filter_map(|argument| argument.get_long())
            .filter(|option| *option != "help")
            .map(|option| format!("`--{option}`"))
            .collect();
        let about = command.get_about().expect("what it does");
        let (name, options) = (words.join(" "), options.join(" "));
        format!("| `{name}`{positionals} | {about} | {options} |\n")
    });
    std::iter::once("|---|---|---|\n".to_owned())
        .chain(rows)
        .collect()
}

#[test]
fn readme_names_every_global_option_and_has_one_reference() {
    let readme = readme();
    let heads = readme.lines().filter(|line| *line == REFERENCE_HEAD);
    assert_eq!(heads.count(), 1, "the table that the reference goes into");
    for option in billbook::cli::command()
        .get_arguments()
        .filter_map(|argument| argument.get_long())
    {
        assert!(
            readme.contains(&format!("`--{option}`")),
            "README lacks the global option --{option}"
        );
    }
}

#[test]
fn readme_starts_with_the_two_commands_that_do_everything() {
    let readme = readme();
    let start = readme.split("```sh\n").nth(1).expect("a block of shell");
    let start = start.split("```").next().expect("its text");
    let commands: Vec<&str> = start
        .lines()
        .map(|line| line.split('#').next().unwrap_or(line).trim())
        .collect();
    assert_eq!(commands, ["bash examples/run.sh", "cargo test"]);
}

#[test]
fn readme_lists_every_exit_code() {
    let source = fs::read_to_string(Path::new(ROOT).join("src/cli/exit.rs")).expect("exit.rs");
    let readme = readme();
    let codes: Vec<&str> = source
        .lines()
        .filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "))
        .map(|(_, code)| code)
        .filter(|code| code.parse::<u8>().is_ok())
        .collect();
    assert!(codes.len() >= 9, "{codes:?}");
    let table = readme.split("## Exit codes").nth(1).expect("exit codes");
    let listed: Vec<&str> = table
        .split("\n## ")
        .next()
        .expect("its text")
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next())
        .filter(|code| *code != "code")
        .collect();
    assert_eq!(listed, codes, "README's exit codes and exit.rs's");
}

#[test]
fn readme_says_what_to_do_about_every_finding() {
    let mut kinds = BTreeSet::new();
    for file in [
        "storage/sqlite/verify.rs",
        "storage/sqlite/assemble.rs",
        "app/book.rs",
    ] {
        let source = fs::read_to_string(Path::new(ROOT).join("src").join(file)).expect(file);
        let source: String = source.split_whitespace().collect();
        for call in ["finding(\"", "damaged(\"", "Err((\"", "=>(\""] {
            let found = source.split(call).skip(1);
            kinds.extend(found.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
    let readme = readme();
    let table = readme.split("\n| finding |").nth(1).expect("findings");
    let listed: BTreeSet<String> = table
        .split("\n\n")
        .next()
        .expect("its text")
        .lines()
        .filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned()))
        .collect();
    assert_eq!(listed, kinds, "README's findings and those of check");
}

/// The words of a line's first command, as a shell would split it.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, ';' | '|' | '>' | '&') => break,
            (None, ' ') => {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            }
            (_, letter) => word.push(letter),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

#[test]
fn every_command_has_examples_that_parse() {
    for (name, command) in all_leaves() {
        let help = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default()
            .replace("\\\n", " ");
        let examples: Vec<&str> = help
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("billbook "))
            .collect();
        assert!(
            help.contains("Example") && !examples.is_empty(),
            "{name:?} has no examples: {help}"
        );
        for example in examples {
            let parsed = billbook::cli::command().try_get_matches_from(words(example));
            assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
        }
    }
}
