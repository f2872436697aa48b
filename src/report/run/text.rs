//! Owns the short outcome of a run for the terminal: one line per step, then what a person must know.

use std::fmt::Write as _;

use anstyle::Style;

use super::course::Course;
use super::value::RunReport;
use super::words::{self, length, whole};
use crate::report::style::{ADDED, ALARM, CHANGED, HEADING, PLAIN, Paint, QUIET, UNKNOWN, printable};
use crate::report::table::{Cell, Table};
use crate::report::{copies, drill};
use crate::run::engine::{RunRecord, StepRecord};
use crate::run::journal::{RunState, StepState};

/// The outcome for people.
pub fn text(report: &RunReport, color: bool) -> String {
    let paint = Paint::new(color);
    let record = &report.record;
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ =
        writeln!(out, "{} (run {})", paint.text(HEADING, &printable(&words::title(report))), printable(&record.run));
    let mut table = Table::new(2);
    table.row(["STEP", "STATE", "BEGAN", "TOOK", "OURS", "AWS", ""].map(|head| Cell::new(QUIET, head)));
    for (step, course) in report.steps() {
        table.row(row(report, step, course));
    }
    out.push_str(&table.text(paint));
    for step in &record.steps {
        failure(&mut out, paint, report, step);
    }
    for short in &report.shortfalls {
        let label = paint.text(CHANGED, "short:");
        let _ = writeln!(out, "{label} {}: {} of {} came", printable(&short.name), short.came, short.asked);
    }
    for step in &record.steps {
        for one in &step.measures.substitutions {
            let label = paint.text(CHANGED, "stood in:");
            let _ = writeln!(out, "{label} {}: {}", printable(&step.id.0), printable(one));
        }
    }
    for volume in record.steps.iter().flat_map(|step| &step.measures.volumes_left) {
        let (label, told) = (paint.text(CHANGED, "left, and costs:"), printable(&volume.to_string()));
        let _ = writeln!(out, "{label} {told}: {}", printable(&volume.delete_command()));
    }
    for copy in &record.totals.copies {
        let _ = writeln!(out, "{} {}", paint.text(HEADING, "copy:"), printable(&copies::line(copy)));
    }
    let totals = &record.totals;
    let _ = writeln!(
        out,
        "recovery time {} (objective {}), recovery point {} (objective {})",
        held(paint, totals.recovery_time_met, &words::recovery_time_words(report)),
        whole(record.objectives.rto.as_secs()),
        held(paint, totals.recovery_point_met, &words::recovery_point(report)),
        whole(record.objectives.rpo.as_secs())
    );
    let verdict = paint.text(verdict_style(record), &format!("{}:", report.verdict));
    let _ = writeln!(out, "{verdict} {}", one_line(&report.summary));
    out
}

fn row(report: &RunReport, step: &StepRecord, course: &Course) -> [Cell; 7] {
    let dash = || "-".to_owned();
    let state = course.state(step);
    let measured = |seconds: f64| if course.took_s.is_some() { length(seconds) } else { dash() };
    [
        Cell::from(printable(&step.id.0)),
        Cell::new(state_style(state), words::state(state)),
        Cell::from(step.started_at.map_or_else(dash, |at| format!("+{}", length(report.offset_s(at))))),
        Cell::from(course.took_s.map_or_else(dash, length)),
        Cell::from(measured(step.measures.ours_s)),
        Cell::from(measured(step.measures.aws_s)),
        Cell::from(one_line(&words::result(step, course))),
    ]
}

fn failure(out: &mut String, paint: Paint, report: &RunReport, step: &StepRecord) {
    let Some(failure) = step.failure.as_ref().filter(|_| step.state != StepState::Skipped) else { return };
    let word = if step.state == StepState::Unknown { "unknown:" } else { "failed:" };
    let label = paint.text(state_style(step.state), word);
    let _ = writeln!(out, "{label} {}: {}", printable(&step.id.0), one_line(&failure.what));
    for why in &failure.why {
        let _ = writeln!(out, "  because {}", one_line(why));
    }
    let (still, hint) = words::after_failure(report, failure);
    for left in still {
        let _ = writeln!(out, "  left behind: {}", one_line(left));
    }
    if let Some(hint) = hint {
        let _ = writeln!(out, "  hint: {}", one_line(hint));
    }
}

fn one_line(text: &str) -> String {
    printable(text).replace(['\n', '\t'], " ")
}

fn held(paint: Paint, met: Option<bool>, text: &str) -> String {
    let style = match met {
        Some(true) => ADDED,
        Some(false) => ALARM,
        None => UNKNOWN,
    };
    paint.text(style, text)
}

fn state_style(state: StepState) -> Style {
    match state {
        StepState::Succeeded | StepState::AlreadySo => ADDED,
        StepState::Failed => ALARM,
        StepState::Unknown => UNKNOWN,
        StepState::Skipped => CHANGED,
        StepState::Started => PLAIN,
        StepState::Pending => QUIET,
    }
}

fn verdict_style(record: &RunRecord) -> Style {
    match record.state {
        RunState::Ended { .. } if drill::has_failed(record) => ALARM,
        RunState::Ended { degraded: false } => ADDED,
        RunState::Ended { degraded: true } => CHANGED,
        RunState::Stopped | RunState::Abandoned => ALARM,
        RunState::New | RunState::Running => PLAIN,
    }
}
