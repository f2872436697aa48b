//! Users with IPv6: load balancers that speak it, and what a name leads those users to.

use serde_json::{Value, json};

use super::bench::{Bench, ESTATE, request};
use super::names::{RECORD, ZONE, balancer, record, with};
use crate::cloud::{ChangeSetKind, Cloud as _};
use crate::facts::{LoadBalancerFacts, RecordFacts};

const DUALSTACK: &str = "dualstack";

/// A provisioned standby beside a production whose load balancer speaks what is said.
async fn bench_of(address_type: &str) -> (Bench, LoadBalancerFacts, LoadBalancerFacts) {
    let bench = Bench::shop().await;
    bench.publish_image().await;
    bench.deploy(&request("shop-all", "first", ChangeSetKind::Create, &with(&json!({})), &ESTATE)).await;
    bench.wait(120).await;
    bench.edit(|state| {
        let mut all = state.region_mut("us-east-1").load_balancers.values_mut();
        all.find(|one| one.name == "shop-web").expect("it is there").ip_address_type = Some(address_type.to_owned());
    });
    let (production, standby) =
        (balancer(&bench, "us-east-1", "shop-web").await, balancer(&bench, "us-west-2", "shop-all").await);
    assert_eq!((production.speaks_ipv6(), standby.speaks_ipv6()), (true, false));
    (bench, production, standby)
}

fn ipv6(record: RecordFacts) -> RecordFacts {
    let mut record = RecordFacts { kind: "AAAA".to_owned(), ..record };
    let alias = record.alias.as_mut().expect("an alias");
    alias.dns_name = format!("dualstack.{}", alias.dns_name);
    record
}

async fn resolved(bench: &Bench, name: &str) -> [Vec<String>; 2] {
    let found = bench.cloud.outside().resolve(name).await.expect("resolves");
    let (ipv6, ipv4) = found.into_iter().partition(|address| address.contains(':'));
    [ipv4, ipv6]
}

#[tokio::test]
async fn each_family_follows_its_own_records() {
    let (bench, production, standby) = bench_of(DUALSTACK).await;
    let [east, none] = resolved(&bench, &production.dns_name).await;
    assert_eq!((east.len(), none.len()), (3, 0), "under its bare name it has no IPv6 addresses");
    let [same, east_ipv6] = resolved(&bench, &production.full_dns_name()).await;
    assert_eq!((&same, east_ipv6.len()), (&east, 3));
    let [west, none] = resolved(&bench, &format!("dualstack.{}", standby.dns_name)).await;
    assert_eq!((west.len(), none.len()), (2, 0), "it speaks IPv4 only");

    let pair = |weights: [u8; 2]| {
        [
            RecordFacts { weight: Some(weights[0]), ..record("shop-primary", &production) },
            RecordFacts { weight: Some(weights[1]), ..record("shop-standby", &standby) },
        ]
    };
    let pair_ipv6 = |weights| pair(weights).map(ipv6);
    bench.write.dns.upsert_records(ZONE, &pair([100, 0])).await.expect("sets them");
    assert_eq!(resolved(&bench, RECORD).await, [east.clone(), vec![]], "no record leads them");
    bench.write.dns.upsert_records(ZONE, &pair_ipv6([100, 0])).await.expect("sets them");
    assert_eq!(resolved(&bench, RECORD).await, [east.clone(), east_ipv6.clone()]);
    // One family alone.
    bench.write.dns.upsert_records(ZONE, &pair([0, 100])).await.expect("sets them");
    bench.wait(61).await;
    assert_eq!(resolved(&bench, RECORD).await, [west.clone(), east_ipv6.clone()]);
    // Both: an AAAA alias of one that does not speak IPv6 is answered with nothing.
    let all = [pair([0, 100]), pair_ipv6([0, 100])].concat();
    bench.write.dns.upsert_records(ZONE, &all).await.expect("sets them");
    bench.wait(61).await;
    assert_eq!(resolved(&bench, RECORD).await, [west, vec![]]);
    let kinds: Vec<String> =
        bench.primary.dns.records(ZONE, RECORD).await.expect("answers").into_iter().map(|one| one.kind).collect();
    assert_eq!(kinds, ["A", "A", "AAAA", "AAAA"]);
}

