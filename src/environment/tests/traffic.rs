//! Owns the tests of traffic in environment files.

use super::{GOOD, load, messages};
use crate::model::{Probe, Span, Switch, Traffic};

fn read(traffic: &str) -> Traffic {
    let text = format!("{GOOD}traffic: {{ record: Shop.Example.com., zone: Z0123456789ABC, {traffic} }}\n");
    load(&text).unwrap_or_else(|e| panic!("{e}")).environment.traffic.expect("traffic")
}

#[test]
fn every_default_is_filled_in() {
    let expected = Traffic {
        record: "shop.example.com".into(),
        zone: "Z0123456789ABC".into(),
        switch: Switch::StandbyTakesOver {
            bucket: "shop-traffic-111122223333-us-west-2".into(),
            key: "shop.example.com/standby-takes-over".into(),
        },
        tier: "web".into(),
        ttl: Span::from_secs(60),
        check_interval_s: 30,
        check_failures: 3,
        probe: None,
    };
    assert_eq!(read("switch: standby-takes-over"), expected);
    assert_eq!(read("switch: failover").switch, Switch::Failover { path: "/".into() });
    assert_eq!(read("switch: weighted").switch, Switch::Weighted { primary: 100, standby: 0 });
    assert_eq!(read("switch: manual").switch, Switch::Manual);
}

#[test]
fn what_is_written_holds() {
    let check = "health_check: { interval: 10s, failures: 2, path: /up }";
    let failover = read(&format!("switch: failover, {check}, probe: {{ url: 'https://x/healthz', status: 204 }}"));
    assert_eq!(failover.switch, Switch::Failover { path: "/up".into() });
    assert_eq!((failover.check_interval_s, failover.check_failures), (10, 2));
    assert_eq!(failover.probe, Some(Probe { url: "https://x/healthz".into(), status: 204 }));
    let takes_over = read("switch: standby-takes-over, bucket: shop-dr-traffic, tier: web");
    let key = "shop.example.com/standby-takes-over".to_owned();
    assert_eq!(takes_over.switch, Switch::StandbyTakesOver { bucket: "shop-dr-traffic".into(), key });
    let weighted = read("switch: weighted, weights: { standby: 50 }");
    assert_eq!(weighted.switch, Switch::Weighted { primary: 100, standby: 50 });
}

#[test]
fn the_record_leads_to_the_one_tier_with_a_load_balancer() {
    let traffic = "traffic: { record: a.example.com, zone: Z1, switch: manual }\n";
    let tier = |more: &str| {
        let text = format!("{GOOD}{more}{traffic}");
        load(&text).unwrap_or_else(|e| panic!("{e}")).environment.traffic.expect("traffic").tier
    };
    let api = |rest: &str| format!("  - {{ name: api, order: 5, group: {{ auto_scaling_group: shop-api }}{rest} }}\n");
    assert_eq!(tier(&api("")), "api", "the first by order");
    assert_eq!(tier(&format!("    load_balancer: {{ listener: 443 }}\n{}", api(""))), "web", "the only one");
    let both = format!("    load_balancer: {{ listener: 443 }}\n{}", api(", load_balancer: { listener: 443 }"));
    assert_eq!(tier(&both), "api", "the first by order again");
}

