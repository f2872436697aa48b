//! Owns the verdict on a drill: within its objective or not, slower than the last good one or not, cleaned up or not.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::age::seconds;
use super::runbook::parts;
use super::style::{ADDED, ALARM, CHANGED, Paint};
use crate::facts::VolumeFacts;
use crate::model::{LeftVolume, Region};
use crate::plan::runbook::{Action, AsDeclared, RunKind, StepId, VolumesBefore};
use crate::run::engine::{RunRecord, StepRecord};
use crate::run::journal::{RunState, StepState};

/// A drill slower than the last good one by more than this many percent is a regression.
pub const MARGIN_PERCENT: u64 = 20;

/// How many earlier runs are looked through for the last good drill.
pub const LOOK_BACK: usize = 50;

/// The verdict on a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrillVerdict {
    /// Whether the standby would have done: everything came, in time.
    pub good: bool,
    /// Why not; empty when it would, or when its time is not known.
    pub reasons: Vec<String>,
    /// What a declaration takes by it: the tiers as measured, what the drill left out as estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_declared: Option<AsDeclared>,
    /// The same in words, against the objective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Whether it was interrupted before everything was there: whether it was in time is not known.
    pub interrupted: bool,
    /// How much slower than the last good drill, where that is more than the margin.
    pub regression: Option<Regression>,
    /// Tiers of the standby that are still scaled up.
    pub still_up: Vec<String>,
    /// Copies of data, or their snapshots, that may still be there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub still_there: Vec<String>,
    /// Volumes that are left as the plan said, and cost until a person deletes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes_left: Vec<LeftVolume>,
    /// Why volumes were not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volumes_not_seen: Option<String>,
}

/// A drill that is slower than the last good one by more than the margin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Regression {
    /// What it took, in seconds.
    pub took_s: u64,
    /// What the last good one took, in seconds.
    pub before_s: u64,
    /// Which that was.
    pub run: String,
    /// The margin.
    pub margin_percent: u64,
}

/// Whether a drill ended with everything there in time, so that a later one can be measured against it.
pub fn is_good(record: &RunRecord) -> bool {
    record.kind == RunKind::Drill
        && matches!(record.state, RunState::Ended { .. })
        && reasons(record).is_empty()
        && !record.totals.interrupted
}

/// Whether an earlier drill is one that this one is measured against: everything came in time, and it asked for the same.
/// What a drill only estimates says nothing about how good its measure is.
pub fn is_measure(record: &RunRecord, before: &RunRecord) -> bool {
    let in_time = before.totals.recovery_time_s.is_some_and(|took| took <= before.objectives.rto.as_secs());
    let is_good = before.kind == RunKind::Drill && matches!(before.state, RunState::Ended { .. }) && in_time;
    is_good && shortcomings(before).is_empty() && asked(record) == asked(before)
}

/// What a drill says about the recovery time: the tiers as measured, with what it left out as estimated, against the
/// objective. None for one that does not know what a declaration has besides, or whose tiers did not come.
pub fn time_words(record: &RunRecord) -> Option<String> {
    let totals = &record.totals;
    let whole = totals.as_declared.as_ref()?;
    let tiers = match totals.recovery_time_s {
        Some(measured) => format!("tiers {} measured", seconds(measured as f64)),
        None => "nothing measured, because the tiers were at that size already".to_owned(),
    };
    let held = if totals.recovery_time_met == Some(true) { "within" } else { "beyond" };
    let verdict = format!("{held} the objective (RTO) of {}", record.objectives.rto);
    let copies: String = totals
        .copies
        .iter()
        .filter_map(|copy| {
            Some(format!("; beside it a copy of {} restored in {}", copy.data, seconds(copy.restore_s?)))
        })
        .collect();
    Some(match whole.estimated.is_empty() {
        true => format!("{tiers}: {verdict}{copies}"),
        false => {
            let took = seconds(whole.seconds as f64);
            format!("{tiers}; with {} as estimated: {took}, {verdict}{copies}", parts(&whole.estimated))
        }
    })
}

