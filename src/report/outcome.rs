//! Owns how the end of a run is told on the terminal: step by step, what was achieved, what continues it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::age::seconds;
use super::runbook::kind;
use super::style::{ADDED, ALARM, CHANGED, HEADING, PLAIN, Paint, QUIET, printable};
use super::table::{Cell, Table};
use crate::plan::runbook::RunKind;
use crate::run::engine::{RunRecord, StepRecord};
use crate::run::journal::{RunState, StepState};

/// The version of the JSON document.
pub const SCHEMA_VERSION: u32 = 1;

/// A run as it stands, for people. `next`: the commands that continue it, where it stopped.
pub fn text(record: &RunRecord, next: &[String], color: bool) -> String {
    let paint = Paint::new(color);
    let mut out = String::new();
    let title = format!("{} {}", kind(record.kind), record.environment);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}: {} (run {})", paint.text(HEADING, &title), state(record, paint), record.run);
    let mut table = Table::new(2);
    table.row(["STEP", "", "TOOK", "OURS", "AWS", ""].map(Cell::from));
    for step in &record.steps {
        table.row(row(step));
    }
    out.push_str(&table.text(paint));
    for step in record.steps.iter().filter(|step| !step.is_settled()) {
        let Some(failure) = &step.failure else { continue };
        let _ = writeln!(out, "  {} {}: {}", paint.text(ALARM, "!"), step.id, printable(&failure.what));
        for why in &failure.why {
            let _ = writeln!(out, "      because: {}", printable(why));
        }
        for left in &failure.left_behind {
            let _ = writeln!(out, "      left: {}", printable(left));
        }
        if let Some(hint) = &failure.hint {
            let _ = writeln!(out, "      {}", printable(hint));
        }
    }
    for short in &record.totals.shortfalls {
        let mark = paint.text(CHANGED, "!");
        let _ = writeln!(out, "  {mark} {}: {} of {} came", short.step, short.came, short.asked);
    }
    for substitution in record.steps.iter().flat_map(|step| &step.measures.substitutions) {
        let _ = writeln!(out, "  {} {}", paint.text(CHANGED, "~"), printable(substitution));
    }
    let rto = record.objectives.rto;
    if record.kind != RunKind::Failback {
        let _ = match (record.totals.recovery_time_s, record.totals.recovery_time_met) {
            (Some(took), met) => {
                let took = seconds(std::time::Duration::from_secs(took).as_secs_f64());
                let verdict = if met == Some(false) { paint.text(ALARM, "missed") } else { paint.text(ADDED, "met") };
                writeln!(out, "recovery time {took}; objective (RTO) {rto} {verdict}")
            }
            (None, _) => writeln!(out, "recovery time not achieved yet; objective (RTO) {rto}"),
        };
    }
    if let Some((first, others)) = next.split_first() {
        let _ = writeln!(out, "{} {first}", paint.text(HEADING, "go on:"));
        for other in others {
            let _ = writeln!(out, "   or: {other}");
        }
    }
    out
}

fn state(record: &RunRecord, paint: Paint) -> String {
    match record.state {
        RunState::Ended { degraded: false } => paint.text(ADDED, "done"),
        RunState::Ended { degraded: true } => paint.text(CHANGED, "done, degraded"),
        RunState::Stopped => paint.text(ALARM, "stopped part-way"),
        RunState::Running => paint.text(CHANGED, "under way"),
        RunState::Abandoned => paint.text(ALARM, "abandoned"),
        RunState::New => paint.text(QUIET, "not begun"),
    }
}

fn row(step: &StepRecord) -> [Cell; 6] {
    let style = match step.state {
        StepState::Succeeded | StepState::AlreadySo => ADDED,
        StepState::Failed | StepState::Unknown => ALARM,
        StepState::Skipped => CHANGED,
        StepState::Pending | StepState::Started => PLAIN,
    };
    let time = |length: f64| if length > 0.0 { seconds(length) } else { "-".to_owned() };
    let words = match (&step.skipped, &step.text) {
        (Some(skipped), _) => format!("skipped by {}: {}", skipped.by, skipped.because),
        (None, Some(text)) => text.clone(),
        (None, None) => step.title.clone(),
    };
    [
        step.id.0.clone().into(),
        Cell::new(style, step.state.to_string()),
        step.elapsed_s.map_or_else(|| "-".to_owned(), seconds).into(),
        time(step.measures.ours_s).into(),
        time(step.measures.aws_s).into(),
        printable(&words).into(),
    ]
}

/// A run as it stands, for programs.
pub fn json(record: &RunRecord, next: &[String]) -> Value {
    json!({ "schema_version": SCHEMA_VERSION, "run": record, "next": next })
}
