//! Owns digests: the short names that tell whether two values are the same.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::canonical::canonical;

/// A SHA-256 digest, written `sha256:<64 hex digits>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub String);

impl Digest {
    /// The digest of some bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Digest(["sha256:", &hex(&Sha256::digest(bytes))].concat())
    }

    /// The digest of a value's canonical JSON: keys sorted, no white space. Values that serialise alike have one digest.
    pub fn of_value<T: Serialize>(value: &T) -> Self {
        Digest::of_bytes(&canonical(value).unwrap_or_else(|_| b"null".to_vec()))
    }

    /// The first twelve hex digits: enough for people to tell two apart.
    pub fn short(&self) -> &str {
        let hex = self.0.strip_prefix("sha256:").unwrap_or(&self.0);
        hex.get(..12).unwrap_or(hex)
    }

    /// The first 64 bits as a number, the same on every machine and in every version: for choices that must stay.
    pub fn number(&self) -> u64 {
        let hex = self.0.strip_prefix("sha256:").unwrap_or(&self.0);
        hex.chars().filter_map(|c| c.to_digit(16)).take(16).fold(0, |number, digit| (number << 4) | u64::from(digit))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes as lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_order_does_not_matter_and_values_do() {
        let a = serde_json::json!({"b": 1, "a": [1, {"y": 2, "x": 3}]});
        let b = serde_json::json!({"a": [1, {"x": 3, "y": 2}], "b": 1});
        let c = serde_json::json!({"a": [1, {"x": 3, "y": 4}], "b": 1});
        assert_eq!(Digest::of_value(&a), Digest::of_value(&b));
        assert_ne!(Digest::of_value(&a), Digest::of_value(&c));
    }

    #[test]
    fn a_digest_is_a_number_too() {
        // The first bytes of the SHA-256 of nothing.
        assert_eq!(Digest::of_bytes(b"").number(), 0xe3b0_c442_98fc_1c14);
    }
}
