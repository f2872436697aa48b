//! Owns orders to RDS, which takes no idempotency tokens: after a lost answer a look decides whether to give one again.

use std::time::Duration;

use jiff::Timestamp;

use crate::cloud::{CloudError, CloudErrorKind, CloudResult};
use crate::run::engine::ActError;
use crate::run::patience::elapsed;

/// An order without an answer shows within this time if it was taken: an instance that is promoted or changed is not
/// `available` any more a few seconds later.
const DOUBT: Duration = Duration::from_secs(60);

/// An order that may have been given.
#[derive(Debug)]
pub(super) struct Order {
    /// What it is called.
    noun: &'static str,
    /// What the database is as long as it was not given.
    before: &'static str,
    /// When, and whether it was answered.
    given: Option<(Timestamp, bool)>,
    /// What was said against it, the last time.
    against: Option<String>,
}

impl Order {
    /// One not given yet: what it is called, and what the database is until then.
    pub(super) fn new(noun: &'static str, before: &'static str) -> Self {
        Order { noun, before, given: None, against: None }
    }

    /// Whether to give it now, provided that the look shows nothing of it.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        match self.given {
            None => true,
            Some((_, true)) => false,
            Some((at, false)) => elapsed(at, now) >= DOUBT,
        }
    }

    /// Whether it was given, as far as this attempt knows.
    pub(super) fn was_given(&self) -> bool {
        self.given.is_some()
    }

    /// Whether it was given and its answer was lost.
    pub(super) fn is_in_doubt(&self) -> bool {
        matches!(self.given, Some((_, false)))
    }

    /// What was said against it, to be put behind a sentence.
    pub(super) fn against(&self) -> String {
        self.against.as_ref().map(|text| format!(" ({text})")).unwrap_or_default()
    }

    /// A failure of its step, with what is left behind, and whether that is known.
    pub(super) fn left(&self, error: ActError) -> ActError {
        let what = if self.is_in_doubt() {
            format!("it is not known whether RDS has taken the {}; a look tells", self.noun)
        } else if self.was_given() {
            format!("RDS has taken the {} and goes on with it", self.noun)
        } else {
            self.before.to_owned()
        };
        ActError { left_behind: vec![what], effect_known: !self.is_in_doubt(), ..error }
    }

    /// Takes in what came of giving it. The error is one that waiting does not help.
    pub(super) fn take(&mut self, at: Timestamp, answer: CloudResult<()>) -> Result<(), CloudError> {
        let Err(error) = answer else {
            (self.given, self.against) = (Some((at, true)), None);
            return Ok(());
        };
        let text = Some(error.to_string());
        if !error.kind.no_effect() {
            (self.given, self.against) = (Some((at, false)), text);
            return Ok(());
        }
        if !waiting_helps(&error) {
            return Err(error);
        }
        self.against = text;
        Ok(())
    }
}

/// Whether RDS refuses it only now: too many calls, or something else is under way, such as a backup that has just begun.
fn waiting_helps(error: &CloudError) -> bool {
    let state = error.code.as_deref().is_some_and(|code| code.starts_with("InvalidDBInstanceState"));
    state || matches!(error.kind, CloudErrorKind::Throttled | CloudErrorKind::Busy | CloudErrorKind::Conflict)
}
