//! Owns the top of the page: the verdict, the summary, objectives beside what was achieved, the declaration.

use super::markup::Markup;
use crate::report::age::moment;
use crate::report::count::count;
use crate::report::drill;
use crate::report::run::value::RunReport;
use crate::report::run::words::{self, length, whole};
use crate::run::engine::RunRecord;
use crate::run::journal::{RunState, StepState};

/// The title, the verdict and the summary.
pub(super) fn header(page: &mut Markup, report: &RunReport) {
    let record = &report.record;
    page.element("header", &[], |page| {
        page.element("div", &[("class", "title")], |page| {
            page.leaf("h1", &[], &words::title(report));
            let class = format!("verdict {}", verdict_class(record));
            page.leaf("span", &[("class", &class)], &report.verdict);
        });
        page.leaf("p", &[("class", "when")], &format!("{} · run {}", moment(record.declared_at), record.run));
        page.leaf("p", &[("class", "summary")], &report.summary);
    });
}

/// Objectives beside what was achieved, and the run in three numbers.
pub(super) fn tiles(page: &mut Markup, report: &RunReport) {
    let (record, totals) = (&report.record, &report.record.totals);
    page.element("section", &[("class", "tiles"), ("aria-label", "Objectives and achieved")], |page| {
        tile(
            page,
            &Tile {
                name: "Recovery time (RTO)",
                value: words::recovery_time_words(report),
                held: totals.recovery_time_met,
                objective: Some(format!("objective {}", whole(record.objectives.rto.as_secs()))),
                note: words::recovery_time_note(report),
            },
        );
        tile(
            page,
            &Tile {
                name: "Recovery point (RPO)",
                value: words::recovery_point(report),
                held: totals.recovery_point_met,
                objective: Some(format!("objective {}", whole(record.objectives.rpo.as_secs()))),
                note: words::recovery_point_note(report),
            },
        );
        let settled = report.count(&[StepState::Succeeded, StepState::AlreadySo]);
        tile(
            page,
            &Tile {
                name: "Steps done",
                value: format!("{settled} of {}", record.steps.len()),
                held: None,
                objective: None,
                note: others(report),
            },
        );
        tile(
            page,
            &Tile {
                name: "Whose time",
                value: format!("{} ours", length(totals.ours_s)),
                held: None,
                objective: Some(format!("{} AWS’s", length(totals.aws_s))),
                note: format!("added up over the steps; by the clock it took {}", length(report.took_s)),
            },
        );
    });
}

struct Tile {
    name: &'static str,
    value: String,
    /// Whether it is within the objective, where there is one to hold it against.
    held: Option<bool>,
    objective: Option<String>,
    note: String,
}

fn tile(page: &mut Markup, tile: &Tile) {
    let (class, held) = match tile.held {
        Some(true) => ("tile good", Some("within")),
        Some(false) => ("tile alarm", Some("missed")),
        None => ("tile", None),
    };
    page.element("div", &[("class", class)], |page| {
        page.leaf("h2", &[], tile.name);
        page.leaf("p", &[("class", "value")], &tile.value);
        if let Some(objective) = &tile.objective {
            page.element("p", &[("class", "objective-text")], |page| {
                if let Some(held) = held {
                    page.leaf("strong", &[], held);
                    page.text(" · ");
                }
                page.text(objective);
            });
        }
        page.leaf("p", &[("class", "note")], &tile.note);
    });
}

fn others(report: &RunReport) -> String {
    let parts: Vec<String> = [
        (StepState::Skipped, "skipped"),
        (StepState::Failed, "failed"),
        (StepState::Unknown, "unknown"),
        (StepState::Started, "under way"),
        (StepState::Pending, "not begun"),
    ]
    .into_iter()
    .map(|(state, word)| (report.count(&[state]), word))
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{number} {word}"))
    .collect();
    let resumed = match report.resumed() {
        0 => "never interrupted".to_owned(),
        times => format!("taken up again {}", count(times, "time")),
    };
    parts.into_iter().chain([resumed]).collect::<Vec<_>>().join(" · ")
}

/// Who declared and why.
pub(super) fn declaration(page: &mut Markup, report: &RunReport) {
    let record = &report.record;
    page.element("section", &[("aria-labelledby", "declaration")], |page| {
        page.leaf("h2", &[("id", "declaration")], "Declaration");
        page.leaf("blockquote", &[], &record.reason);
        page.element("dl", &[], |page| {
            let mut pair = |name: &str, class: &str, value: &str| {
                page.element("div", &[], |page| {
                    page.leaf("dt", &[], name);
                    page.leaf("dd", &[("class", class)], value);
                });
            };
            pair("Declared by", "mono", &record.declared_by);
            pair("On host", "mono", &record.host);
            pair("Declared at", "", &moment(record.declared_at));
            let incident = record.incident_at.map_or_else(|| "not stated".to_owned(), moment);
            pair("Incident began", "", &incident);
            let ended = match record.state {
                RunState::Stopped => "Stopped at",
                RunState::Abandoned => "Given up at",
                RunState::New | RunState::Running | RunState::Ended { .. } => "Ended at",
            };
            pair(ended, "", &record.ended_at.map_or_else(|| "not ended".to_owned(), moment));
            pair("lifeboat", "", &record.tool_version);
        });
    });
}

/// The class of a verdict, for its colour; its word stands in it always.
fn verdict_class(record: &RunRecord) -> &'static str {
    match record.state {
        RunState::Ended { .. } if drill::has_failed(record) => "alarm",
        RunState::Ended { degraded: false } => "good",
        RunState::Ended { degraded: true } => "warn",
        RunState::Stopped | RunState::Abandoned => "alarm",
        RunState::New | RunState::Running => "going",
    }
}
