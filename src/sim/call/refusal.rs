//! Owns refusals: what the simulated services answer when they do not do what was asked.

use crate::cloud::{CloudError, CloudErrorKind};
use crate::model::{Region, SideName};

/// A refusal before it is known to which call it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    kind: CloudErrorKind,
    code: Option<String>,
    message: String,
}

impl Refusal {
    /// A refusal with AWS's error code.
    pub fn new(kind: CloudErrorKind, code: &str, message: impl Into<String>) -> Self {
        Refusal { kind, code: Some(code.to_owned()), message: message.into() }
    }

    /// No answer.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Refusal { kind: CloudErrorKind::Unreachable, code: None, message: message.into() }
    }

    /// AWS's `ValidationError`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Refusal::new(CloudErrorKind::Invalid, "ValidationError", message)
    }

    /// A `ValidationError` about something that is not there.
    pub fn not_found(message: impl Into<String>) -> Self {
        Refusal::new(CloudErrorKind::NotFound, "ValidationError", message)
    }

    /// A `ValidationError` about something that is busy.
    pub fn conflict(message: impl Into<String>) -> Self {
        Refusal::new(CloudErrorKind::Conflict, "ValidationError", message)
    }

    /// The refusal as CloudFormation tells it of a resource.
    pub fn reason(&self) -> String {
        match &self.code {
            Some(code) => format!("{} ({code})", self.message),
            None => self.message.clone(),
        }
    }

    /// The refusal as the port tells it.
    pub fn told(self, side: SideName, region: &Region, operation: &str, number: u64) -> CloudError {
        // What never got an answer has no request id.
        let answered = self.kind != CloudErrorKind::Unreachable;
        CloudError {
            kind: self.kind,
            operation: operation.to_owned(),
            side: Some(side),
            region: region.clone(),
            code: self.code,
            message: self.message,
            request_id: answered.then(|| format!("sim-{number:06}")),
        }
    }
}
