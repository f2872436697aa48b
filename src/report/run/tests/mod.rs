//! Owns the tests of run reports: three made-up runs as text, as JSON and as a page.

mod made_up;
mod page;

use made_up::{Journal, at, degraded, runbook, stopped, succeeded};

use super::text;
use crate::run::journal::{Event, StepState};

#[test]
fn a_run_in_which_everything_came() {
    insta::assert_snapshot!(text(&succeeded(), false), @"");
}

#[test]
fn a_run_that_stopped_says_what_is_left_and_what_to_do() {
    insta::assert_snapshot!(text(&stopped(), false), @"");
}

#[test]
fn a_run_that_was_resumed_and_came_short() {
    insta::assert_snapshot!(text(&degraded(), false), @"");
}

#[test]
fn the_document_holds_what_an_auditor_compares() {
    let document = degraded().json();
    insta::assert_json_snapshot!(document["evidence"], @"");
    insta::assert_json_snapshot!(document["pauses"], @"");
    insta::assert_json_snapshot!(document["shortfalls"], @"");
    insta::assert_json_snapshot!(document["course"]["scale-web"], @"");
    let keys: Vec<&String> = document.as_object().expect("an object").keys().collect();
    insta::assert_debug_snapshot!(keys, @"");
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["record"]["state"], "ended");
}

#[test]
fn a_plan_that_was_changed_after_its_seal_is_said() {
    let mut changed = runbook();
    changed.reason = "another reason".to_owned();
    let mut journal = Journal::new(changed);
    journal.begin(1);
    assert!(!journal.report().evidence.runbook_intact);
    assert!(super::html(&journal.report()).contains("CONTENTS DO NOT MATCH"));
    assert!(!super::html(&succeeded()).contains("CONTENTS DO NOT MATCH"));
}

#[test]
fn an_attempt_without_an_outcome_is_unknown_once_its_session_is_over() {
    let mut journal = Journal::new(runbook());
    journal.begin(1).start(2, "gate");
    let gate = |journal: &Journal| {
        let report = journal.report();
        let (step, course) = report.steps().next().expect("a step");
        (course.state(step), course.took_s)
    };
    assert_eq!(gate(&journal), (StepState::Started, Some(0.0)));
    journal.line(20, "", Event::Stopped { reason: "interrupted".to_owned() });
    assert_eq!(gate(&journal), (StepState::Unknown, Some(18.0)));
}

#[test]
fn clocks_that_go_back_shorten_nothing_below_zero() {
    let mut journal = Journal::new(runbook());
    journal.begin(-30).done(-20, -40, "gate", "confirmed", made_up::spent(1.0, 2.0));
    let report = journal.report();
    assert_eq!(report.course.values().map(|course| course.waiting_s).fold(0.0, f64::max), 0.0);
    assert!(report.course.values().filter_map(|course| course.took_s).all(|took| took == 3.0));
    assert_eq!((report.until, report.took_s), (at(-40), 0.0));
    assert!(!super::html(&report).contains("width:-"));
}

#[test]
fn a_run_that_never_began_and_one_that_was_given_up_are_told() {
    let mut journal = Journal::new(runbook());
    insta::assert_snapshot!(journal.report().summary, @"");
    journal.begin(1);
    insta::assert_snapshot!(journal.report().summary, @"");
    let by = made_up::BOB.to_owned();
    journal.line(90, "", Event::Abandoned { because: "us-east-1 is back.".to_owned(), by });
    insta::assert_snapshot!(journal.report().summary, @"");
}
