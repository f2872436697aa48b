//! Owns the drift report for people: grouped by question and subject, changes only, coverage always.

use super::coverage::brackets;
use super::line;
use crate::diff::{Coverage, DriftReport, Finding, Kind, RuleState, Standing, Verdict};
use crate::model::Part;
use crate::report::style::{ADDED, ALARM, CHANGED, HEADING, PLAIN, Paint, QUIET, UNKNOWN, printable};
use crate::report::table::{Cell, Table};

/// The report as text; with colour when `color`.
pub fn text(report: &DriftReport, color: bool) -> String {
    let paint = Paint::new(color);
    let mut out = vec![heading(report, paint)];
    for kind in Kind::ALL {
        out.push(String::new());
        out.extend(question(report, kind, paint));
    }
    out.extend(section("not seen", gaps(report), paint));
    out.extend(section("not compared", not_compared(report), paint));
    out.extend(section("ignore rules to look at", rules(report), paint));
    out.extend(section(
        "notes",
        report.notes.iter().map(|note| vec![Cell::new(PLAIN, printable(note))]).collect(),
        paint,
    ));
    out.push(String::new());
    out.extend(verdict(report, paint));
    out.into_iter().map(|line| line + "\n").collect()
}

fn heading(report: &DriftReport, paint: Paint) -> String {
    let h = &report.heading;
    let age = match h.baseline_age_days {
        0 => "today".to_owned(),
        1 => "1 day old".to_owned(),
        days => format!("{days} days old"),
    };
    let posture = h.posture.as_ref().map(|target| format!("  scaled to {target}")).unwrap_or_default();
    format!(
        "{}  account {}  region {}  strategy {}{posture}  {}",
        paint.text(HEADING, &format!("env {}", h.environment)),
        h.account,
        h.region,
        h.strategy,
        paint.text(QUIET, &format!("baseline {} ({age})", h.baseline_day)),
    )
}

/// One kind: a line per subject, and its findings below.
fn question(report: &DriftReport, kind: Kind, paint: Paint) -> Vec<String> {
    let asks = match kind {
        Kind::Drift => "the standby against its own stacks (stack -> live)",
        Kind::Pending => "the stacks against what would be rendered now (deployed -> rendered)",
        Kind::Parity => "the standby against production, by intent (production -> standby)",
    };
    let mut out = vec![format!("{}  {}", paint.text(HEADING, &format!("{kind:<7}")), paint.text(QUIET, asks))];
    let subjects = subjects(report, kind);
    if subjects.is_empty() {
        out.push(format!("  {}", paint.text(QUIET, "nothing to compare")));
    }
    // All summaries of one question line up; findings line up among themselves.
    let mut summaries = Table::new(2);
    for subject in &subjects {
        let found: Vec<&Finding> = report.findings_of(kind, subject).collect();
        let coverage = report.coverage.iter().find(|coverage| coverage.kind == kind && coverage.subject == *subject);
        summaries.row(summary(subject, &found, coverage));
    }
    for (line, subject) in summaries.lines(paint).into_iter().zip(&subjects) {
        out.push(line);
        let found: Vec<&Finding> = report.findings_of(kind, subject).collect();
        out.extend(findings(&found, paint));
    }
    out
}

/// Every subject that has coverage or findings: stacks in the order they are deployed, tiers by name.
fn subjects(report: &DriftReport, kind: Kind) -> Vec<String> {
    let covered = report.coverage.iter().filter(|coverage| coverage.kind == kind).map(|coverage| &coverage.subject);
    let found = report.findings.iter().filter(|finding| finding.kind == kind).map(|finding| &finding.subject);
    let mut subjects: Vec<String> = covered.chain(found).cloned().collect();
    let part = |subject: &String| if kind == Kind::Parity { None } else { subject.parse::<Part>().ok() };
    let rank = |subject: &String| (part(subject).is_none(), part(subject));
    subjects.sort_by(|a, b| rank(a).cmp(&rank(b)).then(a.cmp(b)));
    subjects.dedup();
    subjects
}

fn summary(subject: &str, found: &[&Finding], coverage: Option<&Coverage>) -> Vec<Cell> {
    let differences = found.iter().filter(|finding| finding.is_difference()).count();
    let unknown = found.iter().any(|finding| finding.is_unknown()) || coverage.is_some_and(|c| c.unknown > 0);
    let nothing = coverage.is_some_and(|coverage| coverage.checked == 0);
    let (glyph, words, style) = match (differences, unknown, nothing) {
        (0, false, false) => ("=", "in sync".to_owned(), ADDED),
        (0, true, _) => ("?", "unknown".to_owned(), UNKNOWN),
        (0, false, true) => ("?", "not checked".to_owned(), UNKNOWN),
        (count, _, _) => ("~", counted(count, "difference", "differences"), CHANGED),
    };
    vec![
        Cell::new(HEADING, subject),
        Cell::new(style, format!("{glyph} {words}")),
        Cell::new(QUIET, coverage.map(brackets).unwrap_or_default()),
    ]
}

