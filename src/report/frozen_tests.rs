//! Owns the cases of standbys that a failback left frozen: what is so, what to run, and what ends it.

use super::*;
use crate::model::GroupSize;
use crate::plan::runbook::{Step, StepId};
use crate::run::engine::StepFailure;
use crate::run::engine::tests::world::{runbook, step};

/// A failback of three steps that stopped, where each stands.
fn record(freeze: StepState, promote: StepState, down: StepState, state: RunState) -> RunRecord {
    let size = GroupSize { min: 1, max: 2, desired: 1 };
    let promotion = Action::Promote {
        data: "orders".into(),
        side: SideName::Primary,
        database: "prod-orders".into(),
        backup_retention_days: 7,
        stood: crate::plan::runbook::Stood::Replica,
        timeout_s: 1,
    };
    let of = |id: &str, action| Step { action, ..step(id, &[]) };
    let steps = vec![
        of("freeze-standby", Action::FreezeStandby { groups: vec!["shop-web".into()] }),
        of("promote-home-orders", promotion),
        of("stand-down-web", Action::StandDown { tier: "web".into(), group: "shop-web".into(), size }),
    ];
    let mut record = RunRecord::of(&runbook("r1", steps), &[]);
    (record.kind, record.state) = (RunKind::Failback, state);
    for (id, state) in [("freeze-standby", freeze), ("promote-home-orders", promote), ("stand-down-web", down)] {
        let found = record.steps.iter_mut().find(|step| step.id == StepId(id.into()));
        found.expect("the step").state = state;
    }
    record
}

fn region() -> Region {
    Region("us-west-2".into())
}

/// A failback that brought the writes home, where its users, its probe and its new replica in the standby stand.
fn led_home(traffic: StepState, probe: StepState, reseed: StepState, state: RunState) -> RunRecord {
    let of = |id: &str, action| Step { action, ..step(id, &[]) };
    let wait = Action::AwaitTraffic {
        to: SideName::Primary,
        record: "shop.example.com".into(),
        target: None,
        settle_s: 1,
        timeout_s: 1,
    };
    let asked = crate::model::Probe { url: "https://shop.example.com/".into(), status: 200 };
    let anew = Action::Reseed {
        data: "orders".into(),
        side: SideName::Standby,
        database: "shop-orders".into(),
        source: "prod-orders".into(),
        aside: "shop-orders-before-r1".into(),
        key: None,
        class: None,
        like: None,
        unfenced: None,
        timeout_s: 1,
    };
    let steps = vec![
        of("freeze-standby", Action::FreezeStandby { groups: vec!["shop-web".into()] }),
        of("await-traffic", wait),
        of("probe", Action::Probe { probe: asked, timeout_s: 1 }),
        of("reseed-standby-orders", anew),
    ];
    let mut record = RunRecord::of(&runbook("r1", steps), &[]);
    (record.kind, record.state) = (RunKind::Failback, state);
    let states = [StepState::Succeeded, traffic, probe, reseed];
    record.steps.iter_mut().zip(states).for_each(|(step, state)| step.state = state);
    record
}

/// A declaration that came after the failback, where its size stands.
fn declared_since(scale: StepState, state: RunState) -> RunRecord {
    let size = GroupSize { min: 6, max: 6, desired: 6 };
    let action = Action::Scale { tier: "web".into(), group: "shop-web".into(), size, instance_types: vec![] };
    let mut record = RunRecord::of(&runbook("r2", vec![Step { action, ..step("scale-web", &[]) }]), &[]);
    (record.state, record.steps[0].state) = (state, scale);
    record
}

