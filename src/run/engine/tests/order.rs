//! Owns the tests of which steps may start.

use super::world::{runbook, step};
use crate::plan::runbook::StepId;
use crate::run::engine::order::{Tries, ready};
use crate::run::journal::{Progress, StepState};

#[test]
fn what_comes_after_a_skipped_step_waits_for_what_that_would_have_waited_for() {
    let steps = vec![
        step("promote", &[]),
        step("scale", &[]),
        step("raise", &["promote"]),
        step("traffic", &["raise", "scale"]),
        step("settle", &["traffic"]),
        step("probe", &["settle"]),
    ];
    let runbook = runbook("run-1", steps);
    let (skipped, done, fails) = (StepState::Skipped, StepState::Succeeded, StepState::Failed);
    for (states, expected) in [
        (vec![("raise", skipped)], vec!["promote", "scale"]),
        (vec![("raise", skipped), ("scale", done)], vec!["promote"]),
        (vec![("raise", skipped), ("scale", done), ("promote", done)], vec!["traffic"]),
        (vec![("settle", skipped)], vec!["promote", "scale"]),
        (vec![("traffic", skipped), ("settle", skipped)], vec!["promote", "scale"]),
        (vec![("promote", done), ("scale", done), ("raise", done), ("settle", skipped)], vec!["traffic"]),
        (
            vec![("promote", done), ("scale", done), ("raise", done), ("traffic", done), ("settle", skipped)],
            vec!["probe"],
        ),
        // One that failed and was skipped holds nothing up; one that failed does.
        (vec![("promote", skipped), ("scale", done)], vec!["raise"]),
        (vec![("promote", fails), ("raise", skipped), ("scale", done)], vec!["promote"]),
    ] {
        let steps = states.iter().map(|(id, state)| (StepId((*id).to_owned()), *state)).collect();
        let progress = Progress { steps, ..Progress::default() };
        let found = ready(&runbook, &progress, &Tries::default());
        let found: Vec<&str> = found.iter().map(|step| step.id.0.as_str()).collect();
        assert_eq!(found, expected, "{states:?}");
    }
}
