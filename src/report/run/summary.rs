//! Owns the few sentences that say what a run came to.

use super::exposed::{connected, exposed, put_aside};
use super::value::RunReport;
use super::words::{counted_from, length, noun, recovery_point_note, recovery_time, recovery_time_note, whole};
use crate::plan::runbook::{Action, RunKind};
use crate::report::count::count;
use crate::report::drill;
use crate::report::outage::Outage;
use crate::run::engine::StepRecord;
use crate::run::journal::{Measures, RunState, StepState};

/// The summary.
pub(super) fn summary(report: &RunReport) -> String {
    let noun = noun(report.record.kind, report.record.mode);
    let settled = report.count(&[StepState::Succeeded, StepState::AlreadySo, StepState::Skipped]);
    let steps = report.record.steps.len();
    let done = format!("{settled} of {} {} settled", count(steps, "step"), if steps == 1 { "is" } else { "are" });
    let after = format!("{} after the declaration", length(report.took_s));
    let because = report.record.because.as_deref().map_or("no reason was recorded", bare);
    let told = match report.record.state {
        RunState::New => format!("The {noun} was declared and has not begun."),
        RunState::Running => {
            format!(
                "The journal has no end yet; its last line was written {after}. {done}.{}{}",
                open(report),
                down(report)
            )
        }
        RunState::Stopped => {
            let (open, down) = (open(report), down(report));
            format!("The {noun} stopped {after}: {because}. {done}; the run can be resumed.{open}{down}")
        }
        RunState::Abandoned => {
            let by = report.abandoned_by.as_deref().unwrap_or("a person");
            format!("The {noun} was given up by {by} {after}: {because}. {done}.{}{}", open(report), down(report))
        }
        RunState::Ended { degraded: false } => match unsuccessful(report) {
            Some(failed) => format!("{} {} {failed}.{}", ended(report), point(report), exposed(report)),
            None => format!("{} {}{}", ended(report), point(report), exposed(report)),
        },
        RunState::Ended { degraded: true } => {
            format!("{} {}{} {}{}", ended(report), lacks(report), lesser(report), point(report), exposed(report))
        }
    };
    told + &connected(report) + &put_aside(report)
}

/// That the objective has passed and service is not back; nothing where it has not.
fn open(report: &RunReport) -> String {
    let Some(beyond) = report.record.totals.open_beyond_s else { return String::new() };
    format!(
        " The recovery time objective of {} is missed: service was not back {} after it.",
        whole(report.record.objectives.rto.as_secs()),
        whole(beyond)
    )
}

/// That nobody serves; nothing where somebody does.
fn down(report: &RunReport) -> String {
    let Some(outage) = Outage::by(&report.record) else { return String::new() };
    let words = outage.words();
    let mut letters = words.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!(" {first}{}.", letters.as_str())
}

fn ended(report: &RunReport) -> String {
    let totals = &report.record.totals;
    let scope = &report.record.scope;
    let part =
        |word: &str| scope.percent.map(|percent| format!(" {word} {percent} % of production")).unwrap_or_default();
    if totals.already_so && report.record.kind == RunKind::Declare {
        let what = if scope.tiers.is_empty() { "The standby".to_owned() } else { scope.tiers.join(", ") };
        return format!(
            "{what} served already, at the size it had: this declaration brought nothing, so no recovery time was achieved."
        );
    }
    let what = match report.record.kind {
        RunKind::Failback if never_left(report) => {
            return format!(
                "The standby was made one again in {}. The users were led to the primary already, and no data had left it.",
                length(report.took_s)
            );
        }
        RunKind::Failback => return format!("Service went home to the primary in {}.", length(report.took_s)),
        RunKind::Declare if totals.partial => {
            let what = if scope.tiers.is_empty() {
                "The standby".to_owned()
            } else {
                format!("Only {}", scope.tiers.join(", "))
            };
            return format!(
                "{what} was brought up{}, in {}. This run led nobody to the standby, so no recovery time was achieved.",
                part("to"),
                length(report.took_s)
            );
        }
        RunKind::Drill => format!("The drill brought the standby up{}", part("to")),
        // Nothing shrinks: where no tier grew, it has what it had.
        RunKind::Declare if grew(report) => format!("The standby took over{}", part("at")),
        RunKind::Declare => "The standby took over at the size it had,".to_owned(),
    };
    if let Some(time) = drill::time_words(&report.record) {
        return format!("{what}: {time}.");
    }
    let Some(took) = recovery_time(report) else {
        return format!("The run came to its end. Its recovery time was not measured: {}.", recovery_time_note(report));
    };
    format!(
        "{what} {} after the {}, {} the recovery time objective of {}.",
        whole(took),
        counted_from(report),
        holds(totals.recovery_time_met),
        whole(report.record.objectives.rto.as_secs())
    )
}

