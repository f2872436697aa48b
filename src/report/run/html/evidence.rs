//! Owns what an auditor looks for: who carried the run out, and the digests to compare.

use super::markup::Markup;
use super::steps::{cell, table};
use crate::report::age::moment;
use crate::report::count::count;
use crate::report::run::value::{Pause, RunReport};
use crate::report::run::words::length;

/// Who carried it out, session by session.
pub(super) fn sessions(page: &mut Markup, report: &RunReport) {
    if report.record.sittings.is_empty() {
        return;
    }
    page.element("section", &[("aria-labelledby", "sessions")], |page| {
        page.leaf("h2", &[("id", "sessions")], "Who carried it out");
        let resumed = match report.resumed() {
            0 => "One session, never interrupted.".to_owned(),
            times => format!("Taken up again {}.", count(times, "time")),
        };
        page.leaf("p", &[("class", "note")], &resumed);
        table(page, "Sessions, in order", &["Session", "By", "Host", "Lease", "Before it"], |page| {
            for (at, one) in report.record.sittings.iter().enumerate() {
                let pause = at.checked_sub(1).and_then(|before| report.pauses.get(before));
                page.element("tr", &[("role", "row")], |page| {
                    page.leaf("th", &[("role", "rowheader"), ("scope", "row")], &moment(one.at));
                    cell(page, "By", "mono", |page| page.text(&one.by));
                    cell(page, "Host", "mono", |page| page.text(&one.host));
                    cell(page, "Lease", "number", |page| page.text(&one.fence.to_string()));
                    cell(page, "Before it", "", |page| page.text(&pause.map_or_else(|| "–".to_owned(), before)));
                });
            }
        });
    });
}

fn before(pause: &Pause) -> String {
    let paused = length(pause.until.duration_since(pause.from).as_secs_f64().max(0.0));
    match &pause.reason {
        Some(reason) => format!("stopped for {paused}: {reason}"),
        None => format!("broke off without a word {paused} before"),
    }
}

/// The digests.
pub(super) fn evidence(page: &mut Markup, report: &RunReport) {
    let evidence = &report.evidence;
    page.element("section", &[("aria-labelledby", "evidence")], |page| {
        page.leaf("h2", &[("id", "evidence")], "Evidence");
        page.element("p", &[("class", "note")], |page| {
            page.text(
                "Every line of the journal holds the digest of the line before it: who has the digest of the last line \
                 can tell whether any line was changed.",
            );
        });
        page.element("dl", &[("class", "wide")], |page| {
            let mut pair = |name: &str, class: &str, value: &str| {
                page.element("div", &[], |page| {
                    page.leaf("dt", &[], name);
                    page.leaf("dd", &[("class", class)], value);
                });
            };
            pair("Journal, last line", "mono", &evidence.journal_head.0);
            pair("Journal, lines", "", &evidence.journal_lines.to_string());
            pair("Runbook", "mono", &evidence.runbook.0);
            let (class, intact) = match (evidence.runbook_intact, evidence.journal_is_of_runbook) {
                (true, Some(true)) => ("", "contents match the digest, and the journal was begun for it"),
                (true, None) => ("", "contents match the digest; the journal has no beginning"),
                (false, _) => ("broken", "CONTENTS DO NOT MATCH THE DIGEST"),
                (true, Some(false)) => ("broken", "THE JOURNAL WAS BEGUN FOR ANOTHER RUNBOOK"),
            };
            pair("Runbook, check", class, intact);
            pair("Environment", "mono", &evidence.based_on.environment.0);
            pair("Baseline", "mono", &evidence.based_on.baseline.0);
        });
    });
}
