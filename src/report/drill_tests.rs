//! Owns the cases of verdicts on drills: good, short, slow, slower than before, and not cleaned up.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::*;
use crate::facts::{Tags, VolumeAttachment};
use crate::model::{Digest, GroupSize, LeftVolume, Objectives, Region, Span, TIER_TAG};
use crate::plan::runbook::{BasedOn, Estimate, EstimateSource, Mode, RUNBOOK_SCHEMA, Runbook, Step, StepId};
use crate::run::journal::{Entry, Event, JOURNAL_SCHEMA, Measures};

fn step(id: &str, action: Action, best_effort: bool) -> Step {
    Step {
        id: StepId(id.into()),
        title: id.into(),
        action,
        needs: BTreeSet::new(),
        sides: BTreeSet::new(),
        estimate: Estimate { seconds: 0, source: EstimateSource::Default { why: String::new() } },
        best_effort,
        skipped: None,
    }
}

fn runbook(wanted: u32) -> Runbook {
    let size = |desired| GroupSize { min: desired, max: 10, desired };
    let (tier, group) = ("web".to_owned(), "shop-web".to_owned());
    let scale = Action::Scale { tier: tier.clone(), group: group.clone(), size: size(wanted), instance_types: vec![] };
    let wait =
        Action::AwaitServing { tier: tier.clone(), group: group.clone(), wanted, accept_percent: 10, timeout_s: 9 };
    let steps = vec![
        step("scale-web", scale, false),
        step("await-web", wait, true),
        step("stand-down-web", Action::StandDown { tier, group, size: size(2) }, false),
    ];
    let epoch = Timestamp::UNIX_EPOCH;
    Runbook {
        schema_version: RUNBOOK_SCHEMA,
        id: "r1".into(),
        environment: "shop".into(),
        kind: RunKind::Drill,
        mode: Mode::Ungraceful,
        reason: "a drill".into(),
        declared_by: "ann".into(),
        host: "laptop".into(),
        declared_at: epoch,
        incident_at: None,
        tool_version: "1".into(),
        objectives: Objectives { rto: Span::from_secs(300), rpo: Span::from_secs(60) },
        scope: crate::plan::runbook::Scope::default(),
        rehearses: Vec::new(),
        based_on: BasedOn { environment: Digest(String::new()), baseline: Digest(String::new()) },
        steps,
        digest: Digest(String::new()),
    }
    .sealed()
}

fn worked(came: Option<u32>, asked: u32) -> Event {
    Event::Succeeded { text: String::new(), measures: Measures { asked: Some(asked), came, ..Measures::default() } }
}

fn failed(what: &str) -> Event {
    let what = what.to_owned();
    Event::Failed { what, why: vec![], left_behind: vec![], hint: None, measures: Measures::default() }
}

/// A drill of ten: how the wait and the standing down ended, and after how many seconds the wait did.
fn drilled(wanted: u32, wait: Event, waited: i64, down: Option<Event>) -> RunRecord {
    let runbook = runbook(wanted);
    let began = Event::Began {
        by: "ann".into(),
        host: "laptop".into(),
        tool_version: "1".into(),
        runbook: runbook.digest.clone(),
        fence: 1,
    };
    let started = || Event::Started { token: "t".into() };
    let mut all = vec![
        (0, None, began),
        (0, Some("scale-web"), started()),
        (1, Some("scale-web"), worked(None, wanted)),
        (1, Some("await-web"), started()),
        (waited, Some("await-web"), wait),
    ];
    match down {
        Some(down) => {
            let ended_well = matches!(down, Event::Succeeded { .. });
            all.extend([(waited, Some("stand-down-web"), started()), (waited, Some("stand-down-web"), down)]);
            all.push((
                waited,
                None,
                if ended_well { Event::Ended { degraded: false } } else { Event::Stopped { reason: "failed".into() } },
            ));
        }
        None => all.push((waited, None, Event::Stopped { reason: "stopped on request".into() })),
    }
    let entry = |(seq, (at, step, event)): (u64, (i64, Option<&str>, Event))| Entry {
        schema_version: JOURNAL_SCHEMA,
        seq,
        at: Timestamp::from_second(at).expect("in range"),
        step: step.map(|id| StepId(id.into())),
        event,
        prev: Digest(String::new()),
    };
    let entries: Vec<Entry> = (1..).zip(all).map(entry).collect();
    RunRecord::of(&runbook, &entries)
}

pub(in crate::report) fn good(wanted: u32, took: i64) -> RunRecord {
    drilled(wanted, worked(Some(wanted), wanted), took, Some(worked(None, 2)))
}

