//! Owns the problems of a file as they leave this folder: readable by people with a snippet, and by programs as JSON.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::remark::Remark;
use super::snippet;
use crate::yaml::read::Place;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file can be used, and a person should look at this.
    Warning,
}

/// One problem of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The file's name as it was given.
    pub file: String,
    /// Line, 1-based.
    pub line: u32,
    /// Column in characters, 1-based.
    pub column: u32,
    /// The path of the value in the file, such as `tiers[0].standby.percent`; empty for the whole file.
    pub path: String,
    /// What is wrong, and why.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    #[serde(skip)]
    pub(super) place: Place,
    #[serde(skip)]
    pub(super) related: Vec<(Place, String)>,
    #[serde(skip)]
    pub(super) text: Arc<str>,
}

impl Problem {
    pub(super) fn new(file: &str, text: &Arc<str>, remark: Remark) -> Self {
        Problem {
            severity: remark.severity,
            file: file.to_owned(),
            line: remark.place.line.max(1),
            column: remark.place.column.max(1),
            path: remark.path,
            message: remark.message,
            help: remark.help,
            place: remark.place,
            related: remark.related,
            text: Arc::clone(text),
        }
    }

    /// The problem with the piece of the file it is about; several lines without a final newline.
    pub fn render(&self, color: bool) -> String {
        snippet::render(self, color)
    }
}

/// Every problem of a file; at least one of them is an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// All of them with their snippets, an empty line between two.
    pub fn render(&self, color: bool) -> String {
        self.0.iter().map(|problem| problem.render(color)).collect::<Vec<_>>().join("\n\n")
    }

    /// How many are errors.
    pub fn errors(&self) -> usize {
        self.0.iter().filter(|problem| problem.severity == Severity::Error).count()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}