#[test]
fn keys_of_another_switch_are_refused_by_name() {
    for switch in ["standby-takes-over", "failover", "weighted", "manual"] {
        let text = format!(
            "{GOOD}traffic:
  record: shop.example.com
  zone: Z0123456789ABC
  switch: {switch}
  bucket: shop-dr-traffic
  weights: {{ primary: 100 }}
  health_check: {{ path: / }}
  probe: {{ url: https://shop.example.com/healthz }}
"
        );
        let told: Vec<String> = messages(&text).lines().map(str::to_owned).collect();
        let places: Vec<&str> =
            told.iter().filter_map(|line| line.split(": ").next()).filter(|l| !l.starts_with(' ')).collect();
        let expected: &[&str] = match switch {
            "standby-takes-over" => &["15:3 traffic.weights", "16:19 traffic.health_check.path"],
            // With the warning that goes with it.
            "failover" => &["13:11 traffic.switch", "14:3 traffic.bucket", "15:3 traffic.weights"],
            "weighted" => &["14:3 traffic.bucket", "16:3 traffic.health_check"],
            _ => &["14:3 traffic.bucket", "15:3 traffic.weights", "16:3 traffic.health_check"],
        };
        assert_eq!(places.len(), expected.len(), "{switch}: {told:#?}");
        for (found, wanted) in places.iter().zip(expected) {
            assert_eq!(found.split(' ').nth(1), wanted.split(' ').nth(1), "{switch}");
        }
        if switch == "weighted" {
            insta::assert_snapshot!(told.join("\n"), @r"
            14:11 traffic.bucket: `bucket` belongs to the switch `standby-takes-over`, and the switch is `weighted`
              -> take it away, or choose that switch
            16:3 traffic.health_check: `health_check` belongs to the switch `standby-takes-over` or `failover`, and the switch is `weighted`
              -> take it away, or choose that switch
            ");
        }
    }
}

#[test]
fn failover_records_beside_a_database_are_warned_of_at_their_place() {
    let text = |switch: &str, data: &str| {
        format!(
            "{GOOD}traffic: {{ record: shop.example.com, zone: Z0123456789ABC, switch: {switch}, probe: {{ url: \
             'https://x/healthz' }} }}\ndata:\n  - {data}\n"
        )
    };
    let database = "{ name: orders, rds: { source: shop-orders, standby: read-replica } }";
    let warned = |text: &str| {
        let loaded = load(text).unwrap_or_else(|e| panic!("{e}"));
        loaded.warnings.iter().map(|one| format!("{} {}", one.path, one.message)).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(warned(&text("failover", database)), @r"
    traffic.switch with `failover` Route 53 leads users to the standby by itself as soon as production's load balancer does not answer `/` under its own name with 2xx or 3xx: before anybody declares, to a standby that has its standby footprint and whose databases take no writes (orders)
    traffic.switch with `failover` Route 53 leads users back by itself as soon as the primary is well again, to the databases it had before (orders): what is written in the standby is not there
    ");
    let table = "{ name: carts, dynamodb: { table: carts } }";
    insta::assert_snapshot!(warned(&text("failover", table)), @"traffic.switch with `failover` Route 53 leads users to the standby by itself as soon as production's load balancer does not answer `/` under its own name with 2xx or 3xx: before anybody declares, to a standby that has its standby footprint");
    let both = text("failover", table).replace("strategy: warm-standby", "strategy: multi-site");
    assert_ne!(both, text("failover", table));
    for quiet in [text("standby-takes-over", database), both] {
        assert_eq!(warned(&quiet), "", "{quiet}");
    }
    let unasked = text("weighted", table).replace(", probe: { url: 'https://x/healthz' }", "");
    insta::assert_snapshot!(warned(&unasked), @"traffic.probe nothing asks the service whether it answers once users are led to a side");
}

#[test]
fn values_keep_to_their_rules() {
    let text = format!(
        "{GOOD}traffic:
  record: https://shop.example.com/
  zone: example.com
  switch: standby-takes-ovr
  tier: wbe
  ttl: 0s
  health_check: {{ interval: 20s, failures: 11 }}
  probe: {{ url: shop.example.com, status: 42 }}
"
    );
    insta::assert_snapshot!(messages(&text), @r"
    11:11 traffic.record: `https://shop.example.com/` is not the name of a record
      -> write the host name alone, such as shop.example.com
    12:9 traffic.zone: `example.com` is not the id of a hosted zone
      -> this is the zone's name; `aws route53 list-hosted-zones-by-name` shows its id, such as Z0123456789ABC
    13:11 traffic.switch: `standby-takes-ovr` is not known here
      -> did you mean `standby-takes-over`? Known are `standby-takes-over`, `failover`, `weighted`, `manual`
    14:9 traffic.tier: there is no tier `wbe`
      -> did you mean `web`?
    15:8 traffic.ttl: resolvers keep an answer for 1s to 1d, not 0s
      -> write a minute or so, such as 60s
    16:29 traffic.health_check.interval: Route 53 checks every 10s or every 30s, not every 20s
      -> write 10s, which costs more and is noticed sooner, or 30s
    16:44 traffic.health_check.failures: the number of failed checks is from 1 to 10, not 11
      -> -
    17:17 traffic.probe.url: `shop.example.com` is not an http or https address
      -> write what a user would ask, such as https://shop.example.com/healthz
    17:43 traffic.probe.status: an HTTP status is from 100 to 599, not 42
      -> -
    ");
}

#[test]
fn what_cannot_work_is_told_before_anything_is_made() {
    let text = format!(
        "{GOOD}data: [ {{ name: uploads, s3: {{ bucket: shop-uploads, replica: shop-uploads-dr }} }} ]
traffic: {{ record: a.example.com, zone: Z1, switch: standby-takes-over, bucket: shop-uploads-dr, ttl: 5m, probe: {{ url: 'https://x/' }} }}
"
    );
    insta::assert_snapshot!(messages(&text), @r"
    11:81 traffic.bucket: `shop-uploads-dr` holds data; the object that moves traffic needs a bucket that lifeboat makes
      -> name a bucket that is not there yet
    11:103 traffic.ttl: the records are aliases to load balancers, which have 60s, not 5m
      -> users are waited for at least 60s; take it away unless resolvers of yours keep answers longer
    ");
    let zero = "traffic: { record: a.example.com, zone: Z1, switch: weighted, weights: { primary: 0 }, probe: { url: 'https://x/' } }\n";
    insta::assert_snapshot!(messages(&format!("{GOOD}{zero}")), @r"
    10:63 traffic.weights: both weights are 0: Route 53 would then send half of the traffic to either side
      -> give at least one side a weight, such as 100
    ");
    let long = GOOD.replacen("name: shop", "name: a-name-that-is-thirty-two-chars1", 1).replacen(
        "us-west-2",
        "ap-southeast-2",
        1,
    );
    let made =
        "traffic: { record: a.example.com, zone: Z1, switch: standby-takes-over, probe: { url: 'https://x/' } }\n";
    insta::assert_snapshot!(messages(&format!("{long}{made}")), @r"
    10:1 traffic.bucket: the bucket would be called `a-name-that-is-thirty-two-chars1-traffic-111122223333-ap-southeast-2`, and a bucket's name has 3 to 63 characters
      -> add a shorter name of your own, such as `bucket: shop-dr-traffic`
    ");
}

#[test]
fn a_bucket_with_a_dot_is_refused() {
    let text = format!(
        "{GOOD}traffic: {{ record: a.example.com, zone: Z1, switch: standby-takes-over, bucket: dr.shop.example.com, probe: \
         {{ url: 'https://x/' }} }}\n"
    );
    insta::assert_snapshot!(messages(&text), @r"
    10:81 traffic.bucket: `dr.shop.example.com` has a dot: health checkers ask for its object over HTTPS, and S3's certificate is not good for such names
      -> write dashes, such as `dr-shop-example-com`
    ");
}
