//! Records, health checks, and what users are led to.

use std::time::Duration;

use serde_json::{Value, json};

use super::bench::{Bench, ESTATE, estate, request};
use crate::cloud::{ChangeSetKind, Cloud as _, CloudErrorKind, Way};
use crate::facts::{AliasFacts, LoadBalancerFacts, RecordFacts};
use crate::model::GroupSize;
use crate::sim::state::Family;

pub(super) const ZONE: &str = "Z0SHOPEXAMPLE";
pub(super) const RECORD: &str = "shop.example.com";
const KEY: &str = "shop.example.com/standby-takes-over";
const BUCKET: &str = "shop-traffic";

pub(super) async fn balancer(bench: &Bench, region: &str, name: &str) -> LoadBalancerFacts {
    let arn = bench.state().regions[region]
        .load_balancers
        .values()
        .find(|balancer| balancer.name.starts_with(name))
        .expect(name)
        .arn
        .clone();
    let ports = if region == "us-east-1" { &bench.primary } else { &bench.standby };
    ports.balancing.load_balancers(&[arn]).await.expect("answers").remove(0)
}

pub(super) fn record(set: &str, balancer: &LoadBalancerFacts) -> RecordFacts {
    RecordFacts {
        name: RECORD.to_owned(),
        kind: "A".to_owned(),
        set_identifier: Some(set.to_owned()),
        failover: None,
        weight: None,
        ttl_s: None,
        health_check_id: None,
        alias: Some(AliasFacts {
            dns_name: balancer.dns_name.clone(),
            zone_id: balancer.zone_id.clone().expect("a zone"),
            evaluate_target_health: false,
        }),
        values: Vec::new(),
    }
}

/// The records of a failover pair, the bucket and the check that turns it.
fn pair(production: &LoadBalancerFacts, check: Value) -> Value {
    let set = |role: &str, alias: Value, check: Option<Value>| {
        let mut properties = json!({
            "HostedZoneId": ZONE, "Name": format!("{RECORD}."), "Type": "A", "SetIdentifier": format!("shop-{role}"),
            "Failover": if role == "primary" { "PRIMARY" } else { "SECONDARY" }, "AliasTarget": alias,
        });
        if let Some(check) = check {
            properties["HealthCheckId"] = check;
        }
        json!({"Type": "AWS::Route53::RecordSet", "Properties": properties})
    };
    json!({
        "TrafficBucket": {"Type": "AWS::S3::Bucket", "Properties": {
            "BucketName": BUCKET,
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": false, "RestrictPublicBuckets": false,
            },
        }},
        "TrafficPolicy": {"Type": "AWS::S3::BucketPolicy", "Properties": {
            "Bucket": {"Ref": "TrafficBucket"},
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                "Resource": {"Fn::Sub": format!("${{TrafficBucket.Arn}}/{KEY}")},
            }]},
        }},
        "TrafficCheck": {"Type": "AWS::Route53::HealthCheck", "Properties": {"HealthCheckConfig": check}},
        "PrimaryRecord": set("primary", json!({
            "DNSName": production.dns_name, "HostedZoneId": production.zone_id, "EvaluateTargetHealth": false,
        }), Some(json!({"Fn::GetAtt": ["TrafficCheck", "HealthCheckId"]}))),
        "StandbyRecord": set("standby", json!({
            "DNSName": {"Fn::GetAtt": ["Balancer", "DNSName"]},
            "HostedZoneId": {"Fn::GetAtt": ["Balancer", "CanonicalHostedZoneID"]},
            "EvaluateTargetHealth": false,
        }), None),
    })
}

fn inverted() -> Value {
    json!({
        "Type": "HTTPS", "FullyQualifiedDomainName": format!("{BUCKET}.s3.us-west-2.amazonaws.com"), "ResourcePath": format!("/{KEY}"),
        "RequestInterval": 30, "FailureThreshold": 3, "Inverted": true,
    })
}