#[test]
fn the_verdict_is_told_with_every_reason() {
    let told = |record: &RunRecord| DrillVerdict::of(record, Some(&good(10, 100))).text(false);
    insta::assert_snapshot!(told(&good(10, 110)), @"drill: within its objective, and cleaned up");
    insta::assert_snapshot!(told(&good(10, 121)), @r"
    drill: within its objective, and cleaned up
    drill: regression: 121 s, and the last good one took 100 s (run r1): more than 20 % slower
    ");
    insta::assert_snapshot!(told(&good(10, 301)), @r"
    drill: not good enough: it took 301 s, and the objective (RTO) is 5m
    drill: regression: 301 s, and the last good one took 100 s (run r1): more than 20 % slower
    ");
    insta::assert_snapshot!(told(&drilled(10, worked(Some(9), 10), 90, Some(worked(None, 2)))), @"drill: not good enough: await-web: 9 of 10 came");
    insta::assert_snapshot!(told(&drilled(10, failed("web does not serve at 10"), 90, Some(worked(None, 2)))), @"drill: not good enough: await-web: web does not serve at 10");
    insta::assert_snapshot!(told(&drilled(10, worked(Some(10), 10), 90, Some(failed("denied")))), @r"
    drill: not good enough: stand-down-web: denied
    drill: the standby is still scaled up: web; resume it to clean up
    ");
    insta::assert_snapshot!(told(&drilled(10, worked(Some(10), 10), 90, None)), @"drill: the standby is still scaled up: web; resume it to clean up");
}

#[test]
fn volumes_that_stay_or_were_not_looked_at_are_part_of_the_verdict() {
    let left = |ids: &[&str]| Event::Succeeded {
        text: String::new(),
        measures: Measures {
            volumes_left: ids
                .iter()
                .map(|id| LeftVolume {
                    id: (*id).to_owned(),
                    size_gib: 8,
                    tier: Some("web".into()),
                    region: Region("us-west-2".into()),
                })
                .collect(),
            ..Measures::default()
        },
    };
    let told = |ids: &[&str]| DrillVerdict::of(&drilled(10, worked(Some(10), 10), 90, Some(left(ids))), None);
    assert!(told(&["vol-1"]).is_good() && told(&[]).volumes_left.is_empty());
    insta::assert_snapshot!(told(&["vol-1"]).text(false), @"drill: within its objective, and cleaned up but for one volume, as the plan said");
    insta::assert_snapshot!(told(&["vol-1", "vol-2"]).text(false), @"drill: within its objective, and cleaned up but for 2 volumes, as the plan said");
    insta::assert_snapshot!(told(&["vol-1"]).json()["volumes_left"], @r#"[{"id":"vol-1","size_gib":8,"tier":"web","region":"us-west-2"}]"#);
    let mut blind = good(10, 90);
    let mut proof = blind.steps[2].clone();
    proof.action = Action::ProveClean {
        before: vec![],
        untouched: crate::plan::runbook::Untouched::default(),
        copies: vec![],
        volumes: Some(VolumesBefore::NotSeen { because: "denied".into() }),
        timeout_s: 9,
    };
    blind.steps.push(proof);
    insta::assert_snapshot!(DrillVerdict::of(&blind, None).text(false), @"drill: within its objective, and cleaned up but for volumes, which were not looked at");
}

#[test]
fn what_a_drill_that_was_given_up_may_have_left_is_what_no_instance_has_and_was_not_loose_before() {
    let seen = |loose: &[&str]| VolumesBefore::Seen {
        environment: "shop".into(),
        loose: loose.iter().map(|id| (*id).to_owned()).collect(),
        kept_by: BTreeSet::new(),
    };
    let volume = |id: &str, used: bool| VolumeFacts {
        id: id.into(),
        size_gib: 8,
        attached: used.then(|| VolumeAttachment { instance: "i-1".into(), delete_on_termination: true }),
        tags: Tags::from([(TIER_TAG.to_owned(), "web".to_owned())]),
    };
    let volumes = [volume("vol-old", false), volume("vol-new", false), volume("vol-used", true)];
    let left = |before: VolumesBefore| {
        let mut given_up = good(10, 90);
        let mut proof = given_up.steps[2].clone();
        proof.action = Action::ProveClean {
            before: vec![],
            untouched: crate::plan::runbook::Untouched::default(),
            copies: vec![],
            volumes: Some(before),
            timeout_s: 9,
        };
        given_up.steps.push(proof);
        let left = may_be_left(&given_up, &volumes, &Region("us-west-2".into()));
        left.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(left(seen(&["vol-old"])), ["volume vol-new of web (8 GiB)"]);
    // Without a look before, any of them may be as old as the environment.
    assert!(left(VolumesBefore::NotSeen { because: "denied".into() }).is_empty());
}

#[test]
fn the_margin_is_exact_and_only_equal_drills_compare() {
    let slower = |took, before: &RunRecord| regression(&good(10, took), before).is_some();
    for (took, expected) in [(99, false), (100, false), (120, false), (121, true)] {
        assert_eq!(slower(took, &good(10, 100)), expected, "{took}");
    }
    assert!(!slower(200, &good(5, 100)), "half the size is no measure");
    let short = drilled(10, worked(Some(9), 10), 100, Some(worked(None, 2)));
    assert!(!slower(200, &short), "a short drill is no measure");
    let stopped = drilled(10, worked(Some(10), 10), 100, None);
    assert!(!slower(200, &stopped), "a drill that was not cleaned up is no measure");
    assert!(!is_good(&good(10, 301)), "a drill beyond its objective is not good");
}
