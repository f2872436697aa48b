//! Owns the false positives of CloudFormation's detection: differences that mean nothing.

use serde_json::Value;

use crate::diff::shown::parse_loose;
use crate::diff::structure::{Rules, diff};
use crate::facts::PropertyDifference;

/// Whether a reported difference is none: the same up to order and spelling, or a tag that AWS itself sets.
pub fn is_noise(difference: &PropertyDifference) -> bool {
    let expected = parse_loose(&difference.expected);
    let actual = parse_loose(&difference.actual);
    if touches_aws_tag(&difference.path, expected.as_ref(), actual.as_ref()) {
        return true;
    }
    // The rules go by a list's name, which is the last one on the way.
    let member = difference.path.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or("");
    let wrap = |value: Option<Value>| {
        let mut object = serde_json::Map::new();
        if let Some(value) = value.filter(|value| !is_empty_list(value)) {
            object.insert(member.to_owned(), value);
        }
        Value::Object(object)
    };
    diff(&wrap(expected), &wrap(actual), Rules::CLOUDFORMATION).is_empty()
}

/// An empty list and none at all are the same: services answer with either.
fn is_empty_list(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

fn touches_aws_tag(path: &str, expected: Option<&Value>, actual: Option<&Value>) -> bool {
    let is_aws = |value: &Value| value.get("Key").and_then(Value::as_str).is_some_and(|key| key.starts_with("aws:"));
    path.split('/').any(|part| part == "Tags")
        && (expected.is_some() || actual.is_some())
        && [expected, actual].into_iter().flatten().all(is_aws)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: &str, actual: &str, noise: bool) {
        let difference = PropertyDifference { path: path.into(), expected: expected.into(), actual: actual.into() };
        assert_eq!(is_noise(&difference), noise, "{path}: {expected} against {actual}");
    }

    #[test]
    fn order_spelling_and_aws_tags_are_noise() {
        check("/Port", "80", "\"80\"", true);
        check("/Port", "80", "81", false);
        check("/SecurityGroupIds", r#"["a","b"]"#, r#"["b","a"]"#, true);
        check("/TerminationPolicies", r#"["a","b"]"#, r#"["b","a"]"#, false);
        check("/Tags/3", "", r#"{"Key":"aws:cloudformation:stack-name","Value":"x"}"#, true);
        check("/Tags/3", "", r#"{"Key":"Owner","Value":"x"}"#, false);
        check(
            "/Tags",
            r#"[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]"#,
            r#"[{"Key":"b","Value":"2"},{"Key":"a","Value":"1"}]"#,
            true,
        );
        check("/LoadBalancerNames", "", "[]", true);
        check("/Description", "", "added", false);
    }
}
