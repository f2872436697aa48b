//! Owns what did not go as planned: failures, shortfalls, what stood in, what was skipped.

use super::markup::Markup;
use super::steps::{cell, table};
use crate::model::percent_reached;
use crate::report::run::value::RunReport;
use crate::report::run::words;
use crate::run::engine::StepRecord;
use crate::run::journal::StepState;

/// Failures with what is left behind and what to do; nothing where there is none.
pub(super) fn failures(page: &mut Markup, report: &RunReport) {
    let mut failed: Vec<&StepRecord> =
        report.record.steps.iter().filter(|step| step.failure.is_some() && step.state != StepState::Skipped).collect();
    if failed.is_empty() {
        return;
    }
    // What stopped the run comes before what it went on without.
    failed.sort_by_key(|step| step.best_effort);
    page.element("section", &[("aria-labelledby", "failures")], |page| {
        page.leaf("h2", &[("id", "failures")], "What failed");
        for step in failed {
            failure(page, report, step);
        }
    });
}

fn failure(page: &mut Markup, report: &RunReport, step: &StepRecord) {
    let Some(failure) = &step.failure else { return };
    page.element("article", &[("class", "failure")], |page| {
        page.leaf("h3", &[], &step.title);
        page.element("p", &[("class", "what")], |page| {
            let word = if step.state == StepState::Unknown { "unknown" } else { "failed" };
            page.leaf("span", &[("class", "chip alarm")], word);
            page.text(" ");
            page.text(&failure.what);
        });
        list(page, "Because", &failure.why);
        let (still, hint) = words::after_failure(report, failure);
        list(page, "Left behind", still);
        if let Some(hint) = hint {
            page.leaf("h4", &[], "What to do");
            page.leaf("p", &[("class", "hint")], hint);
        }
        if step.best_effort {
            page.leaf("p", &[("class", "note")], "Best effort: the run goes on without it.");
        }
    });
}

/// The commands that continue a run that stopped; nothing where there are none.
pub(super) fn next(page: &mut Markup, report: &RunReport) {
    let Some((plain, without)) = report.next.split_first() else { return };
    page.element("section", &[("aria-labelledby", "next")], |page| {
        page.leaf("h2", &[("id", "next")], "How to go on");
        page.leaf("p", &[("class", "hint mono")], plain);
        if !without.is_empty() {
            page.leaf("h4", &[], "Or without a step that failed");
            page.element("ul", &[], |page| without.iter().for_each(|one| page.leaf("li", &[("class", "mono")], one)));
        }
    });
}

fn list(page: &mut Markup, head: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    page.leaf("h4", &[], head);
    page.element("ul", &[], |page| items.iter().for_each(|item| page.leaf("li", &[], item)));
}

/// Shortfalls and what stood in; nothing where there is none.
pub(super) fn capacity(page: &mut Markup, report: &RunReport) {
    let stood_in: Vec<(&str, &String)> = report
        .record
        .steps
        .iter()
        .flat_map(|step| step.measures.substitutions.iter().map(|one| (step.title.as_str(), one)))
        .collect();
    if report.shortfalls.is_empty() && stood_in.is_empty() {
        return;
    }
    page.element("section", &[("aria-labelledby", "capacity")], |page| {
        page.leaf("h2", &[("id", "capacity")], "Shortfalls and substitutions");
        if !report.shortfalls.is_empty() {
            table(page, "Capacity that did not come", &["What", "Asked for", "Came", "Lacks"], |page| {
                for short in &report.shortfalls {
                    let lacks = short.asked.saturating_sub(short.came);
                    let percent = percent_reached(short.came, short.asked);
                    page.element("tr", &[("role", "row")], |page| {
                        page.leaf("th", &[("role", "rowheader"), ("scope", "row")], &short.name);
                        cell(page, "Asked for", "number", |page| page.text(&short.asked.to_string()));
                        cell(page, "Came", "number", |page| page.text(&format!("{} ({percent} %)", short.came)));
                        cell(page, "Lacks", "number", |page| page.text(&lacks.to_string()));
                    });
                }
            });
        }
        if !stood_in.is_empty() {
            table(page, "What stood in for what", &["Step", "Substitution"], |page| {
                for (title, one) in stood_in {
                    page.element("tr", &[("role", "row")], |page| {
                        page.leaf("th", &[("role", "rowheader"), ("scope", "row")], title);
                        cell(page, "Substitution", "", |page| page.text(one));
                    });
                }
            });
        }
    });
}

/// What was skipped, why and by whom; nothing where nothing was.
pub(super) fn skipped(page: &mut Markup, report: &RunReport) {
    let skipped: Vec<(&str, &str, &str)> = report
        .steps()
        .filter(|(step, course)| course.state(step) == StepState::Skipped)
        .filter_map(|(step, course)| {
            let (because, by) = course.skipped(step)?;
            Some((step.title.as_str(), because, by))
        })
        .collect();
    if skipped.is_empty() {
        return;
    }
    page.element("section", &[("aria-labelledby", "skipped")], |page| {
        page.leaf("h2", &[("id", "skipped")], "What was skipped");
        table(page, "Steps that a person left out", &["Step", "Because", "By"], |page| {
            for (title, because, by) in skipped {
                page.element("tr", &[("role", "row")], |page| {
                    page.leaf("th", &[("role", "rowheader"), ("scope", "row")], title);
                    cell(page, "Because", "", |page| page.text(because));
                    cell(page, "By", "mono", |page| page.text(by));
                });
            }
        });
    });
}
