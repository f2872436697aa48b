//! Owns `CloudError`: what was refused, where, and whether trying again may help.

use std::fmt;

use crate::model::{Region, SideName};

/// The kinds of refusal callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CloudErrorKind {
    /// Too many calls; trying again later helps.
    Throttled,
    /// The caller lacks a permission.
    Denied,
    /// There are no credentials, or they have expired or are not valid.
    Credentials,
    /// The thing asked for does not exist.
    NotFound,
    /// Something of that name exists, or another operation is under way.
    Conflict,
    /// Another change of the very same thing was under way at that moment, such as a scaling policy's: nothing was done, and
    /// the same call goes through once that one is over.
    Busy,
    /// AWS refuses the request as it stands.
    Invalid,
    /// No answer: refused connection, time-out, reset. A write may or may not have happened.
    Unreachable,
    /// A quota or a capacity limit.
    Limit,
    /// The service answered that it failed; a write may or may not have happened.
    Service,
    /// The stand-in or Region does not offer this operation.
    Unsupported,
    /// Anything else.
    Other,
}

impl CloudErrorKind {
    /// Whether the same call may go through later.
    pub fn may_retry(self) -> bool {
        matches!(
            self,
            CloudErrorKind::Throttled | CloudErrorKind::Busy | CloudErrorKind::Unreachable | CloudErrorKind::Service
        )
    }

    /// Whether it is known that a write had no effect.
    pub fn no_effect(self) -> bool {
        !matches!(self, CloudErrorKind::Unreachable | CloudErrorKind::Service)
    }
}

/// A refused or failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudError {
    /// Kind.
    pub kind: CloudErrorKind,
    /// The AWS operation, such as `UpdateAutoScalingGroup`.
    pub operation: String,
    /// On which side; none before sides are known.
    pub side: Option<SideName>,
    /// In which Region.
    pub region: Region,
    /// AWS's error code, such as `AccessDenied`.
    pub code: Option<String>,
    /// AWS's message, or what the connection said.
    pub message: String,
    /// AWS's request id.
    pub request_id: Option<String>,
}

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.side {
            Some(side) => format!("{side} side, {}", self.region),
            None => self.region.to_string(),
        };
        let what = match self.kind {
            CloudErrorKind::Throttled => "was throttled",
            CloudErrorKind::Denied => "was denied",
            CloudErrorKind::Credentials => "had no usable credentials",
            CloudErrorKind::NotFound => "did not find what it was asked for",
            CloudErrorKind::Conflict => "conflicts with what is there",
            CloudErrorKind::Busy => "met another change that was under way",
            CloudErrorKind::Invalid => "was refused",
            CloudErrorKind::Unreachable => "got no answer",
            CloudErrorKind::Limit => "hit a limit",
            CloudErrorKind::Service => "failed inside the service",
            CloudErrorKind::Unsupported => "is not offered there",
            CloudErrorKind::Other => "failed",
        };
        write!(f, "{} ({place}) {what}", self.operation)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        if let Some(code) = self.code.as_ref().filter(|code| !self.message.contains(code.as_str())) {
            write!(f, " [{code}]")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for CloudError {}

impl CloudError {
    /// What an operator does next, where the kind alone tells.
    pub fn hint(&self) -> Option<String> {
        match self.kind {
            CloudErrorKind::Credentials => Some(
                "set AWS_PROFILE, AWS_ACCESS_KEY_ID or a `profile:` on that side of the environment file, or sign in again"
                    .to_owned(),
            ),
            CloudErrorKind::Denied => {
                Some(format!("grant the caller {} in {} or use another role_arn", self.operation, self.region))
            }
            CloudErrorKind::Unreachable => Some(format!(
                "check the network, endpoint_url and AWS_ENDPOINT_URL for {}; if the Region is down, only the standby's commands will work",
                self.region
            )),
            CloudErrorKind::Throttled => Some("run the command again; it writes only what still differs".to_owned()),
            CloudErrorKind::Busy => {
                Some("run the command again once the other change is over; it writes only what still differs".to_owned())
            }
            _ => None,
        }
    }
}
