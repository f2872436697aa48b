//! Tests of rendering for users with IPv6: the second pair of records, what is told of the standby, and what is refused.

use super::*;
use crate::facts::{Baseline, RecordFacts};
use crate::model::Switch;

const SWITCHES: [&str; 3] = ["standby-takes-over", "failover", "weighted"];

fn switch(name: &str) -> Switch {
    match name {
        "failover" => Switch::Failover { path: "/healthz".into() },
        "weighted" => Switch::Weighted { primary: 100, standby: 0 },
        _ => Switch::StandbyTakesOver {
            bucket: "shop-traffic".into(),
            key: "shop.example.com/standby-takes-over".into(),
        },
    }
}

fn switched(name: &str) -> Environment {
    let mut environment = environment(Strategy::PilotLight);
    environment.traffic.as_mut().expect("traffic").switch = switch(name);
    environment
}

/// The worked example with what the load balancer that users come to speaks.
fn speaking(address_type: Option<&str>) -> Baseline {
    let mut baseline = baseline();
    let balancer = baseline.facts.load_balancers.get_mut(crate::render::estate::ALB).expect("the load balancer");
    balancer.ip_address_type = address_type.map(str::to_owned);
    baseline
}

fn render_of(environment: &Environment, baseline: &Baseline) -> Result<Rendered, String> {
    render(environment, baseline, Footprint::Standby, &Templates::embedded()).map_err(|problems| problems.to_string())
}

fn records(rendered: &Rendered) -> serde_json::Map<String, Value> {
    let resources = body(rendered, Part::Edge)["Resources"].as_object().expect("resources").clone();
    resources.into_iter().filter(|(_, one)| one["Type"] == "AWS::Route53::RecordSet").collect()
}

fn record(kind: &str, set: Option<&str>, weight: Option<u8>) -> RecordFacts {
    RecordFacts {
        name: "shop.example.com".into(),
        kind: kind.into(),
        set_identifier: set.map(str::to_owned),
        failover: None,
        weight,
        ttl_s: Some(60),
        health_check_id: None,
        alias: None,
        values: vec!["2001:db8::1".into()],
    }
}

#[test]
fn a_second_pair_leads_users_with_ipv6_by_each_switch() {
    for name in SWITCHES {
        let rendered = render_of(&switched(name), &speaking(Some("dualstack"))).expect("renders");
        let made = records(&rendered);
        insta::with_settings!({ snapshot_suffix => name }, {
            insta::assert_snapshot!(serde_json::to_string_pretty(&made).expect("JSON"));
        });
        // The same in all but the type and the name of the target.
        for side in ["Primary", "Standby"] {
            let plain = |id: String| {
                let mut properties = made[&id]["Properties"].clone();
                properties["Type"] = Value::Null;
                properties["AliasTarget"]["DNSName"] = Value::Null;
                properties
            };
            let (ipv4, ipv6) = (plain(format!("Traffic{side}Record")), plain(format!("Traffic{side}RecordIpv6")));
            assert_eq!(ipv4, ipv6, "{name} {side}");
        }
        let without = render_of(&switched(name), &speaking(Some("ipv4"))).expect("renders");
        assert_eq!(records(&without).len(), 2, "{name}");
    }
}

#[test]
fn a_network_load_balancer_has_one_name_for_both_families() {
    let mut baseline = speaking(Some("dualstack"));
    baseline.facts.load_balancers.get_mut(crate::render::estate::ALB).expect("the load balancer").kind =
        "network".into();
    let made = records(&render_of(&switched("weighted"), &baseline).expect("renders"));
    let target = |id: &str| made[id]["Properties"]["AliasTarget"].clone();
    assert_eq!(target("TrafficPrimaryRecordIpv6"), target("TrafficPrimaryRecord"));
    assert_eq!(target("TrafficStandbyRecordIpv6"), target("TrafficStandbyRecord"));
}