/// How much slower a drill was than an earlier good one, where that is more than the margin and both asked for the same.
pub fn regression(record: &RunRecord, before: &RunRecord) -> Option<Regression> {
    if !is_measure(record, before) {
        return None;
    }
    let (took_s, before_s) = (record.totals.recovery_time_s?, before.totals.recovery_time_s?);
    let slower = u128::from(took_s) * 100 > u128::from(before_s) * u128::from(100 + MARGIN_PERCENT);
    let run = before.run.clone();
    slower.then_some(Regression { took_s, before_s, run, margin_percent: MARGIN_PERCENT })
}

/// Whether two runs compare: of one kind, and for the same sizes.
pub fn compares(record: &RunRecord, before: &RunRecord) -> bool {
    record.kind == before.kind && asked(record) == asked(before)
}

/// What a drill asked for, by tier: two drills compare only when it is the same.
fn asked(record: &RunRecord) -> BTreeMap<&str, (u32, u32)> {
    let mut asked = BTreeMap::new();
    for step in &record.steps {
        match &step.action {
            Action::AwaitServing { tier, wanted, .. } => asked.entry(tier.as_str()).or_insert((0, 0)).1 = *wanted,
            Action::StandDown { tier, size, .. } => asked.entry(tier.as_str()).or_insert((0, 0)).0 = size.desired,
            _ => {}
        }
    }
    asked
}

/// Whether a drill has come to its end and shown that the standby would not have done.
pub fn has_failed(record: &RunRecord) -> bool {
    record.kind == RunKind::Drill && matches!(record.state, RunState::Ended { .. }) && !reasons(record).is_empty()
}

fn reasons(record: &RunRecord) -> Vec<String> {
    let mut reasons = shortcomings(record);
    let totals = &record.totals;
    if totals.recovery_time_met == Some(false) {
        reasons.push(time_words(record).unwrap_or_else(|| {
            let took = totals.recovery_time_s.unwrap_or(0);
            format!("it took {took} s, and the objective (RTO) is {}", record.objectives.rto)
        }));
    }
    reasons
}

/// Why it was not good, its time aside.
fn shortcomings(record: &RunRecord) -> Vec<String> {
    let totals = &record.totals;
    let mut reasons = Vec::new();
    for step in record.steps.iter().filter(|step| !step.is_settled()) {
        if let Some(failure) = &step.failure {
            let came = totals.shortfalls.iter().find(|one| one.step == step.id);
            let came = came.map(|one| format!(" ({} of {} came)", one.came, one.asked)).unwrap_or_default();
            reasons.push(format!("{}: {}{came}", step.id, failure.what));
        }
    }
    // What failed is told with what came.
    let ended_short = |id: &StepId| record.step(id).is_none_or(StepRecord::is_settled);
    reasons.extend(
        totals
            .shortfalls
            .iter()
            .filter(|one| ended_short(&one.step))
            .map(|one| format!("{}: {} of {} came", one.step, one.came, one.asked)),
    );
    reasons.extend(totals.skipped.iter().map(|id| format!("{id} was skipped")));
    if totals.recovery_point_met == Some(false) {
        let worst = record.steps.iter().filter_map(StepRecord::recovery_point_s).max();
        let (worst, rpo) = (worst.unwrap_or(0), record.objectives.rpo);
        reasons.push(format!("the copied data is {worst} s old, and the objective (RPO) is {rpo}"));
    }
    reasons
}

/// Tiers that were scaled up, or may have been, and have not been stood down.
pub fn still_up(record: &RunRecord) -> Vec<String> {
    let down = |wanted: &str| {
        let is_its = |step: &&StepRecord| matches!(&step.action, Action::StandDown { tier, .. } if tier == wanted);
        record.steps.iter().find(is_its).is_some_and(|step| step.is_settled() && step.state != StepState::Skipped)
    };
    let up = record.steps.iter().filter_map(|step| match &step.action {
        Action::Scale { tier, .. } => {
            let touched = matches!(step.state, StepState::Succeeded | StepState::Unknown | StepState::Started);
            (touched && !down(tier)).then(|| tier.clone())
        }
        _ => None,
    });
    up.collect()
}

