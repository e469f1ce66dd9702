//! The command line, run for real: transcripts with the exact standard output, standard error and exit code.
//!
//! In a transcript `$ ` begins a command for the shell, `! ` a line of its standard error, `=> ` an exit code other than 0,
//! `% ` a file and SQL
//! that changes it, and `# ` a remark; everything else is standard output. Each transcript has a sealed home of its own, with the examples
//! in it. `BILLBOOK_UPDATE_TRANSCRIPTS=1 cargo test cli` writes down what the commands do now, to be read before it is
//! believed.

use crate::docs::{all_leaves, home_with_examples};
use crate::support::Run;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

macro_rules! transcripts {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                replay(stringify!($name));
            }
        )*

        #[test]
        fn every_transcript_is_replayed() {
            let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
            let mut found: Vec<String> = fs::read_dir(dir)
                .expect("a directory")
                .map(|entry| entry.expect("an entry").path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
                .map(|path| path.file_stem().expect("a name").to_str().expect("UTF-8").to_owned())
                .collect();
            found.sort();
            let mut replayed = vec![$(stringify!($name)),*];
            replayed.sort_unstable();
            assert_eq!(found, replayed);
        }
    };
}

transcripts!(
    as_billed,
    bad_bills,
    bad_csv,
    bad_files,
    bad_words,
    bills,
    books,
    customers,
    damage,
    every_leaf,
    exits,
    exports,
    formats,
    import_regressions,
    imports,
    missing,
    products,
    rejects,
    repeats,
    sixty_years,
    spreadsheets
);

#[test]
fn every_leaf_command_is_in_a_transcript() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let mut commands = String::new();
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            let text = fs::read_to_string(path).expect("a transcript");
            for line in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
                writeln!(commands, "{line} ").expect("a string grows");
            }
        }
    }
    for (words, _) in all_leaves() {
        let command = format!(" {} ", words.join(" "));
        assert!(commands.contains(&command), "no transcript runs{command}");
    }
}

#[track_caller]
fn replay(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cli/{name}.txt"));
    let old = fs::read_to_string(&path).expect("a transcript");
    let env = home_with_examples();
    let mut new = String::new();
    for line in old.lines() {
        if line.starts_with("# ") || line.is_empty() && new.lines().last().is_none_or(str::is_empty)
        {
            new.push_str(line);
            new.push('\n');
        } else if let Some(change) = line.strip_prefix("% ") {
            new.push_str(line);
            new.push('\n');
            let (file, sql) = change.split_once(' ').expect("a file and SQL");
            let database = rusqlite::Connection::open(env.dir().join(file)).expect("a database");
            database.execute_batch(sql).expect("a change");
        } else if let Some(command) = line.strip_prefix("$ ") {
            new.push_str(line);
            new.push('\n');
            note(&mut new, &env.shell(command));
        }
    }
    if std::env::var_os("BILLBOOK_UPDATE_TRANSCRIPTS").is_some() {
        fs::write(&path, new).expect("the transcript is written");
        return;
    }
    crate::docs::similar(&old, &new, &format!("tests/cli/{name}.txt"));
}

fn note(transcript: &mut String, run: &Run) {
    for line in run.stdout.lines() {
        writeln!(transcript, "{line}").expect("a string grows");
    }
    for line in run.stderr.lines() {
        writeln!(transcript, "! {line}").expect("a string grows");
    }
    if run.code != 0 {
        writeln!(transcript, "=> {}", run.code).expect("a string grows");
    }
}
