//! Owns the timeline: a bar for each attempt at each step, with our time, AWS's time and waiting told apart.

use super::markup::Markup;
use super::scale::Scale;
use super::steps::state_class;
use crate::plan::runbook::RunKind;
use crate::report::run::course::{Attempt, Course};
use crate::report::run::value::RunReport;
use crate::report::run::words::{self, length};
use crate::run::engine::StepRecord;
use crate::run::journal::StepState;

/// The section.
pub(super) fn timeline(page: &mut Markup, report: &RunReport) {
    let scale = Scale::of(report);
    page.element("section", &[("aria-labelledby", "timeline")], |page| {
        page.leaf("h2", &[("id", "timeline")], "Timeline");
        page.element("p", &[("class", "note")], |page| {
            page.text("From the declaration at ");
            page.text(&crate::report::age::moment(report.record.declared_at));
            page.text(". The plan expected ");
            page.text(&words::whole(report.expected_s));
            page.text(" in all.");
            if scale.shortens_pauses() {
                page.text(" Long pauses between sessions are drawn short.");
            }
        });
        legend(page, report);
        page.element("div", &[("class", "chart")], |page| {
            overlay(page, report, &scale);
            page.element("ol", &[("class", "lanes")], |page| {
                for (step, course) in report.steps() {
                    lane(page, report, &scale, step, course);
                }
            });
        });
    });
}

fn legend(page: &mut Markup, report: &RunReport) {
    let steps = || report.course.values();
    page.element("ul", &[("class", "legend")], |page| {
        let mut item = |class: &str, text: &str| {
            page.element("li", &[], |page| {
                page.leaf("i", &[("class", class)], "");
                page.text(text);
            });
        };
        item("ours", "lifeboat’s own time");
        item("aws", "AWS’s time");
        item("waiting", "waiting: a person, or its turn");
        if steps().any(|course| course.attempts.iter().any(|one| is_bad(one.state))) {
            item("bad", "ended without success");
        }
        if !report.pauses.is_empty() {
            item("pause", "nobody carried it out");
        }
        if objective_at(report).is_some() {
            item("objective", "recovery time objective");
        }
    });
}

/// Everything that crosses the lanes: ticks, pauses, the objective.
fn overlay(page: &mut Markup, report: &RunReport, scale: &Scale) {
    page.element("div", &[("class", "overlay"), ("aria-hidden", "true")], |page| {
        for pause in &report.pauses {
            let (from, to) = (scale.at(report.offset_s(pause.from)), scale.at(report.offset_s(pause.until)));
            let place = format!("left:{from:.2}%;width:{:.2}%", (to - from).max(0.0));
            page.leaf("span", &[("class", "pause"), ("style", &place)], "");
        }
        for (at, words) in scale.ticks() {
            let class = if at > 96.0 { "tick last" } else { "tick" };
            let place = format!("left:{at:.2}%");
            page.element("span", &[("class", class), ("style", &place)], |page| page.leaf("b", &[], &words));
        }
        if let Some(seconds) = objective_at(report) {
            let place = format!("left:{:.2}%", scale.at(seconds));
            page.leaf("span", &[("class", "objective"), ("style", &place)], "");
        }
    });
}

/// Where the recovery time objective ends, in seconds after the declaration, if the timeline reaches so far.
fn objective_at(report: &RunReport) -> Option<f64> {
    let record = &report.record;
    let before = record.incident_at.map_or(0.0, |at| record.declared_at.duration_since(at).as_secs_f64());
    let seconds = record.objectives.rto.as_secs() as f64 - before;
    let shown = record.kind != RunKind::Failback && (0.0..=Scale::of(report).end_s()).contains(&seconds);
    shown.then_some(seconds)
}

fn lane(page: &mut Markup, report: &RunReport, scale: &Scale, step: &StepRecord, course: &Course) {
    let state = course.state(step);
    page.element("li", &[("class", state_class(state))], |page| {
        page.leaf("span", &[("class", "name")], &step.title);
        page.text(" ");
        page.element("span", &[("class", "track"), ("aria-hidden", "true")], |page| {
            for one in &course.attempts {
                bar(page, report, scale, one);
            }
        });
        page.leaf("span", &[("class", "said")], &said(state, course));
    });
}

fn said(state: StepState, course: &Course) -> String {
    match (state, course.took_s) {
        (StepState::Succeeded, Some(took)) => length(took),
        (_, Some(took)) => format!("{}, {}", words::state(state), length(took)),
        (_, None) => words::state(state).to_owned(),
    }
}

fn bar(page: &mut Markup, report: &RunReport, scale: &Scale, one: &Attempt) {
    let (began, took) = (report.offset_s(one.began_at), one.took_s());
    let (from, to) = (scale.at(began), scale.at(began + took));
    let place = format!("left:{from:.2}%;width:{:.2}%", (to - from).max(0.0));
    let class = if is_bad(one.state) { "bar bad" } else { "bar" };
    page.element("span", &[("class", class), ("style", &place)], |page| {
        let mut part = |class: &str, seconds: f64| {
            if seconds > 0.0 && took > 0.0 {
                let width = format!("width:{:.2}%", seconds / took * 100.0);
                page.leaf("i", &[("class", class), ("style", &width)], "");
            }
        };
        part("ours", one.ours_s);
        part("aws", one.aws_s);
        part("waiting", took - one.ours_s - one.aws_s);
    });
}

fn is_bad(state: StepState) -> bool {
    matches!(state, StepState::Failed | StepState::Unknown)
}
