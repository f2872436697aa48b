//! Owns what a drifted property or a deleted resource means for a failover.

use crate::diff::finding::Severity;

/// A resource that is gone. Alarms and outputs of a stack can be missed; what carries traffic cannot.
pub fn of_deleted(resource_type: &str) -> Severity {
    match resource_type {
        "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::Dashboard" => Severity::Degrades,
        _ => Severity::BlocksFailover,
    }
}

/// A property that differs.
pub fn of_property(_resource_type: &str, path: &str) -> Severity {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or("");
    match first {
        "Tags" | "Description" | "GroupDescription" | "MetricsCollection" => Severity::Cosmetic,
        _ => Severity::Degrades,
    }
}
