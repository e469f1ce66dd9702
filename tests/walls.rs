//! The walls between the modules, and the rules of the house that no linter knows.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with its path below `src/` and its text, comments aside: a wall is about what is used.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    assert!(paths.len() > 50, "the walk finds the sources");
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source");
            let code: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            let name = path
                .strip_prefix(&root)
                .expect("below src")
                .to_str()
                .expect("UTF-8")
                .to_owned();
            (name, code.join("\n"))
        })
        .collect()
}

/// A word that only some places may use, and why.
struct Wall {
    word: &'static str,
    only_in: &'static [&'static str],
    why: &'static str,
}

const WALLS: &[Wall] = &[
    Wall {
        word: "clap",
        only_in: &["cli/", "render/mod.rs"],
        why: "what a command takes is parsed before anything else sees it",
    },
    Wall {
        word: "rusqlite::",
        only_in: &["storage/sqlite/"],
        why: "an engine's types stay in the engine",
    },
    Wall {
        word: "comfy_table",
        only_in: &["render/table.rs"],
        why: "there is one way to write a table",
    },
    Wall {
        word: "indicatif",
        only_in: &["cli/progress.rs"],
        why: "only the command line shows progress",
    },
    Wall {
        word: "println!",
        only_in: &[],
        why: "everything is written through the context",
    },
    Wall {
        word: "eprintln!",
        only_in: &[],
        why: "everything is written through the context",
    },
    Wall {
        word: "process::exit",
        only_in: &["cli/interrupt.rs"],
        why: "a command returns its exit code",
    },
    Wall {
        word: "std::env",
        only_in: &["main.rs", "context.rs", "cli/"],
        why: "the environment is read at the edge",
    },
    Wall {
        word: "Local::now",
        only_in: &["context.rs"],
        why: "the clock is read at the edge",
    },
    Wall {
        word: "Utc::now",
        only_in: &[],
        why: "the clock is read at the edge",
    },
    Wall {
        word: "SystemTime",
        only_in: &[],
        why: "the clock is read at the edge",
    },
    Wall {
        word: "anyhow",
        only_in: &["app/", "transfer/", "cli/"],
        why: "domain and storage have typed errors",
    },
    Wall {
        word: "unsafe",
        only_in: &[],
        why: "there is none",
    },
];

#[test]
fn words_stay_behind_their_walls() {
    let files = files();
    for Wall { word, only_in, why } in WALLS {
        let mut used = false;
        for (name, code) in &files {
            let has_it = code.contains(word);
            used |= has_it;
            let may = only_in.iter().any(|place| name.starts_with(place));
            assert!(
                !has_it || may,
                "src/{name} uses '{word}', which only {only_in:?} may: {why}"
            );
        }
        assert!(
            used || only_in.is_empty(),
            "nothing uses '{word}' any more: take the wall down"
        );
    }
}

/// Which modules of the crate each may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain/", &["domain"]),
    ("storage/", &["domain", "storage", "context"]),
    ("app/", &["domain", "storage", "app"]),
    ("transfer/", &["domain", "storage", "app", "transfer"]),
    (
        "render/",
        &["domain", "storage", "app", "transfer", "render"],
    ),
    ("context.rs", &[]),
];

#[test]
fn modules_use_only_what_is_below_them() {
    for (name, code) in files() {
        let Some((_, may)) = MAY_USE.iter().find(|(place, _)| name.starts_with(place)) else {
            continue;
        };
        for used in code.split("crate::").skip(1) {
            let module = used
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .next()
                .unwrap_or("");
            assert!(
                may.contains(&module),
                "src/{name} uses crate::{module}, and may use {may:?}"
            );
        }
        let engine = name.starts_with("storage/sqlite/") || !code.contains("storage::sqlite");
        assert!(
            engine,
            "src/{name} knows an engine by name; only the command line chooses one"
        );
    }
}

#[test]
fn no_file_outgrows_its_purpose() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (name, _) in files() {
        let lines = fs::read_to_string(root.join(&name))
            .expect("a source")
            .lines()
            .count();
        assert!(
            lines <= 350,
            "src/{name} has {lines} lines: split it by purpose"
        );
    }
}