#[tokio::test]
async fn one_without_public_ipv4_has_ipv6_addresses_only() {
    let (bench, production, _) = bench_of("dualstack-without-public-ipv4").await;
    let [ipv4, ipv6] = resolved(&bench, &production.full_dns_name()).await;
    assert_eq!((ipv4.len(), ipv6.len()), (0, 3));
    assert!(bench.cloud.outside().resolve(&production.dns_name).await.is_err());
}

#[tokio::test]
async fn a_simple_record_and_a_name_nobody_knows_have_what_they_have() {
    let (bench, production, _) = bench_of(DUALSTACK).await;
    let simple = |kind: &str, values: &[&str]| RecordFacts {
        kind: kind.to_owned(),
        set_identifier: None,
        alias: None,
        ttl_s: Some(60),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        ..record("", &production)
    };
    bench.write.dns.upsert_records(ZONE, &[simple("AAAA", &["2001:db8::7"])]).await.expect("sets it");
    assert_eq!(resolved(&bench, RECORD).await, [vec![], vec!["2001:db8::7".to_owned()]]);
    bench.write.dns.upsert_records(ZONE, &[simple("A", &["192.0.2.7"])]).await.expect("sets it");
    assert_eq!(resolved(&bench, RECORD).await, [vec!["192.0.2.7".to_owned()], vec!["2001:db8::7".to_owned()]]);
    assert!(bench.cloud.outside().resolve("nobody.example.com").await.is_err());
}

#[tokio::test]
async fn a_load_balancer_speaks_ipv6_only_where_its_subnets_have_it() {
    let bench = Bench::shop().await;
    bench.publish_image().await;
    let template = |blocks: bool, address_type: &str| {
        let mut template = with(&json!({}));
        template["Resources"]["Balancer"]["Properties"]["IpAddressType"] = json!(address_type);
        for (subnet, block) in [("SubnetA", "2001:db8:0:1::/64"), ("SubnetB", "2001:db8:0:2::/64")] {
            if blocks {
                template["Resources"][subnet]["Properties"]["Ipv6CidrBlock"] = Value::from(block);
            }
        }
        template
    };
    let bare = request("shop-bare", "first", ChangeSetKind::Create, &template(false, DUALSTACK), &ESTATE);
    assert_eq!(bench.deploy(&bare).await.status.0, "ROLLBACK_COMPLETE");
    let told = bench.events("shop-bare").await;
    let refused = |reason: &String| reason.contains("subnets with an associated IPv6 CIDR block");
    assert!(told.iter().filter_map(|event| event.reason.as_ref()).any(refused), "{told:#?}");
    let wrong = request("shop-wrong", "first", ChangeSetKind::Create, &template(true, "ipv6"), &ESTATE);
    assert_eq!(bench.deploy(&wrong).await.status.0, "ROLLBACK_COMPLETE");

    let ipv4 = request("shop-all", "first", ChangeSetKind::Create, &template(true, "ipv4"), &ESTATE);
    assert_eq!(bench.deploy(&ipv4).await.status.0, "CREATE_COMPLETE");
    assert!(!balancer(&bench, "us-west-2", "shop-all").await.speaks_ipv6());
    let both = request("shop-all", "second", ChangeSetKind::Update, &template(true, DUALSTACK), &ESTATE);
    assert_eq!(bench.deploy(&both).await.status.0, "UPDATE_COMPLETE");
    assert!(balancer(&bench, "us-west-2", "shop-all").await.speaks_ipv6());
    bench.edit(|state| {
        let mut all = state.region_mut("us-west-2").load_balancers.values_mut();
        all.next().expect("it is there").ip_address_type = Some("ipv4".to_owned());
    });
    let drift = bench.standby.stacks.detect_drift("shop-all").await.expect("detects");
    let drifted: Vec<&str> = drift
        .resources
        .iter()
        .flat_map(|one| one.differences.iter().map(|difference| difference.path.as_str()))
        .collect();
    assert_eq!(drifted, ["/IpAddressType"]);
}