pub(super) fn with(resources: &Value) -> Value {
    let mut template = estate();
    // Users ask for HTTPS.
    template["Resources"]["Listener"]["Properties"]["Port"] = json!(443);
    template["Resources"]["Listener"]["Properties"]["Protocol"] = json!("HTTPS");
    template["Resources"]["Listener"]["Properties"]["Certificates"] =
        json!([{"CertificateArn": "arn:aws:acm:us-west-2:111122223333:certificate/bbbb"}]);
    for (name, resource) in resources.as_object().expect("resources") {
        template["Resources"][name] = resource.clone();
    }
    template
}

/// A standby whose edge has a failover pair turned by that check.
async fn paired(check: impl FnOnce(&LoadBalancerFacts) -> Value) -> Bench {
    let bench = Bench::shop().await;
    bench.publish_image().await;
    let production = balancer(&bench, "us-east-1", "shop-web").await;
    let template = with(&pair(&production, check(&production)));
    let stack = bench.deploy(&request("shop-all", "first", ChangeSetKind::Create, &template, &ESTATE)).await;
    assert_eq!(stack.status.0, "CREATE_COMPLETE", "{:#?}", bench.events("shop-all").await);
    bench.wait(120).await;
    bench
}

impl Bench {
    /// The Region users are led to.
    async fn led_to(&self) -> &'static str {
        let outside = self.cloud.outside();
        let found = outside.resolve(RECORD).await.expect("resolves");
        for region in ["us-east-1", "us-west-2"] {
            for balancer in self.state().regions[region].load_balancers.values() {
                if outside.resolve(&balancer.dns_name).await.expect("resolves") == found {
                    return region;
                }
            }
        }
        panic!("{found:?} is nobody's");
    }

    async fn get(&self, url: &str) -> Result<u16, String> {
        self.cloud.outside().get(url, Duration::from_secs(5)).await
    }
}

#[tokio::test]
async fn an_object_moves_users_after_the_checks_and_the_time_to_live() {
    let bench = paired(|_| inverted()).await;
    assert_eq!(bench.led_to().await, "us-east-1", "without the object the inverted check is healthy");
    assert_eq!(bench.standby.buckets.object_exists(BUCKET, KEY).await, Ok(false));
    // Neither the primary nor the control plane is needed.
    bench.faults("us-east-1", |faults| faults.dark = true);
    bench.wait(600).await;
    assert_eq!(bench.led_to().await, "us-east-1", "nothing moves by itself");
    let error = bench.get("https://shop.example.com/healthz").await.expect_err("dark");
    assert!(error.contains("us-east-1"), "{error}");
    bench.write.objects.put_object(BUCKET, KEY, b"standby").await.expect("writes");
    assert_eq!(bench.standby.buckets.object_exists(BUCKET, KEY).await, Ok(true));
    bench.wait(89).await;
    assert_eq!(
        bench.state().dns.answer(RECORD, Family::Ipv4).and_then(|a| a.record.clone()).as_deref(),
        Some("shop-primary")
    );
    bench.wait(2).await;
    assert_eq!(
        bench.state().dns.answer(RECORD, Family::Ipv4).and_then(|a| a.record.clone()).as_deref(),
        Some("shop-standby")
    );
    assert_eq!(bench.led_to().await, "us-east-1", "resolvers keep the old answer");
    bench.wait(60).await;
    assert_eq!(bench.led_to().await, "us-west-2");
    assert_eq!(bench.get("https://shop.example.com/healthz").await, Ok(200));

    bench.faults("us-east-1", |faults| faults.dark = false);
    bench.write.objects.delete_object(BUCKET, KEY).await.expect("deletes");
    bench.write.objects.delete_object(BUCKET, KEY).await.expect("deleted already");
    bench.wait(151).await;
    assert_eq!(bench.led_to().await, "us-east-1");
    assert_eq!(bench.get("https://shop.example.com/").await, Ok(200));
    assert_eq!(bench.get("http://shop.example.com/").await, Ok(301), "production redirects");
}

