//! Owns the cases of event sources: switched once whatever befalls the call, waited for, missing, and fenced.

use std::collections::BTreeMap;

use super::region::{Fault, Region, at};
use super::steps::{act, is_done_once, is_so, region, step};
use crate::cloud::CloudErrorKind;
use crate::facts::EventSourceFacts;
use crate::model::{DEFAULT_BUS, SideName, Trigger};
use crate::plan::runbook::{Action, Step};
use crate::run::Stop;
use crate::run::engine::{ActError, Actor, Done, Look};
use crate::run::event::Recorded;

fn rule() -> Trigger {
    Trigger::Rule { bus: DEFAULT_BUS.into(), name: "nightly".into() }
}

fn mapping() -> Trigger {
    Trigger::Mapping { function: "orders".into(), source: None }
}

fn with(states: &[(Trigger, &str)]) -> Region {
    region(|state| {
        for (trigger, word) in states {
            let facts =
                EventSourceFacts { id: format!("id of {trigger}"), state: (*word).into(), ..Default::default() };
            state.events.insert(trigger.to_string(), facts);
        }
    })
}

fn state(region: &Region, trigger: &Trigger) -> String {
    region.edit(|state| state.events[&trigger.to_string()].state.clone())
}

fn enable(trigger: Trigger) -> Action {
    Action::EnableEvents { name: "one".into(), side: SideName::Standby, trigger, timeout_s: 600 }
}

fn disable(trigger: Trigger) -> Action {
    Action::DisableEvents { name: "one".into(), side: SideName::Standby, trigger, timeout_s: 600 }
}

#[tokio::test]
async fn they_are_switched_whatever_befalls_the_call() {
    for (trigger, off, on, [to_on, to_off]) in [
        (rule(), "DISABLED", "ENABLED", ["EnableRule", "DisableRule"]),
        (mapping(), "Disabled", "Enabled", ["UpdateEventSourceMapping"; 2]),
    ] {
        is_done_once(|| with(&[(trigger.clone(), off)]), enable(trigger.clone()), to_on).await;
        is_done_once(|| with(&[(trigger.clone(), on)]), disable(trigger.clone()), to_off).await;
    }
}

#[tokio::test]
async fn a_mapping_is_waited_for_and_one_that_is_on_its_way_is_ordered_after() {
    let region = with(&[(mapping(), "Disabled")]);
    let done = act(&region, &enable(mapping())).await.expect("on");
    assert_eq!(done.text, "mapping of orders is Enabled (was Disabled)");
    assert!(done.measures.aws_s >= 20.0, "{:?}", done.measures);
    // Somebody switches it off at this moment: no order is taken before that has ended.
    let region = with(&[(mapping(), "Disabling")]);
    region.edit(|state| state.following.push((at(30), mapping().to_string(), "Disabled")));
    assert!(!is_so(&region, &enable(mapping())).await);
    act(&region, &enable(mapping())).await.expect("on");
    assert_eq!(state(&region, &mapping()), "Enabled");
    assert_eq!(region.effects(), ["UpdateEventSourceMapping"]);
    let stuck = with(&[(mapping(), "Updating")]);
    let error = act(&stuck, &enable(mapping())).await.expect_err("it never ends");
    assert_eq!(error.why, ["it is Updating after 600 s"]);
    assert_eq!(stuck.effects(), Vec::<String>::new());
}

