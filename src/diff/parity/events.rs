//! Owns the comparison of event sources: the standby has what production has, and does not run it until it serves.

use serde_json::Value;

use super::context::{Parity, Spot};
use super::data::pair;
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::facts::{EventSourceFacts, Noun, source_name};
use crate::model::{EventSource, Strategy};

/// What findings about event sources are grouped under.
const SUBJECT: &str = "events";

/// Judges every event source.
pub fn judge(parity: &Parity<'_>, found: &mut Found) {
    for source in &parity.input.environment.event_sources {
        let spot = parity.spot(SUBJECT, source.name.clone());
        let name = source.name.as_str();
        let (production, standby) = (parity.production.event_sources.get(name), parity.standby.event_sources.get(name));
        // Whatever production's is, a standby's that runs is told.
        if let Some(standby) = standby {
            runs(parity, &spot, source, (production, standby), found);
        }
        let Some((production, standby)) =
            pair(parity, &spot, Noun::EventSource, (name, production), (name, standby), found)
        else {
            continue;
        };
        compare(parity, &spot, production, standby, found);
    }
}

/// An event source of a standby that does not serve is off: switched off is intent, and no difference. One that serves runs
/// what production ran.
fn runs(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    source: &EventSource,
    (production, standby): (Option<&EventSourceFacts>, &EventSourceFacts),
    found: &mut Found,
) {
    let name = &source.name;
    let serves = parity.input.posture.as_ref().and_then(|posture| posture.declared_in.as_deref());
    let ran = parity.input.baseline.facts.event_sources.get(name).is_some_and(|facts| facts.runs());
    let differs = |expected: &str| {
        let finding = spot.finding("state", Status::Modified, Severity::Degrades);
        finding.values(Shown::text(expected), Shown::text(&standby.state))
    };
    match (serves, standby.runs()) {
        (Some(run), true) => found.push(differs("off").intended(format!("the standby serves (run {run})"))),
        (Some(run), false) if ran => found.push(differs("on").note(format!(
            "it ran in production, and the standby serves (run {run}): nobody does its work until it is switched on"
        ))),
        (Some(_), false) => spot.skipped(format!("state of {name}"), "it did not run in production, either", found),
        (None, false) => spot.skipped(format!("state of {name}"), "switched off until a declaration", found),
        (None, true) if parity.input.environment.strategy == Strategy::MultiSite => {
            found.push(differs("off").intended("both sides serve"));
        }
        (None, true) => found.push(differs("off").note(match production {
            Some(production) if !production.runs() => "production has switched it off: switch it off here, too",
            _ => "it runs twice, here and in production: switch it off until a declaration",
        })),
    }
}

fn compare(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    production: &EventSourceFacts,
    standby: &EventSourceFacts,
    found: &mut Found,
) {
    let shown = Shown::maybe::<String>;
    let schedules = (shown(production.schedule.clone()), shown(standby.schedule.clone()));
    spot.same("schedule", Severity::Degrades, schedules.0, schedules.1, found);
    let pattern = production.pattern.as_deref().map(|pattern| translated(parity, pattern));
    let patterns = (shown(pattern.as_deref().map(canonical)), shown(standby.pattern.as_deref().map(canonical)));
    spot.same("pattern", Severity::Degrades, patterns.0, patterns.1, found);
    // ARNs differ by Region and account; what they name should not.
    let name = |facts: &EventSourceFacts| facts.source.as_deref().map(|arn| source_name(arn).to_owned());
    let expected = name(production).map(|name| parity.translator.text(&name));
    spot.same("source", Severity::Degrades, shown(expected), shown(name(standby)), found);
    let size = |facts: &EventSourceFacts| facts.batch_size.map(|size| size.to_string());
    spot.same("batch_size", Severity::Cosmetic, shown(size(production)), shown(size(standby)), found);
}

/// A pattern names Regions, accounts and ARNs of its side.
fn translated(parity: &Parity<'_>, pattern: &str) -> String {
    let environment = parity.input.environment;
    let (here, there) = (&environment.primary, &environment.standby);
    let text = parity.translator.text(pattern);
    text.replace(here.region.as_str(), there.region.as_str()).replace(here.account.as_str(), there.account.as_str())
}

/// JSON without what means nothing: white space and the order of keys.
fn canonical(pattern: &str) -> String {
    match serde_json::from_str::<Value>(pattern) {
        Ok(mut value) => {
            value.sort_all_objects();
            value.to_string()
        }
        Err(_) => pattern.to_owned(),
    }
}