#[test]
fn who_has_only_ipv6_is_told_of() {
    let told = |address_type: &str| {
        let rendered = render_of(&switched("weighted"), &speaking(Some(address_type))).expect("renders");
        let edge = body(&rendered, Part::Edge);
        let balancers = edge["Resources"].as_object().expect("resources").values();
        let balancers = balancers.filter(|one| one["Type"] == "AWS::ElasticLoadBalancingV2::LoadBalancer");
        for balancer in balancers {
            assert_eq!(balancer["Properties"]["IpAddressType"], "ipv4", "its subnets have no IPv6 blocks");
        }
        rendered.notes.into_iter().filter(|note| note.contains("IPv6")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(told("dualstack"), @"load-balancer/shop-web: it speaks IPv6 and its counterpart in the standby IPv4 only: users who have only IPv6 are not served from the standby");
    assert_eq!(told("dualstack-without-public-ipv4"), told("dualstack"));
    assert_eq!(told("ipv4"), "");
}

#[test]
fn a_check_over_ipv4_of_a_load_balancer_without_it_is_refused() {
    let baseline = speaking(Some("dualstack-without-public-ipv4"));
    insta::assert_snapshot!(render_of(&switched("failover"), &baseline).expect_err("it would never pass"), @"traffic/switch: Route 53 checks the health of a name over IPv4, and load balancer shop-web has no public IPv4 address; choose the switch `standby-takes-over`");
    render_of(&switched("standby-takes-over"), &baseline).expect("that asks the object");
}

#[test]
fn users_with_ipv6_who_would_stay_are_a_problem() {
    let mut baseline = speaking(Some("ipv4"));
    baseline.facts.records = vec![record("AAAA", None, None)];
    for name in SWITCHES {
        let told = render_of(&switched(name), &baseline).expect_err("some would stay");
        insta::allow_duplicates! {
            insta::assert_snapshot!(told, @"traffic/record: zone Z0SHOPEXAMPLE has an AAAA record of that name, and load balancer shop-web speaks IPv4 only, so that lifeboat leads A records only: users with IPv6 would stay with the primary whatever is declared; let lifeboat have a name of its own, such as dr.shop.example.com, make the A record of shop.example.com an alias of it and delete the AAAA record, or choose the switch `manual`");
        }
    }
    // Weighted beside weighted would do for A records; nothing of lifeboat's leads these.
    baseline.facts.records = vec![record("AAAA", Some("blue"), Some(1))];
    assert!(render_of(&switched("weighted"), &baseline).is_err());
    let mut older = speaking(None);
    older.facts.records = vec![record("AAAA", None, None)];
    insta::assert_snapshot!(render_of(&switched("weighted"), &older).expect_err("nobody knows"), @"traffic/record: zone Z0SHOPEXAMPLE has an AAAA record of that name, and the baseline does not hold whether load balancer shop-web speaks IPv6 (an earlier lifeboat recorded it: run `lifeboat baseline` again first): users with IPv6 would stay with the primary whatever is declared; let lifeboat have a name of its own, such as dr.shop.example.com, make the A record of shop.example.com an alias of it and delete the AAAA record, or choose the switch `manual`");

    // Those of lifeboat's own go with the next `provision`.
    baseline.facts.records =
        vec![record("AAAA", Some("shop-primary"), Some(100)), record("AAAA", Some("shop-standby"), Some(0))];
    render_of(&switched("weighted"), &baseline).expect("production speaks IPv4 only by now");
    baseline.facts.records = vec![RecordFacts { name: "www.example.com".into(), ..record("AAAA", None, None) }];
    render_of(&switched("weighted"), &baseline).expect("another name's");
    baseline.facts.records = vec![record("AAAA", None, None)];
    let mut environment = switched("weighted");
    environment.traffic.as_mut().expect("traffic").switch = Switch::Manual;
    render_of(&environment, &baseline).expect("a person sees to it");
}

#[test]
fn a_record_of_somebody_elses_beside_the_second_pair_is_refused_as_beside_the_first() {
    let mut baseline = speaking(Some("dualstack"));
    baseline.facts.records = vec![record("AAAA", None, None)];
    let alone = |name: &str, baseline: &Baseline| render_of(&switched(name), baseline).expect_err("refused");
    for name in SWITCHES {
        insta::allow_duplicates! {
            insta::assert_snapshot!(alone(name, &baseline), @"traffic/record: zone Z0SHOPEXAMPLE already has a simple AAAA record of that name, and Route 53 takes no pair beside it; let lifeboat have a name of its own, such as dr.shop.example.com, and make shop.example.com an alias of it, or delete that record when you provision and run `lifeboat baseline` again first");
        }
    }
    // As the same record of type A is.
    let ipv6 = alone("failover", &baseline);
    baseline.facts.records = vec![record("A", None, None)];
    assert_eq!(alone("failover", &baseline), ipv6.replace("AAAA", "A"));

    baseline.facts.records = vec![record("AAAA", Some("blue"), Some(1))];
    render_of(&switched("weighted"), &baseline).expect("weighted beside weighted");
    assert!(alone("standby-takes-over", &baseline).contains("the AAAA record `blue`"));
    baseline.facts.records =
        vec![record("AAAA", Some("shop-primary"), None), record("AAAA", Some("shop-standby"), None)];
    render_of(&switched("failover"), &baseline).expect("its own");
}
