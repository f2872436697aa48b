//! Owns the judgement: all three questions asked, rules applied, everything sorted.

use super::drift;
use super::finding::Finding;
use super::found::Found;
use super::ignore::apply_rules;
use super::input::DriftInput;
use super::parity;
use super::pending;
use super::verdict::{DriftReport, Heading, SideGap};
use crate::facts::{Gap, LeverAnswer, LeverFacts, Noun};
use crate::model::{Part, SideName};

/// Judges the standby: against its own stacks (drift), against what would be rendered now (pending), and against
/// production as far as it is meant to match it (parity).
pub fn judge(input: &DriftInput<'_>) -> DriftReport {
    let mut found = Found::default();
    drift::judge(input, &mut found);
    pending::judge(input, &mut found);
    parity::judge(input, &mut found);
    let (mut findings, coverage, mut notes) = found.into_parts();
    findings.sort_by_cached_key(Finding::sort_key);
    let rules = apply_rules(&mut findings, &input.environment.drift.ignore, input.today);
    notes.extend(input.rendered.notes.iter().map(|note| format!("not mirrored: {note}")));
    notes.sort();
    notes.dedup();
    DriftReport { heading: heading(input), findings, coverage, gaps: gaps(input), rules, notes }
}

fn heading(input: &DriftInput<'_>) -> Heading {
    let recorded = input.baseline.facts.observed_at;
    let age_days = input.now.duration_since(recorded).as_hours() / 24;
    Heading {
        environment: input.environment.name.clone(),
        account: input.environment.standby.account.to_string(),
        region: input.environment.standby.region.to_string(),
        strategy: input.environment.strategy.to_string(),
        posture: input.posture.as_ref().map(|posture| posture.target.clone()),
        baseline_day: recorded.strftime("%Y-%m-%d").to_string(),
        baseline_age_days: age_days,
    }
}

/// What could not be seen and would have been compared. Metrics are not: the capacity basis is the baseline's.
fn gaps(input: &DriftInput<'_>) -> Vec<SideGap> {
    let side_gaps = |side: SideName, gaps: &[Gap]| -> Vec<SideGap> {
        gaps.iter()
            .filter(|gap| gap.noun != Noun::Metric)
            .map(|gap| SideGap { side, noun: Some(gap.noun), subject: gap.subject.clone(), reason: gap.reason.clone() })
            .collect()
    };
    let mut all = side_gaps(SideName::Standby, &input.standby.gaps);
    let made = input.stacks.contains_key(&Part::Edge);
    if let Some(LeverFacts { bucket, key, answer: LeverAnswer::Unknown { why }, .. }) = input.lever.filter(|_| made) {
        let subject = format!("s3://{bucket}/{key}");
        all.push(SideGap { side: SideName::Standby, noun: Some(Noun::Record), subject, reason: why.clone() });
    }
    match (input.production, &input.production_gap) {
        (Some(production), _) => all.extend(side_gaps(SideName::Primary, &production.gaps)),
        (None, reason) => all.push(SideGap {
            side: SideName::Primary,
            noun: None,
            subject: "*".to_owned(),
            reason: reason.clone().unwrap_or_else(|| "production was not observed".to_owned()),
        }),
    }
    all.sort();
    all.dedup();
    all
}
