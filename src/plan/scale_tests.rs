//! Owns the cases of scale planning.

use super::*;
use crate::facts::sample;
use crate::model::fixture;
use crate::model::{FullSize, Strategy, Tier};

fn environment(strategy: Strategy) -> Environment {
    let mut environment = fixture::environment();
    environment.strategy = strategy;
    environment.tiers = vec![Tier {
        auto_scaling_group: "prod-web".into(),
        full: FullSize { floor: 0, ..fixture::tier("web").full },
        ..fixture::tier("web")
    }];
    environment
}

fn basis(units: u32) -> BTreeMap<String, CapacityBasis> {
    BTreeMap::from([("web".to_owned(), fixture::basis("prod-web", units))])
}

fn group(min: u32, desired: u32, max: u32, in_service: u32) -> BTreeMap<String, GroupFacts> {
    let group = GroupFacts {
        target_group_arns: vec!["tg".into()],
        instances: vec![sample::instance("i-1"); in_service as usize],
        ..sample::group("shop-web", GroupSize { min, max, desired })
    };
    BTreeMap::from([("shop-web".to_owned(), group)])
}

fn check(target: &str, now: (u32, u32, u32), in_service: u32, expected: (u32, u32, u32)) {
    let target: ScaleTarget = target.parse().expect(target);
    let plan = plan_scale(
        &environment(Strategy::WarmStandby),
        &basis(10),
        &group(now.0, now.1, now.2, in_service),
        target,
        &[],
    )
    .expect("a plan");
    let after = plan.steps[0].after;
    assert_eq!((after.min, after.desired, after.max), expected, "{target} from {now:?}");
}

#[test]
fn sizes_are_absolute_and_minimum_is_the_target() {
    check("full", (2, 2, 10), 2, (10, 10, 10));
    check("50%", (2, 2, 10), 2, (5, 5, 10));
    check("51%", (2, 2, 10), 2, (6, 6, 10));
    check("120%", (2, 2, 10), 2, (12, 12, 12));
}

#[test]
fn nothing_shrinks_unless_standby_is_asked_for() {
    check("50%", (2, 8, 10), 8, (8, 8, 10));
    check("full", (12, 14, 20), 14, (14, 14, 20));
    check("50%", (2, 2, 10), 7, (7, 7, 10));
    check("standby", (10, 10, 10), 10, (2, 2, 10));
}

#[test]
fn repeating_a_scale_changes_nothing() {
    let plan =
        plan_scale(&environment(Strategy::PilotLight), &basis(10), &group(10, 10, 10, 10), ScaleTarget::Full, &[])
            .expect("a plan");
    assert!(!plan.steps[0].changes());
}

#[test]
fn what_is_not_there_is_named() {
    let environment = environment(Strategy::WarmStandby);
    let none = BTreeMap::new();
    let refused = plan_scale(&environment, &basis(10), &none, ScaleTarget::Full, &[]);
    assert_eq!(refused, Err(ScaleRefusal::NotProvisioned { groups: vec!["shop-web".into()] }));
    let refused = plan_scale(&environment, &BTreeMap::new(), &none, ScaleTarget::Full, &[]);
    assert_eq!(refused, Err(ScaleRefusal::NoBasis { tiers: vec!["web".into()] }));
    let refused = plan_scale(&environment, &basis(1), &none, ScaleTarget::Full, &["wbe".into()]);
    assert!(matches!(refused, Err(ScaleRefusal::UnknownTier { .. })));
}

#[test]
fn suspended_launches_are_told() {
    let mut groups = group(2, 2, 10, 2);
    groups.get_mut("shop-web").expect("group").suspended_processes = vec!["AZRebalance".into(), "Launch".into()];
    let plan =
        plan_scale(&environment(Strategy::WarmStandby), &basis(10), &groups, ScaleTarget::Full, &[]).expect("a plan");
    assert!(plan.steps[0].warning.as_deref().is_some_and(|text| text.starts_with("Launch is suspended")));
}

#[test]
fn targets_are_read_as_people_write_them() {
    assert_eq!("full".parse(), Ok(ScaleTarget::Full));
    assert_eq!("35%".parse(), Ok(ScaleTarget::Percent(35)));
    for wrong in ["0%", "35", "-5%", "1001%", "Full", ""] {
        assert!(wrong.parse::<ScaleTarget>().is_err(), "{wrong}");
    }
}