/// Whether a failback found the users at home and had no data to bring there.
fn never_left(report: &RunReport) -> bool {
    let moves = |action: &Action| matches!(action, Action::Promote { .. } | Action::Reseed { .. });
    let steps = &report.record.steps;
    let mut leads = steps.iter().filter(|step| matches!(step.action, Action::SwitchTraffic { .. })).peekable();
    let was_so = |step: &StepRecord| step.state == StepState::AlreadySo && step.attempts <= 1;
    leads.peek().is_some() && leads.all(was_so) && !steps.iter().any(|step| moves(&step.action))
}

/// Whether a tier was made larger.
fn grew(report: &RunReport) -> bool {
    let mut scales = report.record.steps.iter().filter(|step| matches!(step.action, Action::Scale { .. })).peekable();
    scales.peek().is_none() || scales.any(|step| step.state != StepState::AlreadySo)
}

fn point(report: &RunReport) -> String {
    let totals = &report.record.totals;
    if totals.already_so && report.record.kind == RunKind::Declare && totals.recovery_point_s.is_none() {
        return "No data was promoted.".to_owned();
    }
    match totals.recovery_point_s {
        None if !totals.recovery_point_unknown.is_empty() => {
            let beyond = match totals.recovery_point_met {
                Some(false) => format!(
                    ", and what is known of it is beyond the objective of {}",
                    whole(report.record.objectives.rpo.as_secs())
                ),
                _ => String::new(),
            };
            format!("The recovery point is not known: {}{beyond}.", recovery_point_note(report))
        }
        None if !totals.not_promoted.is_empty() => "The data was not promoted, so it has no recovery point.".to_owned(),
        None => "The recovery point was not measured.".to_owned(),
        Some(lag) => {
            let by_incident = |one: &Measures| report.record.incident_at.is_some() && one.holds_until.is_some();
            let worst = report.record.steps.iter().find(|step| step.recovery_point_s() == Some(lag));
            let worst = worst.map(|step| &step.measures);
            let idle = worst.is_some_and(|one| one.lag_grows_idle && !by_incident(one));
            let told = worst.is_some_and(by_incident);
            format!(
                "The recovery point is {}, {} the objective of {}.{}",
                whole(lag),
                holds(totals.recovery_point_met),
                whole(report.record.objectives.rpo.as_secs()),
                // Of a lag of nothing nothing is less.
                match (told, idle && lag > 0) {
                    (true, _) => format!(" It is told by the time of the incident: {}.", recovery_point_note(report)),
                    (false, true) => {
                        " Less may be lost: PostgreSQL's lag grows while nobody writes, and no time of the incident was given."
                            .to_owned()
                    }
                    (false, false) => String::new(),
                }
            )
        }
    }
}

/// What databases did not get that production's have, and how to give it to them; nothing where they got everything.
fn lesser(report: &RunReport) -> String {
    let left = report.record.steps.iter().filter(|step| step.left_lesser());
    let told = left.filter_map(|step| {
        let failure = step.failure.as_ref()?;
        let why: String = failure.why.iter().map(|why| format!(": {}", bare(why))).collect();
        let hint = failure.hint.as_ref().map(|hint| format!("; {}", bare(hint))).unwrap_or_default();
        Some(format!(" {} came to nothing: {}{why}{hint}.", step.id, bare(&failure.what)))
    });
    told.collect()
}

fn lacks(report: &RunReport) -> String {
    let mut lacks: Vec<String> = report
        .shortfalls
        .iter()
        .map(|short| format!("{} lacks {} of {}", short.name, short.asked.saturating_sub(short.came), short.asked))
        .collect();
    let were = |number: usize| if number == 1 { "was" } else { "were" };
    let skipped = report.count(&[StepState::Skipped]);
    if skipped > 0 {
        lacks.push(format!("{} {} skipped", count(skipped, "step"), were(skipped)));
    }
    lacks.extend(unsuccessful(report));
    if lacks.is_empty() { "It is degraded.".to_owned() } else { format!("It is degraded: {}.", lacks.join(", ")) }
}

/// How many steps failed that the run went on without; none where there were none.
fn unsuccessful(report: &RunReport) -> Option<String> {
    let failed = report.count(&[StepState::Failed, StepState::Unknown]);
    (failed > 0).then(|| format!("{} ended without success", count(failed, "best-effort step")))
}

fn holds(met: Option<bool>) -> &'static str {
    if met == Some(true) { "within" } else { "beyond" }
}

/// Without the full stop it may end with: the sentence goes on.
fn bare(text: &str) -> &str {
    text.trim_end().trim_end_matches('.')
}
