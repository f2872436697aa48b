//! Owns digests: the short names that tell whether two values are the same.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, written `sha256:<64 hex digits>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub String);

impl Digest {
    /// The digest of some bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Digest(format!("sha256:{}", hex(&Sha256::digest(bytes))))
    }

    /// The digest of a value's canonical JSON: keys sorted, no white space. Values that serialise alike have one digest.
    pub fn of_value<T: Serialize>(value: &T) -> Self {
        let json = serde_json::to_value(value).unwrap_or(serde_json::Value::Null);
        let mut text = String::new();
        write_canonical(&json, &mut text);
        Digest::of_bytes(text.as_bytes())
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
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn write_canonical(value: &serde_json::Value, out: &mut String) {
    match value {
        serde_json::Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            out.push('{');
            for (i, key) in keys.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&serde_json::Value::String((*key).clone()).to_string());
                out.push(':');
                write_canonical(&map[key.as_str()], out);
            }
            out.push('}');
        }
        serde_json::Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
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
