//! Owns S3 buckets and their objects.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::facts::{BucketFacts, Tags};

/// A bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// What is told of it.
    pub facts: BucketFacts,
    /// Its policy.
    pub policy: Option<Value>,
    /// Whether its public access block keeps policies from making it public.
    pub blocks_public_policy: bool,
    /// Whether its public access block keeps the public out whatever its policy says.
    pub restricts_public: bool,
    /// Objects, by key.
    pub objects: BTreeMap<String, Object>,
    /// Tags.
    pub tags: Tags,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Its size in bytes.
    pub size: usize,
    /// When it was written.
    pub written_at: Timestamp,
}

impl Bucket {
    /// Whether anybody may read an object: the policy allows it and no public access block stands against it.
    pub fn is_public(&self, key: &str) -> bool {
        let Some(policy) = self.policy.as_ref().filter(|_| !self.restricts_public) else { return false };
        statements(policy).iter().any(|statement| allows_everybody(statement, &self.facts.name, key))
    }

    /// Whether its policy lets in everybody at all.
    pub fn policy_is_public(policy: &Value) -> bool {
        statements(policy).iter().any(|statement| is_for_everybody(statement))
    }
}

fn statements(policy: &Value) -> Vec<&Value> {
    match policy.get("Statement") {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

fn is_for_everybody(statement: &Value) -> bool {
    let principal = statement.get("Principal");
    let everybody = |value: &Value| texts(value).any(|text| text == "*");
    statement.get("Effect").and_then(Value::as_str) == Some("Allow")
        && principal.is_some_and(|p| everybody(p) || p.get("AWS").is_some_and(everybody))
}

fn allows_everybody(statement: &Value, bucket: &str, key: &str) -> bool {
    let wanted = format!("arn:aws:s3:::{bucket}/{key}");
    let named = |part: &str, matches: &dyn Fn(&str) -> bool| statement.get(part).is_some_and(|v| texts(v).any(matches));
    is_for_everybody(statement)
        && statement.get("Condition").is_none()
        && named("Action", &|action| matches!(action, "*" | "s3:*" | "s3:GetObject"))
        && named("Resource", &|resource| match resource.strip_suffix('*') {
            Some(prefix) => wanted.starts_with(prefix),
            None => resource == wanted,
        })
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().map_or(&[][..], Vec::as_slice);
    value.as_str().into_iter().chain(list.iter().filter_map(Value::as_str))
}
