//! Owns how runs are listed, and how the entries of a journal are told as they come.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::age::{ago, moment, seconds};
use super::copies;
use super::drill;
use super::style::{ADDED, ALARM, CHANGED, HEADING, Paint, QUIET, UNKNOWN, printable};
use super::table::{Cell, Table};
use super::trend::Trend;
use crate::plan::runbook::{RunKind, Runbook};
use crate::run::engine::{RunRecord, StepRecord};
use crate::run::journal::{Entry, Event, RunState, StepState};
use crate::store::Lease;

/// The version of the list's JSON.
pub const SCHEMA_VERSION: u32 = 1;

/// A run of the list: what it came to, or why that cannot be read.
pub struct Listed {
    /// The run.
    pub run: String,
    /// What it came to.
    pub record: Result<RunRecord, Unreadable>,
    /// Who carries it out at this moment; none when nobody does.
    pub held_by: Option<HeldBy>,
    /// How its recovery time stands to an earlier run's.
    pub trend: Option<Trend>,
}

/// Why a run cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong.
    pub why: String,
    /// Who gave it up, and why; none while nobody has: then something may go on in it that is not seen.
    pub given_up: Option<String>,
}

/// Who has the lease for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBy {
    /// The holder, for people.
    pub holder: String,
    /// The beginning of the lease's id: it names what is taken over.
    pub lease: String,
    /// Since when its process should have been heard of; none while it is alive.
    pub gone_since: Option<Timestamp>,
}

impl HeldBy {
    /// What a lease says at that moment.
    pub fn of(lease: &Lease, holder: String, now: Timestamp) -> HeldBy {
        let gone_since = lease.is_stale(now).then_some(lease.expires_at);
        HeldBy { holder, lease: lease.short().to_owned(), gone_since }
    }
}

/// The list as a table, newest first: the trend of an environment.
pub fn list_text(environment: &str, runs: &[Listed], width: usize, now: Timestamp, color: bool) -> String {
    let paint = Paint::new(color);
    if runs.is_empty() {
        return format!("{environment} has had no runs yet\n");
    }
    let mut table = Table::new(0);
    let heads = ["run", "when", "kind", "achieved", "objective", "trend", "end", "reason"];
    table.row(heads.map(|head| Cell::new(HEADING, head)));
    for listed in runs {
        let id = listed.run.get(..width).unwrap_or(&listed.run);
        match &listed.record {
            Ok(record) => {
                let style = match record.totals.recovery_time_met {
                    Some(true) => ADDED,
                    Some(false) => ALARM,
                    None => QUIET,
                };
                let achieved = achieved(record);
                let (end, end_style) = end_words(record, listed.held_by.as_ref());
                table.row([
                    id.into(),
                    ago(record.declared_at, now).into(),
                    format!("{}{}", kind(record.kind), record.scope).into(),
                    Cell::new(style, achieved),
                    match record.kind {
                        RunKind::Failback => "-".into(),
                        RunKind::Declare | RunKind::Drill => record.objectives.rto.to_string().into(),
                    },
                    trend(listed.trend.as_ref()),
                    Cell::new(end_style, end),
                    printable(&record.reason).replace('\n', " ").into(),
                ]);
            }
            Err(Unreadable { why, given_up }) => {
                let (end, style, words) = match given_up {
                    Some(given_up) => ("given up", QUIET, format!("{given_up} ({why})")),
                    None => ("unreadable", ALARM, why.clone()),
                };
                table.row([
                    id.into(),
                    Cell::from(""),
                    Cell::from(""),
                    Cell::from(""),
                    Cell::from(""),
                    Cell::from(""),
                    Cell::new(style, end),
                    printable(&words).into(),
                ]);
            }
        }
    }
    let mut text = table.text(paint);
    let regressions = runs.iter().filter_map(|listed| Some((&listed.run, listed.trend.as_ref()?.regression.as_ref()?)));
    for (run, slower) in regressions {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{} drill {run} took {}, and the last good one took {} (run {}): more than {} % slower",
            paint.text(ALARM, "regression:"),
            seconds(slower.took_s as f64),
            seconds(slower.before_s as f64),
            slower.run,
            slower.margin_percent
        );
    }
    for record in runs.iter().filter_map(|listed| listed.record.as_ref().ok()) {
        for copy in &record.totals.copies {
            let label = paint.text(HEADING, "copy:");
            let _ = writeln!(text, "{label} drill {}, {}", record.run, printable(&copies::line(copy)));
        }
    }
    text
}

/// The achieved recovery time; or that service was not back although the objective had passed.
fn achieved(record: &RunRecord) -> String {
    let totals = &record.totals;
    if let Some(whole) = &totals.as_declared {
        let measured = totals.recovery_time_s.map_or("nothing".to_owned(), |measured| seconds(measured as f64));
        let whole = seconds(whole.seconds as f64);
        return format!("{measured} measured, {whole} with estimates");
    }
    match (totals.recovery_time_s, totals.open_beyond_s) {
        (Some(achieved), _) => seconds(achieved as f64),
        (None, _) if totals.already_so => "was so already".to_owned(),
        (None, Some(beyond)) => format!("open, beyond by {}", seconds(beyond as f64)),
        (None, None) if totals.interrupted => "interrupted".to_owned(),
        (None, None) => "-".to_owned(),
    }
}

