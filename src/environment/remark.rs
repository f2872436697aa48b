//! Owns one remark about the file before it meets the file's text: where, what, and what to do.

use super::problem::Severity;
use crate::yaml::read::Place;

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub severity: Severity,
    pub place: Place,
    /// The path of the value in the file, such as `tiers[0].standby.percent`.
    pub path: String,
    /// What is wrong, and why.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// What else in the file has to do with it, and how.
    pub related: Vec<(Place, String)>,
}

impl Remark {
    pub fn error(place: Place, path: impl Into<String>, message: impl Into<String>) -> Self {
        Remark {
            severity: Severity::Error,
            place,
            path: path.into(),
            message: message.into(),
            help: None,
            related: Vec::new(),
        }
    }

    pub fn warning(place: Place, path: impl Into<String>, message: impl Into<String>) -> Self {
        Remark { severity: Severity::Warning, ..Remark::error(place, path, message) }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push((place, label.into()));
        self
    }
}
