//! Owns one finding as a line of a report: glyph, what, where, and both values side by side.

use anstyle::Style;

use super::document;
use crate::diff::{Finding, Kind, Severity, Shown, Standing, Status};
use crate::report::style::{ADDED, ALARM, CHANGED, PLAIN, Paint, QUIET, REMOVED, UNKNOWN, printable};
use crate::report::table::Cell;

/// The longest value shown on a line; longer ones are cut here and whole in JSON.
const LONGEST: usize = 72;

/// The glyph of a finding. For pending it is what a deploy would do.
pub fn glyph(finding: &Finding) -> (&'static str, Style) {
    match (finding.kind, finding.status) {
        (_, Status::Unknown) => ("?", UNKNOWN),
        (Kind::Parity, _) if finding.severity == Severity::BlocksFailover => ("!", ALARM),
        (Kind::Parity, _) => ("!", CHANGED),
        (Kind::Pending, Status::Deleted) | (Kind::Drift, Status::Added) => ("+", ADDED),
        (Kind::Pending, Status::Added) | (Kind::Drift, Status::Deleted) => ("-", REMOVED),
        (_, Status::Modified) => ("~", CHANGED),
    }
}

/// The cells of a finding's line.
pub fn cells(finding: &Finding) -> Vec<Cell> {
    let (glyph, style) = glyph(finding);
    let dimmed = finding.standing != Standing::Counts;
    let style_of = |style: Style| if dimmed { QUIET } else { style };
    let (severity, severity_style) = match finding.severity {
        _ if dimmed || finding.status == Status::Unknown => ("", PLAIN),
        Severity::BlocksFailover => ("blocks failover", ALARM),
        Severity::Degrades => ("", PLAIN),
        Severity::Cosmetic => ("cosmetic", QUIET),
    };
    vec![
        Cell::new(style_of(style), glyph),
        Cell::new(style_of(PLAIN), where_(finding)),
        Cell::new(style_of(PLAIN), values(finding)),
        Cell::new(severity_style, severity),
    ]
}

/// The resource, where there is one, and the place in it; slashes inside names are written as such again.
fn where_(finding: &Finding) -> String {
    let place = finding.place.replace("~1", "/").replace("~0", "~");
    let text = match &finding.resource {
        Some(resource) if !resource.logical_id.is_empty() => {
            format!("{} {}  {place}", resource.resource_type, resource.logical_id)
        }
        _ => place,
    };
    printable(text.trim_end())
}

/// Both values in the direction of the kind: drift goes from the stack to what is live, pending from what is deployed to
/// what is rendered, parity from production to the standby.
pub fn sides(finding: &Finding) -> (&Shown, &Shown) {
    match finding.kind {
        Kind::Pending => (&finding.actual, &finding.expected),
        Kind::Drift | Kind::Parity => (&finding.expected, &finding.actual),
    }
}

fn values(finding: &Finding) -> String {
    if finding.kind == Kind::Drift && finding.status == Status::Deleted && finding.whole {
        return "deleted".to_owned();
    }
    if finding.status == Status::Unknown {
        return match &finding.expected {
            Shown::Text(text) => short(text),
            _ => String::new(),
        };
    }
    match sides(finding) {
        (Shown::Secret, Shown::Secret) => "secret differs".to_owned(),
        (Shown::Absent, Shown::Absent) => String::new(),
        (Shown::Absent, Shown::Document(_)) => "added:".to_owned(),
        (Shown::Document(_), Shown::Absent) => "removed:".to_owned(),
        sides if documents(sides).is_some() => "differs:".to_owned(),
        (left, right) => format!("{} -> {}", word(left), word(right)),
    }
}

fn word(value: &Shown) -> String {
    match value {
        Shown::Absent => "(none)".to_owned(),
        Shown::Text(text) if text.is_empty() => "(empty)".to_owned(),
        Shown::Text(text) => short(text),
        // Documents are shown below; this is one against a secret.
        Shown::Document(_) => "(document)".to_owned(),
        Shown::Secret => "(secret)".to_owned(),
    }
}

fn short(text: &str) -> String {
    let text = printable(text).replace('\n', "\\n");
    if text.chars().count() <= LONGEST {
        return text;
    }
    let kept: String = text.chars().take(LONGEST - 1).collect();
    format!("{kept}…")
}

/// The lines below a finding's own: its note, and the diff of its documents.
pub fn below(finding: &Finding, indent: usize, paint: Paint) -> Vec<String> {
    let mut out = vec![];
    let pad = " ".repeat(indent);
    let mut quiet = |text: String| out.push(format!("{pad}{}", paint.text(QUIET, &printable(&text))));
    if let Some(note) = &finding.note {
        quiet(note.clone());
    }
    match &finding.standing {
        Standing::Counts => {}
        Standing::Intended(reason) => quiet(format!("intended: {reason}")),
        Standing::Ignored { reason, line, .. } => quiet(format!("ignored (line {line}): {reason}")),
    }
    if let (Some((left, right)), Standing::Counts) = (documents(sides(finding)), &finding.standing) {
        out.extend(document::lines(left, right, indent, paint));
    }
    out
}

/// Both sides as documents, when at least one is one and neither is secret.
fn documents<'a>((left, right): (&'a Shown, &'a Shown)) -> Option<(&'a str, &'a str)> {
    let text = |shown: &'a Shown| match shown {
        Shown::Absent => Some(""),
        Shown::Text(text) | Shown::Document(text) => Some(text.as_str()),
        Shown::Secret => None,
    };
    let any = [left, right].iter().any(|shown| matches!(shown, Shown::Document(_)));
    any.then_some(())?;
    Some((text(left)?, text(right)?))
}