#[tokio::test]
async fn one_that_is_not_there_is_told_when_wanted_on_and_is_off_otherwise() {
    let region = with(&[]);
    let error = act(&region, &enable(rule())).await.expect_err("missing");
    insta::assert_snapshot!(format!("{}: {}\n{}", error.what, error.why.join("; "), error.hint.unwrap_or_default()), @r"
    cannot switch rule nightly on in the standby: the standby has no rule nightly in us-west-2: it is deployed by other means than lifeboat's
    deploy it there, then resume
    ");
    assert!(error.effect_known);
    assert!(is_so(&region, &disable(rule())).await);
    assert_eq!(act(&region, &disable(rule())).await.expect("nothing to do").text, "there is no rule nightly");
}

#[tokio::test]
async fn what_may_not_be_looked_at_is_told() {
    let region = with(&[(rule(), "DISABLED")]);
    region.fault("DescribeRule", &[Fault::Refused(CloudErrorKind::Denied)]);
    let error = act(&region, &enable(rule())).await.expect_err("denied");
    assert!(error.why[0].contains("was denied") && error.effect_known, "{error:?}");
}

fn fence(best_effort: bool) -> Step {
    let events = BTreeMap::from([("night".to_owned(), rule()), ("queue".to_owned(), mapping())]);
    let action = Action::FencePrimary { groups: vec!["prod-web".into()], events };
    Step { best_effort, ..step(action) }
}

async fn fenced(region: &Region, best_effort: bool) -> Result<Done, ActError> {
    region.actors().act(&fence(best_effort), "t", &Recorded::default(), &Stop::never()).await
}

#[tokio::test]
async fn a_fence_switches_them_off_and_one_that_something_relies_on_waits_for_them() {
    for best_effort in [true, false] {
        let region = with(&[(rule(), "ENABLED"), (mapping(), "Enabled")]);
        region.edit(|state| {
            let web = super::group("prod-web", 3, 0);
            state.groups.insert("prod-web".into(), web);
        });
        let done = fenced(&region, best_effort).await.expect("fenced");
        assert_eq!(state(&region, &rule()), "DISABLED");
        let expected = if best_effort { "Disabling" } else { "Disabled" };
        assert_eq!(state(&region, &mapping()), expected, "{}", done.text);
        assert_eq!(region.edit(|state| state.groups["prod-web"].size.max), 0);
        assert_eq!(is_so(&region, &fence(best_effort).action).await, !best_effort, "until the mapping has followed");
    }
}

#[tokio::test]
async fn what_a_fence_could_not_switch_off_is_told_and_the_rest_is_fenced() {
    let region = with(&[(rule(), "ENABLED"), (mapping(), "Enabled")]);
    region.edit(|state| drop(state.groups.insert("prod-web".into(), super::group("prod-web", 3, 0))));
    region.fault("UpdateEventSourceMapping", &[Fault::Refused(CloudErrorKind::Denied)]);
    let error = fenced(&region, true).await.expect_err("denied");
    insta::assert_snapshot!(format!("{}\n{}\n{}", error.what, error.why.join("\n"), error.left_behind.join("\n")), @r"
    cannot fence 1 of 3 groups and event sources of the primary
    mapping of orders: UpdateEventSourceMapping (us-west-2) was denied
    mapping of orders may go on running
    ");
    assert_eq!(state(&region, &rule()), "DISABLED");
    assert_eq!(region.edit(|state| state.groups["prod-web"].size.max), 0);
    // Where a promotion relies on it, nothing else is touched.
    let region = with(&[(rule(), "ENABLED"), (mapping(), "Enabled")]);
    region.edit(|state| drop(state.groups.insert("prod-web".into(), super::group("prod-web", 3, 0))));
    region.fault("UpdateEventSourceMapping", &[Fault::Refused(CloudErrorKind::Denied)]);
    let error = fenced(&region, false).await.expect_err("denied");
    assert_eq!(region.effects(), ["DisableRule"]);
    insta::assert_snapshot!(error.left_behind.join("\n"), @r"
    mapping of orders may go on running
    rule nightly switched off (was ENABLED)
    ");
    // One that is being switched on at this moment is waited for.
    let region = with(&[(rule(), "DISABLED"), (mapping(), "Enabling")]);
    region.edit(|state| {
        state.groups.insert("prod-web".into(), super::group("prod-web", 3, 0));
        state.following.push((at(30), mapping().to_string(), "Enabled"));
    });
    fenced(&region, false).await.expect("fenced");
    assert_eq!(state(&region, &mapping()), "Disabled");
}

#[tokio::test]
async fn a_fence_that_does_not_find_what_it_names_is_relied_on_by_nothing() {
    let with_web = |states: &[(Trigger, &str)]| {
        let region = with(states);
        region.edit(|state| drop(state.groups.insert("prod-web".into(), super::group("prod-web", 3, 0))));
        region
    };
    let all = [(rule(), "ENABLED"), (mapping(), "Enabled")];
    for (region, lost) in [
        (with(&[]), "the primary has no Auto Scaling group prod-web, no rule nightly, no mapping of orders"),
        (with(&all), "the primary has no Auto Scaling group prod-web"),
        (with_web(&all[..1]), "the primary has no mapping of orders"),
    ] {
        let looked = region.actors().look(&fence(false)).await.expect_err("not silent");
        let acted = fenced(&region, false).await.expect_err("not silent");
        for error in [looked, acted] {
            assert_eq!(error.why, [lost]);
            assert!(error.effect_known, "{error:?}");
            let hint = error.hint.as_deref().unwrap_or_default();
            assert!(hint.contains("lifeboat baseline") && hint.contains("--skip fence-primary"), "{hint}");
        }
        assert_eq!(region.effects(), Vec::<String>::new(), "nothing is touched where it would not be enough");
    }
    // Best effort takes what there is, and says what there is not.
    let region = with_web(&all[..1]);
    let done = fenced(&region, true).await.expect("what is there");
    assert!(done.text.ends_with("; not found: mapping of orders"), "{}", done.text);
    assert_eq!(region.effects(), ["DisableRule", "SuspendProcesses", "UpdateAutoScalingGroup"]);
    let Ok(Look::AlreadySo(text)) = region.actors().look(&fence(true)).await else { panic!("it is at zero") };
    assert!(text.ends_with("; not found: mapping of orders"), "{text}");
    // The standby's likewise.
    let freeze = Action::FreezeStandby { groups: vec!["shop-web".into()] };
    let error = act(&with(&[]), &freeze).await.expect_err("not silent");
    assert!(error.hint.is_some_and(|hint| hint.contains("--skip freeze-standby")));
}
