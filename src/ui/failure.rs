//! Owns how a failure is told: what, why, what to do next, and the exit code it maps to. The one mapping place.

use serde_json::{Value, json};

use crate::cloud::{CloudError, CloudErrorKind};
use crate::run::journal::JournalError;
use crate::store::{BundleError, RunsError, StoreError};

use super::Exit;

/// The version of a failure's JSON.
pub const FAILURE_SCHEMA: u32 = 1;

/// A command that did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Exit code.
    pub exit: Exit,
    /// What could not be done: a lower-case fragment.
    pub what: String,
    /// Why: causes, outermost first.
    pub why: Vec<String>,
    /// What to do next: commands or edits.
    pub hints: Vec<String>,
    /// Text that stands on its own and is printed before the error line: rendered snippets.
    pub details: Option<String>,
}

impl Failure {
    /// A failure of that kind.
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Failure { exit, what: what.into(), why: Vec::new(), hints: Vec::new(), details: None }
    }

    /// An ordinary failure.
    pub fn failed(what: impl Into<String>) -> Self {
        Failure::new(Exit::Failed, what)
    }

    /// A refusal.
    pub fn refused(what: impl Into<String>) -> Self {
        Failure::new(Exit::Refused, what)
    }

    /// Adds a cause.
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why.push(why.into());
        self
    }

    /// Adds what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The failure for programs.
    pub fn json(&self) -> Value {
        json!({
            "schema_version": FAILURE_SCHEMA,
            "error": self.what,
            "because": self.why,
            "hints": self.hints,
            "exit_code": self.exit.code(),
        })
    }

    /// Puts what the command was doing in front.
    pub fn while_doing(mut self, doing: impl Into<String>) -> Self {
        let cause = std::mem::replace(&mut self.what, doing.into());
        self.why.insert(0, cause);
        self
    }
}

impl From<CloudError> for Failure {
    fn from(error: CloudError) -> Self {
        let exit = match error.kind {
            CloudErrorKind::Conflict => Exit::Refused,
            _ => Exit::Failed,
        };
        let hint = error.hint();
        let mut failure = Failure::new(exit, error.to_string());
        failure.hints.extend(hint);
        failure
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        error.hint().into_iter().fold(Failure::failed(format!("the store failed: {error}")), Failure::hint)
    }
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Self {
        match &error {
            BundleError::NoBaseline { environment, .. } => {
                let hint = format!(
                    "run `lifeboat baseline` on the environment file of {environment} while production is well"
                );
                Failure::failed(error.to_string()).hint(hint)
            }
            BundleError::Damaged { place, .. } => Failure::refused(error.to_string()).hint(mend(place)),
            BundleError::Newer { .. } => Failure::refused(error.to_string()).hint("use a lifeboat at least that new"),
            BundleError::Store(store) => {
                store.hint().into_iter().fold(Failure::failed(error.to_string()), Failure::hint)
            }
        }
    }
}

/// What to do about a damaged object of the bundle, by its name.
fn mend(place: &str) -> &'static str {
    let name = place.rsplit(['/', '\\']).next().unwrap_or(place);
    match name {
        "posture.json" => {
            "bring it back from the bucket's versions or a backup, or remove it: what a declaration made of the standby is \
             taken from the journals of runs then, and `lifeboat scale` writes it anew"
        }
        "last-sync.json" => "remove it, and run `lifeboat sync`: it writes it anew",
        "baseline.json" => {
            "restore it from the `baselines` folder of the store, or run `lifeboat baseline` again while production is well"
        }
        _ => "bring it back from the bucket's versions or a backup",
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let failure = match &error {
            JournalError::Store(_) | JournalError::Broken { .. } => Failure::failed(error.to_string()),
            _ => Failure::refused(error.to_string()),
        };
        error.hint().into_iter().fold(failure, Failure::hint)
    }
}

impl From<RunsError> for Failure {
    fn from(error: RunsError) -> Self {
        match &error {
            RunsError::Store(store) => store.hint().into_iter().fold(Failure::failed(error.to_string()), Failure::hint),
            RunsError::None { .. } | RunsError::Several { .. } => {
                Failure::new(Exit::Usage, error.to_string()).hint("`lifeboat runs list ENV` shows them all")
            }
            RunsError::Taken { .. } => Failure::refused(error.to_string()),
            RunsError::Damaged { .. } => Failure::refused(error.to_string()).hint(
                "bring the object back from the bucket's versions or a backup; or give the run up with `lifeboat runs \
                 abandon ENV RUN --because TEXT` and declare again",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_damaged_is_mended_by_what_writes_it() {
        let hint = |name: &str| {
            let place = format!("s3://bucket/shop/{name}");
            Failure::from(BundleError::Damaged { place, reason: "torn".into() }).hints.join("\n")
        };
        assert!(hint("baseline.json").contains("`lifeboat baseline` again"));
        assert!(hint("last-sync.json").contains("`lifeboat sync`"));
        let posture = hint("posture.json");
        assert!(posture.contains("remove it") && !posture.contains("lifeboat baseline"), "{posture}");
    }

    #[test]
    fn programs_read_a_failure_with_its_exit_code() {
        let failure = Failure::refused("run r1 is not finished").because("ana declared it").hint("go on with it");
        insta::assert_snapshot!(failure.json(), @r#"{"schema_version":1,"error":"run r1 is not finished","because":["ana declared it"],"hints":["go on with it"],"exit_code":5}"#);
    }
}
