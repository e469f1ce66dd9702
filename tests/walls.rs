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

/// Every source file: its path below `src/`, and its text.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    assert!(paths.len() > 50, "the walk finds the sources");
    let file = |path: PathBuf| {
        let name = path.strip_prefix(&root).expect("below src");
        let text = fs::read_to_string(&path).expect("a source");
        (name.to_str().expect("UTF-8").to_owned(), text)
    };
    paths.into_iter().map(file).collect()
}

/// What a file uses: its code, comments aside, followed by its imports one by one. Paths begin at `crate`, so that
/// neither braces nor `super` hide anything.
fn used(name: &str, text: &str) -> String {
    let mut code = String::new();
    for line in text.lines() {
        if !line.trim_start().starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
    }
    let imports: Vec<String> = code
        .split("use ")
        .skip(1)
        .filter_map(|rest| rest.split_once(';'))
        .flat_map(|(tree, _)| leaves(&tree.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect();
    code.push_str(&imports.join("\n"));
    let own_name = usize::from(!name.ends_with("mod.rs"));
    let to_the_root = name.matches('/').count() + own_name;
    code.replace(&"super::".repeat(to_the_root), "crate::")
}

/// The paths that an import names: `a::{b, c::{d, e}}` is `a::b`, `a::c::d` and `a::c::e`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((prefix, group)) = tree.split_once('{') else {
        return vec![tree.trim().to_owned()];
    };
    let mut depth = 0_usize;
    let mut members = vec![String::new()];
    for letter in group.chars() {
        match letter {
            '}' if depth == 0 => break,
            ',' if depth == 0 => {
                members.push(String::new());
                continue;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        members.last_mut().expect("one at least").push(letter);
    }
    let members = members.iter().flat_map(|member| leaves(member));
    members
        .map(|member| format!("{}{member}", prefix.trim()))
        .collect()
}

/// What follows each place where `word` stands and does not just end a longer one.
fn after<'c>(code: &'c str, word: &str) -> Vec<&'c str> {
    let longer = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word)
        .filter(|(at, _)| !code[..*at].ends_with(longer))
        .map(|(at, _)| &code[at + word.len()..])
        .collect()
}

/// Words that only some places may use, and why.
struct Wall {
    words: &'static [&'static str],
    only_in: &'static [&'static str],
    why: &'static str,
}

const WALLS: &[Wall] = &[
    Wall {
        words: &["clap"],
        only_in: &["cli/", "render/mod.rs"],
        why: "what a command takes is parsed before anything else sees it",
    },
    Wall {
        words: &["rusqlite"],
        only_in: &["storage/sqlite/"],
        why: "an engine's types stay in the engine",
    },
    Wall {
        words: &["comfy_table"],
        only_in: &["render/table.rs"],
        why: "there is one way to write a table",
    },
    Wall {
        words: &["indicatif"],
        only_in: &["cli/progress.rs"],
        why: "only the command line shows progress",
    },
    Wall {
        words: &["print!", "println!", "eprint!", "eprintln!", "dbg!"],
        only_in: &[],
        why: "everything is written through the context",
    },
    Wall {
        words: &["io::stdout", "io::stderr"],
        only_in: &["main.rs"],
        why: "everything is written through the context, which main makes",
    },
    Wall {
        words: &["process::exit", "process::abort"],
        only_in: &["cli/interrupt.rs"],
        why: "a command returns its exit code",
    },
    Wall {
        words: &["std::env"],
        only_in: &["main.rs", "context.rs", "cli/"],
        why: "the environment is read at the edge",
    },
    Wall {
        words: &["Local::now", "Utc::now", "SystemTime"],
        only_in: &["context.rs"],
        why: "the clock is read at the edge",
    },
    Wall {
        words: &["anyhow"],
        only_in: &["app/", "transfer/", "cli/"],
        why: "domain and storage have typed errors",
    },
    Wall {
        words: &["unsafe"],
        only_in: &[],
        why: "there is none",
    },
];

