//! Owns the cases of groups whose tiers are no longer in the file: they are frozen and stood down like the others.

use super::configured::orders_away;
use super::*;
use crate::facts::{ScheduleFacts, sample};
use crate::model::{ENVIRONMENT_TAG, TIER_TAG};
use crate::plan::failback::unlisted;

fn group(name: &str, of: &str) -> GroupFacts {
    GroupFacts {
        tags: [(ENVIRONMENT_TAG.to_owned(), of.to_owned()), (TIER_TAG.to_owned(), "jobs".to_owned())].into(),
        ..sample::group(name, GroupSize { min: 5, max: 8, desired: 5 })
    }
}

#[test]
fn only_groups_that_lifeboat_made_for_this_environment_and_that_no_tier_has_are_meant() {
    let foreign = sample::group("prod-web", EIGHT);
    let all = vec![group("shop-web", "shop"), group("shop-jobs", "shop"), group("mail-jobs", "mail"), foreign];
    let found = unlisted(&environment(), all);
    assert_eq!(found.keys().collect::<Vec<_>>(), ["shop-jobs"]);
}

#[test]
fn what_runs_of_a_tier_that_was_taken_out_of_the_file_is_frozen_and_stood_down_to_nothing() {
    let mut case = orders_away();
    case.seen.unlisted = [("shop-jobs".to_owned(), group("shop-jobs", "shop"))].into();
    let nightly = ScheduleFacts {
        name: "nightly".into(),
        recurrence: None,
        time_zone: None,
        start: None,
        end: None,
        min: None,
        max: None,
        desired: Some(5),
    };
    case.seen.schedules = [("shop-jobs".to_owned(), vec![nightly])].into();
    let runbook = planned(case).expect("a plan");
    let step = |id: &str| runbook.steps.iter().find(|step| step.id.0 == id).expect("the step");
    let freeze = step(FREEZE);
    let Action::FreezeStandby { groups } = &freeze.action else { panic!("{freeze:?}") };
    assert_eq!(groups, &["shop-api", "shop-jobs", "shop-web", "shop-worker"]);
    assert!(freeze.title.contains("(also shop-jobs, no longer in the file)"), "{}", freeze.title);
    assert!(freeze.needs.contains(&StepId("disable-schedules-jobs".into())), "{:?}", freeze.needs);
    let down = step("stand-down-jobs");
    let to_nothing = Action::StandDown { tier: "jobs".into(), group: "shop-jobs".into(), size: ZERO };
    assert_eq!(down.action, to_nothing);
    assert_eq!(
        down.title,
        "stand jobs down from 5 to 0: it is no longer in the file, and `lifeboat provision` removes it"
    );
}

#[test]
fn a_standby_at_home_is_not_led_home_for_their_sake() {
    let mut case = Case { at_footprint: true, ..Case::default() };
    case.seen.unlisted = [("shop-jobs".to_owned(), group("shop-jobs", "shop"))].into();
    assert_eq!(planned(case).expect_err("nothing to do"), FailbackRefusal::AtHome);
}