/// Of the environment's volumes those that no instance has and that were not loose before the drill: it may have left them.
pub fn may_be_left(record: &RunRecord, volumes: &[VolumeFacts], region: &Region) -> Vec<LeftVolume> {
    let before = record.steps.iter().find_map(|step| match &step.action {
        Action::ProveClean { volumes: Some(VolumesBefore::Seen { loose, .. }), .. } => Some(loose),
        _ => None,
    });
    // Without having looked before nobody can tell which are the drill's.
    let Some(loose) = before else { return Vec::new() };
    let left = volumes.iter().filter(|volume| volume.attached.is_none() && !loose.contains(&volume.id));
    left.map(|volume| volume.left_in(region)).collect()
}

/// Why the proof says nothing of volumes. A plan of an older lifeboat promised nothing of them.
fn volumes_not_seen(record: &RunRecord) -> Option<String> {
    record.steps.iter().find_map(|step| match &step.action {
        Action::ProveClean { volumes: Some(VolumesBefore::NotSeen { because }), .. } => Some(because.clone()),
        _ => None,
    })
}

impl DrillVerdict {
    /// The verdict on a drill; `before` is the last good one that came before it.
    pub fn of(record: &RunRecord, before: Option<&RunRecord>) -> DrillVerdict {
        let reasons = reasons(record);
        DrillVerdict {
            good: is_good(record),
            reasons,
            as_declared: record.totals.as_declared.clone(),
            time: time_words(record),
            interrupted: record.totals.interrupted,
            regression: before.and_then(|before| regression(record, before)),
            still_up: still_up(record),
            still_there: record.totals.copies.iter().filter(|copy| copy.left).map(|copy| copy.id.clone()).collect(),
            volumes_left: record.steps.iter().flat_map(|step| step.measures.volumes_left.iter().cloned()).collect(),
            volumes_not_seen: volumes_not_seen(record),
        }
    }

    /// Whether nothing was amiss and yet it is not known whether it was in time.
    pub fn is_not_known(&self) -> bool {
        self.interrupted && self.reasons.is_empty()
    }

    /// Whether the standby would have done.
    pub fn is_good(&self) -> bool {
        self.good
    }

    /// The verdict for people.
    pub fn text(&self, color: bool) -> String {
        let paint = Paint::new(color);
        let mut out = String::new();
        // Writing to a String cannot fail.
        if self.good {
            if let Some(time) = &self.time {
                let _ = writeln!(out, "drill: {time}");
            }
            // What is left is told with the run, each with the command that deletes it.
            let but_for = match (self.volumes_left.len(), &self.volumes_not_seen) {
                (0, None) => String::new(),
                (0, Some(_)) => " but for volumes, which were not looked at".to_owned(),
                (1, _) => " but for one volume, as the plan said".to_owned(),
                (many, _) => format!(" but for {many} volumes, as the plan said"),
            };
            let cleaned = format!("within its objective, and cleaned up{but_for}");
            let _ = writeln!(out, "drill: {}", paint.text(ADDED, &cleaned));
        }
        if self.interrupted {
            let _ = writeln!(
                out,
                "drill: {} it was interrupted before everything was there, so its time measures nothing",
                paint.text(CHANGED, "not known:")
            );
        }
        for reason in &self.reasons {
            let _ = writeln!(out, "drill: {} {reason}", paint.text(ALARM, "not good enough:"));
        }
        if let Some(regression) = &self.regression {
            let _ = writeln!(
                out,
                "drill: {} {} s, and the last good one took {} s (run {}): more than {} % slower",
                paint.text(CHANGED, "regression:"),
                regression.took_s,
                regression.before_s,
                regression.run,
                regression.margin_percent
            );
        }
        if !self.still_up.is_empty() {
            let _ = writeln!(
                out,
                "drill: {} {}; resume it to clean up",
                paint.text(ALARM, "the standby is still scaled up:"),
                self.still_up.join(", ")
            );
        }
        if !self.still_there.is_empty() {
            let _ = writeln!(
                out,
                "drill: {} {}; resume it to clean up",
                paint.text(ALARM, "copies of data may still be there:"),
                self.still_there.join(", ")
            );
        }
        out
    }

    /// The verdict for programs.
    pub fn json(&self) -> Value {
        serde_json::json!(self)
    }
}

#[cfg(test)]
#[path = "drill_tests.rs"]
pub(super) mod tests;
