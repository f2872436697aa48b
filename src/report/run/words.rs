//! Owns the words of a report that more than one format needs.

use jiff::Timestamp;

use super::course::Course;
use super::value::RunReport;
use crate::plan::runbook::{Action, Mode, RunKind, Stood};
use crate::report::age;
use crate::report::drill;
use crate::report::runs::already_so;
use crate::run::engine::{RunRecord, StepFailure, StepRecord};
use crate::run::journal::{RunState, StepState};

/// What the run is called: `failover`, `switchover`, `failback`, `drill`.
pub(super) fn noun(kind: RunKind, mode: Mode) -> &'static str {
    match (kind, mode) {
        (RunKind::Declare, Mode::Ungraceful) => "failover",
        (RunKind::Declare, Mode::Graceful) => "switchover",
        (RunKind::Failback, _) => "failback",
        (RunKind::Drill, _) => "drill",
    }
}

/// The verdict in a word or two.
pub(super) fn verdict(record: &RunRecord) -> &'static str {
    match record.state {
        RunState::Ended { .. } if drill::has_failed(record) => "failed",
        RunState::Ended { .. } if record.totals.interrupted => "interrupted",
        RunState::New => "not begun",
        RunState::Running => "not ended",
        RunState::Stopped => "stopped part-way",
        RunState::Ended { degraded: false } => "succeeded",
        RunState::Ended { degraded: true } => "succeeded, degraded",
        RunState::Abandoned => "abandoned",
    }
}

/// A step's state in a word or two.
pub(super) fn state(state: StepState) -> &'static str {
    match state {
        StepState::Pending => "not begun",
        StepState::Started => "under way",
        StepState::Succeeded => "done",
        StepState::AlreadySo => "already so",
        StepState::Failed => "failed",
        StepState::Unknown => "unknown",
        StepState::Skipped => "skipped",
    }
}

/// A length of time: `0.3 s`, `42 s`, `3 min 05 s`, `1 h 05 min`.
pub(super) fn length(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round();
    if minutes < 60.0 {
        age::seconds(seconds)
    } else {
        format!("{} h {:02} min", (minutes / 60.0).floor(), minutes % 60.0)
    }
}

/// A length of time in whole seconds, without parts that are zero: `30 min`, `45 s`, `1 h 30 min`.
pub(super) fn whole(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let parts: Vec<String> = [(hours, "h"), (minutes, "min"), (rest, "s")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

/// `Failover of shop`.
pub(super) fn title(report: &RunReport) -> String {
    let noun = noun(report.record.kind, report.record.mode);
    let (first, rest) = noun.split_at(1);
    format!("{}{rest} of {}", first.to_uppercase(), report.record.environment)
}

/// What a step came to, in words.
pub(super) fn result(step: &StepRecord, course: &Course) -> String {
    match course.state(step) {
        StepState::Pending | StepState::Started => String::new(),
        StepState::Skipped => course.skipped(step).map_or("", |(because, _)| because).to_owned(),
        StepState::Failed | StepState::Unknown => step.failure.as_ref().map_or_else(
            || "no outcome was recorded; a resumed run looks before it acts again".to_owned(),
            |failure| failure.what.clone(),
        ),
        StepState::Succeeded | StepState::AlreadySo => step.text.clone().unwrap_or_default(),
    }
}

/// What a failed step still leaves behind, and what to do about it. A drill that has ended has taken away what its steps
/// left, and there is nothing to resume.
pub(super) fn after_failure<'a>(report: &RunReport, failure: &'a StepFailure) -> (&'a [String], Option<&'a str>) {
    match (report.record.state, report.record.kind) {
        (RunState::Ended { .. }, RunKind::Drill) => (&[], None),
        _ => (&failure.left_behind, failure.hint.as_deref()),
    }
}

/// The achieved recovery time in seconds. A failback is planned work, and no objective is held against it.
pub(super) fn recovery_time(report: &RunReport) -> Option<u64> {
    match report.record.kind {
        RunKind::Declare | RunKind::Drill => report.record.totals.recovery_time_s,
        RunKind::Failback => None,
    }
}

/// The achieved recovery time, that service is not back although its objective has passed, or that it was not measured.
pub(super) fn recovery_time_words(report: &RunReport) -> String {
    if let Some(declared) = &report.record.totals.as_declared {
        return format!("{} with estimates", whole(declared.seconds));
    }
    match (recovery_time(report), report.record.totals.open_beyond_s) {
        (Some(seconds), _) => whole(seconds),
        (None, Some(beyond)) => format!("open, already beyond by {}", whole(beyond)),
        (None, None) => "not measured".to_owned(),
    }
}

/// From when the recovery time counts.
pub(super) fn counted_from(report: &RunReport) -> &'static str {
    if report.record.incident_at.is_some() { "beginning of the incident" } else { "declaration" }
}