#[tokio::test]
async fn an_object_nobody_may_read_moves_nobody() {
    let bench = paired(|_| inverted()).await;
    bench.edit(|state| state.region_mut("us-west-2").buckets.get_mut(BUCKET).expect("there").policy = None);
    bench.write.objects.put_object(BUCKET, KEY, b"standby").await.expect("writes");
    bench.wait(600).await;
    assert_eq!(bench.led_to().await, "us-east-1");
    let url = format!("https://{BUCKET}.s3.us-west-2.amazonaws.com/{KEY}");
    assert_eq!(bench.get(&url).await, Ok(403));
    // Nor does one that Block Public Access of the account hides, whatever the bucket's policy says.
    let open = paired(|_| inverted()).await;
    open.edit(|state| state.blocks_public_access = true);
    open.write.objects.put_object(BUCKET, KEY, b"standby").await.expect("writes");
    open.wait(600).await;
    assert_eq!((open.led_to().await, open.get(&url).await), ("us-east-1", Ok(403)));
    assert_eq!(open.standby.buckets.object_url(BUCKET, KEY), url);
    open.edit(|state| state.blocks_public_access = false);
    open.wait(600).await;
    assert_eq!((open.led_to().await, open.get(&url).await), ("us-west-2", Ok(200)));
    let missing = bench.write.objects.put_object("nobody", KEY, b"").await.expect_err("no bucket");
    assert_eq!((missing.kind, missing.code.as_deref()), (CloudErrorKind::NotFound, Some("NoSuchBucket")));
}

#[tokio::test]
async fn an_ordinary_check_moves_users_when_the_primary_fails() {
    let bench = paired(|production| {
        json!({
            "Type": "HTTPS", "FullyQualifiedDomainName": production.dns_name, "ResourcePath": "/healthz",
            "RequestInterval": 10, "FailureThreshold": 3,
        })
    })
    .await;
    assert_eq!(bench.led_to().await, "us-east-1");
    // No healthy target is enough.
    let size = |min| GroupSize { min, max: 12, desired: min };
    bench.write_primary().await.groups.set_size("shop-web", size(0)).await.expect("resizes");
    assert_eq!(bench.get("https://shop.example.com/").await, Ok(503));
    bench.wait(91).await;
    assert_eq!(bench.led_to().await, "us-west-2");
    bench.write_primary().await.groups.set_size("shop-web", size(4)).await.expect("resizes");
    bench.wait(100).await;
    bench.wait(91).await;
    assert_eq!(bench.led_to().await, "us-east-1", "and back by itself");
    bench.faults("us-east-1", |faults| faults.dark = true);
    bench.wait(91).await;
    assert_eq!(bench.led_to().await, "us-west-2");
}

#[tokio::test]
async fn a_load_balancer_s_rules_tell_hosts_and_paths_apart() {
    let bench = paired(|production| {
        json!({
            "Type": "HTTPS", "FullyQualifiedDomainName": production.dns_name, "ResourcePath": "/healthz",
            "RequestInterval": 10, "FailureThreshold": 3,
        })
    })
    .await;
    let production = balancer(&bench, "us-east-1", "shop-web").await;
    let own = format!("https://{}", production.dns_name);
    let answer = |host: Option<&'static str>, path: Option<&'static str>, status| {
        bench.edit(move |state| {
            let done = crate::sim::hands::answer_otherwise(state, "us-east-1", "shop-web", (host, path), status);
            done.expect("it is there");
        });
    };
    answer(Some(RECORD), None, Some(404));
    assert_eq!(bench.get(&format!("{own}/healthz")).await, Ok(404), "under its own name it is nobody");
    let way = Way { connect_to: Some(production.dns_name.clone()), ..Way::default() };
    let outside = bench.cloud.outside();
    let asked = outside.get_by(&way, "https://shop.example.com/healthz", Duration::from_secs(5)).await;
    assert_eq!(asked, Ok(200), "under its users' name it is the shop");
    bench.wait(31).await;
    let check = bench.state().dns.checks.keys().next().expect("a check").clone();
    let say = bench.standby.dns.checkers_say(&check).await.expect("answers").expect("they say something");
    assert!(!say.is_healthy(), "nobody declared, and the users go: {say:?}");
    bench.wait(61).await;
    assert_eq!(bench.led_to().await, "us-west-2");
    answer(None, Some("/"), Some(404));
    assert_eq!((bench.get(&own).await, bench.get(&format!("{own}/healthz?x=1")).await), (Ok(404), Ok(200)));
    answer(None, None, None);
    assert_eq!(bench.get(&own).await, Ok(200));
    assert_eq!(bench.standby.dns.checkers_say("none").await, Ok(None));
}

