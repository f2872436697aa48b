//! Owns how commands get their environment: the file from disk, its warnings to the user, its problems as one failure.

use std::path::{Path, PathBuf};

use crate::environment::{Loaded, Problems, Source, read};
use crate::model::Environment;
use crate::ui::{Exit, Failure, Printer};

/// Reads an environment file, prints its warnings, and fails with exit code 64 and every problem when it is wrong.
pub fn load(path: &Path, printer: &Printer) -> Result<Environment, Failure> {
    match read(&source(path)?) {
        Ok(Loaded { environment, warnings }) => {
            for warning in &warnings {
                printer.details(&warning.render(printer.color_err()));
            }
            Ok(environment)
        }
        Err(problems) => Err(failure(&path.display().to_string(), &problems, printer)),
    }
}

/// A file from disk as the reader wants it.
pub fn source(path: &Path) -> Result<Source, Failure> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| unreadable(&name, path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        Failure::new(Exit::Usage, format!("cannot read {name}"))
            .because(format!("it is not UTF-8 text: byte {place} is not part of a character"))
            .hint("save the file as UTF-8")
    })?;
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    // Editors on Windows put a mark at the beginning that is no part of the text.
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    // By UTC, like every date here: what has run out on one machine has run out on all.
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    Ok(Source { name, text, folder, today })
}

fn unreadable(name: &str, path: &Path, error: &std::io::Error) -> Failure {
    let failure = Failure::new(Exit::Usage, format!("cannot read {name}"));
    if path.is_dir() {
        return failure.because("it is a folder").hint(format!("name the environment file in it: {name}/NAME.yaml"));
    }
    match error.kind() {
        std::io::ErrorKind::NotFound => failure
            .because("there is no such file")
            .hint(format!("check the path, or begin one with `lifeboat init -o {name}`")),
        _ => failure.because(error.to_string()).hint("check that you may read it"),
    }
}

/// Every problem of a file as one failure.
pub fn failure(name: &str, problems: &Problems, printer: &Printer) -> Failure {
    let errors = problems.errors();
    let count = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
    let mut failure = Failure::new(Exit::Usage, format!("{name} cannot be used: {count}"));
    failure.details = Some(format!("{}\n", problems.render(printer.color_err())));
    failure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::starter;
    use crate::model::{StoreLocation, Strategy};
    use crate::ui::ColorChoice;

    fn try_load(path: &Path) -> Result<Environment, Failure> {
        load(path, &Printer::new(ColorChoice::Never, true))
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_with_a_way_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = try_load(&folder.path().join("no.yaml")).expect_err("missing");
        assert_eq!((missing.exit, missing.why[0].as_str()), (Exit::Usage, "there is no such file"));
        assert!(missing.hints[0].contains("lifeboat init -o"), "{missing:?}");
        let directory = try_load(folder.path()).expect_err("a folder");
        assert_eq!((directory.exit, directory.why[0].as_str()), (Exit::Usage, "it is a folder"));
        let latin = folder.path().join("latin.yaml");
        std::fs::write(&latin, b"name: caf\xe9\n").expect("written");
        let latin = try_load(&latin).expect_err("not UTF-8");
        assert_eq!(latin.why[0], "it is not UTF-8 text: byte 9 is not part of a character");
    }

    #[test]
    fn problems_become_one_failure_with_every_snippet() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shop.yaml");
        std::fs::write(&path, "schema: lifeboat/v1\nname: Shop\ntiers: []\n").expect("written");
        let failure = try_load(&path).expect_err("problems");
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.what.ends_with("shop.yaml cannot be used: 6 errors"), "{}", failure.what);
        assert_eq!(failure.details.expect("snippets").matches("error: ").count(), 6);
    }

    #[test]
    fn the_store_is_beside_the_file_and_a_byte_order_mark_does_no_harm() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shop.yaml");
        let text = starter::text("shop", Strategy::MultiSite).expect("a name");
        std::fs::write(&path, format!("\u{feff}{text}")).expect("written");
        let environment = try_load(&path).expect("it loads");
        assert_eq!(environment.store, StoreLocation::Folder(folder.path().join(".lifeboat")));
    }
}
