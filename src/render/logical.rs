//! Owns logical ids: stable across renders, alike for alike names, and never shared by two names.

use crate::model::{Digest, logical_part};

/// The logical id of a production resource: a prefix and its name.
///
/// A name of lower-case words joined by single dashes, each beginning with a letter, turns into a logical id that no
/// other such name has. Every other name gets a digest behind it, whatever other names there are: so adding a
/// resource never renames another one.
pub(super) fn logical_id(prefix: &str, name: &str) -> String {
    let is_plain = name.split('-').all(|word| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    });
    if is_plain {
        return format!("{prefix}{}", logical_part(name));
    }
    format!("{prefix}{}{}", logical_part(name), suffix(name))
}

/// Six hexadecimal digits that tell a name from others.
pub(super) fn suffix(name: &str) -> String {
    Digest::of_bytes(name.as_bytes()).short().chars().take(6).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_names_have_different_ids() {
        let names =
            ["web-api", "web_api", "webapi", "webApi", "WebApi", "web--api", "web-2", "web2", "web 2", "-web", "ü"];
        let ids: std::collections::BTreeSet<String> = names.iter().map(|name| logical_id("Sg", name)).collect();
        assert_eq!(ids.len(), names.len(), "{ids:?}");
        assert_eq!(logical_id("Sg", "web-api"), "SgWebApi");
        assert!(ids.iter().all(|id| id.chars().all(|c| c.is_ascii_alphanumeric())), "{ids:?}");
    }
}