#[tokio::test]
async fn weights_move_users_and_need_the_control_plane() {
    let bench = Bench::shop().await;
    bench.publish_image().await;
    bench.deploy(&request("shop-all", "first", ChangeSetKind::Create, &with(&json!({})), &ESTATE)).await;
    bench.wait(120).await;
    assert!(bench.cloud.outside().resolve(RECORD).await.is_err(), "the seed has no such record");
    let production = balancer(&bench, "us-east-1", "shop-web").await;
    let standby = balancer(&bench, "us-west-2", "shop-all").await;
    let weighted = |primary, other| {
        [
            RecordFacts { weight: Some(primary), ..record("shop-primary", &production) },
            RecordFacts { weight: Some(other), ..record("shop-standby", &standby) },
        ]
    };
    bench.write.dns.upsert_records(ZONE, &weighted(100, 0)).await.expect("sets them");
    assert_eq!(bench.led_to().await, "us-east-1");
    assert_eq!(bench.standby.dns.records(ZONE, "shop.example.com.").await, Ok(weighted(100, 0).to_vec()));
    assert_eq!(bench.standby.dns.records(ZONE, "www.shop.example.com").await, Ok(Vec::new()));
    bench.write.dns.upsert_records(ZONE, &weighted(0, 100)).await.expect("sets them");
    bench.wait(50).await;
    assert_eq!(bench.led_to().await, "us-east-1", "resolvers keep the old answer");
    bench.wait(10).await;
    assert_eq!(bench.led_to().await, "us-west-2");
    assert_eq!(bench.state().calls("us-west-2", "ChangeResourceRecordSets"), 0);
    assert_eq!(bench.state().calls("us-east-1", "ChangeResourceRecordSets"), 2);

    bench.faults("us-east-1", |faults| faults.dark = true);
    let error = bench.write.dns.upsert_records(ZONE, &weighted(100, 0)).await.expect_err("dark");
    assert_eq!(error.kind, CloudErrorKind::Unreachable);
    bench.standby.dns.records(ZONE, RECORD).await.expect_err("looking needs it too");
    assert_eq!(bench.led_to().await, "us-west-2", "answers need it not");
}

