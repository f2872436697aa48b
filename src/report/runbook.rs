//! Owns how a runbook is told: numbered steps, a timeline, the critical path, and whether the objective holds.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::style::{ADDED, ALARM, CHANGED, HEADING, Paint, QUIET, UNKNOWN, printable};
use super::table::{Cell, Table};
use crate::model::Span;
use crate::plan::declare::{Loss, LossBy, Remarks};
use crate::plan::runbook::{
    EstimateSource, Mode, Outage, Part, RunKind, Runbook, Step, StepId, Timeline, as_declared, timeline,
};

/// The version of the JSON document.
pub const SCHEMA_VERSION: u32 = 1;

/// How many columns a timeline has.
const WIDTH: u64 = 40;

/// How many of the steps that a step waits for are named one by one.
const SHOWN: usize = 8;

/// Whether the recovery time objective holds by the estimates.
pub fn holds(runbook: &Runbook) -> bool {
    expected_s(runbook, &timeline(runbook)) <= runbook.objectives.rto.as_secs()
}

/// When service is back, in seconds from when the objective counts: what had gone by before the declaration counts too.
fn expected_s(runbook: &Runbook, times: &Timeline) -> u64 {
    planned_s(runbook, times).saturating_add(runbook.gone_s())
}

/// When service is back, in seconds from the beginning. Of a drill it is when the declaration would have it back that it
/// rehearses a part of.
fn planned_s(runbook: &Runbook, times: &Timeline) -> u64 {
    as_declared(&runbook.rehearses, &BTreeMap::new()).map_or_else(|| times.recovered_s(runbook), |whole| whole.seconds)
}

/// A runbook, for people.
pub fn text(runbook: &Runbook, color: bool) -> String {
    let paint = Paint::new(color);
    let times = timeline(runbook);
    let numbers: BTreeMap<&StepId, usize> = runbook.steps.iter().zip(1..).map(|(step, n)| (&step.id, n)).collect();
    let mut out = String::new();
    // Writing to a String cannot fail.
    let title = format!(
        "{} {}{} ({})",
        kind(runbook.kind),
        runbook.environment,
        printable(&runbook.scope.to_string()),
        mode(runbook.mode)
    );
    let _ = writeln!(out, "{}: {}", paint.text(HEADING, &title), printable(&runbook.reason));
    let _ = writeln!(out, "run {} by {} on {}", runbook.id, printable(&runbook.declared_by), printable(&runbook.host));
    let mut table = Table::new(2);
    // What it does comes last, because it is long: a narrow terminal then breaks the line there and nowhere else.
    table.row(["", "STEP", "SIDE", "AFTER", "DOES"].map(Cell::from));
    for step in &runbook.steps {
        table.row(row(step, &numbers));
    }
    out.push_str(&table.text(paint));
    for step in &runbook.steps {
        if let Some(because) = &step.skipped {
            let _ = writeln!(out, "  {} {} is skipped: {}", paint.text(CHANGED, "!"), step.id, printable(because));
        }
    }
    for warning in runbook.steps.iter().filter(|step| step.skipped.is_none()).filter_map(|step| step.action.warning()) {
        let _ = writeln!(out, "{} {}", paint.text(ALARM, "may be lost:"), printable(&warning));
    }
    out.push_str(&timeline_text(runbook, &times, paint));
    let rto = runbook.objectives.rto;
    let planned = length(planned_s(runbook, &times));
    let total = match runbook.gone_s() {
        0 => format!("{planned} by these estimates"),
        gone => format!(
            "{} from the beginning of the incident: {} had gone by, and {planned} by these estimates",
            length(expected_s(runbook, &times)),
            length(gone)
        ),
    };
    let _ = if runbook.kind == RunKind::Failback {
        writeln!(out, "home in {planned} by these estimates")
    } else if runbook.leads_nobody() {
        writeln!(out, "up in {planned} by these estimates; nobody is led over, so no objective is held against it")
    } else if holds(runbook) {
        writeln!(out, "{} {total}", paint.text(ADDED, &format!("RTO {rto} holds:")))
    } else {
        writeln!(out, "{} {total}", paint.text(ALARM, &format!("RTO {rto} does not hold:")))
    };
    out.push_str(&beside(runbook, &times, paint));
    if let Some(outage) = times.outage(runbook) {
        let Outage { from, to, seconds } = &outage;
        // Nobody plans a pause of service by the second.
        let minutes = seconds.div_ceil(60);
        let label = paint.text(ALARM, &format!("nobody serves for about {minutes} min:"));
        let _ = writeln!(out, "{label} from {from} to {to}, by these estimates");
    }
    if runbook.steps.iter().any(|step| is_gate(step) && step.skipped.is_none()) {
        let _ = writeln!(out, "{}", paint.text(QUIET, "the time people take at gates is not counted"));
    }
    out
}