/// Which modules of the crate each may use, and why no others.
const MAY_USE: &[(&str, &[&str], &str)] = &[
    ("domain/", &["domain"], "the rules of billing know no tools"),
    (
        "storage/",
        &["domain", "storage", "context"],
        "an engine stores and finds rows, and decides nothing",
    ),
    (
        "app/",
        &["domain", "storage", "app"],
        "a use case is the same whoever calls it",
    ),
    (
        "transfer/",
        &["domain", "storage", "app", "transfer"],
        "files are read and written without a terminal",
    ),
    (
        "render/",
        &["domain", "storage", "app", "transfer", "render"],
        "what is shown is made of what was returned",
    ),
    ("context.rs", &[], "everything else may use it"),
];

/// What is above the walls: it may use every module.
const EDGE: &[&str] = &["cli/", "main.rs", "lib.rs"];

/// The packages that the domain may use.
const OF_THE_DOMAIN: &[&str] = &[
    "rust_decimal",
    "chrono",
    "thiserror",
    "iso_currency",
    "email_address",
];

/// Every package that billbook depends on, as code names it.
fn packages() -> Vec<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = fs::read_to_string(manifest).expect("a manifest");
    let (_, rest) = manifest.split_once("[dependencies]").expect("dependencies");
    let section = rest.split("\n[").next().expect("a first part");
    let names = section.lines().filter(|line| !line.starts_with('#'));
    names
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name.replace('-', "_"))
        .collect()
}

/// Every wall that a file breaks, with the reason for the wall.
fn broken(name: &str, text: &str) -> Vec<String> {
    let code = used(name, text);
    let mut broken = Vec::new();
    for Wall {
        words,
        only_in,
        why,
    } in WALLS
    {
        let may = only_in.iter().any(|place| name.starts_with(place));
        for word in *words {
            if !may && !after(&code, word).is_empty() {
                broken.push(format!(
                    "src/{name} uses '{word}', which only {only_in:?} may: {why}"
                ));
            }
        }
    }
    if name == "render/mod.rs"
        && after(&code, "clap::")
            .iter()
            .any(|rest| !rest.starts_with("ValueEnum"))
    {
        broken.push(format!(
            "src/{name} uses more of clap than ValueEnum, which makes a format an option's value"
        ));
    }
    if !name.starts_with("storage/sqlite/")
        && !EDGE.iter().any(|place| name.starts_with(place))
        && !after(&code, "storage::sqlite").is_empty()
    {
        broken.push(format!(
            "src/{name} knows an engine by name; only the command line chooses one"
        ));
    }
    if name.starts_with("domain/") {
        for package in packages()
            .iter()
            .filter(|name| !OF_THE_DOMAIN.contains(&name.as_str()))
        {
            if !after(&code, &format!("{package}::")).is_empty() {
                broken.push(format!(
                    "src/{name} uses the package {package}, and may use {OF_THE_DOMAIN:?}: the rules of billing know no tools"
                ));
            }
        }
    }
    broken.extend(used_from_above(name, &code));
    let lines = text.lines().count();
    if lines > 350 {
        broken.push(format!("src/{name} has {lines} lines: split it by purpose"));
    }
    broken
}

