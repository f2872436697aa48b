//! Owns the identifiers the simulated cloud hands out: the same calls give the same ones.

use crate::model::Digest;

/// An EC2-style id: prefix, dash, 17 hex digits, from the Region and a counter.
pub fn resource_id(region: &str, prefix: &str, counter: u64) -> String {
    format!("{prefix}-0{}", &hex_of(region, prefix, counter)[..16])
}

/// So many hex digits, at most 64.
pub fn hex_id(region: &str, what: &str, counter: u64, digits: usize) -> String {
    let hex = hex_of(region, what, counter);
    hex.get(..digits).unwrap_or(&hex).to_owned()
}

/// A UUID-shaped id.
pub fn uuid(region: &str, what: &str, counter: u64) -> String {
    let hex = hex_of(region, what, counter);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32])
}

fn hex_of(region: &str, what: &str, counter: u64) -> String {
    let digest = Digest::of_bytes(format!("{region}/{what}/{counter}").as_bytes());
    digest.0.trim_start_matches("sha256:").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_aws_shapes_and_repeat() {
        let id = resource_id("us-east-1", "vpc", 1);
        assert_eq!(id.len(), "vpc-0123456789abcdef0".len());
        assert_eq!(id, resource_id("us-east-1", "vpc", 1));
        assert_ne!(id, resource_id("us-west-2", "vpc", 1));
        assert_eq!(uuid("us-east-1", "stack", 7).len(), 36);
    }
}
