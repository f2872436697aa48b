//! Owns `lifeboat check`: reads and resolves environment files and tells every problem of every one.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::load::source;
use super::output::Output;
use crate::environment::{Loaded, Problem, Severity, read};
use crate::model::{Environment, Network, StoreLocation};
use crate::ui::{Exit, Failure, Printer};

/// Reads environment files and tells every problem at once.
///
/// No AWS call is made. Exits 0 when every file can be used (warnings do not count) and 64 otherwise.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// Environment files
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Text for people, or one JSON document for programs
    #[arg(short = 'O', long, value_name = "FORMAT", value_enum, default_value_t)]
    pub output: Output,
}

/// What came of one file.
#[derive(Debug, Serialize)]
struct Checked {
    file: String,
    ok: bool,
    /// The environment's name, when it could be resolved.
    environment: Option<String>,
    #[serde(skip)]
    summary: Option<String>,
    problems: Vec<Problem>,
    /// Why the file could not even be read.
    unreadable: Option<Vec<String>>,
    #[serde(skip)]
    failure: Option<Failure>,
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    schema_version: u32,
    ok: bool,
    files: &'a [Checked],
}

/// Checks the files. Every one is looked at, whatever is wrong with those before it.
pub fn run(args: &CheckArgs, printer: &Printer) -> Result<Exit, Failure> {
    let checked: Vec<Checked> = args.files.iter().map(|path| check(path)).collect();
    let wrong = checked.iter().filter(|file| !file.ok).count();
    if args.output == Output::Json {
        let report = Report { schema_version: 1, ok: wrong == 0, files: &checked };
        let json = serde_json::to_string_pretty(&report)
            .map_err(|error| Failure::failed(format!("the report could not be written as JSON: {error}")))?;
        printer.result(&json);
        return Ok(if wrong == 0 { Exit::Done } else { Exit::Usage });
    }
    for file in &checked {
        for problem in &file.problems {
            printer.details(&format!("{}\n", problem.render(printer.color_err())));
        }
        if let Some(failure) = &file.failure {
            printer.failure(failure);
        }
        if let Some(summary) = &file.summary {
            printer.result(summary);
        }
    }
    if wrong == 0 {
        return Ok(Exit::Done);
    }
    let all = checked.iter().flat_map(|file| &file.problems);
    let errors = all.filter(|problem| problem.severity == Severity::Error).count()
        + checked.iter().filter(|file| file.failure.is_some()).count();
    let errors = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
    let files = match checked.as_slice() {
        [only] => format!("{} cannot be used", only.file),
        many => format!("{wrong} of {} files cannot be used", many.len()),
    };
    Err(Failure::new(Exit::Usage, format!("{files}: {errors}")))
}

fn check(path: &Path) -> Checked {
    let file = path.display().to_string();
    let empty = Checked {
        file: file.clone(),
        ok: false,
        environment: None,
        summary: None,
        problems: Vec::new(),
        unreadable: None,
        failure: None,
    };
    let source = match source(path) {
        Ok(source) => source,
        Err(failure) => return Checked { unreadable: Some(failure.why.clone()), failure: Some(failure), ..empty },
    };
    match read(&source) {
        Ok(Loaded { environment, warnings }) => Checked {
            ok: true,
            summary: Some(format!("{file}: ok: {}", summary(&environment))),
            environment: Some(environment.name),
            problems: warnings,
            ..empty
        },
        Err(problems) => Checked { problems: problems.0, ..empty },
    }
}

fn summary(environment: &Environment) -> String {
    let Environment { name, strategy, primary, standby, tiers, .. } = environment;
    let tiers = if tiers.len() == 1 { "1 tier".to_owned() } else { format!("{} tiers", tiers.len()) };
    let data = match environment.data.len() {
        0 => String::new(),
        1 => ", 1 data store".to_owned(),
        several => format!(", {several} data stores"),
    };
    let events = match environment.event_sources.len() {
        0 => String::new(),
        1 => ", 1 event source".to_owned(),
        several => format!(", {several} event sources"),
    };
    let traffic =
        environment.traffic.as_ref().map(|traffic| format!(", traffic of {}", traffic.record)).unwrap_or_default();
    let network = match &environment.network {
        Network::New { cidr, availability_zones } => format!("network {cidr} in {availability_zones} zones"),
        Network::Existing { vpc_id, .. } => format!("network {vpc_id}"),
    };
    let store = match &environment.store {
        StoreLocation::Folder(folder) => format!("store {}", folder.display()),
        StoreLocation::S3 { bucket, prefix } if prefix.is_empty() => format!("store s3://{bucket}"),
        StoreLocation::S3 { bucket, prefix } => format!("store s3://{bucket}/{prefix}"),
    };
    format!(
        "{name}, {strategy}, {} -> {}, {tiers}{data}{events}{traffic}, {network}, {store}",
        primary.region, standby.region
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::starter;
    use crate::model::Strategy;
    use crate::ui::ColorChoice;

    fn exit_of(files: &[PathBuf], output: Output) -> Result<Exit, Failure> {
        run(&CheckArgs { files: files.to_vec(), output }, &Printer::new(ColorChoice::Never, true))
    }

    #[test]
    fn looks_at_every_file_and_exits_64_when_one_is_wrong() {
        let folder = tempfile::tempdir().expect("a folder");
        let good = folder.path().join("good.yaml");
        let bad = folder.path().join("bad.yaml");
        let missing = folder.path().join("missing.yaml");
        let text = starter::text("shop", Strategy::WarmStandby).expect("a name");
        std::fs::write(&good, &text).expect("written");
        std::fs::write(&bad, text.replace("order: 10", "ordre: 10").replace("basis: peak", "basis: peek"))
            .expect("written");

        assert_eq!(exit_of(std::slice::from_ref(&good), Output::Text), Ok(Exit::Done));
        assert_eq!(exit_of(std::slice::from_ref(&good), Output::Json), Ok(Exit::Done));
        let failure = exit_of(&[missing.clone(), bad.clone(), good.clone()], Output::Text).expect_err("wrong files");
        assert_eq!((failure.exit, failure.what.as_str()), (Exit::Usage, "2 of 3 files cannot be used: 3 errors"));
        assert_eq!(exit_of(&[missing, bad, good], Output::Json), Ok(Exit::Usage));
    }

    #[test]
    fn json_tells_problems_with_their_places_and_files_that_cannot_be_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let bad = folder.path().join("bad.yaml");
        let text = starter::text("shop", Strategy::WarmStandby).expect("a name");
        std::fs::write(&bad, text.replace("basis: peak, window: 14d", "basis: peek, window: 14d")).expect("written");
        let checked = serde_json::to_value(check(&bad)).expect("JSON");
        let problem = &checked["problems"][0];
        assert_eq!(checked["ok"], false);
        assert_eq!(problem["severity"], "error");
        assert_eq!(problem["path"], "tiers[0].full.basis");
        assert_eq!(problem["message"], "`peek` is not known here");
        let line = usize::try_from(problem["line"].as_u64().expect("a line")).expect("small");
        let column = usize::try_from(problem["column"].as_u64().expect("a column")).expect("small");
        let shown = std::fs::read_to_string(&bad).expect("text");
        assert!(shown.lines().nth(line - 1).expect("the line")[column - 1..].starts_with("peek"));

        let missing = serde_json::to_value(check(&folder.path().join("missing.yaml"))).expect("JSON");
        assert_eq!(missing["unreadable"][0], "there is no such file");
    }
}
