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

/// The code of a file without comments and without what is compiled for tests only, which may build what it needs.
fn code(text: &str) -> String {
    let mut production = Vec::new();
    let mut lines = text.lines();
    let indent = |line: &str| line.len() - line.trim_start().len();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("#[cfg(test)]") {
            // What is marked ends in its first line, or with a brace below its beginning.
            let item = lines.by_ref().find(|line| !line.trim_start().starts_with("#[")).unwrap_or_default();
            if !item.ends_with([';', ',', '}']) {
                let ends = |next: &&str| indent(next) == indent(line) && next.trim_start().starts_with('}');
                lines.by_ref().find(ends);
            }
        } else if !line.trim_start().starts_with("//") {
            production.push(line);
        }
    }
    production.join("\n")
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

#[test]
fn what_is_compiled_for_tests_only_is_no_production_code() {
    let text = "mod a;\n#[cfg(test)]\n#[path = \"b.rs\"]\nmod b;\n// c\nmod d;\n#[cfg(test)]\nmod e {\n    fn f() {}\n}\nmod g;\n";
    assert_eq!(code(text), "mod a;\nmod d;\nmod g;");
}

/// Where a new kind of data goes.
const KINDS: &str = "src/model/data/mod.rs";

/// The folders that have a file for each kind of data, by the module comment of [`KINDS`].
fn folders_of_kinds() -> Vec<PathBuf> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(KINDS)).expect("a readable source file");
    let named = |line: &str| Some(line.strip_prefix("//! - `")?.split_once('`')?.0.to_owned());
    let folders: Vec<PathBuf> = text.lines().filter_map(named).map(PathBuf::from).collect();
    assert!(folders.len() > 5, "{KINDS} lists the folders that have a file for each kind");
    folders
}

/// The kinds of data: variant of `DataKind` and the type of its value.
fn kinds() -> Vec<(String, String)> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(KINDS)).expect("a readable source file");
    let text = code(&text);
    let body = text.split_once("pub enum DataKind {").and_then(|(_, rest)| rest.split_once('}')).expect("the kinds").0;
    let kinds: Vec<(String, String)> = body
        .lines()
        .filter_map(|line| line.trim().trim_end_matches(',').trim_end_matches(')').split_once('('))
        .map(|(variant, value)| (variant.to_owned(), value.to_owned()))
        .collect();
    assert!(kinds.len() > 2, "the kinds are where this test looks");
    kinds
}

/// Whether code names an identifier by itself, and not as a part of a longer one.
fn names(code: &str, identifier: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    code.match_indices(identifier).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + identifier.len()..]);
        !before.ends_with(is_word) && !after.starts_with(is_word)
    })
}

#[test]
fn kinds_of_data_are_told_apart_in_their_own_files_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (kinds, folders) = (kinds(), folders_of_kinds());
    let mut problems = Vec::new();
    for folder in folders.iter().filter(|folder| !root.join(folder).join("mod.rs").is_file()) {
        problems.push(format!("{KINDS} names the folder {}, which has no mod.rs", folder.display()));
    }
    for (path, _, text) in sources() {
        let path = path.strip_prefix(root).expect("below the root").to_path_buf();
        let text = code(&text);
        let is_for_tests = |part: &str| part.contains("tests") || part.contains("fixture");
        if path.components().any(|part| is_for_tests(&part.as_os_str().to_string_lossy())) {
            continue;
        }
        let mut named: Vec<&str> = Vec::new();
        for (variant, value) in &kinds {
            let is_named = text.contains(&format!("DataKind::{variant}")) || names(&text, value);
            named.extend(is_named.then_some(variant.as_str()));
        }
        let Some(folder) = folders.iter().find(|folder| path.starts_with(folder)) else {
            // The model passes its values on.
            if path != Path::new("src/model/mod.rs") && (!named.is_empty() || names(&text, "DataKind as")) {
                problems.push(format!(
                    "{}: it names kinds of data ({}). What it asks of a kind is a question that every kind answers: put it \
                     into the trait (or the one `match`) of a folder that {KINDS} lists, and each answer into the file of its \
                     kind there",
                    path.display(),
                    named.join(", ")
                ));
            }
            continue;
        };
        let below = path.strip_prefix(folder).expect("below the folder");
        let stem = below.components().next().expect("a file").as_os_str().to_string_lossy().into_owned();
        let stem = stem.trim_end_matches(".rs");
        if stem == "mod" {
            if text.contains("DataKind::") && text.contains("_ =>") {
                problems.push(format!(
                    "{}: a `_` arm beside kinds of data; name every kind, so that the compiler asks about a new one",
                    path.display()
                ));
            }
            continue;
        }
        let Some((own, _)) = kinds.iter().find(|(variant, _)| variant.to_ascii_lowercase() == stem) else {
            problems
                .push(format!("{}: `{stem}` is no kind of data, and this folder has a file for each", path.display()));
            continue;
        };
        for other in named.into_iter().filter(|named| named != own) {
            problems.push(format!(
                "{}: the file of `{own}` names `{other}`; what is common to kinds goes into {}",
                path.display(),
                folder.join("mod.rs").display()
            ));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_folder_of_kinds_is_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed: BTreeSet<PathBuf> = folders_of_kinds().iter().map(|folder| folder.components().collect()).collect();
    let found: BTreeSet<PathBuf> = sources()
        .into_iter()
        .filter(|(path, _, _)| path.ends_with("data/mod.rs"))
        .filter_map(|(path, _, _)| Some(path.strip_prefix(root).ok()?.parent()?.to_path_buf()))
        .collect();
    assert_eq!(listed, found, "{KINDS} lists every folder that has a file for each kind of data, and no other");
}
