//! Owns the name of an AWS operation and the rate bucket it draws from.

use super::pacing::Rate;

/// An operation: who serves it, what it is called, how fast it may be called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Api {
    /// The prefix of its IAM action, such as `autoscaling`.
    pub service: &'static str,
    /// Its name, such as `UpdateAutoScalingGroup`.
    pub operation: &'static str,
    /// The bucket: calls with the same service and bucket name share one.
    pub bucket: &'static str,
    /// The bucket's rate.
    pub rate: Rate,
    /// The IAM action that allows it, where that is not its own name.
    permission: Option<&'static str>,
}

impl Api {
    /// An operation with a bucket of its own.
    pub const fn own(service: &'static str, operation: &'static str, rate: Rate) -> Self {
        Api { service, operation, bucket: operation, rate, permission: None }
    }

    /// An operation that shares a bucket with others of its service.
    pub const fn shared(service: &'static str, operation: &'static str, bucket: &'static str, rate: Rate) -> Self {
        Api { service, operation, bucket, rate, permission: None }
    }

    /// The same, allowed by an IAM action of another name: `s3:ListBucket` allows HeadBucket.
    pub const fn allowed_by(self, permission: &'static str) -> Self {
        Api { permission: Some(permission), ..self }
    }

    /// The IAM action, such as `autoscaling:UpdateAutoScalingGroup`.
    pub fn action(&self) -> String {
        self.permission.map_or_else(|| format!("{}:{}", self.service, self.operation), str::to_owned)
    }
}
