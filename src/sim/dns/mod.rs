//! Owns what Route 53 does: records, health checks over time, what names lead to; and how the service looks from outside.

mod answers;
mod checks;
mod records;
mod web;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::call::Refusal;
use super::state::{Answer, Family, SimState, after};
use answers::answer;
use checks::{succeeds, turned_at};

pub use checks::{control_plane_answers, make_check};
pub use records::change;
pub use web::{addresses, get, leads_to};

/// The Region Route 53's control plane lives in ("Route 53: global service with a control plane in us-east-1").
pub const CONTROL_PLANE: &str = "us-east-1";

/// Brings health checks and answers to the time on the clock: a check turns when its checks have gone the other way for
/// as long as its interval times its threshold.
pub fn settle_dns(state: &mut SimState) {
    let now = state.now;
    let mut turns: Vec<(Timestamp, String)> = Vec::new();
    for id in state.dns.checks.keys().cloned().collect::<Vec<_>>() {
        let Some(check) = state.dns.checks.get(&id) else { continue };
        let succeeds = succeeds(state, check, now);
        let since = if succeeds == check.succeeds { check.since } else { turned_at(state, check, now) };
        let Some(check) = state.dns.checks.get_mut(&id) else { continue };
        check.succeeds = succeeds;
        check.since = since;
        let turns_at = after(check.since, check.facts.interval_s * check.facts.failures);
        if check.healthy != check.succeeds && turns_at <= now {
            turns.push((turns_at, id));
        }
    }
    turns.sort();
    for (at, id) in turns {
        if let Some(check) = state.dns.checks.get_mut(&id) {
            check.healthy = check.succeeds;
        }
        note_answers(state, at);
    }
    state.dns.checked_until = now;
    note_answers(state, now);
}

/// Writes down what each name leads to, when that changed.
fn note_answers(state: &mut SimState, at: Timestamp) {
    let mut names: BTreeSet<(String, String)> = BTreeSet::new();
    for (id, zone) in &state.dns.zones {
        names.extend(zone.records.iter().map(|record| (id.clone(), record.name.clone())));
    }
    let known: BTreeSet<&String> = names.iter().map(|(_, name)| name).collect();
    for family in Family::BOTH {
        let gone = state.dns.answers_of(family).keys().filter(|name| !known.contains(name));
        let mut news: Vec<(String, Answer)> = gone.map(|name| (name.clone(), Answer::default())).collect();
        news.extend(names.iter().map(|(zone, name)| (name.clone(), answer(state, zone, name, family, at))));
        for (name, answer) in news {
            let answers = match family {
                Family::Ipv4 => &mut state.dns.answers,
                Family::Ipv6 => &mut state.dns.answers_ipv6,
            };
            let answers = answers.entry(name).or_default();
            if answers.last().is_none_or(|(_, last)| *last != answer) {
                answers.push((at, answer));
                let excess = answers.len().saturating_sub(20);
                answers.drain(..excess);
            }
        }
    }
}

/// What Route 53 refuses about records.
fn bad_batch(message: String) -> Refusal {
    Refusal::new(crate::cloud::CloudErrorKind::Invalid, "InvalidChangeBatch", format!("[{message}]"))
}

/// A name without its final dot, in small letters.
pub fn bare(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}
