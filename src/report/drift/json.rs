//! Owns the drift report for machines: one document, versioned, additive changes only, the same bytes for the same report.

use serde::Serialize;

use crate::diff::{
    Coverage, DriftReport, Finding, Heading, Kind, RuleUse, Severity, Shown, SideGap, Source, Standing, Status, Totals,
    Verdict,
};

/// The version of the document's format.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool_version: &'a str,
    #[serde(flatten)]
    heading: &'a Heading,
    verdict: Verdict,
    complete: bool,
    totals: Totals,
    findings: Vec<Line<'a>>,
    coverage: &'a [Coverage],
    gaps: &'a [SideGap],
    ignore_rules: &'a [RuleUse],
    notes: &'a [String],
}

#[derive(Serialize)]
struct Line<'a> {
    kind: Kind,
    status: Status,
    severity: Severity,
    env: &'a str,
    account: &'a str,
    region: &'a str,
    subject: &'a str,
    stack: Option<&'a str>,
    logical_id: Option<&'a str>,
    physical_id: Option<&'a str>,
    r#type: Option<&'a str>,
    path: &'a str,
    expected: Option<&'a str>,
    actual: Option<&'a str>,
    source: Source,
    scaling: bool,
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intended: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored_by: Option<IgnoredBy<'a>>,
}

#[derive(Serialize)]
struct IgnoredBy<'a> {
    path: &'a str,
    reason: &'a str,
    line: u32,
}

/// The report as JSON, two-space indented, with a final newline.
pub fn json(report: &DriftReport, tool_version: &str) -> String {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool_version,
        heading: &report.heading,
        verdict: report.verdict(),
        complete: !report.is_incomplete(),
        totals: report.totals(),
        findings: report.findings.iter().map(|finding| line(report, finding)).collect(),
        coverage: &report.coverage,
        gaps: &report.gaps,
        ignore_rules: &report.rules,
        notes: &report.notes,
    };
    // Every part is plain data with text keys, which always serialises.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn line<'a>(report: &'a DriftReport, finding: &'a Finding) -> Line<'a> {
    let resource = finding.resource.as_ref();
    Line {
        kind: finding.kind,
        status: finding.status,
        severity: finding.severity,
        env: &report.heading.environment,
        account: &report.heading.account,
        region: &report.heading.region,
        subject: &finding.subject,
        stack: resource.map(|resource| resource.stack.as_str()),
        logical_id: resource.map(|resource| resource.logical_id.as_str()).filter(|id| !id.is_empty()),
        physical_id: resource.and_then(|resource| resource.physical_id.as_deref()),
        r#type: resource.map(|resource| resource.resource_type.as_str()),
        path: &finding.path,
        expected: value(&finding.expected),
        actual: value(&finding.actual),
        source: finding.source,
        scaling: finding.scaling,
        note: finding.note.as_deref(),
        intended: match &finding.standing {
            Standing::Intended(reason) => Some(reason),
            _ => None,
        },
        ignored_by: match &finding.standing {
            Standing::Ignored { rule, reason, line } => Some(IgnoredBy { path: rule, reason, line: *line }),
            _ => None,
        },
    }
}

/// A value as text; a secret only says that it is one.
fn value(shown: &Shown) -> Option<&str> {
    match shown {
        Shown::Absent => None,
        Shown::Text(text) | Shown::Document(text) => Some(text),
        Shown::Secret => Some("(secret)"),
    }
}
