//! Owns the layers: it parses every import under `src/` and holds the design's table of who may import whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The table of the design: folder -> folders it may import.
fn table() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("model", &[] as &[&str]),
        ("yaml", &[]),
        ("facts", &["model"]),
        ("environment", &["model", "yaml"]),
        ("render", &["facts", "model", "yaml"]),
        ("diff", &["facts", "model", "render"]),
        ("plan", &["diff", "facts", "model", "render"]),
        ("cloud", &["facts", "model"]),
        ("store", &["facts", "model"]),
        ("aws", &["cloud", "facts", "model", "store"]),
        ("sim", &["cloud", "facts", "model"]),
        ("observe", &["cloud", "facts", "model"]),
        ("run", &["cloud", "facts", "model", "plan", "render", "store"]),
        ("report", &["cloud", "diff", "environment", "facts", "model", "observe", "plan", "render", "run", "store"]),
        ("ui", &["cloud", "facts", "model", "report", "run", "store"]),
        (
            "commands",
            &[
                "aws",
                "cloud",
                "diff",
                "environment",
                "facts",
                "model",
                "observe",
                "plan",
                "render",
                "report",
                "run",
                "sim",
                "store",
                "ui",
                "yaml",
            ],
        ),
    ])
}

#[test]
fn imports_keep_to_the_table() {
    let table = table();
    let mut problems = Vec::new();
    for (path, folder, text) in sources() {
        let Some(allowed) = table.get(folder.as_str()) else {
            problems.push(format!("{}: the folder `{folder}` is not in the table", path.display()));
            continue;
        };
        for imported in imports(&text) {
            if imported != folder && table.contains_key(imported.as_str()) && !allowed.contains(&imported.as_str()) {
                problems.push(format!("{}: `{folder}` may not import `{imported}`", path.display()));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn special_crates_stay_in_their_folders() {
    let homes = [("aws_sdk_", "aws"), ("aws_config", "aws"), ("aws_smithy_", "aws"), ("serde_saphyr", "yaml")];
    let mut problems = Vec::new();
    for (path, folder, text) in sources() {
        for (name, home) in homes {
            if folder != home && names_crate(&code(&text), name) {
                problems.push(format!("{}: only `{home}` may name `{name}*`", path.display()));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn deciding_reads_no_clock_and_does_no_io() {
    let forbidden = [
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "ToSocketAddrs",
        "std::env::",
        "Timestamp::now",
        "SystemTime::now",
        "Instant::now",
        "tokio::",
    ];
    let mut problems = Vec::new();
    for (path, folder, text) in sources() {
        if !["model", "facts", "environment", "render", "diff", "plan", "yaml", "report"].contains(&folder.as_str()) {
            continue;
        }
        if path.components().any(|part| part.as_os_str().to_string_lossy().contains("tests")) {
            continue;
        }
        let production = code(&text);
        for name in forbidden {
            if production.contains(name) {
                problems
                    .push(format!("{}: `{folder}` decides or describes, so it may not use `{name}`", path.display()));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_file_says_what_it_owns() {
    let silent: Vec<String> = sources()
        .into_iter()
        .chain(rust_files(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")).into_iter().map(|path| {
            let text = fs::read_to_string(&path).expect("a readable source file");
            (path, String::new(), text)
        }))
        .filter(|(_, _, text)| !text.starts_with("//! "))
        .map(|(path, _, _)| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no module comment in:\n{}", silent.join("\n"));
}

fn sources() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(root.clone());
    assert!(files.len() > 50, "the sources are where this test looks");
    files
        .into_iter()
        .filter_map(|path| {
            let relative = path.strip_prefix(&root).expect("below src").to_path_buf();
            let folder = relative.components().next()?.as_os_str().to_string_lossy().into_owned();
            // lib.rs and main.rs belong to no layer.
            if folder.ends_with(".rs") {
                return None;
            }
            let text = fs::read_to_string(&path).expect("a readable source file");
            Some((path, folder, text))
        })
        .collect()
}

fn rust_files(root: PathBuf) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Whether a path of a crate whose name begins so stands in the code: `aws_sdk_` in `aws_sdk_ec2::Client`.
fn names_crate(code: &str, beginning: &str) -> bool {
    code.match_indices(beginning).any(|(at, _)| {
        let rest = code[at..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        rest.starts_with("::")
    })
}

/// The code of a file without comments and without its in-file tests, which may build what they need.
fn code(text: &str) -> String {
    let production = text.split("#[cfg(test)]").next().unwrap_or(text);
    production.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Every folder named after `crate::`, also inside `use crate::{...}` groups.
fn imports(text: &str) -> BTreeSet<String> {
    let code = code(text);
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0usize;
            let mut word = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        found.insert(first_word(&word));
                        word.clear();
                        continue;
                    }
                    _ => {}
                }
                word.push(c);
            }
            found.insert(first_word(&word));
        } else {
            found.insert(first_word(rest));
        }
    }
    found
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

#[test]
fn the_parser_of_imports_sees_groups() {
    let found = imports("use crate::{model::{A, B}, facts, cloud::X};\nfn f() { crate::store::g() }");
    assert_eq!(found, BTreeSet::from(["model", "facts", "cloud", "store"].map(str::to_owned)));
}
