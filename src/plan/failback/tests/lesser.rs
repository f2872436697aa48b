//! Owns the cases of replicas that a declaration raised and did not promote: they go back to the standby footprint.

use super::configured::{ALONE, OF_PRIMARY, case, seen};
use super::*;

/// The steps about orders where its replica has that class, and a second zone or not.
fn lowered(class: &str, multi_az: bool, strategy: Option<Strategy>) -> Option<crate::plan::runbook::Step> {
    let mut case = Case { strategy, ..case(seen(OF_PRIMARY, ALONE, None, None)) };
    let replica = case.seen.data.get_mut("orders").expect("it").standby.as_mut().expect("it");
    (replica.class, replica.multi_az) = (class.to_owned(), multi_az);
    let runbook = planned(case).expect("a plan");
    let report = runbook.step(&StepId("report".into())).expect("a report");
    let step = runbook.step(&lower_id("orders")).cloned();
    assert_eq!(report.needs.contains(&lower_id("orders")), step.is_some(), "the report waits for it");
    step
}

#[test]
fn a_replica_that_was_raised_and_never_promoted_stands_down_once_the_users_are_home() {
    let step = lowered("db.r6g.large", false, None).expect("a step");
    let Action::RaiseDatabase { class, multi_az, database, wait, .. } = &step.action else { panic!("{step:?}") };
    assert_eq!((class.as_deref(), *multi_az, database.as_str()), (Some("db.t4g.medium"), None, "shop-orders"));
    assert!(step.best_effort && !wait, "nobody at home waits for it");
    assert!(step.needs.contains(&StepId(TRAFFIC_GATE.into())), "{:?}", step.needs);
    assert_eq!(
        step.title,
        "stand shop-orders down from db.r6g.large to its standby footprint of db.t4g.medium; if that fails, go on without"
    );
    assert_eq!(lowered("db.t4g.medium", false, None), None, "it has it");
    let zones = lowered("db.t4g.medium", true, None).expect("a step");
    assert!(matches!(zones.action, Action::RaiseDatabase { class: None, multi_az: Some(false), .. }), "{zones:?}");
    assert_eq!(lowered("db.t4g.medium", true, Some(Strategy::MultiSite)), None, "it serves all the time");
}
