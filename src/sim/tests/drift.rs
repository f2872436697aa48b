//! What drift detection sees, and what it cannot.

use std::collections::BTreeMap;

use super::bench::Bench;
use crate::facts::{DriftStatus, ResourceDrift, RulePeer};
use crate::model::GroupSize;
use crate::sim::hands;

async fn drift(bench: &Bench) -> BTreeMap<String, ResourceDrift> {
    let drift = bench.standby.stacks.detect_drift("shop-all").await.expect("detects");
    assert!(drift.complete);
    drift.resources.into_iter().map(|resource| (resource.logical_id.clone(), resource)).collect()
}

fn paths(drift: &ResourceDrift) -> Vec<(&str, &str, &str)> {
    drift.differences.iter().map(|d| (d.path.as_str(), d.expected.as_str(), d.actual.as_str())).collect()
}

#[tokio::test]
async fn an_untouched_stack_is_in_sync_where_it_can_be_seen() {
    let bench = Bench::estate().await;
    let before = bench.clock.now();
    let drift = drift(&bench).await;
    assert!(bench.clock.now().duration_since(before).as_secs() >= 20, "detection takes its time");
    let odd: Vec<(&String, DriftStatus)> =
        drift.iter().filter(|(_, d)| d.status != DriftStatus::InSync).map(|(id, d)| (id, d.status)).collect();
    assert_eq!(odd, [(&"Template".to_owned(), DriftStatus::NotChecked)], "{drift:#?}");
}

#[tokio::test]
async fn other_hands_are_seen() {
    let bench = Bench::estate().await;
    bench.write.groups.set_size("shop-web", GroupSize { min: 4, max: 10, desired: 4 }).await.expect("resizes");
    bench.edit(|state| hands::change_rule(state, "us-west-2", None)).expect("changes");
    let drift = drift(&bench).await;
    assert_eq!(paths(&drift["Web"]), [("/MinSize", "2", "4")]);
    let group = &drift["WebSg"];
    let gossip = drift["Gossip"].status;
    // The first rule is one or the other: the inline one shows in the group, the other as a resource that is gone.
    assert!(gossip == DriftStatus::Deleted || group.status == DriftStatus::Modified, "{group:#?} {gossip:?}");
}

#[tokio::test]
async fn an_added_rule_and_a_removed_resource_are_told() {
    let bench = Bench::estate().await;
    let listener = bench.physical("shop-all", "Listener").await;
    bench.edit(|state| {
        let region = state.region_mut("us-west-2");
        let group = region.security_groups.values_mut().find(|g| g.facts.description == "web").expect("there");
        let mut rule = group.ingress[0].clone();
        rule.rule.peer = RulePeer::Cidr4("0.0.0.0/0".to_owned());
        rule.id = "sgr-by-hand".to_owned();
        group.ingress.push(rule);
        for balancer in region.load_balancers.values_mut() {
            balancer.listeners.retain(|known| known.arn != listener);
        }
    });
    let drift = drift(&bench).await;
    assert_eq!(drift["Listener"].status, DriftStatus::Deleted);
    let added: Vec<_> =
        paths(&drift["WebSg"]).into_iter().filter(|(_, _, actual)| actual.contains("0.0.0.0/0")).collect();
    assert_eq!(added.len(), 1, "{:#?}", drift["WebSg"]);
    assert_eq!(added[0].1, "", "nothing was expected there");
}
