//! Owns environment files: text -> environment as written -> `Environment`; every problem at once, each with its place.

pub mod problem;
pub mod schema;
pub mod starter;

mod defaults;
mod explain;
mod later;
mod regions;
mod remark;
mod resolve;
mod snippet;
mod values;
mod written;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;

pub use problem::{Problem, Problems, Severity};

use crate::model::Environment;
use crate::yaml::read::Reading;
use remark::Remark;
use written::WrittenEnvironment;

/// An environment file and what is needed to make sense of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file's name as problems show it.
    pub name: String,
    /// What it says.
    pub text: String,
    /// The folder it is in; a relative store begins there.
    pub folder: PathBuf,
    /// The day on which ignore rules expire or not.
    pub today: Date,
}

/// An environment without errors.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The environment, every default filled in.
    pub environment: Environment,
    /// What a person should look at, in the order of the file.
    pub warnings: Vec<Problem>,
}

/// Reads an environment file and resolves it. Fails with every problem there is, warnings among them, in the order of the
/// file.
pub fn read(source: &Source) -> Result<Loaded, Problems> {
    let Reading { value, errors } = crate::yaml::read::read::<WrittenEnvironment>(&source.text);
    let mut remarks = explain::explain(&errors);
    let mut environment = None;
    if let Some(written) = &value {
        let (resolved, more) = resolve::resolve(source, written);
        environment = resolved;
        remarks.extend(more);
    }
    remarks.sort_by_key(|remark| (remark.place.line, remark.place.column));
    let failed = remarks.iter().any(|remark| remark.severity == Severity::Error);
    if environment.is_none() && !failed {
        // Nothing was reported and yet something is missing. It must not pass as read.
        remarks.push(Remark::error(Default::default(), "", "the file could not be resolved"));
    }
    let text: Arc<str> = Arc::from(source.text.as_str());
    let problems: Vec<Problem> = remarks.into_iter().map(|r| Problem::new(&source.name, &text, r)).collect();
    match environment {
        Some(environment) if !failed => Ok(Loaded { environment, warnings: problems }),
        _ => Err(Problems(problems)),
    }
}

#[cfg(test)]
mod tests;