/// What the recovery time was counted from, or why there is none.
pub(super) fn recovery_time_note(report: &RunReport) -> String {
    if report.record.kind == RunKind::Failback {
        return "a failback is planned work: the objective is not held against it".to_owned();
    }
    if let Some(time) = drill::time_words(&report.record) {
        return time;
    }
    if report.record.totals.recovery_time_s.is_some() {
        return format!("from the {} until service was back", counted_from(report));
    }
    let totals = &report.record.totals;
    if totals.already_so {
        return already_so(report.record.kind).to_owned();
    }
    if totals.partial {
        return "users were led nowhere by this run, so nothing was recovered".to_owned();
    }
    if totals.interrupted {
        return "the drill was interrupted, and its pause is nobody’s recovery time".to_owned();
    }
    if totals.open_beyond_s.is_some() {
        return match report.record.state {
            RunState::Stopped => format!("counted from the {} until the run stopped", counted_from(report)),
            RunState::Abandoned => format!("counted from the {} until the run was given up", counted_from(report)),
            _ => format!("counted from the {} until this was written", counted_from(report)),
        };
    }
    let declared_at = report.record.declared_at;
    if report.record.steps.iter().filter_map(|step| step.ended_at).any(|ended| ended < declared_at) {
        return "the clocks of the machines that carried it out disagree".to_owned();
    }
    let unpromoted: Vec<&str> =
        report.record.steps.iter().filter(|step| step.left_unpromoted()).map(|step| step.id.0.as_str()).collect();
    if !unpromoted.is_empty() {
        return format!("{} was skipped, so data may take no writes", unpromoted.join(", "));
    }
    match report.record.state {
        RunState::Ended { .. } if drill::has_failed(&report.record) => "not everything that serves came".to_owned(),
        RunState::Ended { .. } => "no step of this run watched service come back".to_owned(),
        RunState::Stopped => "the run stopped before service was back".to_owned(),
        RunState::Abandoned => "the run was given up before service was back".to_owned(),
        RunState::New | RunState::Running => "service was not back when this was written".to_owned(),
    }
}

/// The achieved recovery point: how long, `not known`, or `not measured`.
pub(super) fn recovery_point(report: &RunReport) -> String {
    let totals = &report.record.totals;
    match totals.recovery_point_s {
        Some(seconds) => whole(seconds),
        None if totals.already_so => "not measured".to_owned(),
        None if !totals.recovery_point_unknown.is_empty() => "not known".to_owned(),
        None if !totals.not_promoted.is_empty() => "not promoted".to_owned(),
        None => "not measured".to_owned(),
    }
}

/// Which step recorded the recovery point, or that none did.
pub(super) fn recovery_point_note(report: &RunReport) -> String {
    let thawed: Vec<String> =
        report.record.steps.iter().filter(|step| step.thawed).map(|step| format!("“{}”", step.title)).collect();
    if !thawed.is_empty() {
        return format!(
            "the standby ran again after {}, or may have, and what was written there since is lost",
            thawed.join(", ")
        );
    }
    let unknown: Vec<String> =
        report.record.steps.iter().filter(|step| step.lost_unknown()).map(|step| format!("“{}”", step.title)).collect();
    if !unknown.is_empty() && !report.record.totals.already_so {
        return format!("the lag of data was not known to {}", unknown.join(", "));
    }
    let worst = report.record.steps.iter().max_by_key(|step| step.recovery_point_s());
    match worst.filter(|step| step.recovery_point_s().is_some()) {
        Some(step) if matches!(step.action, Action::Promote { stood: Stood::Stale { .. }, .. }) => {
            format!("the age of what the standby had: “{}”", step.title)
        }
        Some(step) => {
            if let (Some(incident), Some(until)) = (report.record.incident_at, step.measures.holds_until) {
                return format!(
                    "production wrote nothing after the incident at {}, and “{}” had everything until {}",
                    moment(incident),
                    step.title,
                    moment(until)
                );
            }
            let age = step.measures.recovery_point_age_s.map(|age| format!(", {} old then", whole(age)));
            format!("the lag of data, recorded for “{}”{}", step.title, age.unwrap_or_default())
        }
        None if !report.record.totals.not_promoted.is_empty() => {
            "no promotion of this run ended well, so the data takes no writes there".to_owned()
        }
        None => "no step of this run recorded the lag of data".to_owned(),
    }
}

/// A moment to the second, in UTC.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_units_that_people_say() {
        for (seconds, expected) in
            [(0.04, "0.0 s"), (59.6, "60 s"), (185.0, "3 min 05 s"), (3569.0, "59 min 29 s"), (3570.0, "1 h 00 min")]
        {
            assert_eq!(length(seconds), expected);
        }
        for (seconds, expected) in
            [(0, "0 s"), (45, "45 s"), (1800, "30 min"), (5099, "1 h 24 min 59 s"), (7200, "2 h")]
        {
            assert_eq!(whole(seconds), expected);
        }
    }
}
