//! Owns the paths of parameters that may follow production.

use super::kind::text_kinds;

text_kinds! {
    /// A path of parameters.
    ParameterPath(String): expects "a path of parameters such as /shop/prod/", pattern "^/([A-Za-z0-9_.-]+/)+$",
        parse parameter_path;
}

/// Levels a path may have: a parameter's name has at most 15 (Systems Manager API reference, PutParameter).
const DEEPEST: usize = 14;

fn parameter_path(text: &str) -> Result<String, String> {
    let inner = text.trim_matches('/');
    if inner.is_empty() {
        return Err(format!(
            "`{text}` is not a path of parameters\nname one such as /shop/prod/; not everything in an account can follow"
        ));
    }
    let levels: Vec<&str> = inner.split('/').collect();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if levels.iter().any(|level| level.is_empty() || !level.chars().all(allowed)) {
        return Err(format!(
            "`{text}` is not a path of parameters\nits levels have letters, digits, `_`, `.` and `-` only; there are no \
             wildcards: everything below the path follows"
        ));
    }
    if text != format!("/{inner}/") {
        return Err(format!("`{text}` is not a path of parameters\na path begins and ends with a slash: /{inner}/"));
    }
    if levels.len() > DEEPEST {
        return Err(format!("`{text}` has {} levels\na parameter's name has at most 15", levels.len()));
    }
    let first = levels.first().copied().unwrap_or_default().to_ascii_lowercase();
    // PutParameter refuses names that begin with these.
    if first.starts_with("aws") || first.starts_with("ssm") {
        return Err(format!("`{text}` belongs to AWS\nnames that begin with aws or ssm cannot be written"));
    }
    if first == "lifeboat" {
        return Err(format!("`{text}` is where lifeboat publishes images\nname a path of the application"));
    }
    Ok(text.to_owned())
}