fn trend(trend: Option<&Trend>) -> Cell {
    let Some(trend) = trend else { return Cell::new(QUIET, "-") };
    let style = match (&trend.regression, trend.percent) {
        (Some(_), _) => ALARM,
        (None, percent) if percent < 0 => ADDED,
        (None, _) => QUIET,
    };
    Cell::new(style, format!("{:+} %", trend.percent))
}

/// The list as JSON.
pub fn list_json(environment: &str, runs: &[Listed]) -> Value {
    let runs: Vec<Value> = runs
        .iter()
        .map(|listed| match &listed.record {
            Ok(record) => {
                let (held_by, gone_since) = held(listed.held_by.as_ref());
                json!({
                    "run": listed.run,
                    "held_by": held_by,
                    "gone_since": gone_since,
                    "trend": listed.trend,
                    "record": record,
                })
            }
            Err(Unreadable { why, given_up }) => {
                let (held_by, gone_since) = held(listed.held_by.as_ref());
                json!({
                    "run": listed.run,
                    "held_by": held_by,
                    "gone_since": gone_since,
                    "unreadable": why,
                    "given_up": given_up,
                })
            }
        })
        .collect();
    json!({ "schema_version": SCHEMA_VERSION, "environment": environment, "runs": runs })
}

fn held(by: Option<&HeldBy>) -> (Option<&str>, Option<Timestamp>) {
    (by.map(|by| by.holder.as_str()), by.and_then(|by| by.gone_since))
}

/// A run as it stands: who declared what and why, and its steps.
pub fn show_text(record: &RunRecord, held_by: Option<&HeldBy>, color: bool) -> String {
    let paint = Paint::new(color);
    let mut text = String::new();
    let (end, style) = end_words(record, held_by);
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{} {} of {}: {}",
        paint.text(HEADING, "run"),
        record.run,
        record.environment,
        paint.text(style, &end)
    );
    let _ = writeln!(
        text,
        "  {}{} by {} on {}, {}",
        kind(record.kind),
        record.scope,
        record.declared_by,
        record.host,
        moment(record.declared_at)
    );
    let _ = writeln!(text, "  reason: {}", printable(&record.reason));
    for later in record.sittings.iter().skip(1) {
        let _ = writeln!(text, "  resumed by {} on {}, {}", later.by, later.host, moment(later.at));
    }
    if let Some(because) = &record.because {
        let _ = writeln!(text, "  because: {}", printable(because));
    }
    let totals = &record.totals;
    if totals.already_so {
        let _ = writeln!(text, "  {}", already_so(record.kind));
    } else if totals.partial {
        let _ = writeln!(text, "  it led nobody to the standby, so no recovery time was achieved");
    }
    if totals.interrupted {
        let _ = writeln!(text, "  interrupted before everything was there, so its time measures nothing");
    }
    if let Some(beyond) = totals.open_beyond_s {
        let _ = writeln!(
            text,
            "  recovery time open, already beyond the objective of {} by {}",
            record.objectives.rto,
            seconds(beyond as f64)
        );
    }
    if let Some(time) = drill::time_words(record) {
        let _ = writeln!(text, "  {time}");
    } else if let Some(achieved) = totals.recovery_time_s {
        let met = if totals.recovery_time_met == Some(true) { "within" } else { "beyond" };
        let _ = writeln!(
            text,
            "  recovery time {}, {met} the objective of {}",
            seconds(achieved as f64),
            record.objectives.rto
        );
    }
    if let Some(achieved) = totals.recovery_point_s {
        let met = if totals.recovery_point_met == Some(true) { "within" } else { "beyond" };
        let _ = writeln!(
            text,
            "  recovery point {}, {met} the objective of {}",
            seconds(achieved as f64),
            record.objectives.rpo
        );
    } else if !totals.recovery_point_unknown.is_empty() && !totals.already_so {
        let thawed: Vec<&str> = record.steps.iter().filter(|step| step.thawed).map(|step| step.id.0.as_str()).collect();
        let steps: Vec<String> = totals.recovery_point_unknown.iter().map(ToString::to_string).collect();
        let why = match thawed.is_empty() {
            true => format!("{} did not know the lag", steps.join(", ")),
            false => format!(
                "the standby ran again after {}, or may have, and what was written there since is lost",
                thawed.join(", ")
            ),
        };
        let _ = writeln!(text, "  recovery point not known: {why}");
    } else if !totals.not_promoted.is_empty() {
        let _ = writeln!(text, "  no recovery point: the data was not promoted");
    }
    for copy in &totals.copies {
        let _ = writeln!(text, "  copy of {}", printable(&copies::line(copy)));
    }
    text.push('\n');
    let mut table = Table::new(2);
    for step in &record.steps {
        let took = step.elapsed_s.map_or(String::new(), seconds);
        table.row([
            Cell::new(state_style(step.state), step.state.to_string()),
            step.id.to_string().into(),
            took.into(),
            printable(&step_words(step)).into(),
        ]);
    }
    text.push_str(&table.text(paint));
    text
}