#[test]
fn users_who_were_seen_at_home_are_served_and_a_database_put_aside_gets_its_name_back_first() {
    use StepState::{Failed, Pending, Skipped, Started, Succeeded};
    let told = |reseed, state| {
        let frozen = Frozen::by(&led_home(Succeeded, Succeeded, reseed, state)).expect("frozen");
        assert!(!frozen.is_down());
        format!("{}\n{}", frozen.words(), frozen.advice(&Ways::ended("shop.yaml", "r1", None), &region()))
    };
    insta::assert_snapshot!(told(Failed, RunState::Stopped), @r"
    frozen by failback r1, which stopped: the users were led home and the primary was seen to serve them, and nothing stands by for it until this failback is finished
    the primary's databases take the writes by now, so nothing may serve in the standby beside them: `lifeboat runs resume shop.yaml r1` goes on making it all a standby again; if the primary is lost, give the run up with `lifeboat runs abandon shop.yaml r1 --because TEXT`: then where shop-orders was put aside, give it its name back with `aws rds modify-db-instance --region us-west-2 --db-instance-identifier shop-orders-before-r1 --new-db-instance-identifier shop-orders --apply-immediately` and wait until it is available; `lifeboat declare shop.yaml --reason TEXT` leads the users to the standby again, without what was written in the primary since
    ");
    insta::assert_snapshot!(told(Started, RunState::Abandoned), @r"
    frozen by failback r1, which was given up: the users were led home and the primary was seen to serve them, and nothing stands by for it until another failback has made a standby again
    the primary's databases take the writes by now, so nothing may serve in the standby beside them: `lifeboat failback shop.yaml --reason TEXT` makes it all a standby again; if the primary is lost, where shop-orders was put aside, give it its name back with `aws rds modify-db-instance --region us-west-2 --db-instance-identifier shop-orders-before-r1 --new-db-instance-identifier shop-orders --apply-immediately` and wait until it is available; `lifeboat declare shop.yaml --reason TEXT` leads the users to the standby again, without what was written in the primary since
    ");
    insta::assert_snapshot!(told(Pending, RunState::Stopped), @r"
    frozen by failback r1, which stopped: the users were led home and the primary was seen to serve them, and nothing stands by for it until this failback is finished
    the primary's databases take the writes by now, so nothing may serve in the standby beside them: `lifeboat runs resume shop.yaml r1` goes on making it all a standby again; if the primary is lost, give the run up with `lifeboat runs abandon shop.yaml r1 --because TEXT`: then `lifeboat declare shop.yaml --reason TEXT` leads the users to the standby again, without what was written in the primary since
    ");
    assert!(!told(Succeeded, RunState::Stopped).contains("put aside"), "the replica is there");
    let down =
        |traffic, probe| Frozen::by(&led_home(traffic, probe, Pending, RunState::Stopped)).expect("frozen").is_down();
    assert!(down(Succeeded, Failed) && down(Succeeded, Pending) && down(Skipped, Skipped), "nobody saw it");
    assert!(!down(Skipped, Succeeded), "a person knows, and it answers");
}

#[test]
fn a_later_declaration_thaws_it_and_one_that_did_not_come_so_far_is_gone_on_with() {
    use StepState::{Pending, Succeeded};
    let home = |promote, state| record(Succeeded, promote, Pending, state);
    let stopped = home(Pending, RunState::Stopped);
    let up = declared_since(Succeeded, RunState::Ended { degraded: false });
    assert_eq!(Frozen::by_last(&[stopped.clone(), up.clone()]), None);
    let mut capacity = up;
    capacity.scope.tiers = vec!["web".into()];
    assert!(Frozen::by_last(&[stopped.clone(), capacity]).is_some(), "it leads nobody there");
    let told = |failback: &RunRecord, since| {
        let frozen = Frozen::by_last(&[failback.clone(), declared_since(Pending, since)]).expect("frozen");
        frozen.advice(&Ways::ended("shop.yaml", "r1", None), &region())
    };
    insta::assert_snapshot!(told(&stopped, RunState::Stopped), @"`lifeboat runs resume shop.yaml r2` goes on with the declaration that came after it; nobody can go on with the failback: give it up with `lifeboat runs abandon shop.yaml r1 --because TEXT`");
    insta::assert_snapshot!(told(&home(Pending, RunState::Abandoned), RunState::Stopped), @"`lifeboat runs resume shop.yaml r2` goes on with the declaration that came after it");
    insta::assert_snapshot!(told(&stopped, RunState::Abandoned), @"nobody can go on with it, because r2 was declared after it; give it up with `lifeboat runs abandon shop.yaml r1 --because TEXT`: then `lifeboat scale shop.yaml --to full` brings it back");
    insta::assert_snapshot!(told(&home(Succeeded, RunState::Stopped), RunState::Abandoned), @"the primary's databases take the writes by now, so nothing may serve in the standby beside them: nobody can go on with it, because r2 was declared after it; give it up with `lifeboat runs abandon shop.yaml r1 --because TEXT`: then `lifeboat failback shop.yaml --reason TEXT` leads service home; if the primary is lost, `lifeboat declare shop.yaml --reason TEXT` leads the users to the standby again, without what was written in the primary since");
    let served = led_home(Succeeded, Succeeded, Pending, RunState::Stopped);
    let since = declared_since(Pending, RunState::Abandoned);
    assert!(Frozen::by_last(&[served, since]).expect("frozen").is_down(), "where the users are now is not known");
}

#[test]
fn a_failback_that_froze_the_standby_and_did_not_end_says_what_is_so_and_what_to_run() {
    use StepState::{AlreadySo, Failed, Pending, Skipped, Started, Succeeded, Unknown};
    let none = |freeze, promote, down, state| assert_eq!(Frozen::by(&record(freeze, promote, down, state)), None);
    none(Pending, Pending, Pending, RunState::Stopped);
    none(Skipped, Succeeded, Pending, RunState::Abandoned);
    none(Succeeded, Succeeded, Succeeded, RunState::Stopped);
    none(Succeeded, Succeeded, Pending, RunState::Ended { degraded: false });
    let told = |promote, state, kept| {
        let frozen = Frozen::by(&record(Succeeded, promote, Pending, state)).expect("frozen");
        format!("{}\n{}", frozen.words(), frozen.advice(&Ways::ended("shop.yaml", "r1", kept), &region()))
    };
    insta::assert_snapshot!(told(Succeeded, RunState::Stopped, None), @r"
    frozen by failback r1, which stopped: service is down unless the primary serves
    the primary's databases take the writes by now, so nothing may serve in the standby beside them: `lifeboat runs resume shop.yaml r1` goes on leading service home; if the primary is lost, give the run up with `lifeboat runs abandon shop.yaml r1 --because TEXT`: then `lifeboat declare shop.yaml --reason TEXT` leads the users to the standby again, without what was written in the primary since
    ");
    // A promotion that was refused is none, and one that was cut off may be one.
    insta::assert_snapshot!(told(Failed, RunState::Stopped, None), @r"
    frozen by failback r1, which stopped: service is down unless the primary serves
    `lifeboat runs resume shop.yaml r1` goes on; to serve in the standby again, give the run up with `lifeboat runs abandon shop.yaml r1 --because TEXT`: then `lifeboat scale shop.yaml --to full` brings it back
    ");
    insta::assert_snapshot!(told(Started, RunState::Running, Some("aaaaaaaa")), @r"
    frozen by failback r1, which is under way: service is down unless the primary serves
    the primary's databases may take the writes by now (it was not seen), so nothing may serve in the standby beside them: `lifeboat runs resume shop.yaml r1 --take-over aaaaaaaa` goes on leading service home; if the primary is lost, give the run up with `lifeboat runs abandon shop.yaml r1 --take-over aaaaaaaa --because TEXT`: then `lifeboat declare shop.yaml --reason TEXT` leads the users to the standby again, without what was written in the primary since
    ");
    insta::assert_snapshot!(told(Pending, RunState::Abandoned, None), @r"
    frozen by failback r1, which was given up: service is down unless the primary serves
    `lifeboat scale shop.yaml --to full` brings it back
    ");
    insta::assert_snapshot!(told(AlreadySo, RunState::Abandoned, None), @r"
    frozen by failback r1, which was given up: service is down unless the primary serves
    the primary's databases take the writes by now, so nothing may serve in the standby beside them: `lifeboat failback shop.yaml --reason TEXT` leads service home; if the primary is lost, `lifeboat declare shop.yaml --reason TEXT` leads the users to the standby again, without what was written in the primary since
    ");
    assert_eq!(told(Failed, RunState::Stopped, None), told(Pending, RunState::Stopped, None));
    assert!(Frozen::by(&record(Unknown, Pending, Pending, RunState::Stopped)).is_some(), "it may be at zero");
    // One that gave up waiting was ordered.
    let mut late = record(Succeeded, Failed, Pending, RunState::Stopped);
    let left = vec!["the promotion goes on".into()];
    late.steps[1].failure = Some(StepFailure { what: "late".into(), why: vec![], left_behind: left, hint: None });
    assert_eq!(Frozen::by(&late).expect("frozen").home, Home::NotSeen);
}

#[test]
fn only_the_last_failback_counts() {
    let stopped = record(StepState::Succeeded, StepState::Pending, StepState::Pending, RunState::Abandoned);
    let mut ended = stopped.clone();
    ended.state = RunState::Ended { degraded: false };
    let mut drill = ended.clone();
    drill.kind = RunKind::Drill;
    assert!(Frozen::by_last(&[stopped.clone(), drill]).is_some());
    assert_eq!(Frozen::by_last(&[stopped, ended]), None);
    assert_eq!(Frozen::by_last(&[]), None);
}
