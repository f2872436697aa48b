//! Owns coverage in words: how much of a subject was really compared.

use crate::diff::Coverage;

/// In brackets, such as `(18/20 checked, 2 unsupported)`.
pub fn brackets(coverage: &Coverage) -> String {
    let mut parts = vec![format!("{}/{} checked", coverage.checked, coverage.total)];
    for (count, word) in [
        (coverage.unsupported.len(), "unsupported"),
        (coverage.unknown, "unknown"),
        (coverage.skipped.len(), "skipped"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    format!("({})", parts.join(", "))
}
