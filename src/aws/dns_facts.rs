//! Owns how Route 53's records and health checks become facts, and records become Route 53's.

use aws_sdk_route53::error::BuildError;
use aws_sdk_route53::types::{
    AliasTarget, HealthCheck, HealthCheckObservation, ResourceRecord, ResourceRecordSet, ResourceRecordSetFailover,
    RrType,
};

use crate::facts::{AliasFacts, CheckersSay, HealthCheckFacts, RecordFacts};

/// A record set in our words.
pub(super) fn record(set: &ResourceRecordSet) -> RecordFacts {
    RecordFacts {
        name: plain(set.name()),
        kind: set.r#type().as_str().to_owned(),
        set_identifier: text(set.set_identifier()),
        failover: set.failover().map(|failover| failover.as_str().to_owned()),
        weight: set.weight().and_then(|weight| u8::try_from(weight).ok()),
        ttl_s: set.ttl().and_then(|ttl| u32::try_from(ttl).ok()),
        health_check_id: text(set.health_check_id()),
        alias: set.alias_target().map(|target| AliasFacts {
            dns_name: plain(target.dns_name()),
            zone_id: target.hosted_zone_id().to_owned(),
            evaluate_target_health: target.evaluate_target_health(),
        }),
        values: set.resource_records().iter().map(|record| record.value().to_owned()).collect(),
    }
}

/// A record in Route 53's words.
pub(super) fn record_set(facts: &RecordFacts) -> Result<ResourceRecordSet, BuildError> {
    let alias = |alias: &AliasFacts| {
        let target = AliasTarget::builder().dns_name(&alias.dns_name).hosted_zone_id(&alias.zone_id);
        target.evaluate_target_health(alias.evaluate_target_health).build()
    };
    let values: Result<Vec<ResourceRecord>, BuildError> =
        facts.values.iter().map(|value| ResourceRecord::builder().value(value).build()).collect();
    ResourceRecordSet::builder()
        .name(&facts.name)
        .r#type(RrType::from(facts.kind.as_str()))
        .set_set_identifier(facts.set_identifier.clone())
        .set_failover(facts.failover.as_deref().map(ResourceRecordSetFailover::from))
        .set_weight(facts.weight.map(i64::from))
        .set_ttl(facts.ttl_s.map(i64::from))
        .set_health_check_id(facts.health_check_id.clone())
        .set_alias_target(facts.alias.as_ref().map(alias).transpose()?)
        .set_resource_records(Some(values?).filter(|values| !values.is_empty()))
        .build()
}

/// A health check in our words; none without its configuration, which AWS always gives.
pub(super) fn health_check(check: &HealthCheck) -> Option<HealthCheckFacts> {
    let config = check.health_check_config()?;
    let count = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
    Some(HealthCheckFacts {
        id: check.id().to_owned(),
        kind: config.r#type().as_str().to_owned(),
        host: text(config.fully_qualified_domain_name()).or_else(|| text(config.ip_address())),
        path: text(config.resource_path()),
        inverted: config.inverted().unwrap_or(false),
        interval_s: count(config.request_interval()),
        failures: count(config.failure_threshold()),
    })
}

/// What health checkers say: each tells `Success: ...` or `Failure: ...`.
pub(super) fn say(observations: &[HealthCheckObservation]) -> Option<CheckersSay> {
    let told: Vec<&str> = observations.iter().filter_map(|one| one.status_report()?.status()).collect();
    let well = told.iter().filter(|status| status.starts_with("Success")).count();
    (!told.is_empty()).then_some(CheckersSay { well, of: told.len() })
}

/// Whether two names are one, however either is written.
pub(super) fn is_same_name(a: &str, b: &str) -> bool {
    plain(a).eq_ignore_ascii_case(&plain(b))
}

/// A name without its final dot, with the characters that Route 53 writes as `\ooo` (octal), such as `*`.
fn plain(name: &str) -> String {
    let name = name.strip_suffix('.').unwrap_or(name);
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let code = after.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        // Only what can be printed is written out: the rest would be no name any more.
        match code.filter(u8::is_ascii_graphic) {
            Some(byte) => {
                plain.push(char::from(byte));
                rest = &after[3..];
            }
            None => {
                plain.push('\\');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_people_write_them() {
        for (name, expected) in [
            ("shop.example.com.", "shop.example.com"),
            ("shop.example.com", "shop.example.com"),
            (r"\052.example.com.", "*.example.com"),
            (r"a\100b.example.com.", "a@b.example.com"),
            (r"a\040b.example.com.", r"a\040b.example.com"),
            (r"odd\", r"odd\"),
            (r"odd\05", r"odd\05"),
            (r"odd\ä", r"odd\ä"),
            ("", ""),
        ] {
            assert_eq!(plain(name), expected, "{name}");
        }
        assert!(is_same_name("Shop.Example.com", "shop.example.com."));
        assert!(!is_same_name("shop.example.com", "shop.example.org"));
    }

    #[test]
    fn a_record_survives_the_way_to_route_53_and_back() {
        let simple = RecordFacts {
            name: "shop.example.com".to_owned(),
            kind: "A".to_owned(),
            set_identifier: None,
            failover: None,
            weight: None,
            ttl_s: Some(60),
            health_check_id: None,
            alias: None,
            values: vec!["192.0.2.1".to_owned(), "192.0.2.2".to_owned()],
        };
        let alias = AliasFacts {
            dns_name: "dualstack.web-1.us-west-2.elb.amazonaws.com".to_owned(),
            zone_id: "Z1H1FL5HABSF5".to_owned(),
            evaluate_target_health: true,
        };
        let weighted = RecordFacts {
            set_identifier: Some("shop-primary".to_owned()),
            weight: Some(0),
            ttl_s: None,
            alias: Some(alias),
            values: Vec::new(),
            ..simple.clone()
        };
        let failover = RecordFacts {
            failover: Some("PRIMARY".to_owned()),
            weight: None,
            health_check_id: Some("abc".to_owned()),
            ..weighted.clone()
        };
        for facts in [simple, weighted, failover] {
            assert_eq!(record(&record_set(&facts).expect("a record set")), facts);
        }
    }
}