#[tokio::test]
async fn a_record_other_hands_changed_keeps_its_stack_from_going() {
    let bench = paired(|_| inverted()).await;
    let records = bench.standby.dns.records(ZONE, RECORD).await.expect("answers");
    let unchecked = RecordFacts { health_check_id: None, ..records[0].clone() };
    bench.write.dns.upsert_records(ZONE, &[unchecked]).await.expect("sets it");
    bench.write.stacks.delete_stack("shop-all", "delete").await.expect("begins");
    assert_eq!(bench.settled("shop-all").await.status.0, "DELETE_FAILED");
    let events = bench.events("shop-all").await;
    let told = |event: &crate::facts::StackEvent| event.reason.as_deref().is_some_and(|r| r.contains("do not match"));
    assert!(events.iter().any(|event| event.logical_id == "PrimaryRecord" && told(event)), "{events:#?}");
    // As it was, it goes.
    bench.write.dns.upsert_records(ZONE, &records[..1]).await.expect("sets it");
    bench.write.stacks.delete_stack("shop-all", "again").await.expect("begins");
    bench.wait(600).await;
    assert!(bench.stack("shop-all").await.is_none());
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_changes_nothing() {
    let bench = Bench::shop().await;
    let production = balancer(&bench, "us-east-1", "shop-web").await;
    let simple = RecordFacts { set_identifier: None, ..record("", &production) };
    bench.write.dns.upsert_records(ZONE, std::slice::from_ref(&simple)).await.expect("sets it");
    let weighted = RecordFacts { weight: Some(1), ..record("one", &production) };
    let failover = |role: &str, set: &str| RecordFacts { failover: Some(role.to_owned()), ..record(set, &production) };
    let elsewhere = RecordFacts { name: "shop.example.org".to_owned(), ..simple.clone() };
    let unchecked = RecordFacts { health_check_id: Some("none".to_owned()), ..simple.clone() };
    let mut strayed = simple.clone();
    strayed.alias.as_mut().expect("an alias").zone_id = "Z1H1FL5HABSF5".to_owned();
    for (records, words) in [
        (vec![weighted.clone()], "exists with the same name and type"),
        (vec![failover("PRIMARY", "a")], "exists with the same name and type"),
        (vec![elsewhere], "is not permitted in zone"),
        (vec![unchecked], "does not exist"),
        (vec![strayed], "does not lie within the target zone"),
    ] {
        let refused = bench.write.dns.upsert_records(ZONE, &records).await.expect_err(words);
        assert_eq!(refused.kind, CloudErrorKind::Invalid, "{refused}");
        assert!(refused.message.contains(words), "{refused}");
    }
    assert_eq!(bench.primary.dns.records(ZONE, RECORD).await, Ok(vec![simple]), "all or none");
    let missing = bench.primary.dns.records("ZNONE", RECORD).await.expect_err("no zone");
    assert_eq!((missing.kind, missing.code.as_deref()), (CloudErrorKind::NotFound, Some("NoSuchHostedZone")));

    // A pair beside a simple record fails its stack.
    bench.publish_image().await;
    let template = with(&pair(&production, inverted()));
    let stack = bench.deploy(&request("shop-all", "first", ChangeSetKind::Create, &template, &ESTATE)).await;
    assert_eq!(stack.status.0, "ROLLBACK_COMPLETE");
    assert!(bench.state().dns.checks.is_empty() && bench.state().regions["us-west-2"].buckets.len() == 1);
}

#[tokio::test]
async fn a_stack_tells_its_check_and_takes_its_records_with_it() {
    let bench = paired(|_| inverted()).await;
    let records = bench.standby.dns.records(ZONE, RECORD).await.expect("answers");
    let roles: Vec<Option<&str>> = records.iter().map(|record| record.failover.as_deref()).collect();
    assert_eq!(roles, [Some("PRIMARY"), Some("SECONDARY")]);
    let id = records[0].health_check_id.clone().expect("a check");
    let check = bench.standby.dns.health_checks(&[id, "none".to_owned()]).await.expect("answers");
    assert_eq!(
        (check.len(), check[0].kind.as_str(), check[0].inverted, check[0].interval_s, check[0].failures),
        (1, "HTTPS", true, 30, 3)
    );
    let drift = bench.standby.stacks.detect_drift("shop-all").await.expect("detects");
    assert!(drift.resources.iter().all(|one| one.differences.is_empty()), "{drift:#?}");
    bench.write.objects.put_object(BUCKET, KEY, b"standby").await.expect("writes");
    bench.write.stacks.delete_stack("shop-all", "delete").await.expect("begins");
    let stack = bench.settled("shop-all").await;
    assert_eq!(stack.status.0, "DELETE_FAILED", "a bucket with objects stays");
    assert_eq!(bench.standby.dns.records(ZONE, RECORD).await, Ok(Vec::new()));
    bench.wait(61).await;
    assert!(bench.cloud.outside().resolve(RECORD).await.is_err());
}