/// One entry of a journal as one line.
pub fn entry_line(runbook: &Runbook, entry: &Entry, color: bool) -> String {
    let paint = Paint::new(color);
    let title = entry.step.as_ref().map(|id| match runbook.step(id) {
        Some(step) => format!("{id} ({})", step.title),
        None => id.to_string(),
    });
    let subject = title.unwrap_or_else(|| "run".to_owned());
    let (style, words) = match &entry.event {
        Event::Began { by, host, .. } => (HEADING, format!("begun by {by} on {host}")),
        Event::Resumed { by, host, .. } => (HEADING, format!("resumed by {by} on {host}")),
        Event::Started { .. } => (QUIET, "started".to_owned()),
        Event::Succeeded { text, .. } => (ADDED, text.clone()),
        Event::AlreadySo { text } => (ADDED, format!("already so: {text}")),
        Event::Failed { what, .. } => (ALARM, format!("failed: {what}")),
        Event::Unknown { what } => (UNKNOWN, format!("unknown: {what}")),
        Event::Skipped { because, by } => (CHANGED, format!("skipped by {by}: {because}")),
        Event::Stopped { reason } => (ALARM, format!("stopped: {reason}")),
        Event::Ended { degraded: false } => (ADDED, "ended".to_owned()),
        Event::Ended { degraded: true } => (CHANGED, "ended, degraded".to_owned()),
        Event::Abandoned { because, by } => (ALARM, format!("given up by {by}: {because}")),
        Event::Measured { measures } => match measures.recovery_point_s {
            Some(seconds) => (QUIET, format!("the data is at most {seconds} s behind")),
            None => (UNKNOWN, "how far the data is behind is not known".to_owned()),
        },
        Event::Reopened { because } => (CHANGED, format!("to be ensured again: {because}")),
        Event::Other => (UNKNOWN, "something this lifeboat does not know; a newer one wrote it".to_owned()),
    };
    let words = printable(&words).replace('\n', " ");
    format!("{}  {subject}: {}", entry.at.strftime("%H:%M:%S"), paint.text(style, &words))
}

/// That a run found everything so already.
pub(super) fn already_so(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Drill => "everything was in service at that size already, so no recovery time was measured",
        RunKind::Declare | RunKind::Failback => {
            "what serves was so already: it brought nothing, so no recovery time was achieved"
        }
    }
}

/// The word of a kind of run.
pub fn kind(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Declare => "declare",
        RunKind::Failback => "failback",
        RunKind::Drill => "drill",
    }
}

pub(super) fn end_words(record: &RunRecord, held_by: Option<&HeldBy>) -> (String, anstyle::Style) {
    match (record.state, held_by) {
        (RunState::Ended { .. }, _) if drill::has_failed(record) => ("failed".to_owned(), ALARM),
        (RunState::Ended { degraded: false }, _) => ("completed".to_owned(), ADDED),
        (RunState::Ended { degraded: true }, _) => ("completed, degraded".to_owned(), CHANGED),
        (RunState::Abandoned, _) => ("abandoned".to_owned(), ALARM),
        (_, Some(HeldBy { gone_since: Some(since), .. })) => {
            (format!("its process is gone since {}", moment(*since)), ALARM)
        }
        (_, Some(HeldBy { holder, gone_since: None, .. })) => (format!("going on, by {holder}"), CHANGED),
        (RunState::New, None) => ("not begun".to_owned(), QUIET),
        (RunState::Stopped | RunState::Running, None) => ("stopped, can be resumed".to_owned(), ALARM),
    }
}

fn step_words(step: &StepRecord) -> String {
    if let Some(skipped) = &step.skipped {
        return format!("skipped by {}: {}", skipped.by, skipped.because);
    }
    if let Some(failure) = &step.failure {
        let why: String = failure.why.iter().map(|why| format!(": {why}")).collect();
        return format!("{}{why}", failure.what);
    }
    step.text.clone().unwrap_or_else(|| step.title.clone())
}

fn state_style(state: StepState) -> anstyle::Style {
    match state {
        StepState::Pending => QUIET,
        StepState::Started | StepState::Skipped => CHANGED,
        StepState::Succeeded | StepState::AlreadySo => ADDED,
        StepState::Failed => ALARM,
        StepState::Unknown => UNKNOWN,
    }
}

#[cfg(test)]
#[path = "runs_tests.rs"]
mod tests;
