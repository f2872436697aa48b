//! Tests of rendering as a whole: what comes out, in full, and what it does not depend on.

mod data;
mod ipv6;
mod overrides;
mod translated;

use std::collections::BTreeSet;

use serde_json::Value;

use super::estate::{baseline, environment};
use super::*;
use crate::model::Strategy;

fn rendered(environment: &Environment, footprint: Footprint) -> Rendered {
    render(environment, &baseline(), footprint, &Templates::embedded()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn body(rendered: &Rendered, part: Part) -> Value {
    let stack = rendered.stacks.iter().find(|stack| stack.part == part).expect("the stack is there");
    serde_json::from_str(&stack.body).expect("JSON")
}

fn snapshot(strategy: Strategy, footprint: Footprint) -> String {
    let rendered = rendered(&environment(strategy), footprint);
    let mut out = String::new();
    for stack in &rendered.stacks {
        out.push_str(&format!("==== {} ({:?}, {:#?})\n{}", stack.name, stack.parameters, stack.inputs, stack.body));
    }
    out
}

#[test]
fn golden_pilot_light() {
    insta::assert_snapshot!(snapshot(Strategy::PilotLight, Footprint::Standby));
}

#[test]
fn golden_warm_standby() {
    insta::assert_snapshot!(snapshot(Strategy::WarmStandby, Footprint::Standby));
}

#[test]
fn golden_multi_site() {
    insta::assert_snapshot!(snapshot(Strategy::MultiSite, Footprint::Standby));
}

#[test]
fn what_people_are_told() {
    let rendered = rendered(&environment(Strategy::WarmStandby), Footprint::Standby);
    let untranslated: Vec<String> = rendered
        .untranslated
        .iter()
        .map(|one| format!("{}\n  {}\n  {}", one.place, one.identifier, one.advice))
        .collect();
    insta::assert_snapshot!("untranslated", untranslated.join("\n"));
    insta::assert_snapshot!("notes", rendered.notes.join("\n"));
}

#[test]
fn sizes_follow_strategy_and_footprint() {
    for (strategy, footprint, expected) in [
        (Strategy::PilotLight, Footprint::Standby, [("0", "10"), ("0", "5"), ("0", "3")]),
        (Strategy::WarmStandby, Footprint::Standby, [("2", "10"), ("1", "5"), ("1", "3")]),
        (Strategy::WarmStandby, Footprint::Full, [("10", "10"), ("5", "5"), ("3", "3")]),
        (Strategy::MultiSite, Footprint::Standby, [("10", "10"), ("5", "5"), ("3", "3")]),
    ] {
        let rendered = rendered(&environment(strategy), footprint);
        let compute = rendered.stacks.last().expect("compute");
        for (tier, (min, max)) in ["Web", "Api", "Worker"].iter().zip(expected) {
            assert_eq!(compute.parameters[&format!("{tier}Min")], min, "{strategy} {footprint} {tier}");
            assert_eq!(compute.parameters[&format!("{tier}Max")], max, "{strategy} {footprint} {tier}");
        }
        assert!(!compute.body.contains("DesiredCapacity"));
        assert_eq!(compute.parameters["WebImage"], "/lifeboat/shop/images/web");
    }
}

/// The worked example with what production's web group counts, and what the file lists for the tier.
fn weighted(listed: &[&str], change: impl FnOnce(&mut crate::facts::GroupFacts)) -> Result<Rendered, String> {
    let mut environment = environment(Strategy::WarmStandby);
    let web = environment.tiers.iter_mut().find(|tier| tier.name == "web").expect("web");
    web.instance_types = listed.iter().map(|name| (*name).to_owned()).collect();
    let mut baseline = baseline();
    let group = baseline.facts.groups.get_mut("shop-web").expect("web's group");
    group.overrides = vec!["m6i.large".into(), "m6i.xlarge".into()];
    group.weights = [("m6i.large".to_owned(), 1), ("m6i.xlarge".to_owned(), 2)].into();
    change(group);
    render(&environment, &baseline, Footprint::Standby, &Templates::embedded()).map_err(|problems| problems.to_string())
}

#[test]
fn weights_are_mirrored_with_the_types_that_carry_them() {
    let overrides = |rendered: Result<Rendered, String>| {
        let body = body(&rendered.expect("renders"), Part::COMPUTE);
        body["Resources"]["WebGroup"]["Properties"]["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"].to_string()
    };
    let (large, xlarge) = (
        r#"{"InstanceType":"m6i.large","WeightedCapacity":"1"}"#,
        r#"{"InstanceType":"m6i.xlarge","WeightedCapacity":"2"}"#,
    );
    assert_eq!(overrides(weighted(&[], |_| {})), format!("[{large},{xlarge}]"));
    assert_eq!(overrides(weighted(&["m6i.xlarge"], |_| {})), format!("[{xlarge}]"), "one alone has its weight, too");
    let plain = overrides(weighted(&[], |group| group.weights.clear()));
    assert_eq!(plain, r#"[{"InstanceType":"m6i.large"},{"InstanceType":"m6i.xlarge"}]"#);
}

#[test]
fn sizes_that_the_standby_could_not_count_are_refused_by_name() {
    let unknown = weighted(&["m6i.large", "m5.large"], |_| {}).expect_err("m5.large has no weight");
    let expected =
        "tiers/web: the sizes of production's group shop-web count weighted units, and it gives no weight to m5.large";
    assert!(unknown.contains(expected) && unknown.contains("(m6i.large, m6i.xlarge)"), "{unknown}");
    let vcpus = weighted(&[], |group| group.capacity_type = Some("vcpu".into())).expect_err("vCPUs");
    assert!(vcpus.contains("tiers/web: the sizes of production's group shop-web count vcpu"), "{vcpus}");
}

#[test]
fn footprints_differ_in_sizes_only() {
    let standby = rendered(&environment(Strategy::PilotLight), Footprint::Standby);
    let full = rendered(&environment(Strategy::PilotLight), Footprint::Full);
    for (a, b) in standby.stacks.iter().zip(&full.stacks) {
        assert_eq!((&a.body, &a.inputs), (&b.body, &b.inputs), "{}", a.name);
    }
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    let first = rendered(&environment(Strategy::MultiSite), Footprint::Full);
    assert_eq!(first, rendered(&environment(Strategy::MultiSite), Footprint::Full));
    let mut shuffled = baseline();
    for group in shuffled.facts.security_groups.values_mut() {
        group.ingress.reverse();
        group.egress.reverse();
    }
    for balancer in shuffled.facts.load_balancers.values_mut() {
        balancer.listeners.reverse();
    }
    let second = render(&environment(Strategy::MultiSite), &shuffled, Footprint::Full, &Templates::embedded());
    assert_eq!(second.as_ref(), Ok(&first));
}

#[test]
fn adding_a_tier_renames_nothing() {
    let mut more = environment(Strategy::WarmStandby);
    more.tiers.insert(0, estate::tier("aaa", 1, &[], None));
    let mut baseline = baseline();
    estate::add_tier(&mut baseline, "aaa", &[estate::SG_OFFICE], &[], &[], 4);
    let after = render(&more, &baseline, Footprint::Standby, &Templates::embedded()).expect("renders");
    let before = rendered(&environment(Strategy::WarmStandby), Footprint::Standby);
    let ids = |rendered: &Rendered, part: Part| -> BTreeSet<String> {
        body(rendered, part)["Resources"].as_object().expect("resources").keys().cloned().collect()
    };
    for part in Part::all(1) {
        assert!(ids(&before, part).is_subset(&ids(&after, part)), "{part}");
    }
    assert!(ids(&after, Part::COMPUTE).contains("AaaGroup"));
    for (id, counterpart) in &before.counterparts {
        assert_eq!(after.counterparts.get(id), Some(counterpart), "{id}");
    }
}

#[test]
fn every_missing_fact_is_told_at_once() {
    let mut baseline = baseline();
    baseline.environment = "other".into();
    baseline.tiers.remove("web");
    baseline.capacity.remove("api");
    baseline.facts.launch_templates.remove("shop-worker");
    let error = render(&environment(Strategy::PilotLight), &baseline, Footprint::Standby, &Templates::embedded());
    insta::assert_snapshot!(error.expect_err("refused"), @r"
    baseline: it was recorded for environment other, not for shop; run `lifeboat baseline` with this environment
    tiers/api: the baseline holds no capacity basis for this tier; run `lifeboat baseline` again
    tiers/web: the baseline does not know this tier; run `lifeboat baseline` again
    tiers/worker: the baseline does not hold the launch template of group shop-worker; run `lifeboat baseline` again
    traffic/tier: tier web has no load balancer the record could name; name another tier with `traffic.tier`
    ");
    let error = render(&environment(Strategy::BackupAndRestore), &baseline, Footprint::Standby, &Templates::embedded());
    insta::assert_snapshot!(error.expect_err("refused"), @"strategy backup-and-restore has no templates yet: use pilot-light, warm-standby or multi-site, or wait for a later lifeboat");
}
