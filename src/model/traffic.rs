//! Owns what an environment says about how users reach the side that serves.

use serde::{Deserialize, Serialize};

use super::{Region, Span};

/// How users reach the side that serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// The record's name, without a final dot.
    pub record: String,
    /// The id of its public hosted zone, such as `Z0123456789ABC`.
    pub zone: String,
    /// How traffic is moved.
    pub switch: Switch,
    /// The tier whose load balancer the record names on either side.
    pub tier: String,
    /// How long resolvers may keep an answer. An alias to a load balancer has 60 s whatever is written (Route 53
    /// developer guide, "Values specific for alias records").
    pub ttl: Span,
    /// Seconds between health checks: 10 or 30 (CreateHealthCheck).
    pub check_interval_s: u32,
    /// Failed checks before a side is taken out of service, 1 to 10 (CreateHealthCheck).
    pub check_failures: u32,
    /// What is asked of the service once users are led to a side; nothing when absent.
    pub probe: Option<Probe>,
}

/// How traffic is moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Switch {
    /// An object in a bucket of the standby Region flips an inverted health check of the primary's record: data plane only.
    StandbyTakesOver {
        /// The bucket, made by lifeboat.
        bucket: String,
        /// The object's key: there when the standby has taken over.
        key: String,
    },
    /// Failover records whose health check asks the primary itself: Route 53 moves traffic when the primary fails.
    Failover {
        /// The path that is asked of the primary's load balancer.
        path: String,
    },
    /// Weighted records: moving traffic edits them, which needs Route 53's control plane in us-east-1.
    Weighted {
        /// The primary's weight in ordinary times, 0 to 255.
        primary: u8,
        /// The standby's.
        standby: u8,
    },
    /// A person moves it, and says so at a gate.
    Manual,
}

/// A question put to the service from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// An `http://` or `https://` address.
    pub url: String,
    /// The status that means it serves.
    pub status: u16,
}

impl Probe {
    /// The host that is asked.
    pub fn host(&self) -> Option<&str> {
        let authority = self.parts()?.1;
        // An address in brackets has colons of its own.
        let end = authority.rfind(':').filter(|at| !authority[*at..].contains(']')).unwrap_or(authority.len());
        Some(&authority[..end])
    }

    /// The same question under another host name: scheme, port, path and status stay.
    pub fn under(&self, host: &str) -> Option<Probe> {
        let (scheme, authority, path) = self.parts()?;
        let port = &authority[self.host()?.len()..];
        Some(Probe { url: format!("{scheme}://{host}{port}{path}"), status: self.status })
    }

    /// Scheme, authority, and what follows.
    fn parts(&self) -> Option<(&str, &str, &str)> {
        let (scheme, rest) = self.url.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        Some((scheme, authority, path))
    }
}

/// The key of the object beside the one that moves traffic which is always there and which everybody may read: who gets it
/// without credentials would get the other, too.
pub fn proof_key(lever: &str) -> String {
    match lever.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/reachable"),
        None => "reachable".to_owned(),
    }
}

/// The host name under which everybody asks for the objects of a bucket (S3 user guide, "Virtual-hosted-style requests").
pub fn bucket_host(bucket: &str, region: &Region) -> String {
    let suffix = if region.as_str().starts_with("cn-") { ".cn" } else { "" };
    format!("{bucket}.s3.{region}.amazonaws.com{suffix}")
}

/// How long resolvers keep the answer of an alias to a load balancer, whatever anybody writes (Route 53 developer guide,
/// "Choosing between alias and non-alias records").
const ALIAS_TTL_S: u64 = 60;

impl Traffic {
    /// How long resolvers keep an answer, in seconds: what is written, and never less than an alias has.
    pub fn answers_last_s(&self) -> u64 {
        match self.switch {
            Switch::Manual => self.ttl.as_secs(),
            _ => self.ttl.as_secs().max(ALIAS_TTL_S),
        }
    }

    /// How long until users follow a switch, in seconds: the checks that have to fail, then the answers that resolvers keep.
    pub fn settles_in_s(&self) -> u64 {
        let checks = u64::from(self.check_interval_s) * u64::from(self.check_failures);
        match self.switch {
            Switch::StandbyTakesOver { .. } | Switch::Failover { .. } => checks + self.answers_last_s(),
            // Route 53 propagates a change to its servers within 60 s (developer guide, "How long will it take").
            Switch::Weighted { .. } => 60 + self.answers_last_s(),
            Switch::Manual => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_can_be_put_under_another_name() {
        for (url, host, under) in [
            ("https://shop.example.com/healthz", "shop.example.com", "https://x.example.com/healthz"),
            ("http://shop.example.com:8080?deep=1", "shop.example.com", "http://x.example.com:8080?deep=1"),
            ("https://[::1]:8443/", "[::1]", "https://x.example.com:8443/"),
            ("https://[::1]", "[::1]", "https://x.example.com"),
        ] {
            let probe = Probe { url: url.into(), status: 204 };
            assert_eq!(probe.host(), Some(host), "{url}");
            assert_eq!(probe.under("x.example.com"), Some(Probe { url: under.into(), status: 204 }), "{url}");
        }
    }

    #[test]
    fn the_proof_lies_beside_the_lever() {
        assert_eq!(proof_key("shop.example.com/standby-takes-over"), "shop.example.com/reachable");
        assert_eq!(proof_key("lever"), "reachable");
        let host = |region: &str| bucket_host("shop-traffic", &Region(region.into()));
        assert_eq!(host("us-west-2"), "shop-traffic.s3.us-west-2.amazonaws.com");
        assert_eq!(host("cn-north-1"), "shop-traffic.s3.cn-north-1.amazonaws.com.cn");
    }

    #[test]
    fn users_are_waited_for_as_long_as_aliases_are_kept() {
        let settles = |switch: Switch, ttl_s| {
            let traffic = Traffic {
                record: "shop.example.com".into(),
                zone: "Z1".into(),
                switch,
                tier: "web".into(),
                ttl: Span::from_secs(ttl_s),
                check_interval_s: 30,
                check_failures: 3,
                probe: None,
            };
            (traffic.answers_last_s(), traffic.settles_in_s())
        };
        let takes_over = Switch::StandbyTakesOver { bucket: "b".into(), key: "k".into() };
        let weighted = Switch::Weighted { primary: 100, standby: 0 };
        for (switch, ttl_s, expected) in [
            (takes_over.clone(), 5, (60, 150)),
            (takes_over, 300, (300, 390)),
            (weighted, 5, (60, 120)),
            (Switch::Manual, 5, (5, 0)),
        ] {
            assert_eq!(settles(switch.clone(), ttl_s), expected, "{switch:?} {ttl_s}");
        }
    }
}
