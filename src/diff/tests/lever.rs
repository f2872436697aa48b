//! Tests of parity of the lever of traffic: health checkers see it, or nobody knows.

use crate::diff::fixture::*;
use crate::diff::*;
use crate::facts::{LeverAnswer, LeverFacts};
use crate::model::Part;

fn check(answer: LeverAnswer, expected: &[&str], exit: ExitClass) -> DriftReport {
    super::check(|world| world.lever = Some(lever(answer)), expected, exit)
}

fn lever(answer: LeverAnswer) -> LeverFacts {
    LeverFacts { bucket: "b".into(), key: "x/reachable".into(), url: "https://b/x/reachable".into(), answer }
}

#[test]
fn a_lever_that_health_checkers_cannot_see_blocks_a_failover() {
    check(LeverAnswer::Works, &[], ExitClass::InSync);
    let refused = &["parity Modified blocks failover: traffic/lever | 200 | 403"];
    check(LeverAnswer::Refused { status: 403 }, refused, ExitClass::Differences);
    check(LeverAnswer::Absent, &["parity Deleted blocks failover: traffic/lever | 200 | -"], ExitClass::Differences);
}

#[test]
fn what_could_not_be_asked_is_not_in_sync() {
    let report = check(LeverAnswer::Unknown { why: "no way out".into() }, &[], ExitClass::Unknown);
    let told: Vec<String> = report.gaps.iter().map(|gap| format!("{} {}", gap.subject, gap.reason)).collect();
    assert_eq!(told, ["s3://b/x/reachable no way out"]);
    // What is not made yet is not asked about.
    let mut world = World::equal();
    world.lever = Some(lever(LeverAnswer::Unknown { why: "no way out".into() }));
    world.stacks.remove(&Part::Edge);
    assert_eq!(world.judge().gaps, vec![]);
}
