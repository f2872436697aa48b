//! Owns the keys that the language has and this version does not: they are refused in plain words, not as typing errors.

/// What a key would be for, when it belongs to a later version.
pub fn later(path: &str) -> Option<&'static str> {
    match path {
        "sync.secrets" => Some("secrets"),
        _ => None,
    }
}
