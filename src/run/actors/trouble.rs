//! Owns how refused calls and interruptions become failures of a step.

use crate::cloud::CloudError;
use crate::run::engine::ActError;

/// A call was refused, or its answer never came.
pub(super) fn cloud(what: impl Into<String>, error: &CloudError) -> ActError {
    ActError {
        what: what.into(),
        why: vec![error.to_string()],
        left_behind: Vec::new(),
        hint: error.hint(),
        effect_known: error.kind.no_effect(),
        interrupted: false,
        measures: Box::default(),
    }
}

/// Something that is no refused call.
pub(super) fn plain(what: impl Into<String>, why: impl Into<String>, hint: Option<String>) -> ActError {
    ActError {
        what: what.into(),
        why: vec![why.into()],
        left_behind: Vec::new(),
        hint,
        effect_known: true,
        interrupted: false,
        measures: Box::default(),
    }
}

/// The step ended because it was asked to stop.
pub(super) fn interrupted(what: impl Into<String>) -> ActError {
    ActError { interrupted: true, ..plain(what, "asked to stop", None) }
}

/// The step is of a kind that is not carried out here.
pub(super) fn not_here(why: &str) -> ActError {
    plain("cannot carry out this step", why, None)
}
