//! Owns the table of steps.

use super::markup::{Attributes, Markup};
use crate::plan::runbook::EstimateSource;
use crate::report::run::course::Course;
use crate::report::run::value::RunReport;
use crate::report::run::words::{self, length, whole};
use crate::run::engine::StepRecord;
use crate::run::journal::StepState;

/// The section.
pub(super) fn steps(page: &mut Markup, report: &RunReport) {
    page.element("section", &[("aria-labelledby", "steps")], |page| {
        page.leaf("h2", &[("id", "steps")], "Steps");
        let heads = ["Step", "State", "Began", "Took", "Expected", "Ours", "AWS’s", "Result"];
        table(page, "Every step of the plan, in its order", &heads, |page| {
            for (step, course) in report.steps() {
                row(page, report, step, course);
            }
        });
        page.leaf(
            "p",
            &[("class", "note")],
            "Began is counted from the declaration. Steps that do not depend on each other run side by side, so their \
             times may add up to more than the whole.",
        );
    });
}

/// A table whose rows become cards on a narrow page; roles are spelt out because cards are no table to a browser.
pub(super) fn table(page: &mut Markup, caption: &str, heads: &[&str], rows: impl FnOnce(&mut Markup)) {
    page.element("table", &[("role", "table")], |page| {
        page.leaf("caption", &[], caption);
        page.element("thead", &[("role", "rowgroup")], |page| {
            page.element("tr", &[("role", "row")], |page| {
                for head in heads {
                    page.leaf("th", &[("role", "columnheader"), ("scope", "col")], head);
                }
            });
        });
        page.element("tbody", &[("role", "rowgroup")], rows);
    });
}

/// A cell that says its heading where the table has become cards.
pub(super) fn cell(page: &mut Markup, head: &str, class: &str, within: impl FnOnce(&mut Markup)) {
    page.element("td", &[("role", "cell"), ("data-head", head), ("class", class)], within);
}

/// The class of a state, for its colour; its word stands beside it always.
pub(super) fn state_class(state: StepState) -> &'static str {
    match state {
        StepState::Pending => "pending",
        StepState::Started => "going",
        StepState::Succeeded | StepState::AlreadySo => "good",
        StepState::Failed | StepState::Unknown => "alarm",
        StepState::Skipped => "warn",
    }
}

fn row(page: &mut Markup, report: &RunReport, step: &StepRecord, course: &Course) {
    let state = course.state(step);
    let measured = |seconds: f64| if course.took_s.is_some() { length(seconds) } else { "–".to_owned() };
    page.element("tr", &[("role", "row")], |page| {
        let head: Attributes = &[("role", "rowheader"), ("scope", "row")];
        page.element("th", head, |page| {
            page.text(&step.title);
            page.leaf("code", &[("class", "id")], &step.id.0);
        });
        cell(page, "State", "", |page| {
            let class = format!("chip {}", state_class(state));
            page.leaf("span", &[("class", &class)], words::state(state));
        });
        let began = step.started_at.map_or_else(|| "–".to_owned(), |at| format!("+{}", length(report.offset_s(at))));
        cell(page, "Began", "number", |page| page.text(&began));
        cell(page, "Took", "number", |page| page.text(&course.took_s.map_or_else(|| "–".to_owned(), length)));
        cell(page, "Expected", "number", |page| expected(page, step, course));
        cell(page, "Ours", "number", |page| page.text(&measured(step.measures.ours_s)));
        cell(page, "AWS’s", "number", |page| page.text(&measured(step.measures.aws_s)));
        cell(page, "Result", "result", |page| result(page, step, course));
    });
}

fn expected(page: &mut Markup, step: &StepRecord, course: &Course) {
    let from = match &course.expected_from {
        EstimateSource::Run { id } => format!("from run {id}"),
        EstimateSource::Default { why } => format!("by default: {why}"),
    };
    page.leaf("span", &[("title", &from)], &whole(step.estimate_s));
}

fn result(page: &mut Markup, step: &StepRecord, course: &Course) {
    let result = words::result(step, course);
    page.text(if result.is_empty() { "–" } else { &result });
    let mut more = Vec::new();
    if let (Some(asked), Some(came)) = (step.measures.asked, step.measures.came)
        && came < asked
    {
        more.push(format!("{came} of {asked} came"));
    }
    if let Some(lag) = step.recovery_point_s() {
        more.push(format!("recovery point {}", whole(lag)));
    }
    if step.lost_unknown() {
        more.push("recovery point not known".to_owned());
    }
    if course.attempts.len() > 1 {
        more.push(format!("{} attempts", course.attempts.len()));
    }
    if step.best_effort && course.state(step) != StepState::Skipped {
        more.push("best effort: the run goes on without it".to_owned());
    }
    if !more.is_empty() {
        page.leaf("span", &[("class", "more")], &more.join(" · "));
    }
}