/// What the whole of it takes, where that is more than the time until service is back.
fn beside(runbook: &Runbook, times: &Timeline, paint: Paint) -> String {
    let whole = length(times.total_s);
    let lines = match runbook.kind {
        RunKind::Drill => {
            let left_out =
                as_declared(&runbook.rehearses, &BTreeMap::new()).map_or(Vec::new(), |whole| whole.estimated);
            let measures = match left_out.is_empty() {
                true => String::new(),
                false => format!("the drill measures the tiers; the rest counts as estimated: {}\n", parts(&left_out)),
            };
            format!("{measures}and back to what it was after {whole}")
        }
        RunKind::Declare if !runbook.leads_nobody() && times.recovered_s(runbook) < times.total_s => {
            format!("the whole run takes {whole}: what comes after service is back is in no objective")
        }
        RunKind::Declare | RunKind::Failback => return String::new(),
    };
    lines.lines().map(|line| paint.text(QUIET, line) + "\n").collect()
}

/// The words of parts of a declaration: `promotion, class change and DNS`.
pub(super) fn parts(parts: &[Part]) -> String {
    let words: Vec<&str> = parts.iter().map(|part| part.word()).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What a person should know before declaring: what would be lost now, and what the plan relies on. Empty where there is
/// nothing to say.
pub fn remarks(remarks: &Remarks, rpo: Span, color: bool) -> String {
    let paint = Paint::new(color);
    let mut out = String::new();
    for loss in &remarks.losses {
        if let (Some(seconds), Some(since)) = (loss.seconds, loss.stale_since) {
            let _ = writeln!(
                out,
                "{} {}: everything written since {} would be lost ({}): the standby's database follows production no more",
                paint.text(ALARM, "OLD DATA:"),
                printable(&loss.data),
                since.strftime("%Y-%m-%dT%H:%M:%SZ"),
                length(seconds)
            );
            continue;
        }
        let _ = match (loss.seconds, &loss.unknown) {
            (Some(seconds), _) => {
                let (most, lost) = (if loss.at_most { "at most " } else { "" }, length(seconds));
                let by = by(loss);
                writeln!(out, "{}: if declared now, {most}{lost} of writes would be lost{by}", printable(&loss.data))
            }
            (None, why) => writeln!(
                out,
                "{}: how many writes would be lost is {}{}",
                printable(&loss.data),
                paint.text(UNKNOWN, "not known"),
                why.as_ref().map(|why| format!(": {}", printable(why))).unwrap_or_default()
            ),
        };
    }
    let by = match remarks.losses.iter().any(|loss| loss.stale_since.is_some()) {
        true => "by what the standby lacks now",
        false if remarks.losses.iter().any(|loss| matches!(loss.by, Some(LossBy::Incident { .. }))) => {
            "by the time of the incident"
        }
        false => "by the lag now",
    };
    let worst = remarks.losses.iter().filter_map(|loss: &Loss| loss.seconds).max();
    let _ = match (remarks.point_holds(rpo), worst) {
        (Some(true), Some(worst)) => {
            writeln!(out, "{} {} {by}", paint.text(ADDED, &format!("RPO {rpo} holds:")), length(worst))
        }
        (Some(false), Some(worst)) => {
            writeln!(out, "{} {} {by}", paint.text(ALARM, &format!("RPO {rpo} does not hold:")), length(worst))
        }
        _ if remarks.losses.is_empty() => Ok(()),
        _ => writeln!(out, "{}", paint.text(UNKNOWN, &format!("whether RPO {rpo} holds is not known"))),
    };
    if let Some(lever) = &remarks.lever {
        let style = match lever.works() {
            Some(true) => ADDED,
            Some(false) => ALARM,
            None => UNKNOWN,
        };
        let _ = writeln!(out, "{}", paint.text(style, &printable(&lever.words())));
    }
    for warning in &remarks.warnings {
        let _ = writeln!(out, "{} {}", paint.text(CHANGED, "warning:"), printable(warning));
    }
    out
}

/// What a loss is taken from, to be put behind it; nothing where nothing is lost by a lag of nothing.
fn by(loss: &Loss) -> String {
    let clock = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ");
    match loss.by {
        Some(LossBy::Incident { at, holds_until }) => format!(
            ": production wrote nothing after the incident at {}, and the replica surely has everything until {}",
            clock(at),
            clock(holds_until)
        ),
        Some(LossBy::LastLag { seconds, at }) => format!(
            ": its lag is not told any more, and was {seconds} s at {}; give --incident-at to tell more exactly",
            clock(at)
        ),
        Some(LossBy::Lag) if loss.at_most => ", by the lag; give --incident-at to tell more exactly".to_owned(),
        Some(LossBy::Lag) | None => String::new(),
    }
}

/// The timeline as bars; the steps of the critical path are marked.
fn timeline_text(runbook: &Runbook, times: &Timeline, paint: Paint) -> String {
    let mut table = Table::new(2);
    for step in runbook.steps.iter().filter(|step| step.skipped.is_none()) {
        let Some((start, end)) = times.spans.get(&step.id).copied() else { continue };
        let critical = times.critical_path.contains(&step.id);
        let style = if critical { CHANGED } else { QUIET };
        table.row([
            Cell::from(step.id.0.clone()),
            Cell::new(style, bar(start, end, times.total_s, critical)),
            Cell::from(if start == end { clock(start) } else { format!("{}-{}", clock(start), clock(end)) }),
            Cell::new(QUIET, source(&step.estimate.source)),
        ]);
    }
    let mut out = format!("timeline ({} is the critical path)\n", paint.text(CHANGED, "#"));
    out.push_str(&table.text(paint));
    out
}

fn bar(start: u64, end: u64, total: u64, critical: bool) -> String {
    let column = |at: u64| at.saturating_mul(WIDTH).checked_div(total).unwrap_or(0);
    let from = column(start).min(WIDTH - 1);
    // However short, a step is seen.
    let to = column(end).clamp(from + 1, WIDTH);
    (0..WIDTH)
        .map(|at| match (at >= from && at < to, critical) {
            (true, true) if start == end => '|',
            (true, true) => '#',
            (true, false) => '=',
            (false, _) => '.',
        })
        .collect()
}

/// Minutes and seconds from the beginning: `2:05`.
fn clock(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn row(step: &Step, numbers: &BTreeMap<&StepId, usize>) -> [Cell; 5] {
    let needs: Vec<usize> = step.needs.iter().filter_map(|id| numbers.get(id).copied()).collect();
    let sides: Vec<String> = step.sides.iter().map(ToString::to_string).collect();
    let number = numbers.get(&step.id).map(ToString::to_string).unwrap_or_default();
    let best = if step.best_effort { " (best effort)" } else { "" };
    let skipped = if step.skipped.is_some() { "skipped: " } else { "" };
    [
        number.into(),
        step.id.0.clone().into(),
        sides.join(",").into(),
        after(needs).into(),
        format!("{skipped}{}{best}", printable(&step.title)).into(),
    ]
}

/// The numbers of steps: `1,3,4`; of very many only so much that the table keeps its width.
fn after(mut needs: Vec<usize>) -> String {
    let joined = |numbers: &[String]| numbers.join(",");
    needs.sort_unstable();
    if needs.len() <= SHOWN {
        return joined(&needs.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
    let runs: Vec<&[usize]> = needs.chunk_by(|before, next| before + 1 == *next).collect();
    let words = runs.iter().take(SHOWN).filter_map(|run| match run {
        [] => None,
        [one] => Some(one.to_string()),
        [first, .., last] => Some(format!("{first}-{last}")),
    });
    let left: usize = runs.iter().skip(SHOWN).map(|run| run.len()).sum();
    let more = if left > 0 { format!(" and {left} more") } else { String::new() };
    joined(&words.collect::<Vec<_>>()) + &more
}

fn source(source: &EstimateSource) -> String {
    match source {
        EstimateSource::Run { id } => format!("as in run {id}"),
        EstimateSource::Default { why } => why.clone(),
    }
}

fn is_gate(step: &Step) -> bool {
    matches!(step.action, crate::plan::runbook::Action::Gate { .. })
}

/// What a run is for, in one word.
pub fn kind(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Declare => "declare",
        RunKind::Failback => "failback",
        RunKind::Drill => "drill",
    }
}

/// Whether both sides are needed, in one word.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Graceful => "graceful",
        Mode::Ungraceful => "ungraceful",
    }
}

/// Whole seconds: `90 s`, `4 min 02 s`.
fn length(seconds: u64) -> String {
    if seconds < 120 { format!("{seconds} s") } else { format!("{} min {:02} s", seconds / 60, seconds % 60) }
}

/// A runbook, for programs.
pub fn json(runbook: &Runbook) -> Value {
    let times = timeline(runbook);
    json!({
        "schema_version": SCHEMA_VERSION,
        "runbook": runbook,
        "warnings": runbook.steps.iter().filter_map(|step| step.action.warning()).collect::<Vec<_>>(),
        "timeline": times,
        "rto_s": runbook.objectives.rto.as_secs(),
        "gone_s": runbook.gone_s(),
        // When service is back, from the beginning; the rest of the whole is in no objective.
        "recovered_s": planned_s(runbook, &times),
        "nobody_serves": times.outage(runbook),
        "rto_holds": holds(runbook),
    })
}

/// A rehearsed declaration, for programs.
pub fn rehearsal_json(runbook: &Runbook, remarks: &Remarks) -> Value {
    let mut told = json(runbook);
    let rpo = runbook.objectives.rpo;
    told["rpo_s"] = rpo.as_secs().into();
    // Null where it is not known.
    told["rpo_holds"] = remarks.point_holds(rpo).into();
    told["losses"] = json!(remarks.losses);
    told["warnings"] = json!(remarks.warnings);
    // Null where traffic is not moved by an object.
    told["lever"] = json!(remarks.lever);
    told
}

#[cfg(test)]
#[path = "runbook_tests.rs"]
mod tests;