fn used_from_above(name: &str, code: &str) -> Vec<String> {
    if EDGE.iter().any(|place| name.starts_with(place)) {
        return Vec::new();
    }
    let Some((_, may, why)) = MAY_USE.iter().find(|(place, ..)| name.starts_with(place)) else {
        return vec![format!(
            "src/{name} stands behind no wall: say in tests/walls.rs what it may use"
        )];
    };
    let module = |rest: &str| {
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    // A brace is the group that the list of imports spells out.
    after(code, "crate::")
        .into_iter()
        .filter(|rest| !rest.starts_with('{'))
        .map(module)
        .filter(|module| !may.contains(&module.as_str()))
        .map(|module| format!("src/{name} uses crate::{module}, and may use {may:?}: {why}"))
        .collect()
}

#[test]
fn every_wall_stands() {
    let broken: Vec<String> = files()
        .iter()
        .flat_map(|(name, text)| broken(name, text))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_wall_is_left_of_what_is_gone() {
    let files = files();
    for Wall { words, only_in, .. } in WALLS.iter().filter(|wall| !wall.only_in.is_empty()) {
        let uses = |place: &str| {
            files.iter().any(|(name, text)| {
                let code = used(name, text);
                name.starts_with(place) && words.iter().any(|word| !after(&code, word).is_empty())
            })
        };
        for place in *only_in {
            assert!(uses(place), "src/{place} uses none of {words:?} any more");
        }
    }
}

/// Each breaks a wall, in every way of writing it that has been thought of.
const BREACHES: &[(&str, &str)] = &[
    ("app/bill.rs", "use clap::Parser;"),
    ("render/bill.rs", "use clap::ValueEnum;"),
    ("render/mod.rs", "use clap::Parser;"),
    ("render/mod.rs", "use clap::{Parser, ValueEnum};"),
    ("app/bill.rs", "use rusqlite as engine;"),
    ("storage/mod.rs", "fn f(c: &rusqlite::Connection) {}"),
    ("render/bill.rs", "use comfy_table::Table;"),
    ("transfer/source.rs", "use indicatif::ProgressBar;"),
    ("app/bill.rs", "print!(\"x\");"),
    ("cli/init.rs", "println!(\"x\");"),
    ("cli/init.rs", "eprint!(\"x\");"),
    ("main.rs", "eprintln!(\"x\");"),
    ("cli/init.rs", "dbg!(1);"),
    ("cli/init.rs", "let out = std::io::stdout();"),
    ("app/bill.rs", "use std::io::{self, stderr};"),
    ("cli/init.rs", "std::process::exit(1);"),
    ("app/bill.rs", "use std::{fs, process::{Command, abort}};"),
    ("transfer/source.rs", "use std::{env, fs};"),
    ("app/bill.rs", "let home = std::env::var(\"HOME\");"),
    ("app/bill.rs", "let now = chrono::Local::now();"),
    ("cli/init.rs", "let now = Utc::now();"),
    ("storage/sqlite/tx.rs", "let now = SystemTime::now();"),
    ("domain/money.rs", "use anyhow::Result;"),
    ("storage/filter.rs", "fn f() -> anyhow::Result<()> {}"),
    ("cli/init.rs", "unsafe { f() }"),
    ("domain/money.rs", "use crate::app::Deed;"),
    ("domain/money.rs", "use crate::{domain::Bill, app::Deed};"),
    ("domain/money.rs", "use super::super::app::Deed;"),
    ("domain/mod.rs", "use super::{domain::Bill, storage::Tx};"),
    ("domain/money.rs", "let json = serde_json::json!(1);"),
    ("domain/money.rs", "use csv::Writer;"),
    ("storage/filter.rs", "use crate::app::Deed;"),
    (
        "storage/sqlite/tx.rs",
        "use super::super::super::cli::Exit;",
    ),
    ("app/bill.rs", "use crate::cli::Exit;"),
    ("app/bill.rs", "use crate::transfer::Mapping;"),
    ("app/bill.rs", "use crate::render::Format;"),
    ("app/bill.rs", "use crate::storage::{Tx, sqlite::Location};"),
    ("storage/filter.rs", "use crate::storage::sqlite::Location;"),
    ("transfer/source.rs", "use crate::render::Format;"),
    ("render/bill.rs", "use crate::storage::sqlite::Location;"),
    ("render/bill.rs", "use crate::cli::Exit;"),
    ("context.rs", "use crate::domain::Bill;"),
    ("backup/mod.rs", "use crate::domain::Bill;"),
];

/// A wall that nothing could break would keep nothing out.
#[test]
fn every_breach_is_seen_and_nothing_else() {
    for (name, breach) in BREACHES {
        assert!(!broken(name, breach).is_empty(), "src/{name}: {breach}");
    }
    let long = "fn f() {}\n";
    assert_eq!(
        broken("cli/init.rs", &long.repeat(350)),
        Vec::<String>::new()
    );
    assert_eq!(broken("cli/init.rs", &long.repeat(351)).len(), 1);
    for (name, harmless) in [
        ("app/bill.rs", "// Not println!, nor crate::cli."),
        ("app/bill.rs", "use super::{party, lookup::Lookup};"),
        ("storage/sqlite/tx.rs", "use super::super::StorageError;"),
        (
            "domain/money.rs",
            "use std::{fmt, str::FromStr};\nuse chrono::NaiveDate;",
        ),
        ("main.rs", "let out = std::io::stdout();"),
    ] {
        assert_eq!(broken(name, harmless), Vec::<String>::new(), "{harmless}");
    }
}