fn findings(found: &[&Finding], paint: Paint) -> Vec<String> {
    let mut table = Table::new(4);
    for finding in found {
        table.row(line::cells(finding));
    }
    let mut out = vec![];
    for (line, finding) in table.lines(paint).into_iter().zip(found) {
        out.push(line);
        out.extend(line::below(finding, 8, paint));
    }
    out
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn gaps(report: &DriftReport) -> Vec<Vec<Cell>> {
    let row = |gap: &crate::diff::SideGap| {
        vec![
            Cell::new(UNKNOWN, "?"),
            Cell::new(PLAIN, gap.side.to_string()),
            Cell::new(
                PLAIN,
                match (gap.noun, gap.subject.as_str()) {
                    (None, _) => "everything".to_owned(),
                    (Some(noun), "*") => format!("every {noun}"),
                    (Some(noun), subject) => printable(&format!("{noun} {subject}")),
                },
            ),
            Cell::new(QUIET, printable(&gap.reason)),
        ]
    };
    report.gaps.iter().map(row).collect()
}

/// What CloudFormation does not look at, and what was left out on purpose.
fn not_compared(report: &DriftReport) -> Vec<Vec<Cell>> {
    let row = |coverage: &Coverage, what: &str, why: &str| {
        vec![
            Cell::new(QUIET, format!("{} {}", coverage.kind, coverage.subject)),
            Cell::new(PLAIN, printable(what)),
            Cell::new(QUIET, printable(why)),
        ]
    };
    let mut rows = vec![];
    for coverage in &report.coverage {
        let cannot = "CloudFormation does not look at this type";
        rows.extend(coverage.unsupported.iter().map(|what| row(coverage, what, cannot)));
        rows.extend(coverage.skipped.iter().map(|skipped| row(coverage, &skipped.what, &skipped.reason)));
    }
    rows
}

/// Rules that no longer earn their place; those in use stand with what they took out.
fn rules(report: &DriftReport) -> Vec<Vec<Cell>> {
    report
        .rules
        .iter()
        .filter_map(|rule| {
            let words = match rule.state {
                RuleState::Used { .. } => return None,
                RuleState::Unused => "unused: nothing is there to ignore, it can go".to_owned(),
                RuleState::Expired { findings } => {
                    let on = rule.expires.map(|day| format!(" on {day}")).unwrap_or_default();
                    format!("expired{on}: {} again", counted(findings, "finding counts", "findings count"))
                }
                RuleState::Refused { .. } => "refused: what is gone can not be ignored".to_owned(),
            };
            Some(vec![
                Cell::new(CHANGED, format!("line {}", rule.line)),
                Cell::new(PLAIN, printable(&rule.path)),
                Cell::new(QUIET, words),
            ])
        })
        .collect()
}

fn section(title: &str, rows: Vec<Vec<Cell>>, paint: Paint) -> Vec<String> {
    if rows.is_empty() {
        return vec![];
    }
    let mut table = Table::new(2);
    for row in rows {
        table.row(row);
    }
    let mut out = vec![String::new(), paint.text(HEADING, title)];
    out.extend(table.lines(paint));
    out
}

fn verdict(report: &DriftReport, paint: Paint) -> Vec<String> {
    let totals = report.totals();
    let blocking = report
        .findings
        .iter()
        .filter(|f| f.is_difference() && f.severity == crate::diff::Severity::BlocksFailover)
        .count();
    let (style, words) = match report.verdict() {
        Verdict::InSync => (ADDED, "in sync".to_owned()),
        Verdict::Unknown => {
            (UNKNOWN, "unknown: nothing is known to differ, but not everything could be seen".to_owned())
        }
        Verdict::Differences => {
            let mut words = "differences".to_owned();
            if blocking > 0 {
                words.push_str(&format!(", {} a failover", counted(blocking, "of them blocks", "of them block")));
            }
            if report.is_incomplete() {
                words.push_str("; there may be more, not everything could be seen");
            }
            (if blocking > 0 { ALARM } else { CHANGED }, words)
        }
    };
    let checked: usize = report.coverage.iter().map(|coverage| coverage.checked).sum();
    let total: usize = report.coverage.iter().map(|coverage| coverage.total).sum();
    let intended = report.findings.iter().filter(|f| matches!(f.standing, Standing::Intended(_))).count();
    let intended = if intended > 0 { format!(", {intended} intended") } else { String::new() };
    vec![
        format!(
            "{} {}",
            paint.text(style, &words),
            paint.text(QUIET, &format!("({checked}/{total} checked{intended})"))
        ),
        format!(
            "result: drift={} pending={} parity={} unknown={} unchecked={} ignored={}",
            totals.drift, totals.pending, totals.parity, totals.unknown, totals.unchecked, totals.ignored
        ),
    ]
}
